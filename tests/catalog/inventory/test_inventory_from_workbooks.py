"""Departments list systems and tables in a workbook; a faulty cell keeps it out and is marked in a copy."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import Workbook, load_workbook
from sqlalchemy import Engine

from catalog.inventory.accounting import accounted
from catalog.inventory.cli import inventory
from catalog.inventory.importing import import_workbook
from catalog.inventory.workbook import read, template
from catalog.store import reading, writing
from catalog.workbook.faults import WorkbookFaulty
from tests.catalog.inventory.test_tables_are_catalogued_or_excluded import contract, enter

NOW = datetime(2026, 9, 24, 8, 0, tzinfo=UTC)
TODAY = date(2026, 9, 24)
HEADINGS = (
    "系统名称", "所属部门", "统一社会信用代码", "库名", "表名", "表中文名", "数据量", "对应目录",
    "不编目原因", "不编目说明", "审批人",
)  # fmt: skip
GOOD = ("人口系统", "公安局", "", "rk", "t_czrk", "常住人口", 12, "常住人口信息", "", "", "")
LOG = ("人口系统", "公安局", "", "rk", "t_log", "", "", "", "系统运行表", "日志", "王局")
OPEN = ("人口系统", "公安局", "", "rk", "t_ldrk", "流动人口", "1,200", "", "", "", "")


def book(path: Path, *rows: Sequence[Any], above: int = 0) -> Path:
    made = Workbook()
    page = made.worksheets[0]
    page.title = "Sheet1"
    for _ in range(above):
        page.append(["云州市信息系统库表清单"])
    page.append(list(HEADINGS))
    for row in rows:
        page.append(list(row))
    made.save(path)
    return path


def taken(engine: Engine, path: Path, **rest: Any) -> Any:
    with writing(engine) as c:
        return import_workbook(c, read(path), by="张三", now=NOW, **rest)


@pytest.fixture
def people(engine: Engine) -> None:
    enter(engine, contract("civil.people", "常住人口信息", "id"))


@pytest.mark.usefixtures("people")
def test_a_workbook_brings_systems_tables_matches_and_exclusions(engine: Engine, tmp_path: Path) -> None:
    done = taken(engine, book(tmp_path / "a.xlsx", GOOD, LOG, OPEN, above=2))
    assert (done.confirmed, done.excluded) == (1, 1)
    with reading(engine) as c:
        found = {t.name: t for t in accounted(c, TODAY)}
    assert {name: t.state for name, t in found.items()} == {
        "rk.t_czrk": "catalogued", "rk.t_log": "excluded", "rk.t_ldrk": "open",
    }  # fmt: skip
    assert found["rk.t_ldrk"].rows == 1200
    # The same workbook again does nothing twice.
    again = taken(engine, tmp_path / "a.xlsx")
    assert (again.confirmed, again.excluded, again.systems[0].new) == (0, 0, ())


@pytest.mark.usefixtures("people")
def test_every_faulty_cell_is_told_and_nothing_is_taken(engine: Engine, tmp_path: Path) -> None:
    rows = (
        ("", "公安局", "", "", "a", "", "", "", "", "", ""),
        ("人口系统", "民政局", "91350100M000100Y44", "", "b", "", "many", "", "", "", ""),
        ("人口系统", "公安局", "", "", "c", "", "", "没有这个目录", "", "", ""),
        ("人口系统", "公安局", "", "", "d", "", "", "", "不想编", "", ""),
        ("人口系统", "公安局", "", "", "e", "", "", "常住人口信息", "备份表", "", "张三"),
        ("人口系统", "公安局", "", "", "e", "", "", "", "临时表或中间表", "中间", "王局"),
        ("人口系统", "公安局", "", "", "=A1", "", "", "", "", "", ""),
        ("人口系统", "公安局", 91350100000100043123, "", "g", "", "", "", "", "", ""),
    )
    path = book(tmp_path / "a.xlsx", *rows)
    with pytest.raises(WorkbookFaulty) as faulty:
        taken(engine, path)
    told = {(fault.cell, fault.what.split(" ")[0]) for fault in faulty.value.faults}
    assert told == {
        ("A2", "系统名称"), ("C3", "is"), ("G3", "is"), ("B4", "the"), ("H4", "no"), ("B5", "the"),
        ("I5", "the"), ("B6", "the"), ("I6", "a"), ("J6", "不编目说明"), ("K6", "who"), ("B7", "the"),
        ("E7", "the"),
        ("E8", "is"), ("E8", "表名"), ("B8", "the"), ("C9", "is"), ("B9", "the"),
    } | {(f.cell, f.what.split(" ")[0]) for f in faulty.value.faults if "复核日期" in f.what}  # fmt: skip
    assert any("复核日期" in f.what for f in faulty.value.faults)
    with reading(engine) as c:
        assert accounted(c, TODAY) == ()


def test_faulty_cells_are_marked_in_a_copy_of_the_workbook(engine: Engine, tmp_path: Path) -> None:
    path = book(tmp_path / "清单.xlsx", (*OPEN[:6], "many", *OPEN[7:]), (*OPEN[:4], "", *OPEN[5:]))
    before = path.read_bytes()
    done = CliRunner().invoke(inventory, ["import", str(path)])
    assert done.exit_code == 1
    assert "Sheet1!G2: is no count of rows — write digits only" in done.stderr
    assert "2 faults to correct, nothing was taken" in done.stderr
    copy = load_workbook(tmp_path / "清单.errors.xlsx").worksheets[0]
    assert copy["G2"].value == "many"
    assert copy["G2"].comment.text == "is no count of rows — write digits only"
    assert copy["G2"].fill.fgColor.rgb == "00FFC7CE"
    assert copy["E3"].comment.text.startswith("表名 is missing")
    assert copy["A2"].comment is None
    assert path.read_bytes() == before


def test_merged_cells_stand_for_every_row_they_cover(engine: Engine, tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", OPEN, (None, None, *LOG[2:]))
    made = load_workbook(path)
    made.worksheets[0].merge_cells("A2:A3")
    made.worksheets[0].merge_cells("B2:B3")
    made.save(path)
    taken(engine, path)
    with reading(engine) as c:
        assert [t.label for t in accounted(c, TODAY)] == ["人口系统/rk.t_ldrk", "人口系统/rk.t_log"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_csv_file_is_read_and_its_faults_are_marked_alike(
    engine: Engine, tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("系统名称,部门名称,表英文名,记录数\n人口系统,公安局,t_a,5\n", encoding=encoding)
    taken(engine, path)
    with reading(engine) as c:
        assert [(t.label, t.rows) for t in accounted(c, TODAY)] == [("人口系统/t_a", 5)]
    path.write_text("系统名称,部门名称,表英文名,记录数\n人口系统,公安局,t_a,五\n", encoding=encoding)
    done = CliRunner().invoke(inventory, ["import", str(path)])
    assert done.exit_code == 1
    copy = load_workbook(tmp_path / "a.errors.xlsx").worksheets[0]
    assert copy["D2"].value == "五"
    assert copy["D2"].comment is not None


def test_a_complete_workbook_makes_other_tables_go(engine: Engine, tmp_path: Path) -> None:
    taken(engine, book(tmp_path / "a.xlsx", OPEN, LOG))
    done = taken(engine, book(tmp_path / "b.xlsx", OPEN), complete=True)
    assert done.systems[0].gone == ("rk.t_log",)


def test_the_template_is_understood_once_it_is_filled_in(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    template(path, TODAY)
    made = load_workbook(path)
    assert made.sheetnames == ["系统库表", "字段", "填写说明", "_选项"]
    headings = [cell.value for cell in made["系统库表"][1]]
    values = {"系统名称": "人口系统", "所属部门": "公安局", "表名": "t_a"}
    made["系统库表"].append([values.get(h) for h in headings])
    made["字段"].append(["人口系统", None, "t_a", "gmsfhm", "公民身份号码", "varchar(18)"])
    made.save(path)
    done = CliRunner().invoke(inventory, ["import", str(path), "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["systems"][0]["new"] == ["t_a"]
    given = read(path)
    assert given.columns["人口系统", "t_a"][0].comment == "公民身份号码"


def test_a_file_without_the_headings_says_where_to_start(engine: Engine, tmp_path: Path) -> None:
    made = Workbook()
    made.worksheets[0].append(["a", "b"])
    made.save(tmp_path / "a.xlsx")
    with pytest.raises(WorkbookFaulty, match="ybz inventory template"):
        read(tmp_path / "a.xlsx")
    (tmp_path / "b.xlsx").write_text("no workbook")
    with pytest.raises(WorkbookFaulty, match=r"is no \.xlsx workbook"):
        read(tmp_path / "b.xlsx")
