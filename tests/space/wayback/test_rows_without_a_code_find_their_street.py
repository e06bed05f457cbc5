"""Rows that carry no region code: by the register, the address, the point; claimed where nothing tells."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from sqlalchemy import select

from catalog.store import reading
from catalog.store.tables.attributions import attribution_shares, redelivery_orders
from space.errors import Refused, Unknown
from space.wayback.backflow.authoritative import rows_of_area, source
from space.wayback.backflow.bodies import Body, ledger, register
from space.wayback.backflow.claims import claim, claims_of, waiting, withdraw
from space.wayback.backflow.inbox import deliveries_of
from tests.space.wayback.conftest import EAST, FAR, HERE, WEST, Settle, Town
from tests.space.wayback.moves import numbers, rows_of
from tests.space.wayback.places_town import VISITS, catalogue_visits, enter_places, visit

FIELDS = ("visit_no", "id_card", "address", "remark")


def first_visits(town: Town) -> list[dict[str, Any]]:
    return [
        visit(town, 1),  # by the register: the street
        visit(town, 9, address="云岭区望湖街道朝阳村3组"),  # no resident; by its address
        visit(town, 10, longitude="109.05", latitude="28.05"),  # by its point
        visit(town, 11, address="云湖区某处"),  # its district only
        visit(town, 12),  # by nothing
        visit(town, 2, address="云岭区望湖街道朝阳村"),  # the register goes before the address
    ]


@pytest.fixture
def visited(settle: Settle, tmp_path: Path) -> Iterator[Town]:
    def prepare(town: Town) -> None:
        enter_places(town)
        town.publish(town.population, town.residents(EAST, WEST, HERE, FAR))
        catalogue_visits(town)
        town.publish(VISITS, first_visits(town))
        register(town.engine, Body("town", "南门镇", "990105006"), town.now)
        for body in ("street", "village", "town"):
            town.subscribe(body, VISITS.name, fields=FIELDS)
        town.deliver()

    made = settle("visited", prepare, tmp_path / "var")
    yield made
    made.engine.dispose()


def held(town: Town, body: str) -> set[str]:
    with reading(town.engine) as connection:
        return set(ledger(town.home, connection, subscription(town, body).id)["visit_no"].to_pylist())


def subscription(town: Town, body: str) -> Any:
    from space.wayback.backflow.subscriptions import listing

    with reading(town.engine) as connection:
        (found,) = listing(connection, body)
    return found


def test_each_rule_tells_what_the_one_before_could_not(visited: Town) -> None:
    assert held(visited, "street") == {"V001", "V002"}
    assert held(visited, "village") == {"V009"}
    assert held(visited, "town") == {"V010"}


def test_every_row_keeps_its_rule_its_confidence_and_its_reason(visited: Town) -> None:
    with reading(visited.engine) as connection:
        (share,) = connection.execute(select(attribution_shares)).all()
    rows = {r["visit_no"]: r for r in pq.read_table(visited.home.lake / share.path).to_pylist()}

    assert (share.changed, share.attributed, share.unattributed, share.waiting) == (6, 4, 2, 2)
    assert [rows[n]["_by"] for n in ("V001", "V009", "V010")] == [
        "1:register",
        "2:address",
        "3:coordinates",
    ]
    assert rows["V001"]["_after"] == EAST
    assert all(0.85 <= rows[n]["_confidence"] <= 1 for n in ("V001", "V009", "V010"))
    assert rows["V011"]["_how"] == (
        "1:register not_in_register; 2:address too_coarse near 990101; 3:coordinates no_point"
    )


def test_each_delivery_balances_with_what_no_rule_tells(visited: Town) -> None:
    with reading(visited.engine) as connection:
        (made,) = deliveries_of(connection, subscription(visited, "street").id)
    assert made.counts.total == 2
    visited.publish(VISITS, [*first_visits(visited)[:5], visit(visited, 13)])
    sent = {one.area: one for one in visited.deliver().sent}
    assert numbers(sent["990101001"]) == (0, 0, 1, 2, 1, 0)
    assert numbers(sent["990105006"]) == (0, 0, 0, 2, 1, 1)


def test_a_person_who_moves_in_the_register_moves_rows_nobody_touched(visited: Town) -> None:
    visited.publish(visited.population, visited.residents(HERE, WEST, HERE, FAR))
    visited.publish(VISITS, [*first_visits(visited), visit(visited, 3)])

    sent = {one.area: one for one in visited.deliver().sent}

    assert numbers(sent["990101001"]) == (0, 0, 1, 2, 0, 1)
    assert numbers(sent["990102002003"]) == (2, 0, 0, 2, 0, 0)
    assert held(visited, "village") == {"V001", "V003", "V009"}
    assert held(visited, "street") == {"V002"}


def test_a_street_sees_what_may_be_its_own_and_claims_it_once(visited: Town) -> None:
    mine = subscription(visited, "street")
    with reading(visited.engine) as connection:
        total, rows = waiting(visited.home, connection, mine, now=visited.now)
        elsewhere, _ = waiting(visited.home, connection, subscription(visited, "village"), now=visited.now)
    assert (total, elsewhere) == (2, 1)  # what surely lies in another district is not shown
    found = {row.values["visit_no"]: row for row in rows}
    assert found["V011"].near == "990101"
    assert found["V011"].values["id_card"] == visited.person(11)[:6] + "*" * 8 + visited.person(11)[-4:]

    made = claim(
        visited.home, visited.engine, mine.id, found["V011"].row, area=EAST, reason="网格员核实", by="王五",
        now=visited.later(),
    )  # fmt: skip
    with pytest.raises(Refused, match=r"claim\.taken"):
        claim(
            visited.home, visited.engine, mine.id, found["V011"].row, area=EAST, reason="再次", by="王五",
            now=visited.later(),
        )  # fmt: skip
    visited.deliver()

    assert held(visited, "street") == {"V001", "V002", "V011"}
    with reading(visited.engine) as connection:
        assert claims_of(connection, "street") == (made,)
        again = deliveries_of(connection, mine.id)[-1]
        assert (again.again, again.counts.added) == (True, 1)
        assert rows_of(visited, again.id)[0]["visit_no"] == "V011"
        assert waiting(visited.home, connection, mine, now=visited.now)[0] == 1
    assert visited.deliver().sent == ()


def test_a_claimed_row_is_not_sent_again_with_the_next_release_and_waits_once_it_is_taken_back(
    visited: Town,
) -> None:
    mine = subscription(visited, "street")
    with reading(visited.engine) as connection:
        _, rows = waiting(visited.home, connection, mine, now=visited.now)
    ref = next(row.row for row in rows if row.values["visit_no"] == "V012")
    made = claim(
        visited.home, visited.engine, mine.id, ref, area=EAST, reason="走访", by="王五", now=visited.later()
    )
    visited.deliver()
    visited.publish(VISITS, [*first_visits(visited), visit(visited, 4)])
    sent = {one.area: one for one in visited.deliver().sent}
    assert numbers(sent["990101001"]) == (0, 0, 0, 1, 0, 1)

    withdraw(visited.engine, made.id, by="王五", now=visited.later())
    visited.publish(VISITS, first_visits(visited))
    sent = {one.area: one for one in visited.deliver().sent}

    assert numbers(sent["990101001"]) == (0, 0, 1, 2, 0, 1)
    assert held(visited, "street") == {"V001", "V002"}
    with pytest.raises(Unknown, match="open claim"):
        withdraw(visited.engine, made.id, by="王五", now=visited.later())


def test_a_register_that_tells_the_row_later_goes_before_the_claim(visited: Town) -> None:
    mine = subscription(visited, "street")
    with reading(visited.engine) as connection:
        _, rows = waiting(visited.home, connection, mine, now=visited.now)
    ref = next(row.row for row in rows if row.values["visit_no"] == "V012")
    claim(
        visited.home, visited.engine, mine.id, ref, area=EAST, reason="走访", by="王五", now=visited.later()
    )
    visited.deliver()
    assert "V012" in held(visited, "street")

    people = [*visited.residents(EAST, WEST, HERE, FAR), *(resident_of_the_village(visited, 12))]
    visited.publish(visited.population, people)
    visited.publish(VISITS, [*first_visits(visited), visit(visited, 4)])
    visited.deliver()

    assert "V012" not in held(visited, "street")
    assert "V012" in held(visited, "village")


def resident_of_the_village(town: Town, number: int) -> list[dict[str, str]]:
    from tests.space.wayback.conftest import resident

    return [resident(number, HERE)]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"area": "990102002003"}, "claim.area"),
        ({"area": "somewhere"}, "claim.area"),
        ({"reason": " "}, "claim.reason"),
    ],
)
def test_a_claim_is_refused_with_its_reason(visited: Town, change: dict[str, str], code: str) -> None:
    mine = subscription(visited, "street")
    with reading(visited.engine) as connection:
        _, rows = waiting(visited.home, connection, mine, now=visited.now)
    wanted: dict[str, Any] = {"area": EAST, "reason": "网格员核实"} | change

    with pytest.raises(Refused, match=code):
        claim(visited.home, visited.engine, mine.id, rows[0].row, by="王五", now=visited.later(), **wanted)
    with reading(visited.engine) as connection:
        assert claims_of(connection) == ()
        assert connection.execute(select(redelivery_orders)).all() == []


def test_a_row_that_does_not_wait_cannot_be_claimed(visited: Town) -> None:
    mine = subscription(visited, "street")

    with pytest.raises(Unknown, match="waiting row"):
        claim(visited.home, visited.engine, mine.id, "0" * 32, area=EAST, reason="核实", by="王五",
              now=visited.later())  # fmt: skip


def test_a_body_claims_no_row_that_it_could_not_see_waiting(visited: Town) -> None:
    theirs = subscription(visited, "street")
    mine = subscription(visited, "village")
    with reading(visited.engine) as connection:
        _, rows = waiting(visited.home, connection, theirs, now=visited.now)
        seen = {each.row for each in waiting(visited.home, connection, mine, now=visited.now)[1]}
    (elsewhere,) = [row.row for row in rows if row.values["visit_no"] == "V011"]
    assert elsewhere not in seen
    wanted: dict[str, Any] = {"area": HERE, "reason": "网格员核实", "by": "钱八", "now": visited.later()}

    with pytest.raises(Refused, match=r"claim\.elsewhere"):
        claim(visited.home, visited.engine, mine.id, elsewhere, **wanted)
    with reading(visited.engine) as connection:
        assert claims_of(connection) == ()
    assert [claim(visited.home, visited.engine, mine.id, row, **wanted).row for row in seen] == list(seen)


def test_a_look_up_tells_the_area_as_the_delivery_does(visited: Town) -> None:
    with reading(visited.engine) as connection:
        found = source(connection, VISITS.name)

    def every(_row: Any) -> bool:
        return True

    of = {
        area: {r.key["visit_no"] for r in rows_of_area(visited.home, found, area, (), every, b"k")}
        for area in ("990101001", HERE, "990105006")
    }
    assert of == {"990101001": {"V001", "V002"}, HERE: {"V009"}, "990105006": {"V010"}}
    at_work = rows_of_area(visited.home, found, HERE, (), every, b"k", meaning="workplace")
    assert {r.key["visit_no"] for r in at_work} == {"V009", "V002"}


def test_a_subscription_names_whose_area_it_means(visited: Town) -> None:
    at_work = visited.subscribe("village", VISITS.name, fields=FIELDS, meaning="workplace")
    visited.deliver()

    with reading(visited.engine) as connection:
        rows = ledger(visited.home, connection, at_work.id)
    assert set(rows["visit_no"].to_pylist()) == {"V009", "V002"}
    with pytest.raises(Refused, match=r"backflow\.meaning\.untold"):
        visited.subscribe("village", VISITS.name, fields=FIELDS, meaning="registration")


def test_the_register_is_asked_on_the_day_a_row_names(visited: Town) -> None:
    from dataclasses import replace

    from contracts.model import AttributionRule, Telling

    by_day = AttributionRule(
        Telling.REGISTER, ("id_card",), "residence", "civil.population", "id_card", "visited_on"
    )
    contract = replace(VISITS, id="welfare-checks", table="checks", attribution=(by_day,))
    catalogue_visits(visited, contract)
    visited.later(days=10)
    visited.publish(visited.population, visited.residents(HERE, WEST, HERE, FAR))  # 1 moves in October
    first, later = "2026-09-24", date(2026, 10, 20).isoformat()
    visited.later(days=30)
    visited.publish(
        contract, [visit(visited, 1, visited_on=first), visit(visited, 1, visit_no="V900", visited_on=later)]
    )
    east = visited.subscribe("street", contract.name, fields=("visit_no",))
    west = visited.subscribe("village", contract.name, fields=("visit_no",))
    visited.deliver()

    with reading(visited.engine) as connection:
        of = [ledger(visited.home, connection, s.id)["visit_no"].to_pylist() for s in (east, west)]
    assert of == [["V001"], ["V900"]]
