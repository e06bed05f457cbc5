"""Delta tables delivered as folders: the version asked for, and nothing that would be misread."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from catalog.intake.errors import Unreadable
from catalog.intake.landing.landing import land
from contracts.model import Contract, Field, Load, LoadKind, Party, Source, SourceFormat


def contract(query: str | None = None, load: LoadKind = LoadKind.FULL) -> Contract:
    return Contract(
        id="c",
        title="登记",
        schema="s",
        table="t",
        department=Party("某局"),
        fields=tuple(
            Field(name=n, business_name=b) for n, b in (("a", "编号"), ("d", "日期"), ("x", "新列"))
        ),
        sources=(Source("lake", SourceFormat.DELTA, "登记", query=query, header_row=0, absent=("x",)),),
        load=Load(load),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    where = str(tmp_path / "登记")
    day = dt.date(2024, 3, 5)
    write_deltalake(where, pa.table({"编号": [1, 2], "日期": [day, None]}))
    write_deltalake(
        where, pa.table({"编号": [3], "日期": [day], "新列": ["x"]}), mode="append", schema_mode="merge"
    )
    return tmp_path


def values(folder: Path, made: Contract) -> set[tuple[str | None, ...]]:
    rows = land(made, folder).table.to_pylist()
    assert [r["_line"] for r in rows] == list(range(1, len(rows) + 1))
    return {(r["a"], r["d"], r["x"]) for r in rows}


def test_the_newest_version_is_read_and_older_files_lack_a_later_column(folder: Path) -> None:
    assert values(folder, contract()) == {
        ("1", "2024-03-05", None),
        ("2", None, None),
        ("3", "2024-03-05", "x"),
    }
    assert land(contract(), folder).files[0].path == "登记"


def test_the_version_a_source_names_is_read(folder: Path) -> None:
    assert values(folder, contract("0")) == {("1", "2024-03-05", None), ("2", None, None)}
    assert land(contract("0"), folder).files[0].path == "登记#0"


def test_a_version_that_is_removed_is_not_read(folder: Path) -> None:
    DeltaTable(str(folder / "登记")).delete("编号 = 2")
    assert {a for a, _, _ in values(folder, contract())} == {"1", "3"}


@pytest.mark.parametrize(
    ("query", "told"), [("9", "has no version 9"), ("newest", "no version of the table")]
)
def test_a_version_that_is_none_is_named(folder: Path, query: str, told: str) -> None:
    with pytest.raises(Unreadable, match=told):
        land(contract(query), folder)


def test_a_table_that_would_be_misread_is_refused(tmp_path: Path) -> None:
    rows = pa.table({"编号": [1, 2], "日期": ["a", "b"]})
    write_deltalake(str(tmp_path / "登记"), rows, partition_by=["日期"])
    with pytest.raises(Unreadable, match="which we would misread"):
        land(contract(), tmp_path)


def test_a_table_that_lost_a_file_or_its_log_is_refused(folder: Path) -> None:
    for file in (folder / "登记").glob("*.parquet"):
        file.unlink()
    with pytest.raises(Unreadable, match="is gone"):
        land(contract(), folder)
    for file in (folder / "登记" / "_delta_log").glob("*"):
        file.write_text("{")
    with pytest.raises(Unreadable, match="log cannot be read"):
        land(contract(), folder)


def test_a_table_a_release_holds_is_read_again_once_it_has_a_new_version(folder: Path) -> None:
    words = {"U": "upsert"}
    load = Load(LoadKind.CHANGES, operation="日期", words=words)
    keyed = replace(contract().fields[0], key_position=1)
    made = replace(contract(), load=load, fields=(keyed, *contract().fields[1:]))
    held = frozenset(f.sha256 for f in land(made, folder).files)
    assert land(made, folder, loaded=held).files == ()
    write_deltalake(str(folder / "登记"), pa.table({"编号": [4]}), mode="append", schema_mode="merge")
    assert land(made, folder, loaded=held).counts.landed == 4


def test_a_table_cannot_be_appended_again_and_again(folder: Path) -> None:
    with pytest.raises(Unreadable, match="gives all its rows each time"):
        land(contract(load=LoadKind.APPEND), folder)
