"""A former catalogue with faults of many kinds: all of them are told at once, each at its own cell."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from catalog import revisions
from catalog.bulk import adoptable, adopting
from catalog.bulk.reading import FormFaulty, read
from catalog.cataloging.values import Acts
from catalog.organisations import units
from catalog.organisations.units import UnitKind
from catalog.store import reading, writing

NOW = datetime(2026, 9, 30, 8, 0, tzinfo=UTC)
ACTS = Acts(by="数据局", reason="云数〔2026〕1号", now=NOW)
BUREAU = "11350100M000100039"
GOOD = {
    "信息资源名称": "养老机构", "信息资源代码": "201000/000007", "信息资源提供方": "云州市民政局",
    "共享类型": "无条件共享", "信息资源分类": "主题/公共服务", "更新周期": "每年", "发布日期": "2023-03-01",
    "目录状态": "已发布", "信息项名称": "名称",
}  # fmt: skip


@pytest.fixture
def bureau(engine: Engine) -> Engine:
    with writing(engine) as connection:
        units.add(
            connection, code=BUREAU, name="云州市民政局", kind=UnitKind.DEPARTMENT, basis="三定方案",
            valid_from=date(2020, 1, 1), by="数据局", now=NOW,
        )  # fmt: skip
    return engine


def form(folder: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    path = folder / "旧目录.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        written = csv.DictWriter(file, list(GOOD))
        written.writeheader()
        written.writerows(GOOD | row for row in rows)
    return path


def adopt(engine: Engine, path: Path) -> Any:
    given = adoptable.given_by(engine, read(path), ACTS)
    return adopting.adopt(engine, given, [], ACTS, origin="旧目录系统")


def test_faults_of_every_kind_are_told_in_one_round_and_at_their_own_cells(
    bureau: Engine, tmp_path: Path
) -> None:
    rows = [
        {"信息资源名称": "甲", "信息资源代码": "201000/1", "更新周期": "偶尔", "发布日期": "明天"},
        {"信息资源名称": "乙", "信息资源代码": "x"},
        {"信息资源名称": "丙", "信息资源代码": "201000/3", "信息资源提供方": "无此局"},
        {"信息资源名称": "丁", "信息资源代码": "201000/4", "共享类型": "不予共享"},
        {"信息资源名称": "己", "信息资源代码": "201000/6", "共享类型": "不予共享", "更新周期": "偶尔"},
        {"信息资源名称": "戊", "信息资源代码": "201000/1", "发布日期": "2027-01-01"},
    ]

    with pytest.raises(FormFaulty) as caught:
        adopt(bureau, form(tmp_path, rows))

    told = [(fault.cell, fault.what) for fault in caught.value.faults]
    assert [cell for cell, _ in told] == ["F2", "G2", "B3", "C4", "A5", "F6", "A6", "B7", "G7"]
    words = dict(told)
    assert words["G2"] == "发布日期 is no day"
    assert words["B3"] == "is no resource code"
    assert words["C4"] == "no unit of the tree has this name"
    assert words["B7"] == "the code is there twice"
    assert all(str(fault).count(fault.remedy) == 1 for fault in caught.value.faults)


def test_an_entry_of_a_department_in_the_tree_has_its_code(bureau: Engine, tmp_path: Path) -> None:
    (made,) = adopt(bureau, form(tmp_path, [{}]))

    with reading(bureau) as connection:
        assert revisions.current(connection, made.name).contract.department.code == BUREAU


def test_a_code_of_another_scheme_is_kept_as_it_was_issued_and_told(engine: Engine, tmp_path: Path) -> None:
    given = adoptable.given_by(engine, read(form(tmp_path, [{"信息资源代码": "YZ-MZ-0012"}])), ACTS)

    assert adoptable.foreign(given) == ("YZ-MZ-0012",)
    (made,) = adopting.adopt(engine, given, [], ACTS, origin="旧目录系统")
    assert made.code == "YZ-MZ-0012"
