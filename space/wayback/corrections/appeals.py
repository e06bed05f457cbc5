"""Appeals 异议复核 and overdue challenges: a case goes up, level by level, each under its clock.

Decides who may take a case where and until when, that nobody decides over an answer of their own, and that
a case nobody answers in time goes up by itself: first to the data authority, then to its superior, then to
the government. The department may still give in while it is before a level.

Source: 政务数据共享条例（国务院令第809号）第26条、第27条.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, select

from catalog.clocks.place import place_on
from catalog.store import reading, writing
from catalog.store.tables.corrections import correction_steps
from catalog.store.tables.forms import corrections
from policies import clocks
from policies.decision import Deny, Reason
from space.errors import Refused
from space.wayback.corrections import flags
from space.wayback.corrections.cases import AlreadyChallenged, notify, tell
from space.wayback.corrections.course import (
    Bench,
    Correction,
    Step,
    correction,
    end_clocks,
    of_row,
    procedure,
    take,
)
from space.wayback.corrections.levels import BEFORE, OVERDUE, about, above, due_on, start, tell_above

# Until when a refusal may be appealed; the clocks of the levels are called after them.
APPEAL: Final = "correction_appeal"


def appeal(
    connection: Connection, correction_id: str, *, asker: str, reason: str, by: str, now: datetime
) -> Correction:
    """Take a refusal to the next level: the authority, its superior, the government.

    Args:
        connection: a writing transaction.
        correction_id: a case that was refused, or upheld by a level below.
        asker: code of its reporter.
        reason: why it should have been accepted.
        by: the person who appeals.
        now: aware instant.

    Returns:
        The case before the next level; the value is flagged again.

    Raises:
        Unknown: there is no such case.
        Refused: it is another's, no reason is given, or the days for it are over.
        IllegalStep: nothing was refused, or there is no further level.
        AlreadyChallenged: the value is under another challenge meanwhile.
    """
    case = correction(connection, correction_id)
    after = procedure().after(case.state, "appeal", Bench.REPORTER, case.id)
    reasons = (*_unreasoned(reason), *_not_the_reporter(case, asker), *_over(connection, case, now))
    if reasons:
        raise Refused(Deny(reasons))
    other = flags.pending(connection, case.dataset, case.row, case.field)
    if other is not None:
        raise AlreadyChallenged(other)
    clock = start(connection, case, BEFORE[after], f"correction_{BEFORE[after].value}", now)
    step = Step(
        "appeal", Bench.REPORTER, by, now, reason.strip(), due_on=clock.due_on,
        values={"level": BEFORE[after].value, "closed_at": None},
    )  # fmt: skip
    done = take(connection, case, step)
    flags.raise_again(connection, case.id)
    tell_above(connection, done, "an appeal waits for your decision", now)
    tell(connection, case.department_code, done, f"{about(case)}: your answer was appealed", now)
    return done


def decide(
    connection: Connection,
    correction_id: str,
    *,
    level: Bench,
    overturn: bool,
    basis: str,
    by: str,
    now: datetime,
) -> Correction:
    """Decide a case at the level it is before; one that is overdue is decided in its department's place.

    Args:
        connection: a writing transaction.
        correction_id: of the case.
        level: in whose office it is decided.
        overturn: whether the value is to be corrected.
        basis: what the decision rests on; told to the reporter.
        by: the person who decides.
        now: aware instant.

    Returns:
        The case, ``accepted`` or upheld.

    Raises:
        Unknown: there is no such case.
        Refused: no basis is given, it is before another level, or the person answered it before.
        IllegalStep: nothing is to be decided.
    """
    case = correction(connection, correction_id)
    event = "overturn" if overturn else "uphold"
    after = procedure().after(case.state, event, level, case.id)
    reasons = (*_unreasoned(basis), *_not_before(case, level), *_same_person(connection, case, by))
    if reasons:
        raise Refused(Deny(reasons))
    values: dict[str, Any] = {"level": None, "closed_at": None if overturn else now}
    if case.answered_at is None:  # nobody had answered: the department's answer never came in time
        values |= {"answer": basis.strip(), "answered_by": by, "answered_at": now, "late": True}
    done = take(connection, case, Step(event, level, by, now, basis.strip(), values=values))
    end_clocks(connection, case, now)
    if not overturn:
        flags.lift(connection, case.id, now)
    words = "is to be corrected" if overturn else f"stands ({after.replace('_', ' ')})"
    notify(connection, case, f"{about(case)}: decided by the {level.value}: it {words}", now)
    tell(connection, case.department_code, done, f"{about(case)}: the value {words}", now)
    return done


def withdraw(
    connection: Connection, correction_id: str, *, asker: str, reason: str, by: str, now: datetime
) -> Correction:
    """Take a challenge or an appeal back; the reporter's act.

    Raises:
        Unknown: there is no such case.
        Refused: it is another's, or no reason is given.
        IllegalStep: it was answered.
    """
    case = correction(connection, correction_id)
    procedure().after(case.state, "withdraw", Bench.REPORTER, case.id)
    reasons = (*_unreasoned(reason), *_not_the_reporter(case, asker))
    if reasons:
        raise Refused(Deny(reasons))
    values = {"level": None, "closed_at": now}
    done = take(connection, case, Step("withdraw", Bench.REPORTER, by, now, reason.strip(), values=values))
    end_clocks(connection, case, now)
    flags.lift(connection, case.id, now)
    tell(connection, case.department_code, done, f"{about(case)}: the challenge was withdrawn", now)
    return done


def overdue(connection: Connection, now: datetime) -> tuple[Correction, ...]:
    """Cases whose answer or decision is late at the level they are at, oldest first."""
    today, c = clocks.local_date(now), corrections.c
    waiting = c.state.in_(("open", "reopened", *BEFORE))
    late = []
    for row in connection.execute(select(corrections).where(waiting).order_by(c.opened_at, c.id)):
        case = of_row(row)
        due = due_on(connection, case)
        if due is not None and due < today and above(case) is not None:
            late.append(case)
    return tuple(late)


def escalate(engine: Engine, now: datetime) -> tuple[Correction, ...]:
    """Let every case that is late go up one level; doing so again on the same day moves nothing.

    Args:
        engine: the store.
        now: aware instant.

    Returns:
        The cases that went up.
    """
    with reading(engine) as connection:
        due = overdue(connection, now)
    if not due:
        return ()
    moved = []
    with writing(engine) as connection:
        for case in overdue(connection, now):
            level = above(case)
            assert level is not None, "only what can go up is overdue here"
            appealed = case.state in BEFORE
            end_clocks(connection, case, now)
            name = f"correction_{level.value}" if appealed else OVERDUE
            clock = start(connection, case, level, name, now)
            step = Step(
                "escalate", Bench.CLOCK, "clock", now, due_on=clock.due_on, values={"level": level.value},
                told={"level": level.value},
            )  # fmt: skip
            done = take(connection, case, step)
            tell_above(connection, done, "a challenge without an answer in time came to you", now)
            tell(connection, case.department_code, done, f"{about(case)}: overdue, now {level.value}", now)
            notify(connection, case, f"{about(case)}: overdue, it went to the {level.value}", now)
            moved.append(done)
    return tuple(moved)


def _unreasoned(words: str) -> tuple[Reason, ...]:
    return (
        () if words.strip() else (Reason("correction.step.reason", "this step states its reason", "reason"),)
    )


def _not_the_reporter(case: Correction, asker: str) -> tuple[Reason, ...]:
    if case.asker == asker:
        return ()
    return (Reason("correction.reporter", "the challenge is another's", case.id, "its reporter appeals"),)


def _not_before(case: Correction, level: Bench) -> tuple[Reason, ...]:
    if BEFORE.get(case.state) is level or case.level == level.value:
        return ()
    where = case.level or "department"
    return (Reason("correction.level", "the case is before another level", case.id, f"it is at the {where}"),)


def _same_person(connection: Connection, case: Correction, by: str) -> tuple[Reason, ...]:
    """Nobody decides over a word of their own: an answer, a decision below, the challenge itself."""
    s = correction_steps.c
    spoken = select(s.id).where(s.correction_id == case.id, s.acted_by == by)
    if connection.execute(spoken).first() is None:
        return ()
    return (Reason("correction.same_person", "who acted in the case before does not decide it", case.id),)


def _over(connection: Connection, case: Correction, now: datetime) -> tuple[Reason, ...]:
    """A refusal may be appealed for some days only; they count from the last word of the case."""
    s = correction_steps.c
    last = connection.execute(
        select(s.acted_at).where(s.correction_id == case.id).order_by(s.number.desc()).limit(1)
    ).scalar()
    said = clocks.local_date(last or case.answered_at or now)
    due = clocks.due_by(APPEAL, said, place_on(connection, said))
    if clocks.local_date(now) <= due.date:
        return ()
    ruled = clocks.deadline(APPEAL, said, place_on(connection, said))
    return (
        Reason(
            "correction.appeal.over",
            f"a refusal may be appealed until {due.date} ({ruled.source})",
            case.id,
            "challenge the value anew where facts changed",
        ),
    )
