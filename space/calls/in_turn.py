"""Calls of one grant wait for their turn before they pay.

Decides which calls wait: those that would have to be run. A stored answer is handed out beside what runs, and
whoever finds no turn in time has spent nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from sqlalchemy import Engine

from catalog.store import reading
from space.calls.budget import AnswerKey, is_stored
from space.calls.failing import AnswerLate


@contextmanager
def in_turn(engine: Engine, key: AnswerKey, turn: AbstractContextManager[bool]) -> Iterator[None]:
    """Hold a turn while a call is paid for and run.

    Args:
        engine: of the store.
        key: identity of the answer; one that is stored needs no turn.
        turn: of the workers, by :meth:`space.engines.workers.turns.Turns.turn`.

    Raises:
        AnswerLate: none came in time; nothing was taken.
    """
    with reading(engine) as connection:
        stored = is_stored(connection, key)
    with nullcontext(True) if stored else turn as mine:
        if not mine:
            raise AnswerLate("other calls of this grant took all the time it may wait — ask again later")
        yield
