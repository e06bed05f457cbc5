"""Command ``register``."""

from __future__ import annotations

import click


@click.group("register")
def register() -> None:
    """Registration of data resources, products and services."""
