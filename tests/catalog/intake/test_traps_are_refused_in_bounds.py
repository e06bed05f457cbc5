"""Files and paths made to take a builder down: each is one clear line, soon and in little memory."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font

from catalog.intake.errors import IntakeError
from catalog.intake.landing.landing import land
from contracts.model import Contract, Field, Party, Source, SourceFormat

CONTRACT = Contract(
    id="people",
    title="人员",
    schema="civil",
    table="people",
    department=Party("d"),
    fields=(Field("code", business_name="编号"), Field("name", business_name="姓名")),
)
TOO_LONG = 80 * 1024 * 1024


def book_with(path: Path, *, filled: bool) -> None:
    book = openpyxl.Workbook()
    sheet = book.create_sheet("表", 0)
    for row in (["编号", "姓名"], [1, "甲"]):
        sheet.append(row)
    cell = sheet.cell(1_048_576, 16_384)
    if filled:
        cell.value = 1
    else:
        cell.font = Font(bold=True)
    book.save(path)


def far_cell(path: Path) -> None:
    book_with(path, filled=True)


def far_format(path: Path) -> None:
    book_with(path, filled=False)


def endless_record(path: Path) -> None:
    path.write_bytes('{"编号":"'.encode() + b"x" * TOO_LONG)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def loop(path: Path) -> None:
    path.symlink_to(path)


EXCEL, CSV, JSONL = SourceFormat.EXCEL, SourceFormat.CSV, SourceFormat.JSONL
TRAPS: dict[str, tuple[str, SourceFormat, Callable[[Path], None], str]] = {
    "a cell at the far end of a sheet": ("a.xlsx", EXCEL, far_cell, "reaches to row 1048576, column 16384"),
    "a record without an end": ("a.jsonl", JSONL, endless_record, "line 1 is too long for a record"),
    "a pipe": ("a.csv", CSV, pipe, "no such file"),
    "a link to itself": ("a.csv", CSV, loop, "no such file"),
    "a pattern that is none": ("**a/*.csv", CSV, lambda _: None, "cannot be searched for"),
    "a name too long": ("n" * 5000, CSV, lambda _: None, "cannot be searched for"),
}


def contract_of(name: str, form: SourceFormat) -> Contract:
    heading = 0 if form is JSONL else 1
    return replace(CONTRACT, sources=(Source("one", form, name, header_row=heading),))


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_is_refused_in_one_line(trap: str, tmp_path: Path) -> None:
    name, form, make, told = TRAPS[trap]
    make(tmp_path / name)
    with pytest.raises(IntakeError, match=told) as caught:
        land(contract_of(name, form), tmp_path)
    assert "\n" not in str(caught.value)


def test_a_format_at_the_far_end_of_a_sheet_is_no_trap(tmp_path: Path) -> None:
    far_format(tmp_path / "a.xlsx")
    assert land(contract_of("a.xlsx", EXCEL), tmp_path).counts.landed == 1


def test_a_file_that_changes_while_it_is_read_is_not_landed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("编号,姓名\n1,甲\n", encoding="utf-8")

    def written_to(_: Path) -> str:
        path.write_text("编号,姓名\n1,甲\n2,乙\n", encoding="utf-8")
        return "0" * 64

    with pytest.raises(IntakeError, match="changed while it was read"):
        land(contract_of("a.csv", CSV), tmp_path, digest=written_to)
