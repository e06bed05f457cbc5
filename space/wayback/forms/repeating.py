"""Acts that a program may send twice: how a door tells a repeated request from a new one.

Decides nothing: whoever calls an act says what guards it (:mod:`space.api.entrance.once` does by the
request's ``Idempotency-Key``). The guard is asked in the transaction of the act.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

# Given the transaction and the act, the id of what it made, now or before.
Guard = Callable[[Connection, Callable[[], str]], str]


def unguarded(_connection: Connection, act: Callable[[], str]) -> str:
    """Do the act."""
    return act()
