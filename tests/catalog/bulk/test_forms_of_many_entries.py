"""The departments' form: every fault at its cell, entered whole or not at all, written back alike."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, func, select

from catalog import revisions
from catalog.bulk import entering, faults, writing
from catalog.bulk.cli import bulk
from catalog.bulk.reading import FormFaulty, FormUnreadable, Line, read
from catalog.cataloging.values import Acts
from catalog.home import Home
from catalog.store import reading
from catalog.store.tables.ledger import entries
from contracts.model import FieldType, ItemType, ShareMethod, ShareType, UpdateCycle

NOW = datetime(2026, 9, 30, 8, 0, tzinfo=UTC)
ACTS = Acts(by="李雯", reason="编制", now=NOW)
HEADINGS = [
    "序号", "信息资源分类", "*信息资源名称", "信息资源代码", "信息资源提供方（单位）", "提供方代码",
    "信息资源摘要", "共享类型", "共享条件", "共享依据", "共享方式", "是否向社会开放", "更新周期",
    "信息项名称", "数据类型", "数据长度", "是否个人信息", "备注",
]  # fmt: skip
SCHOOLS = [
    "主题/公共服务",
    "学校名录",
    "",
    "云州市教育局",
    "",
    "全市学校",
    "无条件共享",
    "",
    "",
    "库表交换；接口",
    "是",
    "每年",
]
PUPILS = [
    "主题/公共服务", "学生名册", "", "云州市教育局", "", "在校学生", "2", "用于资助核定",
    "义务教育法 第五条", "接口", "否", "每学期",
]  # fmt: skip


def sheet(path: Path, *rows: list[Any], headings: list[str] | None = None) -> Path:
    """A workbook with a title above the heading, as departments send them."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = "目录"
    page.append(["云州市公共数据资源目录编制表"])
    page.append(headings or HEADINGS)
    for number, row in enumerate(rows, 1):
        page.append([number, *row])
    book.save(path)
    return path


def items(entry: list[str], *named: list[Any]) -> list[list[Any]]:
    """Rows of one entry: its own cells stand in the first row alone, as after merging."""
    return [[*(entry if place == 0 else [""] * len(entry)), *item] for place, item in enumerate(named)]


@pytest.fixture
def form(tmp_path: Path) -> Path:
    pupils = [*PUPILS[:-1], "每半年"]
    return sheet(
        tmp_path / "form.xlsx",
        *items(SCHOOLS, ["学校标识码", "C", 10, "否", "主键"], ["建校日期", "D 日期型", "", "", ""]),
        *items(
            pupils, ["姓名", "字符型", "50", "是", ""], ["助学金", "Y", "", "", ""], ["人数", "I", "", "", ""]
        ),
    )


def enter(engine: Engine, path: Path, **more: Any) -> tuple[Any, ...]:
    return entering.enter(engine, entering.given_by(engine, read(path)), ACTS, **({"submit": False} | more))


def test_one_row_an_item_becomes_one_contract_an_entry(engine: Engine, form: Path) -> None:
    made = enter(engine, form, publish=True)
    assert [one.state for one in made] == ["published", "published"]
    with reading(engine) as connection:
        schools, pupils = (revisions.current(connection, one.name).contract for one in made)
    assert schools.title == "学校名录"
    assert (schools.sharing.type, schools.sharing.methods) == (
        ShareType.UNCONDITIONAL,
        (ShareMethod.TABLES, ShareMethod.INTERFACE),
    )
    assert (schools.open, schools.update_cycle) == (True, UpdateCycle.YEARLY)
    assert [(f.business_name, f.type, f.max_length) for f in schools.fields] == [
        ("学校标识码", FieldType.STRING, 10),
        ("建校日期", FieldType.DATE, None),
    ]
    assert schools.fields[0].description == "主键"
    assert pupils.sharing.type is ShareType.CONDITIONAL
    assert pupils.fields[0].personal
    assert [f.letter for f in pupils.fields] == [ItemType.TEXT, ItemType.MONEY, ItemType.WHOLE]
    assert schools.name.rpartition(".")[0] == pupils.name.rpartition(".")[0]


def test_the_same_form_changes_nothing_the_second_time(engine: Engine, form: Path) -> None:
    first = enter(engine, form, publish=True)
    again = enter(engine, form, publish=True)
    assert [one.changed for one in again] == [False, False]
    assert [one.code for one in again] == [one.code for one in first]


