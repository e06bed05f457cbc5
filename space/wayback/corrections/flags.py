"""Flags of disputed values 异议标注: raised with a challenge, lifted when it is settled.

Decides that one value has one open challenge. Deliveries carry the flags of their day; whoever shows a value
later asks here, so that a value challenged since is shown as disputed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select, update

from catalog.store.tables.forms import disputes

# Bound parameters of one statement.
_PAGE: Final = 500


def pending(connection: Connection, dataset: str, row: str, field: str) -> str | None:
    """The challenge a value is under now, or None."""
    d = disputes.c
    query = select(d.correction_id).where(
        d.dataset == dataset, d.row == row, d.field == field, d.closed_at.is_(None)
    )
    found: str | None = connection.execute(query).scalar()
    return found


def disputed(
    connection: Connection, dataset: str, rows: Iterable[str] | None = None
) -> dict[str, tuple[str, ...]]:
    """Row reference → the fields of it that are challenged now.

    Args:
        connection: a transaction.
        dataset: ``schema.table``.
        rows: references; all of the dataset where None.
    """
    d = disputes.c
    query = select(d.row, d.field).where(d.dataset == dataset, d.closed_at.is_(None)).order_by(d.row, d.field)
    if rows is None:
        found = connection.execute(query).all()
    else:
        wanted = sorted(set(rows))
        pages = [wanted[at : at + _PAGE] for at in range(0, len(wanted), _PAGE)]
        found = [each for page in pages for each in connection.execute(query.where(d.row.in_(page)))]
    flagged: dict[str, tuple[str, ...]] = {}
    for row, field in found:
        flagged[row] = (*flagged.get(row, ()), field)
    return flagged


def lift(connection: Connection, correction_id: str, now: datetime) -> None:
    """The record of a challenge is no longer disputed."""
    connection.execute(
        update(disputes)
        .where(disputes.c.correction_id == correction_id, disputes.c.closed_at.is_(None))
        .values(closed_at=now)
    )


def raise_again(connection: Connection, correction_id: str) -> None:
    """The record of a challenge is disputed again; the caller has looked that no other flag stands."""
    connection.execute(
        update(disputes).where(disputes.c.correction_id == correction_id).values(closed_at=None)
    )
