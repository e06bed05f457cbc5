"""Two grants of one organisation: two releases that differ by one firm would tell of it by subtraction."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, select

from catalog.releases.published import latest
from catalog.store import reading, writing
from catalog.store.schema import new_id
from catalog.store.tables.releases import releases
from space.granting.pins import pin, pinned

FIRMS = "market.firms"
COUNT = "SELECT industry, count(*) AS n FROM market.firms GROUP BY industry"


@pytest.fixture
def bureau(busy: Any) -> Any:
    """The bureau with grants that were signed before."""
    return busy


def publish_again(bureau: Any) -> str:
    """A further release; the same rows, since only which one is seen matters."""
    with writing(bureau.engine) as connection:
        found = latest(connection, FIRMS)
        assert found is not None
        row = dict(connection.execute(select(releases).where(releases.c.id == found.id)).one()._mapping)
        made = {**row, "id": new_id("rel"), "number": found.number + 1}
        connection.execute(insert(releases).values(**made))
    return str(made["id"])


def held_by(bureau: Any, grant: Any, period: str = "2026-09") -> str | None:
    with reading(bureau.engine) as connection:
        return pinned(connection, grant.id, period).get(FIRMS)


def test_a_second_grant_sees_the_release_the_first_one_holds(bureau: Any) -> None:
    first = bureau.held(bureau.trade)
    bureau.ask(first, COUNT)
    newer = publish_again(bureau)
    second = bureau.granted(bureau.department, bureau.trade)
    bureau.ask(second, COUNT)
    assert held_by(bureau, second) == held_by(bureau, first) != newer


def test_another_organisation_sees_the_newest(bureau: Any) -> None:
    bureau.ask(bureau.held(bureau.trade), COUNT)
    newer = publish_again(bureau)
    stranger = bureau.granted(bureau.other, bureau.trade)
    bureau.ask(stranger, COUNT)
    assert held_by(bureau, stranger) == newer


def test_a_release_held_for_a_longer_period_is_held_by_grants_of_a_shorter_one(bureau: Any) -> None:
    monthly = bureau.held(bureau.trade)
    yearly = bureau.granted(bureau.department, bureau.trade, release_period="year")
    bureau.ask(yearly, COUNT)
    publish_again(bureau)
    bureau.ask(monthly, COUNT)
    assert held_by(bureau, monthly) == held_by(bureau, yearly, "2026")


def test_what_was_held_in_a_period_that_is_over_holds_nothing(bureau: Any) -> None:
    first, second = bureau.held(bureau.trade), bureau.granted(bureau.department, bureau.trade)
    with writing(bureau.engine) as connection:
        pin(connection, first.id, "2026-08", {FIRMS: "rel_old"}, bureau.clock())
        pin(connection, second.id, "2026-09", {FIRMS: "rel_new"}, bureau.clock())
    assert held_by(bureau, second) == "rel_new"
    assert bureau.clock().date() == date(2026, 9, 24)
