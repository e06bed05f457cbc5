"""The grass-roots ledger: fed by what flows back, kept by events, local items and those of departments."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from catalog.store import reading
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.forms import corrections
from catalog.store.tables.grassroots import base_events
from policies.clocks import local_date
from space.errors import Refused, Unknown
from space.wayback.backflow.authoritative import NotInArea
from space.wayback.backflow.bodies import body
from space.wayback.backflow.subscriptions import end, listing
from space.wayback.corrections.cases import answer
from space.wayback.grassroots import counting
from space.wayback.grassroots.items import LedgerItem, Type, items_of, kinds
from space.wayback.grassroots.keeping import add, change, close, confirm
from space.wayback.grassroots.pages import members
from space.wayback.grassroots.records import history, record_of, shown
from space.wayback.grassroots.registering import register
from space.wayback.grassroots.setting_up import add_item, bind
from tests.space.wayback.conftest import CIVIL_AFFAIRS, POLICE, Town, identity
from tests.space.wayback.ledger_town import (
    AMOUNT,
    BORN,
    NAME,
    PHONE,
    RESIDENTS,
    acting,
    all_of,
    fed,
    move,
    paid,
    person,
    prepare,
)


@pytest.fixture
def street(settle: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    town = settle("ledger", prepare, tmp_path / "var")
    monkeypatch.setenv("YBZ_HOME", str(town.home.root))
    yield town
    town.engine.dispose()


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.decision.reasons}


def test_a_delivery_becomes_records_with_the_department_and_the_day_of_each_item(street: Town) -> None:
    one = person(street, 1)

    assert one.state == "open"
    assert (one.cells[PHONE].value, one.cells[PHONE].authority) == ("13900000001", POLICE.name)
    assert one.cells[PHONE].as_of == "2026-09-23"
    assert (one.cells[AMOUNT].authority, one.cells[AMOUNT].as_of) == (CIVIL_AFFAIRS.name, "2026-09")


def test_two_departments_tell_of_one_person_though_the_number_is_delivered_masked(street: Town) -> None:
    with reading(street.engine) as connection:
        told = connection.execute(select(base_events.c["values"])).scalars().all()

    assert {AMOUNT, PHONE} <= set(person(street, 1).cells)
    assert not any(identity(1) in str(values) for values in told)
    kind = kinds(local_date(street.now))["person"]
    from policies.masking import masks

    assert (
        shown(person(street, 1), kind, masks(local_date(street.now))) == "990101********" + identity(1)[-4:]
    )


def test_rows_of_another_area_are_not_in_the_ledger(street: Town) -> None:
    assert {one.identifier for one in all_of(street)} == {identity(n) for n in (1, 2, 3)}


def test_a_delivery_is_taken_in_once(street: Town) -> None:
    assert fed(street) == ()


def test_a_household_knows_its_members(street: Town) -> None:
    first = person(street, 1)

    with reading(street.engine) as connection:
        home = members(connection, "street", first.household)

    assert {one.identifier for one in home} == {identity(1), identity(2)}
    assert {one.identifier for one in all_of(street, "household")} == {"H1", "H2"}


def test_a_changed_row_changes_its_items_and_keeps_what_was(street: Town) -> None:
    (done,) = move(street, r2={"phone": "13711111111"})

    assert (done.added, done.changed, done.removed) == (0, 1, 0)
    assert person(street, 2).cells[PHONE].value == "13711111111"
    with reading(street.engine) as connection:
        acts = [event["act"] for event in history(connection, "street", person(street, 2).id)]
    assert acts == ["add", "change"]


def test_of_several_rows_of_one_dataset_the_newest_period_speaks(street: Town) -> None:
    assert person(street, 1).cells[AMOUNT].value == "101.00"

    street.publish(street.allowance, paid("2026-07", "2026-08", "2026-09"))
    street.deliver()
    fed(street)

    assert person(street, 1).cells[AMOUNT].as_of == "2026-09"


def test_a_removed_row_closes_a_record_of_which_nobody_says_anything(street: Town) -> None:
    move(street, r3={})

    gone = person(street, 3)
    assert (gone.state, gone.left, dict(gone.cells)) == ("closed", ("civil.residents",), {})


def test_what_the_village_knows_keeps_a_record_open_that_the_register_has_removed(street: Town) -> None:
    change(street.home, street.engine, acting(street), person(street, 3).id, {"living_alone": "是"})
    move(street, r3={})

    left = person(street, 3)
    assert (left.state, left.left, set(left.cells)) == ("open", ("civil.residents",), {"living_alone"})


def test_a_move_back_opens_the_record_again(street: Town) -> None:
    move(street, r3={})
    move(street)

    back = person(street, 3)
    assert (back.state, back.left) == ("open", ())
    assert back.cells[NAME].value == "居民3"


def test_a_local_item_is_the_streets_own_and_changes_at_once(street: Town) -> None:
    kept = change(street.home, street.engine, acting(street), person(street, 1).id, {"living_alone": "是"})

    cell = person(street, 1).cells["living_alone"]
    assert kept.changed == ("living_alone",)
    assert (cell.value, cell.authority, cell.authority_code) == ("是", "清波街道", "street")
    assert cell.as_of == local_date(street.now).isoformat()


def test_a_change_of_a_departments_item_becomes_a_challenge_and_the_value_stays_flagged(street: Town) -> None:
    record = person(street, 1)

    kept = change(
        street.home, street.engine, acting(street), record.id, {PHONE: "13800000000"}, reason="本人告知"
    )

    cell = person(street, 1).cells[PHONE]
    assert (cell.value, cell.disputed, cell.correction) == ("13900000001", True, kept.challenged[PHONE])
    with reading(street.engine) as connection:
        row = connection.execute(select(corrections)).one()
    assert (row.asker, row.field, row.new_value, row.row) == ("street", "phone", "13800000000", cell.row)


def test_the_same_challenge_is_not_sent_twice(street: Town) -> None:
    record = person(street, 1)
    told = {PHONE: "13800000000"}
    change(street.home, street.engine, acting(street), record.id, told, reason="本人告知")

    again = change(street.home, street.engine, acting(street), record.id, told, reason="本人告知")

    assert (again.same, again.challenged) == ((PHONE,), {})


def test_a_ledger_challenges_no_value_that_no_longer_flows_back(street: Town) -> None:
    record = person(street, 1)
    with reading(street.engine) as connection:
        flowing = next(s for s in listing(connection, "street") if s.dataset == RESIDENTS.name)
    end(street.engine, flowing.id, by="张三", now=street.later())

    for value in ("13900000002", "13800000000"):
        with pytest.raises(NotInArea):
            change(street.home, street.engine, acting(street), record.id, {PHONE: value}, reason="告知")
    assert not person(street, 1).cells[PHONE].disputed


def test_a_rejected_challenge_lifts_the_flag_in_the_ledger(street: Town) -> None:
    kept = change(
        street.home,
        street.engine,
        acting(street),
        person(street, 1).id,
        {PHONE: "13800000000"},
        reason="告知",
    )
    answer(
        street.engine, kept.challenged[PHONE], department_code=POLICE.code, accepted=False,
        reason="登记无误", by="赵平", now=street.later(),
    )  # fmt: skip

    assert not person(street, 1).cells[PHONE].disputed


def test_a_confirmation_renews_the_day_and_nothing_else(street: Town) -> None:
    street.later(days=3)
    confirm(street.engine, acting(street), person(street, 1).id)

    cell = person(street, 1).cells[PHONE]
    assert (cell.as_of, cell.confirmed_on) == ("2026-09-23", local_date(street.now).isoformat())


def test_a_tenant_nobody_registered_is_added_with_local_items(street: Town) -> None:
    tenant = identity(77)

    made = add(street.home, street.engine, acting(street), "person", f" {tenant.lower()}", {"tenant": "是"})

    assert (made.state, made.identifier, made.cells["tenant"].value) == ("open", tenant, "是")
    with pytest.raises(Refused) as refused:
        add(street.home, street.engine, acting(street), "person", tenant, {})
    assert codes(refused) == {"grassroots.record.known"}


def test_a_tenant_the_register_learns_of_later_is_one_record(street: Town) -> None:
    add(street.home, street.engine, acting(street), "person", identity(4), {"tenant": "是"})
    move(street, r4={"area_code": "990101001001"})

    found = [one for one in all_of(street) if one.identifier == identity(4)]
    assert len(found) == 1
    assert {"tenant", NAME} <= set(found[0].cells)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"living_alone": "也许"}, "grassroots.item.value"),
        ({"visited_on": "昨天"}, "grassroots.item.value"),
        ({"shoe_size": "42"}, "grassroots.item.unknown"),
        ({PHONE: "13800000000"}, "correction.reason"),
        ({BORN: "not a day"}, "correction.value"),
    ],
)
def test_what_does_not_fit_is_refused_without_repeating_it(street: Town, values: Any, code: str) -> None:
    reason = "" if code == "correction.reason" else "看见"
    with pytest.raises(Refused) as refused:
        change(street.home, street.engine, acting(street), person(street, 1).id, values, reason=reason)

    assert code in codes(refused)
    assert not any(text in str(refused.value) for text in values.values())


def test_a_department_that_has_no_row_cannot_be_challenged(street: Town) -> None:
    made = add(street.home, street.engine, acting(street), "person", identity(77), {})

    with pytest.raises(Refused) as refused:
        change(street.home, street.engine, acting(street), made.id, {PHONE: "13800000000"}, reason="看见")

    assert codes(refused) == {"grassroots.item.no_row"}


def test_a_closed_record_takes_no_event_and_keeps_its_history(street: Town) -> None:
    record = person(street, 2)
    close(street.engine, acting(street), record.id, reason="迁出")

    with pytest.raises(Refused) as refused:
        confirm(street.engine, acting(street), record.id)
    assert codes(refused) == {"grassroots.record.closed"}
    with reading(street.engine) as connection:
        assert [event["act"] for event in history(connection, "street", record.id)] == ["add", "close"]


def test_rows_that_are_sent_once_more_do_not_open_what_the_body_closed(street: Town) -> None:
    close(street.engine, acting(street), person(street, 2).id, reason="迁出")
    with reading(street.engine) as connection:
        (held,) = [one for one in listing(connection, "street") if one.dataset == RESIDENTS.name]
    end(street.engine, held.id, by="王芳", now=street.later())
    street.subscribe("street", RESIDENTS.name, fields=held.fields)
    street.deliver()

    assert sum(done.added for done in fed(street)) == 3
    assert person(street, 2).state == "closed"


def test_a_record_of_another_body_is_unknown(street: Town) -> None:
    with reading(street.engine) as connection, pytest.raises(Unknown):
        record_of(connection, "village", person(street, 1).id)


def test_a_body_keeps_items_of_its_own(street: Town) -> None:
    item = LedgerItem("dog", "是否养犬", "", "", type=Type.CHOICE, allowed=("无", "一只", "多只"))
    add_item(street.engine, "street", "person", item, by="王芳", now=street.later())
    change(street.home, street.engine, acting(street), person(street, 1).id, {"dog": "一只"})

    with reading(street.engine) as connection:
        mine = items_of(connection, body(connection, "street"), "person", local_date(street.now))
        others = items_of(connection, body(connection, "village"), "person", local_date(street.now))
    assert person(street, 1).cells["dog"].value == "一只"
    assert "dog" in mine
    assert "dog" not in others


def test_a_dataset_is_bound_once_and_by_a_field_that_identifies(street: Town) -> None:
    with pytest.raises(Refused) as twice:
        bind(street.engine, "street", "civil.residents", "person", "", by="王芳", now=street.now)
    with pytest.raises(Refused) as wrong:
        bind(street.engine, "street", "welfare.allowance", "shop", "", by="王芳", now=street.now)
    with pytest.raises(Unknown):
        bind(street.engine, "village", "civil.residents", "person", "", by="王芳", now=street.now)

    assert codes(twice) == {"grassroots.binding.twice"}
    assert codes(wrong) == {"grassroots.binding.key"}


def test_a_street_counts_its_own_records_small_cells_too(street: Town) -> None:
    change(street.home, street.engine, acting(street), person(street, 1).id, {"living_alone": "是"})

    with reading(street.engine) as connection:
        made = counting.count(connection, "street", ["living_alone", f"{BORN}:age"], now=street.now)

    assert made.total == 3
    assert {group.values: group.records for group in made.groups} == {(None, "30-39"): 2, ("是", "80-89"): 1}


def test_a_count_never_reads_another_bodys_records(street: Town) -> None:
    with reading(street.engine) as connection:
        assert counting.count(connection, "village", [], now=street.now).total == 0


def test_nothing_of_a_persons_values_is_in_the_evidence(street: Town) -> None:
    add(street.home, street.engine, acting(street), "person", identity(77), {"contact": "李雷13700000077"})
    change(
        street.home, street.engine, acting(street), person(street, 1).id,
        {PHONE: "13800000000", "contact": "韩梅梅"}, reason="本人告知",
    )  # fmt: skip

    with reading(street.engine) as connection:
        log = "\n".join(f"{row.subject} {row.body}" for row in connection.execute(select(evidence_entries)))
    for value in (identity(77), identity(1), "13700000077", "13800000000", "韩梅梅", "居民1"):
        assert value not in log


def test_local_items_become_a_dataset_whose_source_department_is_the_street(street: Town) -> None:
    change(street.home, street.engine, acting(street), person(street, 1).id, {"living_alone": "是"})

    done = register(
        street.home, street.engine, "street", "person", by="王芳", now=street.later(), assessment="P1"
    )

    from catalog import revisions

    with reading(street.engine) as connection:
        made = revisions.current(connection, done.dataset).contract
    assert (made.department.name, made.department.code) == ("清波街道", "street")
    assert (done.rows, made.key, made.area is not None) == (1, ("subject",), True)
    data = done.contract.with_suffix(".csv")
    assert data.stat().st_mode & 0o777 == 0o600
    assert identity(1) in data.read_text(encoding="utf-8")
    assert register(street.home, street.engine, "street", "person", by="王芳", now=street.later()).rows == 1
