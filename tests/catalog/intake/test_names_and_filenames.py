"""Headings become safe names; file names give period, area, subject and version."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from catalog.intake.drafting import filenames, likeness, names, semantics
from catalog.intake.drafting.filenames import area_in, period_in, subject_of, version_of
from catalog.intake.drafting.names import physical
from catalog.intake.drafting.words import FILE, vocabulary
from catalog.intake.reading import database, excel, json_documents
from catalog.intake.tables import headings, rows
from contracts.model import SAFE_NAME


@pytest.mark.parametrize(
    "module", [database, excel, filenames, headings, json_documents, likeness, names, rows, semantics]
)
def test_the_examples_in_the_docstrings_hold(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


# The first unknown word loads the Pinyin tables.
@settings(deadline=None)
@given(st.lists(st.text(max_size=80), max_size=12))
def test_any_headings_give_safe_and_unique_names(printed: list[str]) -> None:
    made = physical(headings.unique(printed))
    assert all(SAFE_NAME.match(n) for n in made)
    assert len(set(made)) == len(made)


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("公民身份号码", "id_card"),
        ("统一社会信用代码", "uscc"),
        ("户主姓名", "householder_name"),
        ("金额（元）", "amount"),
        ("居住地/街道", "residence_street"),
        ("Unique Key", "unique_key"),
        ("X Coordinate (State Plane)", "x_coordinate"),
        ("order", "order_"),
        ("2024年", "y2024"),
        ("1月23日", "d01_23"),
        ("耄耋垂髫", "maodie_chuitiao"),
    ],
)
def test_headings_get_telling_names(heading: str, name: str) -> None:
    assert physical([heading]) == (name,)


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2024年3月", "2024-03"),
        ("202403", "2024-03"),
        ("低保_2024-03", "2024-03"),
        ("低保名单20240305", "2024-03-05"),
        ("（截至2025年6月20日）", "2025-06-20"),
        ("2024年第一季度", "2024-Q1"),
        ("台账2024Q3", "2024-Q3"),
        ("2024年上半年", "2024-H1"),
        ("2024年度", "2024"),
        ("PRSA_20130301-20170228", None),
        ("2011年-2025年", None),
        ("2024年1-3月", None),
        ("requests_from_2010_to_Present", None),
        ("W020250627301230138068", None),
        ("nCov_china_0216", None),
        ("名单", None),
    ],
)
def test_a_period_is_read_only_where_one_is_named(text: str, period: str | None) -> None:
    assert period_in(text) == period


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("城东街道低保名单", "城东街道"),
        ("低保名单（新河镇）", "新河镇"),
        ("云州市城东区新河镇独居老人", "新河镇"),
        ("幸福村走访台账", "幸福村"),
        ("和平社区", "和平社区"),
        ("城东区", "城东区"),
        ("分省年度数据", None),
        ("云州市城乡居民最低生活保障金发放台账", None),
        ("城镇职工医保", None),
        ("云州市农村道路_新河镇", "新河镇"),
        ("全市乡镇卫生院", None),
        ("地区", None),
        ("低保名单", None),
    ],
)
def test_an_area_is_read_from_a_name(text: str, area: str | None) -> None:
    assert area_in(text) == area


def test_marks_of_copies_versions_periods_and_areas_are_no_part_of_the_subject() -> None:
    stems = [
        "低保名单",
        "低保名单 (1)",
        "低保名单-副本",
        "低保名单最终版2",
        "城东街道低保名单2024年3月",
        "低保名单_v2",
    ]
    assert {subject_of(s) for s in stems} == {"低保名单"}


def test_later_versions_rank_above_earlier_ones() -> None:
    stems = ["名单-副本", "名单", "名单_v2", "名单_v3", "名单最终版", "名单最终版2"]
    ranks = [version_of(s) for s in stems]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == len(ranks)


def test_town_and_country_stay_in_what_a_title_is_about() -> None:
    assert subject_of("云州市城乡居民最低生活保障金发放台账") == "云州市城乡居民最低生活保障金发放台账"


def test_the_quick_reading_of_the_words_is_what_yaml_says() -> None:
    document = YAML(typ="safe").load(FILE.read_text(encoding="utf-8"))
    said = {str(k): str(v) for group in document["words"].values() for k, v in group.items()}
    assert vocabulary().english == said
