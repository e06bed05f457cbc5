"""What waits in the store, and what was spent in sums over everybody: figures, never whose.

Decides which figures of the store are told to those who run it. Shares are told in tenths, so that no single
organisation's use can be read from the difference of two looks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, Select, func, select

from catalog.store import reading
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.grants import privacy_years
from catalog.store.tables.jobs import jobs
from catalog.store.tables.notices import notices
from catalog.store.tables.queries import reservations
from catalog.store.tables.releases import intents
from catalog.store.tables.webhooks import webhook_messages
from policies.privacy_budget import yearly_limits


@dataclass(frozen=True, slots=True)
class Queue:
    """One figure, perhaps by labels.

    Attributes:
        name: in the metrics.
        says: what it counts.
        labels: names of its labels.
        numbers: values of the labels, and the number.
    """

    name: str
    says: str
    labels: tuple[str, ...]
    numbers: tuple[tuple[tuple[str, ...], float], ...]


def queues(engine: Engine, day: date) -> tuple[Queue, ...]:
    """Every figure, of one moment."""
    with reading(engine) as connection:
        return tuple(_queues(connection, day))


def _queues(connection: Connection, day: date) -> Iterator[Queue]:
    waiting = select(func.count()).select_from(evidence_entries).where(evidence_entries.c.position.is_(None))
    yield _one(connection, "ybz_evidence_waiting", "Entries that wait for their place in the log.", waiting)
    open_calls = select(func.count()).select_from(reservations).where(reservations.c.state == "reserved")
    yield _one(connection, "ybz_calls_open", "Calls that are reserved and not over.", open_calls)
    cut = select(func.count()).select_from(intents).where(intents.c.closed_at.is_(None))
    yield _one(connection, "ybz_builds_open", "Builds under way, or cut off.", cut)
    for name, says, column, states in (
        ("ybz_jobs", "Jobs that are not over.", jobs.c.state, ("waiting", "running")),
        ("ybz_webhook_messages", "Messages to webhooks.", webhook_messages.c.state, ("waiting", "dead")),
        ("ybz_notices", "Notices by mail.", notices.c.state, ("waiting", "dead")),
    ):
        yield _by_state(connection, name, says, column, states)
    yield _privacy(connection, day)


def _one(connection: Connection, name: str, says: str, asked: Select[int]) -> Queue:
    return Queue(name, says, (), (((), float(connection.execute(asked).scalar_one())),))


def _by_state(connection: Connection, name: str, says: str, column: Any, states: Sequence[str]) -> Queue:
    asked = select(column, func.count()).where(column.in_(states)).group_by(column)
    found = {row[0]: row[1] for row in connection.execute(asked)}
    return Queue(name, says, ("state",), tuple(((state,), float(found.get(state, 0))) for state in states))


def _privacy(connection: Connection, day: date) -> Queue:
    """How many tenths of a unit kind's yearly privacy budget are held by grants, rounded down."""
    found = connection.execute(
        select(privacy_years.c.kind, privacy_years.c.nrho).where(privacy_years.c.year == day.year)
    )
    tenths = {row.kind: 10 * row.nrho // max(1, yearly_limits(row.kind, day)[0]) for row in found}
    numbers = tuple(((kind,), float(number)) for kind, number in tenths.items())
    return Queue("ybz_privacy_year_tenths", "Tenths of the year's budget in grants.", ("kind",), numbers)
