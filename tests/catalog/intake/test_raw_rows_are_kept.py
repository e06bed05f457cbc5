"""Raw rows stay in the landing zone: written once, read back as they landed, so cleaning is reversible."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from catalog.home import Home
from catalog.intake.landing import raw
from catalog.intake.landing.landing import land
from catalog.intake.landing.typing import typed_rows
from contracts.model import (
    Cleaning,
    CleaningKind,
    Contract,
    Field,
    FieldType,
    Load,
    LoadKind,
    Party,
    Source,
    SourceFormat,
)

CONTRACT = Contract(
    id="c",
    title="登记",
    schema="s",
    table="t",
    department=Party("某局"),
    fields=(
        Field(name="number", business_name="编号", type=FieldType.INTEGER, key_position=1),
        Field(name="ward", business_name="街道"),
    ),
    sources=(Source("all", SourceFormat.CSV, "*.csv"),),
    cleaning=(Cleaning("c_ward", CleaningKind.STRIP, ("ward",), {"suffix": "街道"}),),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "in"
    made.mkdir()
    (made / "a.csv").write_text("编号,街道\n1,城东街道\n2,城西\nx,城南街道\n", encoding="utf-8")
    (made / "b.csv").write_text("编号,街道\n4,城北街道\n", encoding="utf-8")
    return made


def test_typed_rows_are_made_again_from_raw_rows_and_contract(home: Home, folder: Path) -> None:
    landed = land(CONTRACT, folder)
    made = typed_rows(CONTRACT, landed)
    assert made.typed["ward"].to_pylist() == ["城东", "城西", "城北"]
    assert made.cleaned == {"c_ward": 3}
    names = raw.keep(home, CONTRACT, landed)
    for file in folder.iterdir():
        file.unlink()
    kept = [raw.read(home, CONTRACT.name, name) for name in names]
    assert [t["ward"].to_pylist() for t in kept] == [["城东街道", "城西", "城南街道"], ["城北街道"]]
    for rows, name in zip(kept, ("a.csv", "b.csv"), strict=True):
        again = typed_rows(CONTRACT, replace(landed, table=rows))
        assert again.typed.to_pylist() == [r for r in made.typed.to_pylist() if r["_file"] == name]
        assert again.rejected.to_pylist() == [r for r in made.rejected.to_pylist() if r["_file"] == name]
    undone = typed_rows(replace(CONTRACT, cleaning=()), replace(landed, table=kept[0]))
    assert undone.typed["ward"].to_pylist() == ["城东街道", "城西"]


def test_an_unchanged_file_is_written_once(home: Home, folder: Path) -> None:
    first = raw.keep(home, CONTRACT, land(CONTRACT, folder))
    place = home.lake / raw.below(CONTRACT.name)
    written = {p.name: p.stat().st_ino for p in place.iterdir()}
    (folder / "b.csv").write_text("编号,街道\n5,城北街道\n", encoding="utf-8")
    second = raw.keep(home, CONTRACT, land(CONTRACT, folder))
    assert second[0] == first[0]
    assert second[1] != first[1]
    assert {p.name: p.stat().st_ino for p in place.iterdir()}[f"{first[0]}.parquet"] == written[
        f"{first[0]}.parquet"
    ]
    assert len(list(place.iterdir())) == 3


def test_a_file_read_by_another_layout_has_raw_rows_of_its_own(home: Home, folder: Path) -> None:
    first = raw.keep(home, CONTRACT, land(CONTRACT, folder))
    other = replace(CONTRACT, sources=(Source("all", SourceFormat.CSV, "*.csv", skip_footer=1),))
    (folder / "b.csv").unlink()
    second = raw.keep(home, other, land(other, folder))
    assert not set(first) & set(second)
    assert raw.read(home, CONTRACT.name, second[0]).num_rows == 2


def test_raw_rows_no_release_names_are_removed(home: Home, folder: Path) -> None:
    first, second = raw.keep(home, CONTRACT, land(CONTRACT, folder))
    assert raw.prune(home, CONTRACT.name, keep={second}) == 1
    assert raw.read(home, CONTRACT.name, second).num_rows == 1
    with pytest.raises(raw.RawMissing, match="deliver the file again"):
        raw.read(home, CONTRACT.name, first)


def test_raw_rows_of_a_change_log_are_kept_file_by_file_in_the_order_of_the_log(
    home: Home, folder: Path
) -> None:
    load = Load(LoadKind.CHANGES, operation="操作", order="序", words={"U": "upsert", "D": "delete"})
    log = replace(CONTRACT, load=load)
    (folder / "a.csv").write_text("编号,街道,操作,序\n1,东,U,3\n1,,D,5\n", encoding="utf-8")
    (folder / "b.csv").write_text("编号,街道,操作,序\n1,西,U,4\n2,北,U,1\n", encoding="utf-8")
    names = raw.keep(home, log, land(log, folder))
    kept = [raw.read(home, log.name, name) for name in names]
    assert [list(zip(t["ward"].to_pylist(), t["_op"].to_pylist(), strict=True)) for t in kept] == [
        [("东", "upsert"), (None, "delete")],
        [("北", "upsert"), ("西", "upsert")],
    ]


def test_only_the_owner_may_read_what_is_kept(home: Home, folder: Path) -> None:
    raw.keep(home, CONTRACT, land(CONTRACT, folder))
    for path in (home.lake / raw.below(CONTRACT.name)).iterdir():
        assert os.stat(path).st_mode & 0o077 == 0
