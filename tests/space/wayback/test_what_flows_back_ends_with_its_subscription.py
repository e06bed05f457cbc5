"""Ended, over or withdrawn: nothing is sent again, shown or claimed; a lost release blocks nobody else."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from catalog.cataloging.acts import Who
from catalog.cataloging.answering import withdraw as withdraw_entry
from catalog.releases.folders import vault_folder
from catalog.store import reading, writing
from catalog.store.tables.attributions import redeliveries
from catalog.store.tables.recall import postings
from pipelines.backflow import redelivering
from pipelines.backflow.delivering import deliver_due
from policies.machine import Office
from space.errors import Refused
from space.wayback.backflow.balances import figures
from space.wayback.backflow.claims import claim, waiting
from space.wayback.backflow.inbox import listing
from space.wayback.backflow.redelivery import orders_of, redeliver
from space.wayback.backflow.subscriptions import by_id, end
from space.wayback.backflow.unmasking import Asked, reveal, unmask
from tests.space.wayback.conftest import EAST, HERE, Town
from tests.space.wayback.moves import rows_of


def entered(town: Town) -> tuple[str, str]:
    """A subscription of the street until October ends, delivered; and the reference of its first row."""
    town.publish(town.population, town.residents(EAST, EAST, HERE))
    made = town.subscribe("street", valid_from="2026-09-01", valid_to="2026-10-31")
    (sent,) = town.deliver().sent
    return made.id, rows_of(town, sent.id)[0]["_row"]


def ends(town: Town, subscription: str) -> None:
    end(town.engine, subscription, by="张三", now=town.later())


def is_over(town: Town, _subscription: str) -> None:
    town.later(days=60)


def is_withdrawn(town: Town, _subscription: str) -> None:
    who = Who("数据局", Office.AUTHORITY)
    withdraw_entry(town.engine, town.population.name, who, reason="数据有误", now=town.later())


Ending = Callable[[Town, str], None]
closing = pytest.mark.parametrize("closing", [ends, is_over, is_withdrawn])


def order(town: Town, subscription: str, row: str, subject: str = "cor_1") -> None:
    with writing(town.engine) as connection:
        redeliver(connection, subscription=subscription, row=row, subject=subject, reason="更正", by="系统",
                  now=town.now)  # fmt: skip


def outcome(town: Town, subject: str = "cor_1") -> tuple[str, str]:
    with reading(town.engine) as connection:
        (told,) = orders_of(connection, subject)
    return told.outcome, told.redelivery


def sent_again(town: Town) -> int:
    with reading(town.engine) as connection:
        return len(connection.execute(select(redeliveries.c.id)).all())


@closing
def test_an_order_ends_where_nothing_flows_any_more(town: Town, closing: Ending) -> None:
    subscription, row = entered(town)
    order(town, subscription, row)
    closing(town, subscription)

    town.deliver()

    assert outcome(town) == ("ended", "")
    assert sent_again(town) == 0


@pytest.mark.parametrize("closing", [ends, is_withdrawn])
def test_a_subscription_that_closes_while_its_rows_are_looked_up_is_sent_none(
    town: Town, closing: Ending, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscription, row = entered(town)
    order(town, subscription, row)
    found = redelivering._find

    def closed_meanwhile(*asked: Any) -> Any:
        made = found(*asked)
        assert made.rows.num_rows == 1
        closing(town, subscription)
        return made

    monkeypatch.setattr(redelivering, "_find", closed_meanwhile)
    assert redelivering.redeliver_due(town.home, town.engine, town.later()) == 0

    assert outcome(town) == ("ended", "")
    assert sent_again(town) == 0
    assert list((town.home.lake / "backflow").rglob("*-again-*")) == []


def test_an_order_of_a_subscription_that_never_had_a_delivery_ends_with_it(town: Town) -> None:
    subscription = town.subscribe("street").id
    order(town, subscription, "0" * 32)
    town.deliver()
    assert outcome(town) == ("", "")
    ends(town, subscription)
    town.deliver()
    assert outcome(town) == ("ended", "")


@closing
def test_nothing_is_unmasked_looked_at_or_claimed_where_nothing_flows(town: Town, closing: Ending) -> None:
    subscription, row = entered(town)
    asked = Asked(subscription, row, ("id_card",), "办理高龄津贴")
    leave = unmask(town.home, town.engine, asked, by="王五", now=town.now)
    closing(town, subscription)
    closed = pytest.raises(Refused, match=r"backflow\.subscription\.closed")

    with closed:
        unmask(town.home, town.engine, asked, by="王五", now=town.now)
    with closed:
        reveal(town.home, town.engine, leave.id, by="王五", now=town.now)
    with closed, reading(town.engine) as connection:
        waiting(town.home, connection, by_id(connection, subscription), now=town.now)
    with closed:
        claim(town.home, town.engine, subscription, row, area=EAST, reason="核实", by="王五", now=town.now)
    with reading(town.engine) as connection:
        assert connection.execute(select(postings.c.id)).all() == []


def both_datasets(town: Town) -> tuple[str, str]:
    """The street has rows of two datasets."""
    town.publish(town.population, town.residents(EAST))
    paid = {"id_card": town.person(1), "month": "2026-09", "amount": "100", "level": "一档"}
    town.publish(town.allowance, [paid | {"area_code": EAST}])
    ids = town.subscribe("street").id, town.subscribe("street", "welfare.allowance", fields=("amount",)).id
    town.deliver()
    return ids


def lose_the_rows(town: Town) -> None:
    shutil.rmtree(vault_folder(town.home, town.population.name))


def test_a_release_whose_rows_are_lost_keeps_nobody_elses_rows_from_being_sent_again(town: Town) -> None:
    ids = both_datasets(town)
    with reading(town.engine) as connection:
        made = {one.subscription: one.id for one in listing(connection)}
    for subscription in ids:
        order(town, subscription, rows_of(town, made[subscription])[0]["_row"], f"cor_{subscription}")
    lose_the_rows(town)

    run = deliver_due(town.home, town.engine, town.later())

    assert list(run.failed) == ["civil.population"]
    assert "cannot be read" in run.failed["civil.population"]
    assert outcome(town, f"cor_{ids[0]}") == ("", "")  # waits until the lake is restored
    assert outcome(town, f"cor_{ids[1]}")[0] == "delivered"


def test_a_release_whose_rows_are_lost_keeps_no_other_dataset_from_being_delivered(town: Town) -> None:
    both_datasets(town)
    town.publish(town.population, town.residents(EAST, EAST))
    paid = {"id_card": town.person(1), "month": "2026-09", "amount": "200", "level": "一档"}
    town.publish(town.allowance, [paid | {"area_code": EAST}])
    lose_the_rows(town)

    run = deliver_due(town.home, town.engine, town.later())

    assert [one.dataset for one in run.sent] == ["welfare.allowance"]
    assert list(run.failed) == ["civil.population"]


def test_figures_of_one_body_are_those_of_its_own_deliveries(telling: Town) -> None:
    telling.subscribe("village")
    telling.deliver()

    with reading(telling.engine) as connection:
        everybody = figures(connection, None, telling.now)
        for body in ("street", "village"):
            mine = {one.id for one in listing(connection, body)}
            assert len(mine) == 1
            assert figures(connection, body, telling.now) == tuple(
                one for one in everybody if one.delivery in mine
            )
        assert len(everybody) == 2
        assert figures(connection, "nobody", telling.now) == ()
