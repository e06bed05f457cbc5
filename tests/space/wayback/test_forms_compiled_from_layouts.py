"""Issuers' layouts as the compiler reads them; how well it binds them is what the page prints."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Border, Side
from openpyxl.worksheet.datavalidation import DataValidation
from sqlalchemy import Engine

from catalog.cataloging.entering import Acts, catalogue_all
from catalog.home import Home
from catalog.store import create_store
from contracts.odcs import files as odcs
from space.wayback.forms.compiling import sidecar
from space.wayback.forms.compiling.blank import Blank, Kind
from space.wayback.forms.compiling.blanks import form_of
from space.wayback.forms.compiling.compiled import compile_workbook
from space.wayback.forms.compiling.errors import SidecarUnreadable, WorkbookRefused
from space.wayback.forms.compiling.items import Compiled, Item
from space.wayback.forms.compiling.sheet import sheets
from space.wayback.forms.compiling.words import words
from tests.space.wayback import form_layouts as made
from tests.space.wayback.form_layouts_kept_apart import FIRST_APART, INCOME, SECOND_APART
from tests.space.wayback.form_measures import Measured, measured

ROOT = Path(__file__).resolve().parents[3]
NOON = datetime(2026, 9, 23, 4, 0, tzinfo=UTC)
DAY = date(2026, 9, 23)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The contracts of the example city in a ledger; nothing is released."""
    engine = create_store(Home(tmp_path_factory.mktemp("city") / "var"))
    contracts = [(odcs.read(p), p) for p in sorted((ROOT / "examples/city/contracts").glob("*.yaml"))]
    catalogue_all(engine, contracts, Acts(by="李四", reason="first", now=NOON, assessment="PIA-2026-1"))
    yield engine
    engine.dispose()


def read(layout: made.Layout, folder: Path) -> dict[str, Blank]:
    """The blanks of a layout by their place."""
    drawn = made.draw(layout, folder)
    (sheet,) = sheets(drawn.path, DAY)
    return {blank.cell: blank for blank in form_of(sheet, words(DAY)).blanks}


def of(text: str, folder: Path) -> dict[str, Blank]:
    return read(made.Layout("表", "person", text), folder)


def compiled(engine: Engine, layout: made.Layout, folder: Path) -> Compiled:
    return compile_workbook(engine, made.draw(layout, folder).path, NOON)


def items(found: Compiled) -> dict[str, Item]:
    return {item.blank.cell: item for item in found.items}


def row_of_page(name: str, result: Measured, layouts: int) -> str:
    shares = f"{result.precision:.3f} | {result.recall:.3f}"
    found = f"{result.found} of {result.blanks}"
    computed = f"{result.computed} of {result.computable}"
    return f"| {name} | {layouts} | {found} | {shares} | {computed} | {result.questions} |"


@pytest.mark.parametrize(
    ("name", "layouts"),
    [
        pytest.param("the rules were made with", made.MADE_FOR_RULES, marks=pytest.mark.full),
        pytest.param("kept apart, then used to mend", FIRST_APART, marks=pytest.mark.full),
        ("kept apart, never used to mend", SECOND_APART),
    ],
)
def test_the_page_prints_what_is_measured(
    city: Engine, tmp_path: Path, name: str, layouts: tuple[made.Layout, ...]
) -> None:
    result = measured(city, layouts, tmp_path, NOON)

    page = (ROOT / "docs" / "form-compiler.md").read_text(encoding="utf-8")
    line = row_of_page(name, result, len(layouts))
    assert line in page, result.wrong


def test_headings_spread_by_blanks_and_lines_are_read_as_words(tmp_path: Path) -> None:
    found = of("姓     名 | {} | 与户主\\n关系 | {}", tmp_path)

    assert found["B1"].path == ("姓 名",)
    assert found["D1"].path == ("与户主 关系",)


def test_a_table_has_the_path_of_its_merged_headings(tmp_path: Path) -> None:
    found = read(made.SHOPS, tmp_path)

    assert found["C4:C6"].path == ("店铺信息", "统一社会信用代码")
    assert found["G4:G6"].path == ("从业人数",)
    assert found["C4:C6"].kind is Kind.ROWS


def test_a_side_heading_and_a_section_stand_before_the_label(tmp_path: Path) -> None:
    low, house = read(made.LOW_INCOME, tmp_path), read(made.HOUSEHOLD, tmp_path)

    assert low["D7:D10"].path == ("家庭成员情况", "性别")
    assert house["B4"].path == ("一、户基本情况", "户编号")
    assert house["E13:E14"].path == ("三、住房情况", "建筑面积（㎡）")


