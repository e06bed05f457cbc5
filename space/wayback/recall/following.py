"""What follows an answer by itself: forms are marked, receivers are told, overdue cases go up.

Decides the order of a round: cases that are late go up, accepted values are looked for in the newest
releases, then every case whose receivers do not know its state yet is told. Everything here is safe to
repeat; a round that dies is taken up by the next one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from catalog.home import Home
from catalog.store import reading
from space.wayback.corrections.appeals import escalate
from space.wayback.corrections.carrying import Checked, check
from space.wayback.corrections.course import Correction
from space.wayback.corrections.marks import mark
from space.wayback.recall.notices import recall
from space.wayback.recall.standing import Recall, waiting


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did.

    Attributes:
        escalated: cases that went up a level.
        checked: accepted values that were looked for in a new release.
        recalled: cases whose receivers were told or looked at.
    """

    escalated: tuple[Correction, ...]
    checked: tuple[Checked, ...]
    recalled: tuple[Recall, ...]


def tell_of(home: Home, engine: Engine, correction_id: str, now: datetime) -> Recall:
    """Mark the forms that held the value of an answered case, and tell everybody who holds it.

    Args:
        home: the installation.
        engine: its store.
        correction_id: the case.
        now: aware instant.

    Raises:
        Unknown: there is no such case.
        Refused: it has no answer yet.
    """
    mark(home, engine, correction_id, now)
    return recall(home, engine, correction_id, now)  # last: with it the case counts as told


def follow(home: Home, engine: Engine, now: datetime) -> Round:
    """One round over all cases; doing so again at once changes nothing.

    Args:
        home: the installation.
        engine: its store.
        now: aware instant.
    """
    escalated, checked = escalate(engine, now), check(home, engine, now)
    with reading(engine) as connection:
        due = waiting(connection)
    return Round(escalated, checked, tuple(tell_of(home, engine, one, now) for one in due))
