"""However messy a delivery is, every line of it is accounted for, from the file to typed and quarantined."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.intake.errors import HeadingsDiffer, Unreadable
from catalog.intake.landing.landing import Landed, land
from catalog.intake.landing.typing import typed_rows
from contracts.model import (
    Contract,
    Field,
    FieldType,
    Party,
    Rule,
    RuleKind,
    Source,
    SourceFormat,
    Unpivot,
)

EVERY_RULE = ("blank", "total", "signature", "repeated_header", "sub_header", "note")
HEADING = ["街道", "人数", "2023年", "2024年"]
KINDS = st.sampled_from(
    ["row", "row", "row", "blank", "total", "note", "sign", "head", "sub", "short", "long", "bad"]
)
MESSY_ROWS = {
    "row": ["城东", "12", "3", "4.5"],
    "blank": ["", " ", "", "\u3000"],
    "total": ["合 计", "12", "", ""],
    "note": ["注：含流动人口", "", "", ""],
    "sign": ["填表人：", "某某", "", ""],
    "head": HEADING,
    "sub": ["城东街道（3个）", "", "", ""],
    "short": ["城东", "12"],
    "long": ["城东", "12", "3", "4", "5"],
    "bad": ["城西", "十来个", "约3", "-"],
}
LAYOUTS = st.builds(
    lambda preamble, footer, drop, wide, encoding: (preamble, footer, drop, wide, encoding),
    st.integers(0, 2),
    st.integers(0, 2),
    st.sets(st.sampled_from(EVERY_RULE)),
    st.booleans(),
    st.sampled_from(["utf-8", "gb18030", "utf-16"]),
)
SETTINGS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def contract(form: SourceFormat, name: str, wide: bool, **layout: object) -> Contract:
    kinds = {"people": FieldType.INTEGER, "value": FieldType.NUMBER}
    long = [("year", "年份"), ("value", "数值")] if wide else [("y23", "2023年"), ("y24", "2024年")]
    unpivot = Unpivot(r"^(\d{4})年$", "year", "value") if wide else None
    source = Source("one", form, name, unpivot=unpivot, **layout)  # type: ignore[arg-type]
    return Contract(
        id="c",
        title="登记",
        schema="s",
        table="t",
        department=Party("某局"),
        fields=tuple(
            Field(name=n, business_name=b, type=kinds.get(n, FieldType.STRING), scale=1)
            for n, b in [("ward", "街道"), ("people", "人数"), *long]
        ),
        rules=(Rule("q_rows", RuleKind.ROW_COUNT, args={"minimum": 0}),),
        sources=(source,),
    )


def is_exact(made: Contract, found: Landed, lines: int) -> None:
    counts = found.counts
    assert counts.lines_read == lines
    assert counts.lines_read + counts.unfolded == (
        counts.preamble + counts.header + sum(counts.dropped.values()) + counts.landed
    )
    assert found.table.num_rows == counts.landed
    typed = typed_rows(made, found)
    assert typed.typed.num_rows + typed.rejected.num_rows == counts.landed
    wide = made.sources[0].unpivot is not None
    per_line = 2 if wide and counts.landed else 1
    assert counts.unfolded == counts.landed - counts.landed // per_line
    where = list(zip(found.table["_file"].to_pylist(), found.table["_line"].to_pylist(), strict=True))
    assert len(set(where)) * per_line == len(where)


@SETTINGS
@given(st.lists(KINDS, max_size=12), LAYOUTS, st.booleans())
def test_lines_of_a_messy_text_add_up(
    kinds: list[str], layout: tuple[int, int, set[str], bool, str], broken: bool
) -> None:
    preamble, footer, drop, wide, encoding = layout
    out = io.StringIO()
    body = [MESSY_ROWS[kind] for kind in kinds]
    csv.writer(out, lineterminator="\r\n").writerows([*[["某市某表"]] * preamble, HEADING, *body])
    data = out.getvalue().encode(encoding)
    if broken and encoding != "utf-16":
        data += b"\xff\xfe,1,2,3\r\n"
    made = contract(
        SourceFormat.CSV,
        "a.csv",
        wide,
        encoding=encoding,
        header_row=preamble + 1,
        skip_footer=footer,
        drop=tuple(drop),
    )
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.csv").write_bytes(data)
        try:
            found = land(made, Path(folder))
        except Unreadable:  # the only line that could be a row is broken: a wrong encoding
            assert broken
            return
        is_exact(made, found, preamble + 1 + len(body) + (broken and encoding != "utf-16"))


@settings(SETTINGS, max_examples=25)
@given(st.lists(KINDS, min_size=1, max_size=10), LAYOUTS)
def test_rows_of_a_messy_sheet_add_up(kinds: list[str], layout: tuple[int, int, set[str], bool, str]) -> None:
    preamble, footer, drop, wide, _ = layout
    book = openpyxl.Workbook()
    rows = [*[["某市某表"]] * preamble, HEADING, *(MESSY_ROWS[kind] for kind in kinds)]
    for row in rows:
        book.active.append([c or None for c in row])
    made = contract(
        SourceFormat.EXCEL, "a.xlsx", wide, header_row=preamble + 1, skip_footer=footer, drop=tuple(drop)
    )
    with tempfile.TemporaryDirectory() as folder:
        book.save(Path(folder) / "a.xlsx")
        is_exact(made, land(made, Path(folder)), len(rows))


@SETTINGS
@given(st.lists(KINDS, max_size=10), st.sets(st.sampled_from(EVERY_RULE)), st.booleans(), st.booleans())
def test_records_of_documents_and_columnar_files_add_up(
    kinds: list[str], drop: set[str], wide: bool, columnar: bool
) -> None:
    rows = [dict(zip(HEADING, MESSY_ROWS[kind], strict=False)) for kind in kinds]
    form, name = (SourceFormat.PARQUET, "a.parquet") if columnar else (SourceFormat.JSON, "a.json")
    made = contract(form, name, wide, header_row=0, drop=tuple(drop))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        if columnar:
            pq.write_table(
                pa.table({h: pa.array([r.get(h) for r in rows], pa.string()) for h in HEADING}), path
            )
        else:
            path.write_text(json.dumps([*rows, 3], ensure_ascii=False), encoding="utf-8")
        try:
            found = land(made, Path(folder))
        except HeadingsDiffer:
            raise AssertionError("the headings are the contract's") from None
        lines = len(rows) + (not columnar)
        if wide and not columnar and all("2024年" not in r or "2023年" not in r for r in rows):
            return  # no record has both years: a line gives fewer rows, which the next test looks at
        is_exact(made, found, lines)


def test_a_line_gives_a_row_for_each_wide_heading_in_the_order_printed(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "街道,人数,2023年,2024年,2025年\n城东,1,5,,7\n城西,2,8,9,x\n", encoding="utf-8"
    )
    made = contract(SourceFormat.CSV, "a.csv", wide=True)
    found = land(made, tmp_path)
    assert [tuple(r.values()) for r in found.table.to_pylist()] == [
        ("城东", "1", "2023", "5", "a.csv", 2),
        ("城东", "1", "2024", None, "a.csv", 2),
        ("城东", "1", "2025", "7", "a.csv", 2),
        ("城西", "2", "2023", "8", "a.csv", 3),
        ("城西", "2", "2024", "9", "a.csv", 3),
        ("城西", "2", "2025", "x", "a.csv", 3),
    ]
    assert (found.counts.lines_read, found.counts.unfolded, found.counts.landed) == (3, 4, 6)
    assert found.drift == ()
    typed = typed_rows(made, found)
    assert (typed.typed.num_rows, typed.rejected["field"].to_pylist()) == (5, ["value"])


def test_a_wide_table_without_a_wide_heading_lacks_a_column(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("街道,人数\n城东,1\n", encoding="utf-8")
    found = land(contract(SourceFormat.CSV, "a.csv", wide=True), tmp_path)
    assert {(d.kind, d.column) for d in found.drift} == {
        ("missing_column", "year"),
        ("missing_column", "value"),
    }
    assert (found.counts.unfolded, found.rejected.num_rows) == (0, 1)
