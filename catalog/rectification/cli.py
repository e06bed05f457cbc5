"""``ybz rectify`` and ``ybz evaluate``: faults sent to the department and back, quality frozen by the quarter."""

from __future__ import annotations

import click


@click.group()
def rectify() -> None:
    """Rectification of faulty data (问题数据整改)."""


@click.group()
def evaluate() -> None:
    """Quarterly quality evaluation (质量评价)."""
