"""A ledger written to Excel and read back: differences only, faults at their cells."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from catalog.store import reading
from space.wayback.grassroots import workbook_rows
from space.wayback.grassroots.keeping import change
from space.wayback.grassroots.returning import Returned, take_back
from space.wayback.grassroots.workbook import SHEET, export
from space.wayback.grassroots.workbook_rows import WorkbookUnreadable
from tests.space.wayback.conftest import Town, identity
from tests.space.wayback.ledger_town import BORN, NAME, PHONE, acting, all_of, move, person, prepare

ITEMS = (NAME, PHONE, BORN, "living_alone", "visited_on")
# Column of the masked identifier.
IDENTIFIER = "C"  # then D the household, E name, F phone, G birth, H alone, I visited, J reason


@pytest.fixture
def street(settle: Any, tmp_path: Path) -> Iterator[Town]:
    town = settle("ledger", prepare, tmp_path / "var")
    yield town
    town.engine.dispose()


@pytest.fixture
def file(street: Town, tmp_path: Path) -> Path:
    path = tmp_path / "台账.xlsx"
    with reading(street.engine) as connection:
        assert export(connection, "street", path, now=street.now, items=ITEMS) == 3
    return path


def fill(path: Path, **cells: Any) -> None:
    """Type into cells, e.g. ``H4="是"``."""
    book = load_workbook(path)
    for place, value in cells.items():
        book[SHEET][place] = value
    book.save(path)


def back(town: Town, path: Path, report: Path | None = None) -> Returned:
    return take_back(town.home, town.engine, path, acting(town), report=report)


def test_a_workbook_shows_the_values_masks_who_they_are_about_and_is_private(file: Path) -> None:
    sheet = load_workbook(file)[SHEET]

    assert file.stat().st_mode & 0o777 == 0o600
    assert [cell.value for cell in sheet[2]][4:8] == ["姓名", "联系电话", "出生日期", "是否独居"]
    assert [cell.value for cell in sheet[3]][4:8] == ["公安局", "公安局", "公安局", "本级填报"]
    shown = [sheet[f"{IDENTIFIER}{row}"].value for row in (4, 5, 6)]
    assert shown == [identity(n)[:6] + "********" + identity(n)[-4:] for n in (1, 2, 3)]


def test_a_workbook_nobody_touched_has_no_difference(street: Town, file: Path) -> None:
    before = all_of(street)

    done = back(street, file)

    assert (done.rows, done.same, done.changed, done.added, done.faults) == (3, 3, 0, 0, ())
    assert all_of(street) == before


def test_only_what_differs_is_taken(street: Town, file: Path) -> None:
    fill(file, H4="是", I4="2026-09-20", F5="13800000000", J5="本人告知")

    done = back(street, file)

    assert (done.same, done.changed, done.challenged, done.faults) == (1, 1, 1, ())
    first, second = person(street, 1), person(street, 2)
    assert (first.cells["living_alone"].value, first.cells["visited_on"].value) == ("是", "2026-09-20")
    assert first.cells["living_alone"].source == "excel"
    assert (second.cells[PHONE].disputed, second.cells[PHONE].value) == (True, "13900000002")


def test_the_same_workbook_read_again_changes_nothing(street: Town, file: Path) -> None:
    fill(file, H4="是", F5="13800000000", J5="本人告知", C7=identity(77), H7="否")
    first = back(street, file)
    before = all_of(street)

    again = back(street, file)

    assert (first.changed, first.challenged, first.added) == (1, 1, 1)
    assert (again.same, again.changed, again.challenged, again.added, again.faults) == (4, 0, 0, 0, ())
    assert all_of(street) == before


def test_faults_are_told_at_their_cells_and_right_rows_are_taken(
    street: Town, file: Path, tmp_path: Path
) -> None:
    fill(file, H4="也许", F5="13800000000", I6="2026-09-20", C7="12345")

    done = back(street, file, tmp_path / "faults.xlsx")

    told = {(fault.cell, fault.code) for fault in done.faults}
    assert told == {
        ("H4", "grassroots.item.value"), ("J5", "correction.reason"), ("C7", "grassroots.identifier"),
    }  # fmt: skip
    assert done.changed == 1
    assert person(street, 3).cells["visited_on"].value == "2026-09-20"
    sheet = load_workbook(tmp_path / "faults.xlsx")[SHEET]
    assert "grassroots.item.value" in sheet["H4"].comment.text
    assert not any(text in str(done.faults) for text in ("也许", "13800000000", "12345"))


def test_a_departments_value_that_moved_on_is_no_correction(street: Town, file: Path) -> None:
    move(street, r2={"phone": "13711111111"})

    done = back(street, file)

    assert {(fault.cell, fault.code) for fault in done.faults} == {("F5", "grassroots.workbook.overtaken")}
    assert not person(street, 2).cells[PHONE].disputed


def test_a_formula_is_text_when_it_comes_and_when_it_goes(street: Town, tmp_path: Path) -> None:
    change(street.home, street.engine, acting(street), person(street, 1).id, {"contact": "=1+1"})
    path = tmp_path / "公式.xlsx"
    with reading(street.engine) as connection:
        export(connection, "street", path, now=street.now, items=("contact",))

    cell = load_workbook(path)[SHEET]["E4"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    assert back(street, path).same == 3


def test_one_cell_far_off_does_not_make_a_workbook_larger(street: Town, file: Path) -> None:
    fill(file, XFD1048576="x")
    assert back(street, file).rows == 3


def test_a_range_merged_over_the_whole_sheet_is_refused_before_it_is_filled(street: Town, file: Path) -> None:
    whole = file.with_name("merged.xlsx")
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(whole, "w") as new:
        for name in old.namelist():
            merged = b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
            new.writestr(name, old.read(name).replace(b"</sheetData>", merged))
    with pytest.raises(WorkbookUnreadable, match="reaches over more"):
        back(street, whole)


def test_a_workbook_of_more_cells_or_bytes_than_a_ledger_has_is_not_opened(
    street: Town, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook_rows, "BOUNDS", replace(workbook_rows.BOUNDS, cells=10))
    with pytest.raises(WorkbookUnreadable, match="more than 10 cells"):
        back(street, file)
    monkeypatch.setattr(workbook_rows, "BOUNDS", replace(workbook_rows.BOUNDS, unpacked=1000))
    with pytest.raises(WorkbookUnreadable, match="unpacks to more"):
        back(street, file)


def test_what_is_no_workbook_of_a_ledger_is_refused(street: Town, file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.xlsx"
    other.write_bytes(b"PK no workbook")
    with pytest.raises(WorkbookUnreadable):
        back(street, other)
    fill(file, H1="shoe_size")
    with pytest.raises(WorkbookUnreadable):
        back(street, file)
