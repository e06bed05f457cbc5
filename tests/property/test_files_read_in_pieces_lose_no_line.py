"""Large files are read in pieces: wherever they are cut, every record is read once and counted once."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.intake.errors import Unreadable
from catalog.intake.reading import delimited, json_documents
from catalog.intake.reading.records import Records, gathered
from contracts.model import Source, SourceFormat

CELLS = st.text(alphabet='ab ",;\n\r甲𠮷\t', max_size=6)
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=12)
# Text that was never written by a program: quotes anywhere, blank lines.
MESS = st.text(alphabet='ab",\n甲 ', max_size=80)
# JSON has no word for a number without end.
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
SIZES = st.integers(min_value=1, max_value=40)


def as_told(records: Records) -> tuple[Any, ...]:
    rows = list(zip(*(c.to_pylist() for c in records.columns), strict=True))
    counts = (records.preamble, records.header, dict(+records.dropped))
    return records.headings, rows, records.lines.to_pylist(), counts, records.sections


def in_pieces(data: bytes, source: Source, size: int) -> Records:
    return gathered(delimited.stream(io.BytesIO(data), source, "f.csv", size))


@settings(max_examples=80, deadline=None)
@given(ROWS, SIZES, st.sampled_from(["utf-8", "gb18030", "utf-16"]), st.integers(0, 3))
def test_a_written_table_reads_the_same_in_pieces_of_any_size(
    table: list[list[str]], size: int, encoding: str, footer: int
) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([["h1", "h2", "h3"], *table])
    data = out.getvalue().encode(encoding)
    layout = Source("s", SourceFormat.CSV, "f.csv", encoding=encoding, skip_footer=footer)
    whole = in_pieces(data, layout, len(data) + 1)
    assert as_told(in_pieces(data, layout, size)) == as_told(whole)
    seen = list(csv.reader(io.StringIO(out.getvalue(), newline="")))
    accounted = whole.preamble + whole.header + sum(whole.dropped.values()) + whole.rows
    assert accounted == len(seen)


@settings(max_examples=150, deadline=None)
@given(MESS, SIZES)
def test_text_with_quotes_anywhere_is_cut_where_records_end(text: str, size: int) -> None:
    data = ("h1,h2\n" + text).encode()
    layout = Source("s", SourceFormat.CSV, "f.csv")
    try:
        whole = in_pieces(data, layout, len(data) + 1)
    except Unreadable:
        return
    assert as_told(in_pieces(data, layout, size)) == as_told(whole)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["a", "b", "丙"]),
            st.one_of(
                CELLS,
                st.integers(),
                st.floats(allow_nan=False, allow_infinity=False),
                st.none(),
                st.booleans(),
            ),
        ),
        max_size=8,
    ),
    SIZES,
    st.sampled_from([None, "data.list"]),
)
def test_a_document_of_any_length_gives_the_records_of_its_array(
    records: list[dict[str, Any]], size: int, path: str | None
) -> None:
    document: Any = {"n": [1, {"x": [2]}], "data": {"list": records, "after": 3.50}} if path else records
    text = json.dumps(document, ensure_ascii=False, indent=size % 3 or None)
    source = Source("s", SourceFormat.JSON, "f.json", header_row=0, record_path=path, drop=())
    found = gathered(json_documents.stream(io.BytesIO(text.encode()), source, "f.json", size))
    expected = [
        json_documents.flatten(json.loads(json.dumps(r), parse_float=str, parse_int=str)) for r in records
    ]
    assert found.rows == len(records)
    for place, record in enumerate(expected):
        for heading in found.headings:
            told = (record.get(heading) or "").strip() or None
            assert found.column(heading)[place].as_py() == told


@settings(max_examples=100, deadline=None)
@given(st.integers(min_value=1, max_value=60), SIZES)
def test_a_document_cut_off_anywhere_is_refused(cut: int, size: int) -> None:
    text = '{"data": [{"a": 1}, {"a": [2, {"b": "x"}]}], "n": {"m": [1]}}'
    source = Source("s", SourceFormat.JSON, "f.json", header_row=0, record_path="data")
    data = text[: -cut if cut < len(text) else None].encode()
    with pytest.raises(Unreadable, match=r"JSON|list of records"):
        gathered(json_documents.stream(io.BytesIO(data), source, "f.json", size))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from(['{"a": 1}', "", "  ", '{"a":', '{"a": "x\\u2028y"}', "[1]"]), max_size=9), SIZES
)
def test_json_lines_are_counted_one_by_one(lines: list[str], size: int) -> None:
    text = "\r\n".join(lines)
    source = Source("s", SourceFormat.JSONL, "f.jsonl", header_row=0, drop=("blank",))
    read = gathered(json_documents.stream(io.BytesIO(text.encode()), source, "f.jsonl", size))
    good = [n for n, line in enumerate(lines, 1) if line.startswith('{"a": ')]
    assert read.lines.to_pylist() == good
    ends_open = bool(lines) and not lines[-1]  # an empty last line is no line
    assert read.rows + sum(read.dropped.values()) == len(lines) - ends_open
