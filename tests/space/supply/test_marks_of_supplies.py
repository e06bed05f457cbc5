"""The invisible mark: whose copy a file is, after it was saved anew, cut and stripped; when it is lost."""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st

from space.supply import mark
from space.supply.tracing import CannotTrace, Tracing, trace
from tests.space.supply.conftest import SECOND


@pytest.fixture
def two(counter: Any) -> dict[str, Any]:
    """The same rows, supplied to two departments."""
    return {name: counter.supply(counter.granted(to)) for name, to in (("first", None), ("second", SECOND))}


def traced(counter: Any, file: Path) -> Tracing:
    b = counter.bureau
    return trace(b.engine, b.home, b.keys, file, "civil.population", b.clock())


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def written(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", encoding="gb18030", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return path


def as_it_is(file: Path, folder: Path) -> Path:
    return file


def stripped_of_its_mark(file: Path, folder: Path) -> Path:
    return written(folder / "copy.csv", rows_of(file)[1:])


def saved_as_a_workbook(file: Path, folder: Path) -> Path:
    book = openpyxl.Workbook()
    for row in rows_of(file)[1:]:
        book.active.append(row)
    book.save(folder / "copy.xlsx")
    return folder / "copy.xlsx"


def saved_as_parquet(file: Path, folder: Path) -> Path:
    table = pyarrow.csv.read_csv(file, read_options=pyarrow.csv.ReadOptions(skip_rows=1))
    pq.write_table(table.replace_schema_metadata(None), folder / "copy.parquet")
    return folder / "copy.parquet"


def cut_to_two_columns(file: Path, folder: Path) -> Path:
    return written(folder / "copy.csv", [[row[3], row[0]] for row in rows_of(file)[1:]])


def a_third_of_the_rows_gone(file: Path, folder: Path) -> Path:
    header, *rows = rows_of(file)[1:]
    kept = random.Random(7).sample(range(len(rows)), len(rows) * 5 // 6)
    return written(folder / "copy.csv", [header, *(rows[n] for n in sorted(kept))])


WAYS = (
    as_it_is,
    stripped_of_its_mark,
    saved_as_a_workbook,
    saved_as_parquet,
    cut_to_two_columns,
    a_third_of_the_rows_gone,
)


def test_a_file_is_traced_to_its_receiver_however_it_was_saved(
    counter: Any, two: dict[str, Any], tmp_path: Path
) -> None:
    for way in WAYS:
        folder = tmp_path / way.__name__
        folder.mkdir()
        found = traced(counter, way(counter.path(two["second"]), folder))

        assert [one.supply for one in found.matches if one.found] == [two["second"].id], way.__name__
        assert found.matches[0].agreeing == found.matches[0].pairs


def test_a_sorted_file_is_nobodys(counter: Any, two: dict[str, Any], tmp_path: Path) -> None:
    header, *rows = rows_of(counter.path(two["first"]))[1:]
    found = traced(counter, written(tmp_path / "copy.csv", [header, *sorted(rows)]))

    assert not any(one.found for one in found.matches)
    assert found.matches[0].rows == 244


@pytest.mark.full
def test_too_few_rows_tell_nothing(counter: Any, two: dict[str, Any], tmp_path: Path) -> None:
    rows = rows_of(counter.path(two["first"]))[1:60]

    assert not any(one.found for one in traced(counter, written(tmp_path / "few.csv", rows)).matches)


@pytest.mark.full
def test_a_file_of_something_else_is_said_in_one_line(
    counter: Any, two: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(CannotTrace, match="no column of the dataset"):
        traced(counter, written(tmp_path / "x.csv", [["a", "b"], ["1", "2"]]))


@pytest.mark.full
def test_a_workbook_of_ours_is_traced_too(counter: Any) -> None:
    made = counter.supply(counter.granted(), "xlsx")

    assert [one.found for one in traced(counter, counter.path(made)).matches] == [True]
    book = python_calamine.CalamineWorkbook.from_path(str(counter.path(made)))
    assert book.sheet_names == ["数据", "说明"]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 200), st.binary(min_size=32, max_size=32))
def test_a_mark_moves_rows_within_their_pair_and_loses_none(rows: int, key: bytes) -> None:
    batch = pa.record_batch({"n": list(range(rows))})

    (after,) = mark.marked([batch], key)

    found = after.column("n").to_pylist()
    assert sorted(found) == list(range(rows))
    assert all(abs(place - n) <= 1 for place, n in enumerate(found))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 2**32))
def test_another_key_agrees_with_about_half_of_the_pairs(one: int, other: int) -> None:
    keys = [mark.key_of(b"k" * 32, f"sup_{number}") for number in (one, other)]
    first, second = (mark.turned(key, 0) for key in keys)

    share = float((first == second).mean())
    assert share == 1.0 if one == other else 0.45 < share < 0.55
