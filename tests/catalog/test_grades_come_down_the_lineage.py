"""Grades and personal flags through joins, expressions, unions, windows, and what statistics leave behind."""

# One line a query reads best.
# ruff: noqa: E501

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from catalog.classify.decided import Decided
from catalog.classify.decisions import FIELD, Decision
from catalog.classify.finding import Finding
from catalog.lineage.inheritance import Level, Standings, dataset_grade
from contracts.model import (
    Composed,
    Composition,
    Contract,
    Field,
    FieldType,
    Party,
    ShareType,
    Sharing,
    UnitRef,
    UnitRule,
    Use,
)

ON = date(2026, 9, 24)
CITY = Party("云州市")
OPEN = Sharing(ShareType.UNCONDITIONAL)
PEOPLE = Contract(
    "people", "人口", "civil", "people", CITY,
    (
        Field("id_card", unit=UnitRef("person"), use=Use.IDENTIFIER, personal=True, grade=3),
        Field("ward", use=Use.DIMENSION, grade=1),
        Field("born", type=FieldType.DATE, use=Use.TIME, grain="month", personal=True, grade=2),
    ),
    sharing=OPEN,
    units=(UnitRule("person", 1),),
)  # fmt: skip
CARE = Contract(
    "care", "就诊", "health", "visits", CITY,
    (
        Field("id_card", unit=UnitRef("person"), use=Use.IDENTIFIER, personal=True, grade=3),
        Field("diagnosis", use=Use.DIMENSION, personal=True, sensitive=True, grade=4),
        Field("cost", type=FieldType.INTEGER, use=Use.MEASURE, personal=True, grade=3),
    ),
    sharing=OPEN,
    units=(UnitRule("person", 9),),
)  # fmt: skip
WARDS = Contract(
    "wards",
    "区",
    "geo",
    "wards",
    CITY,
    (Field("ward", grade=1), Field("area", grade=1)),
    sharing=OPEN,
    unit_free=True,
)
SOURCES = {c.name: c for c in (PEOPLE, CARE, WARDS)}


def composed(
    sql: str, *names: str, kind: Composition = Composition.UNIT_LEVEL, table: str = "made"
) -> Contract:
    fields = tuple(Field(n) for n in names)
    return Contract(table, table, "theme", table, CITY, fields, sharing=OPEN, composed=Composed(kind, sql))


def standings(*more: Contract, found: dict[str, tuple[Finding, ...]] | None = None) -> Standings:
    known = {**SOURCES, **{c.name: c for c in more}}
    return Standings(known, lambda c: (found or {}).get(c.name, ()), lambda c: Decided(), ON)


def levels(target: Contract, *more: Contract) -> dict[str, Level]:
    return standings(target, *more).inherited(target, Decided())


SENSITIVE, IDENTIFIER, PERSONAL, PLAIN = Level(4, True, True), Level(3, True), Level(2, True), Level(1)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT diagnosis AS x FROM health.visits", SENSITIVE),
        ("SELECT ward AS x FROM geo.wards", PLAIN),
        ("SELECT p.ward AS x FROM civil.people p JOIN health.visits v ON v.id_card = p.id_card", IDENTIFIER),
        (
            "SELECT p.ward AS x FROM civil.people p WHERE p.id_card IN "
            "(SELECT id_card FROM health.visits WHERE diagnosis = 'a')",
            SENSITIVE,
        ),
        ("SELECT upper(ward || diagnosis) AS x FROM civil.people, health.visits", SENSITIVE),
        ("SELECT CASE WHEN diagnosis = 'a' THEN 1 ELSE 0 END AS x FROM health.visits", SENSITIVE),
        ("SELECT ward AS x FROM geo.wards UNION ALL SELECT diagnosis FROM health.visits", SENSITIVE),
        ("SELECT ward AS x FROM geo.wards UNION SELECT ward FROM civil.people", PLAIN),
        ("SELECT row_number() OVER (PARTITION BY diagnosis ORDER BY id_card) AS x FROM health.visits", SENSITIVE),
        ("SELECT lag(cost) OVER (ORDER BY id_card) AS x FROM health.visits", IDENTIFIER),
        ("WITH v AS (SELECT diagnosis AS d FROM health.visits) SELECT d AS x FROM v", SENSITIVE),
        ("SELECT x FROM (SELECT max(diagnosis) AS x FROM health.visits)", SENSITIVE),
        ("SELECT (SELECT max(born) FROM civil.people) AS x FROM geo.wards", PERSONAL),
        ("SELECT coalesce(w.area, p.ward) AS x FROM geo.wards w LEFT JOIN civil.people p ON p.ward = w.ward", PLAIN),
        ("SELECT ward AS x FROM civil.people ORDER BY born LIMIT 5", PERSONAL),
        ("SELECT ward AS x FROM civil.people QUALIFY row_number() OVER (ORDER BY id_card) = 1", IDENTIFIER),
        ("SELECT ward AS x FROM geo.wards EXCEPT SELECT diagnosis FROM health.visits", SENSITIVE),
    ],
)  # fmt: skip
def test_a_column_inherits_the_strictest_of_all_it_comes_from_or_is_chosen_by(
    sql: str, expected: Level
) -> None:
    assert levels(composed(sql, "x"))["x"] == expected


