"""Confirming together 批量确认 the sheets of a task nobody has to look at; the others are left out, and told.

Decides that nothing is handed in that is no longer what was shown, and that a repeated request hands in
nothing more. Which sheets are left out is :mod:`space.wayback.forms.readiness`'s.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Engine

from catalog.home import Home
from catalog.store import reading, writing
from policies.decision import Deny, Reason
from space.errors import Refused
from space.wayback.forms.confirming import (
    Confirmed,
    changed_since,
    confirm,
    confirmed_by,
    digest_of,
    still_left,
    whole_answers,
)
from space.wayback.forms.filling import Filled, open_sheets
from space.wayback.forms.handing_in import conclude, hand_in, refuse_closed
from space.wayback.forms.prefill import Opened
from space.wayback.forms.readiness import Left, left_in
from space.wayback.forms.repeating import Guard, unguarded
from space.wayback.forms.submitting import Answer, Submission
from space.wayback.forms.tasks import OPEN, closed_task


@dataclass(frozen=True, slots=True)
class Out:
    """Sheets that are left out of a confirmation for one cause.

    Attributes:
        sheets: how many.
        why: they lack a required item, hold a value that is challenged, or somebody began to fill them.
        item: which item they lack; empty for the other causes.
    """

    sheets: int
    why: Literal["lacking", "disputed", "begun"]
    item: str = ""

    @property
    def words(self) -> str:
        """The cause in words."""
        if self.why == "lacking":
            return f"{self.sheets} sheets lack an item only the body can fill"
        rest = "hold a value that is challenged" if self.why == "disputed" else "have a draft"
        return f"{self.sheets} sheets {rest}"


@dataclass(frozen=True, slots=True)
class Together:
    """Sheets that were confirmed together.

    Attributes:
        done: what was handed in.
        out: what was left out, by cause; the task stays open for it.
    """

    done: Confirmed
    out: tuple[Out, ...]

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return asdict(self.done) | {"left_out": [asdict(one) for one in self.out]}


def confirm_ready(
    home: Home,
    engine: Engine,
    task_id: str,
    *,
    by: str,
    now: datetime,
    shown: str | None = None,
    guard: Guard = unguarded,
) -> Together:
    """Hand in the sheets of :attr:`Left.ready`; the task is closed if none is left.

    Args:
        home: the installation.
        engine: its store.
        task_id: which.
        by: the person who confirms for the body.
        now: aware instant.
        shown: :attr:`Left.seen` of the page that is confirmed; None where nothing was shown.
        guard: tells a repeated request.

    Returns:
        What was handed in, and what was left out of it.

    Raises:
        Refused: the task is closed, nothing is ready, or it is no longer what was shown.
        AlreadySubmitted: a sheet was submitted in this very moment; nothing is.
    """
    whole = None
    with reading(engine) as connection:
        left = left_in(home, connection, task_id, now)
        if shown == left.seen:
            whole = digest_of(connection, left.task, still_left(home, connection, task_id, now)[2], now)
    if left.task.state == OPEN and shown in (None, left.seen) and not left.out:
        done = confirm(home, engine, task_id, by=by, now=now, shown=whole, guard=guard)
    else:
        done = _hand_in(home, engine, left, shown, guard, by, now)
    return Together(done, _why_out(left))


def _hand_in(
    home: Home, engine: Engine, left: Left, shown: str | None, guard: Guard, by: str, now: datetime
) -> Confirmed:
    found, opened, answers, made = left.task, None, list[Answer](), list[Submission]()
    if found.state == OPEN and shown in (None, left.seen) and left.ready:
        opened, answers = _opened(home, engine, left, now)
    with writing(engine) as connection:

        def act() -> str:
            if found.state != OPEN:
                raise closed_task(found.id)
            if shown not in (None, left.seen):
                raise changed_since(found.id)
            if opened is None:
                raise _nothing_ready(left)
            refuse_closed(connection, (found.form, found.period, found.body), found.id)
            made.extend(hand_in(home, connection, opened, answers, by=by, now=now, task=found.id))
            return made[0].id

        done = confirmed_by(connection, guard(connection, act))
    if made:
        conclude(home, engine, made[0], by=by, now=now)
    return done


def _opened(home: Home, engine: Engine, left: Left, now: datetime) -> tuple[Opened, list[Answer]]:
    """The ready sheets, as they are handed in."""
    found = left.task
    with reading(engine) as connection:
        blank = [Filled(found.form, found.period, found.body, subject, {}) for subject in left.ready]
        opened, sheets = open_sheets(home, connection, blank, now)
        # After the sheets were read: a release that came meanwhile is seen here.
        if left_in(home, connection, found.id, now).seen != left.seen:
            raise changed_since(found.id)
    return opened, whole_answers(home, opened, sheets)


def _why_out(left: Left) -> tuple[Out, ...]:
    """Why sheets are left out, each of them under the first cause that holds."""
    lacking = Counter(name for names in left.lacking.values() for name in names[:1])
    disputed = left.disputed - left.lacking.keys()
    begun = left.begun - disputed - left.lacking.keys()
    causes = [
        *(Out(count, "lacking", item) for item, count in sorted(lacking.items())),
        Out(len(disputed), "disputed"),
        Out(len(begun), "begun"),
    ]
    return tuple(cause for cause in causes if cause.sheets)


def _nothing_ready(left: Left) -> Refused:
    told = "fill or look at the sheets that are left one by one"
    return Refused(
        Deny(
            tuple(
                Reason("form.confirm.lacking", cause.words, cause.item or left.task.id, told)
                for cause in _why_out(left)
            )
        )
    )
