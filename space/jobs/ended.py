"""Jobs that ended: which of them are there, whose time is over, and how their rows go."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, select

from catalog.store.tables.jobs import jobs
from space.jobs.jobs import OPEN


def over(connection: Connection, now: datetime) -> tuple[str, ...]:
    """Ids of jobs whose time is over."""
    j = jobs.c
    return tuple(connection.execute(select(j.id).where(j.expires_at <= now, ~j.state.in_(OPEN))).scalars())


def ended_of(connection: Connection, job_ids: Collection[str]) -> Mapping[str, bool]:
    """Of some jobs, those that are there, and whether each has ended."""
    j = jobs.c
    rows = connection.execute(select(j.id, j.state).where(j.id.in_(job_ids)))
    return {row.id: row.state not in OPEN for row in rows}


def forget(connection: Connection, job_id: str) -> None:
    """Delete the row of a job whose time is over."""
    connection.execute(delete(jobs).where(jobs.c.id == job_id))
