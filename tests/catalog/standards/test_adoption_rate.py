"""贯标率: who follows the standards there are, where one is missing, and what cannot be assessed."""

from __future__ import annotations

import json

from click.testing import CliRunner
from sqlalchemy import Engine

from catalog.cataloging.entering import catalogue
from catalog.home import Home
from catalog.standards.adoption import Adoption, Ratio, Report, adoption
from catalog.standards.cli import standard
from catalog.standards.printing import document_of
from contracts.elements import Element
from contracts.model import Contract, Field, Party
from tests.catalog.standards.test_life_of_own_standards import NOW


def dataset(name: str, department: str, *fields: Field) -> Contract:
    return Contract(name, name, "city", name, Party(department), fields, unit_free=True)


POLICE = dataset(
    "people",
    "公安局",
    Field("id_card", "身份证号", element="resident_id"),
    Field("sex", "性别", element="sex", allowed=("男", "女")),
    Field("nation", "民族"),
    Field("grid", "片区名"),
)
CIVIL = dataset(
    "families", "民政局", Field("nation", "民族", element="ethnic_group"), Field("grid", "片区名")
)
WATER = dataset("pipes", "水务局", Field("colour", "管色"))


def by_name(report: Report) -> dict[str, Adoption]:
    return {each.department: each for each in report.departments}


def test_a_field_counts_where_a_standard_matches_and_follows_where_it_keeps_it() -> None:
    report = adoption([POLICE, CIVIL, WATER], own={}, passed={})
    found = by_name(report)
    assert found["公安局"].followed == Ratio(1, 3)
    assert found["民政局"].followed == Ratio(1, 1)
    assert report.total.followed == Ratio(2, 4)
    assert report.total.followed.x == 0.5
    assert [(miss.field, miss.element, miss.why) for miss in found["公安局"].misses] == [
        ("sex", "sex", "allows 2 value(s) that are not in the code list of sex"),
        ("nation", "ethnic_group", "names no element"),
    ]


def test_a_department_without_any_matching_standard_is_not_assessed() -> None:
    water = by_name(adoption([WATER], own={}, passed={}))["水务局"]
    assert water.followed == Ratio(0, 0)
    assert water.followed.x is None
    assert document_of(adoption([], own={}, passed={}))["total"]["followed"] == {"A": 0, "B": 0, "X": None}


def test_headings_that_departments_share_without_a_standard_are_to_be_set() -> None:
    (wanted,) = adoption([POLICE, CIVIL, WATER], own={}, passed={}).to_be_set
    assert (wanted.heading, wanted.departments) == ("片区名", ("公安局", "民政局"))
    assert wanted.fields == ("city.people.grid", "city.families.grid")
    own = {"yunzhou.grid": Element("yunzhou.grid", "片区名", "本市的片区。")}
    report = adoption([POLICE, CIVIL, WATER], own=own, passed={})
    assert report.to_be_set == ()
    assert report.total.followed == Ratio(2, 6), "a standard once set has to be followed"


def test_only_rules_that_elements_lend_and_that_were_evaluated_count() -> None:
    passed = {
        "city.people": {
            "q_id_card_check_digit": True,
            "q_id_card_length": False,
            "q_sex_allowed": False,  # its field does not follow the element
            "q_grid_required": False,
        },
        "city.families": {"q_nation_allowed": True, "q_nation_length": True},
    }
    report = adoption([POLICE, CIVIL, WATER], own={}, passed=passed)
    found = by_name(report)
    assert (found["公安局"].controlled, found["公安局"].conforming) == (Ratio(1, 2), Ratio(0, 1))
    assert (found["民政局"].controlled, found["民政局"].conforming) == (Ratio(2, 2), Ratio(1, 1))
    assert found["水务局"].conforming.x is None
    assert report.total.conforming == Ratio(1, 2)


def test_the_command_measures_the_ledger(home: Home, engine: Engine) -> None:
    for contract in (POLICE, CIVIL, WATER):
        catalogue(engine, contract, path=None, by="局", reason="目录", now=NOW)
    document = json.loads(CliRunner().invoke(standard, ["adoption", "--json"]).stdout)
    assert document["total"]["followed"] == {"A": 2, "B": 4, "X": 0.5}
    assert document["total"]["conforming"] == {"A": 0, "B": 0, "X": None}
    assert document["to_be_set"][0]["heading"] == "片区名"
    printed = CliRunner().invoke(standard, ["adoption"]).stdout
    assert "50% (2/4)" in printed
    assert "未贯标 city.people.nation 民族 → ethnic_group: names no element" in printed
