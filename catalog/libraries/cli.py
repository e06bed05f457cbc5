"""Command ``library``."""

from __future__ import annotations

import click


@click.group("library")
def library() -> None:
    """Basic, theme and special-topic databases."""
