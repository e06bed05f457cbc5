"""What the ledger says of an entry: its acts, how it was on a day, and lists of entries by state.

Decides nothing; it reads rows that are never changed, so that the answer for a past day stays the same.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from catalog import revisions
from catalog.cataloging import conditions
from catalog.cataloging.acts import COMPILE, PUBLISH, TRIGGER, WITHDRAW, Act, acts_of
from catalog.cataloging.clocks import subject
from catalog.cataloging.standing import Standing, all_standings, standing
from catalog.clocks.running import Clock, clocks_of
from catalog.errors import CatalogError
from catalog.store.parts import Part
from catalog.store.tables.cataloging import entry_triggers
from contracts.odcs.files import to_document
from policies.clocks import local_date


class NotYet(CatalogError):
    """An entry was not in the ledger on the day asked for."""


def history(connection: Connection, name: str) -> dict[str, Any]:
    """Every act on an entry with its actor, time and reason, and what hangs on it.

    Raises:
        UnknownDataset: the ledger has no such entry.
    """
    found = standing(connection, name)
    t = entry_triggers.c
    triggers = connection.execute(
        select(entry_triggers).where(t.entry_id == found.entry_id).order_by(t.recorded_at, t.id)
    ).all()
    return {
        **_head(found),
        "acts": [act.as_document() for act in acts_of(connection, found.entry_id)],
        "findings": [each.as_document() for each in conditions.findings_of(connection, found.entry_id)],
        "triggers": [
            {
                "kind": row.kind, "what": row.what, "by": row.recorded_by, "at": row.recorded_at.isoformat(),
                "answered_by": row.answered_by,
            }
            for row in triggers
        ],
        "clocks": [_clock(clock) for clock in clocks_of(connection, subject(found.name))],
    }  # fmt: skip


def as_of(connection: Connection, name: str, on: date) -> dict[str, Any]:
    """An entry as it was at the end of a day, Asia/Shanghai.

    Raises:
        UnknownDataset: the ledger has no such entry.
        NotYet: it was not in the ledger on that day.
    """
    found = standing(connection, name)
    number = revision_on(connection, found, on)
    acts = [act for act in acts_of(connection, found.entry_id) if local_date(act.now) <= on]
    steps = [act for act in acts if act.event not in (TRIGGER, WITHDRAW)]
    revision = revisions.number(connection, found.name, number)
    pending = next((a for a in reversed(steps) if a.revision > number), None)
    return {
        "name": found.name, "code": found.code, "as_of": on.isoformat(), "revision": number,
        "state": _state_then(acts, number, found),
        "pending": {"revision": pending.revision, "state": pending.after} if pending else None,
        "made_by": revision.made_by, "made_at": revision.made_at.isoformat(), "reason": revision.reason,
        "digest": revision.digest, "contract": to_document(revision.contract),
    }  # fmt: skip


def revision_on(connection: Connection, found: Standing, on: date) -> int:
    """Number of the revision in force at the end of a day; of the newest then, where none was published.

    Raises:
        NotYet: the entry was not in the ledger on that day.
    """
    made = [each for each in revisions.history(connection, found.name) if local_date(each.made_at) <= on]
    if not made:
        raise NotYet(f"{found.name} was not in the ledger on {on} — its first revision is of a later day")
    acts = acts_of(connection, found.entry_id)
    published = [act.revision for act in acts if act.event == PUBLISH and local_date(act.now) <= on]
    if published:
        return published[-1]
    # A store of an earlier version kept no acts: a revision was in force when it was made.
    compiled = {act.revision for act in acts if act.event == COMPILE}
    return next((each.number for each in reversed(made) if each.number not in compiled), made[-1].number)


def listed(
    connection: Connection,
    states: Sequence[str],
    *,
    departments: Collection[str] | None = None,
    owner: str = "",
    part: Part | None = None,
) -> list[dict[str, Any]]:
    """Entries, or those that are, or have a revision on its way, in one of some states; by name.

    Args:
        connection: to read with.
        states: which; of every state where empty.
        departments: only of these departments, by their codes.
        owner: only of this department, by its name.
        part: which of them.
    """
    found = all_standings(connection, states, departments=departments, owner=owner, part=part)
    return [_head(each) for each in found]


def _state_then(acts: Sequence[Act], number: int, found: Standing) -> str:
    """The state of the revision that spoke for the entry after some acts; without any, what its row says."""
    told = [act for act in acts if act.revision == number and act.event != TRIGGER]
    if told:
        return told[-1].after
    return found.state if found.published is None else revisions.PUBLISHED


def _head(found: Standing) -> dict[str, Any]:
    pending = {"revision": found.newest, "state": found.pending} if found.pending else None
    return {
        "name": found.name, "code": found.code, "title": found.title, "department": found.department,
        "state": found.state, "revision": found.published or found.newest, "pending": pending,
    }  # fmt: skip


def _clock(clock: Clock) -> dict[str, Any]:
    return {
        "rule": clock.rule, "owner": clock.owner, "received_on": clock.received_on.isoformat(),
        "due_on": clock.due_on.isoformat() if clock.due_on else None, "provisional": clock.provisional,
        "state": clock.state, "on_time": clock.on_time, "source": clock.source,
    }  # fmt: skip
