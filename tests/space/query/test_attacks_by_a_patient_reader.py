"""Attacks found by reading how former answers are chosen; each of them once told of few persons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.releases.facts import check
from catalog.releases.protect import protect
from contracts.codes import uscc_check
from contracts.model import Contract, Field, FieldType, Party, UnitRef, UnitRule, Use
from policies.decision import Deny
from policies.protection_form import from_document
from policies.terms import DatasetTerm, Disclosure, JoinTerm, Mode, Terms
from space.engines.threshold.cells import places
from space.query import bind
from space.query.auditing import spanning, widened
from space.query.auditing.audit import audited, compared, record
from space.query.compile import compile_query
from space.query.plan import Plan
from space.query.planning import relation
from space.query.schema import QuerySchema
from tests.engines import execute
from tests.space.query.conftest import KEY
from tests.space.query.ruled import ruled_terms
from tests.space.query.test_attacks_by_other_eyes import PERSON, persons
from tests.space.query.test_no_rule_is_decoration import Guard, switched_off

Rows = list[dict[str, Any]]
# The woman of 1990 with D59 in 110105.
HER = "region_code = '110105' AND gender = 'F' AND year(birth_date) = 1990 AND disease = 'D59'"


def nothing(*_: Any) -> None:
    """Stands for a relation that spans no two."""


@dataclass
class Desk:
    """An organisation that asks one question after the other."""

    terms: Terms
    schema: QuerySchema
    files: Mapping[str, Any]
    told: list[dict[str, Any]] = field(default_factory=list)

    def refusals(self, sql: str) -> list[str]:
        made = compile_query(sql, self.terms, self.schema)
        assert isinstance(made, Deny), made
        return [reason.code for reason in made.reasons]

    def ask(self, sql: str) -> Rows:
        plan = compile_query(sql, self.terms, self.schema)
        assert isinstance(plan, Plan), plan
        formers = [f for block in audited(plan) for f in compared(block, reversed(self.told), 20)]
        self.told += [dict(record(block, plan.limits.k).body) for block in audited(plan)]
        sent = Plan.from_document(replace(plan, formers=tuple(formers)).to_document())
        rows: Rows = execute(sent, self.files).to_pylist()
        return rows


@pytest.fixture
def desk(city: Any) -> Desk:
    return Desk(city.terms(Mode.THRESHOLD), city.schema(Mode.THRESHOLD), city.files)


@pytest.mark.parametrize(
    "key",
    [
        """coalesce(region_code, 'see "t0"."{}"')""",
        """coalesce(region_code, '"t0"."{}"')""",
        """left(coalesce(region_code, '''"t0"."{}"'), 6)""",
    ],
)
def test_a_text_that_looks_like_a_column_keeps_no_two_answers_apart(desk: Desk, key: str) -> None:
    sql = "SELECT {} AS k, count(*) AS n, sum(income) AS s FROM person WHERE {} GROUP BY 1"
    here = "region_code IN ('110101', '110105')"
    assert {row["k"] for row in desk.ask(sql.format(key.format("a"), here))} == {"110101", "110105"}

    without_her = desk.ask(sql.format(key.format("b"), f"{here} AND NOT ({HER})"))

    assert without_her == [], "of a key inside a function nobody can tell where she is"


def test_a_text_that_looks_like_a_column_is_no_column_of_the_table(desk: Desk) -> None:
    women = "SELECT count(*) AS n FROM person WHERE gender = 'F'"
    first = desk.ask(women)
    assert desk.ask(f"""{women} AND NOT left(gender, 1) = '"t0"."nowhere"'""") == first


@pytest.mark.parametrize("parts_first", [True, False])
def test_the_order_in_which_tables_are_joined_keeps_no_two_answers_apart(
    desk: Desk, city: Any, parts_first: bool
) -> None:
    total = (
        "SELECT p.gender, count(*) AS n FROM person AS p JOIN op_customers AS c ON p.id_card = c.id_card "
        "GROUP BY 1"
    )
    parts = (
        "SELECT p.gender, c.segment, count(*) AS n FROM op_customers AS c "
        "JOIN person AS p ON c.id_card = p.id_card GROUP BY 1, 2"
    )
    both = (parts, total) if parts_first else (total, parts)
    answers = dict(zip(both, map(desk.ask, both), strict=True))

    shown = {(row["gender"], row["segment"]) for row in answers[parts] if row["n"] is not None}
    whole = {row["gender"] for row in answers[total] if row["n"] is not None}
    truth = (
        city.raw()
        .sql("SELECT gender, segment, count(*) FROM op_customers JOIN person USING (_u_id_card) GROUP BY ALL")
        .fetchall()
    )
    for gender in whole:
        rest = sum(n for g, segment, n in truth if g == gender and (g, segment) not in shown)
        assert rest == 0 or rest >= 10, f"the total of {gender} less its parts is of {rest} persons"


MEMBER = Contract(
    "member", "会员", "city", "member", Party("体育局"),
    (
        Field("id_card", use=Use.IDENTIFIER, unit=UnitRef("person"), key_position=1),
        Field("club", use=Use.DIMENSION, required=True),
    ),
    units=(UnitRule("person", 1),),
)  # fmt: skip


@pytest.fixture(scope="module")
def in_clubs(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Desk]:
    """A ward of sixty, all of whom are in a club; one club has three members."""
    folder = tmp_path_factory.mktemp("clubs")
    people = persons([(60, "w1", "a", 100)])
    clubs = ["c1"] * 30 + ["c2"] * 27 + ["c3"] * 3
    tables = ((PERSON, people), (MEMBER, pa.table({"id_card": people["id_card"], "club": clubs})))
    datasets, pairs, files = [], [], {}
    for contract, rows in tables:
        made = protect(contract, rows, KEY)
        path = folder / f"{contract.table}.parquet"
        pq.write_table(made.protected, path)
        datasets.append(DatasetTerm(contract.name, tuple(f.name for f in contract.fields)))
        pairs.append((contract, check(contract, made.vault, made.protected)))
        files[contract.name] = (path,)
    terms = Terms(
        "industry.research", tuple(datasets), Mode.THRESHOLD, Disclosure(10, 0.9, 1, 1), date(2026, 1, 1),
        date(2026, 12, 31), joins=(JoinTerm("city.member", "id_card", "city.person", "id_card"),),
    )  # fmt: skip
    return lambda: Desk(terms, QuerySchema.from_facts(terms, pairs), files)


def three_tell(desk: Desk) -> bool:
    """Whether the total of the ward and all its clubs but the small one show."""
    whole = desk.ask("SELECT ward, count(*) AS n FROM person GROUP BY 1")
    parts = desk.ask(
        "SELECT p.ward, m.club, count(*) AS n FROM person AS p "
        "LEFT JOIN member AS m ON p.id_card = m.id_card GROUP BY 1, 2"
    )
    return sum(row["n"] for row in whole) - sum(row["n"] for row in parts) == 3


def test_parts_behind_a_left_join_are_compared_with_the_total_of_the_table_alone(in_clubs: Any) -> None:
    assert not three_tell(in_clubs())

    with switched_off((widened, "_rows_stay", lambda *_: False), (spanning, "spanning", nothing)):
        assert three_tell(in_clubs())


def test_some_parts_behind_a_left_join_show_beside_their_total(in_clubs: Any) -> None:
    desk = in_clubs()
    desk.ask("SELECT ward, count(*) AS n FROM person GROUP BY 1")
    parts = desk.ask(
        "SELECT p.ward, m.club, count(*) AS n FROM person AS p "
        "LEFT JOIN member AS m ON p.id_card = m.id_card GROUP BY 1, 2"
    )
    assert [row["n"] for row in parts] == [30] or [row["n"] for row in parts] == [27]


@pytest.mark.parametrize("generalise", ["4", "5"])
def test_a_form_in_place_of_a_column_keeps_no_two_answers_apart(city: Any, generalise: str) -> None:
    """The owner shows districts by their first figures only; parts by them are parts of a total."""
    asked = {"visibility": "after_compare", "on_breach": "generalise", "generalise": generalise}
    terms = ruled_terms(city, {"city.person": {"columns": {"disease": asked}, "unlisted": "plain"}})
    schema = QuerySchema.from_facts(terms, [(c, city.facts[c.name]) for c in city.contracts])
    desk = Desk(terms, schema, city.files)
    young = "count(*) AS n FROM person WHERE year(birth_date) >= 2000 GROUP BY ALL"
    parts = desk.ask(f"SELECT gender, disease, {young}")
    total = desk.ask(f"SELECT gender, {young}")

    cells = (
        city.raw()
        .sql(
            f"SELECT gender, left(disease, {generalise}), count(*) FROM person "
            "WHERE year(birth_date) >= 2000 GROUP BY 1, 2"
        )
        .fetchall()
    )
    shown = {(row["gender"], row["disease"]) for row in parts}
    assert shown
    for row in (row for row in total if row["n"] is not None):
        rest = sum(n for g, d, n in cells if g == row["gender"] and (g, d) not in shown)
        assert rest == 0 or rest >= 10


CLINIC = Contract(
    "clinic", "诊所", "city", "clinic", Party("卫健委"),
    (
        Field("uscc", use=Use.IDENTIFIER, unit=UnitRef("enterprise", about=False)),
        Field("region_code", use=Use.DIMENSION, required=True, unique=True),
        Field("cost", type=FieldType.INTEGER, use=Use.MEASURE, minimum=0, maximum=10_000_000),
    ),
)  # fmt: skip
SPENT = 123_456


@pytest.fixture
def with_clinics(city: Any, tmp_path: Path) -> Callable[[Mode], Desk]:
    """The city with one clinic a district: a table that is about no unit, and not free of them."""
    regions = [f"1101{i:02d}" for i in range(1, 31)]
    firms = [f"91990101MA{i:07d}" for i in range(len(regions))]
    rows = pa.table(
        {
            "uscc": [firm + uscc_check(firm) for firm in firms],
            "region_code": regions,
            "cost": [SPENT + 1_000 * i for i in range(len(regions))],
        }
    )
    made = protect(CLINIC, rows, KEY)
    facts = {**city.facts, CLINIC.name: check(CLINIC, made.vault, made.protected)}
    path = tmp_path / "clinic.parquet"
    pq.write_table(made.protected, path)

    def opened(mode: Mode) -> Desk:
        terms = city.terms(mode)
        named = DatasetTerm(CLINIC.name, tuple(f.name for f in CLINIC.fields), rules=from_document({}))
        join = JoinTerm("city.person", "region_code", CLINIC.name, "region_code")
        terms = replace(terms, datasets=(*terms.datasets, named), joins=(*terms.joins, join))
        schema = QuerySchema.from_facts(terms, [(c, facts[c.name]) for c in (*city.contracts, CLINIC)])
        return Desk(terms, schema, {**city.files, CLINIC.name: (path,)})

    return opened


ONE_CLINIC = (
    "SELECT avg(c.cost) AS a, count(*) AS n FROM person AS p {} JOIN clinic AS c "
    "ON p.region_code = c.region_code WHERE p.region_code = '110101'"
)


@pytest.mark.parametrize("kind", ["", "LEFT"])
def test_many_persons_beside_one_row_do_not_show_the_row(with_clinics: Any, kind: str) -> None:
    (row,) = with_clinics(Mode.THRESHOLD).ask(ONE_CLINIC.format(kind))
    assert row["a"] is None, "one clinic's cost, a thousand times"


def test_rows_of_a_joined_table_are_enough_where_there_are_enough_of_them(with_clinics: Any) -> None:
    (row,) = with_clinics(Mode.THRESHOLD).ask(
        "SELECT count(*) AS n FROM person AS p JOIN clinic AS c ON p.region_code = c.region_code"
    )
    assert row["n"] is not None


def test_noise_for_persons_does_not_hide_a_row_beside_them(with_clinics: Any) -> None:
    assert "query.bound" in with_clinics(Mode.DP).refusals(ONE_CLINIC.format(""))


def test_levels_with_several_conditions_show_what_follows_from_their_parts(desk: Desk) -> None:
    rows = desk.ask(
        "SELECT gender, year(birth_date) >= 1980 AS y, sum(income) AS s, avg(income) AS a, "
        "count(disease) AS d, count(*) AS n FROM person WHERE region_code = '110101' GROUP BY ROLLUP (1, 2)"
    )
    assert len(rows) == 7
    assert any(row["gender"] is None and row["s"] is not None for row in rows)


def test_a_total_shows_no_figure_of_which_a_part_is_withheld(desk: Desk, city: Any) -> None:
    sql = (
        "SELECT region_code, count(*) FILTER (WHERE gender = 'F') AS f, count(*) AS n, "
        "count(*) FILTER (WHERE disease = 'D01') AS d FROM person GROUP BY ROLLUP (region_code)"
    )
    rows = desk.ask(sql)
    (total,) = [row for row in rows if row["region_code"] is None]
    assert {name: total[name] for name in "fdn"} == dict.fromkeys("fdn"), "nine persons live in two districts"
    assert sum(row["f"] is not None for row in rows) > 20


@pytest.mark.parametrize("figure", ["count(*)", "sum(pay)"])
def test_which_of_two_parts_is_withheld_beside_a_small_one_does_not_tell_where_one_person_is(
    tmp_path: Path, figure: str
) -> None:
    withheld = []
    for one_more in ("a", "b"):
        people = [(40 if ill == one_more else 39, "w1", ill, 100) for ill in ("a", "b")]
        rows = persons([*people, (3, "w1", "rare", 100)])
        made = protect(PERSON, rows, KEY)
        path = tmp_path / f"{one_more}.parquet"
        pq.write_table(made.protected, path)
        datasets = (DatasetTerm("city.person", tuple(f.name for f in PERSON.fields)),)
        terms = Terms("industry.research", datasets, Mode.THRESHOLD, Disclosure(10, 0.9, 1, 5),
                      date(2026, 1, 1), date(2026, 12, 31))  # fmt: skip
        schema = QuerySchema.from_facts(terms, [(PERSON, check(PERSON, made.vault, made.protected))])
        desk = Desk(terms, schema, {"city.person": (path,)})
        desk.ask(f"SELECT ward, {figure} AS f FROM person GROUP BY 1")
        rows_shown = desk.ask(f"SELECT ward, ill, {figure} AS f FROM person GROUP BY 1, 2")
        withheld.append({"a", "b"} - {row["ill"] for row in rows_shown if row["f"] is not None})
    assert withheld[0] == withheld[1]
    assert withheld[0], "three persons would follow"


@pytest.mark.parametrize("pay", [9_200_000_000_000_000_000, -(2**63)])
def test_no_value_without_bounds_makes_a_query_fail(tmp_path: Path, pay: int) -> None:
    contract = replace(
        PERSON,
        fields=tuple(replace(f, minimum=None, maximum=None) if f.name == "pay" else f for f in PERSON.fields),
    )
    made = protect(contract, persons([(30, "w1", "a", 100), (2, "w1", "b", pay)]), KEY)
    path = tmp_path / "person.parquet"
    pq.write_table(made.protected, path)
    datasets = (DatasetTerm("city.person", tuple(f.name for f in contract.fields)),)
    terms = Terms("industry.research", datasets, Mode.THRESHOLD, Disclosure(10, 0.9, 1, 5),
                  date(2026, 1, 1), date(2026, 12, 31))  # fmt: skip
    schema = QuerySchema.from_facts(terms, [(contract, check(contract, made.vault, made.protected))])
    desk = Desk(terms, schema, {"city.person": (path,)})
    figures = "sum(pay) AS s, avg(pay) AS a, stddev(pay) AS d, count(pay) AS n"
    (row,) = desk.ask(f"SELECT {figures} FROM person")
    assert (row["s"], row["a"], row["d"], row["n"]) == (None, None, None, 30)


@pytest.mark.parametrize(
    "key",
    [
        "pay % 7",
        "pay * -1",
        "pay / -7",
        "pay // -7",
        "CASE WHEN pay = 7 THEN -0e0 ELSE 0e0 END",
        "2 - pay % 7",
    ],
)
def test_no_key_has_two_zeros(tmp_path: Path, key: str) -> None:
    """Both are one group, which the engine calls by either: what one of them hides would not be found."""
    pays = [7, -7, 14, 0] * 20
    fields = tuple(
        replace(f, use=Use.DIMENSION, minimum=None, maximum=None, grain=None) if f.name == "pay" else f
        for f in PERSON.fields
    )
    contract = replace(PERSON, fields=fields)
    made = protect(contract, persons([(1, "w1", "a", pay) for pay in pays]), KEY)
    path = tmp_path / "person.parquet"
    pq.write_table(made.protected, path)
    datasets = (DatasetTerm("city.person", tuple(f.name for f in fields)),)
    terms = Terms("industry.research", datasets, Mode.THRESHOLD, Disclosure(10, 0.9, 1, 5),
                  date(2026, 1, 1), date(2026, 12, 31))  # fmt: skip
    schema = QuerySchema.from_facts(terms, [(contract, check(contract, made.vault, made.protected))])
    plan = compile_query(f"SELECT {key} AS k, count(*) AS n FROM person GROUP BY 1", terms, schema)
    assert isinstance(plan, Plan), plan
    found = duckdb.sql(
        f"SELECT DISTINCT CAST({plan.blocks[0].keys[0].sql} AS VARCHAR) FROM read_parquet('{path}') AS t0"
    ).fetchall()
    assert "-0.0" not in {value for (value,) in found}


def test_a_zero_is_found_by_its_negative() -> None:
    assert places(pa.table({"k": [1.0, 0.0]}), pa.table({"k": [-0.0]})).tolist() == [1]


# What stops each of them, switched off in turn: the attack then tells.


def parts_tell(city: Any, total: str, parts: str) -> bool:
    """Whether what the parts that show leave of a total is of few persons; counts are told exactly here."""
    terms = city.terms(Mode.THRESHOLD)
    terms = replace(terms, disclosure=replace(terms.disclosure, rounding_base=1))
    desk = Desk(terms, city.schema(Mode.THRESHOLD), city.files)
    whole = {row["gender"]: row["n"] for row in desk.ask(total) if row["n"] is not None}
    shown = [row for row in desk.ask(parts) if row["n"] is not None]
    rests = [n - sum(row["n"] for row in shown if row["gender"] == gender) for gender, n in whole.items()]
    return any(0 < rest < 10 for rest in rests)


def order_tells(city: Any) -> bool:
    join = "p.id_card = c.id_card WHERE c.segment IN ('s01', 's02', 's11', 's12')"
    return parts_tell(
        city,
        f"SELECT p.gender, count(*) AS n FROM person AS p JOIN op_customers AS c ON {join} GROUP BY 1",
        f"SELECT p.gender, c.segment, count(*) AS n FROM op_customers AS c JOIN person AS p ON {join} "
        "GROUP BY 1, 2",
    )


GUARDS: dict[str, tuple[tuple[Guard, ...], Callable[[Any], bool]]] = {
    "inner joins have one order": (
        ((relation, "_in_order", lambda made: made),
         (bind, "_places", lambda _, tables: list(range(len(tables)))),
         (spanning, "spanning", nothing)), order_tells,
    ),
}  # fmt: skip


@pytest.mark.parametrize("guard", GUARDS)
def test_without_its_guard_the_attack_tells(city: Any, guard: str) -> None:
    guards, tells = GUARDS[guard]
    assert not tells(city)

    with switched_off(*guards):
        assert tells(city), f"{guard} stops nothing that is not stopped anyway"
