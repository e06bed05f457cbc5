"""The book of a ledger while events are written: its records, and the number of the next event of each.

Decides how a record is found by its identifier: by a keyed hash, another one in every body's ledger. Reads
the whole ledger for a delivery, and one record where one is entered.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from catalog import keys
from catalog.home import Home
from catalog.keys import row_reference
from catalog.store.schema import new_id
from catalog.store.tables.grassroots import base_events, base_records


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


def book_of(home: Home, connection: Connection, body_code: str) -> Book:
    """The records of a body as they are numbered now."""
    r, e = base_records.c, base_events.c
    known = connection.execute(select(r.id, r.kind, r.reference).where(r.body == body_code)).all()
    newest = select(e.record_id, func.max(e.number)).where(e.body == body_code).group_by(e.record_id)
    rows = select(e.dataset, e.row, e.record_id).where(
        e.body == body_code, e.row != "", e.act.in_(("add", "change"))
    )
    return Book(
        body=body_code,
        secret=keys.load(home).pseudonym,
        ids={(row.kind, row.reference): row.id for row in known},
        numbers={row[0]: row[1] for row in connection.execute(newest)},
        by_row={(row.dataset, row.row): row.record_id for row in connection.execute(rows)},
    )


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
