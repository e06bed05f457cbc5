"""Every guess of a draft says why, its cleaning steps work, and what is damaged is called damaged."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from catalog.intake.drafting import meanings, proposed, quantities, sources, subjects
from catalog.intake.drafting.draft import Draft, draft
from catalog.intake.drafting.evidence import Guess
from catalog.intake.drafting.semantics import period_of
from catalog.intake.drafting.types import guess
from catalog.intake.landing.landing import land
from catalog.intake.tables import headings
from contracts.cast import cast
from contracts.cleaning import clean
from contracts.codes import resident_check
from contracts.model import CleaningKind, Contract, Field, FieldType, Use
from contracts.odcs.files import dumps, loads


def of(heading: str, values: list[str | None]) -> Guess:
    return guess(heading, pa.chunked_array([pa.array(values, pa.string())]))


def written(folder: Path, name: str, rows: list[list[object]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = "".join("\t".join("" if c is None else str(c) for c in r) + "\n" for r in rows)
    (folder / name).write_text(text, encoding="utf-8")


def typed(made: Draft) -> tuple[Contract, dict[str, list[object]]]:
    """The only contract of a draft, written and read again, and its rows after cleaning and casting."""
    (family,) = made.families
    contract = loads(dumps(family.contract))
    landed = land(contract, made.folder)
    done = cast(contract, clean(contract, landed.table).table)
    assert done.rejected.num_rows == 0, done.rejected.to_pylist()
    return contract, done.typed.to_pydict()


@pytest.mark.parametrize("module", [headings, meanings, proposed, quantities, sources, subjects])
def test_the_examples_in_the_docstrings_hold(module: object) -> None:
    import doctest

    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("heading", "cells", "numbers", "unit"),
    [
        ("投资额", ["12.5万元", "3亿元", "800元"], [125000, 300000000, 800], "元"),
        ("投资额（万元）", ["12.5万元", "1亿元", "3"], [12.5, 10000, 3], "万元"),
        ("占比", ["35%", "12.5%", "0.5%"], [35, 12.5, 0.5], "%"),
        ("参保人数", ["3,200 人", "15人", "7人"], [3200, 15, 7], "人"),
        ("人口", ["1.2万", "3.5万", "10万"], [12000, 35000, 100000], ""),
        ("面积", ["651以上", "120", "98", "≥700", "50", "77"], [651, 120, 98, 700, 50, 77], ""),
        ("浓度", ["<5", "7", "12", "9", "6以下"], [5, 7, 12, 9, 6], ""),
        ("年龄", ["60岁及以上", "15岁", "22岁", "33岁"], [60, 15, 22, 33], "岁"),
    ],
)
def test_figures_with_units_and_bounds_become_numbers(
    tmp_path: Path, heading: str, cells: list[str], numbers: list[float], unit: str
) -> None:
    written(tmp_path, "a.tsv", [["街道", heading], *[[f"街{i}", c] for i, c in enumerate(cells)]])
    contract, rows = typed(draft(tmp_path))
    field = contract.fields[1]
    assert [float(v) for v in rows[field.name]] == numbers  # type: ignore[arg-type]
    assert field.type in (FieldType.INTEGER, FieldType.NUMBER)
    assert contract.cleaning
    assert all(s.fields == (field.name,) and s.description.startswith("Drafted:") for s in contract.cleaning)
    assert (f"; unit {unit}" in field.description) is bool(unit)
    assert field.maximum is None or float(field.maximum) >= max(numbers)  # type: ignore[arg-type]


def test_a_bound_is_named_as_one_and_its_step_is_top_code() -> None:
    found = of("面积", ["651以上", "120", "98", "77", "50"])
    assert [s.kind for s in found.cleaning] == [CleaningKind.TOP_CODE]
    assert "1 of 5 distinct values are bounds" in found.reason
    assert "top-coded" in found.doubt


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("占比", ["35%", "0.12", "0.4"]),
        ("年龄段", ["0-14岁", "15-59岁", "60岁及以上"]),
        ("门牌", ["12号", "13号", "14号"]),
        ("规模", ["20以上", "50以上", "100以上"]),
        ("数额", ["3元", "5人", "7元"]),
    ],
)
def test_what_could_mean_two_things_stays_text(heading: str, cells: list[str]) -> None:
    found = of(heading, list(cells))
    assert (found.type, found.cleaning) == (FieldType.STRING, ())


def test_digits_lost_to_scientific_notation_are_reported_as_damage(tmp_path: Path) -> None:
    stems = [f"99010119900307{i:03d}" for i in range(100, 110)]
    whole = [s + resident_check(s) for s in stems]
    for lost in (["9.90101E+17"] * 2, ["9.90101E+17"] * 10):
        found = of("身份证号", [*whole[: 10 - len(lost)], *lost])
        assert found.type is FieldType.STRING
        assert "lost" in found.doubt
    assert of("金额", ["1.2E+3", "5.5"]).type is FieldType.NUMBER
    written(tmp_path, "a.tsv", [["身份证号", "数"], *[[w, i] for i, w in enumerate([*whole[2:], *lost[:2]])]])
    (family,) = draft(tmp_path).families
    assert any("身份证号" in d and "ask for the file" in d for d in family.doubts)


@pytest.mark.parametrize(
    ("heading", "cells", "kind"),
    [
        ("是否低保", ["是", "否", "是"], FieldType.BOOLEAN),
        ("是否低保", ["1", "0", "1"], FieldType.BOOLEAN),
        ("有效", ["Y", "N"], FieldType.BOOLEAN),
        ("等级", ["是", "是"], FieldType.STRING),
        ("登记日期", ["2024-03-01", "45352", "2024年3月2日"], FieldType.DATE),
        ("年份", ["2019", "2020"], FieldType.DATE),
        ("签订日期", ["二〇二四年三月五日", "二零二四年十二月二十五日", "2024-01-02"], FieldType.DATE),
        ("签订月份", ["二〇二四年十月", "二〇二三年一月"], FieldType.DATE),
    ],
)
def test_truth_words_serial_days_and_years_are_typed(
    tmp_path: Path, heading: str, cells: list[str], kind: FieldType
) -> None:
    assert of(heading, list(cells)).type is kind
    written(tmp_path, "a.tsv", [["街道", heading], *[[f"街{i}", c] for i, c in enumerate(cells)]])
    _, rows = typed(draft(tmp_path))
    assert None not in [*rows.values()][1]


def test_running_numbers_and_parts_of_dates_are_no_measures(tmp_path: Path) -> None:
    rows: list[list[object]] = [["序号", "月", "数量"], *[[i, i % 12 + 1, i * 7] for i in range(1, 20)]]
    written(tmp_path, "a.tsv", rows)
    (family,) = draft(tmp_path).families
    assert [f.use for f in family.contract.fields] == [Use.NEVER, Use.DIMENSION, Use.MEASURE]
    assert "running number" in family.contract.fields[0].description


def test_a_sure_element_is_adopted_and_an_unsure_one_is_listed(tmp_path: Path) -> None:
    stems = [f"99010119900307{i:03d}" for i in range(100, 130)]
    rows = [[s + resident_check(s), "男" if i % 2 else "女", f"备{i}"] for i, s in enumerate(stems)]
    written(tmp_path, "a.tsv", [["公民身份号码", "性别", "其他说明"], *rows])
    (family,) = draft(tmp_path).families
    identity, sex = family.contract.fields[:2]
    assert identity.element == "resident_id"
    assert "adopted, score" in identity.description
    assert sex.element is None, "its values are labels, naming the element would refuse every row"
    assert "Element proposed: sex" in sex.description
    best = family.proposals[sex.name][0]
    assert (best.element, best.follows) == ("sex", False)


def test_area_and_period_are_proposed_where_columns_tell_them(tmp_path: Path) -> None:
    head = ["街道代码", "统计月份", "人数"]
    rows = [[f"990102{i % 3:03d}", f"2024-{i % 12 + 1:02d}", i] for i in range(40)]
    written(tmp_path, "a.tsv", [head, *rows])
    contract, _ = typed(draft(tmp_path))
    assert contract.area is not None
    assert (contract.area.field, contract.area.meaning) == ("street_code", "residence")
    assert contract.period_field == contract.fields[1].name
    assert period_of((Field("birth", "出生日期", FieldType.DATE, use=Use.TIME),)) is None
