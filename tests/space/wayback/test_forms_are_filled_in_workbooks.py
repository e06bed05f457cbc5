"""Filling in Excel: a workbook takes back what was changed, all or nothing, and no file does harm."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from space.wayback.forms import workbook_reading
from space.wayback.forms.workbook_reading import SheetFaulty, SheetUnreadable, submit_workbook
from space.wayback.forms.workbooks import write_workbook
from tests.space.wayback.conftest import LOOK
from tests.space.wayback.visiting import SHEET, street

__all__ = ["street"]


def test_a_workbook_takes_back_only_what_was_changed(street: Any, tmp_path: Path) -> None:
    path = tmp_path / "visit.xlsx"
    made = write_workbook(street.home, street.engine, SHEET, path, street.later(), LOOK)
    assert (made.sheets, made.prefilled, made.computed, made.blank) == (2, 6, 2, 6)
    book = load_workbook(path)
    page = book["填报"]
    places = {cell.value: cell.column for cell in page[2]}
    assert street.person(1) not in {cell.value for row in page.iter_rows() for cell in row}
    row = next(r for r in (3, 4) if page.cell(r, places["full_name"]).value == "居民1")
    page.cell(row, places["residents"]).value = 3
    page.cell(row, places["phone"]).value = "13700000001"
    page.cell(row, places["_reason"]).value = "本人来电"
    book.save(path)

    done = submit_workbook(street.home, street.engine, path, by="王五", now=street.later())

    assert sorted((one.kept, one.corrected, one.added) for one in done) == [(2, 1, 1), (3, 0, 0)]


def test_a_faulty_workbook_comes_back_with_its_cells_marked(street: Any, tmp_path: Path) -> None:
    path, copy = tmp_path / "visit.xlsx", tmp_path / "marked.xlsx"
    write_workbook(street.home, street.engine, SHEET, path, street.later(), LOOK)
    book = load_workbook(path)
    page = book["填报"]
    places = {cell.value: cell.column_letter for cell in page[2]}
    page[f"{places['residents']}3"] = 99
    page[f"{places['carers']}4"] = "=1+1"
    page[f"{places['age']}4"] = "50"
    page["A5"] = "nobody"
    book.save(path)

    with pytest.raises(SheetFaulty) as faulty:
        submit_workbook(street.home, street.engine, path, by="王五", now=street.later(), copy=copy)
    page[f"{places['carers']}4"], page[f"{places['age']}4"], page["A5"] = None, "76", None
    book.save(path)
    with pytest.raises(SheetFaulty) as second:
        submit_workbook(street.home, street.engine, path, by="王五", now=street.later(), copy=copy)

    assert [fault.cell for fault in faulty.value.faults] == [
        f"{places['age']}4",
        f"{places['carers']}4",
        "A5",
    ]
    assert [fault.cell for fault in second.value.faults] == [f"{places['residents']}3"]
    marked = load_workbook(copy)["填报"][f"{places['residents']}3"]
    assert marked.fill.fgColor.rgb == "FFFFC7CE"
    assert marked.comment is not None
    with pytest.raises(SheetUnreadable):
        submit_workbook(street.home, street.engine, Path(__file__), by="王五", now=street.later())


def harmed(path: Path, old: bytes, new: bytes) -> None:
    """Put something else into the filled sheet of a workbook, as Excel would never write it."""
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    assert old in parts[sheet]
    parts[sheet] = parts[sheet].replace(old, new, 1)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            b"</sheetData>",
            b'</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>',
            "reaches over more than",
        ),
        (b"</sheetData>", b"</sheetDatum>", "is no .xlsx workbook"),
    ],
)
def test_a_workbook_that_would_fill_the_memory_or_is_damaged_is_refused_in_one_line(
    street: Any, tmp_path: Path, old: bytes, new: bytes, told: str
) -> None:
    path = tmp_path / "visit.xlsx"
    write_workbook(street.home, street.engine, SHEET, path, street.later(), LOOK)
    harmed(path, old, new)
    with pytest.raises(SheetUnreadable, match=told) as refused:
        submit_workbook(street.home, street.engine, path, by="王五", now=street.later())
    assert "\n" not in str(refused.value)


def test_a_cell_far_off_is_a_row_too_many_and_no_sheet_full_of_cells(street: Any, tmp_path: Path) -> None:
    path = tmp_path / "visit.xlsx"
    write_workbook(street.home, street.engine, SHEET, path, street.later(), LOOK)
    harmed(
        path,
        b"</sheetData>",
        b'<row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row></sheetData>',
    )
    with pytest.raises(SheetFaulty, match="more rows than a workbook may have"):
        submit_workbook(street.home, street.engine, path, by="王五", now=street.later())


def test_the_cells_a_workbook_may_have_are_counted_over_all_its_sheets(
    street: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "visit.xlsx"
    write_workbook(street.home, street.engine, SHEET, path, street.later(), LOOK)
    monkeypatch.setattr(workbook_reading, "BOUNDS", replace(workbook_reading.BOUNDS, cells=40))
    with pytest.raises(SheetUnreadable, match="reaches over more than 40 cells"):
        submit_workbook(street.home, street.engine, path, by="王五", now=street.later())
