"""Every kind of answer, asked with and without one person who makes her group k: nothing tells of her.

Two games. Asked first without her and then with her, the answers are those of a town where she is well. Asked
first with her and then without her, they are those of a town where another stands in her place.
What the first answer alone tells is what thresholds are for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.releases.facts import check
from catalog.releases.protect import protect
from contracts.codes import resident_check
from contracts.model import Contract, Field, FieldType, Party, UnitRef, UnitRule, Use
from policies.terms import DatasetTerm, Disclosure, Mode, Terms
from space.engines.duckdb import Engine
from space.query.auditing.audit import audited, compared, record
from space.query.compile import compile_query
from space.query.plan import Plan
from space.query.schema import QuerySchema

K = 10
PEOPLE = [s + resident_check(s) for s in (f"99010119900107{i:03d}" for i in range(400))]
PERSON = Contract(
    "person", "人口", "city", "person", Party("城市数据局"),
    (
        Field("id_card", use=Use.IDENTIFIER, unit=UnitRef("person")),
        Field("ward", use=Use.DIMENSION, required=True),
        Field("ill", use=Use.DIMENSION, required=True),
        Field("flat", use=Use.DIMENSION, required=True),
        Field("born", type=FieldType.DATE, use=Use.TIME, grain="year", required=True),
        *(
            Field(
                name, type=FieldType.INTEGER, use=Use.MEASURE,
                minimum=0, maximum=10_000, grain="100", required=True,
            )
            for name in ("pay", "rent")
        ),
    ),
    units=(UnitRule("person", 1),),
)  # fmt: skip
TERMS = Terms(
    "industry.research",
    (DatasetTerm("city.person", tuple(f.name for f in PERSON.fields)),),
    Mode.THRESHOLD,
    Disclosure(K, 0.9, 1, 1),
    date(2026, 1, 1),
    date(2026, 12, 31),
)
Rows = list[dict[str, Any]]


@dataclass
class Desk:
    """An organisation with a memory, in one town."""

    schema: QuerySchema
    engine: Engine
    told: list[dict[str, Any]] = field(default_factory=list)

    def ask(self, sql: str) -> Rows:
        plan = compile_query(sql, TERMS, self.schema)
        assert isinstance(plan, Plan), plan
        formers = [f for block in audited(plan) for f in compared(block, reversed(self.told), 20)]
        self.told += [dict(record(block, K).body) for block in audited(plan)]
        sent = Plan.from_document(replace(plan, formers=tuple(formers)).to_document())
        rows: Rows = self.engine.execute(sent).to_pylist()
        return sorted(rows, key=repr)


# Of those who have the rare illness: how many beside her, and whether she has it; None where she is nowhere.
TOWNS = {"with her": (K - 1, True), "she is well": (K - 1, False), "another": (K, None),
         "nobody": (K - 1, None)}  # fmt: skip


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Desk]]:
    """A desk with an empty memory in one of the towns."""
    folder = tmp_path_factory.mktemp("towns")
    made: dict[str, Desk] = {}
    for name, (others, ill) in TOWNS.items():
        people = [("w1", "flu", f"f{i % 3 + 2}", 1980, 1_000 + i % 30 * 10) for i in range(60)]
        people += [("w2", "cold", f"f{i % 3 + 2}", 1970, 2_000 + i % 30 * 10) for i in range(60)]
        people += [("w1", "rare", f"f{i % 3 + 2}", 1990, 5_000) for i in range(others)]
        if ill is not None:
            people.append(("w1", "rare", "f0", 1990, 5_000) if ill else ("w1", "flu", "f0", 1980, 1_000))
        columns = list(zip(*people, strict=True))
        table = pa.table(
            {
                "id_card": PEOPLE[: len(people)],
                **{n: list(c) for n, c in zip(("ward", "ill", "flat"), columns, strict=False)},
                "born": pa.array([date(year, 1, 1) for year in columns[3]], pa.date32()),
                "pay": list(columns[4]),
                "rent": [pay // 2 for pay in columns[4]],
            }
        )
        form = protect(PERSON, table, b"k" * 32)
        path = folder / f"{name}.parquet"
        pq.write_table(form.protected, path)
        schema = QuerySchema.from_facts(TERMS, [(PERSON, check(PERSON, form.vault, form.protected))])
        made[name] = Desk(schema, Engine({"city.person": (path,)}, 30.0))
    yield lambda name: replace(made[name], told=[])
    for desk in made.values():
        desk.engine.close()


# {0} is a condition that all but her meet, or everybody.
KINDS = {
    "count": "SELECT count(*) AS n FROM person WHERE ill = 'rare' AND ({0})",
    "count by group": "SELECT ill, count(*) AS n FROM person WHERE {0} GROUP BY ill",
    "count of units": "SELECT ill, count(DISTINCT id_card) AS n FROM person WHERE {0} GROUP BY ill",
    "filter": "SELECT count(*) FILTER (WHERE ill = 'rare' AND ({0})) AS n FROM person WHERE pay >= 0",
    "case": "SELECT sum(CASE WHEN ill = 'rare' AND ({0}) THEN 1 ELSE 0 END) AS n FROM person WHERE pay >= 0",
    "a filter alone in groups": (
        "SELECT ill, count(*) FILTER (WHERE pay >= 6000) AS n FROM person WHERE {0} GROUP BY ill"
    ),
    "sum": "SELECT ill, sum(pay) AS s FROM person WHERE {0} GROUP BY ill",
    "average": "SELECT avg(pay) AS a FROM person WHERE ill = 'rare' AND ({0})",
    "deviation": "SELECT ill, stddev(pay) AS d FROM person WHERE {0} GROUP BY ill",
    "correlation": "SELECT ill, corr(pay, rent) AS c FROM person WHERE {0} GROUP BY ill",
    "regression": "SELECT ill, regr_slope(pay, rent) AS c FROM person WHERE {0} GROUP BY ill",
    "share": "SELECT avg(CASE WHEN ill = 'rare' AND ({0}) THEN 1 ELSE 0 END) AS a FROM person",
    "list of groups": "SELECT ill FROM person WHERE {0} GROUP BY ill",
    "distinct groups": "SELECT ill, ward FROM person WHERE {0} GROUP BY ALL HAVING count(*) > 0",
    "groups counted": "SELECT count(DISTINCT ill) AS n FROM person WHERE {0}",
    "groups counted under a filter": "SELECT count(DISTINCT ill) FILTER (WHERE {0}) AS n FROM person",
    "one group counted": "SELECT count(DISTINCT ill) AS n FROM person WHERE ill = 'rare' AND ({0})",
    "groups counted in groups": "SELECT ward, count(DISTINCT ill) AS n FROM person WHERE {0} GROUP BY ward",
    "groups counted beside a filter": (
        "SELECT ward, count(DISTINCT ill) AS n, count(*) FILTER (WHERE pay >= 6000) AS m FROM person "
        "WHERE {0} GROUP BY ward"
    ),
    "released groups counted": (
        "SELECT count(*) AS n FROM (SELECT ill FROM person WHERE {0} GROUP BY ill) AS g"
    ),
    "greatest group": "SELECT max(year(born)) AS y FROM person WHERE {0}",
    "greatest group under a filter": "SELECT max(year(born)) FILTER (WHERE {0}) AS y FROM person",
    "least group in groups": (
        "SELECT ward, min(year(born)) AS y, max(year(born)) AS z FROM person WHERE {0} GROUP BY ward"
    ),
    "quantile": "SELECT quantile_cont(floor(pay / 1000) * 1000, 1) AS q FROM person WHERE {0}",
    "median": "SELECT median(floor(pay / 1000) * 1000) AS q FROM person WHERE ill = 'rare' AND ({0})",
    "histogram": "SELECT histogram(floor(pay / 1000) * 1000) AS h FROM person WHERE {0}",
    "having": "SELECT ill, count(*) AS n FROM person WHERE {0} GROUP BY ill HAVING count(*) > 5",
    "order and limit": "SELECT ill, count(*) AS n FROM person WHERE {0} GROUP BY ill ORDER BY n LIMIT 1",
    "window": "SELECT ill, rank() OVER (ORDER BY count(*)) AS r FROM person WHERE {0} GROUP BY ill",
    "union": (
        "SELECT 'all' AS g, count(*) AS n FROM person WHERE ill <> 'cold' AND ({0}) "
        "UNION ALL SELECT ill, count(*) FROM person WHERE ill <> 'cold' AND ({0}) GROUP BY ill"
    ),
    "levels": "SELECT ward, ill, count(*) AS n FROM person WHERE {0} GROUP BY ROLLUP (ward, ill)",
    "condition as a key": (
        "SELECT CASE WHEN ill = 'rare' AND ({0}) THEN 'a' ELSE 'b' END AS g, count(*) AS n "
        "FROM person GROUP BY 1"
    ),
    "bins as keys": "SELECT floor(pay / 1000) AS g, count(*) AS n FROM person WHERE {0} GROUP BY 1",
}  # fmt: skip
HER, EVERYBODY = "flat <> 'f0'", "flat <> 'f1' OR flat = 'f1'"


@pytest.mark.parametrize("kind", KINDS)
def test_asked_without_her_and_then_with_her_nothing_tells_that_she_is_there(
    town: Callable[[str], Desk], kind: str
) -> None:
    questions = [KINDS[kind].format(condition) for condition in (HER, EVERYBODY)]
    here, well = town("with her"), town("she is well")
    assert [here.ask(sql) for sql in questions] == [well.ask(sql) for sql in questions]


@pytest.mark.parametrize("kind", KINDS)
def test_asked_with_her_and_then_without_her_nothing_tells_that_she_was_it(
    town: Callable[[str], Desk], kind: str
) -> None:
    questions = [KINDS[kind].format(condition) for condition in (EVERYBODY, HER)]
    here, other = town("with her"), town("another")
    assert [here.ask(sql) for sql in questions] == [other.ask(sql) for sql in questions]


PAIRS = (
    "count", "count by group", "list of groups", "groups counted", "having",
    "groups counted under a filter", "sum",
)  # fmt: skip


@pytest.mark.parametrize(("one", "other"), [*zip(PAIRS, PAIRS[1:] + PAIRS[:1], strict=True)])
def test_nor_does_an_answer_of_one_kind_after_one_of_another(
    town: Callable[[str], Desk], one: str, other: str
) -> None:
    for a, b in ((one, other), (other, one)):
        narrow_first = [KINDS[a].format(HER), KINDS[b].format(EVERYBODY)]
        here, without = town("with her"), town("nobody")
        assert [here.ask(sql) for sql in narrow_first] == [without.ask(sql) for sql in narrow_first]
        wide_first = [KINDS[a].format(EVERYBODY), KINDS[b].format(HER)]
        here, another = town("with her"), town("another")
        assert [here.ask(sql) for sql in wide_first] == [another.ask(sql) for sql in wide_first]


def test_groups_that_few_cannot_change_are_counted_as_before(town: Callable[[str], Desk]) -> None:
    desk = town("with her")
    assert desk.ask("SELECT count(DISTINCT ill) AS n FROM person") == [{"n": 3}]
    assert desk.ask("SELECT count(DISTINCT ill) FILTER (WHERE ward = 'w2') AS n FROM person") == [{"n": 1}]
    assert desk.ask("SELECT count(*) AS n FROM person") == [{"n": 130}]


def test_a_count_of_groups_that_would_be_wrong_is_none(town: Callable[[str], Desk]) -> None:
    desk = town("with her")
    assert desk.ask("SELECT count(DISTINCT ill) AS n, max(year(born)) AS y FROM person") == [
        {"n": 3, "y": 1990}
    ]
    assert desk.ask(f"SELECT count(DISTINCT ill) AS n, max(year(born)) AS y FROM person WHERE {HER}") == [
        {"n": None, "y": None}
    ]


def test_a_group_that_was_too_small_is_not_counted_for_few_more(town: Callable[[str], Desk]) -> None:
    desk = town("with her")
    assert desk.ask(f"SELECT count(DISTINCT ill) AS n FROM person WHERE {HER}") == [{"n": 2}]
    assert desk.ask("SELECT count(DISTINCT ill) AS n FROM person") == [{"n": 2}]


def test_one_doubtful_group_takes_nothing_from_other_groups(town: Callable[[str], Desk]) -> None:
    desk = town("with her")
    desk.ask("SELECT ward, count(DISTINCT ill) AS n FROM person GROUP BY ward")
    sql = f"SELECT ward, count(DISTINCT ill) AS n FROM person WHERE {HER} OR ward = 'w2' GROUP BY ward"
    assert desk.ask(sql) == [{"ward": "w1", "n": None}, {"ward": "w2", "n": 1}]


# Of three figures the last is the other two and her.
FLU, COLD, THREE = "ill = 'flu'", "ill = 'cold'", "ill IN ('flu', 'cold') OR flat = 'f0'"


@pytest.mark.parametrize("order", [(FLU, COLD, THREE), (THREE, FLU, COLD), (COLD, THREE, FLU)])
@pytest.mark.parametrize("grouped", ["", " GROUP BY pay >= 0"])
@pytest.mark.parametrize("name", ["with her", "she is well"])
def test_three_answers_do_not_tell_of_one_either(
    town: Callable[[str], Desk], order: tuple[str, str, str], grouped: str, name: str
) -> None:
    desk = town(name)
    asked = [f"SELECT count(*) AS n FROM person WHERE {condition}{grouped}" for condition in order]
    assert [len(desk.ask(sql)) for sql in asked[:2]] == [1, 1]
    assert desk.ask(asked[2]) in ([], [{"n": None}])


@pytest.mark.parametrize("name", ["with her", "she is well"])
def test_nor_do_two_figures_of_one_answer_with_a_third_of_another(
    town: Callable[[str], Desk], name: str
) -> None:
    desk = town(name)
    assert desk.ask(f"SELECT count(*) AS n FROM person WHERE {THREE}") != [{"n": None}]
    two = f"count(*) FILTER (WHERE {FLU}) AS a, count(*) FILTER (WHERE {COLD}) AS b"
    assert desk.ask(f"SELECT {two} FROM person WHERE pay >= 0") == [{"a": None, "b": None}]


def test_three_answers_about_everybody_stand_beside_one_another(town: Callable[[str], Desk]) -> None:
    desk = town("with her")
    for where in (" WHERE pay < 2000", " WHERE pay >= 2000", ""):
        assert desk.ask(f"SELECT count(*) AS n FROM person{where}") != [{"n": None}], where


# Keys that leave everybody in one group, or nearly: conditions, labels, bins wider than the values.
DUMMIES = (
    "pay >= 0",
    "year(born) >= 1900",
    "ward IN ('w1', 'w2')",
    "CASE WHEN rent >= 0 THEN 'a' ELSE 'b' END",
    "floor(rent / 20000)",
)


@pytest.mark.parametrize(("one", "other"), [*zip(DUMMIES, DUMMIES[1:] + DUMMIES[:1], strict=True)])
@pytest.mark.parametrize("figure", ["count(*)", "sum(pay)"])
@pytest.mark.parametrize("wheres", [("pay >= 0", HER), (HER, "pay >= 0")])
def test_a_key_that_tells_nobody_apart_keeps_no_answer_from_being_compared(
    town: Callable[[str], Desk], one: str, other: str, figure: str, wheres: tuple[str, str]
) -> None:
    for name in ("with her", "nobody"):
        desk = town(name)
        first, second = (
            f"SELECT {key} AS g, {figure} AS n FROM person WHERE {where} GROUP BY 1"
            for key, where in zip((one, other), wheres, strict=True)
        )
        assert len(desk.ask(first)) == 1
        assert desk.ask(second) in ([], [{"g": None, "n": None}]), "the difference is she"


@pytest.mark.parametrize("dummy", ["pay >= 0", "floor(rent / 20000)"])
def test_parts_by_a_column_do_not_stand_beside_a_whole_that_hides_in_a_key(
    town: Callable[[str], Desk], dummy: str
) -> None:
    parts = f"SELECT ill, count(*) AS n FROM person WHERE ill <> 'rare' AND ({HER}) GROUP BY ill"
    desk = town("she is well")
    rest = f"SELECT {dummy} AS g, count(*) AS n FROM person WHERE ill <> 'rare' GROUP BY 1"
    assert len(desk.ask(rest)) == 1
    assert len(desk.ask(parts)) < 2
    desk = town("she is well")
    assert len(desk.ask(parts)) == 2
    assert desk.ask(rest) == []


def test_conditions_as_keys_that_cut_elsewhere_stand_beside_one_another(town: Callable[[str], Desk]) -> None:
    desk = town("with her")
    assert len(desk.ask("SELECT year(born) >= 1975 AS g, count(*) AS n FROM person GROUP BY 1")) == 2
    assert len(desk.ask("SELECT flat = 'f2' AS g, count(*) AS n FROM person GROUP BY 1")) == 2
    assert len(desk.ask("SELECT pay >= 1200 AS g, sum(rent) AS n FROM person GROUP BY 1")) == 2


def test_a_key_that_stands_twice_is_compared_like_once(town: Callable[[str], Desk]) -> None:
    desk = town("with her")
    sql = "SELECT ill, count(DISTINCT ill) AS n FROM person WHERE {} GROUP BY ill"
    assert len(desk.ask(sql.format("pay >= 0"))) == 3
    assert {row["ill"]: row["n"] for row in desk.ask(sql.format(HER))}["flu"] == 1
