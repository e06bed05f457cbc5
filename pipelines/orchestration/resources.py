"""What the assets work on: one installation, the day of judgement, and who hears of outcomes.

Wiring only: made once from the environment for a Dagster process, or by :mod:`pipelines.build` for a
run inside the command.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Engine

from catalog.home import Home
from pipelines.building.outcome import Outcome


def _now() -> datetime:
    return datetime.now(UTC)


def _nobody(_outcome: Outcome) -> None:
    """Hears of nothing."""


@dataclass(frozen=True, slots=True)
class Installation:
    """The installation a run works on.

    Attributes:
        home: its folder.
        engine: its store.
        clock: gives the instant, UTC.
        heard: called with the outcome of each dataset as it is known.
        strict: raise a fault of ours instead of recording it (``--debug``).
        sends_back: whether a wave ends with the deliveries it made due; the command makes them itself,
            because they are also due where nothing was built.
    """

    home: Home
    engine: Engine
    clock: Callable[[], datetime] = field(default=_now)
    heard: Callable[[Outcome], None] = field(default=_nobody)
    strict: bool = False
    sends_back: bool = True
