"""Every rule and every guard, switched off in turn: some attack of the shipped corpora then gets through.

A rule that can be switched off without consequence would be decoration. A mutation takes the rule out of
its tuple and lets the one guard behind it permit, wherever that guard is asked.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlglot import exp

import space.query.compile as compile_module
from catalog.releases import protect as protecting
from catalog.releases.facts import check
from contracts.model import Use
from policies.decision import Deny
from policies.terms import Mode
from space.engines.auditing import audit
from space.engines.private import noise
from space.engines.threshold import dominance, levels, nested, rounding, small_groups, statements
from space.query import rules
from space.query.auditing.audit import audited, compared, record
from space.query.compile import compile_query
from space.query.grammar import aggregates, columns, keys, language, lattice
from space.query.grammar import levels as grouping
from space.query.grammar.lattice import Tells
from space.query.plan import Plan
from space.query.planning import blocks
from space.query.rules import RULES, SHAPE_RULES, TERM_RULES
from space.query.schema import QuerySchema
from tests.engines import execute
from tests.space.query.conftest import KEY
from tests.space.query.ruled import compile_ruled

CORPUS = Path(__file__).resolve().parents[3] / "examples" / "attack" / "corpus"
LINES = {
    line["id"]: line
    for file in sorted(CORPUS.glob("*.jsonl"))
    for line in map(json.loads, file.read_text(encoding="utf-8").splitlines())
}
Guard = tuple[Any, str, Any]  # where it is, its name, what stands in its place
Rows = list[dict[str, Any]]


def yes(*_: Any) -> bool:
    return True


def no_objection_to(*uses: Tells) -> Guard:
    real = lattice.objection
    return lattice, "objection", lambda tells: None if tells in uses else real(tells)


def every_function_listed() -> Guard:
    real = language.is_listed
    return language, "is_listed", lambda node: isinstance(node, exp.Func) or real(node)


@contextmanager
def switched_off(*guards: Guard) -> Iterator[None]:
    """Let something else stand wherever a guard is asked, under whatever name it was imported."""
    with pytest.MonkeyPatch.context() as patch:
        for place, name, instead in guards:
            guard = getattr(place, name)
            patch.setattr(place, name, instead)
            for module in [m for n, m in sys.modules.items() if n.startswith("space.")]:
                for known in [k for k, v in vars(module).items() if v is guard]:
                    patch.setattr(module, known, instead)
        yield


@contextmanager
def without_rule(rule: str, *guards: Guard) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch, switched_off(*guards):
        for name in ("SHAPE_RULES", "RULES", "TERM_RULES"):
            patch.setattr(rules, name, tuple(r for r in getattr(rules, name) if r.__name__ != rule))
        yield


@dataclass(frozen=True)
class Mutation:
    """An attack that a rule stops.

    Attributes:
        attack: id of a line of the shipped corpora.
        guards: that decide for the rule; none where the rule itself does.
        leaks: what the answer then shows, judged on the open rows; None where being answered is all.
        mode: in which it is asked.
    """

    attack: str
    guards: tuple[Guard, ...] = ()
    leaks: Callable[[Any, Rows], bool] | None = None
    mode: Mode = Mode.THRESHOLD


def one_row(_: Any, rows: Rows) -> bool:
    return len(rows) == 1


def exact_values(_: Any, rows: Rows) -> bool:
    """What twenty firms pay, each the same."""
    return any(row["tax_paid"] == 99_000_000 for row in rows)


def few_between(city: Any, rows: Rows) -> bool:
    """The same question on the grid is answered as well, and fewer than ten persons lie between the two."""
    allowed = compile_query(
        "SELECT count(*) AS n FROM person WHERE income >= 50000",
        city.terms(Mode.THRESHOLD),
        city.schema(Mode.THRESHOLD),
    )
    assert isinstance(allowed, Plan)
    between = (
        city.raw().sql("SELECT count(*) FROM person WHERE income >= 50000 AND income < 50010").fetchall()[0]
    )
    shown = execute(allowed, city.files).to_pylist()[0]["n"] is not None and rows[0]["n"] is not None
    return bool(shown and 0 < between[0] < 10)


MUTATIONS = {
    "nodes": Mutation("own-join-20"),
    "functions": Mutation("own-system-25", (every_function_listed(),), lambda _, rows: "B" in rows[0]["m"]),
    "grouping_sets": Mutation("own-unique_key-16", ((grouping, "few", yes),)),
    "subqueries": Mutation("own-oracle-13", ((language, "is_source", yes),), one_row),
    "limits": Mutation("own-limit_sample-11"),
    "unions": Mutation("own-setop_cte-10"),
    "free_text": Mutation("own-raw_rows-14", (no_objection_to(Tells.NOTHING_SAFE),),
                          lambda _, rows: rows[0]["content"] == "请处理"),
    "identifiers": Mutation("own-raw_rows-03", (no_objection_to(Tells.JOIN_KEY),)),
    "raw_rows": Mutation("own-raw_rows-13", ((grouping, "holds_figures", yes),), one_row),
    "measures": Mutation("own-unique_key-17", (no_objection_to(Tells.MEASURE),), exact_values),
    "joins": Mutation("own-join-19", ((QuerySchema, "may_join", yes),)),
    "group_keys": Mutation("own-bits-19", ((keys, "_multiple", yes),)),
    "row_conditions": Mutation("own-bits-20", ((columns, "on_grid", yes),), few_between),
    "aggregates": Mutation("own-value_agg-28", ((aggregates, "in_order", yes),)),
    "windows": Mutation("own-unique_key-05"),
    "nested": Mutation("own-oracle-08"),
}  # fmt: skip


@pytest.fixture(scope="module")
def hotline_with_text(city: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The city, but for a release of the hotline in which the complaints were left standing."""
    contract = next(c for c in city.contracts if c.table == "hotline")
    tickets = [f"T{i:06d}" for i in range(40)]
    rows = pa.table(
        {
            "ticket_id": tickets,
            "region_code": ["110101"] * 40,
            "category": ["噪声"] * 40,
            "created_at": pa.array([0] * 40, pa.timestamp("us")),
            "content": ["请处理"] * 40,
        }
    )
    with switched_off((protecting, "HIDDEN", protecting.HIDDEN - {Use.FREE_TEXT})):
        made = protecting.protect(contract, rows, KEY)
    facts = check(contract, made.vault, made.protected)
    path = tmp_path_factory.mktemp("text") / "hotline.parquet"
    pq.write_table(made.protected, path)
    stored = replace(facts.columns[0], field="content", name="content", scale=0)
    facts = replace(facts, columns=(*facts.columns, stored))
    return replace(
        city, facts={**city.facts, contract.name: facts}, files={**city.files, contract.name: (path,)}
    )


