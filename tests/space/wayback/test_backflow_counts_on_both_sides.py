"""Sender and receiver count alike, or the delivery is disputed; the counts of every release add up."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from catalog.evidence import integrate
from catalog.evidence.verify import verify_store
from catalog.store import reading, writing
from catalog.store.tables.backflow import attributions, deliveries
from catalog.store.tables.evidence import evidence_entries
from space.wayback.backflow.balances import balance
from space.wayback.backflow.inbox import (
    AlreadyAnswered,
    Counts,
    FileChanged,
    acknowledge,
    count,
    delivery,
    notices_of,
    read_rows,
)
from tests.forged import turned
from tests.space.wayback.moves import HOMES


def test_both_sides_count_alike_or_the_delivery_is_disputed(town: Any) -> None:
    town.publish(town.population, town.residents(*HOMES))
    town.subscribe("street")
    (sent,) = town.deliver().sent
    with reading(town.engine) as connection:
        made = delivery(connection, sent.id)
    received = count(read_rows(town.home, made))

    wrong = acknowledge(town.engine, sent.id, Counts(2, 0, 0), by="王五", now=town.later())
    with reading(town.engine) as connection:
        assert [one.balanced for one in balance(connection)] == [False]
    right = acknowledge(town.engine, sent.id, received, by="王五", now=town.later())

    assert (wrong.state, right.state) == ("disputed", "acknowledged")
    with reading(town.engine) as connection:
        assert [one.balanced for one in balance(connection)] == [True]


def test_an_acknowledged_delivery_cannot_be_counted_otherwise_afterwards(town: Any) -> None:
    town.publish(town.population, town.residents(*HOMES))
    town.subscribe("street")
    (sent,) = town.deliver().sent
    acknowledge(town.engine, sent.id, Counts(3, 0, 0), by="王五", now=town.later())

    again = acknowledge(town.engine, sent.id, Counts(3, 0, 0), by="赵六", now=town.later())
    assert again.state == "acknowledged"
    with pytest.raises(AlreadyAnswered):
        acknowledge(town.engine, sent.id, Counts(0, 3, 0), by="赵六", now=town.later())


def test_a_delivered_file_that_was_changed_is_not_read(town: Any) -> None:
    town.publish(town.population, town.residents(*HOMES))
    town.subscribe("street")
    (sent,) = town.deliver().sent
    with reading(town.engine) as connection:
        made = delivery(connection, sent.id)
    path = town.home.lake / made.path
    turned(path)

    with pytest.raises(FileChanged, match=sent.id):
        read_rows(town.home, made)
    path.unlink()
    with pytest.raises(FileChanged):
        read_rows(town.home, made)


def test_the_store_itself_refuses_counts_that_do_not_add_up(town: Any) -> None:
    town.publish(town.population, town.residents(*HOMES))
    town.subscribe("street")
    town.deliver()

    for values in ({"other_areas": 5}, {"added": 4}, {"total": 9}):
        with pytest.raises(IntegrityError), writing(town.engine) as connection:
            connection.execute(update(deliveries).values(**values))
    with pytest.raises(IntegrityError), writing(town.engine) as connection:
        connection.execute(update(attributions).values(unattributed=0))


def test_attribution_is_counted_once_a_release_for_all_subscribers(town: Any) -> None:
    town.publish(town.population, town.residents(*HOMES))
    town.subscribe("street")
    town.subscribe("village")
    town.deliver()

    with reading(town.engine) as connection:
        (row,) = connection.execute(select(attributions)).all()
        areas = balance(connection)
    assert (row.changed, row.attributed, row.unattributed) == (8, 7, 1)
    assert all(one.delivered + one.other_areas == row.attributed for one in areas)


def test_a_delivery_waits_in_the_inbox_until_it_is_counted(town: Any) -> None:
    town.publish(town.population, town.residents(*HOMES))
    town.subscribe("street")
    (sent,) = town.deliver().sent

    with reading(town.engine) as connection:
        (notice,) = notices_of(connection, "street", unread=True)
        assert notices_of(connection, "village") == ()
    assert notice.subject == sent.id
    assert notice.message == "civil.population: 3 added, 0 changed, 0 removed in 990101001"

    acknowledge(town.engine, sent.id, Counts(3, 0, 0), by="王五", now=town.later())
    with reading(town.engine) as connection:
        assert notices_of(connection, "street", unread=True) == ()


def test_every_step_is_in_the_evidence_log_without_a_value_or_a_small_count(town: Any) -> None:
    town.publish(town.population, town.residents(*HOMES))
    town.subscribe("street")
    (sent,) = town.deliver().sent
    acknowledge(town.engine, sent.id, Counts(3, 0, 0), by="王五", now=town.later())

    integrate(town.engine, town.keys.signer, town.now)
    with reading(town.engine) as connection:
        assert verify_store(connection, town.keys.signer.public_raw).ok
        rows = connection.execute(select(evidence_entries.c.event, evidence_entries.c.body)).all()
    events = [event for event, _ in rows]
    for event in ("subscription:open", "delivery:send", "delivery:acknowledge"):
        assert f"backflow:{event}" in events
    bodies = "".join(text for _, text in rows)
    for value in (town.person(1), "居民1", "13900000001", '"added"', '"delivered"'):
        assert value not in bodies
