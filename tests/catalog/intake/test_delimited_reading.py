"""Delimited text: every record is either a row or counted under a name."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.intake.errors import Unreadable
from catalog.intake.reading import delimited
from contracts.model import Source, SourceFormat


def source(**changes: object) -> Source:
    return Source("s", SourceFormat.CSV, "f.csv", **changes)  # type: ignore[arg-type]


def rows(data: bytes, layout: Source) -> list[tuple[str | None, ...]]:
    records = delimited.read(data, layout, "f.csv")
    return list(zip(*(c.to_pylist() for c in records.columns), strict=True))


def accounted(data: bytes, layout: Source) -> int:
    r = delimited.read(data, layout, "f.csv")
    return r.preamble + r.header + sum(r.dropped.values()) + r.rows


def test_a_quoted_line_break_stays_inside_its_record() -> None:
    data = '名称,说明\n甲,"第一行\n第二行"\n乙,一行\n'.encode()
    records = delimited.read(data, source(), "f.csv")
    assert records.column("说明").to_pylist() == ["第一行\n第二行", "一行"]
    assert records.lines.to_pylist() == [2, 3]


def test_a_record_of_the_wrong_width_is_counted_not_lost() -> None:
    data = b"a,b,c\n1,2,3\n1,2\n1,2,3,4\n5,6,7\n"
    records = delimited.read(data, source(), "f.csv")
    assert records.rows == 2
    assert records.dropped == {"malformed": 2}
    assert records.lines.to_pylist() == [2, 5]


def test_surplus_empty_cells_are_ignored() -> None:
    assert rows(b"a,b\n1,2,,\n3,4,\n5,6\n", source()) == [("1", "2"), ("3", "4"), ("5", "6")]


def test_a_trailing_comma_under_a_heading_without_one_loses_nothing() -> None:
    data = "地区\t,2024年\t,\n北京市\t,1\t,\n天津市\t,\t,\n".encode()
    records = delimited.read(data, source(), "f.csv")
    assert records.headings == ("地区", "2024年", "#3")
    assert records.column("2024年").to_pylist() == ["1", None]


def test_preamble_heading_and_notes_are_accounted_for() -> None:
    text = "数据库：分省年度数据\n指标：人口\n\n地区,2024年\n北京市,1\n注：说明\n数据来源：某局\n"
    records = delimited.read(
        text.encode("gb18030"), source(encoding="gb18030", header_row=4, drop=("blank", "note")), "f.csv"
    )
    assert (records.preamble, records.header, dict(records.dropped), records.rows) == (3, 1, {"note": 2}, 1)
    assert records.lines.to_pylist() == [5]


def test_a_footer_of_a_given_length_is_dropped_by_name() -> None:
    data = b"a,b,c\n1,2,3\n4,5,6\nprinted by somebody\n"
    records = delimited.read(data, source(skip_footer=1), "f.csv")
    assert records.rows == 2
    assert records.dropped == {"footer": 1}


def test_lines_with_broken_characters_are_dropped_as_undecodable() -> None:
    good = "".join(f"名{i},{i}\n" for i in range(20)).encode("gb18030")
    data = "名称,数\n".encode("gb18030") + good + b"\xff\xff,21\n"
    records = delimited.read(data, source(encoding="gb18030"), "f.csv")
    assert records.dropped["undecodable"] == 1
    assert records.rows == 20


def test_a_wrong_encoding_is_refused_rather_than_landed_as_rubbish() -> None:
    data = "名称,数\n".encode("gb18030") + "街道名称,1\n".encode("gb18030") * 10
    with pytest.raises(Unreadable, match="declared encoding"):
        delimited.read(data, source(encoding="utf-8"), "f.csv")


def test_utf_16_is_read() -> None:
    data = "名称\t数\n甲\t1\n".encode("utf-16")
    assert rows(data, source(encoding="utf-16", delimiter="\t")) == [("甲", "1")]


def test_a_file_without_headings_has_numbered_ones() -> None:
    records = delimited.read(b"1,x\n2,y\n", source(header_row=0), "f.csv")
    assert records.headings == ("#1", "#2")
    assert records.rows == 2


def test_two_heading_rows_are_joined() -> None:
    data = "姓名,居住地,,日期\n,区,街道,\n甲,东,城东,2024\n".encode()
    records = delimited.read(data, source(header_row=2, header_rows=2), "f.csv")
    assert records.headings == ("姓名", "居住地/区", "居住地/街道", "日期")


def test_an_empty_file_says_so() -> None:
    with pytest.raises(Unreadable, match="empty"):
        delimited.read(b"", source(), "f.csv")


def test_a_heading_beyond_the_end_says_so() -> None:
    with pytest.raises(Unreadable, match="heading is expected on line 9"):
        delimited.read(b"a,b\n1,2\n", source(header_row=9), "f.csv")


CELLS = st.text(alphabet='ab ",\n\r甲\t', max_size=5)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=8))
def test_every_record_the_csv_module_sees_is_accounted_for(table: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([["h1", "h2", "h3"], *table])
    text = out.getvalue()
    seen = list(csv.reader(io.StringIO(text, newline="")))
    layout = source(drop=("blank",))
    assert accounted(text.encode(), layout) == len(seen)
    fitting = [r for r in seen[1:] if len(r) >= 3 and not any(c.strip() for c in r[3:])]
    expected = [tuple(c.strip() or None for c in r[:3]) for r in fitting]
    assert rows(text.encode(), layout) == [r for r in expected if any(r)]
