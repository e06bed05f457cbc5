"""``ybz impact``: what a new contract would change for those who use the data."""

from __future__ import annotations

import click


@click.group()
def impact() -> None:
    """What a new contract (契约) would change for subscribers, grants and composed datasets."""
