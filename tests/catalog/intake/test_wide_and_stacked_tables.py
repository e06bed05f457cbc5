"""Years side by side become rows, tables one above the other become two, and both can be undone."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from catalog.intake.drafting.draft import Draft, draft
from catalog.intake.landing.landing import land
from catalog.intake.landing.mapping import _labels
from contracts.cast import cast
from contracts.model import FieldType, Use
from contracts.odcs.files import dumps, loads

Rows = list[list[object]]


def csv(path: Path, rows: Rows) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(",".join("" if c is None else str(c) for c in r) + "\n" for r in rows)
    path.write_text(text, encoding="utf-8")


def sheet(path: Path, rows: Rows) -> None:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(path)


def rows_of(made: Draft, place: int = 0) -> dict[str, list[object]]:
    contract = loads(dumps(made.families[place].contract))
    landed = land(contract, made.folder)
    done = cast(contract, landed.table)
    assert (done.rejected.num_rows, landed.rejected.num_rows) == (0, 0)
    assert [d for d in landed.drift if d.kind != "reordered"] == []
    return done.typed.to_pydict()


WIDE: Rows = [["街道", "2021年", "2022年", "2023年"], ["城东", 11, 12, 13], ["城西", 21, 22, None]]


def test_years_side_by_side_become_a_period_and_a_value(tmp_path: Path) -> None:
    csv(tmp_path / "常住人口.csv", WIDE)
    made = draft(tmp_path)
    contract = made.families[0].contract
    assert [(f.name, f.type, f.use) for f in contract.fields[1:]] == [
        ("period", FieldType.DATE, Use.TIME),
        ("value", FieldType.INTEGER, Use.MEASURE),
    ]
    rows = rows_of(made)
    assert [str(v)[:4] for v in rows["period"]] == ["2021", "2022", "2023"] * 2
    assert rows["value"] == [11, 12, 13, 21, 22, None]
    assert contract.sources[0].unpivot is not None
    assert "keep_wide" in contract.sources[0].reasons["unpivot"]


def test_the_columns_can_be_kept_as_they_are(tmp_path: Path) -> None:
    csv(tmp_path / "常住人口.csv", WIDE)
    made = draft(tmp_path, unpivot=False)
    assert [f.name for f in made.families[0].contract.fields] == ["street", "y2021", "y2022", "y2023"]
    assert rows_of(made)["y2022"] == [12, 22]


@pytest.mark.parametrize(
    ("headings", "label"),
    [
        (["2024-01", "2024-02", "2024-03"], "2024-01-01"),
        (["2024年1月", "2024年2月", "2024年3月"], "2024-01-01"),
        (["1月", "2月", "3月"], "1"),
        (["2024年第一季度", "2024年第二季度", "2024年第三季度"], "2024年第一季度"),
    ],
)
def test_months_and_quarters_are_periods_too(tmp_path: Path, headings: list[str], label: str) -> None:
    csv(tmp_path / "用水量.csv", [["街道", *headings], ["城东", 1, 2, 3], ["城西", 4, 5, 6]])
    assert str(rows_of(draft(tmp_path))["period"][0]) == label


def test_a_wide_file_joins_the_long_ones_of_its_table(tmp_path: Path) -> None:
    long: Rows = [["街道", "年份", "常住人口（人）"], ["城东", 2019, 9], ["城西", 2019, 8], ["城南", 2020, 7]]
    csv(tmp_path / "常住人口2020.csv", long)
    csv(tmp_path / "常住人口历年.csv", WIDE)
    made = draft(tmp_path)
    assert len(made.families) == 1
    rows = rows_of(made)
    assert sorted(str(v)[:4] for v in rows["year"]) == ["2019"] * 2 + ["2020"] + [
        y for y in ("2021", "2022", "2023") for _ in range(2)
    ]
    assert len(rows["resident_population"]) == 9


STACK: Rows = [
    ["一、街道人口", None, None, None],
    ["街道", "人数", "户数", None],
    ["城东", 12, 3, None],
    ["城西", 13, 4, None],
    ["合计", 25, 7, None],
    [None, None, None, None],
    ["二、学校情况", None, None, None],
    ["学校", "班级", "学生", "教师"],
    ["一小", 3, 90, 8],
    ["二小", 4, 120, 9],
]


@pytest.mark.parametrize(("name", "write"), [("a.xlsx", sheet), ("a.csv", csv)])
def test_tables_one_above_the_other_are_two_datasets(tmp_path: Path, name: str, write) -> None:  # type: ignore[no-untyped-def]
    write(tmp_path / name, STACK)
    made = draft(tmp_path)
    assert [(f.header_row, f.rows) for f in made.files] == [(2, 2), (8, 2)]
    assert all("one above the other" in (f.problem or "") for f in made.files)
    assert [f.contract.title for f in made.families] == ["街道人口", "学校情况"]
    assert list(rows_of(made).values())[1] == [12, 13]
    assert list(rows_of(made, 1).values())[2] == [90, 120]


@pytest.mark.parametrize(
    "below",
    [
        [["城南", 14, 5], ["城北", 15, 6]],
        [["街道", "人数", "户数"], ["城南", 14, 5], ["城北", 15, 6]],
        [["注：按月报送", None, None], ["填表人：王", "审核人：李", None]],
    ],
)
def test_rows_after_a_gap_a_repeated_heading_and_remarks_begin_no_table(tmp_path: Path, below: Rows) -> None:
    csv(tmp_path / "a.csv", [*[r[:3] for r in STACK[1:4]], [None, None, None], *below])
    made = draft(tmp_path)
    assert len(made.files) == 1
    assert list(rows_of(made).values())[1][:2] == [12, 13]


@pytest.mark.parametrize(
    ("pattern", "labels"),
    [
        (r"^(\d{4})年$", {"2025年": "2025"}),
        ("年份|" + "9" * 40, {"9" * 40: "9" * 40}),
        (r"(\d|\d|\d|\d)*", {"9" * 40: "9"}),
        (r"(\d|\d|\d|\d)*年年", {}),  # tried by steps no heading of forty digits would ever be done
    ],
)
def test_headings_are_matched_whole_in_the_time_of_their_length(pattern: str, labels: dict[str, str]) -> None:
    from catalog.intake.landing.mapping import _labels

    assert _labels(pattern, ("2025年", "合计", "9" * 40, "x2025年")) == labels


@pytest.mark.parametrize(
    ("pattern", "heading", "label"),
    [
        (r"(\w+)人数", "城区人数", "城区"),
        (r"(\d{4})年", "２０２４年", "２０２４"),
        (r"([\w·]+)\s人数", "城·区\u3000人数", "城·区"),
        (r"(?:(\d+)|合计)人数", "合计人数", None),
    ],
)
def test_classes_of_a_pattern_are_of_any_script(pattern: str, heading: str, label: str | None) -> None:
    assert _labels(pattern, (heading, "别的")) == {heading: label}
