"""Command ``classify``."""

from __future__ import annotations

import click


@click.group("classify")
def classify() -> None:
    """Classification: findings, decisions, evaluation."""
