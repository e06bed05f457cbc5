"""A form laid over entries that others work on: nobody's work is published or lost unseen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import Engine, event

from catalog import revisions
from catalog.bulk import entering, writing
from catalog.bulk.reading import FormFaulty, read
from catalog.cataloging.acts import Who
from catalog.cataloging.announcing import announcements
from catalog.cataloging.entering import catalogue_all, enter_all
from catalog.cataloging.steps import sign_off, submit
from catalog.cataloging.values import Acts, Catalogued
from catalog.store import reading
from catalog.store import writing as changing
from contracts.model import Composed, Composition, Contract, Field, Party, ShareType, Sharing
from policies.machine import Office

NOW = datetime(2026, 9, 30, 8, 0, tzinfo=UTC)
LI, ZHANG = Acts("李雯", "编制", NOW), Acts("张三", "改版", NOW)
HEADINGS = (
    "数据集",
    "信息资源名称",
    "信息资源提供方",
    "共享类型",
    "信息资源摘要",
    "信息项名称",
    "信息项英文名",
)
SHARED = Sharing(
    ShareType.CONDITIONAL, "须申请", "政务数据共享条例第十四条", (), "含个人信息", "市级部门", "资格核验"
)


def contract(number: int = 0, **rest: Any) -> Contract:
    values: dict[str, Any] = {
        "id": f"t{number}", "title": f"第{number}号名录", "schema": "edu", "table": f"t{number}",
        "status": "active", "department": Party("教育局", "11330100MB0F12345X"),
        "classification": "主题/公共服务", "sharing": Sharing(ShareType.UNCONDITIONAL),
        "fields": (Field("code", "代码"), Field("area", "区域")),
    }  # fmt: skip
    return Contract(**(values | rest))


def form(path: Path, numbers: Sequence[int] = (0,), summary: str = "表里的摘要", items: int = 2) -> Path:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(HEADINGS)
    for number in numbers:
        for heading, name in (("代码", "code"), ("区域", "area"))[:items]:
            whole = (f"edu.t{number}", f"第{number}号名录", "教育局", "无条件共享", summary)
            page.append((*whole, heading, name))
    book.save(path)
    return path


def enter(engine: Engine, path: Path, acts: Acts = LI) -> tuple[Catalogued, ...]:
    given = entering.given_by(engine, read(path))
    return entering.enter(engine, given, acts, submit=True, publish=True)


def newest(engine: Engine, name: str = "edu.t0") -> tuple[int, str]:
    with reading(engine) as connection:
        found = revisions.pending(connection, name) or revisions.current(connection, name)
    return found.number, found.contract.summary


@pytest.fixture
def ledger(engine: Engine) -> Engine:
    """Two published entries of the department."""
    catalogue_all(engine, [(contract(n), None) for n in range(2)], LI)
    return engine


def test_what_a_colleague_has_on_its_way_is_not_published_along(ledger: Engine, tmp_path: Path) -> None:
    mine = replace(contract(), summary="还没看过的摘要")
    submit(ledger, (mine, None), Who("张三", Office.STEWARD), reason="改版", now=NOW)
    with pytest.raises(FormFaulty, match="revision 2 is on its way, by 张三") as refused:
        enter(ledger, form(tmp_path / "f.xlsx", (0, 1)))
    assert [(fault.sheet, fault.cell) for fault in refused.value.faults] == [("Sheet", "B2")]
    assert newest(ledger) == (2, "还没看过的摘要")
    assert newest(ledger, "edu.t1") == (1, ""), "all of the form or nothing"
    (done, _) = enter(ledger, form(tmp_path / "f.xlsx", (0, 1)), ZHANG)
    assert (done.state, done.revision) == ("published", 3), "its own maker goes on"


def test_every_entry_that_is_with_the_authority_is_named_at_its_line(ledger: Engine, tmp_path: Path) -> None:
    for number in range(2):
        given = replace(contract(number), summary="改")
        submit(ledger, (given, None), Who("李雯", Office.STEWARD), reason="改版", now=NOW)
        sign_off(ledger, given.name, Who("王局长", Office.HEAD), now=NOW)
    with pytest.raises(FormFaulty) as refused:
        enter(ledger, form(tmp_path / "f.xlsx", (0, 1)))
    assert [fault.cell for fault in refused.value.faults] == ["B2", "B4"]
    assert all("not open in the state signed_off" in fault.what for fault in refused.value.faults)
    with pytest.raises(FormFaulty, match="B2"):
        enter(ledger, form(tmp_path / "one.xlsx"))


def test_of_two_forms_read_at_once_the_second_does_not_undo_the_first(ledger: Engine, tmp_path: Path) -> None:
    first, second = form(tmp_path / "a.xlsx", summary="甲"), form(tmp_path / "b.xlsx", summary="乙")
    both = [entering.given_by(ledger, read(path)) for path in (first, second)]
    entering.enter(ledger, both[0], LI, submit=True, publish=True)
    with pytest.raises(FormFaulty, match="changed while the form was read"):
        entering.enter(ledger, both[1], LI, submit=True, publish=True)
    assert newest(ledger) == (2, "甲")
    enter(ledger, second)
    assert newest(ledger) == (3, "乙")


def test_of_two_forms_with_one_new_entry_the_second_is_refused(engine: Engine, tmp_path: Path) -> None:
    both = [entering.given_by(engine, read(form(tmp_path / "n.xlsx", summary=each))) for each in "甲乙"]
    entering.enter(engine, both[0], LI, submit=False)
    with pytest.raises(FormFaulty, match="changed while the form was read"):
        entering.enter(engine, both[1], LI, submit=False)
    assert newest(engine) == (1, "甲")


def test_each_dataset_a_form_breaks_is_announced_to_who_composes_from_it(
    ledger: Engine, tmp_path: Path
) -> None:
    made = contract(
        9, fields=(Field("area"),), composed=Composed(Composition.UNIT_LEVEL, "SELECT area FROM edu.t0")
    )
    catalogue_all(ledger, [(made, None)], LI)
    done = enter(ledger, form(tmp_path / "f.xlsx", (0, 1), items=1))
    assert [each.told for each in done] == [1, 0]
    with reading(ledger) as connection:
        (told,) = announcements(connection)
    assert (told.name, told.target, told.breaks) == ("edu.t0", "edu.t9", True)


def test_a_form_leaves_the_file_of_an_entry_as_it_is(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "t0.yaml"
    given = replace(contract(), summary="表里的摘要")
    catalogue_all(engine, [(given, file)], LI)
    (done,) = enter(engine, form(tmp_path / "f.xlsx"))
    assert not done.changed
    with reading(engine) as connection:
        assert revisions.current(connection, given.name).path == file.resolve()


@pytest.mark.parametrize("ending", ["xlsx", "csv", "json"])
def test_reason_scope_and_use_of_sharing_are_columns_of_the_form(
    engine: Engine, tmp_path: Path, ending: str
) -> None:
    given, path = contract(sharing=SHARED), tmp_path / f"out.{ending}"
    writing.write(path, [(given, "", "", "")])
    (back,) = entering.given_by(engine, read(path))
    assert back.contract.sharing == SHARED


def statements(engine: Engine, given: Sequence[Contract]) -> int:
    """How many statements publishing them takes."""
    taken: list[str] = []

    def count(*told: Any) -> None:
        taken.append(told[2])

    event.listen(engine, "before_cursor_execute", count)
    with changing(engine) as connection:
        acts = replace(LI, seen_added_condition=True)
        done = enter_all(connection, [(each, None) for each in given], acts, submit=True, publish=True)
    assert {(each.state, each.revision) for each in done} == {("published", 2)}
    event.remove(engine, "before_cursor_execute", count)
    return len(taken)


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"summary": "新"}, id="compatible"),
        pytest.param({"fields": (Field("code", "代码"),)}, id="breaking"),
        pytest.param({"sharing": SHARED}, id="conditions added"),
    ],
)
def test_many_changed_entries_take_as_many_statements_as_few(engine: Engine, changed: dict[str, Any]) -> None:
    catalogue_all(engine, [(contract(n), None) for n in range(30)], LI)
    few = statements(engine, [replace(contract(n), **changed) for n in range(5)])
    many = statements(engine, [replace(contract(n), **changed) for n in range(5, 30)])
    assert many <= few + 2
