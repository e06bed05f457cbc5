"""Clocks of cataloguing: ten working days to update after a trigger, two to review.

Decides which clock an act starts, stops or lets run on. The department's update clock ends when the new
revision is submitted. The authority's review clock starts with the head's sign-off, stands still while
the entry is returned, runs on when it is signed off again, and ends with publication or refusal.

Source: 政务数据共享条例 Art 17.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, update

from catalog.cataloging.acts import CHECK, PUBLISH, REFUSE, RETRACT, RETURN, SIGN_OFF, WITHDRAW, Act
from catalog.cataloging.standing import Standing
from catalog.clocks import running
from catalog.store.tables.cataloging import entry_triggers
from policies.machine import Office

UPDATE: Final = "catalogue_update"
REVIEW: Final = "catalogue_review"
# Who reviews, in the words of the law; an installation has one.
AUTHORITY: Final = "政务数据共享主管部门"


def subject(name: str) -> str:
    """What the clocks of an entry are about."""
    return f"entry:{name}"


def follow(
    connection: Connection, standing: Standing, number: int, acts: Iterable[Act], now: datetime
) -> None:
    """Let the clocks of an entry follow the acts that were just taken on it."""
    taken = {act.event: act for act in acts}
    states = {
        clock.rule: clock.state
        for clock in running.clocks_of(connection, subject(standing.name), open_only=True)
    }
    if CHECK in taken:
        _answered(connection, standing, number, now, UPDATE in states)
    if PUBLISH in taken or REFUSE in taken:
        if REVIEW in states:
            running.end(connection, subject=subject(standing.name), rule=REVIEW, now=now)
    elif SIGN_OFF in taken:
        received(connection, standing, now, states.get(REVIEW), taken[SIGN_OFF].actor)
    elif RETURN in taken and states.get(REVIEW) == running.RUNNING:
        if taken[RETURN].office is Office.AUTHORITY:
            running.pause(
                connection, subject=subject(standing.name), rule=REVIEW, reason="returned to be completed",
                by=taken[RETURN].actor, now=now,
            )  # fmt: skip
    elif RETRACT in taken:
        _cancel(connection, standing, (REVIEW,), states, "the revision was retracted", now)
    elif WITHDRAW in taken:
        _cancel(connection, standing, (UPDATE,), states, "the entry was withdrawn", now)


def received(
    connection: Connection, standing: Standing, now: datetime, state: str | None = None, by: str = ""
) -> None:
    """The authority has an entry to review: its clock starts, or runs on after a return."""
    if state == running.PAUSED:
        running.resume(connection, subject=subject(standing.name), rule=REVIEW, by=by, now=now)
    elif state is None:
        running.start(
            connection, subject=subject(standing.name), rule=REVIEW, owner=AUTHORITY, owner_code="",
            words="review and publish the entry", now=now,
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


def _answered(connection: Connection, standing: Standing, number: int, now: datetime, runs: bool) -> None:
    t = entry_triggers.c
    connection.execute(
        update(entry_triggers)
        .where(t.entry_id == standing.entry_id, t.answered_by.is_(None))
        .values(answered_by=number, answered_at=now)
    )
    if runs:
        running.end(connection, subject=subject(standing.name), rule=UPDATE, now=now)


def _cancel(
    connection: Connection, standing: Standing, names: tuple[str, ...], states: dict[str, str], why: str,
    now: datetime,
) -> None:  # fmt: skip
    for name in names:
        if name in states:
            running.cancel(connection, subject=subject(standing.name), rule=name, reason=why, now=now)
