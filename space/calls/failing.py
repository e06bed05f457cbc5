"""Calls that failed of our own: nothing was taken and nothing given, and still each leaves its usage row.

Decides which failures these are: waiting for another caller's run came to no end, or a stored answer is
damaged. A paid call that brings no answer is a lost one instead (:mod:`space.calls.budget`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Final, Protocol

from sqlalchemy import Engine

from catalog.store import writing
from space.calls import metering
from space.calls.answers import AnswerDamaged, AnswerUnreachable
from space.calls.pricing import Measure
from space.errors import SpaceError
from space.granting.grants import Grant


class AnswerLate(SpaceError):
    """Another caller's run of the same query did not end in time."""


# Failure → the code its usage row states.
_CODES: Final[Mapping[type[SpaceError], str]] = {
    AnswerLate: "answer.late",
    AnswerDamaged: "answer.damaged",
    AnswerUnreachable: "answer.unreachable",
}


class Asked(Protocol):
    """What was asked: a query, or a verification."""

    @property
    def grant(self) -> Grant:
        """It is asked under."""

    @property
    def query(self) -> str:
        """Salted digest of what was asked, as it was written."""

    @property
    def measure(self) -> Measure:
        """What its price may depend on."""


@contextmanager
def failing(engine: Engine, organisation: str, asked: Asked, clock: Callable[[], datetime]) -> Iterator[None]:
    """Meter the call if the block fails of our own; the failure goes on as it was."""
    try:
        yield
    except tuple(_CODES) as error:
        measure = asked.measure
        failed = metering.Use(
            organisation=organisation,
            outcome="failed",
            grant_id=asked.grant.id,
            reason=_CODES[type(error)],
            query=asked.query,
            records=measure.calls if measure.product == "verification" else None,
            product=measure.product,
            size_class=measure.size_class,
            cells=measure.cells,
        )
        with writing(engine) as connection:
            metering.meter(connection, failed, clock())
        raise
