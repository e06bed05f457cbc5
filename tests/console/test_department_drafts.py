"""The guided request: the list of what is missing, and what a browser kept."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from space.console.language import Language
from space.console.pages.department import kept as of_department
from space.console.pages.department.drafting import Draft, in_order, worded
from space.console.pages.department.standing_in import state
from space.console.pages.steward import kept as of_steward
from space.console.seats import Seat


def test_what_is_missing_stands_in_the_order_of_the_questions() -> None:
    missing = ["use_until: day", "items: 数据项 the datasets", "purpose: one of", "operation.scope: outside"]
    assert [line.partition(":")[0] for line in in_order(missing)] == [
        "purpose", "items", "use_until", "operation.scope",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "zh", "en"),
    [
        ("items: 数据项 the datasets and fields asked for", "至少选一个数据集", "choose a dataset"),
        ("items: a.b: name the fields; a dataset as a whole cannot be asked for", "不能整库", "tick items"),
        ("items: a.b has no field c", "a.b 没有 c 这一项", "has no field c"),
    ],
)
def test_a_line_about_items_is_told_in_either_language(line: str, zh: str, en: str) -> None:
    assert zh in worded(Language.CHINESE, line)
    english = worded(Language.ENGLISH, line)
    assert en in english
    assert english.isascii()


def test_a_browser_keeps_no_name_and_hands_back_what_was_written() -> None:
    draft = Draft({"scenario": "补贴", "vouched_by": "范恺"}, {"a.b": {"c", "d"}})
    kept = draft.kept()
    assert "范恺" not in str(kept)
    again = Draft.from_kept(kept)
    assert (again.stated, again.items) == ({"scenario": "补贴"}, {"a.b": {"c", "d"}})


@pytest.mark.parametrize(
    "kept",
    [None, 3, "x", [], {"stated": [1], "items": 2}, {"stated": {"x": "y", "scope": 4}, "items": {"a": "b"}}],
)
def test_whatever_else_a_browser_hands_back_is_no_draft(kept: Any) -> None:
    assert not Draft.from_kept(kept).begun()


def test_two_who_are_called_alike_keep_a_draft_each(monkeypatch: pytest.MonkeyPatch) -> None:
    named: list[str] = []
    for room in (of_department, of_steward):
        monkeypatch.setattr(room, "call", lambda _script, _act, name: named.append(name))
    one = SimpleNamespace(organisation="shuju", name="王芳", person="per_1")
    other = SimpleNamespace(organisation="shuju", name="王芳", person="per_2")

    for seat in (one, other):
        of_department.forget(cast("Seat", seat))
        of_steward.forget(cast("Seat", seat), "new")

    assert len(set(named)) == 4


@pytest.mark.parametrize(
    ("first", "last", "ended", "told"),
    [
        ("2026-09-25", "2026-09-30", None, "not begun"),
        ("2026-09-24", "2026-09-24", None, "in force"),
        ("2026-09-01", "2026-09-23", None, "over"),
        ("2026-09-25", "2026-09-30", "2026-09-24", "over"),
    ],
)
def test_a_delegation_is_in_force_from_its_first_day(
    first: str, last: str, ended: str | None, told: str
) -> None:
    one = {"first_on": first, "last_on": last, "ended_on": ended}

    assert state(one, "2026-09-24", Language.ENGLISH)[0] == told