def test_what_is_inherited_goes_on_through_every_generation() -> None:
    first = composed("SELECT id_card, diagnosis AS note FROM health.visits", "id_card", "note")
    second = composed("SELECT note AS word FROM theme.made", "word", table="second")

    assert levels(second, first)["word"] == SENSITIVE


def test_what_was_found_in_a_source_comes_down_though_it_is_not_declared() -> None:
    seen = Finding("area", "medical", 4, 0.9, {}, True, True, False)
    target = composed("SELECT area AS x FROM geo.wards", "x")

    known = standings(target, found={"geo.wards": (seen,)})

    assert known.inherited(target, Decided())["x"] == SENSITIVE


COUNTS = composed(
    "SELECT p.ward, count(*) AS visits, sum(v.cost) AS cost FROM civil.people p "
    "JOIN health.visits v ON v.id_card = p.id_card GROUP BY p.ward",
    "ward", "visits", "cost",
    kind=Composition.STATISTICAL,
)  # fmt: skip


def test_statistics_released_under_the_disclosure_rules_go_down_to_the_rules_floor() -> None:
    assert levels(COUNTS) == {"ward": Level(2), "visits": Level(2), "cost": Level(2)}


def test_unit_level_rows_go_down_by_no_rule() -> None:
    assert COUNTS.composed is not None
    kept = replace(COUNTS, composed=Composed(Composition.UNIT_LEVEL, COUNTS.composed.sql))

    assert levels(kept)["cost"] == IDENTIFIER


def test_statistics_keep_the_level_of_what_they_show_as_it_is() -> None:
    shown = composed(
        "SELECT diagnosis, count(*) AS n FROM health.visits GROUP BY diagnosis",
        "diagnosis", "n",
        kind=Composition.STATISTICAL,
    )  # fmt: skip

    assert levels(shown)["diagnosis"] == SENSITIVE
    assert levels(shown)["n"] == Level(2)


def test_statistics_without_declared_units_do_not_go_down() -> None:
    nobody = replace(CARE, fields=tuple(replace(f, unit=None) for f in CARE.fields), units=())
    target = composed("SELECT sum(cost) AS cost FROM health.visits", "cost", kind=Composition.STATISTICAL)
    known = Standings({nobody.name: nobody, target.name: target}, lambda c: (), lambda c: Decided(), ON)

    assert known.inherited(target, Decided())["cost"] == IDENTIFIER


def lowered(before: int, to: int) -> Decided:
    now = datetime(2026, 9, 24, tzinfo=UTC)
    made = Decision(
        "cls_1", "theme.made", "x", FIELD, "lower", "in_force", before, to, "masked", "assessment 3", "", None,
        "a", "steward", now, "b", "security", now, None, None, None,
    )  # fmt: skip
    return Decided((made,))


def test_a_signed_lowering_holds_until_more_comes_in_than_it_was_signed_for() -> None:
    target = composed("SELECT substr(diagnosis, 1, 1) AS x FROM health.visits", "x")
    known = standings(target)

    assert known.inherited(target, lowered(4, 2))["x"] == Level(2, True, False)
    assert known.inherited(target, lowered(3, 2))["x"] == SENSITIVE


def test_the_grade_of_a_dataset_is_the_highest_of_its_fields() -> None:
    target = composed("SELECT area AS x, ward AS y FROM geo.wards", "x", "y")

    assert dataset_grade(target, (), Decided(), {"y": Level(3)}) == 3
    assert dataset_grade(replace(target, grade=4), (), Decided(), {}) == 4


def test_two_personal_sources_in_unit_level_rows_are_a_merge() -> None:
    sql = "SELECT p.born, v.diagnosis FROM civil.people p JOIN health.visits v ON v.id_card = p.id_card"
    target = composed(sql, "born", "diagnosis")

    assert standings(target).merged(target) == {
        "civil.people": ("born", "id_card"),
        "health.visits": ("diagnosis", "id_card"),
    }


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("SELECT p.born AS x FROM civil.people p JOIN geo.wards w ON w.ward = p.ward", Composition.UNIT_LEVEL),
        ("SELECT a.born AS x FROM civil.people a JOIN civil.people b USING (id_card)", Composition.UNIT_LEVEL),
        ("SELECT count(*) AS x FROM civil.people p JOIN health.visits v USING (id_card)", Composition.STATISTICAL),
    ],
)  # fmt: skip
def test_one_personal_source_or_statistics_are_no_merge(sql: str, kind: Composition) -> None:
    target = composed(sql, "x", kind=kind)

    assert standings(target).merged(target) == {}


def test_what_is_made_from_a_merge_alone_is_no_merge_of_its_own() -> None:
    merged = composed(
        "SELECT p.born, v.diagnosis FROM civil.people p JOIN health.visits v ON v.id_card = p.id_card",
        "born", "diagnosis",
    )  # fmt: skip
    second = composed("SELECT born FROM theme.made", "born", table="second")

    assert standings(merged, second).merged(second) == {}
