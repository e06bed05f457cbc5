"""Waiting while another caller runs the same question.

Decides that whoever waits only reads: many of them keep no writer waiting. Who may run in the end is decided
by :func:`space.calls.budget.reserve`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy import Engine

from catalog.store import reading
from space import store
from space.calls.budget import Running

# How often a second caller looks whether the first has its answer, in seconds.
_LOOK_AGAIN_S: Final = 0.05


def until_settled(engine: Engine, running: Running, clock: Callable[[], datetime], gives_up: float) -> bool:
    """Wait until a call is answered or lost, or its deadline is over.

    Args:
        engine: of the store.
        running: the call of the other caller.
        clock: gives the aware instant now.
        gives_up: reading of ``time.monotonic`` at which waiting ends in any case.

    Returns:
        False where it did not end in time.
    """
    while time.monotonic() <= gives_up:
        time.sleep(_LOOK_AGAIN_S)
        with reading(engine) as connection:
            row = store.reservation(connection, running.id)
        if row is None or row.state != "reserved" or clock() >= running.deadline_at:
            return True
    return False
