"""``ybz elements``: standard data elements and code lists."""

from __future__ import annotations

import click


@click.group()
def elements() -> None:
    """Standard data elements (数据元) and code lists."""
