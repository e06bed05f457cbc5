"""What stands in a cell of a workbook: every kind of value, nothing that runs, and what no cell can hold."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
import python_calamine

from space.errors import Refused
from space.supply import workbook
from space.supply.label import Label

LABEL = Label(
    "sup_1", "grt_1", "11990100MB0000009X", "发展改革委 & Co", "governance.administration",
    "civil.population", "常住人口", 3, dt.datetime(2026, 9, 24, 4, tzinfo=dt.UTC), (("v", "值", False),),
)  # fmt: skip


def kept(folder: Path, values: list[Any], kind: pa.DataType) -> list[Any]:
    """What a reader finds of a column of values."""
    batch = pa.record_batch([pa.array(values, kind)], names=["v"])
    workbook.write(folder / "x.xlsx", LABEL, [batch])
    book = python_calamine.CalamineWorkbook.from_path(str(folder / "x.xlsx"))
    return [row[0] for row in book.get_sheet_by_name("数据").to_python()][1:]


TEXTS = ["110105194912310021", "=1+1", " <&> ", "多\n行"]
DAY, TIME = dt.date(2026, 2, 28), dt.datetime(2026, 2, 28, 13, 5, 9)
KINDS: list[tuple[list[Any], pa.DataType, list[Any]]] = [
    (TEXTS, pa.string(), TEXTS),
    ([7, -3, 10**17], pa.int64(), [7, -3, str(10**17)]),
    ([None, Decimal("12.50")], pa.decimal128(10, 2), ["", 12.5]),
    ([True, False], pa.bool_(), [True, False]),
    ([DAY], pa.date32(), [DAY]),
    ([TIME], pa.timestamp("us"), [TIME]),
]  # fmt: skip


@pytest.mark.parametrize(("values", "kind", "found"), KINDS, ids=lambda v: str(v)[:12])
def test_a_value_is_read_as_it_was(tmp_path: Path, values: list[Any], kind: pa.DataType, found: Any) -> None:
    assert kept(tmp_path, values, kind) == found


def test_a_text_that_looks_like_a_formula_is_none(tmp_path: Path) -> None:
    kept(tmp_path, ["=HYPERLINK(1)"], pa.string())

    cell = openpyxl.load_workbook(tmp_path / "x.xlsx")["数据"]["A2"]
    assert (cell.data_type, cell.value) == ("s", "=HYPERLINK(1)")


def test_the_supply_stands_in_the_properties_and_below_every_page(tmp_path: Path) -> None:
    kept(tmp_path, ["x"], pa.string())

    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    assert book.properties.identifier == "sup_1"
    assert book.custom_doc_props["ybz.supply"].value == "sup_1"
    assert "grt_1" in (book["数据"].oddFooter.left.text or "")


@pytest.mark.parametrize("text", ["\x01", "x" * 40_000])
def test_a_text_no_cell_can_hold_is_refused_in_one_line_without_it(tmp_path: Path, text: str) -> None:
    with pytest.raises(Refused, match=r"supply\.workbook") as refused:
        kept(tmp_path, [text], pa.string())
    assert text not in str(refused.value)


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 4)
    batches = [pa.record_batch({"v": [f"{n}" for n in range(at, at + 5)]}) for at in (0, 5)]

    assert workbook.write(tmp_path / "x.xlsx", LABEL, batches) == 10

    book = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "x.xlsx"))
    assert book.sheet_names == ["数据", "数据2", "数据3", "数据4", "说明"]
    rows = [row[0] for name in book.sheet_names[:-1] for row in book.get_sheet_by_name(name).to_python()[1:]]
    assert [int(float(row)) for row in rows] == list(range(10))
