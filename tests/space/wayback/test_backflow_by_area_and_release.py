"""Every release brings every area its added, changed and removed rows, each release once and in order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from catalog.cataloging.entering import catalogue
from catalog.store import reading
from catalog.store.tables.backflow import deliveries
from contracts.model import FieldType
from pipelines.backflow.delivering import deliver, deliver_due
from space.errors import Unknown
from space.wayback.backflow.bodies import ledger
from space.wayback.backflow.subscriptions import end
from tests.space.wayback.conftest import EAST, HERE, WEST
from tests.space.wayback.moves import HOMES, numbers, rows_of, second_year


def test_the_first_delivery_holds_the_whole_area(town: Any) -> None:
    town.publish(town.population, town.residents(*HOMES))
    town.subscribe("street")
    town.subscribe("village")

    street, village = town.deliver().sent

    assert numbers(street) == (3, 0, 0, 8, 1, 4)
    assert numbers(village) == (2, 0, 0, 8, 1, 5)
    assert {row["name"] for row in rows_of(town, street.id)} == {"居民1", "居民2", "居民3"}


def test_a_release_brings_added_changed_and_removed_rows_of_each_area(town: Any) -> None:
    town.publish(town.population, town.residents(*HOMES))
    town.subscribe("street")
    town.subscribe("village")
    town.deliver()

    second_year(town)
    street, village = town.deliver().sent

    assert numbers(street) == (1, 1, 1, 7, 1, 3)
    assert numbers(village) == (1, 1, 1, 7, 1, 3)
    told = {(row["_change"], row["name"], row["phone"], row["_fields"]) for row in rows_of(town, street.id)}
    assert told == {
        ("added", "居民9", "139****0009", ""),
        ("changed", "居民1", "138****0001", "phone"),
        ("removed", "居民2", "139****0002", ""),
    }


def test_a_row_that_moved_is_a_removal_there_and_an_addition_here_under_one_reference(town: Any) -> None:
    town.publish(town.population, town.residents(EAST, HERE))
    town.subscribe("street")
    town.subscribe("village")
    town.deliver()

    town.publish(town.population, town.residents(HERE, HERE))
    street, village = town.deliver().sent

    (left,), (came,) = rows_of(town, street.id), rows_of(town, village.id)
    assert (left["_change"], came["_change"]) == ("removed", "added")
    assert left["_row"] == came["_row"]
    assert numbers(street) == (0, 0, 1, 1, 0, 0)
    assert numbers(village) == (1, 0, 0, 1, 0, 0)


def test_the_same_release_is_delivered_once(town: Any) -> None:
    release = town.publish(town.population, town.residents(*HOMES))
    town.subscribe("street")
    first = town.deliver()

    assert len(first.sent) == 1
    assert town.deliver().sent == ()
    assert deliver(town.home, town.engine, "civil.population", release.id, town.later()) == ()
    with reading(town.engine) as connection:
        assert connection.execute(select(func.count()).select_from(deliveries)).scalar_one() == 1


def test_an_earlier_release_is_not_delivered_after_a_later_one(town: Any) -> None:
    first = town.publish(town.population, town.residents(*HOMES))
    second_year(town)
    town.subscribe("street")
    town.deliver()

    assert deliver(town.home, town.engine, "civil.population", first.id, town.later()) == ()


def test_releases_missed_meanwhile_are_delivered_one_by_one_in_order(town: Any) -> None:
    releases = [town.publish(town.population, town.residents(EAST))]
    subscription = town.subscribe("street")
    town.deliver()
    releases.append(town.publish(town.population, town.residents(EAST, EAST)))
    releases.append(town.publish(town.population, town.residents("gone", EAST)))

    run = town.deliver()

    assert [sent.release for sent in run.sent] == [release.id for release in releases[1:]]
    assert [numbers(sent)[:3] for sent in run.sent] == [(1, 0, 0), (0, 0, 1)]
    with reading(town.engine) as connection:
        assert ledger(town.home, connection, subscription.id)["name"].to_pylist() == ["居民2"]


def test_an_ended_subscription_gets_nothing_more(town: Any) -> None:
    town.publish(town.population, town.residents(EAST))
    subscription = town.subscribe("street")
    town.deliver()
    end(town.engine, subscription.id, by="张三", now=town.later())
    second_year(town)

    assert town.deliver().sent == ()
    with pytest.raises(Unknown, match="active subscription"):
        end(town.engine, subscription.id, by="张三", now=town.later())


def test_a_subscription_before_the_first_release_waits_for_it(town: Any) -> None:
    town.subscribe("street")
    assert town.deliver().sent == ()

    town.publish(town.population, town.residents(EAST))

    assert numbers(town.deliver().sent[0]) == (1, 0, 0, 1, 0, 0)


def test_the_ledger_of_a_body_is_its_area_as_last_released(town: Any) -> None:
    town.publish(town.population, town.residents(*HOMES))
    subscription = town.subscribe("street")
    town.deliver()
    second_year(town)
    town.deliver()

    with reading(town.engine) as connection:
        rows = ledger(town.home, connection, subscription.id)

    held = dict(zip(rows["name"].to_pylist(), rows["phone"].to_pylist(), strict=True))
    assert held == {"居民1": "138****0001", "居民3": "139****0003", "居民9": "139****0009"}


def test_a_ledger_without_delivery_does_not_exist(town: Any) -> None:
    subscription = town.subscribe("street")

    with reading(town.engine) as connection, pytest.raises(Unknown, match="ybz build"):
        ledger(town.home, connection, subscription.id)


def test_a_dataset_that_can_no_longer_be_delivered_is_named_and_the_others_go_on(town: Any) -> None:
    town.publish(town.population, town.residents(EAST))
    paid = {"id_card": town.person(1), "month": "2026-09", "amount": "100", "level": "一档"}
    town.publish(town.allowance, [paid | {"area_code": EAST}])
    town.subscribe("street")
    town.subscribe("street", "welfare.allowance", fields=("amount",))
    nowhere = replace(town.population, area=None)
    catalogue(town.engine, nowhere, path=None, by="李四", reason="no area", now=town.later())
    town.publish(nowhere, town.residents(EAST, EAST), revision=2)

    run = deliver_due(town.home, town.engine, town.later())

    assert [sent.dataset for sent in run.sent] == ["welfare.allowance"]
    assert list(run.failed) == ["civil.population"]
    assert "names no area" in run.failed["civil.population"]


def test_a_field_that_changed_its_type_is_reported_and_not_guessed(town: Any) -> None:
    town.publish(town.population, town.residents(EAST, EAST))
    town.subscribe("street", fields=("name", "birth_date"))
    town.deliver()
    fields = tuple(
        replace(f, type=FieldType.BOOLEAN) if f.name == "birth_date" else f for f in town.population.fields
    )
    other = replace(town.population, fields=fields)
    catalogue(town.engine, other, path=None, by="李四", reason="another type", now=town.later())
    town.publish(
        other,
        town.residents("gone", EAST, EAST, r2={"birth_date": "是"}, r3={"birth_date": "否"}),
        revision=2,
    )

    run = deliver_due(town.home, town.engine, town.later())

    assert run.sent == ()
    assert "gave birth_date another type" in run.failed["civil.population"]

    anew = town.subscribe("street", fields=("name",), area=WEST[:9] + "001")
    again = deliver_due(town.home, town.engine, town.later())

    assert [sent.subscription for sent in again.sent] == [anew.id]
    assert list(again.failed) == ["civil.population"]
