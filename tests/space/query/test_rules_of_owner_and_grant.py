"""What owner and grant ask of columns and tables: golden pairs per rule, and what the answers then show.

``tests/golden/rules_of_owner_and_grant.txt`` holds one block a case: the rules by dataset, the query, and
either ``refused CODE COLUMN`` lines or the plan in the words of the rewrites' golden file.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from contracts.model import FieldType, Use
from policies.decision import Deny
from policies.masking import Mask
from policies.terms import Mode
from space.query.plan import Plan
from space.query.reasons import SOFT
from space.query.rules import TERM_RULES
from space.query.rules.breaches import soft
from space.query.schema import Column
from tests.engines import execute
from tests.space.query.ruled import Town, compile_ruled
from tests.space.query.test_golden_rewrites import told

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "rules_of_owner_and_grant.txt"
PERSON = "city.person"
# Rule of the tuple: the code it refuses with.
CODES = {
    "analyses": {"query.analysis"},
    "templates": {"query.template"},
    "visibility": {"query.visibility"},
    "roles": {"query.role"},
    "scalar_functions": {"query.column_function"},
    "join_terms": {"query.join.terms", "query.join.required"},
    "follow_on": {"query.follow_on"},
}


def cases() -> list[tuple[str, str, str]]:
    blocks = GOLDEN.read_text(encoding="utf-8").strip().split("\n\n")
    return [tuple(block.split("\n", 2)) for block in blocks]  # type: ignore[misc]


def in_words(made: Plan | Deny) -> str:
    if isinstance(made, Deny):
        return "\n".join(f"refused {reason.code} {reason.where}".rstrip() for reason in made.reasons)
    lines = [told(made)]
    lines += [f"{b.name}: {p.kind} >= {p.least}" for b in made.blocks for p in b.proofs if p.least]
    lines += [f"{b.name}: small groups {b.small}" for b in made.blocks if b.small != "drop"]
    return "\n".join(lines)


@pytest.mark.parametrize(("rules", "sql", "expected"), cases())
def test_a_query_under_rules_becomes_what_the_golden_file_says(
    city: Town, rules: str, sql: str, expected: str
) -> None:
    assert in_words(compile_ruled(city, json.loads(rules), sql)) == expected


@pytest.mark.parametrize("rule", [rule.__name__ for rule in TERM_RULES])
def test_every_rule_has_a_golden_pair_that_passes_and_one_it_refuses(rule: str) -> None:
    refusing = [case for case in cases() if any(f"refused {code}" in case[2] for code in CODES[rule])]
    assert refusing, "no golden case is refused by it"
    under = {case[0] for case in refusing}
    assert any(case[0] in under and not case[2].startswith("refused") for case in cases())


@pytest.mark.parametrize("rule", TERM_RULES, ids=lambda rule: rule.__name__)
def test_with_a_rule_switched_off_what_it_refuses_is_answered(
    city: Town, rule: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("space.query.rules.TERM_RULES", tuple(r for r in TERM_RULES if r is not rule))
    refused = [c for c in cases() if set(c[2].split()[1::3]) & CODES[rule.__name__]]
    answered = [compile_ruled(city, json.loads(rules), sql) for rules, sql, _ in refused]
    assert any(isinstance(made, Plan) for made in answered), "no attack succeeds without it: decoration"


def rows_of(city: Town, rules: dict[str, Any], sql: str, mode: Mode = Mode.THRESHOLD) -> list[dict[str, Any]]:
    made = compile_ruled(city, {PERSON: rules}, sql, mode)
    assert isinstance(made, Plan), made
    found: list[dict[str, Any]] = execute(made, city.files).to_pylist()
    return found


BY_REGION = "SELECT region_code, count(*) AS n, sum(income) AS s FROM person GROUP BY region_code"


def counts(city: Any, key: str) -> dict[Any, int]:
    return dict(city.raw().execute(f"SELECT {key}, count(*) FROM person GROUP BY 1").fetchall())


def test_groups_below_the_size_an_owner_asks_for_are_left_out(city: Town) -> None:
    truth = counts(city, "region_code")
    least = sorted(truth.values())[len(truth) // 2]
    shown = {row["region_code"] for row in rows_of(city, {"min_group": least}, BY_REGION)}
    assert shown == {region for region, n in truth.items() if n >= least} != set(truth)


def test_groups_with_too_few_values_of_a_field_are_left_out(city: Any) -> None:
    distinct = dict(
        city.raw().execute("SELECT region_code, count(DISTINCT disease) FROM person GROUP BY 1").fetchall()
    )
    least = sorted(distinct.values())[-3]
    shown = {row["region_code"] for row in rows_of(city, {"min_distinct": {"disease": least}}, BY_REGION)}
    assert shown == {region for region, n in distinct.items() if n >= least}
    assert len(rows_of(city, {}, BY_REGION)) > len(shown), "without the rule more groups show"


def test_a_size_of_an_owner_holds_for_the_rows_of_a_condition(city: Any) -> None:
    truth = city.raw().execute("SELECT count(*) FROM person WHERE disease = 'D05'").fetchone()[0]
    sql = "SELECT count(*) AS a, count(*) FILTER (WHERE disease = 'D05') AS n FROM person"
    assert rows_of(city, {"min_group": truth}, sql)[0]["n"] is not None
    assert rows_of(city, {"min_group": truth + 1}, sql)[0]["n"] is None


def test_small_groups_become_one_row_that_is_large_enough_itself(city: Any) -> None:
    truth = counts(city, "disease")
    small = [n for disease, n in truth.items() if n < 60]
    assert sum(small) >= 60
    assert len(small) > 1
    sql = "SELECT disease, count(*) AS n FROM person GROUP BY disease"
    found = rows_of(city, {"small_groups": "remainder", "min_group": 60}, sql)
    merged = [row for row in found if row["disease"] is None]
    assert len(merged) == 1
    assert merged[0]["n"] == round(sum(small) / 5) * 5
    assert {row["disease"] for row in found} - {None} == {d for d, n in truth.items() if n >= 60}


def test_a_remainder_that_is_too_small_has_no_figure_and_is_there_all_the_same(city: Any) -> None:
    # Two regions hold 6 and 3 persons: together still fewer than ten; by gender nobody is withheld.
    found = rows_of(city, {"small_groups": "remainder"}, BY_REGION)
    merged = [row for row in found if row["region_code"] is None]
    assert merged == [{"region_code": None, "n": None, "s": None}]
    by_gender = rows_of(
        city, {"small_groups": "remainder"}, "SELECT gender, count(*) n FROM person GROUP BY 1"
    )
    assert [row["n"] for row in by_gender if row["gender"] is None] == [None]


def test_the_remainder_does_not_give_away_what_a_shown_group_withholds(city: Any) -> None:
    # Of D40 too few live in some shown regions: with the total the remainder would tell of them.
    sql = (
        "SELECT region_code, count(*) AS n, count(*) FILTER (WHERE disease = 'D40') AS d "
        "FROM person GROUP BY region_code"
    )
    found = rows_of(city, {"small_groups": "remainder", "min_group": 400}, sql)
    shown = [row for row in found if row["region_code"] is not None]
    merged = next(row for row in found if row["region_code"] is None)
    assert any(row["d"] is None for row in shown)
    assert merged["n"] is not None
    assert merged["d"] is None


def test_small_groups_of_a_public_list_show_without_figures(city: Any) -> None:
    from tests.space.query.conftest import DISEASES

    sql = "SELECT disease, count(*) AS n FROM person GROUP BY disease"
    found = {row["disease"]: row["n"] for row in rows_of(city, {"small_groups": "null"}, sql)}
    truth = counts(city, "disease")
    assert set(found) == {*DISEASES, None}, "every value the contract lists, whether anybody has it or not"
    assert {d for d, n in found.items() if n is None} == {d for d in found if truth.get(d, 0) < 10}


def test_without_a_public_list_of_keys_small_groups_stay_left_out(city: Any) -> None:
    shown = {row["region_code"] for row in rows_of(city, {"small_groups": "null"}, BY_REGION)}
    assert shown == {region for region, n in counts(city, "region_code").items() if n >= 10}


FILTER_ONLY = {"roles": ["filter"]}


@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        ({"on_breach": "nullify"}, {None}),
        ({"on_breach": "mask", "mask": {"first": 2, "last": 1}}, {f"11***{i}" for i in range(10)}),
        ({"on_breach": "generalise", "generalise": "4"}, {"1101"}),
    ],
)
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT region_code AS r, count(*) FROM person GROUP BY region_code",
        "SELECT x.r, x.n FROM (SELECT p.region_code AS r, count(*) AS n FROM person p GROUP BY 1) AS x",
        "WITH a AS (SELECT region_code AS b, count(*) AS n FROM person GROUP BY ALL) SELECT b AS r FROM a",
        "SELECT coalesce(region_code, 'none') AS r, count(*) FROM person GROUP BY 1",
    ],
)
def test_no_alias_reaches_behind_the_form_that_is_shown_instead(
    city: Town, form: dict[str, Any], wanted: set[Any], sql: str
) -> None:
    rules = {"columns": {"region_code": {**FILTER_ONLY, **form}}, "unlisted": "plain"}
    shown = {row["r"] for row in rows_of(city, rules, sql)}
    assert shown
    assert shown <= wanted | ({"none"} if "coalesce" in sql else set())


def test_a_coarser_measure_is_summed_in_steps_and_stays_within_its_bounds(city: Any) -> None:
    rules = {
        "columns": {"income": {**FILTER_ONLY, "on_breach": "generalise", "generalise": "10000"}},
        "unlisted": "plain",
    }
    (row,) = rows_of(city, rules, "SELECT sum(income) AS s FROM person WHERE income >= 50000")
    (truth,) = (
        city.raw().execute("SELECT sum(income // 10000 * 10000) FROM person WHERE income >= 50000").fetchone()
    )
    assert abs(row["s"] - truth) <= 0.005 * truth
    made = compile_ruled(city, {PERSON: rules}, "SELECT sum(income) FROM person", Mode.DP)
    assert isinstance(made, Plan)
    assert made.blocks[0].aggregates[0].sensitivity == 1_000_000


def test_a_mask_in_the_plan_shows_what_the_mask_shows(city: Any) -> None:
    column = Column("code", "code", Use.DIMENSION, FieldType.STRING)
    from dataclasses import replace

    from policies.protection import ColumnRule, OnBreach

    for mask in (Mask(2, 1), Mask(0, 0), Mask(6, 4)):
        made = soft(replace(column, rule=ColumnRule("code", on_breach=OnBreach.MASK, mask=mask)))
        assert made is not None
        assert made[0].name == f"{SOFT}code"
        texts = ["110105", "", "1", "12345678901", "云湖区"]
        shown = (
            city.raw()
            .execute(f"SELECT {made[1]} FROM (SELECT unnest(?) AS code)", [[*texts, None]])
            .fetchall()
        )
        assert [value for (value,) in shown] == [*(mask.apply(text) for text in texts), None]


def test_units_and_identifiers_have_no_other_form() -> None:
    from policies.protection import ColumnRule, OnBreach

    rule = ColumnRule("id_card", on_breach=OnBreach.NULLIFY)
    unit = Column("id_card", "_u_id_card", Use.IDENTIFIER, FieldType.STRING, kind="person", rule=rule)
    assert soft(unit) is None


def test_a_table_brought_by_the_caller_is_answered_with_noise_only(city: Town) -> None:
    from dataclasses import replace

    from space.query.compile import compile_query
    from space.query.schema import QuerySchema

    sql = "SELECT segment, count(*) FROM op_customers GROUP BY segment"
    for mode in (Mode.THRESHOLD, Mode.DP):
        terms = city.terms(mode)
        schema = QuerySchema.from_facts(terms, [(c, city.facts[c.name]) for c in city.contracts])
        own = replace(schema, tables=tuple(replace(t, own=t.table == "op_customers") for t in schema.tables))
        made = compile_query(sql, terms, own)
        if mode is Mode.DP:
            assert isinstance(made, Plan)
            assert made.blocks[0].kind == "dp"
        else:
            assert isinstance(made, Deny)
            assert made.reasons[0].code == "query.own_table"
            assert isinstance(compile_query(sql, terms, schema), Plan)


def test_groupings_beside_one_another_have_no_remainder_that_one_tells_of_the_other(city: Town) -> None:
    both = (
        "SELECT a.region_code, a.n, b.gender, b.n AS m FROM "
        "(SELECT region_code, count(*) AS n FROM person GROUP BY 1) AS a JOIN "
        "(SELECT region_code, gender, count(*) AS n FROM person GROUP BY 1, 2) AS b "
        "ON a.region_code = b.region_code"
    )
    made = compile_ruled(city, {PERSON: {"small_groups": "remainder"}}, both)
    assert isinstance(made, Plan)
    assert [block.small for block in made.blocks] == ["drop", "drop"]
    with_total = f"{BY_REGION} UNION ALL SELECT 'all', count(*), sum(income) FROM person"
    made = compile_ruled(city, {PERSON: {"small_groups": "remainder"}}, with_total)
    assert isinstance(made, Plan)
    assert [block.small for block in made.blocks] == ["remainder", "drop"]


def test_in_private_mode_a_group_size_is_the_least_noisy_count_of_a_key(city: Any) -> None:
    truth = sorted(counts(city, "region_code").values())
    least = truth[len(truth) // 2]
    for size, shown in ((0, len(truth) - 3), (least, len(truth) // 2 - 1)):
        rows = rows_of(city, {"min_group": size}, BY_REGION, Mode.DP)
        assert all(row["n"] >= size for row in rows)
        assert len(rows) >= shown > 0
    assert len(rows_of(city, {"min_group": least}, BY_REGION, Mode.DP)) < len(truth) - 3
