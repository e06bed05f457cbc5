"""Command ``organisation``."""

from __future__ import annotations

import click


@click.group("organisation")
def organisation() -> None:
    """The organisation tree."""
