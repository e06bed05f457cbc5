"""The ledger at a glance 一本账概览: those of its figures that everybody may see, with the rows behind them.

Decides which figures follow from the public view alone: from what is published, its public counts and
ratios, the days of its releases, and the public link rate. The others are for those who read figures.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from catalog.inventory.periods import Period
from catalog.reporting.figures import Figure, UnknownFigure, figures

PUBLIC: Final = (
    "entries_published",
    "link_rate",
    "items",
    "records",
    "update_rate",
    "quality_score",
    "quality_conformity",
    "quality_completeness",
    "quality_accuracy",
    "quality_consistency",
    "quality_timeliness",
    "quality_accessibility",
    "entries_unconditional",
    "entries_conditional",
    "entries_withheld",
)


def overview(connection: Connection, now: datetime) -> tuple[Figure, ...]:
    """The public figures of the running month, as of now.

    Args:
        connection: to read with.
        now: aware instant.
    """
    return figures(connection, Period.running(now).text, now, names=PUBLIC)


def public_figure(connection: Connection, name: str, now: datetime) -> Figure:
    """One of them, with its rows.

    Raises:
        UnknownFigure: none of the public ones is called so.
    """
    if name not in PUBLIC:
        raise UnknownFigure(name)
    (found,) = figures(connection, Period.running(now).text, now, names=(name,))
    return found
