"""``ybz workbook``: a contract as a workbook, both ways."""

from __future__ import annotations

import click


@click.group()
def workbook() -> None:
    """A contract as an Excel workbook (编目工作簿), both ways."""
