"""A returned workbook is taken whole or not at all, from its own department, and leaves no value behind."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import Workbook, load_workbook
from sqlalchemy import select, text

from catalog.rectification import overlay
from catalog.rectification.errors import ReturnRefused
from catalog.store import reading
from catalog.store.schema import metadata
from catalog.store.tables.evidence import evidence_entries
from tests.flow.rectification.bureau import (
    HEALTH,
    ODD,
    POLICE,
    ROWS_SHEET,
    Bureau,
    edit,
    fill,
    lines,
    person,
    ybz_json,
)
from tests.forged import turned
from ybz import ybz


def refused(bureau: Bureau, path: Path, says: str) -> None:
    """The return is refused, and nothing of it was taken."""
    before = bureau.cases()
    with pytest.raises(ReturnRefused, match=says) as refusal:
        bureau.take_back(path)
    assert not any(value in str(refusal.value) for value in ODD)
    assert bureau.cases() == before
    with reading(bureau.engine) as connection:
        assert overlay.version(connection, "civil.people") == ""


@pytest.fixture
def sent(bureau: Bureau) -> Path:
    bureau.deliver(lines(ward3="中关奇巷", ward5="=1+2", name6="", name8="居民甲乙丙", born8="八零年"))
    bureau.build()
    return bureau.send("q_ward_allowed")


# heading, what is written under it in row 2 -> what the refusal says
TAMPERED: list[tuple[str, Any, str]] = [
    (
        "身份证号（id_card）",
        person(77),
        "row 2, column 身份证号（id_card）: it tells the row and was changed",
    ),
    ("姓名（name）", "某某", "row 2, column 姓名（name）: it tells the row and was changed"),
    ("行号", "99", "row 2: its file or line was changed"),
    ("来源文件", "other.csv", "row 2: its file or line was changed"),
    ("_row", "0" * 24, "row 2: the row was not sent for cas_"),
    ("_row", None, "row 2: the row was not sent for cas_"),
    ("辖区（ward）", "=HYPERLINK(1)", "row 2, column 辖区（ward）: a formula is not taken"),
    ("辖区（ward）", 99010119500101123, "row 2, column 辖区（ward）: it is a number so long"),
    ("身份证号（id_card）", "=A1", "row 2, column 身份证号（id_card）: a formula is not taken"),
]


def test_a_tampered_cell_is_refused_with_its_sheet_and_row(
    bureau: Bureau, sent: Path, tmp_path: Path
) -> None:
    for heading, value, says in TAMPERED:
        path = tmp_path / "tampered.xlsx"
        shutil.copy(sent, path)
        book = load_workbook(path)
        headings = [cell.value for cell in book[ROWS_SHEET][1]]
        book[ROWS_SHEET].cell(2, headings.index(heading) + 1).value = value
        book.save(path)

        refused(bureau, path, re.escape(f"sheet {ROWS_SHEET}, {says}"))


def test_a_row_added_or_copied_is_refused(bureau: Bureau, sent: Path) -> None:
    def copy(sheet: Any, place: dict[str, int]) -> None:
        sheet.append([cell.value for cell in sheet[2]])

    edit(sent, copy)

    refused(bureau, sent, r"row 4: the row stands in row 2 already")


def test_one_wrong_line_and_nothing_of_the_file_is_taken(bureau: Bureau, sent: Path) -> None:
    fill(sent, "辖区（ward）", {"中关奇巷": "西关"})
    edit(sent, lambda sheet, place: setattr(sheet.cell(3, place["行号"]), "value", "1"))

    refused(bureau, sent, r"row 3: its file or line was changed")


def test_a_workbook_of_another_case_or_sending_is_refused(bureau: Bureau, sent: Path) -> None:
    other = bureau.cases()["cast:date"].id

    def claim(label: str, value: str) -> None:
        book = load_workbook(sent)
        for row in book["说明"].iter_rows():
            if row[0].value == label:
                row[1].value = value
        book.save(sent)

    claim("案件编号", other)
    refused(bureau, sent, f"it was not sent for {other}")
    claim("案件编号", bureau.cases()["q_ward_allowed"].id)
    claim("发送编号", "snd_" + "0" * 24)
    refused(bureau, sent, "it was not sent for cas_")


def test_rows_of_another_sending_do_not_pass_as_rows_of_this_one(bureau: Bureau, sent: Path) -> None:
    dates = bureau.send("cast:date")
    stolen = load_workbook(dates)[ROWS_SHEET].cell(2, 1).value

    edit(sent, lambda sheet, place: setattr(sheet.cell(2, place["_row"]), "value", stolen))

    refused(bureau, sent, r"row 2: the row was not sent for cas_")


def test_another_department_neither_gets_nor_returns_a_workbook(
    bureau: Bureau, sent: Path, tmp_path: Path
) -> None:
    case_id = bureau.cases()["q_ward_allowed"].id
    out = tmp_path / "stolen.xlsx"
    for words in (
        ["rectify", "export", case_id, "--out", str(out), "--department", HEALTH.code],
        ["rectify", "return", str(sent), "--department", HEALTH.code],
    ):
        done = CliRunner().invoke(ybz, words)
        assert done.exit_code == 1
        assert f"belongs to {POLICE.name}" in str(done.exception)
    assert not out.exists()
    assert ybz_json("rectify", "list", "--department", HEALTH.code) == []


def test_what_is_no_workbook_of_ours_is_refused_in_one_line(
    bureau: Bureau, sent: Path, tmp_path: Path
) -> None:
    text_file = tmp_path / "a.xlsx"
    text_file.write_text("_row,ward\n1,中关奇巷\n", encoding="utf-8")
    refused(bureau, text_file, "a.xlsx")
    foreign = tmp_path / "b.xlsx"
    Workbook().save(foreign)
    refused(bureau, foreign, "b.xlsx: it has no sheet 说明")
    edit(sent, lambda sheet, place: sheet.delete_cols(place["行号"]))
    refused(bureau, sent, "the column 行号 is missing or there twice")
    cut = tmp_path / "c.xlsx"
    cut.write_bytes(sent.read_bytes()[:900])
    refused(bureau, cut, "c.xlsx")


def test_no_value_reaches_the_store_or_the_evidence(bureau: Bureau, sent: Path) -> None:
    fill(sent, "辖区（ward）", {"中关奇巷": "西关"})
    bureau.take_back(sent)
    bureau.send("cast:date")
    odd = (*ODD, person(3), person(5), person(8))

    with reading(bureau.engine) as connection:
        bodies = connection.execute(select(evidence_entries.c.body)).scalars().all()
        kept = [
            str(tuple(row))
            for table in metadata.sorted_tables
            for row in connection.execute(text(f"SELECT * FROM {table.name}")).all()
        ]
    assert any("rectification" in row for row in kept)
    assert not [value for value in odd for row in (*bodies, *kept) if value in row]


def test_what_lies_in_the_lake_is_for_its_owner_alone_and_a_changed_file_is_noticed(
    bureau: Bureau, sent: Path
) -> None:
    kept = sorted((bureau.home.lake / "rectified").rglob("*.parquet"))
    assert kept
    assert {path.stat().st_mode & 0o077 for path in kept} == {0}
    turned(kept[0])

    done = CliRunner().invoke(ybz, ["rectify", "return", str(sent)])

    assert done.exit_code == 1
    assert "is not what was kept" in str(done.exception)
