"""Some records of a ledger, without reading the whole book: a page of it, or the persons of a household.

Decides how much is read for one page: records in runs of a page, and the events of these alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, and_, func, or_, select

from catalog.store.tables.grassroots import base_events, base_records
from space.wayback.grassroots.records import Record, derived


@dataclass(frozen=True, slots=True)
class Page:
    """Some open records of a kind.

    Attributes:
        records: in order.
        after: id to go on after; empty where nothing follows.
        total: records of the kind in the ledger, closed ones too.
    """

    records: tuple[Record, ...]
    after: str
    total: int


def page_of(connection: Connection, body_code: str, kind: str, *, after: str = "", limit: int) -> Page:
    """One page of the open records of a body.

    Args:
        connection: a reading transaction.
        body_code: whose ledger.
        kind: of the records.
        after: id of the record before the page; empty for the first.
        limit: records of a page.

    Raises:
        Refused: the body, or everything, is stopped.
    """
    r, e = base_records.c, base_events.c
    mine = (r.body == body_code, r.kind == kind)
    total = int(connection.execute(select(func.count()).where(*mine)).scalar_one())
    found: list[Record] = []
    last = connection.execute(select(r.opened_at, r.reference).where(*mine, r.id == after)).first()
    while len(found) <= limit:
        named = select(base_records).where(*mine).order_by(r.opened_at, r.reference).limit(limit + 1)
        if last is not None:
            beyond = and_(r.opened_at == last.opened_at, r.reference > last.reference)
            named = named.where(or_(r.opened_at > last.opened_at, beyond))
        rows = connection.execute(named).all()
        if not rows:
            break
        said = select(base_events).where(e.body == body_code, e.record_id.in_([row.id for row in rows]))
        found += [one for one in derived(connection, rows, said, body_code) if one.state == "open"]
        last = rows[-1]
    page = tuple(found[:limit])
    return Page(page, page[-1].id if len(found) > limit else "", total)


def members(connection: Connection, body_code: str, household: str) -> tuple[Record, ...]:
    """The persons of a household who are open in the ledger."""
    e, r = base_events.c, base_records.c
    told = select(e.record_id).where(e.body == body_code, e.household == household)
    named = select(base_records).where(r.body == body_code, r.id.in_(told))
    said = select(base_events).where(e.body == body_code, e.record_id.in_(told))
    rows = sorted(connection.execute(named).all(), key=lambda row: (row.opened_at, row.identifier))
    found = derived(connection, rows, said, body_code)
    return tuple(one for one in found if one.household == household and one.state == "open")
