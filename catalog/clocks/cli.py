"""Commands ``due`` and ``clock``."""

from __future__ import annotations

import click


@click.command("due")
def due() -> None:
    """List what is due, by whom."""


@click.group("clock")
def clock() -> None:
    """Pause, resume and extend clocks."""
