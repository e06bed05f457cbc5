"""What a row said before, and where it was delivered last: no more than its receiver may see today."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.store import reading, writing
from catalog.store.tables.backflow import subscriptions
from policies.clocks import local_date
from space.wayback.backflow import before as room
from space.wayback.backflow.before import before, delivered_last
from space.wayback.backflow.inbox import delivery, read_rows
from tests.space.wayback.conftest import EAST, HERE
from tests.space.wayback.moves import rows_of


def said_before(town: Any, delivery_id: str) -> list[dict[str, str]]:
    with reading(town.engine) as connection:
        made = delivery(connection, delivery_id)
        rows = read_rows(town.home, made).to_pylist()
        return list(before(town.home, connection, made, rows, local_date(town.now)).values())


def changed_phone(town: Any, **subscribed: Any) -> str:
    """The second delivery: resident 1 has another telephone."""
    town.publish(town.population, town.residents(EAST))
    town.subscribe("street", **subscribed)
    town.deliver()
    town.publish(town.population, town.residents(EAST, r1={"phone": "13800000001"}))
    return str(town.deliver().sent[0].id)


def test_a_former_value_that_left_whole_is_masked_as_today(town: Any) -> None:
    made = changed_phone(town, plain=("phone",))
    assert said_before(town, made) == [{"phone": "13900000001"}]
    with writing(town.engine) as connection:
        connection.execute(subscriptions.update().values(plain=[]))

    assert said_before(town, made) == [{"phone": "139****0001"}]


def test_a_row_that_left_the_area_is_told_of_no_more(town: Any) -> None:
    town.publish(town.population, town.residents(EAST, EAST))
    town.subscribe("street")
    first = town.deliver().sent[0].id
    gone, stays = [
        next(row["_row"] for row in rows_of(town, first) if row["name"] == name)
        for name in ("居民1", "居民2")
    ]
    town.publish(town.population, town.residents(HERE, EAST))
    town.deliver()

    with reading(town.engine) as connection:
        found = delivered_last(town.home, connection, "street", "civil.population", [gone, stays])

    assert set(found) == {stays}


def test_only_so_many_former_deliveries_are_read(town: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = changed_phone(town)
    assert said_before(town, made) == [{"phone": "139****0001"}]
    monkeypatch.setattr(room, "_FORMER", 0)

    assert said_before(town, made) == []
