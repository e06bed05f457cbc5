"""Command ``authority``."""

from __future__ import annotations

import click


@click.group("authority")
def authority() -> None:
    """One authoritative source per item."""
