"""One clock of a duty: started, paused, extended, ended.

It starts on receipt, stands still while the other side owes something, may be extended once by who may
consent, and ends when the duty is done.

Decides due days from the rule in force on the day of receipt, in the installation's place; rules change,
running clocks do not (only a calendar that was missing moves them: :mod:`catalog.clocks.recompute`).
What is overdue stays so: no pause and no extension takes it back. Every act is evidence beside its row.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from catalog import evidence
from catalog.clocks.place import place_on
from catalog.clocks.standing import (
    CANCELLED,
    DONE,
    OPEN,
    PAUSED,
    RUNNING,
    Clock,
    clocks_of,
    due_of,
    open_clocks,
)
from catalog.errors import CatalogError
from catalog.store.schema import new_id
from catalog.store.tables.clocks import clock_extensions, clock_pauses, clocks
from policies import clocks as rules
from policies.rulebook import rule as rule_row

__all__ = [
    "CANCELLED", "DONE", "OPEN", "PAUSED", "RUNNING", "Clock", "ClockError", "cancel", "clocks_of", "due_of",
    "end", "extend", "extensions_of", "open_clocks", "pause", "resume", "start",
]  # fmt: skip


class ClockError(CatalogError):
    """A clock that cannot do what is asked of it."""


def start(
    connection: Connection,
    *,
    subject: str,
    rule: str,
    owner: str,
    owner_code: str,
    words: str,
    now: datetime,
    place: str | None = None,
    received_on: date | None = None,
) -> Clock:
    """Start the clock of a duty.

    Args:
        connection: a writing transaction.
        subject: what it is about; one open clock of a rule a subject.
        rule: name of the deadline rule, e.g. ``catalogue_review``.
        owner: who owes it.
        owner_code: their code.
        words: what is owed, e.g. ``review the entry``.
        now: aware instant of receipt.
        place: whose rule goes before the national one; the installation's own where None.
        received_on: day of receipt where it is not today's, e.g. the first day of an agreement.

    Raises:
        ClockError: that clock runs already.
        RuleError: no such rule is in force.
    """
    if any(clock.rule == rule for clock in clocks_of(connection, subject, open_only=True)):
        raise ClockError(f"{subject}: the clock {rule} runs already — end it first")
    received = received_on or rules.local_date(now)
    asked = place_on(connection, received) if place is None else place
    ruled = rules.deadline(rule, received, asked)
    due = rules.due(received, ruled.workdays, rules.calendar())
    clock = Clock(
        new_id("clk"), subject, rule, ruled.place, ruled.workdays, ruled.source, owner, owner_code, words,
        received, due.date, due.provisional, RUNNING, now, None, None,
    )  # fmt: skip
    connection.execute(insert(clocks).values(**{c.name: getattr(clock, c.name) for c in clocks.columns}))
    _record(connection, "start", clock, now, {"owner": owner_code, "due_on": due.date.isoformat()})
    return clock


def pause(connection: Connection, *, subject: str, rule: str, reason: str, by: str, now: datetime) -> Clock:
    """Let a clock stand still from today on, because the other side owes something.

    A clock that is overdue already keeps its due day: what was late stays late.

    Raises:
        ClockError: no such clock runs, or no reason is given.
    """
    clock = _only(connection, subject, rule, RUNNING)
    if not reason.strip():
        raise ClockError(f"{subject}: a pause states what the other side owes — give the reason")
    assert clock.due_on is not None
    late = rules.local_date(now) > clock.due_on
    connection.execute(
        insert(clock_pauses).values(
            id=new_id("pau"), clock_id=clock.id, first_on=rules.local_date(now), reason=reason, made_by=by
        )
    )
    body = {"reason": reason, "actor": by, "overdue": late}
    return _changed(
        connection, clock, "pause", now, body, state=PAUSED, due_on=clock.due_on if late else None
    )


def resume(connection: Connection, *, subject: str, rule: str, by: str, now: datetime) -> Clock:
    """Let a paused clock run on; the days up to yesterday did not count, today's counts as usual.

    Raises:
        ClockError: no such clock stands still.
    """
    clock = _only(connection, subject, rule, PAUSED)
    p = clock_pauses.c
    yesterday = rules.local_date(now) - timedelta(days=1)
    still = connection.execute(
        select(p.id, p.first_on).where(p.clock_id == clock.id, p.last_on.is_(None))
    ).one()
    # Paused and resumed on one day: nothing stood still. A span that ends before it begins pauses no day.
    connection.execute(update(clock_pauses).where(p.id == still.id).values(last_on=yesterday))
    due = due_of(connection, clock)
    return _changed(
        connection, clock, "resume", now, {"actor": by, "due_on": due.date.isoformat()},
        state=RUNNING, due_on=due.date, provisional=due.provisional,
    )  # fmt: skip


def extend(
    connection: Connection,
    *,
    subject: str,
    rule: str,
    extension: str,
    reason: str,
    approved_by: str,
    now: datetime,
    by: str = "",
    workdays: int | None = None,
) -> Clock:
    """Add the working days of an extension rule, once.

    Args:
        connection: a writing transaction.
        subject: whose clock.
        rule: which of its clocks.
        extension: name of the deadline rule that says how many days, e.g. ``catalogue_update_extension``.
        reason: why.
        approved_by: who consented.
        now: aware instant, not after the last day.
        by: who asked for it and enters it; the approver where nobody is named.
        workdays: how many, where the approver grants fewer than the rule allows.

    Raises:
        ClockError: no such clock runs, it is overdue, it was extended under this rule already, the rule
            extends other clocks, reason or approver is missing, or the days are not 1 to the rule's.
    """
    clock = _only(connection, subject, rule, RUNNING)
    if not reason.strip() or not approved_by.strip():
        raise ClockError(f"{subject}: an extension states its reason and who consented — give both")
    assert clock.due_on is not None
    today = rules.local_date(now)
    if today > clock.due_on:
        raise ClockError(f"{subject}: {rule} was due on {clock.due_on} — an overdue duty is not extended")
    e = clock_extensions.c
    if connection.execute(select(e.id).where(e.clock_id == clock.id, e.rule == extension)).first():
        raise ClockError(f"{subject}: {rule} was extended by {extension} already — it is extended once")
    known = extensions_of(rule, today)
    if extension not in known:
        raise ClockError(
            f"{subject}: {extension} does not extend {rule} — {', '.join(known) or 'no rule does'}"
        )
    ruled = rules.deadline(extension, today, place_on(connection, today))
    granted = ruled.workdays if workdays is None else workdays
    if not 1 <= granted <= ruled.workdays:
        raise ClockError(f"{subject}: {extension} gives 1 to {ruled.workdays} working days, not {granted}")
    connection.execute(
        insert(clock_extensions).values(
            id=new_id("ext"), clock_id=clock.id, rule=extension, workdays=granted, reason=reason,
            approved_by=approved_by, made_at=now,
        )
    )  # fmt: skip
    due = due_of(connection, clock)
    body = {
        "extension": extension, "workdays": granted, "reason": reason, "actor": by or approved_by,
        "approved_by": approved_by, "due_on": due.date.isoformat(),
    }  # fmt: skip
    return _changed(connection, clock, "extend", now, body, due_on=due.date, provisional=due.provisional)


def extensions_of(rule: str, on: date) -> tuple[str, ...]:
    """The deadline rules under which a clock may be extended; ``clock_extensions`` of ``clocks.yaml``."""
    extends = rule_row("clocks", "clock_extensions", on).value
    return tuple(name for name, clocks_ in extends.items() if rule in clocks_)


def end(connection: Connection, *, subject: str, rule: str, now: datetime) -> Clock:
    """The duty is done; on time, if it stands still and was not overdue when it began to.

    Raises:
        ClockError: no such clock is open.
    """
    clock = _only(connection, subject, rule, *OPEN)
    on_time = clock.due_on is None or rules.local_date(now) <= clock.due_on
    return _changed(
        connection, clock, "end", now, {"on_time": on_time}, state=DONE, ended_at=now, on_time=on_time
    )


def cancel(connection: Connection, *, subject: str, rule: str, reason: str, now: datetime) -> Clock:
    """The duty fell away: nothing is owed any more.

    Raises:
        ClockError: no such clock is open.
    """
    clock = _only(connection, subject, rule, *OPEN)
    return _changed(connection, clock, "cancel", now, {"reason": reason}, state=CANCELLED, ended_at=now)


def _only(connection: Connection, subject: str, rule: str, *states: str) -> Clock:
    for clock in clocks_of(connection, subject):
        if clock.rule == rule and clock.state in states:
            return clock
    raise ClockError(f"{subject}: no clock {rule} is {' or '.join(states)} — see `ybz due`")


def _changed(
    connection: Connection, clock: Clock, act: str, now: datetime, body: dict[str, Any], **values: Any
) -> Clock:
    connection.execute(update(clocks).where(clocks.c.id == clock.id).values(**values))
    _record(connection, act, clock, now, body)
    row = connection.execute(select(clocks).where(clocks.c.id == clock.id)).one()
    return Clock(**row._mapping)


def _record(connection: Connection, act: str, clock: Clock, now: datetime, body: dict[str, Any]) -> None:
    document = {"clock": clock.id, "rule": clock.rule, "subject": clock.subject, **body}
    evidence.record(connection, event=f"catalog:clock:{act}", subject=clock.subject, body=document, now=now)
