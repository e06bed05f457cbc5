"""Challenges 校核 of a value, from the body that knows better to the department that answers for it.

Decides who may challenge what, by when it is answered, and what follows: the record is flagged as
disputed 异议标注 while it is pending, a rejection lifts the flag, an accepted value lifts it once a
later release carries it. Values stay in the store's row and in the workbook for the department;
evidence and notices name the row by its keyed reference.

Source: 政务数据共享条例（国务院令第809号）第26条; DB3208/T 219-2024 (flag while pending).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, insert, select, update

from catalog.clocks.place import place_on
from catalog.evidence import record
from catalog.home import Home
from catalog.store import writing
from catalog.store.schema import new_id
from catalog.store.tables.backflow import notices
from catalog.store.tables.forms import corrections, disputes
from policies import clocks
from policies.decision import Deny, Reason
from space.errors import Refused, SpaceError, Unknown
from space.wayback.backflow.authoritative import as_text
from space.wayback.corrections.challenges import Challenge, Prepared, prepare

# The clock of an answer, in `policies/rules/deadlines.yaml`.
DEADLINE: Final = "correction_answer"


class AlreadyChallenged(SpaceError):
    """The value has an open challenge.

    Attributes:
        correction_id: of that challenge.
    """

    def __init__(self, correction_id: str) -> None:
        self.correction_id = correction_id
        super().__init__(f"this value is already challenged by {correction_id} — wait for its answer")


class NotYours(SpaceError):
    """Another department answers for the value."""


class AlreadySettled(SpaceError):
    """The challenge was answered before."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A challenge and what became of it; without the values.

    Attributes:
        state: ``open``, ``rejected``, ``accepted`` or ``carried``.
        due_on: last day for the answer; provisional where the year's calendar is not known.
        late: whether the answer came after it.
        checked_release: newest release looked at for the accepted value.
    """

    id: str
    asker: str
    dataset: str
    row: str
    field: str
    department: str
    department_code: str
    state: str
    opened_at: datetime
    due_on: date
    due_provisional: bool
    answer: str | None
    answered_at: datetime | None
    late: bool | None
    checked_release: str | None


def open_challenge(home: Home, engine: Engine, challenge: Challenge, *, by: str, now: datetime) -> Correction:
    """Send a challenge to the source department and flag the record.

    Args:
        home: the installation.
        engine: its store.
        challenge: what is wrong.
        by: the person who says so.
        now: aware instant; the clock starts the day after.

    Returns:
        The open challenge, with its due day.

    Raises:
        AlreadyChallenged: somebody was first.
        Others as of :func:`space.wayback.corrections.challenges.prepare`.
    """
    prepared = prepare(home, engine, challenge)
    with writing(engine) as connection:
        earlier = pending(connection, challenge.dataset, challenge.row, challenge.field)
        if earlier is not None:
            raise AlreadyChallenged(earlier)
        return send(connection, prepared, by=by, now=now)


def send(connection: Connection, prepared: Prepared, *, by: str, now: datetime) -> Correction:
    """Record a prepared challenge in the caller's transaction: row, flag and evidence together."""
    asked, found = prepared.challenge, prepared.found
    department = found.contract.department
    received = clocks.local_date(now)
    place = place_on(connection, received)
    rule, clock = clocks.deadline(DEADLINE, received, place), clocks.due_by(DEADLINE, received, place)
    correction_id = new_id("cor")
    evidence_id = record(
        connection,
        event="correction:challenge:open",
        subject=correction_id,
        body={
            "asker": asked.asker,
            "dataset": asked.dataset,
            "release": found.release.id,
            "row": asked.row,
            "field": asked.field,
            "department": department.code,
            "due_on": clock.date.isoformat(),
        },
        now=now,
    )
    connection.execute(
        insert(corrections).values(
            id=correction_id,
            asker=asked.asker,
            dataset=asked.dataset,
            release_id=found.release.id,
            row=asked.row,
            field=asked.field,
            row_key={name: as_text(value) for name, value in prepared.row.key.items()},
            old_value=as_text(prepared.row.values[asked.field]),
            new_value=asked.value,
            reason=asked.reason,
            department=department.name,
            department_code=department.code,
            state="open",
            opened_by=by,
            opened_at=now,
            due_on=clock.date,
            due_provisional=clock.provisional,
            due_rule=f"{rule.name}: {rule.workdays} working days, {rule.source}",
            evidence_id=evidence_id,
        )
    )
    flag = {"dataset": asked.dataset, "row": asked.row, "field": asked.field, "opened_at": now}
    connection.execute(insert(disputes).values(correction_id=correction_id, **flag))
    return correction(connection, correction_id)


