"""Rules about two columns, other datasets, order, periods and row bands: what is refused, what is good."""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.arguments import kept_together
from contracts.conditions import row_condition, sql_text
from contracts.coordinates import boxes
from contracts.model import Contract, ContractError, Field, FieldType, Party, Rule, RuleKind
from contracts.rules import check_rule, rules_of

WHOLE = Contract(
    id="c",
    title="t",
    schema="a",
    table="b",
    department=Party("局"),
    fields=(
        Field("lng", type=FieldType.NUMBER, scale=6),
        Field("lat", type=FieldType.NUMBER, scale=6),
        Field("place"),
        Field("at", type=FieldType.TIMESTAMP),
        Field("day", type=FieldType.DATE),
        Field("reading", type=FieldType.INTEGER),
    ),
)


def located(pairs: list[tuple[float | None, float | None]], crs: str = "WGS84") -> list[bool]:
    condition = row_condition(Rule("r", RuleKind.COORDINATES, ("lng", "lat"), {"crs": crs}), WHOLE)
    assert condition is not None
    rows = pa.table(
        {
            "lng": pa.array([lng for lng, _ in pairs], pa.float64()),
            "lat": pa.array([lat for _, lat in pairs], pa.float64()),
        }
    )
    with duckdb.connect() as connection:
        connection.register("rows", rows)
        return [good for (good,) in connection.execute(f"SELECT {sql_text(condition)} FROM rows").fetchall()]


def test_the_four_systems_of_china_are_known() -> None:
    assert list(boxes()) == ["WGS84", "CGCS2000", "GCJ-02", "BD-09"]


@pytest.mark.parametrize(
    ("crs", "pair"),
    [
        ("WGS84", (116.404, 39.915)),
        ("GCJ-02", (116.4102445, 39.91640428)),
        ("BD-09", (116.41036949, 39.92133699)),
    ],
)
def test_a_place_in_the_capital_is_good_in_every_system(crs: str, pair: tuple[float, float]) -> None:
    assert located([pair], crs) == [True]


def test_nowhere_swapped_and_abroad_are_bad_and_missing_is_not_judged() -> None:
    pairs = [(0.0, 0.0), (39.915, 116.404), (-73.98, 40.75), (116.4, 0.0), (float("nan"), 39.9), (None, 39.9)]
    assert located(pairs) == [False, False, False, False, False, True]


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(sorted(boxes())), st.floats(0, 1), st.floats(0, 1))
def test_whatever_is_good_is_bad_when_swapped(crs: str, east: float, north: float) -> None:
    box = boxes()[crs]
    pair = (box.west + (box.east - box.west) * east, box.south + (box.north - box.south) * north)
    assert located([pair, (pair[1], pair[0]), (0.0, 0.0)], crs) == [True, False, False]


GOOD = [
    Rule("r", RuleKind.COORDINATES, ("lng", "lat"), {"crs": "CGCS2000"}),
    Rule("r", RuleKind.REFERENCE, ("place",), {"dataset": "a.places", "fields": ["code"]}),
    Rule("r", RuleKind.AGREEMENT, ("reading",), {"dataset": "a.c", "on": {"place": "code"}, "value": "v"}),
    Rule("r", RuleKind.ORDER, ("reading", "at"), {"by": "place"}),
    Rule("r", RuleKind.ORDER, ("reading", "day", "at"), {"by": ["place", "lng"]}),
    Rule("r", RuleKind.PERIOD_COUNT, ("at",), {"grain": "hour", "minimum": 1}),
    Rule("r", RuleKind.PERIOD_COUNT, ("day",), {"grain": "day", "minimum": 24, "maximum": 24}),
    Rule("r", RuleKind.ROW_COUNT, (), {"shrink": 0.2}),
    Rule("r", RuleKind.ROW_COUNT, (), {"minimum": 5, "shrink": 0, "grow": 1.5}),
    Rule("r", RuleKind.RANGE, ("reading",), {"minimum": 1}, indicator="0301"),
]


@pytest.mark.parametrize("rule", GOOD, ids=[f"{rule.kind} {sorted(rule.args)}" for rule in GOOD])
def test_a_rule_that_can_run_is_taken(rule: Rule) -> None:
    check_rule(rule, WHOLE)


def test_rules_about_more_than_one_row_have_no_row_condition() -> None:
    alone = (RuleKind.COORDINATES, RuleKind.RANGE)
    assert all(row_condition(rule, WHOLE) is None for rule in GOOD if rule.kind not in alone)


