"""A dataset that flows back is shared while a subscription is open, and used by every delivery sent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from catalog.store import reading
from catalog.usage.counts import DELIVERIES, shared, shown, used
from space.wayback.backflow.subscriptions import end, listing
from tests.space.wayback.conftest import NOON, STREET, VILLAGE, Town

TODAY = NOON.date()
NAME = "civil.population"


@pytest.fixture
def flowing(town: Town) -> Town:
    """Both bodies subscribe; one release with rows of both areas was delivered."""
    town.publish(town.population, town.residents(STREET, VILLAGE, VILLAGE))
    town.subscribe("street")
    town.subscribe("village")
    town.deliver()
    return town


def test_a_subscription_shares_from_the_day_it_opens_to_the_day_before_it_ends(town: Town) -> None:
    opened = town.subscribe("street")
    tomorrow = NOON + timedelta(days=1)
    with reading(town.engine) as connection:
        assert NAME not in shared(connection, TODAY - timedelta(days=1))
        assert shared(connection, TODAY) == {NAME}
        assert shared(connection, TODAY + timedelta(days=30)) == {NAME}
    end(town.engine, opened.id, by="张三", now=tomorrow)
    with reading(town.engine) as connection:
        assert shared(connection, TODAY) == {NAME}
        assert shared(connection, tomorrow.date()) == frozenset()


def test_another_open_subscription_keeps_it_shared(town: Town) -> None:
    first = town.subscribe("street")
    town.subscribe("village")
    end(town.engine, first.id, by="张三", now=town.later())
    with reading(town.engine) as connection:
        assert shared(connection, TODAY) == {NAME}


def test_a_subscription_alone_is_no_use(town: Town) -> None:
    town.subscribe("street")
    with reading(town.engine) as connection:
        assert used(connection, TODAY, TODAY) == {}


def test_every_delivery_is_one_use_of_its_day_by_its_receiver(flowing: Town) -> None:
    with reading(flowing.engine) as connection:
        assert used(connection, TODAY, TODAY) == {NAME: 2}
        told = shown(connection, TODAY, TODAY, NAME)
        assert {(use.where, use.consumer, use.kind, use.count) for use in told} == {
            (DELIVERIES, "street", "delivery", 1),
            (DELIVERIES, "village", "delivery", 1),
        }
        assert used(connection, TODAY - timedelta(days=9), TODAY - timedelta(days=1)) == {}
        assert used(connection, TODAY + timedelta(days=1), TODAY + timedelta(days=9)) == {}


def test_use_stays_when_the_subscriptions_end_and_nothing_new_adds_none(flowing: Town) -> None:
    flowing.deliver()
    with reading(flowing.engine) as connection:
        open_ones = listing(connection)
    for each in open_ones:
        end(flowing.engine, each.id, by="张三", now=flowing.later())
    with reading(flowing.engine) as connection:
        assert used(connection, TODAY, TODAY) == {NAME: 2}
        assert shared(connection, TODAY) == frozenset()
