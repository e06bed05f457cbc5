"""A second entry that still exists: answers in an old system's import layout, counted."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from sqlalchemy import select

from catalog.store import reading
from catalog.store.tables.evidence import evidence_entries
from contracts.model import UpdateCycle
from space.cli.wayback.forms import form as form_commands
from space.errors import Refused
from space.wayback.forms.admission import admit
from space.wayback.forms.compiling.errors import LayoutUnreadable
from space.wayback.forms.compiling.old_layouts import OldLayout, read, row_of, written
from space.wayback.forms.compiling.second_entry import Exported, counted, export
from space.wayback.forms.definition import Form, Item
from space.wayback.forms.filling import Filled, submit_many
from tests.space.wayback.conftest import EAST, Town

FORM = Form(
    "VISIT-03", "走访表", "民政局", "云民发〔2026〕3号", UpdateCycle.MONTHLY, "person",
    (
        Item("name", "姓名", "civil.population", "name", "id_card"),
        Item("phone", "电话", "civil.population", "phone", "id_card"),
        Item("visited", "是否走访", allowed=("是", "否")),
        Item("remark", "备注"),
    ),
    date(2026, 1, 1), date(2026, 12, 31),
)  # fmt: skip
LAYOUT = """
system: 市老龄专网
basis: 旧系统停用前市级报送仍经其导入（云民函〔2026〕8号）
encoding: gb18030
above: [[老年人走访导入模板V2]]
columns:
  - {heading: 序号, number: true}
  - {heading: 姓名, item: name, required: true}
  - {heading: 证件号, item: subject_id}
  - {heading: 走访标志, item: visited, codes: {是: '1', 否: '0'}}
  - {heading: 走访日期, item: reported_on, date: '%Y%m%d'}
  - {heading: 说明, item: remark}
  - {heading: 来源, constant: 一本账}
