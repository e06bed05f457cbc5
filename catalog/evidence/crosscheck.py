"""Whether business rows and entries stand for each other.

Decides what is compared: every evidence id of every table names an entry; a call, a release and a grant are
what their entry says, digest by digest; and no such entry is without its row. Names the first that is not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Table, and_, or_, select, true

from catalog.store.schema import metadata
from catalog.store.tables.evidence import evidence_entries, evidence_resumptions
from catalog.store.tables.grants import grants
from catalog.store.tables.queries import usages
from catalog.store.tables.releases import releases

# Rows compared at once.
_PAGE: Final = 5000


@dataclass(frozen=True, slots=True)
class Pair:
    """A table each row of which has an entry of its own.

    Attributes:
        table: with an ``id`` and an ``evidence_id``.
        events: of those entries; every such entry has a row.
        same: names in the entry's body → columns that hold the same.
    """

    table: Table
    events: tuple[str, ...]
    same: Mapping[str, str]


PAIRS: Final = (
    Pair(
        usages,
        tuple(
            f"space:{what}:{act}"
            for what in ("query", "verification", "supply")
            for act in ("answer", "repeat", "deliver", "refuse", "lose", "fail")
        ),
        {name: name for name in ("organisation", "outcome", "reason", "nrho", "price_fen")}
        | {"usage": "id", "reservation": "reservation_id"},
    ),
    Pair(releases, ("dataset:release:publish",), {}),
    Pair(grants, ("space:grant:sign",), {}),
)


def first_problem(connection: Connection) -> str | None:
    """The first row or entry that stands for nothing, in words; None where all stand for each other."""
    return next(_problems(connection), None)


def tables() -> tuple[Table, ...]:
    """Every table whose rows name their evidence."""
    return tuple(table for table in metadata.sorted_tables if "evidence_id" in table.columns)


def _problems(connection: Connection) -> Iterator[str]:
    for table in tables():
        yield from _dangling(connection, table)
    for pair in PAIRS:
        yield from _different(connection, pair)
        yield from _without_row(connection, pair)


def _dangling(connection: Connection, table: Table) -> Iterator[str]:
    """Rows whose evidence id names no entry."""
    named, e = table.c.evidence_id, evidence_entries
    missing = (
        select(named)
        .select_from(table.outerjoin(e, e.c.id == named))
        .where(named.is_not(None), e.c.id.is_(None))
        .limit(1)
    )
    for (entry_id,) in connection.execute(missing):
        yield f"row of {table.name}: its evidence {entry_id} is not in the log"


def _different(connection: Connection, pair: Pair) -> Iterator[str]:
    """Rows that are not what their entry says."""
    table, e = pair.table, evidence_entries.c
    columns = [table.c[name] for name in sorted({*pair.same.values()})]
    last = ""
    while True:
        page = (
            select(table.c.id, e.event, e.body, *columns)
            .join(evidence_entries, e.id == table.c.evidence_id)
            .where(table.c.id > last)
            .order_by(table.c.id)
            .limit(_PAGE)
        )
        rows = connection.execute(page).all()
        for row in rows:
            yield from (f"row {row[0]} of {table.name}: {what}" for what in _unlike(row, pair))
        if len(rows) < _PAGE:
            return
        last = rows[-1][0]


def _unlike(row: Any, pair: Pair) -> Iterator[str]:
    if row[1] not in pair.events:
        yield f"its evidence is of {row[1]}"
        return
    body = json.loads(row[2])
    held = dict(zip(sorted({*pair.same.values()}), row[3:], strict=True))
    for name, column in pair.same.items():
        # A call brought back after a restore names a paid call the backup did not have.
        absent = column == "reservation_id" and held[column] is None
        if name in body and body[name] != held[column] and not absent:
            yield f"its {column} is not what its evidence says"


def _without_row(connection: Connection, pair: Pair) -> Iterator[str]:
    """Entries whose row is gone; what a resumption brought back alone is known to have none."""
    e, table = evidence_entries, pair.table
    # Events of one name may stand for several rooms: the row is told by its id in the body.
    named = e.c.body.like('%"usage":"%') if "usage" in pair.same else true()
    lost = (
        select(e.c.position, e.c.id)
        .select_from(e.outerjoin(table, table.c.evidence_id == e.c.id))
        .where(e.c.event.in_(pair.events), table.c.id.is_(None), ~_brought_back(connection), named)
        .order_by(e.c.position)
        .limit(1)
    )
    for position, entry_id in connection.execute(lost):
        where = "pending entry" if position is None else f"entry {position}"
        yield f"{where} ({entry_id}): its row of {table.name} is gone"


def _brought_back(connection: Connection) -> ColumnElement[bool]:
    r, place = evidence_resumptions.c, evidence_entries.c.position
    spans = connection.execute(select(r.restored_size, r.published_size)).all()
    # A pending entry was brought back by nobody.
    within = [and_(place >= row.restored_size, place < row.published_size) for row in spans]
    return and_(place.is_not(None), or_(place < 0, *within))