@pytest.mark.parametrize("rule", [r.__name__ for r in (*SHAPE_RULES, *RULES)])
def test_an_attack_gets_through_without_the_rule_and_not_with_it(
    city: Any, hotline_with_text: Any, rule: str
) -> None:
    mutation = MUTATIONS[rule]
    line = LINES[mutation.attack]
    town = hotline_with_text if rule == "free_text" else city
    terms, schema = town.terms(mutation.mode), town.schema(mutation.mode)
    assert line["expect"] == "refuse"
    assert isinstance(compile_query(line["sql"], terms, schema), Deny)

    with without_rule(rule, *mutation.guards):
        got_through = compile_query(line["sql"], terms, schema)

    assert isinstance(got_through, Plan), f"{rule} stops nothing that is not stopped anyway: {got_through}"
    if mutation.leaks is not None:
        assert mutation.leaks(town, execute(got_through, town.files).to_pylist())


def test_no_rule_is_without_a_mutation() -> None:
    assert {r.__name__ for r in (*SHAPE_RULES, *RULES)} == set(MUTATIONS)
    assert {r.__name__ for r in TERM_RULES} == set(ASKED)


PERSON, CLIENTS = "city.person", "city.op_customers"
JOINED = "SELECT count(*) AS n FROM op_customers c JOIN person p ON c.id_card = p.id_card"
# What owner or grant ask of a dataset, and a query that does otherwise.
ASKED = {
    "analyses": ({"analyses": ["verify"]}, "SELECT count(*) AS n FROM person"),
    "templates": ({"templates": ["0" * 64]}, "SELECT count(*) AS n FROM person"),
    "visibility": (
        {"columns": {"income": {"visibility": "rank_only"}}, "unlisted": "plain"},
        "SELECT avg(income) AS n FROM person",
    ),
    "roles": (
        {"columns": {"gender": {"roles": ["filter"]}}, "unlisted": "plain"},
        "SELECT count(gender) AS n FROM person",
    ),
    "scalar_functions": (
        {"columns": {"birth_date": {"functions": ["MONTH"]}}, "unlisted": "plain"},
        "SELECT year(birth_date) AS y, count(*) AS n FROM person GROUP BY 1",
    ),
    "join_terms": ({"join": {"demand": "not_allowed"}}, JOINED),
    "follow_on": (
        {"follow_on": "not_allowed"},
        "SELECT sum(n) AS n FROM (SELECT gender, count(*) AS n FROM person GROUP BY 1) AS g",
    ),
}


