"""``ybz standard``: the life cycle of a city's own standards, and how far they are adopted."""

from __future__ import annotations

import click


@click.group()
def standard() -> None:
    """A city's own standards (标准): propose, publish, put in force, withdraw; adoption rate (贯标率)."""