def pending(connection: Connection, dataset: str, row: str, field: str) -> str | None:
    """The challenge a value is under now, or None."""
    d = disputes.c
    query = select(d.correction_id).where(
        d.dataset == dataset, d.row == row, d.field == field, d.closed_at.is_(None)
    )
    found: str | None = connection.execute(query).scalar()
    return found


def answer(
    engine: Engine,
    correction_id: str,
    *,
    department_code: str,
    accepted: bool,
    reason: str,
    by: str,
    now: datetime,
) -> Correction:
    """Answer a challenge, for the department that answers for the value.

    Args:
        engine: the store.
        correction_id: which.
        department_code: of the answering department.
        accepted: whether the value will be corrected.
        reason: told to the asker.
        by: the person who answers.
        now: aware instant.

    Returns:
        The challenge, ``accepted`` or ``rejected``; the answer is in the asker's inbox.

    Raises:
        Unknown: there is no such challenge.
        NotYours: another department answers for the value.
        AlreadySettled: it was answered before.
        Refused: no reason is given.
    """
    if not reason.strip():
        raise Refused(Deny((Reason("correction.answer.reason", "an answer states its reason"),)))
    with writing(engine) as connection:
        asked = correction(connection, correction_id)
        if asked.department_code != department_code:
            raise NotYours(f"{asked.department} answers for {asked.dataset}, not {department_code}")
        state = "accepted" if accepted else "rejected"
        late = clocks.local_date(now) > asked.due_on
        settled = connection.execute(
            update(corrections)
            .where(corrections.c.id == correction_id, corrections.c.state == "open")
            .values(
                state=state,
                answer=reason,
                answered_by=by,
                answered_at=now,
                late=late,
                closed_at=None if accepted else now,
            )
        )
        if settled.rowcount != 1:
            raise AlreadySettled(f"{correction_id} was answered before: {asked.state}")
        if not accepted:
            lift_flag(connection, correction_id, now)
        record(
            connection,
            event="correction:challenge:answer",
            subject=correction_id,
            body={"accepted": accepted, "late": late, "department": department_code, "by": by},
            now=now,
        )
        notify(connection, asked, f"{asked.dataset}.{asked.field}: {state} by {asked.department}", now)
        return correction(connection, correction_id)


def correction(connection: Connection, correction_id: str) -> Correction:
    """The challenge of that id.

    Raises:
        Unknown: there is none.
    """
    row = connection.execute(select(corrections).where(corrections.c.id == correction_id)).first()
    if row is None:
        raise Unknown("challenge", correction_id, "see `ybz correct list`")
    return of_row(row)


def listing(
    connection: Connection, *, asker: str | None = None, department_code: str | None = None
) -> tuple[Correction, ...]:
    """Challenges of one asker, of one department, or all; oldest first."""
    query = select(corrections).order_by(corrections.c.opened_at, corrections.c.id)
    if asker is not None:
        query = query.where(corrections.c.asker == asker)
    if department_code is not None:
        query = query.where(corrections.c.department_code == department_code)
    return tuple(of_row(row) for row in connection.execute(query))


def lift_flag(connection: Connection, correction_id: str, now: datetime) -> None:
    """The record of a challenge is no longer disputed."""
    connection.execute(
        update(disputes).where(disputes.c.correction_id == correction_id).values(closed_at=now)
    )


def notify(connection: Connection, asked: Correction, message: str, now: datetime) -> None:
    """Put a line into the asker's inbox."""
    connection.execute(
        insert(notices).values(
            id=new_id("ntc"),
            organisation=asked.asker,
            kind="correction",
            subject=asked.id,
            message=message,
            sent_at=now,
        )
    )


def of_row(row: Row[Any]) -> Correction:
    """A stored challenge without its values."""
    return Correction(
        id=row.id,
        asker=row.asker,
        dataset=row.dataset,
        row=row.row,
        field=row.field,
        department=row.department,
        department_code=row.department_code,
        state=row.state,
        opened_at=row.opened_at,
        due_on=row.due_on,
        due_provisional=row.due_provisional,
        answer=row.answer,
        answered_at=row.answered_at,
        late=row.late,
        checked_release=row.checked_release_id,
    )
