"""What counts as shared and as used: grants by what they open, answered calls by the day they happened."""

from __future__ import annotations

from datetime import UTC, date, datetime

from catalog.store import reading
from catalog.usage import counts
from policies.decision import Deny
from tests.space.bureau import DEPARTMENT, TODAY, Bureau
from tests.space.bureau_contracts import AIR, FIRMS, POPULATION

BOTH = {FIRMS.name: ("industry", "capital"), AIR.name: ("station", "pm25")}
ONE = {AIR.name: ("station", "pm25")}


def shared(bureau: Bureau, on: date = TODAY) -> frozenset[str]:
    with reading(bureau.engine) as connection:
        return counts.shared(connection, on)


def used(bureau: Bureau, first: date, last: date) -> dict[str, int]:
    with reading(bureau.engine) as connection:
        return dict(counts.used(connection, first, last))


def test_a_grant_shares_what_it_opens_and_not_what_was_asked_for(bureau: Bureau) -> None:
    asked = bureau.permitted(DEPARTMENT, BOTH)
    assert shared(bureau) == frozenset()
    held = bureau.sign_under(asked, DEPARTMENT, ONE)
    assert shared(bureau) == {AIR.name}
    assert shared(bureau, date(2026, 9, 23)) == frozenset()
    assert shared(bureau, date(2030, 9, 23)) == {AIR.name}
    assert shared(bureau, date(2030, 9, 24)) == frozenset()
    bureau.revoke(held)
    assert shared(bureau) == frozenset()


def test_answers_count_on_their_day_in_the_zone_of_the_administration(bureau: Bureau) -> None:
    held = bureau.granted(DEPARTMENT, ONE)
    bureau.clock.now = datetime(2026, 9, 24, 15, 59, tzinfo=UTC)
    assert not isinstance(bureau.ask(held, "SELECT station, pm25 FROM eco.air"), Deny)
    # A minute later the next day has begun; the same question again is use again.
    bureau.clock.now = datetime(2026, 9, 24, 16, 0, tzinfo=UTC)
    assert not isinstance(bureau.ask(held, "SELECT station, pm25 FROM eco.air"), Deny)
    assert isinstance(bureau.ask(held, "SELECT id_card FROM civil.population"), Deny)
    assert used(bureau, TODAY, TODAY) == {AIR.name: 1}
    assert used(bureau, date(2026, 9, 25), date(2026, 9, 25)) == {AIR.name: 1}
    assert POPULATION.name not in used(bureau, TODAY, date(2026, 9, 30))
