"""Acts of a process that is killed at one of their steps, as if its machine lost power there.

Every act runs in a process of its own, forked from one that has loaded the libraries and nothing else: what
happens in it is what happens in a gateway, and it begins at once.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NoReturn

from catalog.home import Home
from tests.forked import CONTEXT


def dies(home: Home, act: str, step: str, at: datetime, **words: Any) -> None:
    """Do an act in another process, which must be killed at the step; what it holds in hand goes with it.

    Args:
        home: of the installation.
        act: a function of :mod:`tests.space.grants.dying_acts`.
        step: ``before NAME`` or ``after NAME``, see there.
        at: instant it happens.
        words: of the act.
    """
    from tests.space.grants import dying_acts

    process = CONTEXT.Process(target=dying_acts.do, args=(str(home.root), act, step, at.isoformat(), words))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL, f"{act}, {step}: ended with {process.exitcode}"


def die(*_: Any, **__: Any) -> NoReturn:
    """Be killed, now."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


def die_at(step: str, places: Mapping[str, tuple[Any, str]]) -> None:
    """Let this process be killed before or after something is done the first time."""
    when, _, name = step.partition(" ")
    owner, attribute = places[name]
    real: Callable[..., Any] = getattr(owner, attribute)

    def then(*given: Any, **named: Any) -> NoReturn:
        real(*given, **named)
        die()

    setattr(owner, attribute, die if when == "before" else then)