def test_two_tables_of_a_sheet_are_two(tmp_path: Path) -> None:
    house = read(made.HOUSEHOLD, tmp_path)

    assert (house["B8:B10"].table, house["E13:E14"].table, house["B15"].table) == (1, 2, 0)


def test_units_stand_with_the_label_or_for_the_whole_sheet(tmp_path: Path) -> None:
    visit = read(made.ENTERPRISE, tmp_path)

    assert (visit["B9"].unit, visit["B9"].own_unit) == ("万元", False)
    assert (visit["F8"].unit, visit["F8"].own_unit) == ("%", True)


def test_seals_signatures_and_opinions_ask_for_no_data(tmp_path: Path) -> None:
    found = read(made.ELDER_ALLOWANCE, tmp_path)

    acts = {blank.label for blank in found.values() if blank.act}
    assert {"填报单位（盖章）", "填表日期", "街道（乡镇）审核意见"} <= acts
    assert "G4" not in found  # the photograph


def test_blanks_within_a_text_are_found_before_and_behind_their_labels(tmp_path: Path) -> None:
    found = read(INCOME, tmp_path)

    assert [found[f"A3#{n}"].label for n in (1, 2, 3)] == ["区（县）", "乡镇（街道）", "村（居）委会"]
    counted = of("家庭共有____人，其中劳动力____人 | <", tmp_path)
    assert [blank.label for blank in counted.values()] == ["家庭共有", "其中劳动力"]


def test_boxes_of_one_character_are_one_blank(tmp_path: Path) -> None:
    found = of("身份证号 | " + " | ".join(["{}"] * 18), tmp_path)

    (blank,) = found.values()
    assert (blank.kind, len(blank.cells), blank.label) == (Kind.BOXES, 18, "身份证号")


def test_a_choice_offers_what_stands_beside_its_boxes(tmp_path: Path) -> None:
    found = of("性别 | □男 □女 | 等级 | 一□ 二□ 三□", tmp_path)

    assert found["B1"].options == ("男", "女")
    assert found["D1"].options == ("一", "二", "三")


def test_a_sheet_without_borders_is_read_by_its_labels(tmp_path: Path) -> None:
    book = Workbook()
    page = book.worksheets[0]
    for cell, label in (("A1", "姓名："), ("C1", "电话："), ("A2", "地址：")):
        page[cell] = label
    page["B1"].border = Border(bottom=Side(style="thin"))
    path = tmp_path / "plain.xlsx"
    book.save(path)

    (sheet,) = sheets(path, DAY)
    found = {blank.cell: blank.label for blank in form_of(sheet, words(DAY)).blanks}

    assert found["B1"] == "姓名："


def test_drop_downs_of_the_issuer_are_kept_as_options(tmp_path: Path) -> None:
    book = Workbook()
    page = book.worksheets[0]
    page["A1"], page["B1"] = "类别", None
    for cell in ("A1", "B1"):
        page[cell].border = Border(*[Side(style="thin")] * 4)
    rule = DataValidation(type="list", formula1='"甲,乙"')
    rule.add("B1")
    page.add_data_validation(rule)
    path = tmp_path / "list.xlsx"
    book.save(path)

    (blank,) = form_of(sheets(path, DAY)[0], words(DAY)).blanks

    assert blank.options == ("甲", "乙")


def test_totals_shares_and_amounts_per_head_follow_from_other_cells(city: Engine, tmp_path: Path) -> None:
    month = items(compiled(city, made.MONTHLY, tmp_path))
    low = items(compiled(city, made.LOW_INCOME, tmp_path))
    visit = items(compiled(city, made.ENTERPRISE, tmp_path))

    total = month["G5:G7"].computed
    assert total is not None
    assert total.formulas == ("=SUM(B5,E5)", "=SUM(B6,E6)", "=SUM(B7,E7)")
    below = month["D8"].computed
    assert below is not None
    assert below.formulas == ("=SUM(D5:D7)",)
    income, head = low["B11"].computed, low["E11"].computed
    assert income is not None
    assert head is not None
    assert income.formulas == ("=SUM(H7:H10)",)
    assert head.compute == "round(cell_b11 / person_count, 2)"
    share = visit["F8"].computed
    assert share is not None
    assert share.formulas == ('=IF(N(B8)=0,"",ROUND(D8/B8*100,2))',)


