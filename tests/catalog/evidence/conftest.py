"""A log with entries in it, and the keys that sign it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from catalog.evidence import record
from catalog.home import Home
from catalog.keys import Keys, load
from catalog.store import writing

NOON = datetime(2026, 9, 24, 4, 0, tzinfo=UTC)


@pytest.fixture
def keys(home: Home) -> Keys:
    """The keys of the fresh installation."""
    return load(home)


@pytest.fixture
def noon() -> datetime:
    """A fixed instant."""
    return NOON


@pytest.fixture
def write(engine: Engine) -> Callable[[int], list[str]]:
    """Records the wanted number of entries, one second apart; returns their ids in order."""
    made: list[str] = []

    def entries(count: int) -> list[str]:
        with writing(engine) as connection:
            for _ in range(count):
                number = len(made)
                made.append(
                    record(
                        connection,
                        event="dataset:notice:publish",
                        subject=f"civil.table_{number}",
                        body={"rows": number, "title": "台账"},
                        now=NOON + timedelta(seconds=number),
                    )
                )
        return made

    return entries
