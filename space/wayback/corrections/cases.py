"""Challenges 校核 of a value, from whoever knows better to the department that answers for it.

Decides by when a challenge is answered, and what follows: the record is flagged as disputed 异议标注 while it
is pending, a rejection lifts the flag, an accepted value lifts it once a later release carries it. Values
stay in the store's row and in the workbook for the department; evidence and notices name the row by its keyed
reference. Appeals are :mod:`space.wayback.corrections.appeals`'.

Source: 政务数据共享条例（国务院令第809号）第26条; DB3208/T 219-2024 (flag while pending).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, insert, inspect

from catalog.clocks.place import place_on
from catalog.home import Home
from catalog.store import writing
from catalog.store.schema import new_id
from catalog.store.tables.backflow import notices
from catalog.store.tables.forms import corrections, disputes
from policies import clocks
from policies.access import OrganisationKind
from policies.decision import Deny, Reason
from space.errors import Refused, SpaceError
from space.identity.organisations import organisation
from space.wayback.backflow.authoritative import as_text
from space.wayback.corrections import flags, limits
from space.wayback.corrections.challenges import Challenge, Prepared, prepare
from space.wayback.corrections.course import (
    Bench,
    Correction,
    Step,
    correction,
    end_clocks,
    listing,
    log,
    of_row,
    take,
)
from space.wayback.corrections.flags import pending

__all__ = [
    "AlreadyChallenged", "AlreadySettled", "Correction", "NotYours", "answer", "answer_within", "correction",
    "listing", "notify", "of_row", "open_challenge", "pending", "send", "send_new", "tell",
]  # fmt: skip

# The clock of an answer, in `policies/rules/deadlines.yaml`.
DEADLINE: Final = "correction_answer"
# States in which the department answers a challenge for the first time, or anew.
_ANSWERED: Final = ("open", "reopened", "before_authority", "before_superior", "before_government")


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
        return send_new(connection, prepared, by=by, now=now)


def send_new(connection: Connection, prepared: Prepared, *, by: str, now: datetime) -> Correction:
    """:func:`send`, unless the value has an open challenge.

    Raises:
        AlreadyChallenged: somebody was first.
    """
    asked = prepared.challenge
    earlier = pending(connection, asked.dataset, asked.row, asked.field)
    if earlier is not None:
        raise AlreadyChallenged(earlier)
    return send(connection, prepared, by=by, now=now)


def send(connection: Connection, prepared: Prepared, *, by: str, now: datetime) -> Correction:
    """Record a prepared challenge in the caller's transaction: row, flag and evidence together.

    Raises:
        Refused: the store is of an earlier version that takes challenges of grass-roots bodies alone;
            others as of :func:`space.wayback.corrections.limits.admit`.
    """
    asked, found = prepared.challenge, prepared.found
    _refuse_old_store(connection, asked.asker)
    limits.admit(connection, prepared, now)
    case, due_rule = _opened(prepared, place_on(connection, clocks.local_date(now)), now)
    row = _row(prepared, case) | {"opened_by": by, "due_rule": due_rule}
    connection.execute(insert(corrections).values(row))
    told = {
        "asker": case.asker, "dataset": case.dataset, "release": found.release.id, "row": case.row,
        "field": case.field, "department": case.department_code, "origin": case.origin,
    }  # fmt: skip
    step = Step("open", Bench.REPORTER, by, now, asked.reason, told=told, due_on=case.due_on)
    evidence_id = log(connection, case, step, "open")
    connection.execute(
        corrections.update().where(corrections.c.id == case.id).values(evidence_id=evidence_id)
    )
    flag = {"dataset": case.dataset, "row": case.row, "field": case.field, "opened_at": now}
    connection.execute(insert(disputes).values(correction_id=case.id, **flag))
    return correction(connection, case.id)


def _opened(prepared: Prepared, place: str, now: datetime) -> tuple[Correction, str]:
    """A case as it begins, with its last day, and the rule that sets it."""
    asked, department = prepared.challenge, prepared.found.contract.department
    received = clocks.local_date(now)
    rule, clock = clocks.deadline(DEADLINE, received, place), clocks.due_by(DEADLINE, received, place)
    case = Correction(
        id=new_id("cor"), asker=asked.asker, dataset=asked.dataset, row=asked.row, field=asked.field,
        department=department.name, department_code=department.code, state="open", opened_at=now,
        due_on=clock.date, due_provisional=clock.provisional, answer=None, answered_at=None, late=None,
        checked_release=None, origin=asked.origin,
    )  # fmt: skip
    return case, f"{rule.name}: {rule.workdays} working days, {rule.source}"


def _row(prepared: Prepared, case: Correction) -> dict[str, Any]:
    """The stored form of a case as it begins; both values stay in it."""
    asked, row = prepared.challenge, prepared.row
    names = (
        "id", "asker", "dataset", "row", "field", "department", "department_code", "state", "opened_at",
        "due_on", "due_provisional",
    )  # fmt: skip
    return {name: getattr(case, name) for name in names} | {
        "release_id": prepared.found.release.id,
        "row_key": {name: as_text(value) for name, value in row.key.items()},
        "old_value": as_text(row.values[asked.field]),
        "new_value": asked.value,
        "reason": asked.reason,
        "evidence_id": "",  # of the step that follows in this transaction
        "origin": asked.origin or None,
    }


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
    """Answer a challenge, for the department that answers for the value; also one that came back.

    While an appeal is under way the department may give in; it cannot refuse a second time.

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
        IllegalStep: it is another office's turn.
        Refused: no reason is given.
    """
    with writing(engine) as connection:
        return answer_within(
            connection, correction_id, department_code=department_code, accepted=accepted, reason=reason,
            by=by, now=now,
        )  # fmt: skip


def answer_within(
    connection: Connection,
    correction_id: str,
    *,
    department_code: str,
    accepted: bool,
    reason: str,
    by: str,
    now: datetime,
) -> Correction:
    """:func:`answer` in the caller's transaction."""
    if not reason.strip():
        raise Refused(Deny((Reason("correction.answer.reason", "an answer states its reason"),)))
    asked = correction(connection, correction_id)
    if asked.department_code != department_code:
        raise NotYours(f"{asked.department} answers for {asked.dataset}, not {department_code}")
    if asked.state not in _ANSWERED:
        raise AlreadySettled(f"{correction_id} was answered before: {asked.state}")
    values = {"answer": reason, "answered_by": by, "answered_at": now, "level": None}
    values["closed_at"] = None if accepted else now
    late = asked.late
    if asked.state == "open":  # the first answer alone is on time or late
        late = values["late"] = clocks.local_date(now) > asked.due_on
    told = {"accepted": accepted, "late": late, "department": department_code}
    event = "accept" if accepted else "reject"
    done = take(connection, asked, Step(event, Bench.DEPARTMENT, by, now, reason, values=values, told=told))
    end_clocks(connection, asked, now)
    if not accepted:
        flags.lift(connection, correction_id, now)
    notify(connection, asked, f"{asked.dataset}.{asked.field}: {done.state} by {asked.department}", now)
    return done


def notify(connection: Connection, asked: Correction, message: str, now: datetime) -> None:
    """Put a line into the asker's inbox."""
    tell(connection, asked.asker, asked, message, now)


def tell(connection: Connection, code: str, asked: Correction, message: str, now: datetime) -> None:
    """Put a line about a case into an organisation's inbox."""
    connection.execute(
        insert(notices).values(
            id=new_id("ntc"), organisation=code, kind="correction", subject=asked.id, message=message,
            sent_at=now,
        )
    )  # fmt: skip


def _refuse_old_store(connection: Connection, asker: str) -> None:
    """The store of an earlier version names grass-roots bodies alone as askers, and is never rebuilt."""
    if organisation(connection, asker).kind is OrganisationKind.GRASSROOTS:
        return
    named = {key["referred_table"] for key in inspect(connection).get_foreign_keys("corrections")}
    if "grassroots_bodies" in named:
        reason = Reason(
            "correction.asker.store",
            "the store is of an earlier version and takes challenges of grass-roots bodies alone",
            "asker",
            "challenge it through the body of the area, or move the store to a new database",
        )
        raise Refused(Deny((reason,)))