def test_what_is_not_sure_is_a_question_and_no_binding(city: Engine, tmp_path: Path) -> None:
    found = compiled(city, made.LOW_INCOME, tmp_path)

    asked = [item for item in found.items if item.question]
    assert asked
    assert all(item.element is None and item.source is None for item in asked if item.proposals)
    entries = {entry.cell: entry for entry in sidecar.bindings_of(found).entries}
    assert {entries[item.blank.place].state for item in asked} == {"question"}


def test_a_sidecar_is_read_as_it_was_written(city: Engine, tmp_path: Path) -> None:
    bindings = sidecar.bindings_of(compiled(city, made.LOW_INCOME, tmp_path))
    path = tmp_path / "bindings.yaml"

    sidecar.write(bindings, path)

    assert sidecar.read(path) == bindings
    assert path.read_text(encoding="utf-8").startswith("# Bindings")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("sha256:", "digest:", "sha256 is missing"),
        ("state: found", "state: perhaps", "not a file of bindings"),
        ("label:", "heading:", "not a file of bindings"),
        ("items:", "items: [", "not a file of bindings"),
    ],
)
def test_a_sidecar_that_says_it_wrongly_is_refused(
    city: Engine, tmp_path: Path, old: str, new: str, told: str
) -> None:
    path = tmp_path / "bindings.yaml"
    sidecar.write(sidecar.bindings_of(compiled(city, made.SHOPS, tmp_path)), path)
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")

    with pytest.raises(SidecarUnreadable, match=told):
        sidecar.read(path)


def test_the_same_layout_is_read_the_same_twice(city: Engine, tmp_path: Path) -> None:
    first, second = (compiled(city, made.HOUSEHOLD, tmp_path).to_document() for _ in range(2))

    assert first | {"sha256": ""} == second | {"sha256": ""}


def test_an_old_workbook_is_refused_with_what_to_do(tmp_path: Path, real_data: Path) -> None:
    old = next(real_data.rglob("*.xls"))

    with pytest.raises(WorkbookRefused, match=r"old workbook.*save it as \.xlsx"):
        sheets(old, DAY)


@pytest.mark.full
def test_a_list_of_codes_is_no_form_and_asks_nothing(city: Engine, real_data: Path) -> None:
    found = compile_workbook(city, real_data / "gbt4754_industry" / "GBT4754-2017.xlsx", NOON)

    assert not [item for item in found.items if item.source is not None]


@pytest.mark.parametrize(
    ("name", "told"),
    [("text", "is no workbook"), ("zip", "is no .xlsx workbook"), ("macros", "holds macros"),
     ("cut", "is no workbook"), ("bomb", "too large"), ("far", "far"), ("empty", "holds no cell")],
)  # fmt: skip
def test_what_is_no_form_is_refused_in_one_line(tmp_path: Path, name: str, told: str) -> None:
    path = tmp_path / "form.xlsx"
    drawn = made.draw(made.SHOPS, tmp_path).path
    shutil.copy(drawn, path)
    if name == "text":
        path.write_text("姓名,电话", encoding="utf-8")
    elif name == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.txt", "a")
    elif name == "cut":
        path.write_bytes(path.read_bytes()[:400])
    elif name in ("macros", "bomb"):
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            part = "xl/vbaProject.bin" if name == "macros" else "xl/media/x.bin"
            archive.writestr(part, b"" if name == "macros" else bytes(70_000_000))
    else:
        book = Workbook() if name == "empty" else load_workbook(path)
        if name == "far":
            book.worksheets[0]["XFD1048576"] = "x"
        book.save(path)

    with pytest.raises(WorkbookRefused, match=told) as refused:
        sheets(path, DAY)

    assert "\n" not in str(refused.value)


def test_hidden_sheets_are_no_forms(tmp_path: Path) -> None:
    path = made.draw(made.SHOPS, tmp_path).path
    book = load_workbook(path)
    book.create_sheet("_选项")["A1"] = "甲"
    book["_选项"].sheet_state = "hidden"
    book.save(path)

    assert [sheet.name for sheet in sheets(path, DAY)] == ["Sheet1"]


def test_the_issuer_may_say_what_a_form_is_about(city: Engine, tmp_path: Path) -> None:
    path = made.draw(replace(made.SHOPS, name="about"), tmp_path).path

    assert compile_workbook(city, path, NOON).about == "enterprise"
    assert compile_workbook(city, path, NOON, about="person").about == "person"
