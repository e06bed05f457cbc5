"""Commands ``inventory`` and ``lists``."""

from __future__ import annotations

import click


@click.group("inventory")
def inventory() -> None:
    """Systems and tables the ledger must account for."""


@click.group("lists")
def lists() -> None:
    """Lists of demand, duty and exclusion."""