def test_a_changed_form_makes_a_revision_of_the_entry_it_names(
    engine: Engine, form: Path, tmp_path: Path
) -> None:
    first = enter(engine, form, publish=True)
    coded = [*SCHOOLS]
    coded[1:3] = ["学校（含幼儿园）名录", first[0].code]
    more = sheet(
        tmp_path / "more.xlsx", *items(coded, ["学校标识码", "C", 12, "", ""], ["校长", "C", "", "是", ""])
    )
    (done,) = enter(engine, more)
    assert (done.name, done.revision, done.state) == (first[0].name, 2, "compiled")
    with reading(engine) as connection:
        assert revisions.current(connection, done.name).contract.title == "学校名录"
        pending = revisions.pending(connection, done.name)
    assert pending is not None
    assert [f.business_name for f in pending.contract.fields] == ["学校标识码", "校长"]


# What is wrong with which cell of the second line below the heading -> column, part of what is said.
FAULTS = [
    ({1: "", 3: "云州市民政局"}, "C", "信息资源名称 is empty"),
    ({6: "随便"}, "H", "共享类型 is not in the list"),
    ({10: "也许"}, "L", "是否向社会开放 is neither"),
    ({11: "每学期"}, "M", "更新周期 is not in the list"),
    ({12: ""}, "N", "信息项名称 is empty"),
    ({13: "XYZ"}, "O", "数据类型 is no type"),
    ({2: "999999/1"}, "D", "no entry of the ledger has this code"),
]


@pytest.mark.parametrize(("cells", "column", "said"), FAULTS)
def test_a_faulty_cell_is_named_and_nothing_is_entered(
    engine: Engine, tmp_path: Path, cells: dict[int, str], column: str, said: str
) -> None:
    good, bad = [*SCHOOLS, "代码", "C", "", "", ""], [*SCHOOLS, "代码", "C", "", "", ""]
    bad[1] = "另一个"
    for place, text in cells.items():
        bad[place] = text
    with pytest.raises(FormFaulty) as caught:
        enter(engine, sheet(tmp_path / "bad.xlsx", good, bad), publish=True)
    (fault,) = caught.value.faults
    assert (fault.sheet, fault.cell) == ("目录", f"{column}4")
    assert said in fault.what
    with reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(entries)).scalar_one() == 0


def test_a_refused_entry_is_a_fault_at_its_cell(engine: Engine, tmp_path: Path) -> None:
    withheld = [*SCHOOLS, "代码", "C", "", "", ""]
    withheld[6] = "不予共享"
    withheld[10] = "否"
    with pytest.raises(FormFaulty) as caught:
        enter(engine, sheet(tmp_path / "w.xlsx", withheld), submit=True)
    assert ("J3", True) in {(f.cell, "basis" in f.what) for f in caught.value.faults}


def test_an_item_that_is_there_twice_is_named(engine: Engine, tmp_path: Path) -> None:
    twice = items(SCHOOLS, ["代码", "C", "", "", ""], ["代码", "C", "", "", ""])
    with pytest.raises(FormFaulty, match="目录!N4: the item is there twice"):
        enter(engine, sheet(tmp_path / "t.xlsx", *twice))


def test_an_entry_whose_lines_are_apart_is_named(engine: Engine, tmp_path: Path) -> None:
    school = [*SCHOOLS, "代码", "C", "", "", ""]
    other = [*PUPILS[:-1], "每年", "姓名", "C", "", "是", ""]
    with pytest.raises(FormFaulty, match="目录!C5: the entry is there already, from 目录!A3 on"):
        enter(engine, sheet(tmp_path / "a.xlsx", school, other, school))


def test_a_line_that_says_otherwise_of_its_entry_is_a_fault(engine: Engine, tmp_path: Path) -> None:
    rows = items(SCHOOLS, ["甲", "C", "", "", ""], ["乙", "C", "", "", ""])
    rows[1][11] = "每月"
    with pytest.raises(FormFaulty, match="first line"):
        enter(engine, sheet(tmp_path / "o.xlsx", *rows))


def test_a_column_that_would_be_lost_is_named(tmp_path: Path) -> None:
    headings = [*HEADINGS[:-1], "神秘列"]
    with pytest.raises(FormFaulty, match="R2"):
        read(sheet(tmp_path / "h.xlsx", [*SCHOOLS, "代码", "C", "", "", "有值"], headings=headings))


