"""Attacks that read what is withheld, wrap what is asked or bend what is summed; each gave a person away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.releases.facts import check
from catalog.releases.protect import protect
from contracts.codes import resident_check
from contracts.model import Contract, Field, FieldType, Party, UnitRef, UnitRule, Use
from policies.decision import Deny
from policies.protection_form import from_document
from policies.terms import DatasetTerm, Disclosure, JoinTerm, Mode, Terms
from space.query.auditing.audit import audited, compared, record
from space.query.auditing.merged import merged
from space.query.compile import compile_query
from space.query.plan import Plan
from space.query.schema import QuerySchema
from tests.engines import execute

PEOPLE = [s + resident_check(s) for s in (f"99010119900107{i:03d}" for i in range(400))]
PERSON = Contract(
    "person", "人口", "city", "person", Party("城市数据局"),
    (
        Field("id_card", use=Use.IDENTIFIER, unit=UnitRef("person")),
        Field("ward", use=Use.DIMENSION, required=True),
        Field("ill", use=Use.DIMENSION, required=True),
        Field("age", type=FieldType.INTEGER, use=Use.DIMENSION, required=True),
        Field("day", type=FieldType.DATE, use=Use.TIME, required=True),
        Field("at", type=FieldType.TIMESTAMP, use=Use.TIME, grain="hour", required=True),
        Field("pay", type=FieldType.INTEGER, use=Use.MEASURE, minimum=0, maximum=10**6, grain="1000",
              required=True),
    ),
    units=(UnitRule("person", 1),),
)  # fmt: skip
CLIENT = Contract(
    "client", "客户", "city", "client", Party("运营公司"),
    (
        Field("id_card", use=Use.IDENTIFIER, unit=UnitRef("person"), key_position=1),
        Field("segment", use=Use.DIMENSION, required=True),
    ),
    units=(UnitRule("person", 1),),
)  # fmt: skip
Group = tuple[int, str, str, int, date, datetime, int]
DAY, HOUR = date(2020, 1, 1), datetime(2020, 1, 1)


@dataclass
class Desk:
    """One organisation with a grant on the table, and what it was told."""

    terms: Terms
    schema: QuerySchema
    files: dict[str, tuple[Path, ...]]
    told: list[dict[str, Any]] = field(default_factory=list)

    def ask(self, sql: str) -> list[dict[str, Any]]:
        made = compile_query(sql, self.terms, self.schema)
        assert isinstance(made, Plan), made
        formers = [f for block in audited(made) for f in compared(block, reversed(self.told), 20)]
        sent = replace(made, formers=tuple(formers))
        if formers:
            sent = replace(sent, blocks=tuple(replace(block, small="drop") for block in sent.blocks))
        for block in audited(sent):
            kept = [record(block, made.limits.k), merged(block, made.limits.k)]
            self.told += [dict(each.body) for each in kept if each is not None]
        rows: list[dict[str, Any]] = execute(sent, self.files).to_pylist()
        return rows

    def refusals(self, sql: str) -> list[str]:
        made = compile_query(sql, self.terms, self.schema)
        assert isinstance(made, Deny), made
        return [reason.code for reason in made.reasons]


Opened = Callable[..., Desk]


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    def made(
        groups: Sequence[Group], rules: dict[str, Any] | None = None, clients: Sequence[tuple[str, str]] = ()
    ) -> Desk:
        tables = [(PERSON, rows_of(groups))]
        if clients:
            ids, segments = zip(*clients, strict=True)
            tables.append((CLIENT, pa.table({"id_card": list(ids), "segment": list(segments)})))
        terms, pairs = [], []
        files: dict[str, tuple[Path, ...]] = {}
        for contract, rows in tables:
            form = protect(contract, rows, b"k" * 32)
            path = tmp_path / f"{len(list(tmp_path.iterdir()))}.parquet"
            pq.write_table(form.protected, path)
            files[contract.name] = (path,)
            pairs.append((contract, check(contract, form.vault, form.protected)))
            asked = from_document(rules or {}) if contract is PERSON else from_document({})
            terms.append(DatasetTerm(contract.name, tuple(f.name for f in contract.fields), rules=asked))
        stated = Terms(
            purpose="industry.research",
            datasets=tuple(terms),
            mode=Mode.THRESHOLD,
            disclosure=Disclosure(10, 0.5, 10, 5),
            valid_from=date(2026, 1, 1),
            valid_to=date(2026, 12, 31),
            joins=(JoinTerm(CLIENT.name, "id_card", PERSON.name, "id_card"),) if clients else (),
        )
        return Desk(stated, QuerySchema.from_facts(stated, pairs), files)

    return made


def rows_of(groups: Sequence[Group]) -> pa.Table:
    """Persons by group: how many, then the values of each."""
    flat = [group[1:] for group in groups for _ in range(group[0])]
    columns = list(zip(*flat, strict=True))
    types = (pa.string(), pa.string(), pa.int64(), pa.date32(), pa.timestamp("us"), pa.int64())
    named = zip(("ward", "ill", "age", "day", "at", "pay"), columns, types, strict=True)
    return pa.table(
        {"id_card": PEOPLE[: len(flat)]} | {name: pa.array(values, kind) for name, values, kind in named}
    )


def person(ill: str) -> Group:
    return 1, "w1c", ill, 33, date(2020, 3, 5), datetime(2020, 3, 1, 3), 1_000_000


MANY: list[Group] = [
    (40, "w1a", "x", 30, DAY, HOUR, 5_000),
    (40, "w1b", "y", 40, DAY, HOUR, 5_000),
    (40, "w2", "x", 30, DAY, HOUR, 7_000),
]
# A condition, and the same without the one person if that person is ill with x.
WITH_AND_WITHOUT = {
    "as it is": ("ill = 'x'", "ill = 'x' AND NOT ward = 'w1c'"),
    "beginnings of a text": (
        "left(ward, 2) = 'w1' AND ill = 'x'",
        "ward IN ('w1', 'w1a', 'w1b') AND ill = 'x'",
    ),
    "arithmetic": (
        "(age % 10 = 3 AND ill = 'x') OR ward = 'w2'",
        "(age IN (3, 13, 23, 43) AND ill = 'x') OR ward = 'w2'",
    ),
    "halves of whole numbers": (
        "(age > 32.5 AND age < 33.9 AND ill = 'x') OR ward = 'w2'",
        "(age >= 33.2 AND age < 33.9 AND ill = 'x') OR ward = 'w2'",
    ),
    "buckets of a measure": ("ill = 'x'", "ill = 'x' AND NOT floor(pay / 1000) = 1000"),
    "one day": ("ill = 'x' AND day < DATE '2020-03-06'", "ill = 'x' AND day < DATE '2020-03-05'"),
    "a day of every month": ("ill = 'x' OR ward = 'w2'", "(ill = 'x' AND NOT day(day) = 5) OR ward = 'w2'"),
    "an hour of every day": ("ill = 'x' OR ward = 'w2'", "(ill = 'x' AND NOT hour(at) = 3) OR ward = 'w2'"),
}


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("how", WITH_AND_WITHOUT)
def test_two_conditions_that_differ_by_one_person_show_the_same_with_and_without_her(
    opened: Opened, how: str, turned: bool
) -> None:
    one, other = WITH_AND_WITHOUT[how][:: -1 if turned else 1]
    figures = f"count(*) FILTER (WHERE {one}) a, count(*) FILTER (WHERE {other}) b"

    def told(ill: str) -> list[Any]:
        together = opened([*MANY, person(ill)]).ask(f"SELECT {figures} FROM person")
        desk = opened([*MANY, person(ill)])
        return [together, *(desk.ask(f"SELECT count(*) n FROM person WHERE {c}") for c in (one, other))]

    assert told("x") == told("y")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("left(ward, 2) = 'w1'", "ward = 'w3'"),
        ("pay >= 9000", "floor(pay / 1000) >= 9"),
        ("day >= DATE '2021-01-01'", "year(day) >= 2021"),
        ("age >= 61", "age > 60"),
        ("pay >= 9000", "pay < 6000"),
    ],
)
def test_conditions_of_which_no_few_can_meet_one_alone_are_answered_beside_one_another(
    opened: Opened, one: str, other: str
) -> None:
    city = opened([*MANY, (30, "w3", "z", 61, date(2021, 1, 1), HOUR, 9_000)])
    (row,) = city.ask(
        f"SELECT count(*) FILTER (WHERE {one}) a, count(*) FILTER (WHERE {other}) b, count(*) n FROM person"
    )
    assert None not in row.values()


WRAPPED = [
    "({0}) + 0", "({0}) * 2", "floor({0})", "CAST({0} AS BIGINT)", "coalesce({0}, 7)",
    "CAST(ill = 'x' AND ward = 'w1c' AS INT)",
    "left(CASE WHEN ill = 'x' AND ward = 'w1c' THEN 'aa' ELSE 'bb' END, 1)",
    "coalesce(CASE WHEN ill = 'x' AND ward = 'w1c' THEN 'aa' ELSE 'bb' END, 'z')",
]  # fmt: skip


@pytest.mark.parametrize("wrapped", WRAPPED)
def test_a_condition_in_a_key_stays_one_whatever_is_done_to_it(opened: Opened, wrapped: str) -> None:
    key = wrapped.format("CASE WHEN ill = 'x' AND ward = 'w1c' THEN 1 ELSE 0 END")

    def told(ill: str) -> list[Any]:
        at_once = opened([*MANY, person(ill)]).ask(
            f"SELECT {key} k, count(*) n FROM person GROUP BY ROLLUP(1)"
        )
        desk = opened([*MANY, person(ill)])
        parts = desk.ask(f"SELECT {key} k, count(*) n FROM person GROUP BY 1")
        return [at_once, parts, desk.ask("SELECT count(*) n FROM person")]

    assert told("x") == told("y")


@pytest.mark.parametrize(
    "figure", ["regr_intercept(pay, pay)", "regr_slope(pay, pay)", "covar_pop(pay, pay)", "regr_r2(pay, pay)"]
)
def test_a_line_through_a_measure_is_a_use_of_it_as_a_measure(opened: Opened, figure: str) -> None:
    for asked, code in (
        ({"roles": ["dimension", "filter"]}, "query.role"),
        ({"visibility": "after_group_by"}, "query.visibility"),
        ({"visibility": "after_aggregate", "aggregates": ["corr"]}, "query.visibility"),
    ):
        desk = opened(MANY, {"columns": {"pay": asked}, "unlisted": "plain"})
        assert desk.refusals(f"SELECT ward, {figure} x FROM person GROUP BY ward") == [code]


def test_a_quantile_shows_values_that_may_only_be_grouped_by(opened: Opened) -> None:
    desk = opened(MANY, {"columns": {"pay": {"visibility": "after_group_by"}}, "unlisted": "plain"})
    for figure in ("median(floor(pay / 1000))", "histogram(floor(pay / 1000))",
                   "percentile_cont(0.5) WITHIN GROUP (ORDER BY floor(pay / 1000))"):  # fmt: skip
        assert desk.refusals(f"SELECT ward, {figure} x FROM person GROUP BY ward") == ["query.visibility"]


def test_the_merged_row_is_compared_with_what_is_asked_after_it(opened: Opened) -> None:
    few: list[Group] = [(6, "w8", "x", 30, DAY, HOUR, 5_000), (6, "w9", "x", 30, DAY, HOUR, 5_000)]
    desk = opened([*MANY, *few, (1, "w9", "v", 30, DAY, HOUR, 8_000)], {"small_groups": "remainder"})
    sums = "count(*) n, sum(pay) s FROM person"
    (rest,) = [row for row in desk.ask(f"SELECT ward, {sums} GROUP BY ward") if row["ward"] is None]
    assert rest == {"ward": None, "n": 15, "s": 68_000}
    but_one = f"SELECT {sums} WHERE ward IN ('w8', 'w9') AND ill <> 'v'"
    assert desk.ask(but_one) == [{"n": None, "s": None}], "the merged row less it is one person's pay"


@pytest.mark.parametrize(
    "figure",
    ["sum(greatest(pay, 800000))", "avg(greatest(pay, 800000))", "sum(ln(greatest(pay, 800000)))",
     "sum(greatest(least(pay, 990000), 800000))"],
)  # fmt: skip
def test_what_three_earn_above_a_clamp_is_not_told(opened: Opened, figure: str) -> None:
    three: Group = (3, "w3", "z", 30, DAY, HOUR, 900_000)
    assert opened([*MANY, three]).ask(f"SELECT {figure} s FROM person") == [{"s": None}]


def test_a_clamp_that_makes_all_values_one_does_not_tell_how_many_there_are(opened: Opened) -> None:
    assert opened(MANY).ask("SELECT sum(least(pay, 1)) s FROM person") == [{"s": None}]


def test_what_three_earn_above_a_clamp_does_not_follow_from_two_conditions(opened: Opened) -> None:
    rich: list[Group] = [(15, "w2", "z", 30, DAY, HOUR, 900_000), (3, "w1a", "z", 30, DAY, HOUR, 900_000)]
    (row,) = opened([*MANY, *rich]).ask(
        "SELECT sum(greatest(pay, 800000)) a, sum(greatest(pay, 800000)) FILTER (WHERE ward = 'w2') b "
        "FROM person"
    )
    assert None in row.values()


def test_a_clamp_within_which_many_lie_is_answered(opened: Opened) -> None:
    rich: Group = (30, "w3", "z", 30, DAY, HOUR, 900_000)
    (row,) = opened([*MANY, rich]).ask("SELECT sum(greatest(pay, 6000)) a, count(*) n FROM person")
    assert row == {"a": 27_800_000, "n": 150}


def test_that_one_of_two_conditions_is_too_small_does_not_tell_of_the_one_person_between(
    opened: Opened,
) -> None:
    nine: Group = (9, "w1a", "z", 30, DAY, HOUR, 5_000)
    without, having = "ward = 'w1a' AND ill = 'z'", "ward IN ('w1a', 'w1c') AND ill = 'z'"
    for one, other in ((without, having), (having, without)):
        sql = f"SELECT count(*) FILTER (WHERE {one}) a, count(*) FILTER (WHERE {other}) b FROM person"
        assert opened([*MANY, nine, person("z")]).ask(sql) == opened([*MANY, nine, person("y")]).ask(sql)


def test_one_outlier_does_not_follow_from_the_variances_of_two_conditions(opened: Opened) -> None:
    groups: list[Group] = [
        (30, "w1", "a", 30, DAY, HOUR, 10_000),
        (30, "w1", "a", 30, DAY, HOUR, 60_000),
        (9, "w1", "c", 30, DAY, HOUR, 10_000),
        (1, "w1", "c", 30, DAY, HOUR, 80_000),
    ]
    figures = "{0}(pay) a, {0}(pay) FILTER (WHERE ill = 'a') b FROM person"
    (row,) = opened(groups).ask(f"SELECT {figures.format('var_pop')}")
    assert None in row.values(), "the sum of squares of ten, of which one has nearly all"
    (row,) = opened(groups).ask(f"SELECT {figures.format('avg')}")
    assert None not in row.values()


def test_whole_division_cuts_off_and_does_not_tell_years_apart(opened: Opened) -> None:
    few: list[Group] = [(8, "w5", "x", 51, DAY, HOUR, 5_000), (8, "w5", "x", 58, DAY, HOUR, 5_000)]
    rows = opened([*MANY, *few]).ask("SELECT age // 10 * 10 k, count(*) n FROM person GROUP BY 1 ORDER BY 1")
    assert [(row["k"], row["n"]) for row in rows] == [(30, 80), (40, 40), (50, 15)]


HER = "p.ward = 'w1c' AND p.age = 33"
BESIDE = f"p.ward IN ('w1a', 'w1b') OR ({HER})"
LEFT = "FROM person p LEFT JOIN client c ON c.id_card = p.id_card"


@pytest.mark.parametrize(
    "asked",
    [
        [f"SELECT count(*) n, count(c.id_card) m {LEFT} WHERE {BESIDE}"],
        [
            f"SELECT count(*) FILTER (WHERE {BESIDE}) a, count(*) FILTER (WHERE p.ward IN ('w1a', 'w1b') "
            f"OR ({HER} AND c.segment IS NOT NULL)) b {LEFT}"
        ],
        [
            f"SELECT count(*) n {LEFT} WHERE {BESIDE}",
            f"SELECT count(*) n {LEFT} WHERE ({BESIDE}) AND c.segment IS NOT NULL",
        ],
        [f"SELECT c.segment, count(*) n {LEFT} WHERE {BESIDE} GROUP BY ROLLUP (c.segment)"],
        [
            f"SELECT c.segment, count(*) n {LEFT} WHERE {BESIDE} GROUP BY 1",
            f"SELECT count(*) n {LEFT} WHERE {BESIDE}",
        ],
        [
            f"SELECT count(*) n {LEFT} WHERE {BESIDE}",
            f"SELECT c.segment, count(*) n {LEFT} WHERE {BESIDE} GROUP BY 1",
        ],
    ],
)
def test_whether_one_person_is_in_a_joined_table_is_not_told(opened: Opened, asked: list[str]) -> None:
    def told(hers: str) -> list[Any]:
        others = [(each, "s1" if i < 40 else "s2") for i, each in enumerate(PEOPLE[:80])]
        desk = opened([*MANY, person("x")], clients=[*others, (hers, "s1")])
        return [desk.ask(sql) for sql in asked]

    assert told(PEOPLE[120]) == told(PEOPLE[399]), "she is the person after those of the three wards"
