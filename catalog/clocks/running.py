"""One clock of a duty: started, paused, extended, ended.

It starts on receipt, stands still while the other side owes something, may be extended once by who may
consent, and ends when the duty is done.

Decides due days from the rule in force on the day of receipt, in the installation's place; rules change,
running clocks do not (only a calendar that was missing moves them: :mod:`catalog.clocks.recompute`).
What is overdue stays so: no pause and no extension takes it back. Every act is evidence beside its row.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from catalog import evidence
from catalog.clocks.place import place_on
from catalog.errors import CatalogError
from catalog.store.schema import new_id
from catalog.store.tables.clocks import clock_extensions, clock_pauses, clocks
from policies import clocks as rules
from policies.rulebook import rule as rule_row

RUNNING: Final = "running"
PAUSED: Final = "paused"
DONE: Final = "done"
CANCELLED: Final = "cancelled"
OPEN: Final = (RUNNING, PAUSED)


class ClockError(CatalogError):
    """A clock that cannot do what is asked of it."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A duty with its time; mirrors its row in the store.

    Attributes:
        subject: what it is about, ``entry:people.residents``.
        rule: name of the deadline rule.
        place: whose rule it is, ``national`` or a division code.
        workdays: the rule's, on the day of receipt.
        source: law and article.
        owner, owner_code: who owes it.
        words: what is owed, one phrase.
        received_on: day of receipt, which does not count.
        due_on: last day; None while it stands still.
        provisional: the count ran through a year without an official calendar.
        state: ``running``, ``paused``, ``done`` or ``cancelled``.
        on_time: whether it was done by its last day; None while it is open.
    """

    id: str
    subject: str
    rule: str
    place: str
    workdays: int
    source: str
    owner: str
    owner_code: str
    words: str
    received_on: date
    due_on: date | None
    provisional: bool
    state: str
    started_at: datetime
    ended_at: datetime | None
    on_time: bool | None

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        days = {key: getattr(self, key) for key in ("received_on", "due_on", "started_at", "ended_at")}
        return asdict(self) | {key: None if day is None else day.isoformat() for key, day in days.items()}


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
        "extension": extension, "workdays": granted, "reason": reason, "actor": approved_by,
        "due_on": due.date.isoformat(),
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


def clocks_of(connection: Connection, subject: str, *, open_only: bool = False) -> tuple[Clock, ...]:
    """The clocks of a subject, the first started first."""
    query = select(clocks).where(clocks.c.subject == subject).order_by(clocks.c.started_at, clocks.c.id)
    if open_only:
        query = query.where(clocks.c.state.in_(OPEN))
    return tuple(_clock(row) for row in connection.execute(query))


def open_clocks(connection: Connection) -> tuple[Clock, ...]:
    """Every duty that is owed, the first due first; those that stand still last."""
    query = select(clocks).where(clocks.c.state.in_(OPEN))
    rows = connection.execute(query.order_by(clocks.c.due_on.is_(None), clocks.c.due_on, clocks.c.subject))
    return tuple(_clock(row) for row in rows)


def due_of(connection: Connection, clock: Clock) -> rules.Due:
    """The due day with every pause and extension counted in."""
    e, p = clock_extensions.c, clock_pauses.c
    added = connection.execute(select(e.workdays).where(e.clock_id == clock.id)).scalars()
    spans = connection.execute(select(p.first_on, p.last_on).where(p.clock_id == clock.id)).all()
    paused = [(first, last) for first, last in spans]
    return rules.due(clock.received_on, clock.workdays + sum(added), rules.calendar(), paused)


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
    return _clock(row)


def _record(connection: Connection, act: str, clock: Clock, now: datetime, body: dict[str, Any]) -> None:
    document = {"clock": clock.id, "rule": clock.rule, "subject": clock.subject, **body}
    evidence.record(connection, event=f"catalog:clock:{act}", subject=clock.subject, body=document, now=now)


def _clock(row: Row[Any]) -> Clock:
    return Clock(**row._mapping)
