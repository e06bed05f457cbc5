"""Sheets as people really leave them: sorted, copied, merged, with columns renamed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from catalog.workbook.faults import WorkbookFaulty
from catalog.workbook.reading import read
from catalog.workbook.writing import write
from contracts import model as m

FIELDS = "信息项"
CONTRACT = m.Contract(
    "c", "登记", "s", "t", m.Party("某局"),
    (
        m.Field("one", "甲", extra={"encryptedName": "first"}),
        m.Field("two", "乙", minimum="1.0", extra={"encryptedName": "second"}),
        m.Field("three", "丙", description="长" * 40_000),
    ),
)  # fmt: skip


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "t.xlsx"
    path.write_bytes(write([(CONTRACT, "t.yaml")]))
    return path


def edited(path: Path, edit: Callable[[Any], None], sheet: str = FIELDS) -> m.Contract:
    opened = load_workbook(path)
    edit(opened[sheet])
    opened.save(path)
    return read(path)[0].contract


def said(path: Path, edit: Callable[[Any], None], sheet: str = FIELDS) -> str:
    with pytest.raises(WorkbookFaulty) as caught:
        edited(path, edit, sheet)
    return str(caught.value)


def place(page: Any, heading: str) -> int:
    return next(cell.column for cell in page[1] if cell.value == heading)


def values(page: Any, line: int, without_key: bool = False) -> list[Any]:
    found = [cell.value for cell in page[line]]
    return found[:-1] if without_key else found


def put(page: Any, line: int, row: list[Any]) -> None:
    for column, value in enumerate(row, 1):
        page.cell(line, column).value = value


def test_a_bound_written_as_text_keeps_its_spelling(book: Path) -> None:
    assert read(book)[0].contract == CONTRACT


def test_a_sort_takes_the_hidden_key_along(book: Path) -> None:
    page = load_workbook(book)[FIELDS]
    assert page.auto_filter.ref == f"A1:{page.cell(1, page.max_column).coordinate}"


def test_rows_sorted_without_their_hidden_keys_are_known_by_name(book: Path) -> None:
    def sort(page: Any) -> None:
        rows = [values(page, line, without_key=True) for line in (2, 3, 4)]
        for line, row in zip((2, 3, 4), reversed(rows), strict=True):
            put(page, line, row)

    found = edited(book, sort)
    assert found.fields == tuple(reversed(CONTRACT.fields))
    assert [field.extra for field in found.fields] == [
        {},
        {"encryptedName": "second"},
        {"encryptedName": "first"},
    ]


def test_a_copy_above_the_original_takes_nothing_from_it(book: Path) -> None:
    def copy(page: Any) -> None:
        page.insert_rows(2)
        put(page, 2, values(page, 3))
        page.cell(2, place(page, "英文名")).value = "copy"

    found = edited(book, copy)
    assert [field.name for field in found.fields] == ["copy", "one", "two", "three"]
    assert found.fields[1:] == CONTRACT.fields
    assert found.field("one").extra == {"encryptedName": "first"}


def test_an_item_that_is_there_twice_is_refused(book: Path) -> None:
    assert "one" in said(book, lambda page: put(page, 5, values(page, 2)))


def test_a_dataset_has_one_row_of_how_it_is_loaded(book: Path) -> None:
    line = said(book, lambda page: put(page, 3, values(page, 2)), "加载与漂移")
    assert line == "加载与漂移!A3: s.t is there twice — remove one"


def test_merged_cells_are_refused(book: Path) -> None:
    assert "信息项!B2:B3: cells are merged" in said(book, lambda page: page.merge_cells("B2:B3"))


def test_a_heading_that_was_changed_or_doubled_is_refused(book: Path) -> None:
    column = place(load_workbook(book)[FIELDS], "英文名")
    changed = said(book, lambda page: setattr(page.cell(1, column), "value", "字段名*"))
    assert "is no heading of this sheet" in changed
    doubled = said(book, lambda page: setattr(page.cell(1, column), "value", "信息项名称"))
    assert "the heading 信息项名称 is there twice" in doubled


def test_a_long_number_that_a_cell_has_rounded_is_refused(book: Path) -> None:
    def number(page: Any) -> None:
        page.cell(2, place(page, "说明")).value = 110105194912310020

    assert "more than 15 digits" in said(book, number)


def test_a_text_longer_than_a_cell_comes_back_beside_edits(book: Path) -> None:
    found = edited(book, lambda page: setattr(page.cell(4, place(page, "信息项名称")), "value", "丁"))
    assert found.field("three") == replace(CONTRACT.field("three"), business_name="丁")
