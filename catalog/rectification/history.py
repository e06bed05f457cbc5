"""What happened to a case, in order, for a person to read."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from catalog.store.tables.quality import rectification_events


def events(connection: Connection, case_id: str) -> list[dict[str, Any]]:
    """Every event of a case, the first one first; counts and names, no value of the data."""
    e = rectification_events.c
    rows = connection.execute(
        select(rectification_events).where(e.case_id == case_id).order_by(e.number)
    ).all()
    return [
        {
            "event": row.event, "at": row.at.isoformat(), "remaining": row.remaining, "on_time": row.on_time,
            "by": row.actor, "evidence_id": row.evidence_id,
        }
        for row in rows
    ]  # fmt: skip
