"""Clocks of cataloguing: ten working days to update after a trigger, two to review.

Decides which clock an act starts, stops or lets run on. The department's update clock ends when the new
revision is submitted. The authority's review clock starts with the head's sign-off, stands still while
the entry is returned, runs on when it is signed off again, and ends with publication or refusal.

Source: 政务数据共享条例 Art 17.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, select, update

from catalog.cataloging.acts import CHECK, PUBLISH, REFUSE, RETRACT, RETURN, SIGN_OFF, WITHDRAW, Act
from catalog.cataloging.standing import Standing
from catalog.clocks import running
from catalog.clocks.owed import authority_on
from catalog.store.tables.cataloging import entry_triggers
from catalog.store.tables.clocks import clocks as clock_rows
from policies.clocks import local_date
from policies.machine import Office

UPDATE: Final = "catalogue_update"
REVIEW: Final = "catalogue_review"
# Who reviews, in the words of the law, where the organisation tree has no such unit yet.
AUTHORITY: Final = "政务数据共享主管部门"


@dataclass(frozen=True, slots=True)
class Followed:
    """What the clocks of one entry follow.

    Attributes:
        standing: of the entry, before the acts.
        number: of the revision they are about.
        acts: just taken.
    """

    standing: Standing
    number: int
    acts: Sequence[Act]


def subject(name: str) -> str:
    """What the clocks of an entry are about."""
    return f"entry:{name}"


def follow(connection: Connection, followed: Sequence[Followed], now: datetime) -> None:
    """Let the clocks of entries follow the acts that were just taken on them."""
    states = _open_states(connection, [subject(one.standing.name) for one in followed])
    submitted = [one for one in followed if any(act.event == CHECK for act in one.acts)]
    _answered(connection, submitted, now)
    for one in followed:
        _follow(connection, one, states.get(subject(one.standing.name), {}), now)


def _follow(connection: Connection, one: Followed, states: Mapping[str, str], now: datetime) -> None:
    taken, about = {act.event: act for act in one.acts}, subject(one.standing.name)
    if CHECK in taken and UPDATE in states:
        running.end(connection, subject=about, rule=UPDATE, now=now)
    if PUBLISH in taken or REFUSE in taken:
        if REVIEW in states:
            running.end(connection, subject=about, rule=REVIEW, now=now)
    elif SIGN_OFF in taken:
        received(connection, one.standing, now, states.get(REVIEW), taken[SIGN_OFF].actor)
    elif RETURN in taken and states.get(REVIEW) == running.RUNNING:
        if taken[RETURN].office is Office.AUTHORITY:
            running.pause(
                connection, subject=about, rule=REVIEW, reason="returned to be completed",
                by=taken[RETURN].actor, now=now,
            )  # fmt: skip
    elif RETRACT in taken and REVIEW in states:
        running.cancel(connection, subject=about, rule=REVIEW, reason="the revision was retracted", now=now)
    elif WITHDRAW in taken and UPDATE in states:
        running.cancel(connection, subject=about, rule=UPDATE, reason="the entry was withdrawn", now=now)


def received(
    connection: Connection, standing: Standing, now: datetime, state: str | None = None, by: str = ""
) -> None:
    """The authority has an entry to review: its clock starts, or runs on after a return."""
    if state == running.PAUSED:
        running.resume(connection, subject=subject(standing.name), rule=REVIEW, by=by, now=now)
    elif state is None:
        name, code = authority_on(connection, local_date(now))
        running.start(
            connection, subject=subject(standing.name), rule=REVIEW, owner=name if code else AUTHORITY,
            owner_code=code, words="review and publish the entry", now=now,
        )  # fmt: skip


def triggered(connection: Connection, standing: Standing, now: datetime) -> running.Clock | None:
    """The department must update an entry; a clock that runs already is the one that counts."""
    about = subject(standing.name)
    if any(clock.rule == UPDATE for clock in running.clocks_of(connection, about, open_only=True)):
        return None
    return running.start(
        connection, subject=about, rule=UPDATE, owner=standing.department,
        owner_code=standing.department_code, words="update the entry", now=now,
    )  # fmt: skip


def _answered(connection: Connection, submitted: Sequence[Followed], now: datetime) -> None:
    """The revisions just submitted answer what obliged the department to update their entries."""
    t = entry_triggers.c
    numbers = {one.standing.entry_id: one.number for one in submitted}
    wanted = sorted(numbers)
    for at in range(0, len(wanted), 500):
        open_ones = select(t.id, t.entry_id).where(t.entry_id.in_(wanted[at : at + 500]))
        rows = [
            {"trigger": row.id, "number": numbers[row.entry_id]}
            for row in connection.execute(open_ones.where(t.answered_by.is_(None)))
        ]
        if rows:
            answered = update(entry_triggers).where(t.id == bindparam("trigger"))
            connection.execute(answered.values(answered_by=bindparam("number"), answered_at=now), rows)


def _open_states(connection: Connection, subjects: Iterable[str]) -> dict[str, dict[str, str]]:
    """State of every open clock of many subjects, by subject and rule; those without one are left out."""
    wanted, found = sorted(set(subjects)), dict[str, dict[str, str]]()
    c = clock_rows.c
    for at in range(0, len(wanted), 500):
        query = select(c.subject, c.rule, c.state).where(c.subject.in_(wanted[at : at + 500]))
        for row in connection.execute(query.where(c.state.in_(running.OPEN))):
            found.setdefault(row.subject, {})[row.rule] = row.state
    return found
