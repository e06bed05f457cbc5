"""What a ledger withholds: what a stop closes, another body's doors, whole numbers, texts without an end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from catalog.stops import ALL, DATASET, ORGANISATION
from catalog.store import reading, writing
from policies.clocks import local_date
from space.errors import Refused
from space.granting import stopping
from space.wayback.backflow.bodies import body
from space.wayback.backflow.subscriptions import end, listing
from space.wayback.grassroots import counting, handing, verifying, workbook
from space.wayback.grassroots.items import items_of, kinds
from space.wayback.grassroots.keeping import add, change, close, confirm
from space.wayback.grassroots.masking import as_shown
from space.wayback.grassroots.pages import members
from space.wayback.grassroots.returning import take_back
from space.wayback.grassroots.tasks import Task
from space.wayback.grassroots.verifying import Found
from tests.space.wayback.conftest import Town, identity
from tests.space.wayback.desk import Clerk, clerk_of
from tests.space.wayback.ledger_town import (
    AMOUNT,
    NAME,
    PHONE,
    RESIDENTS,
    acting,
    all_of,
    fed,
    person,
    prepare,
)

NUMBER = "civil.residents.id_card"
LIVES_ALONE = {"living_alone": "是"}


def prepare_plain(town: Town) -> None:
    """The same ledger, with the identity numbers delivered whole."""
    prepare(town)
    with reading(town.engine) as connection:
        (held,) = [one for one in listing(connection, "street") if one.dataset == RESIDENTS.name]
    end(town.engine, held.id, by="王芳", now=town.later())
    town.subscribe("street", RESIDENTS.name, fields=held.fields, plain=(*held.plain, "id_card"))
    town.deliver()
    fed(town)


def _lent(town: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    monkeypatch.setenv("YBZ_HOME", str(town.home.root))
    yield town
    town.engine.dispose()


@pytest.fixture
def street(settle: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    yield from _lent(settle("ledger", prepare, tmp_path / "var"), monkeypatch)


@pytest.fixture
def plain(settle: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    yield from _lent(settle("plain-ledger", prepare_plain, tmp_path / "var"), monkeypatch)


def stopped(town: Town, kind: str, name: str) -> None:
    with writing(town.engine) as connection:
        stopping.stop(connection, kind, name, reason="疑似泄露", by="安全员", now=town.later())


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.decision.reasons}


def check_of(town: Town) -> Task:
    home, due = person(town, 1).household, local_date(town.now) + timedelta(days=10)
    return verifying.open_check(
        town.engine, "street", home, person="王芳", due_on=due, by="主任", now=town.now
    )


# --- what a stop closes ----------------------------------------------------------------------------------


def test_values_of_a_stopped_dataset_leave_the_ledger_and_nothing_else_does(street: Town) -> None:
    change(street.home, street.engine, acting(street), person(street, 1).id, LIVES_ALONE)
    task = check_of(street)
    stopped(street, DATASET, RESIDENTS.name)

    one = person(street, 1)
    assert {AMOUNT, "living_alone"} <= set(one.cells)
    assert not {NAME, PHONE} & set(one.cells)
    assert (one.state, one.withheld) == ("open", (RESIDENTS.name,))
    assert len(all_of(street)) == 3
    with reading(street.engine) as connection:
        seen = verifying.door(connection, "street", task.id, "王芳", local_date(street.now))
    assert not any(RESIDENTS.name in name for record in seen.records for name in record.cells)


@pytest.mark.parametrize(
    ("kind", "name", "code"), [(ORGANISATION, "street", "stop.organisation"), (ALL, "", "stop.all")]
)
def test_a_stopped_body_and_a_stopped_installation_read_no_record(
    street: Town, tmp_path: Path, kind: str, name: str, code: str
) -> None:
    record, task = person(street, 1).id, check_of(street)
    stopped(street, kind, name)
    ways = (
        lambda connection: all_of(street),
        lambda connection: counting.count(connection, "street", [], now=street.now),
        lambda connection: workbook.export(connection, "street", tmp_path / "台账.xlsx", now=street.now),
        lambda connection: verifying.door(connection, "street", task.id, "王芳", local_date(street.now)),
        lambda connection: confirm(street.engine, acting(street), record),
    )

    for way in ways:
        with reading(street.engine) as connection, pytest.raises(Refused) as refused:
            way(connection)
        assert codes(refused) == {code}


def test_a_count_by_a_stopped_item_is_refused_and_one_by_another_is_not(street: Town) -> None:
    stopped(street, DATASET, RESIDENTS.name)

    with reading(street.engine) as connection:
        assert counting.count(connection, "street", ["living_alone"], now=street.now).total == 3
        with pytest.raises(Refused) as refused:
            counting.count(connection, "street", [NAME], now=street.now)
    assert codes(refused) == {"stop.dataset"}


def test_a_workbook_has_no_value_of_a_stopped_dataset(street: Town, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    stopped(street, DATASET, RESIDENTS.name)
    with reading(street.engine) as connection:
        workbook.export(connection, "street", tmp_path / "台账.xlsx", now=street.now)

    told = [cell.value for line in load_workbook(tmp_path / "台账.xlsx")["台账"].iter_rows() for cell in line]
    assert "101.00" in told
    assert not {"居民1", "13900000001"} & set(told)
    again = take_back(street.home, street.engine, tmp_path / "台账.xlsx", acting(street))
    assert (again.rows, again.same, again.faults) == (3, 3, ())


def test_what_a_stop_hides_is_neither_confirmed_nor_challenged(street: Town) -> None:
    record = person(street, 1).id
    stopped(street, DATASET, RESIDENTS.name)

    with pytest.raises(Refused) as refused:
        change(street.home, street.engine, acting(street), record, {PHONE: "13800000000"}, reason="看见")
    assert codes(refused) == {"stop.dataset"}
    confirm(street.engine, acting(street), record)
    with pytest.raises(Refused) as nothing:
        confirm(street.engine, acting(street), person(street, 2).id)
    assert codes(nothing) == {"grassroots.item.none"}

    with writing(street.engine) as connection:
        (held,) = stopping.all_stops(connection, standing=True)
        stopping.propose_lift(connection, held.id, reason="已核实", by="安全员", now=street.later())
        stopping.agree_lift(connection, held.id, by="王敏", now=street.later())
    cells = person(street, 1).cells
    assert cells[AMOUNT].confirmed_on
    assert not cells[PHONE].confirmed_on


# --- whose door it is ------------------------------------------------------------------------------------


def test_a_clerk_of_another_body_with_the_same_name_is_shown_no_door(street: Town) -> None:
    task = check_of(street)
    path = f"/desk/ledger/checks/{task.id}"
    with clerk_of(street, "village") as other:
        other.sign_in("王芳")
        answer = other.client.get(path)
    assert answer.status_code == 404
    assert "居民1" not in answer.text


# --- whole numbers ---------------------------------------------------------------------------------------


def pages_of(clerk: Clerk, town: Town, task: Task) -> Iterator[str]:
    for path in ("/desk/ledger", f"/desk/ledger/{person(town, 1).id}", f"/desk/ledger/checks/{task.id}"):
        yield clerk.page(path)


def test_a_number_that_was_delivered_whole_shows_masked_like_the_heading(plain: Town, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    one, task = person(plain, 1), check_of(plain)
    assert one.cells[NUMBER].value == identity(1), "it was delivered whole"
    with clerk_of(plain) as clerk:
        clerk.sign_in()
        pages = list(pages_of(clerk, plain, task))
        headers = {"Authorization": f"Bearer {clerk.token.secret}"}
        for path in ("records", f"records/{one.id}"):
            pages.append(clerk.client.get(f"/v1/grassroots/{path}", headers=headers).text)
    with reading(plain.engine) as connection:
        workbook.export(connection, "street", tmp_path / "台账.xlsx", now=plain.now)
    cells = [c.value for line in load_workbook(tmp_path / "台账.xlsx")["台账"].iter_rows() for c in line]

    masked = identity(1)[:6] + "********" + identity(1)[-4:]
    assert [masked in text for text in pages] == [True] * 5
    assert all("居民1" in text for text in pages[1:]), "the rest shows as it did"
    assert not any(identity(n) in text for text in pages for n in (1, 2, 3))
    assert cells.count(masked) == 2
    assert identity(1) not in cells
    again = take_back(plain.home, plain.engine, tmp_path / "台账.xlsx", acting(plain))
    assert (again.same, again.faults) == (3, ())


def test_only_the_records_own_number_is_masked(plain: Town) -> None:
    one = person(plain, 1)
    with reading(plain.engine) as connection:
        items = items_of(connection, body(connection, "street"), "person", local_date(plain.now))
    kind = kinds(local_date(plain.now))["person"]
    of_another = replace(one, cells={**one.cells, NUMBER: replace(one.cells[NUMBER], value=identity(2))})

    assert as_shown(one, kind, items).cells[NAME] == one.cells[NAME]
    assert as_shown(of_another, kind, items) == of_another
    spelled = replace(one, cells={NUMBER: replace(one.cells[NUMBER], value=f" {identity(1).lower()} ")})
    assert "*" in str(as_shown(spelled, kind, items).cells[NUMBER].value)


# --- how long a text may be ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "reason", "code"),
    [
        ({"contact": "长" * 501}, "", "grassroots.item.value"),
        ({PHONE: "1" * 501}, "本人告知", "grassroots.item.value"),
        (LIVES_ALONE, "长" * 1001, "grassroots.reason.long"),
    ],
)
def test_a_change_without_an_end_is_refused(
    street: Town, values: dict[str, str], reason: str, code: str
) -> None:
    one = person(street, 1)
    with pytest.raises(Refused) as refused:
        change(street.home, street.engine, acting(street), one.id, values, reason=reason)

    assert codes(refused) == {code}
    assert person(street, 1) == one
    change(street.home, street.engine, acting(street), one.id, {"contact": "长" * 500}, reason="长" * 1000)
    assert person(street, 1).cells["contact"].value == "长" * 500


def test_neither_a_closing_a_door_nor_a_hand_over_takes_a_reason_without_an_end(street: Town) -> None:
    record, task, long = person(street, 1).id, check_of(street), "长" * 1001
    first, now = local_date(street.now), street.now
    ways = (
        lambda: close(street.engine, acting(street), record, reason=long),
        lambda: verifying.report(
            street.home, street.engine, "street", task.id, [Found(record, "gone", reason=long)], by="王芳",
            now=now, done=True,
        ),
        lambda: handing.hand_over(
            street.engine, "street", "王芳", "李雷", first_on=first, reason=long, by="主任", now=now
        ),
    )  # fmt: skip
    for way in ways:
        with pytest.raises(Refused) as refused:
            way()
        assert codes(refused) == {"grassroots.reason.long"}
    assert person(street, 1).state == "open"


def test_an_identifier_without_an_end_is_none(street: Town) -> None:
    with pytest.raises(Refused) as refused:
        add(street.home, street.engine, acting(street), "house", "长" * 201, {})
    assert codes(refused) == {"grassroots.identifier"}
    assert add(street.home, street.engine, acting(street), "house", "长" * 200, {}).state == "open"


# --- what is read for it ---------------------------------------------------------------------------------


def asked_of(town: Town, act: Any) -> list[str]:
    """The statements an act sends to the store."""
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        said.append(statement)

    event.listen(town.engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(town.engine, "before_cursor_execute", note)
    return said


def test_a_household_is_read_at_once_however_many_live_in_it(street: Town) -> None:
    home = person(street, 1).household

    def read() -> None:
        with reading(street.engine) as connection:
            assert len(members(connection, "street", home)) == 2

    assert sum("base_events" in one for one in asked_of(street, read)) == 2, "the records, and what was said"


def test_one_who_is_entered_is_looked_for_alone(street: Town) -> None:
    said = asked_of(
        street, lambda: add(street.home, street.engine, acting(street), "person", identity(77), {})
    )

    of_events = [one for one in said if "FROM base_events" in one]
    assert of_events
    assert all("record_id =" in one for one in of_events)


def test_who_was_closed_is_added_again_with_the_next_number(street: Town) -> None:
    one = person(street, 1)
    close(street.engine, acting(street), one.id, reason="迁出")
    again = add(street.home, street.engine, acting(street), "person", identity(1), {})

    assert (again.id, again.state, again.number) == (one.id, "open", one.number + 2)