"""


def prepare(town: Town) -> None:
    town.publish(town.population, town.residents(EAST, EAST))
    admit(town.engine, FORM, by="李四", now=town.later())
    said = {1: {"visited": "是"}, 2: {"visited": "否", "remark": "=cmd"}}
    sheets = [Filled("VISIT-03", "2026-09", "street", town.person(n), values) for n, values in said.items()]
    submit_many(town.home, town.engine, sheets, by="王五", now=town.later())


@pytest.fixture
def visited(settle: Callable[..., Town], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    town = settle("visited", prepare, tmp_path / "var")
    monkeypatch.setenv("YBZ_HOME", str(town.home.root))
    yield town
    town.engine.dispose()


def layout(tmp_path: Path, text: str = LAYOUT) -> OldLayout:
    path = tmp_path / "old.yaml"
    path.write_text(text.replace(", item: reported_on", ", item: report_period"), encoding="utf-8")
    return read(path)


def exported(town: Town, old: OldLayout) -> Exported:
    wanted = "VISIT-03", "street", "2026-09"
    return export(town.home, town.engine, wanted, old, by="王五", now=town.later())


def plain(tmp_path: Path, **changed: str) -> OldLayout:
    """The layout without the day of the period, which is none."""
    text = "\n".join(line for line in LAYOUT.splitlines() if "reported_on" not in line)
    for old, new in changed.items():
        text = text.replace(f"{old}:", f"{new}:")
    return layout(tmp_path, text)


def test_the_old_systems_own_headings_codes_and_encoding_are_written(visited: Town, tmp_path: Path) -> None:
    made = exported(visited, plain(tmp_path))

    lines = made.content.decode("gb18030").split("\r\n")
    assert lines[:2] == ["老年人走访导入模板V2", "序号,姓名,证件号,走访标志,说明,来源"]
    assert lines[2] == f"1,居民1,{visited.person(1)},1,,一本账"
    assert lines[3] == ""
    assert (made.rows, made.cells) == (1, 3)


def test_a_text_that_begins_like_a_formula_is_left_out_and_named(visited: Town, tmp_path: Path) -> None:
    made = exported(visited, plain(tmp_path))

    assert [(fault.row, fault.heading) for fault in made.faults] == [(2, "说明")]
    assert "=cmd" not in str(made.to_document())


def test_a_workbook_keeps_such_a_text_as_a_text(visited: Town, tmp_path: Path) -> None:
    made = exported(visited, replace(plain(tmp_path), format="xlsx", sheet="导入"))

    page = load_workbook(io.BytesIO(made.content))["导入"]
    cell = page["E4"]
    assert (cell.value, cell.data_type) == ("=cmd", "s")
    assert (made.rows, made.faults) == (2, ())


def test_what_does_not_fit_the_layout_is_refused_by_row(visited: Town, tmp_path: Path) -> None:
    made = exported(visited, layout(tmp_path, LAYOUT.replace("是: '1', ", "")))

    assert {(fault.row, fault.heading) for fault in made.faults} >= {
        (1, "走访标志"), (1, "走访日期"), (2, "走访日期"),
    }  # fmt: skip
    assert made.rows == 0


def test_cells_typed_twice_are_counted_once_an_export(visited: Town, tmp_path: Path) -> None:
    exported(visited, plain(tmp_path))
    again = exported(visited, replace(plain(tmp_path), format="xlsx"))

    with reading(visited.engine) as connection:
        (found,) = counted(connection)
        query = select(evidence_entries.c.body).where(evidence_entries.c.subject == again.id)
        told = connection.execute(query).scalar_one()
        later = counted(connection, since=visited.later())
    assert (found.system, found.rows, found.cells) == ("市老龄专网", 2, 7)
    assert json.loads(told)["cells"] == 7
    assert "居民1" not in told
    assert later == ()


@pytest.mark.parametrize(
    ("form", "period", "code"),
    [("NONE-1", "2026-09", "form.export.form"), ("VISIT-03", "2026-10", "form.export.nothing")],
)
def test_nothing_is_exported_where_nothing_was_submitted(
    visited: Town, tmp_path: Path, form: str, period: str, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        export(
            visited.home,
            visited.engine,
            (form, "street", period),
            plain(tmp_path),
            by="王五",
            now=visited.now,
        )

    assert [reason.code for reason in refused.value.decision.reasons] == [code]


def test_an_item_the_form_has_not_is_refused(visited: Town, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        exported(visited, layout(tmp_path, LAYOUT.replace("item: remark", "item: salary")))

    assert "form.item.unknown" in {reason.code for reason in refused.value.decision.reasons}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("system: 市老龄专网", "", "system is missing"),
        ("encoding: gb18030", "encoding: big5", "encoding is one of"),
        ("encoding: gb18030", "lineEnd: cr", "is missing or not known"),
        ("encoding: gb18030", "format: doc", "format is csv or xlsx"),
        ("encoding: gb18030", "delimiter: ';;'", "one character"),
        ("number: true", "running: true", "not an import layout"),
        ("basis: 旧系统停用前市级报送仍经其导入（云民函〔2026〕8号）", "basis: ''", "why the second entry"),
    ],
)
def test_a_layout_that_is_declared_wrongly_is_refused(tmp_path: Path, old: str, new: str, told: str) -> None:
    with pytest.raises(LayoutUnreadable, match=told):
        layout(tmp_path, LAYOUT.replace(old, new))


def test_a_sign_the_encoding_has_not_is_a_fault(tmp_path: Path) -> None:
    old = replace(plain(tmp_path), encoding="gb2312")

    _, faults = row_of(old, {"name": "张㐀"}, 1)

    assert [fault.what for fault in faults] == ["cannot be written in gb2312"]


def test_a_negative_number_is_no_formula(tmp_path: Path) -> None:
    row, faults = row_of(plain(tmp_path), {"name": "a", "remark": "-5.5"}, 7)

    assert (row[0], row[4], faults) == ("7", "-5.5", [])
    assert written(plain(tmp_path), [row]).endswith("一本账\r\n".encode("gb18030"))


def test_the_command_exports_and_counts(visited: Town, tmp_path: Path) -> None:
    plain(tmp_path)
    out = tmp_path / "old.csv"
    named = ["VISIT-03", "--layout", str(tmp_path / "old.yaml"), "--body", "street", "--period", "2026-09"]

    done = CliRunner().invoke(form_commands, ["export", *named, "--out", str(out), "--by", "王五", "--json"])

    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["cells"] == 3
    assert out.read_bytes().decode("gb18030").startswith("老年人走访导入模板V2")
