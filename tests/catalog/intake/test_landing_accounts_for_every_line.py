"""Landing: the rows of a contract's sources, with every line accounted for."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.intake.errors import HeadingsDiffer, SourceMissing, Unreadable
from catalog.intake.landing.landing import Landed, LineCounts, fingerprint, land
from contracts.model import Contract, Field, Party, Source, SourceFormat


def contract(*sources: Source, fields: tuple[tuple[str, str], ...] = (("a", "甲"), ("b", "乙"))) -> Contract:
    return Contract(
        id="c",
        title="测试",
        schema="s",
        table="t",
        department=Party("某局"),
        fields=tuple(Field(name=n, business_name=b) for n, b in fields),
        sources=sources,
    )


def values(landed: Landed, *names: str) -> list[tuple[str | None, ...]]:
    return list(zip(*(landed.table[n].to_pylist() for n in names), strict=True))


def test_counts_that_do_not_add_up_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="add up"):
        LineCounts(10, 1, 1, {"blank": 1}, 6)


def test_layouts_of_one_family_land_in_one_table(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("甲,乙\n1,2\n,\n", encoding="utf-8")
    (tmp_path / "two.csv").write_text("B,A,C\n4,3,x\n", encoding="utf-8")
    landed = land(
        contract(
            Source("one", SourceFormat.CSV, "one.csv"),
            Source("two", SourceFormat.CSV, "two.csv", columns={"A": "a", "B": "b"}),
        ),
        tmp_path,
    )
    assert values(landed, "a", "b", "_file", "_line") == [("1", "2", "one.csv", 2), ("3", "4", "two.csv", 2)]
    assert landed.counts == LineCounts(5, 0, 2, {"blank": 1}, 2)
    assert [f.unexpected for f in landed.files] == [(), ("C",)]
    assert landed.table.schema.field("_line").type == pa.int64()


def test_a_field_missing_in_one_layout_is_null_and_named(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("甲\n1\n", encoding="utf-8")
    landed = land(contract(Source("one", SourceFormat.CSV, "one.csv")), tmp_path)
    assert values(landed, "a", "b") == [("1", None)]
    assert landed.files[0].missing == ("b",)


def test_a_file_with_none_of_the_headings_is_refused(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("x,y\n1,2\n", encoding="utf-8")
    with pytest.raises(HeadingsDiffer, match=r"one\.csv"):
        land(contract(Source("one", SourceFormat.CSV, "one.csv")), tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceMissing, match="gone"):
        land(contract(Source("one", SourceFormat.CSV, "gone.csv")), tmp_path)


def test_a_glob_lands_every_file_with_the_period_of_its_name(tmp_path: Path) -> None:
    for month in (1, 2):
        (tmp_path / f"名单2024年{month}月.csv").write_text(f"甲,乙\n{month},x\n", encoding="utf-8")
    source = Source("months", SourceFormat.CSV, "名单*.csv", columns={"@period": "p", "@file": "f"})
    fields = (("a", "甲"), ("p", "账期"), ("f", "文件"))
    landed = land(contract(source, fields=fields), tmp_path)
    assert values(landed, "a", "p", "f") == [
        ("1", "2024-01", "名单2024年1月.csv"),
        ("2", "2024-02", "名单2024年2月.csv"),
    ]


def test_a_file_name_with_brackets_is_no_pattern(tmp_path: Path) -> None:
    (tmp_path / "名单[1] (2).csv").write_text("甲,乙\n1,2\n", encoding="utf-8")
    landed = land(contract(Source("one", SourceFormat.CSV, "名单[1] (2).csv")), tmp_path)
    assert landed.counts.landed == 1


def test_columns_are_named_by_position_where_a_file_has_no_heading(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("1,2\n3,4\n", encoding="utf-8")
    source = Source("one", SourceFormat.CSV, "one.csv", header_row=0, positions=("b", "a"))
    landed = land(contract(source), tmp_path)
    assert values(landed, "a", "b") == [("2", "1"), ("4", "3")]
    assert landed.counts == LineCounts(2, 0, 0, {}, 2)


def test_a_workbook_lands_text_and_carries_sub_headings(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "名单"
    for row in (
        ["某市名单"],
        ["甲", "乙", "日期"],
        ["城东街道（2个）"],
        [1, 495.0, dt.date(2024, 3, 5)],
        [2, 0.5, dt.datetime(2024, 3, 5, 8, 30)],
        ["城西街道（1个）"],
        ["00123", True, None],
        ["合计", 3, None],
    ):
        sheet.append(row)
    book.save(tmp_path / "b.xlsx")
    source = Source(
        "b",
        SourceFormat.EXCEL,
        "b.xlsx",
        sheet="名单",
        header_row=2,
        drop=("blank", "total", "sub_header"),
        columns={"@section": "s", "@sheet": "n"},
    )
    fields = (("a", "甲"), ("b", "乙"), ("d", "日期"), ("s", "街道"), ("n", "表"))
    landed = land(contract(source, fields=fields), tmp_path)
    assert values(landed, "a", "b", "d", "s", "n", "_line") == [
        ("1", "495", "2024-03-05", "城东街道", "名单", 4),
        ("2", "0.5", "2024-03-05 08:30:00", "城东街道", "名单", 5),
        ("00123", "true", None, "城西街道", "名单", 7),
    ]
    assert landed.counts == LineCounts(8, 1, 1, {"sub_header": 2, "total": 1}, 3)
    assert landed.files[0].path == "b.xlsx#名单"


def test_a_value_merged_over_rows_belongs_to_each_of_them(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["甲", "乙"], ["城东", 1], [None, 2], ["城西", 3]):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    book.save(tmp_path / "b.xlsx")
    landed = land(contract(Source("b", SourceFormat.EXCEL, "b.xlsx")), tmp_path)
    assert values(landed, "a", "b") == [("城东", "1"), ("城东", "2"), ("城西", "3")]


def test_json_records_keep_the_digits_they_were_written_with(tmp_path: Path) -> None:
    text = '{"data": {"list": [{"甲": 1.50, "p": {"x": [116.3, 39.8]}}, {"甲": 2, "乙": true}, 3]}}'
    (tmp_path / "d.json").write_text(text, encoding="utf-8")
    source = Source(
        "d", SourceFormat.JSON, "d.json", header_row=0, record_path="data.list", columns={"p.x.0": "x"}
    )
    landed = land(contract(source, fields=(("a", "甲"), ("b", "乙"), ("x", "经度"))), tmp_path)
    assert values(landed, "a", "b", "x") == [("1.50", None, "116.3"), ("2", "true", None)]
    assert landed.counts == LineCounts(3, 0, 0, {"malformed": 1}, 2)


def test_broken_json_lines_are_counted(tmp_path: Path) -> None:
    lines = [json.dumps({"甲": "1", "乙": "2"}, ensure_ascii=False), "", '{"甲": ', '{"甲": "3"}']
    (tmp_path / "d.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    landed = land(contract(Source("d", SourceFormat.JSONL, "d.jsonl", header_row=0)), tmp_path)
    assert landed.counts == LineCounts(4, 0, 0, {"blank": 1, "malformed": 1}, 2)
    assert landed.table["_line"].to_pylist() == [1, 4]


def test_parquet_types_become_canonical_text(tmp_path: Path) -> None:
    table = pa.table(
        {
            "a": pa.array([dt.date(2024, 3, 5), None]),
            "b": pa.array([Decimal("1.50"), Decimal("2.00")]),
            "c": pa.array([dt.datetime(2024, 3, 5, 8, 0), dt.datetime(2024, 3, 5, 8, 0, 0, 5)]),
            "d": pa.array([1.0, 0.1]),
            "e": pa.array([["x"], None]),
        }
    )
    pq.write_table(table, tmp_path / "p.parquet")
    fields = tuple((n, n) for n in "abcde")
    landed = land(contract(Source("p", SourceFormat.PARQUET, "p.parquet"), fields=fields), tmp_path)
    assert values(landed, *"abcde") == [
        ("2024-03-05", "1.50", "2024-03-05 08:00:00", "1", '["x"]'),
        (None, "2.00", "2024-03-05 08:00:00.000005", "0.1", None),
    ]


def test_a_cut_off_parquet_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "p.parquet").write_bytes(b"PAR1 not whole")
    with pytest.raises(Unreadable, match="cut off"):
        land(contract(Source("p", SourceFormat.PARQUET, "p.parquet")), tmp_path)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    connection = sqlite3.connect(tmp_path / "c.db")
    connection.execute("CREATE TABLE t (a TEXT, b REAL, d DATE)")
    connection.executemany("INSERT INTO t VALUES (?, ?, ?)", [("1", 2.0, "2024-03-05"), ("3", 0.5, None)])
    connection.commit()
    connection.close()
    return tmp_path


@pytest.mark.parametrize("query", ["t", "SELECT a, b, d FROM t"])
def test_a_database_table_lands(database: Path, query: str) -> None:
    source = Source("t", SourceFormat.SQL, "c.db", query=query)
    landed = land(contract(source, fields=(("a", "a"), ("b", "b"))), database)
    assert values(landed, "a", "b") == [("1", "2"), ("3", "0.5")]
    assert landed.counts.lines_read == landed.counts.landed == 2


def test_a_database_url_is_read_too(database: Path) -> None:
    source = Source("t", SourceFormat.SQL, f"sqlite:///{database / 'c.db'}", query="t")
    only = contract(source, fields=(("a", "a"),))
    assert land(only, database).counts.landed == 2
    assert fingerprint(only, database) == fingerprint(only, database)


@pytest.mark.parametrize("query", ["DELETE FROM t", "SELECT 1; DELETE FROM t", "", "t; DROP TABLE t"])
def test_a_source_may_only_read(database: Path, query: str) -> None:
    with pytest.raises(Unreadable, match="SELECT"):
        land(contract(Source("t", SourceFormat.SQL, "c.db", query=query)), database)


def test_a_select_that_writes_is_refused_by_the_database(database: Path) -> None:
    query = "WITH x AS (SELECT 1) DELETE FROM t"
    with pytest.raises(Unreadable, match="refuses"):
        land(contract(Source("t", SourceFormat.SQL, "c.db", query=query)), database)


def test_the_fingerprint_follows_content_and_contract(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text("甲,乙\n1,2\n", encoding="utf-8")
    made = contract(Source("one", SourceFormat.CSV, "one.csv"))
    first = fingerprint(made, tmp_path)
    path.write_text("甲,乙\n1,2\n", encoding="utf-8")
    assert fingerprint(made, tmp_path) == first
    path.write_text("甲,乙\n1,3\n", encoding="utf-8")
    assert fingerprint(made, tmp_path) != first
    other = contract(Source("one", SourceFormat.CSV, "one.csv", drop=("blank", "total")))
    path.write_text("甲,乙\n1,2\n", encoding="utf-8")
    assert fingerprint(other, tmp_path) != first
