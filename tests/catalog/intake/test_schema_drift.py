"""A delivery that differs from its layout: told by kind, handled as the contract says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from catalog.intake.errors import SchemaDrifted
from catalog.intake.landing.landing import Drifted, Landed, land
from catalog.intake.landing.typing import typed_rows
from contracts.model import Contract, Drift, DriftAction, Field, FieldType, Party, Source, SourceFormat

IGNORE, QUARANTINE, STOP = DriftAction.IGNORE, DriftAction.QUARANTINE, DriftAction.STOP
CONTRACT = Contract(
    id="c",
    title="登记",
    schema="s",
    table="t",
    department=Party("某局"),
    fields=(
        Field(name="number", business_name="编号", type=FieldType.INTEGER),
        Field(name="name", business_name="姓名"),
        Field(name="people", business_name="户籍人口数", type=FieldType.INTEGER),
    ),
    sources=(Source("all", SourceFormat.CSV, "*.csv"),),
)


def contract(source: Source | None = None, **drift: DriftAction) -> Contract:
    return replace(CONTRACT, drift=replace(Drift(), **drift), sources=(source or CONTRACT.sources[0],))


def landed(folder: Path, made: Contract, **files: str) -> Landed:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return land(made, folder)


def kinds(found: Landed) -> list[tuple[str, str, str, DriftAction, str]]:
    return [(d.kind, d.file, d.column, d.action, d.proposal) for d in found.drift]


def test_a_delivery_as_agreed_reports_nothing(tmp_path: Path) -> None:
    found = landed(tmp_path, CONTRACT, a="编号,姓名,户籍人口数\n1,甲,3\n")
    assert (found.drift, found.rejected.num_rows) == ((), 0)


def test_a_new_column_is_reported_and_its_rows_land(tmp_path: Path) -> None:
    found = landed(tmp_path, CONTRACT, a="编号,姓名,户籍人口数,电话\n1,甲,3,x\n")
    assert kinds(found) == [("new_column", "a.csv", "电话", IGNORE, "")]
    assert found.rejected.num_rows == 0


def test_a_new_heading_that_looks_like_a_value_is_named_by_its_place(tmp_path: Path) -> None:
    found = landed(tmp_path, CONTRACT, a="编号,姓名,户籍人口数,13912345678\n1,甲,3,x\n")
    assert [d.column for d in found.drift] == ["#4"]


def test_rows_of_a_file_without_a_column_are_quarantined_and_those_of_others_are_not(tmp_path: Path) -> None:
    found = landed(tmp_path, CONTRACT, a="编号,姓名,户籍人口数\n1,甲,3\n", b="编号,户籍人口数\n2,3\n3,4\n")
    assert kinds(found) == [("missing_column", "b.csv", "name", QUARANTINE, "")]
    assert found.rejected.to_pylist() == [
        {"_file": "b.csv", "_line": line, "field": "name", "reason": "drift:missing_column"}
        for line in (2, 3)
    ]
    made = typed_rows(CONTRACT, found)
    assert (found.counts.landed, made.typed.num_rows, made.rejected.num_rows) == (3, 1, 2)
    assert made.typed["number"].to_pylist() == [1]


def test_a_field_the_layout_never_had_is_no_drift(tmp_path: Path) -> None:
    layout = Source("all", SourceFormat.CSV, "*.csv", absent=("name",))
    found = landed(tmp_path, contract(layout), b="编号,户籍人口数\n2,3\n")
    assert (found.drift, found.table["name"].to_pylist()) == ((), [None])


def test_a_renamed_heading_is_proposed_and_stops_the_delivery(tmp_path: Path) -> None:
    with pytest.raises(SchemaDrifted, match=r"a\.csv: the column of people is gone, 户籍人口 is new") as stop:
        landed(tmp_path, CONTRACT, a="编号,姓名,户籍人口,电话\n1,甲,3,x\n")
    assert stop.value.drift == (Drifted("renamed", "a.csv", "people", STOP, "户籍人口"),)
    assert "\n" not in str(stop.value)


def test_the_nearest_of_several_new_headings_is_proposed_once(tmp_path: Path) -> None:
    made = contract(renamed=QUARANTINE)
    found = landed(tmp_path, made, a="编号,姓 名 ,户籍人口总数,常住人口数\n1,甲,3,4\n")
    assert ("renamed", "a.csv", "people", QUARANTINE, "户籍人口总数") in kinds(found)
    assert ("new_column", "a.csv", "常住人口数", IGNORE, "") in kinds(found)
    assert {r["reason"] for r in found.rejected.to_pylist()} == {"drift:renamed"}


def test_another_order_of_columns_is_reported_and_read_by_heading(tmp_path: Path) -> None:
    found = landed(tmp_path, CONTRACT, a="姓名,编号,户籍人口数\n甲,1,3\n")
    assert kinds(found) == [("reordered", "a.csv", "", IGNORE, "")]
    assert found.table["number"].to_pylist() == ["1"]
    with pytest.raises(SchemaDrifted, match="another order"):
        landed(tmp_path, contract(reordered=STOP))


def test_the_order_of_a_layout_that_maps_its_headings_is_the_mapping(tmp_path: Path) -> None:
    layout = Source("all", SourceFormat.CSV, "*.csv", columns={"C": "people", "B": "name", "A": "number"})
    assert landed(tmp_path, contract(layout), a="C,B,A\n3,甲,1\n").drift == ()


def test_a_column_of_another_type_is_named_beside_its_quarantined_rows(tmp_path: Path) -> None:
    bad = "".join(f"{n},甲,约{n}人\n" for n in range(15))
    good = "".join(f"{n},甲,{n}\n" for n in range(15))
    found = landed(tmp_path, CONTRACT, a="编号,姓名,户籍人口数\n" + bad, b="编号,姓名,户籍人口数\n" + good)
    made = typed_rows(CONTRACT, found)
    assert made.drift == (Drifted("type_change", "a.csv", "people", QUARANTINE, "100%"),)
    assert (made.typed.num_rows, made.rejected.num_rows) == (15, 15)
    with pytest.raises(SchemaDrifted, match="100% of the values of people no longer fit"):
        typed_rows(contract(type_change=STOP), found)


def test_a_few_values_that_do_not_fit_are_no_change_of_type(tmp_path: Path) -> None:
    rows = "".join(f"{n},甲,{n if n % 3 else '约'}\n" for n in range(30))
    found = landed(tmp_path, CONTRACT, a="编号,姓名,户籍人口数\n" + rows, b="编号,姓名,户籍人口数\n1,甲,约\n")
    made = typed_rows(CONTRACT, found)
    assert (made.drift, made.rejected.num_rows) == ((), 11)


def test_drift_is_told_for_each_file_by_its_own_heading(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["编号", "姓名", "户籍人口数", "备注"], [1, "甲", 3, "x"]):
        book.active.append(row)
    book.save(tmp_path / "b.xlsx")
    (tmp_path / "a.csv").write_text("编号,姓名,户籍人口数\n1,甲,3\n", encoding="utf-8")
    made = replace(CONTRACT, sources=(*CONTRACT.sources, Source("book", SourceFormat.EXCEL, "b.xlsx")))
    assert [(d.file, d.column) for d in land(made, tmp_path).drift] == [("b.xlsx", "备注")]


def test_every_cell_that_does_not_fit_is_counted_and_every_one_that_does(tmp_path: Path) -> None:
    found = landed(tmp_path, CONTRACT, a="编号,姓名,户籍人口数\n1,甲,3\nx,乙,y\n3,丙,z\n4,丁,\n")
    made = typed_rows(CONTRACT, found)
    assert made.rejected.num_rows == 2
    assert made.cells == {"number": (3, 4), "name": (4, 4), "people": (1, 3)}
