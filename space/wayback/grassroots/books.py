"""The book of a ledger while events are written: its records, and the number of the next event of each.

Decides how a record is found by its identifier: by a keyed hash, another one in every body's ledger. Reads of
a ledger what a delivery names, and one record where one is entered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, func, select

from catalog import keys
from catalog.home import Home
from catalog.keys import row_reference
from catalog.store.schema import new_id
from catalog.store.tables.grassroots import base_events, base_records

# Names of one statement: databases bound the number of parameters.
_AT_ONCE: Final = 500


@dataclass(slots=True)
class Book:
    """The records of a body while events are written: their ids and newest numbers."""

    body: str
    secret: bytes
    ids: dict[tuple[str, str], str]
    numbers: dict[str, int]
    by_row: dict[tuple[str, str], str]
    fresh: list[dict[str, Any]] = field(default_factory=list)

    def opened(self, kind: str, identifier: str, now: datetime) -> str:
        """The record of an identifier, opened where there is none."""
        reference = reference_of(self.secret, self.body, kind, identifier)
        found = self.ids.get((kind, reference))
        if found is None:
            found = self.ids[kind, reference] = new_id("rec")
            row = {"id": found, "body": self.body, "kind": kind, "reference": reference}
            self.fresh.append({**row, "identifier": identifier, "opened_at": now})
        return found

    def next(self, record_id: str) -> int:
        """The number of a record's next event."""
        self.numbers[record_id] = self.numbers.get(record_id, 0) + 1
        return self.numbers[record_id]


def reference_of(secret: bytes, body_code: str, kind: str, identifier: str) -> str:
    """How a record is found by its identifier: a keyed hash, another one in every body's ledger."""
    return row_reference(secret, f"grassroots/{body_code}/{kind}", {"id": identifier})


def book_of(
    home: Home,
    connection: Connection,
    body_code: str,
    named: Iterable[tuple[str, str]],
    rows: Iterable[tuple[str, str]],
) -> Book:
    """The records a delivery is about, as they are numbered now.

    Args:
        home: the installation.
        connection: a writing transaction.
        body_code: whose ledger.
        named: kind and canonical identifier of whom its rows are about.
        rows: dataset and reference of the rows that left.
    """
    secret = keys.load(home).pseudonym
    r, e = base_records.c, base_events.c
    ids: dict[tuple[str, str], str] = {}
    for some in _runs({reference_of(secret, body_code, kind, whom) for kind, whom in set(named)}):
        query = select(r.id, r.kind, r.reference).where(r.body == body_code, r.reference.in_(some))
        ids |= {(row.kind, row.reference): row.id for row in connection.execute(query)}
    by_row: dict[tuple[str, str], str] = {}
    left = set(rows)
    for some in _runs({row for _, row in left}):
        told = select(e.dataset, e.row, e.record_id).where(
            e.body == body_code, e.row.in_(some), e.act.in_(("add", "change"))
        )
        by_row |= {(row.dataset, row.row): row.record_id for row in connection.execute(told)}
    numbers: dict[str, int] = {}
    for some in _runs({*ids.values(), *by_row.values()}):
        newest = select(e.record_id, func.max(e.number)).where(e.record_id.in_(some)).group_by(e.record_id)
        numbers |= {row[0]: row[1] for row in connection.execute(newest)}
    return Book(body_code, secret, ids, numbers, by_row)


def _runs(names: set[str]) -> Iterator[list[str]]:
    """Names in runs that one statement takes."""
    ordered = sorted(names)
    for at in range(0, len(ordered), _AT_ONCE):
        yield ordered[at : at + _AT_ONCE]


def page_of(home: Home, connection: Connection, body_code: str, kind: str, identifier: str) -> Book:
    """The same of one identifier alone: its record, where there is one, and the number of its newest event.

    Args:
        home: the installation.
        connection: a writing transaction.
        body_code: whose ledger.
        kind: of the record.
        identifier: canonical.
    """
    r, e = base_records.c, base_events.c
    secret = keys.load(home).pseudonym
    reference = reference_of(secret, body_code, kind, identifier)
    mine = select(r.id).where(r.body == body_code, r.kind == kind, r.reference == reference)
    found = connection.execute(mine).scalar()
    if found is None:
        return Book(body_code, secret, {}, {}, {})
    number = connection.execute(select(func.max(e.number)).where(e.record_id == found)).scalar()
    return Book(body_code, secret, {(kind, reference): found}, {found: number or 0}, {})
