"""Which events the log holds, in their order: kind, subject and instant, never what an entry says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from catalog.store.parts import Part, parted
from catalog.store.tables.evidence import evidence_entries as table


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the log, by its outside.

    Attributes:
        id: ``ev_…``.
        event: ``source:subject:action``.
        subject: id of what it is about.
        recorded_at: aware instant.
        position: 0-based place in the log.
    """

    id: str
    event: str
    subject: str
    recorded_at: datetime
    position: int

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "id": self.id,
            "event": self.event,
            "subject": self.subject,
            "recorded_at": self.recorded_at.isoformat(),
            "position": self.position,
        }


def events(connection: Connection, part: Part, *, kind: str = "", subject: str = "") -> tuple[Event, ...]:
    """Entries that are in the log, the newest first; what waits to be taken in is not told yet.

    Args:
        connection: to read with.
        part: which page, by place in the log.
        kind: beginning of the event's name, such as ``space:request``; every one where empty.
        subject: of that subject alone; of every one where empty.
    """
    asked = select(table.c.id, table.c.event, table.c.subject, table.c.recorded_at, table.c.position).where(
        table.c.position.is_not(None)
    )
    if kind:
        asked = asked.where(table.c.event.startswith(kind, autoescape=True))
    if subject:
        asked = asked.where(table.c.subject == subject)
    found = connection.execute(parted(asked, part, table.c.position, newest_first=True))
    return tuple(Event(*row) for row in found)
