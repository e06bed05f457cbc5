"""Commands ``dcat`` and ``upward``."""

from __future__ import annotations

import click


@click.command("dcat")
def dcat() -> None:
    """Export the ledger as DCAT-AP."""


@click.command("upward")
def upward() -> None:
    """Package the ledger for the higher level."""