@pytest.mark.parametrize("rule", [r.__name__ for r in TERM_RULES])
def test_what_an_owner_asks_holds_by_its_rule_alone(city: Any, rule: str) -> None:
    asked, sql = ASKED[rule]
    assert isinstance(compile_ruled(city, {PERSON: asked}, sql), Deny)

    with without_rule(rule):
        got_through = compile_ruled(city, {PERSON: asked}, sql)

    assert isinstance(got_through, Plan), got_through
    assert execute(got_through, city.files).to_pylist()[0]["n"] is not None


# What the engine decides on figures. Each is shown to matter by what its absence would show.


def keep(*_: Any, **__: Any) -> bool:
    """Stands for a judge that finds nothing."""
    return False


def asked(city: Any, *sqls: str, rules: Any = None, mode: Mode = Mode.THRESHOLD) -> Rows:
    """The answer to the last of some questions, each beside those answered before."""
    told: list[dict[str, Any]] = []
    rows: Rows = []
    for sql in sqls:
        plan = compile_ruled(city, rules or {}, sql, mode)
        assert isinstance(plan, Plan), plan
        formers = [f for block in audited(plan) for f in compared(block, reversed(told), 20)]
        told += [dict(record(block, plan.limits.k).body) for block in audited(plan)]
        rows = execute(replace(plan, formers=tuple(formers)), city.files).to_pylist()
    return rows


def truth(city: Any, sql: str) -> dict[Any, Any]:
    """Key and figure of every cell, on the open rows."""
    return dict(city.raw().sql(sql).fetchall())


def small_disease_shows(city: Any) -> bool:
    units = truth(city, "SELECT disease, count(*) FROM person GROUP BY 1")
    rows = asked(city, "SELECT disease, count(*) AS n FROM person GROUP BY disease")
    return any(row["n"] is not None and units[row["disease"]] < 10 for row in rows)


def one_payer_shows(city: Any) -> bool:
    share = truth(city, "SELECT industry_code, max(tax_paid) / sum(tax_paid) FROM enterprise GROUP BY 1")
    rows = asked(city, "SELECT industry_code, sum(tax_paid) AS s FROM enterprise GROUP BY 1")
    return any(row["s"] is not None and share[row["industry_code"]] > 0.5 for row in rows)


def rest_of_the_regions_follows(city: Any) -> bool:
    units = truth(city, "SELECT region_code, count(*) FROM person GROUP BY 1")
    rows = asked(city, "SELECT region_code, count(*) AS n FROM person GROUP BY ROLLUP (region_code)")
    shown = {row["region_code"] for row in rows if row["n"] is not None}
    return None in shown and 0 < sum(n for region, n in units.items() if region not in shown) < 10


def few_of_a_disease_follow(city: Any) -> bool:
    """Its total and one gender are told, and fewer than ten are of the other."""
    raw = city.raw().sql("SELECT disease, gender, count(*) FROM person GROUP BY 1, 2").fetchall()
    sql = "SELECT disease, gender, count(*) AS n FROM person GROUP BY CUBE (disease, gender)"
    shown = {(row["disease"], row["gender"]) for row in asked(city, sql) if row["n"] is not None}
    return any(
        n < 10 and (disease, None) in shown and (disease, "F" if gender == "M" else "M") in shown
        for disease, gender, n in raw
        if disease is not None and (disease, gender) not in shown
    )


def three_persons_follow(city: Any) -> bool:
    sql = "SELECT count(*) AS a, count(*) FILTER (WHERE NOT region_code = '110130') AS b FROM person"
    (row,) = asked(city, sql)
    return None not in row.values()


def exact_count_shows(city: Any) -> bool:
    return any(row["n"] % 5 for row in asked(city, "SELECT gender, count(*) AS n FROM person GROUP BY 1"))


def exact_sum_shows(city: Any) -> bool:
    (exact,) = city.raw().sql("SELECT sum(income) FROM person").fetchall()[0]
    return bool(asked(city, "SELECT sum(income) AS s FROM person")[0]["s"] == exact)


def exact_average_shows(city: Any) -> bool:
    (exact,) = city.raw().sql("SELECT avg(income) FROM person").fetchall()[0]
    return bool(asked(city, "SELECT avg(income) AS s FROM person")[0]["s"] == pytest.approx(exact, rel=1e-9))


def two_answers_tell_of_one_person(city: Any) -> bool:
    """The person all know of: the answer with her and the one without her."""
    where = "SELECT sum(income) AS s FROM person WHERE region_code = '110105'"
    her = "gender = 'F' AND year(birth_date) = 1990 AND disease = 'D59'"
    return asked(city, where, f"{where} AND NOT ({her})")[0]["s"] is not None