def test_order_keeps_one_or_several_fields_together() -> None:
    assert [kept_together(rule) for rule in GOOD if rule.kind is RuleKind.ORDER] == [
        ("place",),
        ("place", "lng"),
    ]


def bad(kind: RuleKind, fields: tuple[str, ...], said: str, /, **args: Any) -> Any:
    return pytest.param(Rule("r", kind, fields, args), said, id=f"{kind}: {said}")


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        bad(RuleKind.COORDINATES, ("lng", "lat"), "names no coordinate system"),
        bad(RuleKind.COORDINATES, ("lng", "lat"), "names no coordinate system", crs="EPSG:4326"),
        bad(RuleKind.COORDINATES, ("lng",), "reads 2 field", crs="WGS84"),
        bad(RuleKind.COORDINATES, ("lng", "lng"), "reads one field twice", crs="WGS84"),
        bad(RuleKind.COORDINATES, ("lng", "place"), "reads place, which is a string", crs="WGS84"),
        bad(RuleKind.REFERENCE, ("place",), "names no other dataset", fields=["code"]),
        bad(RuleKind.REFERENCE, ("place",), "names no other dataset", dataset="places", fields=["code"]),
        bad(RuleKind.REFERENCE, ("place",), "as many", dataset="a.places"),
        bad(RuleKind.REFERENCE, ("place",), "as many", dataset="a.places", fields=["code", "name"]),
        bad(RuleKind.AGREEMENT, ("reading",), "match the two", dataset="a.c", value="v"),
        bad(RuleKind.AGREEMENT, ("reading",), "should agree with", dataset="a.c", on={"place": "code"}),
        bad(RuleKind.AGREEMENT, ("reading",), "the field no", dataset="a.c", on={"no": "c"}, value="v"),
        bad(RuleKind.ORDER, ("reading",), "reads 2 or more", by="place"),
        bad(RuleKind.ORDER, ("reading", "at"), "one sequence"),
        bad(RuleKind.ORDER, ("reading", "at"), "the field station, which", by="station"),
        bad(RuleKind.PERIOD_COUNT, ("place",), "which is a string", grain="day", minimum=1),
        bad(RuleKind.PERIOD_COUNT, ("day",), "by hour along a date", grain="hour", minimum=1),
        bad(RuleKind.PERIOD_COUNT, ("at",), "names no period", grain="decade", minimum=1),
        bad(RuleKind.PERIOD_COUNT, ("at",), "neither minimum nor maximum", grain="day"),
        bad(RuleKind.ROW_COUNT, (), "neither minimum nor maximum"),
        bad(RuleKind.ROW_COUNT, (), "no whole number", minimum=-1),
        bad(RuleKind.ROW_COUNT, (), "its minimum is above", minimum=2, maximum=1),
        bad(RuleKind.ROW_COUNT, (), "shares of the former", shrink="a fifth"),
        bad(RuleKind.ROW_COUNT, (), "no share of rows", shrink=1.2),
        bad(RuleKind.ROW_COUNT, (), "grow is below 0", grow=-1),
        bad(RuleKind.RANGE, ("reading",), "has no argument min — did you mean minimum?", min=1),
        bad(RuleKind.UNIQUE, ("reading",), "has no argument on — use no args", on="x"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_run_is_refused_with_a_remedy(rule: Rule, said: str) -> None:
    with pytest.raises(ContractError) as caught:
        check_rule(rule, WHOLE)
    assert said in str(caught.value)
    assert caught.value.remedy


def test_an_indicator_is_one_of_the_standard() -> None:
    with pytest.raises(ContractError, match="no indicator of GB/T 36344"):
        check_rule(Rule("r", RuleKind.RANGE, ("reading",), {"minimum": 1}, indicator="301"), WHOLE)


def test_a_credit_code_implies_a_second_rule_that_only_warns() -> None:
    firm = Contract(
        id="c",
        title="t",
        schema="a",
        table="b",
        department=Party("局"),
        fields=(Field("uscc", check="uscc"),),
    )
    outer, inner = rules_of(firm)
    assert (outer.args, inner.args) == ({"code": "uscc"}, {"code": "uscc_inner"})
    assert (inner.id, inner.action.value) == ("q_uscc_check_digit_inner", "warn")
