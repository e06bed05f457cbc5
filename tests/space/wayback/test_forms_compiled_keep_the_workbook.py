"""What filling leaves as it was in an issuer's workbook, and how tables grow in it."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Border, Font, PatternFill, Side
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table

from contracts.elements import elements
from contracts.model import Field, FieldType
from space.wayback.forms.compiling.cellwise import Spelling, chosen, spelling, ticked
from space.wayback.forms.compiling.errors import WorkbookRefused
from space.wayback.forms.compiling.growing import Moved, grown
from space.wayback.forms.compiling.package import packed, parts_of
from space.wayback.forms.compiling.patching import Formula, Template
from space.wayback.forms.compiling.words import words

RISKY = ("=1+1", "+86 571", "-5", "@cmd", "\tx", '=HYPERLINK("http://x")')


@pytest.fixture
def issued(tmp_path: Path) -> Path:
    """A workbook with two sheets, a table with a sum, a comment, a rule, a list, names and a print area."""
    book = Workbook()
    page, other = book.worksheets[0], book.create_sheet("附表")
    page.title = "表 一"
    for row in (
        ["街道", "人数"],
        ["甲", None],
        ["乙", None],
        ["合计", "=SUM(B2:B3)"],
        [None, "='表 一'!B4*2"],
    ):
        page.append(row)
    for line in page["A1:B4"]:
        for cell in line:
            cell.border, cell.font = Border(*[Side(style="thin")] * 4), Font(name="宋体", size=11)
    page.merge_cells("A6:B6")
    page["A6"] = "注：B2 起填写"
    page["B4"].comment = Comment("合计", "issuer")
    page.conditional_formatting.add(
        "B2:B3", CellIsRule("lessThan", ["0"], fill=PatternFill("solid", "FF0000"))
    )
    rule = DataValidation(type="list", formula1='"1,2"')
    rule.add("B2:B3")
    page.add_data_validation(rule)
    page.print_area = "A1:B6"
    book.defined_names["total"] = DefinedName("total", attr_text="'表 一'!$B$4")
    other["A1"], other["A2"], other["A3"] = "='表 一'!B4", "=SUM('表 一'!B2:B3)", '="B4"&B4'
    path = tmp_path / "issued.xlsx"
    book.save(path)
    return path


def opened(content: bytes) -> Workbook:
    return load_workbook(io.BytesIO(content))


def test_only_the_cells_that_are_written_change(issued: Path) -> None:
    parts = parts_of(issued)
    content = Template(parts, {"表 一": ("B2", "B3")}).filled({("表 一", "B2"): 7}, ("_mark", "m/1"))

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        after = {name: archive.read(name) for name in archive.namelist()}
    touched = {name for name in parts if after[name] != parts[name]}
    assert touched == {"xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml"}
    before, sheet = (x["xl/worksheets/sheet1.xml"].decode() for x in (parts, after))
    assert sheet.replace("<v>7</v></c>", "") != before
    assert len(sheet) - len(before) < 40
    assert opened(content).defined_names["_mark"].attr_text == '"m/1"'


@pytest.mark.parametrize("text", RISKY)
def test_a_risky_text_is_a_quoted_text_in_the_cells_own_style(issued: Path, text: str) -> None:
    content = Template(parts_of(issued), {"表 一": ("B2",)}).filled({("表 一", "B2"): text})

    cell = opened(content)["表 一"]["B2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)
    assert (cell.font.name, cell.border.left.style) == ("宋体", "thin")


@settings(max_examples=20, deadline=None)
@given(text=st.text(st.characters(blacklist_categories=("Cs",)), max_size=40))
def test_no_text_is_ever_a_formula_and_every_text_comes_back(text: str) -> None:
    book = Workbook()
    book.worksheets[0]["A1"] = "x"
    out = io.BytesIO()
    book.save(out)
    parts = {n: zipfile.ZipFile(out).read(n) for n in zipfile.ZipFile(out).namelist()}

    cell = opened(Template(parts, {"Sheet": ("C7",)}).filled({("Sheet", "C7"): text}))["Sheet"]["C7"]

    assert cell.data_type != "f"
    kept = "".join(c if c >= " " or c in "\t\n\r" else "\ufffd" for c in text)
    kept = kept.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
    assert (cell.value or "").replace("\r\n", "\n").replace("\r", "\n") == kept.replace("\r\n", "\n").replace(
        "\r", "\n"
    )


def test_numbers_days_and_our_own_formulas_are_what_they_are(issued: Path) -> None:
    values = {
        ("表 一", "B2"): Decimal("1.5"), ("表 一", "B3"): date(2026, 9, 23), ("表 一", "A2"): None,
        ("表 一", "D9"): Formula("=SUM(B2:B3)"),
    }  # fmt: skip

    page = opened(Template(parts_of(issued), {"表 一": ("A2", "B2", "B3", "D9")}).filled(values))["表 一"]

    assert (page["B2"].value, page["B3"].value, page["D9"].value) == (1.5, 46288, "=SUM(B2:B3)")
    assert page["A2"].value is None
    assert page["B4"].value == "=SUM(B2:B3)"


def test_a_table_grows_and_all_that_names_cells_grows_with_it(issued: Path) -> None:
    parts = grown(parts_of(issued), "表 一", 3, 4, "issued.xlsx")

    book = opened(packed(parts))
    page, other = book["表 一"], book["附表"]
    assert [page[f"A{row}"].value for row in (3, 4, 7, 8)] == ["乙", None, None, "合计"]
    assert (page["B8"].value, page["B9"].value) == ("=SUM(B2:B7)", "='表 一'!B8*2")
    assert (other["A1"].value, other["A2"].value, other["A3"].value) == (
        "='表 一'!B8", "=SUM('表 一'!B2:B7)", '="B4"&B4',
    )  # fmt: skip
    assert [str(area) for area in page.merged_cells.ranges] == ["A10:B10"]
    assert page.print_area == "'表 一'!$A$1:$B$10"
    assert book.defined_names["total"].attr_text == "'表 一'!$B$8"
    assert page["B8"].comment.text == "合计"
    assert str(page.data_validations.dataValidation[0].sqref) == "B2:B7"
    assert [str(each.sqref) for each in page.conditional_formatting] == ["B2:B7"]
    assert page["B7"].border.left.style == "thin"
    assert page["A10"].value == "注：B2 起填写"


def test_a_formula_in_the_last_row_is_copied_for_its_own_row(tmp_path: Path) -> None:
    book = Workbook()
    page = book.worksheets[0]
    for row in (["数", "倍", "比"], [1, "=A2*2", "=A2/$A$2"], [2, "=A3*2", "=A3/$A$2"]):
        page.append(row)
    path = tmp_path / "copied.xlsx"
    book.save(path)

    made = opened(packed(grown(parts_of(path), "Sheet", 3, 2, "copied.xlsx")))["Sheet"]

    assert [made[cell].value for cell in ("A4", "B4", "C5")] == [None, "=A4*2", "=A5/$A$2"]


def test_an_excel_table_is_refused_to_grow(tmp_path: Path) -> None:
    book = Workbook()
    book.worksheets[0].append(["a", "b"])
    book.worksheets[0].append([1, 2])
    book.worksheets[0].add_table(Table(displayName="t", ref="A1:B2"))
    path = tmp_path / "table.xlsx"
    book.save(path)

    with pytest.raises(WorkbookRefused, match="Excel table"):
        grown(parts_of(path), "Sheet", 2, 1, "table.xlsx")


def test_cells_and_formulas_know_where_they_moved() -> None:
    moved = Moved.of("甲", [("甲", 5, 2), ("甲", 20, 3), ("乙", 1, 9)])

    assert [moved.cell(cell) for cell in ("A5", "A6", "A21")] == ["A5", "A8", "A26"]
    assert moved.formula("=SUM(B2:B5)+B6+乙!B9") == "=SUM(B2:B7)+B8+乙!B9"


def test_codes_units_and_days_are_spelt_both_ways() -> None:
    said = words(date(2026, 9, 23))
    sex = spelling(None, elements()["sex"], "", dated=False, words=said)
    capital = Field("capital", "注册资本（万元）", type=FieldType.NUMBER, scale=2)
    money = spelling(capital, elements()["registered_capital"], "元", dated=False, words=said)
    born = spelling(None, elements()["birth_date"], "", dated=True, words=said)

    assert (sex.shown("1"), sex.given("女"), sex.given("其他")) == ("男性", "2", "其他")
    assert (money.shown("1.5"), money.given("15,000")) == (15000, "1.5")
    assert (born.shown("1950-01-02"), born.given("1950年1月2日"), born.given("1950.1")) == (
        date(1950, 1, 2), "1950-01-02", "1950-01",
    )  # fmt: skip
    assert Spelling(number=True).shown("many") == "many"


def test_a_box_is_ticked_and_read() -> None:
    options = ("是", "否")

    assert ticked("□是 □否", options, "否") == "□是 ☑否"
    assert ticked("是□ 否□", options, "是") == "是☑ 否□"
    assert ticked("□是 □否", options, "不详") == "□是 □否"
    assert (chosen("☑是 □否", options), chosen("√是 ■否", options), chosen("是", options)) == (
        "是",
        "是、否",
        "",
    )