def exact_sum_leaves_the_private_mode(city: Any) -> bool:
    (exact,) = city.raw().sql("SELECT sum(income) FROM person").fetchall()[0]
    sql = "SELECT sum(income) AS s FROM person"
    return any(asked(city, sql, mode=Mode.DP)[0]["s"] == exact for _ in range(3))


def lonely_key_shows(city: Any) -> bool:
    rows = asked(city, "SELECT category, count(*) AS n FROM hotline GROUP BY 1", mode=Mode.DP)
    return any(row["category"] == "孤例" for row in rows)


def one_value_moves_the_sum_beyond_its_noise(city: Any) -> bool:
    """What the worker adds noise to, on the release and on one in which a firm has a value out of bounds."""
    plan = compile_ruled(city, {}, "SELECT sum(tax_paid) AS s FROM enterprise", Mode.DP)
    assert isinstance(plan, Plan)
    (block,) = plan.blocks
    rows = city.raw()
    changed = "SELECT * REPLACE (CASE WHEN _u_uscc = (SELECT min(_u_uscc) FROM enterprise) THEN 9000000000000"
    rows.execute('CREATE VIEW "city.enterprise" AS SELECT * FROM enterprise')
    before = rows.sql(statements.private(block)).fetchall()[0][-1]
    rows.execute(
        f'CREATE OR REPLACE VIEW "city.enterprise" AS {changed} ELSE tax_paid END AS tax_paid) '
        "FROM enterprise"
    )
    after = rows.sql(statements.private(block)).fetchall()[0][-1]
    return bool(abs(after - before) > block.aggregates[0].sensitivity)


def one_payer_follows_beside_the_remainder(city: Any) -> bool:
    """The total, less what shows, less the small ones together, is one industry with one payer."""
    chosen = ", ".join(f"'{n:02d}'" for n in (8, *range(21, 40)))
    where = f"WHERE industry_code IN ({chosen}) GROUP BY industry_code"
    sql = f"SELECT industry_code, sum(tax_paid) AS s FROM enterprise {where}"
    rules = {"city.enterprise": {"small_groups": "remainder", "min_group": 15}}
    rows = asked(city, sql, rules=rules)
    (remainder,) = [row for row in rows if row["industry_code"] is None]
    withheld = [row["industry_code"] for row in rows if row["s"] is None and row is not remainder]
    return withheld == ["08"] and remainder["s"] is not None


def unclamped(aggregate: Any, draft: Any, bound: int) -> Any:
    return replace(_BOUNDED(aggregate, draft, bound), values=aggregate.values)


_BOUNDED, _LIMITS = blocks._bounded, compile_module._limits

# The guard, what stands in its place, and what then shows.
GUARDS: dict[str, tuple[tuple[Guard, ...], Callable[[Any], bool]]] = {
    "k": (((compile_module, "_limits", lambda *terms: replace(_LIMITS(*terms), k=1)),), small_disease_shows),
    "dominance": (((dominance, "judge", keep),), one_payer_shows),
    "complementary suppression of a total": (((levels, "complement", keep),), rest_of_the_regions_follows),
    "complementary suppression of a cube": (((levels, "cover", keep),), few_of_a_disease_follow),
    "nested conditions": (((nested, "judge", keep),), three_persons_follow),
    "rounding of counts": (((rounding, "to_base", lambda values, _: values),), exact_count_shows),
    "rounding of sums": (((rounding, "significant", lambda values, _: values),), exact_sum_shows),
    "rounding of averages": (((rounding, "digits", lambda values, _: values),), exact_average_shows),
    "remainder": (((small_groups, "keep_apart", keep),), one_payer_follows_beside_the_remainder),
    "query-set audit": (((audit, "withhold", keep),), two_answers_tell_of_one_person),
    "noise": (((noise, "vector_mechanism", lambda *_: list),), exact_sum_leaves_the_private_mode),
    "key threshold": (((noise, "threshold_mechanism", lambda *_: dict),), lonely_key_shows),
    "clamping": (((blocks, "_bounded", unclamped),), one_value_moves_the_sum_beyond_its_noise),
}  # fmt: skip


@pytest.mark.parametrize("guard", GUARDS)
def test_what_the_engine_withholds_would_show_without_its_guard(city: Any, guard: str) -> None:
    guards, shows = GUARDS[guard]
    assert not shows(city)

    with switched_off(*guards):
        assert shows(city), f"{guard} withholds nothing that is not withheld anyway"
