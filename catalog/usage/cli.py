"""Command ``usage``."""

from __future__ import annotations

import click


@click.group("usage")
def usage() -> None:
    """Use of shared data logged elsewhere."""
