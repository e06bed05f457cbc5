"""Many sheets confirmed at the desk: what lacks an item, is disputed or begun is left out, and told first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from catalog.store import reading
from space.cli.wayback.forms import form
from space.errors import Refused
from space.wayback.corrections.cases import open_challenge
from space.wayback.corrections.challenges import Challenge
from space.wayback.forms import drafts
from space.wayback.forms.admission import admit
from space.wayback.forms.definition import Item
from space.wayback.forms.handed_in import handed_in
from space.wayback.forms.prefill import prefill
from space.wayback.forms.readiness import fields_of, left_to_hand_in
from space.wayback.forms.sending import send
from space.wayback.forms.tasks import task
from space.wayback.forms.together import confirm_ready
from tests.space.wayback.conftest import EAST, LOOK, Town
from tests.space.wayback.desk import Clerk, clerk_of
from tests.space.wayback.test_forms_are_demanded_compared_and_sent import FORM, codes

NAMED = replace(
    FORM,
    items=(
        Item("full_name", "姓名", "civil.population", "name", "id_card", required=True),
        Item("born", "出生日期", "civil.population", "birth_date", "id_card"),
        Item("level", "档次", "welfare.allowance", "level", "id_card"),
    ),
)


def _prepare(town: Town) -> None:
    """Five residents: the second has no name, the third draws an allowance."""
    town.publish(town.population, town.residents(*[EAST] * 5, r2={"name": ""}))
    paid = {
        "id_card": town.person(3),
        "month": "2026-09",
        "amount": "100",
        "level": "一档",
        "area_code": EAST,
    }
    town.publish(town.allowance, [paid])


@pytest.fixture
def five(settle: Any, tmp_path: Path) -> Iterator[tuple[Town, str]]:
    town = settle("five", _prepare, tmp_path / "var")
    admit(town.engine, NAMED, by="王敏", now=town.now)
    (made,) = send(town.home, town.engine, NAMED.code, ["street"], by="李四", now=town.now)
    yield town, made.id
    town.engine.dispose()


def _dispute(town: Town, number: int) -> None:
    item = prefill(town.home, town.engine, NAMED.code, "street", town.person(number), town.now, LOOK)[1]
    asked = Challenge("street", item.dataset, item.row, item.field, "1951-01-01", "看了身份证")
    open_challenge(town.home, town.engine, asked, by="王芳", now=town.now)


def _begin(town: Town, number: int) -> None:
    wanted = (NAMED.code, "2026-09", "street", town.person(number))
    drafts.save(town.home, town.engine, wanted, {"level": "二档"}, {}, by="王芳", now=town.now)


def test_only_sheets_nobody_has_to_look_at_are_handed_in_together(five: tuple[Town, str]) -> None:
    town, made = five
    _dispute(town, 4)
    _begin(town, 5)
    left = left_to_hand_in(town.home, town.engine, made, town.now)
    assert left.lacking == {town.person(2): ("full_name",)}
    assert left.disputed == {town.person(4)}
    assert left.begun == {town.person(5)}
    assert left.ready == (town.person(1), town.person(3))

    together = confirm_ready(town.home, town.engine, made, by="王芳", now=town.later(), shown=left.seen)
    assert together.done.sheets == 2
    assert [(one.sheets, one.why, one.item) for one in together.out] == [
        (1, "lacking", "full_name"), (1, "disputed", ""), (1, "begun", ""),
    ]  # fmt: skip

    after = left_to_hand_in(town.home, town.engine, made, town.now)
    assert (after.ready, set(after.out)) == ((), set(left.out))
    with reading(town.engine) as connection:
        found = task(connection, made)
    assert found.state == "open", "what is left out still waits"
    with pytest.raises(Refused) as refused:
        confirm_ready(town.home, town.engine, made, by="王芳", now=town.now, shown=after.seen)
    assert codes(refused) == {"form.confirm.lacking"}
    assert [one.message for one in refused.value.decision.reasons] == [
        "1 sheets lack an item only the body can fill",
        "1 sheets hold a value that is challenged",
        "1 sheets have a draft",
    ]
    sent, total = handed_in(town.home, town.engine, found, town.now, 0, 25)
    assert (total, {one.subject for one in sent}) == (2, {town.person(1), town.person(3)})
    assert {one.values["姓名"] for one in sent} == {"居民1", "居民3"}


def test_the_command_leaves_out_what_the_desk_leaves_out_and_says_why(
    five: tuple[Town, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    town, made = five
    _dispute(town, 4)
    _begin(town, 5)
    monkeypatch.setattr(
        "space.cli.wayback.forms_tasks.open_installation", lambda: (town.home, town.engine, town.now)
    )
    done = CliRunner().invoke(form, ["confirm", made, "--by", "王芳"])
    assert done.exit_code == 0, done.output
    assert done.output.splitlines() == [
        f"{made}: 2 sheets confirmed, 0 submitted before; 5 items kept, 0 computed",
        "left out, the task stays open for them: 1 sheets lack an item only the body can fill (full_name);"
        " 1 sheets hold a value that is challenged; 1 sheets have a draft",
    ]
    again = CliRunner().invoke(form, ["confirm", made, "--by", "王芳"])
    assert (again.exit_code, "form.confirm.lacking" in again.output) == (1, True)


def test_a_repeated_request_hands_in_nothing_more_and_is_answered_alike(five: tuple[Town, str]) -> None:
    town, made = five
    kept: dict[str, str] = {}

    def once(_connection: Any, act: Any) -> str:
        return kept.setdefault("key", "") or kept.update(key=act()) or kept["key"]

    said = {"by": "王芳", "guard": once}
    first = confirm_ready(town.home, town.engine, made, now=town.later(), **said)
    town.publish(town.population, town.residents(*[EAST] * 6))
    again = confirm_ready(town.home, town.engine, made, now=town.later(), **said)
    assert (first.done.sheets, again.done) == (4, first.done)
    left = left_to_hand_in(town.home, town.engine, made, town.now)
    assert set(left.ready) == {town.person(2), town.person(6)}


def test_a_value_disputed_after_the_page_was_shown_is_not_confirmed_unseen(five: tuple[Town, str]) -> None:
    town, made = five
    seen = left_to_hand_in(town.home, town.engine, made, town.now).seen
    _dispute(town, 1)
    with pytest.raises(Refused) as refused:
        confirm_ready(town.home, town.engine, made, by="王芳", now=town.now, shown=seen)
    assert codes(refused) == {"form.confirm.changed"}


def test_an_item_of_a_source_has_the_list_of_its_contract(five: tuple[Town, str]) -> None:
    town, _ = five
    with reading(town.engine) as connection:
        assert fields_of(connection, NAMED, town.now)["level"].allowed == ("一档", "二档")


@pytest.mark.full
def test_a_clerk_is_asked_before_anything_is_sent_and_for_the_empty_name(five: tuple[Town, str]) -> None:
    town, made = five
    path = f"/desk/forms/{made}"
    with clerk_of(town) as clerk:
        clerk.sign_in()
        listed = clerk.page(path)
        assert "请填写：" in listed
        assert "4 张按所示确认报送" in listed
        assert "其余" not in listed
        _opens_the_empty_one(clerk, listed, path)

        between = clerk.page(f"{path}/confirm")
        assert "确认报送 4 张？" in between
        assert "不报送的 1 张" in between
        assert all(f"居民{n}" in between for n in (1, 3, 4, 5)), "each of them is named before"
        done = clerk.looked_at(clerk.send(between, f"{path}/confirm", {}))
        assert "已报送 4 张" in done
        assert "不能自己撤回" in done


def _opens_the_empty_one(clerk: Clerk, listed: str, path: str) -> None:
    """The sheet without a name stands first, is refused without one, and offers a list."""
    sheet = clerk.looked_at(clerk.send(listed, f"{path}/sheet", {}))
    assert sheet.count("请填写</span>") == 1, "the name that came empty"
    assert "<option>一档</option>" in sheet
    refused = clerk.send(sheet, f"{path}/submit", {})
    assert (refused.status_code, "没有报送：1 处要改" in refused.text) == (422, True)


@pytest.mark.full
def test_a_long_list_is_named_a_page_at_a_time_within_the_weight_of_a_page(five: tuple[Town, str]) -> None:
    town, made = five
    town.publish(town.population, town.residents(*[EAST] * 130))
    path = f"/desk/forms/{made}"
    with clerk_of(town) as clerk:
        clerk.sign_in()
        assert "130 张按所示确认报送" in clerk.page(path)
        first, second = clerk.page(f"{path}/confirm"), clerk.page(f"{path}/confirm?first=100")
        assert first.count("<li") - second.count("<li") == 100 - 30
        assert "已报送 130 张" in clerk.looked_at(clerk.send(second, f"{path}/confirm", {}))
        assert "第 26–50 张" in clerk.page(f"{path}?after=25")
