"""Commands ``figures`` and ``report``."""

from __future__ import annotations

import click


@click.command("figures")
def figures() -> None:
    """Figures of the ledger."""


@click.group("report")
def report() -> None:
    """The monthly report."""