@pytest.mark.parametrize("name", ["nothing.xlsx", "nothing.csv", "nothing.json"])
def test_what_is_no_form_is_said_in_one_line(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text('{"a": 1}', encoding="utf-8")
    with pytest.raises(FormUnreadable, match=name.replace(".", r"\.")):
        read(path)


@pytest.mark.parametrize("suffix", ["xlsx", "csv", "json"])
def test_what_is_written_reads_back_as_the_same_contracts(
    engine: Engine, form: Path, tmp_path: Path, suffix: str
) -> None:
    made = enter(engine, form, publish=True)
    with reading(engine) as connection:
        listed = [
            (revisions.current(connection, one.name).contract, one.code, "2026-09-30", "published")
            for one in made
        ]
    out = tmp_path / f"out.{suffix}"
    assert writing.write(out, listed) == 2
    again = entering.given_by(engine, read(out))
    # The day of publication in the form is what a catalogue says that gave the code; it is the entry's own.
    assert [one.contract.fields for one in again] == [contract.fields for contract, *_ in listed]
    assert [one.contract.sharing for one in again] == [contract.sharing for contract, *_ in listed]
    assert [one.contract.name for one in again] == [one.name for one in made]


def test_a_text_that_looks_like_a_formula_stays_a_text(engine: Engine, tmp_path: Path) -> None:
    risky = [*SCHOOLS, "+加项", "C", "", "", "@now"]
    (done,) = enter(engine, sheet(tmp_path / "r.xlsx", risky))
    with reading(engine) as connection:
        contract = revisions.current(connection, done.name).contract
    for suffix in ("csv", "xlsx"):
        out = tmp_path / f"risky.{suffix}"
        writing.write(out, [(contract, done.code, "", "compiled")])
        (line,) = read(out)
        assert line.cells["business_name"] == contract.fields[0].business_name
    with (tmp_path / "risky.csv").open(encoding="utf-8-sig", newline="") as lines:
        cells = [cell for row in csv.reader(lines) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "@"))]


def test_faults_are_marked_in_a_copy_and_the_form_is_as_it_was(
    engine: Engine, form: Path, tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(form)
    book["目录"]["H3"] = "随便"
    book["目录"].merge_cells("C5:C7")
    book.save(form)
    before = form.read_bytes()
    copy = tmp_path / "copy.xlsx"
    with pytest.raises(FormFaulty) as caught:
        enter(engine, form)
    faults.mark(form, caught.value.faults, copy)
    assert form.read_bytes() == before
    marked = openpyxl.load_workbook(copy)
    cell = marked["目录"]["H3"]
    assert cell.fill.fgColor.rgb == "FFFFC7CE"
    assert cell.comment is not None
    assert "共享类型" in cell.comment.text
    assert [row[1].value for row in marked[faults.LIST].iter_rows(min_row=2)] == ["H3"]
    assert "随便" not in cell.comment.text


def test_the_empty_form_is_read_as_one_with_nothing_in_it(tmp_path: Path) -> None:
    path = tmp_path / "empty.xlsx"
    writing.template(path)
    with pytest.raises(FormUnreadable, match="no line below"):
        read(path)


def test_a_line_knows_the_address_of_its_cells() -> None:
    line = Line("s", 7, {}, {"title": "AB"})
    assert (line.at("title"), line.at("code")) == ("AB7", "A7")


def _run(home: Home, *arguments: str) -> Any:
    return CliRunner(env={"YBZ_HOME": str(home.root)}).invoke(bulk, list(arguments))


def test_a_steward_corrects_a_form_and_enters_it_by_command(
    home: Home, engine: Engine, form: Path, tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(form)
    book["目录"]["H3"] = "随便"
    book.save(form)
    refused = _run(home, "import", str(form), "--json")
    assert refused.exit_code == 1
    said = json.loads(refused.stdout)
    assert [(f["cell"], f["sheet"]) for f in said["faults"]] == [("H3", "目录")]
    assert Path(said["marked"]).is_file()
    book["目录"]["H3"] = "无条件共享"
    book.save(form)
    assert json.loads(_run(home, "import", str(form), "--dry-run", "--json").stdout)[0]["known"] is False
    assert json.loads(_run(home, "import", str(form), "--publish", "--json").stdout)["ok"] is True
    out = tmp_path / "out.csv"
    assert json.loads(_run(home, "export", str(out), "--json").stdout)["entries"] == 2
    assert "学校名录" in out.read_text(encoding="utf-8-sig")
