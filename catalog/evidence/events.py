"""Which events the log holds, in their order: kind, subject, instant and who acted; and what one entry says.

An entry says identifiers, counts and digests (:mod:`catalog.evidence.append`), and the words of whoever
acted, such as reasons. What those hold of people's numbers is told with its middle hidden
(:mod:`catalog.evidence.withholding`); the exact text is then withheld, its digest is not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, not_, or_, select

from catalog.evidence.append import instant_text, leaf_bytes
from catalog.evidence.prove import UnknownEntry
from catalog.evidence.withholding import masked
from catalog.store.parts import Part, parted
from catalog.store.tables.evidence import evidence_entries as table
from policies.clocks import ZONE

# Under which name an entry says who acted; a session says whose it is.
_ACTORS: Final = ("actor", "by", "opened_by", "person")


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the log, by its outside.

    Attributes:
        id: ``ev_…``.
        event: ``source:subject:action``.
        subject: id of what it is about.
        recorded_at: aware instant.
        position: 0-based place in the log.
        by: who acted, as the entry names them; empty where it names nobody.
    """

    id: str
    event: str
    subject: str
    recorded_at: datetime
    position: int
    by: str

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "id": self.id,
            "event": self.event,
            "subject": self.subject,
            "recorded_at": self.recorded_at.isoformat(),
            "position": self.position,
            "by": self.by,
        }


@dataclass(frozen=True, slots=True)
class Statement:
    """What one entry says.

    Attributes:
        event: its outside.
        body: what was recorded, numbers of people in it masked.
        leaf: the exact text the hash of the entry is taken over; None where something in it is masked.
        leaf_hash: that hash.
    """

    event: Event
    body: Mapping[str, Any]
    leaf: str | None
    leaf_hash: str

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        says = {"says": dict(self.body), "leaf": self.leaf, "leaf_hash": self.leaf_hash}
        return self.event.to_document() | says


def events(
    connection: Connection,
    part: Part,
    *,
    kind: str = "",
    subject: str = "",
    by: str = "",
    first: date | None = None,
    last: date | None = None,
) -> tuple[Event, ...]:
    """Entries that are in the log, the newest first; what waits to be taken in is not told yet.

    Args:
        connection: to read with.
        part: which page, by place in the log.
        kind: beginning of the event's name, such as ``space:request``; every one where empty.
        subject: of that subject alone; of every one where empty.
        by: of whoever acted alone, as entries name them; of everybody where empty.
        first: day, Asia/Shanghai; from the beginning where None.
        last: day; until now where None.
    """
    asked = select(*_COLUMNS).where(table.c.position.is_not(None))
    if kind:
        asked = asked.where(table.c.event.startswith(kind, autoescape=True))
    if subject:
        asked = asked.where(table.c.subject == subject)
    if by:
        asked = asked.where(_acted(by))
    if first is not None:
        asked = asked.where(table.c.recorded_at >= _morning(first))
    if last is not None:
        asked = asked.where(table.c.recorded_at < _morning(last + timedelta(days=1)))
    found = connection.execute(parted(asked, part, table.c.position, newest_first=True))
    return tuple(_event(row, json.loads(row.body)) for row in found)


def statement(connection: Connection, entry_id: str) -> Statement:
    """What an entry says.

    Raises:
        UnknownEntry: there is none of that id in the log.
    """
    columns = (*_COLUMNS, table.c.leaf_hash)
    asked = select(*columns).where(table.c.id == entry_id, table.c.position.is_not(None))
    row = connection.execute(asked).first()
    if row is None:
        raise UnknownEntry(entry_id)
    leaf = leaf_bytes(
        entry_id=row.id, event=row.event, subject=row.subject, body=row.body,
        recorded_at=instant_text(row.recorded_at),
    )  # fmt: skip
    body = json.loads(row.body)
    told = masked(body)
    return Statement(_event(row, body), told, leaf.decode() if told == body else None, row.leaf_hash)


_COLUMNS: Final = (
    table.c.id, table.c.event, table.c.subject, table.c.recorded_at, table.c.position, table.c.body
)  # fmt: skip


def _event(row: Any, body: Mapping[str, Any]) -> Event:
    by = next((str(body[name]) for name in _ACTORS if isinstance(body.get(name), str)), "")
    return Event(row.id, row.event, row.subject, row.recorded_at, row.position, masked(by))


def _acted(by: str) -> ColumnElement[bool]:
    """Bodies are canonical JSON: a name and its value stand in one form."""
    value = json.dumps(by, ensure_ascii=False)

    def says(text: str) -> ColumnElement[bool]:
        return table.c.body.contains(text, autoescape=True)

    # As it is told: of several names the first one names who acted, the others whom it was done to.
    return or_(
        *(
            and_(says(f'"{name}":{value}'), *(not_(says(f'"{before}":"')) for before in _ACTORS[:place]))
            for place, name in enumerate(_ACTORS)
        )
    )


def _morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZONE)
