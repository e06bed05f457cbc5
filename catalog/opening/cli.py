"""Command ``open``."""

from __future__ import annotations

import click


@click.group("open")
def open_() -> None:
    """Open data to the public."""
