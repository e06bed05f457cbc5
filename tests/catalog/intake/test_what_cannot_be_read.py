"""Files that are damaged, locked, empty or bloated: one clear line, never a value, nothing landed."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import msoffcrypto.format.ooxml
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlwt

from catalog.intake.errors import IntakeError, SourceEmpty, SourceMissing, Unreadable
from catalog.intake.landing.landing import land
from contracts.model import (
    Contract,
    Field,
    FieldType,
    Load,
    LoadKind,
    Party,
    Rule,
    RuleKind,
    Source,
    SourceFormat,
)

SECRET = "张三丰"
CONTRACT = Contract(
    id="c",
    title="登记",
    schema="s",
    table="t",
    department=Party("某局"),
    fields=(
        Field(name="number", business_name="编号", type=FieldType.INTEGER, key_position=1),
        Field(name="name", business_name="姓名"),
    ),
)


def workbook(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


GOOD_BOOK = workbook(["编号", "姓名"], *([n, SECRET] for n in range(200)))


def locked() -> bytes:
    out = io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(GOOD_BOOK)).encrypt("open sesame", out)
    return out.getvalue()


def old_workbook() -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("表")
    for place, row in enumerate((["编号", "姓名"], [1, SECRET], [2, "乙"])):
        for column, value in enumerate(row):
            sheet.write(place, column, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(205):
                sheet.write(b"\0" * 1024**2)
    return out.getvalue()


def parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"编号": list(range(5000)), "姓名": [SECRET] * 5000}), out)
    return out.getvalue()


def source(name: str, form: SourceFormat, **layout: object) -> Contract:
    return replace(CONTRACT, sources=(Source("one", form, name, **layout),))  # type: ignore[arg-type]


EXCEL, CSV, JSON, JSONL = SourceFormat.EXCEL, SourceFormat.CSV, SourceFormat.JSON, SourceFormat.JSONL
CASES = {
    "a locked workbook": ("a.xlsx", EXCEL, locked, "locked with a password"),
    "a workbook cut off": ("a.xlsx", EXCEL, lambda: GOOD_BOOK[:-900], "damaged or cut off"),
    "an old workbook cut off": ("a.xls", EXCEL, lambda: old_workbook()[:-700], "damaged or cut off"),
    "a workbook that swells": ("a.xlsx", EXCEL, bomb, "far more than a table"),
    "an empty workbook file": ("a.xlsx", EXCEL, lambda: b"", "the file is empty"),
    "a page for a workbook": ("a.xls", EXCEL, lambda: b"<html><table>", "a web page"),
    "an empty text": ("a.csv", CSV, lambda: b"", "the file is empty"),
    "a text in no encoding": (
        "a.csv",
        CSV,
        lambda: "编号,姓名\n".encode() + b"1,\xff\xff\n" * 20,
        "in no encoding that could be told",
    ),
    "a quote never closed": (
        "a.csv",
        CSV,
        lambda: ('编号,姓名\n1,乙\n2,"' + SECRET * 5_700_000).encode(),
        "cannot be parsed",
    ),
    "a document cut off": (
        "a.json",
        JSON,
        lambda: f'[{{"编号": 1, "姓名": "{SECRET}'.encode(),
        "not valid JSON",
    ),
    "a document with broken characters": (
        "a.json",
        JSON,
        lambda: f'[{{"姓名": "{SECRET}'.encode() + b"\xff" + b'"}]',
        "not valid utf-8",
    ),
    "a trap of brackets": ("a.json", JSON, lambda: b'[{"a":' + b"[" * 200_000, "not valid JSON"),
    "columns cut off": ("a.parquet", SourceFormat.PARQUET, lambda: parquet()[:-200], "damaged or cut off"),
    "no Delta table": ("a.delta", SourceFormat.DELTA, lambda: b"", "no such folder"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_read_says_so_in_one_line(case: str, tmp_path: Path) -> None:
    name, form, content, told = CASES[case]
    (tmp_path / name).write_bytes(content())
    spill = tmp_path / "spill"
    with pytest.raises(IntakeError, match=told) as caught:
        land(source(name, form, header_row=0 if form in (JSON, JSONL) else 1), tmp_path, spill=spill)
    line = str(caught.value)
    assert name in line
    assert "\n" not in line
    assert SECRET not in line
    assert not spill.exists() or not list(spill.iterdir())


def test_a_text_in_another_encoding_than_declared_is_told_what_to_correct(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(("编号,姓名\n" + f"1,{SECRET}\n" * 20).encode("gb18030"))
    with pytest.raises(IntakeError, match=r"do not fit the declared encoding — .* leave `encoding` out"):
        land(source("a.csv", CSV, header_row=1, encoding="utf-8-sig"), tmp_path)


@pytest.mark.parametrize("declared", ["gb18030", "GBK"])
def test_a_delivery_in_big5_does_not_land_as_gb18030(declared: str, tmp_path: Path) -> None:
    text = "編號,姓名\n" + "1,陳怡君\n2,黃國華\n" * 3
    (tmp_path / "a.csv").write_bytes(text.encode("big5"))
    with pytest.raises(IntakeError, match=f"reads as Big5, not {declared}") as caught:
        land(source("a.csv", CSV, header_row=1, encoding=declared), tmp_path)
    assert "陳" not in str(caught.value)


def test_an_old_workbook_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.xls").write_bytes(old_workbook())
    found = land(source("a.xls", EXCEL), tmp_path)
    assert found.table.select(["number", "name"]).to_pylist() == [
        {"number": "1", "name": SECRET},
        {"number": "2", "name": "乙"},
    ]


def test_a_workbook_whose_table_lies_off_the_corner_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for place, value in (("C4", "编号"), ("D4", "姓名"), ("C5", 1), ("D7", "丙")):
        book.active[place] = value
    book.save(tmp_path / "a.xlsx")
    found = land(source("a.xlsx", EXCEL, header_row=4), tmp_path)
    assert found.table.to_pylist() == [
        {"number": "1", "name": None, "_file": "a.xlsx", "_line": 5},
        {"number": None, "name": "丙", "_file": "a.xlsx", "_line": 7},
    ]
    assert (found.counts.preamble, found.counts.header, found.counts.dropped) == (3, 1, {"blank": 1})


NOTHING = {
    "a heading only": ("a.csv", CSV, "编号,姓名\n".encode()),
    "a document that became empty": ("a.json", JSON, b"[]"),
    "lines without a record": ("a.jsonl", JSONL, b"\n\n"),
    "a sheet without rows": ("a.xlsx", EXCEL, workbook(["编号", "姓名"])),
}


@pytest.mark.parametrize("case", NOTHING)
def test_a_source_without_rows_is_refused_unless_the_contract_allows_it(case: str, tmp_path: Path) -> None:
    name, form, content = NOTHING[case]
    (tmp_path / name).write_bytes(content)
    made = source(name, form, header_row=0 if form in (JSON, JSONL) else 1)
    with pytest.raises(SourceEmpty, match="holds no row of data"):
        land(made, tmp_path)
    allowed = replace(made, rules=(Rule("q_rows", RuleKind.ROW_COUNT, args={"minimum": 0}),))
    assert land(allowed, tmp_path).counts.landed == 0
    adding = replace(made, load=Load(LoadKind.APPEND))
    assert land(adding, tmp_path).counts.landed == 0


def test_one_file_without_rows_among_others_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("编号,姓名\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("编号,姓名\n1,甲\n", encoding="utf-8")
    assert land(source("*.csv", CSV), tmp_path).counts.landed == 1


def test_a_missing_folder_of_a_delta_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceMissing, match="no such folder"):
        land(source("gone", SourceFormat.DELTA), tmp_path)


def test_a_file_nobody_may_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(SourceMissing, match="no such file"):
        land(source("a.csv", CSV), tmp_path)
    (tmp_path / "b.csv").write_text("编号,姓名\n", encoding="utf-8")
    with pytest.raises(Unreadable, match="no encoding is called klingon"):
        land(source("b.csv", CSV, encoding="klingon"), tmp_path)
