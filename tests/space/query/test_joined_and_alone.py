"""A table alone and the same table joined: who has no partner does not follow, in whatever order.

Three persons of ward w1 are members of nothing, and two of those who go to school are; all others are both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.releases.facts import check
from catalog.releases.protect import protect
from contracts.codes import resident_check
from contracts.model import Contract, Field, FieldType, Party, UnitRef, UnitRule, Use
from policies.terms import DatasetTerm, Disclosure, JoinTerm, Mode, Terms
from space.engines.auditing import audit
from space.engines.duckdb import Engine
from space.query.auditing.audit import audited, compared, record
from space.query.compile import compile_query
from space.query.plan import Plan
from space.query.schema import QuerySchema

K = 10
IDS = [s + resident_check(s) for s in (f"9901011990{m:02d}07{i:03d}" for m in (1, 2) for i in range(500))]
NAMES = ("person", "member", "pupil")
OWN = {"person": ("ward", "born"), "member": ("club",), "pupil": ("school",)}
Rows = list[dict[str, Any]]


def contract(name: str) -> Contract:
    columns = tuple(Field(column, use=Use.DIMENSION, required=True) for column in OWN[name])
    pay = Field("pay", type=FieldType.INTEGER, use=Use.MEASURE, minimum=0, maximum=9_000, required=True)
    return Contract(
        name, name, "city", name, Party("城市数据局"),
        (
            Field("id_card", use=Use.IDENTIFIER, unit=UnitRef("person"), key_position=1),
            *columns,
            *((pay,) if name == "person" else ()),
        ),
        units=(UnitRule("person", 1),),
    )  # fmt: skip


CONTRACTS = {name: contract(name) for name in NAMES}
TERMS = Terms(
    "industry.research",
    tuple(DatasetTerm(f"city.{name}", tuple(f.name for f in CONTRACTS[name].fields)) for name in NAMES),
    Mode.THRESHOLD,
    Disclosure(K, 0.9, 1, 1),
    date(2026, 1, 1),
    date(2026, 12, 31),
    joins=tuple(JoinTerm("city.person", "id_card", f"city.{name}", "id_card") for name in NAMES[1:]),
)


@dataclass
class Desk:
    """An organisation with a memory."""

    schema: QuerySchema
    engine: Engine
    open_rows: duckdb.DuckDBPyConnection
    told: list[dict[str, Any]] = field(default_factory=list)

    def ask(self, sql: str) -> Rows:
        plan = compile_query(sql, TERMS, self.schema)
        assert isinstance(plan, Plan), plan
        beside = {f"city.{name}": f"rel_{name}" for name in NAMES}
        formers = [f for block in audited(plan) for f in compared(block, reversed(self.told), 20, beside)]
        self.told += [dict(record(block, K).body) for block in audited(plan)]
        sent = Plan.from_document(replace(plan, formers=tuple(formers)).to_document())
        assert set(sent.beside) <= set(beside) - set(sent.datasets)
        rows: Rows = self.engine.execute(sent).to_pylist()
        return rows

    def shown(self, sql: str) -> Rows:
        return [row for row in self.ask(sql) if row["n"] is not None]

    def rows(self, relation: str, condition: str) -> frozenset[int]:
        found = self.open_rows.sql(f"SELECT p.id FROM {relation} WHERE {condition}").fetchall()
        return frozenset(int(row[0]) for row in found)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder: Path = tmp_path_factory.mktemp("joined")
    draw, n = np.random.default_rng(7), 400
    wards = [f"w{int(w)}" for w in draw.choice(4, n, p=[0.4, 0.35, 0.2, 0.05])]
    alone = [place for place, ward in enumerate(wards) if ward == "w1"][:3]
    in_school = draw.permutation(n)[:150].tolist()
    member = [place for place in range(n) if place not in alone]
    columns: dict[str, dict[str, Any]] = {
        "person": {
            "id_card": [IDS[place] for place in range(n)],
            "ward": wards,
            "born": [f"{1950 + int(y) * 10}s" for y in draw.integers(0, 5, n)],
            "pay": draw.integers(1, 90, n).tolist(),
        },
        "member": {
            "id_card": [IDS[place] for place in member],
            "club": [f"c{int(c)}" for c in draw.choice(3, len(member), p=[0.7, 0.2, 0.1])],
        },
        "pupil": {
            "id_card": [IDS[place] for place in in_school],
            "school": [f"s{int(s)}" for s in draw.choice(3, len(in_school))],
        },
    }
    made = {name: protect(CONTRACTS[name], pa.table(columns[name]), b"k" * 32) for name in NAMES}
    files, rows = {}, duckdb.connect()
    for name in NAMES:
        files[f"city.{name}"] = (folder / f"{name}.parquet",)
        pq.write_table(made[name].protected, *files[f"city.{name}"])
        source = f"read_parquet('{files[f'city.{name}'][0]}')"
        rows.execute(f"CREATE TABLE {name} AS SELECT row_number() OVER () AS id, * FROM {source}")
    facts = [(CONTRACTS[name], check(CONTRACTS[name], m.vault, m.protected)) for name, m in made.items()]
    engine = Engine(files, 30.0)
    yield Desk(QuerySchema.from_facts(TERMS, facts), engine, rows)
    engine.close()
    rows.close()


@pytest.fixture
def desk(town: Desk) -> Desk:
    return replace(town, told=[])


ALONE = "SELECT {} count(*) AS n FROM person AS p {}"
MEMBERS = "SELECT {} count(*) AS n FROM person AS p JOIN member AS m ON p.id_card = m.id_card {}"
PUPILS = "SELECT {} count(*) AS n FROM person AS p JOIN pupil AS s ON p.id_card = s.id_card {}"
BY_WARD = ("p.ward,", "GROUP BY p.ward")
IN_ALL = ("", "")


@pytest.mark.parametrize("keys", [BY_WARD, IN_ALL, ("left(p.ward, 2) AS w,", "GROUP BY 1")])
@pytest.mark.parametrize("before", [BY_WARD, IN_ALL])
@pytest.mark.parametrize("first", [ALONE, MEMBERS], ids=["alone first", "joined first"])
def test_who_has_no_partner_does_not_follow(
    desk: Desk, first: str, before: tuple[str, str], keys: tuple[str, str]
) -> None:
    then = MEMBERS if first == ALONE else ALONE
    told = {row.get("ward"): row["n"] for row in desk.shown(first.format(*before))}
    assert told

    after = {row.get("ward", row.get("w")): row["n"] for row in desk.shown(then.format(*keys))}

    if before == IN_ALL and keys == IN_ALL:
        assert after == {}
    elif before == IN_ALL:
        assert abs(told[None] - sum(after.values())) >= K, "those left over are k persons or more"
        # Of a ward alone it could be that somebody has no partner, so none stands beside the whole joined.
        assert bool(after) == (first == ALONE)
    elif keys == IN_ALL:
        assert after == {}, "the whole less the wards would be three persons"
    else:
        assert set(told) - set(after) == {"w1", "w3"} & set(told) or "w1" not in after


def test_two_joins_with_different_tables_do_not_tell_of_those_between(desk: Desk) -> None:
    both = (
        "SELECT count(*) AS n FROM person AS p JOIN pupil AS s ON p.id_card = s.id_card "
        "JOIN member AS m ON p.id_card = m.id_card"
    )
    assert desk.shown(PUPILS.format(*IN_ALL))
    lost = desk.rows("person AS p JOIN pupil AS s USING (_u_id_card)", "TRUE") - desk.rows(
        "person AS p JOIN pupil AS s USING (_u_id_card) JOIN member AS m USING (_u_id_card)", "TRUE"
    )
    assert 0 < len(lost) < K

    assert desk.shown(both) == []


def test_a_left_join_first_and_the_table_alone_later_are_compared_too(desk: Desk) -> None:
    left = ALONE.format("", "LEFT JOIN member AS m ON p.id_card = m.id_card {}")
    assert desk.shown(left.format("WHERE m.club = 'c0' OR NOT p.ward = 'w1' OR m.club IN ('c1', 'c2')"))

    assert desk.shown(ALONE.format(*IN_ALL)) == []


def test_where_many_have_no_partner_both_are_answered(desk: Desk) -> None:
    alone = desk.shown(ALONE.format(*BY_WARD))
    joined = desk.shown(PUPILS.format(*BY_WARD))

    assert {row["ward"] for row in joined} >= {"w0", "w2"} - {"w3"}
    assert len(alone) == 4
    assert desk.shown(PUPILS.format("s.school,", "GROUP BY s.school"))


def test_without_the_relation_of_both_the_attack_tells(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("space.query.auditing.audit.spanning", lambda *_: None)
    (whole,) = desk.shown(MEMBERS.format(*IN_ALL))
    (alone,) = desk.shown(ALONE.format(*IN_ALL))

    assert alone["n"] - whole["n"] == 3


def test_a_join_that_gives_several_partners_is_not_spanned(desk: Desk) -> None:
    plan = compile_query(ALONE.format(*IN_ALL), TERMS, desk.schema)
    assert isinstance(plan, Plan)
    body = dict(record(plan.blocks[0], K).body)
    on = 'INNER JOIN "city.visit" AS "t1" ON "t0"."_u_id_card" = "t1"."_u_id_card"'
    one = {**body, "from": f"{body['from']} {on}", "scans": [*body["scans"], ["t1", "city.visit"]]}
    several = {**one, "alone": ["exact"]}
    beside = {"city.visit": "rel_v"}

    (former,) = compared(plan.blocks[0], [one], 20, beside)
    assert (former.more, former.present) == ((("city.visit", "rel_v"),), "")
    assert compared(plan.blocks[0], [several], 20, beside) == ()
    assert compared(plan.blocks[0], [one], 20) == (), "the grant does not open the other table"


# Every relation, with what it is on the open rows and the columns its keys may be.
JOINS = {
    "alone": ("", "", ("p.ward", "p.born")),
    "members": ("JOIN member AS m ON p.id_card = m.id_card", "JOIN member AS m USING (_u_id_card)",
                ("p.ward", "p.born", "m.club")),
    "members, all": ("LEFT JOIN member AS m ON p.id_card = m.id_card",
                     "LEFT JOIN member AS m ON p._u_id_card = m._u_id_card", ("p.ward", "p.born")),
    "pupils": ("JOIN pupil AS s ON p.id_card = s.id_card", "JOIN pupil AS s USING (_u_id_card)",
               ("p.ward", "p.born", "s.school")),
}  # fmt: skip
questions = st.sampled_from(sorted(JOINS)).flatmap(
    lambda join: st.tuples(
        st.just(join),
        st.lists(st.sampled_from(JOINS[join][2]), max_size=2, unique=True),
        st.sampled_from(
            ["p.ward IN ('w0', 'w1', 'w2', 'w3')", "p.ward <> 'w3'", "p.born IN ('1950s', '1960s')"]
        ),
    )
)


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(asked=st.lists(questions, min_size=2, max_size=4))
def test_no_two_cells_of_any_joins_differ_by_few(town: Desk, asked: list[Any]) -> None:
    desk = replace(town, told=[])
    answers = [(set(keys), cells(desk, join, keys, where)) for join, keys, where in asked]
    for at, (keys, found) in enumerate(answers):
        for before, former in answers[:at]:
            if not (keys <= before or before <= keys):
                continue
            for one in found:
                for other in (other for other in former if one & other):
                    assert_not_few(one, other)
            if keys < before:
                assert_rests(found, former)
            elif before < keys:
                assert_rests(former, found)


def assert_not_few(one: frozenset[int], other: frozenset[int]) -> None:
    assert not 0 < len(one - other) < K
    assert not 0 < len(other - one) < K


def assert_rests(totals: list[frozenset[int]], parts: list[frozenset[int]]) -> None:
    """What the parts leave of a total, and what they have beyond it, is nobody or k persons."""
    for total in totals:
        inside = frozenset().union(*(part for part in parts if part & total))
        if inside:
            assert not 0 < len(total - inside) < K
            assert not 0 < len(inside - total) < K


def cells(desk: Desk, join: str, keys: list[str], where: str) -> list[frozenset[int]]:
    """Ask, and give the persons behind every cell that shows."""
    shape, relation, _ = JOINS[join]
    outputs = "".join(f"{key} AS k{place}, " for place, key in enumerate(keys))
    grouped = f" GROUP BY {', '.join(keys)}" if keys else ""
    found = desk.shown(f"SELECT {outputs}count(*) AS n FROM person AS p {shape} WHERE {where}{grouped}")
    told = []
    for row in found:
        named = [f"{key} = '{row[f'k{place}']}'" for place, key in enumerate(keys)]
        told.append(desk.rows(f"person AS p {relation}", " AND ".join([*named, where])))
    return told


def test_the_guard_is_the_audit_and_nothing_else(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "withhold", lambda *_: [])
    for first in (ALONE, MEMBERS):
        assert len(desk.shown(first.format(*BY_WARD))) == 4
