"""Statements prepared once do what they say, with the conversions of their columns, on either database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, bindparam, insert, select, update

from catalog.home import Home
from catalog.store import create_store, reading, writing
from catalog.store.parts import Part, parted
from catalog.store.prepared import Prepared
from catalog.store.prepared_parts import PreparedPart
from catalog.store.tables.queries import refused_strangers as strangers
from tests.servers import moved_to_server

NOON = datetime(2026, 9, 24, 12, 0, tzinfo=UTC)
S = strangers.c
ADDED = Prepared(insert(strangers), ("minute", "reason", "count"))
# A value that stands in the statement, and one that is given.
COUNTED = Prepared(
    update(strangers)
    .where(S.minute == bindparam("at"), S.reason == bindparam("why"))
    .values(count=S["count"] + 1 + bindparam("more"))
)
PARTS = PreparedPart(
    select(S.minute, S.reason, S["count"]).where(S["count"] > bindparam("over")), S.minute, S.reason
)
FOUND = Prepared(select(S.reason, S["count"]).where(S.minute == bindparam("at")))


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A new store, on both databases."""
    home = Home(tmp_path / "var")
    made = create_store(home)
    if request.param == "postgresql":
        made = moved_to_server(home, made, request.getfixturevalue("postgres"))
    yield made
    made.dispose()


def test_a_prepared_statement_does_what_it_says(engine: Engine) -> None:

    with writing(engine) as connection:
        for why in ("100% 'quoted' %s ? :x", "token.unknown"):
            ADDED.run(connection, {"minute": NOON, "reason": why, "count": 1})
        changed = COUNTED.run(connection, {"at": NOON, "why": "token.unknown", "more": 5}).rowcount
        nothing = COUNTED.run(connection, {"at": NOON, "why": "unknown", "more": 5}).rowcount
    with reading(engine) as connection:
        rows = FOUND.run(connection, {"at": NOON}).all()
        minutes = connection.execute(select(S.minute)).scalars().all()

    assert (changed, nothing) == (1, 0)
    assert {row.reason: row._mapping["count"] for row in rows} == {
        "100% 'quoted' %s ? :x": 1,
        "token.unknown": 7,
    }
    assert set(minutes) == {NOON}


def test_a_prepared_part_reads_what_the_same_part_reads_otherwise(engine: Engine) -> None:
    times = [NOON + timedelta(minutes=number // 2) for number in range(8)]
    with writing(engine) as connection:
        for number, minute in enumerate(times):
            ADDED.run(connection, {"minute": minute, "reason": f"why {number}", "count": number})
    asked = select(S.minute, S.reason, S["count"]).where(S["count"] > 0)
    parts = [
        None,
        Part(None, 3),
        Part((times[1], "why 1"), 3),
        Part((times[6], "why 6"), 3),
        Part((times[7], "z"), 1),
    ]
    with reading(engine) as connection:
        for part in parts:
            told = [
                (datetime.fromisoformat(at), *rest) for at, *rest in PARTS.run(connection, {"over": 0}, part)
            ]
            assert told == [tuple(row) for row in connection.execute(parted(asked, part, S.minute, S.reason))]
