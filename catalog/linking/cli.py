"""Command ``link``."""

from __future__ import annotations

import click


@click.group("link")
def link() -> None:
    """Tie entries to live resources."""
