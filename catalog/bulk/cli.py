"""Command ``bulk``."""

from __future__ import annotations

import click


@click.group("bulk")
def bulk() -> None:
    """Many entries at once."""
