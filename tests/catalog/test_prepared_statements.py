"""Statements prepared once do what they say, with the conversions of their columns, on either database."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import bindparam, insert, select, update

from catalog.home import Home
from catalog.store import create_store, reading, writing
from catalog.store.prepared import Prepared
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
FOUND = Prepared(select(S.reason, S["count"]).where(S.minute == bindparam("at")))


@pytest.mark.parametrize("where", ["sqlite", "postgresql"])
def test_a_prepared_statement_does_what_it_says(
    where: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    home = Home(tmp_path / "var")
    engine = create_store(home)
    if where == "postgresql":
        engine = moved_to_server(home, engine, request.getfixturevalue("postgres"))

    with writing(engine) as connection:
        for why in ("100% 'quoted' %s ? :x", "token.unknown"):
            ADDED.run(connection, {"minute": NOON, "reason": why, "count": 1})
        changed = COUNTED.run(connection, {"at": NOON, "why": "token.unknown", "more": 5}).rowcount
        nothing = COUNTED.run(connection, {"at": NOON, "why": "unknown", "more": 5}).rowcount
    with reading(engine) as connection:
        rows = FOUND.run(connection, {"at": NOON}).all()
        minutes = connection.execute(select(S.minute)).scalars().all()
    engine.dispose()

    assert (changed, nothing) == (1, 0)
    assert {row.reason: row._mapping["count"] for row in rows} == {
        "100% 'quoted' %s ? :x": 1,
        "token.unknown": 7,
    }
    assert set(minutes) == {NOON}
