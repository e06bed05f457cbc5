"""Cells changed as Excel would change them: what is taken, what is refused and how it is said."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import Workbook, load_workbook

from catalog.home import Home
from catalog.workbook.cli import workbook
from catalog.workbook.columns import sheets
from catalog.workbook.faults import WorkbookFaulty
from catalog.workbook.hidden import WorkbookDamaged
from catalog.workbook.powers import Power, PowersUnreadable, read_powers
from catalog.workbook.reading import read
from catalog.workbook.writing import write
from contracts import model as m
from contracts.cli import lint
from contracts.elements import Element
from contracts.odcs.files import dumps
from contracts.odcs.files import read as read_contract

MARKET = Path(__file__).parents[3] / "examples" / "city" / "contracts" / "market_enterprises.yaml"
Edit = Callable[[Any], None]


@pytest.fixture(scope="module")
def written() -> bytes:
    return write([(read_contract(MARKET), MARKET.name)])


@pytest.fixture
def book(tmp_path: Path, written: bytes) -> Path:
    path = tmp_path / "market.xlsx"
    path.write_bytes(written)
    return path


def cell(opened: Any, sheet: str, row: int, heading: str) -> Any:
    page = opened[sheet]
    places = {each.value: each.column for each in page[1]}
    return page.cell(row, places[heading])


def edited(path: Path, edit: Edit) -> m.Contract:
    opened = load_workbook(path)
    edit(opened)
    opened.save(path)
    (filled,) = read(path)
    return filled.contract


def faults(path: Path, edit: Edit) -> list[str]:
    with pytest.raises(WorkbookFaulty) as caught:
        edited(path, edit)
    return [str(fault) for fault in caught.value.faults]


def set_cell(sheet: str, row: int, heading: str, value: Any) -> Edit:
    return lambda opened: setattr(cell(opened, sheet, row, heading), "value", value)


def test_the_first_sheet_begins_with_the_thirteen_core_items_in_order() -> None:
    headings = [column.heading for column in sheets()[0].columns]
    assert headings[:19] == [
        "信息资源分类", "信息资源名称", "信息资源代码", "信息资源提供方", "提供方内部部门", "提供方代码",
        "信息资源摘要", "信息资源格式分类", "信息资源格式类型", "信息项信息", "共享类型", "共享条件",
        "共享方式", "共享依据", "是否向社会开放", "开放条件", "更新周期", "发布日期", "关联资源代码",
    ]  # fmt: skip
    notes = [column.note for column in sheets()[0].columns[:19]]
    numbers = [note.split("核心项 ")[1].split("：")[0].rstrip("。") for note in notes]
    assert list(dict.fromkeys(numbers)) == [str(n) for n in range(1, 14)]


def test_no_two_columns_of_a_sheet_have_one_heading() -> None:
    for sheet in sheets():
        headings = [column.heading for column in sheet.columns]
        assert len(set(headings)) == len(headings), sheet.title


def test_choices_are_taken_by_their_labels(book: Path) -> None:
    def edit(opened: Any) -> None:
        cell(opened, "信息资源", 2, "更新周期").value = "每周"
        cell(opened, "信息资源", 2, "共享方式").value = "库表交换；接口"
        cell(opened, "信息资源", 2, "共享类型").value = "无条件共享"
        cell(opened, "信息项", 3, "必填").value = "否"
        cell(opened, "信息项", 3, "个人信息").value = True
        cell(opened, "信息项", 2, "数据元").value = "uscc 统一社会信用代码"

    contract = edited(book, edit)
    assert contract.update_cycle is m.UpdateCycle.WEEKLY
    assert contract.sharing.methods == (m.ShareMethod.TABLES, m.ShareMethod.INTERFACE)
    assert contract.sharing.type is m.ShareType.UNCONDITIONAL
    assert (contract.fields[1].required, contract.fields[1].personal) == (False, True)
    assert contract.fields[0].element == "uscc"
    untouched = read_contract(MARKET)
    assert contract.rules == untouched.rules
    assert contract.fields[2:] == untouched.fields[2:]


def test_numbers_and_days_are_taken_as_excel_keeps_them(book: Path) -> None:
    def edit(opened: Any) -> None:
        cell(opened, "信息项", 3, "长度").value = 60.0
        cell(opened, "信息项", 3, "分级").value = 3
        cell(opened, "信息资源", 2, "质量分下限").value = 0.85
        cell(opened, "信息资源", 2, "发布日期").value = datetime(2025, 3, 1)

    contract = edited(book, edit)
    assert (contract.fields[1].max_length, contract.fields[1].grade) == (60, 3)
    assert contract.minimum_quality == 0.85
    assert contract.entry.published == "2025-03-01"


def test_rows_are_added_removed_and_moved(book: Path) -> None:
    def edit(opened: Any) -> None:
        page = opened["信息项"]
        row = page.max_row + 1
        for heading, value in {
            "数据集": "market.enterprises", "信息项名称": "企业规模", "英文名": "scale",
            "数据元": "enterprise_scale", "数据类型": "文本", "用途": "分类维度",
        }.items():  # fmt: skip
            cell(opened, "信息项", row, heading).value = value
        first = [each.value for each in page[2]]
        second = [each.value for each in page[3]]
        for place, (one, two) in enumerate(zip(first, second, strict=True), 1):
            page.cell(2, place).value, page.cell(3, place).value = two, one

    was = read_contract(MARKET)
    contract = edited(book, edit)
    assert contract.fields[:2] == (was.fields[1], was.fields[0])
    assert contract.fields[-1] == m.Field(
        "scale", "企业规模", element="enterprise_scale", use=m.Use.DIMENSION
    )

    def remove(opened: Any) -> None:
        opened["信息项"].delete_rows(opened["信息项"].max_row)

    assert edited(book, remove).fields == contract.fields[:-1]


def test_rules_of_every_kind_are_written_without_json(book: Path) -> None:
    typed = [
        {"规则编号": "rows", "规则类型": "行数", "最多减少": 0.2, "违反时": "停止发布"},
        {"规则编号": "same", "规则类型": "多源一致", "信息项": "name", "参照数据集": "tax.payers",
         "对应关系": "uscc → code", "对照字段": "name"},
        {"规则编号": "known", "规则类型": "参照完整", "信息项": "region_code",
         "参照数据集": "civil.divisions", "参照字段": "code"},
        {"规则编号": "steps", "规则类型": "时序", "信息项": "established_on；uscc", "分组": "uscc"},
    ]  # fmt: skip

    def edit(opened: Any) -> None:
        row = opened["质量规则"].max_row
        for rule in typed:
            row += 1
            for heading, value in {"数据集": "market.enterprises", **rule}.items():
                cell(opened, "质量规则", row, heading).value = value

    rules = {rule.id: rule for rule in edited(book, edit).rules}
    assert rules["rows"] == m.Rule("rows", m.RuleKind.ROW_COUNT, args={"shrink": 0.2}, action=m.Action.STOP)
    assert rules["same"].args == {"dataset": "tax.payers", "on": {"uscc": "code"}, "value": "name"}
    assert rules["known"].args == {"dataset": "civil.divisions", "fields": ["code"]}
    assert rules["steps"].args == {"by": ["uscc"]}


def test_a_renamed_item_keeps_what_no_sheet_shows(tmp_path: Path) -> None:
    contract = read_contract(MARKET)
    document = dumps(contract).replace("businessName: 住所", "businessName: 住所\n        encryptedName: adr")
    source = tmp_path / "c.yaml"
    source.write_text(document, encoding="utf-8")
    path = tmp_path / "a.xlsx"
    path.write_bytes(write([(read_contract(source), "c.yaml")]))
    row = [field.name for field in contract.fields].index("address") + 2
    renamed = edited(path, set_cell("信息项", row, "英文名", "domicile"))
    assert renamed.field("domicile").extra == {"encryptedName": "adr"}


@pytest.mark.parametrize(
    ("sheet", "row", "heading", "value", "line"),
    [
        ("信息项", 3, "数据类型", "汉字", "信息项!E3: 数据类型 is not in the list — choose one of 文本"),
        ("信息项", 3, "长度", "十", "信息项!G3: 长度 is no whole number — write digits only"),
        ("信息项", 3, "必填", "也许", "信息项!I3: 必填 is neither 是 nor 否 — choose from the list"),
        ("信息项", 3, "英文名", "Name!", "信息项!A3: Name!: field name 'Name!' is not safe"),
        ("信息资源", 2, "质量分下限", "高", "信息资源!AM2: 质量分下限 is no number"),
        (
            "来源与版式",
            2,
            "列对应",
            "甲乙",
            "来源与版式!O2: 列对应 is no table — write one `from → to` a line",
        ),
        ("信息项", 3, "数据元", "blood", "信息项!A3: name: there is no data element blood"),
        ("信息项", 3, "数据集", "market.others", "信息项!A3: names a dataset that 信息资源 does not have"),
        ("信息资源", 2, "数据集", "Market", "信息资源!A2: 数据集 is no safe name"),
    ],
)
def test_a_bad_cell_is_one_line(
    book: Path, sheet: str, row: int, heading: str, value: str, line: str
) -> None:
    said = faults(book, set_cell(sheet, row, heading, value))
    assert any(each.startswith(line) for each in said), said
    assert all("\n" not in each for each in said)


def test_all_bad_cells_are_said_at_once(book: Path) -> None:
    def edit(opened: Any) -> None:
        cell(opened, "信息项", 3, "长度").value = "十"
        cell(opened, "质量规则", 2, "违反时").value = "骂"
        cell(opened, "加载与漂移", 2, "回看天数").value = "三"

    assert [line.split("!")[0] for line in faults(book, edit)] == ["信息项", "质量规则", "加载与漂移"]


def test_a_formula_is_refused_and_its_value_is_not_taken(book: Path) -> None:
    assert faults(book, set_cell("信息项", 3, "说明", '=HYPERLINK("http://x")')) == [
        "信息项!AC3: 说明 is a formula — write the value itself"
    ]


def test_text_that_looks_like_a_formula_is_written_as_text(tmp_path: Path) -> None:
    from dataclasses import replace

    contract = read_contract(MARKET)
    risky = ("=1+1", "+86 电话", "-5 以下", "@某人", "=cmd|'/c calc'!A1")
    fields = [replace(f, description=t) for f, t in zip(contract.fields, risky, strict=False)]
    contract = replace(contract, fields=(*fields, *contract.fields[len(risky) :]))
    path = tmp_path / "a.xlsx"
    path.write_bytes(write([(contract, "a.yaml")]))
    opened = load_workbook(path)
    cells = [cell(opened, "信息项", row, "说明") for row in range(2, 2 + len(risky))]
    assert [each.value for each in cells] == list(risky)
    assert {each.data_type for each in cells} == {"s"}
    assert all(each.quotePrefix for each in cells)
    assert edited(path, lambda opened: None) == contract


def test_drop_downs_offer_elements_types_and_powers(tmp_path: Path) -> None:
    powers = (Power("01", "企业登记", "《市场主体登记管理条例》第三条"),)
    path = tmp_path / "a.xlsx"
    path.write_bytes(write([(read_contract(MARKET), "a.yaml")], powers=powers))
    opened = load_workbook(path)
    offered: dict[str, set[str]] = {}
    for name in ("信息资源", "信息项", "质量规则", "来源与版式", "清洗", "加载与漂移"):
        page = opened[name]
        headings = {each.column_letter: each.value for each in page[1]}
        for rule in page.data_validations.dataValidation:
            letter = str(rule.sqref).split("2:")[0]
            offered.setdefault(name, set()).add(str(headings[letter]))
            assert rule.type == "list"
            sheet, cells = str(rule.formula1).replace("$", "").split("!")
            assert opened[sheet.strip("'")][cells][0][0].value
    assert {"数据元", "数据类型", "用途", "共享类型", "分级", "数据集"} <= offered["信息项"]
    assert {"共享类型", "更新周期", "共享依据"} <= offered["信息资源"]
    assert opened["权责清单"]["D2"].value == "《市场主体登记管理条例》第三条（企业登记）"
    assert opened["_合同"].sheet_state == "hidden"
    assert all(each.comment for each in opened["信息资源"][1][1:12])


def test_a_new_dataset_can_be_written_into_the_workbook(book: Path) -> None:
    def edit(opened: Any) -> None:
        for heading, value in {
            "数据集": "market.complaints", "信息资源名称": "消费投诉", "信息资源提供方": "市场监督管理局",
            "状态": "draft",
        }.items():  # fmt: skip
            cell(opened, "信息资源", 3, heading).value = value
        row = opened["信息项"].max_row + 1
        for heading, value in {"数据集": "market.complaints", "信息项名称": "编号", "英文名": "no"}.items():
            cell(opened, "信息项", row, heading).value = value

    opened = load_workbook(book)
    edit(opened)
    opened.save(book)
    first, new = read(book)
    assert first.contract == read_contract(MARKET)
    assert (new.contract.name, new.contract.id, new.file) == ("market.complaints", "market-complaints", "")
    assert new.contract.fields == (m.Field("no", "编号"),)


def test_own_elements_are_offered_and_judged_where_they_are_at_hand(tmp_path: Path) -> None:
    own = {"yunzhou.level": Element("yunzhou.level", "等级", "本市的等级。", max_length=1, codes={"A": "甲"})}
    path = tmp_path / "a.xlsx"
    path.write_bytes(write([(read_contract(MARKET), "a.yaml")], own=own))
    opened = load_workbook(path)
    assert "yunzhou.level 等级" in {each.value for row in opened["_选项"].iter_rows() for each in row}
    cell(opened, "信息项", 3, "数据元").value = "yunzhou.level 等级"
    cell(opened, "信息项", 3, "允许值").value = "Z"
    opened.save(path)
    assert read(path)[0].contract.fields[1].element == "yunzhou.level"
    with pytest.raises(WorkbookFaulty, match="信息项!A3: name: allows 1 value"):
        read(path, own=own)
    with pytest.raises(WorkbookFaulty, match=r"no data element yunzhou\.level in force"):
        read(path, own={})


def test_other_workbooks_are_refused(tmp_path: Path, book: Path) -> None:
    strange = tmp_path / "other.xlsx"
    Workbook().save(strange)
    with pytest.raises(WorkbookDamaged, match="no hidden sheet"):
        read(strange)
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(book.read_bytes()[:2000])
    with pytest.raises(WorkbookFaulty, match=r"is no \.xlsx workbook"):
        read(broken)
    opened = load_workbook(book)
    del opened["清洗"]
    opened.save(book)
    with pytest.raises(WorkbookFaulty, match="清洗: the sheet is missing"):
        read(book)


def test_powers_are_read_from_csv_and_yaml(tmp_path: Path) -> None:
    listed = tmp_path / "权责.csv"
    listed.write_text("编码,事项名称,设定依据\n01,企业登记,条例第三条\n", encoding="utf-8-sig")
    assert read_powers(listed) == (Power("01", "企业登记", "条例第三条"),)
    entries = tmp_path / "powers.yaml"
    entries.write_text("powers:\n  - {name: 企业登记, basis: 条例第三条}\n", encoding="utf-8")
    assert read_powers(entries)[0].citation == "条例第三条（企业登记）"
    listed.write_text("编码,事项名称\n01,企业登记\n", encoding="utf-8")
    with pytest.raises(PowersUnreadable, match="entry 1 lacks its name or basis"):
        read_powers(listed)


def test_the_commands_carry_a_contract_there_and_back(tmp_path: Path, home: Home) -> None:
    folder = tmp_path / "contracts"
    folder.mkdir()
    target = folder / MARKET.name
    target.write_text(MARKET.read_text(encoding="utf-8"), encoding="utf-8")
    path = tmp_path / "out.xlsx"
    run = CliRunner().invoke
    done = run(workbook, ["write", str(folder), "--out", str(path), "--json"])
    assert json.loads(done.stdout) == {"workbook": str(path), "datasets": ["market.enterprises"]}
    before = target.read_bytes()
    done = run(workbook, ["read", str(path), "--into", str(folder), "--json"])
    assert json.loads(done.stdout)["contracts"][0]["state"] == "unchanged"
    assert target.read_bytes() == before

    opened = load_workbook(path)
    cell(opened, "信息资源", 2, "更新周期").value = "每月"
    opened.save(path)
    done = run(workbook, ["read", str(path), "--into", str(folder)])
    assert done.exit_code == 0
    assert f"next: `ybz lint {folder}`, `ybz catalog {folder}`" in done.stdout
    assert read_contract(target).update_cycle is m.UpdateCycle.MONTHLY
    assert run(lint, [str(target)]).exit_code == 0

    cell(opened, "信息资源", 2, "更新周期").value = "每年"
    opened.save(path)
    done = run(workbook, ["read", str(path), "--into", str(folder)])
    assert done.exit_code == 1
    assert "was changed since the workbook was made" in done.stderr
    assert run(workbook, ["read", str(path), "--into", str(folder), "--force"]).exit_code == 0
    assert read_contract(target).update_cycle is m.UpdateCycle.YEARLY

    cell(opened, "信息项", 3, "长度").value = "十"
    opened.save(path)
    done = run(workbook, ["read", str(path), "--into", str(folder)])
    assert done.exit_code == 1
    assert done.stdout == "信息项!G3: 长度 is no whole number — write digits only\n"
