from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

import pipelines.sending as sending
from catalog.cataloging.entering import catalogue
from catalog.evidence import integrate
from catalog.evidence.verify import verify_store
from catalog.store import reading, writing
from catalog.store.tables.backflow import attributions, deliveries
from catalog.store.tables.evidence import evidence_entries
from contracts.model import FieldType
from pipelines.backflow import deliver, deliver_due
from space.cli.backflow import backflow
from space.errors import Unknown
from space.wayback.backflow.bodies import ledger
from space.wayback.backflow.inbox import (
    AlreadyAnswered,
    Counts,
    FileChanged,
    acknowledge,
    balance,
    count,
    delivery,
    listing,
    notices_of,
    read_rows,
)
from space.wayback.backflow.subscriptions import end

EAST, WEST, HERE, FAR = "990101001001", "990101001002", "990102002003", "990105006001"
HOMES = (EAST, EAST, WEST, HERE, HERE, FAR, FAR, "")


def numbers(sent: Any) -> tuple[int, int, int, int, int, int]:
    return sent.added, sent.changed, sent.removed, sent.total, sent.unattributed, sent.other_areas


def rows_of(town: Any, delivery_id: str) -> list[dict[str, Any]]:
    with reading(town.engine) as connection:
        return read_rows(town.home, delivery(connection, delivery_id)).to_pylist()


def second_year(town: Any) -> None:
    # 1 and 4 change their phones, 2 moves to the village, 5 is gone, 6 changes far away, 8 changes and
    # has no home, 9 is new in the street.
    rows = town.residents(
        EAST, HERE, WEST, HERE, "gone", FAR, FAR, "", WEST,
        r1={"phone": "13800000001"}, r4={"phone": "13800000004"},
        r6={"phone": "13800000006"}, r8={"phone": "13800000008"},
    )  # fmt: skip
    town.publish(town.population, rows)


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
        ("added", "居民9", "13900000009", ""),
        ("changed", "居民1", "13800000001", "phone"),
        ("removed", "居民2", "13900000002", ""),
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


def test_a_process_killed_while_sending_is_resumed_without_a_second_delivery(town: Any) -> None:
    town.publish(town.population, town.residents(*HOMES))
    town.subscribe("street")
    town.subscribe("village")
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_AFTER_THE_SECOND_FILE, str(town.home.root)],
        check=False,
        capture_output=True,
    )
    assert killed.returncode == 9, killed.stderr.decode()
    files = {path: path.read_bytes() for path in (town.home.lake / "backflow").rglob("*.parquet")}
    with reading(town.engine) as connection:
        assert [made.subscriber for made in listing(connection)] == ["street"]
    assert len(files) == 2

    run = town.deliver()

    assert [sent.area for sent in run.sent] == ["990102002003"]
    assert {p: p.read_bytes() for p in (town.home.lake / "backflow").rglob("*.parquet")} == files
    with reading(town.engine) as connection:
        assert all(read_rows(town.home, made).num_rows for made in listing(connection))
        entries = connection.execute(
            select(func.count()).where(evidence_entries.c.event == "backflow:delivery:send")
        ).scalar_one()
    assert entries == 2


KILLED_AFTER_THE_SECOND_FILE = textwrap.dedent(
    """
    import os, sys
    from datetime import UTC, datetime
    from pathlib import Path
    import pipelines.sending as sending
    from catalog.home import Home
    from catalog.store import open_store
    from pipelines.backflow import deliver_due

    real, files = sending._write, []

    def die(path, content):
        real(path, content)
        files.append(path)
        if len(files) == 2:
            os._exit(9)

    sending._write = die
    home = Home(Path(sys.argv[1]))
    deliver_due(home, open_store(home), datetime.now(UTC))
    """
)


def test_a_delivery_that_fails_leaves_neither_row_nor_evidence(
    town: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.publish(town.population, town.residents(*HOMES))
    town.subscribe("street")

    def full(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(sending, "_write", full)
    with pytest.raises(OSError, match="no space"):
        deliver_due(town.home, town.engine, town.later())

    with reading(town.engine) as connection:
        assert listing(connection) == ()
        assert connection.execute(select(attributions)).all() == []


def test_only_subscribed_fields_leave_and_identity_numbers_are_masked(town: Any) -> None:
    town.publish(town.population, town.residents(EAST))
    town.subscribe("street", fields=("id_card", "phone"))

    (row,) = rows_of(town, town.deliver().sent[0].id)

    assert set(row) == {"_change", "_row", "_fields", "_disputed", "id_card", "phone"}
    assert row["id_card"] == town.person(1)[:6] + "*" * 8 + town.person(1)[-4:]
    assert row["phone"] == "13900000001"


def test_an_identity_number_leaves_whole_only_where_the_subscription_says_so(town: Any) -> None:
    town.publish(town.population, town.residents(EAST))
    town.subscribe("street", plain=("id_card",))

    (row,) = rows_of(town, town.deliver().sent[0].id)

    assert row["id_card"] == town.person(1)


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
    assert held == {"居民1": "13800000001", "居民3": "13900000003", "居民9": "13900000009"}


def test_a_ledger_without_delivery_does_not_exist(town: Any) -> None:
    subscription = town.subscribe("street")

    with reading(town.engine) as connection, pytest.raises(Unknown, match="ybz build"):
        ledger(town.home, connection, subscription.id)


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
    path.write_bytes(path.read_bytes()[:-1] + b"x")

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


def test_the_commands_list_show_acknowledge_and_balance(town: Any) -> None:
    town.publish(town.population, town.residents(*HOMES))
    run = CliRunner()
    wanted = ["--body", "village", "--dataset", "civil.population", "--fields", "name, phone"]
    opened = run.invoke(
        backflow, ["subscribe", *wanted, "--basis", "政务数据共享条例 第24条", "--by", "张三", "--json"]
    )
    town.later(days=60)
    deliver_due(town.home, town.engine, town.now)

    listed = json.loads(run.invoke(backflow, ["list", "--json"]).stdout)
    shown = json.loads(run.invoke(backflow, ["show", listed[0]["id"], "--json"]).stdout)
    counted = json.loads(run.invoke(backflow, ["ack", listed[0]["id"], "--by", "王五", "--json"]).stdout)
    balanced = json.loads(run.invoke(backflow, ["balance", "--json"]).stdout)

    assert json.loads(opened.stdout)["fields"] == ["name", "phone"]
    assert {row["name"] for row in shown} == {"居民4", "居民5"}
    assert counted["state"] == "acknowledged"
    assert balanced == [
        {
            "release": listed[0]["release"],
            "area": "990102002003",
            "changed": 8,
            "delivered": 2,
            "unattributed": 1,
            "other_areas": 5,
            "balanced": True,
        }
    ]
    assert "8 = 2 + 1 + 5" in run.invoke(backflow, ["balance"]).stdout
    assert "2 added" in run.invoke(backflow, ["inbox", "--body", "village"]).stdout


def test_the_commands_fail_where_the_counts_differ(town: Any) -> None:
    town.publish(town.population, town.residents(*HOMES))
    town.subscribe("street")
    (sent,) = town.deliver().sent

    disputed = CliRunner().invoke(backflow, ["ack", sent.id, "--counts", "1", "0", "0", "--by", "王五"])
    balanced = CliRunner().invoke(backflow, ["balance"])

    assert (disputed.exit_code, balanced.exit_code) == (1, 1)
    assert "DIFFERS" in balanced.stdout


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
