"""A street that is split: its rows leave it and come to its parts, and what it was sent stays."""

from __future__ import annotations

from dataclasses import replace

from catalog.places.divisions import Division
from catalog.places.ledger import enter
from catalog.store import reading
from space.wayback.backflow.balances import balance
from space.wayback.backflow.bodies import Body, ledger, register
from space.wayback.backflow.inbox import deliveries_of, read_rows
from tests.space.wayback.conftest import EAST, HERE, WEST, Town
from tests.space.wayback.moves import numbers
from tests.space.wayback.places_town import DIVISIONS, enter_places, split_street


def test_a_street_that_splits_gives_its_rows_to_its_parts_and_keeps_what_it_had(town: Town) -> None:
    enter_places(town)
    town.publish(town.population, town.residents(EAST, EAST, WEST, HERE))
    old = town.subscribe("street")
    town.deliver()
    split_street(town, "2026-10-01")
    town.later(days=30)
    register(town.engine, Body("east", "清东街道", "990101007"), town.now)
    register(town.engine, Body("west", "清西街道", "990101008"), town.now)
    east, west = town.subscribe("east"), town.subscribe("west")

    # Nobody touched a row but one: the division of the others moved all the same.
    town.publish(town.population, town.residents(EAST, EAST, WEST, HERE, r1={"phone": "13800000001"}))
    sent = {one.subscription: one for one in town.deliver().sent}

    assert numbers(sent[old.id]) == (0, 0, 3, 3, 0, 0)
    assert numbers(sent[east.id])[:3] == (2, 0, 0)
    assert numbers(sent[west.id])[:3] == (1, 0, 0)
    with reading(town.engine) as connection:
        assert ledger(town.home, connection, old.id).num_rows == 0
        first = deliveries_of(connection, old.id)[0]
        assert read_rows(town.home, first).num_rows == 3
        assert all(one.balanced for one in balance(connection))


def test_before_the_day_of_the_split_nothing_moves(town: Town) -> None:
    enter_places(town)
    town.publish(town.population, town.residents(EAST, WEST))
    old = town.subscribe("street")
    town.deliver()
    split_street(town, "2027-01-01")
    town.publish(town.population, town.residents(EAST, WEST, EAST))

    (sent,) = town.deliver().sent

    assert sent.subscription == old.id
    assert numbers(sent) == (1, 0, 0, 1, 0, 0)


def test_lists_entered_after_a_first_delivery_move_nothing_that_stays_where_it_was(town: Town) -> None:
    town.publish(town.population, town.residents(EAST, WEST, HERE))
    old = town.subscribe("street")
    town.deliver()
    # The list names the city above the districts, which the digits of a code do not.
    city = Division("990100", "云州市")
    listed = [city, *(replace(d, parent="990100") if not d.parent else d for d in DIVISIONS)]
    enter(town.engine, "divisions", listed, source="民政局", by="李四", now=town.later())
    town.publish(town.population, town.residents(EAST, WEST, HERE, r1={"phone": "13800000001"}))

    (sent,) = town.deliver().sent

    assert sent.subscription == old.id
    assert numbers(sent)[:4] == (0, 1, 0, 1)


def test_a_body_subscribes_to_a_village_that_kept_its_code_when_its_street_was_split(town: Town) -> None:
    enter_places(town)
    town.publish(town.population, town.residents(EAST, WEST))
    split_street(town, "2026-09-01")
    register(town.engine, Body("east", "清东街道", "990101007"), town.now)

    mine = town.subscribe("east", area=EAST)
    (sent,) = town.deliver().sent

    assert (mine.area, numbers(sent)) == (EAST, (1, 0, 0, 2, 0, 1))
