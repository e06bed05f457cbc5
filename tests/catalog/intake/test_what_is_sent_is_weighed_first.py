"""Files that come to far more than they look like are refused before they are read."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.intake.errors import Unreadable
from catalog.intake.reading.extent import extent_of
from catalog.intake.reading.swelling import refuse_swelling

ON = date(2026, 11, 22)
CELLS, BYTES = 2_000_000, 268_435_456


def written(folder: Path, table: pa.Table, **how: object) -> Path:
    path = folder / "roll.parquet"
    pq.write_table(table, path, **how)
    return path


def test_a_small_parquet_of_many_equal_rows_is_refused_by_its_cells(tmp_path: Path) -> None:
    one = pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), CELLS // 2 + 1), ["甲"])
    path = written(tmp_path, pa.table({"no": one, "name": one}))
    assert path.stat().st_size < 100_000
    with pytest.raises(Unreadable, match="more than 2000000 cells"):
        refuse_swelling(tmp_path, ON)


def test_one_row_of_a_list_is_as_many_cells_as_its_list_has(tmp_path: Path) -> None:
    offsets, items = pa.array([0, CELLS + 1], pa.int32()), pa.repeat(pa.scalar(1, pa.int8()), CELLS + 1)
    written(tmp_path, pa.table({"no": pa.ListArray.from_arrays(offsets, items)}))
    with pytest.raises(Unreadable, match="cells"):
        refuse_swelling(tmp_path, ON)


@pytest.mark.parametrize("nested", [False, True])
def test_a_long_text_stored_once_and_named_often_is_refused_by_its_bytes(
    tmp_path: Path, nested: bool
) -> None:
    rows = BYTES // 100_000 + 1
    long = pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), rows), ["x" * 100_000])
    column = pa.StructArray.from_arrays([long], ["inner"]) if nested else long
    path = written(tmp_path, pa.table({"name": column}), dictionary_pagesize_limit=1 << 20)
    assert path.stat().st_size < 1 << 20
    with pytest.raises(Unreadable, match="unpacks to more"):
        refuse_swelling(tmp_path, ON)


def test_texts_told_by_what_they_share_are_refused(tmp_path: Path) -> None:
    names = pa.table({"name": ["甲", "甲乙"]})
    written(tmp_path, names, use_dictionary=False, column_encoding={"name": "DELTA_BYTE_ARRAY"})
    with pytest.raises(Unreadable, match="write it with a dictionary or plain"):
        refuse_swelling(tmp_path, ON)


def test_a_packed_workbook_is_refused_by_what_it_unpacks_to(tmp_path: Path) -> None:
    with (
        zipfile.ZipFile(tmp_path / "roll.xlsx", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as part,
    ):
        for _ in range(BYTES // (1 << 20) + 1):
            part.write(b" " * (1 << 20))
    with pytest.raises(Unreadable, match="unpacks to more"):
        refuse_swelling(tmp_path, ON)


def test_ordinary_files_and_lists_pass(tmp_path: Path) -> None:
    people = pa.table({"no": [1, 2], "name": ["甲", None], "tags": [["a", "b"], []], "born": [b"1", b"2"]})
    written(tmp_path, people)
    (tmp_path / "roll.csv").write_text("no\n1\n", encoding="utf-8")
    refuse_swelling(tmp_path, ON)


def test_a_damaged_parquet_is_said_to_be_damaged(tmp_path: Path) -> None:
    (tmp_path / "roll.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(Unreadable, match="damaged"):
        refuse_swelling(tmp_path, ON)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_cells_are_counted_whatever_their_prefix_and_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "roll.xlsx"
    sheet = "<x:row>" + '<x:c r="A1"><x:v>1</x:v></x:c><cols/><c/>' * 50_000 + "</x:row>"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", sheet.encode(encoding))
    with zipfile.ZipFile(path) as archive:
        found = extent_of(archive, archive.infolist()[0])
    assert (found.cells, found.spans, found.columns) == (100_000, 1, 2)
