"""The conditions of the k-proofs and of the bound, in whole queries: from SQL to the released answer.

A town where every fact is checked by the release itself: 40 persons, twelve insurance months each, one
employer for most. Each test asks a query whose answer rests on too few units, shows that nothing is
released, then switches the condition off and shows the wrong figure that comes out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.releases.facts import Facts, check
from catalog.releases.protect import protect
from contracts.codes import resident_check, uscc_check
from contracts.model import Contract, Field, FieldType, Party, UnitRef, UnitRule, Use
from policies.decision import Deny
from policies.terms import Budget, DatasetTerm, Disclosure, JoinTerm, Mode, Terms
from space.engines.threshold import measure, statements
from space.engines.threshold.known import Known
from space.query.compile import compile_query
from space.query.plan import Plan
from space.query.planning import blocks, bounds, proofs
from space.query.planning.proofs import Relation
from space.query.schema import QuerySchema
from tests.engines import execute

KEY = b"k" * 32
OFFICE = Party("人社局")


def _serial(number: int) -> str:
    first = f"99010119900101{number:03d}"
    return first + resident_check(first)


def _firm(number: int) -> str:
    first = f"91990101{number:08d}0"
    return first + uscc_check(first)


PERSONS = Contract(
    id="persons", title="人口", schema="town", table="persons", department=OFFICE,
    fields=(
        Field("id_card", use=Use.IDENTIFIER, unit=UnitRef("person"), check="resident_id"),
        Field("street", use=Use.DIMENSION),
    ),
    units=(UnitRule("person", 1),),
    unique_keys=(("id_card",),),
)  # fmt: skip
MONTHS = Contract(
    id="months", title="参保月", schema="town", table="months", department=OFFICE,
    fields=(
        Field("id_card", use=Use.IDENTIFIER, unit=UnitRef("person"), check="resident_id"),
        Field("uscc", use=Use.IDENTIFIER, unit=UnitRef("enterprise")),
        Field("month", type=FieldType.INTEGER, use=Use.DIMENSION),
        Field("trade", use=Use.DIMENSION),
        Field("wage", type=FieldType.INTEGER, use=Use.MEASURE, minimum=0, maximum=100),
    ),
    units=(UnitRule("person", 12), UnitRule("enterprise", 1000)),
    unique_keys=(("id_card", "month"),),
)  # fmt: skip
STREETS = Contract(
    id="streets", title="街道", schema="town", table="streets", department=OFFICE, unit_free=True,
    fields=(Field("street", use=Use.DIMENSION), Field("service", use=Use.DIMENSION)),
)  # fmt: skip
JOINS = (
    JoinTerm("town.persons", "id_card", "town.months", "id_card"),
    JoinTerm("town.persons", "street", "town.streets", "street"),
)


def _rows() -> dict[str, pa.Table]:
    persons = range(40)
    months = [(p, m) for p in persons for m in range(1, 13)]
    # Persons 0–2 have a trade of their own; the trade 'mine' is one employer's; the rest have one each.
    trade = {p: "rare" if p < 3 else "mine" if p < 20 else "shops" for p in persons}
    firm = {p: 7 if trade[p] == "mine" else p for p in persons}
    return {
        "town.persons": pa.table(
            {
                # Of street 'b' three persons are known by an id; nine rows have none.
                "id_card": [_serial(p) for p in persons] + [None] * 9,
                "street": ["b" if p < 3 else "a" for p in persons] + ["b"] * 9,
            }
        ),
        "town.months": pa.table(
            {
                "id_card": [_serial(p) for p, _ in months],
                "uscc": [_firm(firm[p]) for p, _ in months],
                "month": [m for _, m in months],
                "trade": [trade[p] for p, _ in months],
                "wage": [p % 50 for p, _ in months],
            }
        ),
        "town.streets": pa.table(
            {"street": ["a"] + ["b"] * 5, "service": ["x"] + [f"s{i}" for i in range(5)]}
        ),
    }


@dataclass(frozen=True)
class Place:
    """Contracts, checked facts and protected files."""

    facts: Mapping[str, Facts]
    files: Mapping[str, tuple[Path, ...]]

    def made(self, sql: str, mode: Mode = Mode.THRESHOLD) -> Plan | Deny:
        terms = Terms(
            purpose="p",
            datasets=tuple(DatasetTerm(c.name, tuple(f.name for f in c.fields)) for c in CONTRACTS),
            mode=mode,
            disclosure=Disclosure(k=10, dominance_share=1, p_percent=0, rounding_base=1),
            budget=Budget(1e9, 1e9, 1e-9) if mode is Mode.DP else None,
            valid_from=date(2026, 1, 1),
            valid_to=date(2026, 12, 31),
            joins=JOINS,
        )
        schema = QuerySchema.from_facts(terms, [(c, self.facts[c.name]) for c in CONTRACTS])
        return compile_query(sql, terms, schema)

    def answer(self, sql: str, mode: Mode = Mode.THRESHOLD) -> list[dict[str, Any]]:
        plan = self.made(sql, mode)
        assert isinstance(plan, Plan), plan
        found: list[dict[str, Any]] = execute(plan, self.files).to_pylist()
        return found


CONTRACTS = (PERSONS, MONTHS, STREETS)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The town, protected and checked as a release is."""
    folder = tmp_path_factory.mktemp("town")
    facts, files = {}, {}
    for contract in CONTRACTS:
        made = protect(contract, _rows()[contract.name], KEY)
        facts[contract.name] = check(contract, made.vault, made.protected)
        path = folder / f"{contract.table}.parquet"
        pq.write_table(made.protected, path)
        files[contract.name] = (path,)
    return Place(facts, files)


BY_TRADE = "SELECT trade, count(*) AS n FROM months GROUP BY trade"
PER_PERSON = (
    "SELECT m.trade, count(*) AS n FROM persons p JOIN months m ON p.id_card = m.id_card GROUP BY m.trade"
)


def methods(plan: Plan | Deny) -> dict[str, list[str]]:
    assert isinstance(plan, Plan), plan
    return {proof.kind: list(proof.methods) for proof in plan.blocks[0].proofs}


def test_the_number_counts_persons_where_each_row_is_one_of_their_months(town: Place) -> None:
    assert methods(town.made(BY_TRADE)) == {"person": ["number"], "enterprise": ["number"]}
    assert town.answer(BY_TRADE) == [{"trade": "shops", "n": 240}]


def test_without_the_number_rows_pass_for_persons(town: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proofs, "method", lambda *_: "key")
    monkeypatch.setattr(blocks, "method", lambda *_: "key")
    shown = {row["trade"]: row["n"] for row in town.answer(BY_TRADE)}
    assert shown["rare"] == 36, "three persons' months, as if they were 36 persons"


def test_every_kind_must_be_many_not_only_persons(town: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(row["trade"] != "mine" for row in town.answer(BY_TRADE)), "17 persons of one employer"
    every = Relation.about
    monkeypatch.setattr(Relation, "about", lambda self: every(self)[:1])
    assert {"trade": "mine", "n": 17 * 12} in town.answer(BY_TRADE), "the employer's payroll is shown"


def test_a_join_that_multiplies_the_person_is_counted_exactly(
    town: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = town.made(PER_PERSON)
    assert isinstance(plan, Plan)
    assert sorted((p.kind, p.methods) for p in plan.blocks[0].proofs) == [
        ("enterprise", ("number",)),
        ("person", ("exact",)),  # of persons, which the join multiplies
        ("person", ("number",)),  # of months, each of which has one person
    ]
    assert [row["trade"] for row in town.answer(PER_PERSON)] == ["shops"]
    every = Relation.about
    monkeypatch.setattr(Relation, "about", lambda self: tuple(u for u in every(self) if u[1].max_rows == 1))
    assert {row["trade"] for row in town.answer(PER_PERSON)} == {"mine", "shops"}
    monkeypatch.setattr(proofs, "multiplied", lambda *_: False)
    assert {"trade": "rare", "n": 36} in town.answer(PER_PERSON), "36 rows pass for 36 persons"


def test_a_month_that_is_fixed_makes_rows_persons_and_one_that_is_not_does_not(
    town: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = "SELECT trade, count(*) AS n FROM months WHERE month = 12 GROUP BY trade"
    two = "SELECT trade, count(*) AS n FROM months WHERE month IN (11, 12, 10, 9) GROUP BY trade"
    assert methods(town.made(one))["person"] == ["key"]
    assert methods(town.made(two))["person"] == ["number"]
    assert town.answer(one) == [{"trade": "shops", "n": 20}]
    # The number is sound and weak under a filter: no row numbered 1 may be left, and units are counted.
    assert town.answer(two) == [{"trade": "shops", "n": 80}]
    monkeypatch.setattr(blocks, "method", lambda *_: "key")
    assert {"trade": "rare", "n": 12} in town.answer(two), "four months of three persons"


def test_each_condition_of_a_figure_is_proved_on_its_own_rows(
    town: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    sql = "SELECT count(*) AS n, sum(wage) FILTER (WHERE trade = 'rare') AS s FROM months"
    assert town.answer(sql) == [{"n": 480, "s": None}]
    monkeypatch.setattr(statements, "_filter", lambda _: "")
    monkeypatch.setattr(measure, "bits", lambda parts: np.full(len(parts), 3))
    assert town.answer(sql)[0]["n"] == 480
    assert town.answer(sql)[0]["s"] is not None, "proved on all rows, a figure of three persons is shown"


def test_rows_without_an_id_are_no_persons(town: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    sql = "SELECT street, count(*) AS n FROM persons GROUP BY street"
    assert town.answer(sql) == [{"street": "a", "n": 37}], "street b: three persons and nine rows of nobody"
    monkeypatch.setattr(statements, "named", lambda j, i=0: "count(*)")
    monkeypatch.setattr(Known, "never_null", lambda *_: False)
    assert {"street": "b", "n": 12} in town.answer(sql)


def test_what_a_left_join_adds_is_no_person(town: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    # One month each: the rows of nobody on the left find no partner, and their number is NULL.
    sql = (
        "SELECT p.street, count(*) AS n FROM persons p LEFT JOIN months m ON p.id_card = m.id_card "
        "GROUP BY p.street"
    )
    assert [row["street"] for row in town.answer(sql)] == ["a"]
    monkeypatch.setattr(statements, "_proof", lambda j, i, m: "count(*)")
    monkeypatch.setattr(statements, "named", lambda j, i=0: "count(*)")
    monkeypatch.setattr(statements, "counted_by_number", lambda *_: True)
    assert {"street": "b", "n": 3 * 12 + 9} in town.answer(sql), "rows without a partner pass for persons"


def test_a_join_of_many_to_many_rows_is_refused_whatever_the_proof(town: Place) -> None:
    sql = "SELECT count(*) FROM persons p JOIN streets s ON p.street = s.street"
    plan = town.made(sql)
    assert isinstance(plan, Deny)
    assert plan.reasons[0].code == "query.join.multiplicity"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT x.n FROM (SELECT trade, count(*) AS n FROM months GROUP BY trade) AS x",
        "SELECT sum(x.n) AS n FROM (SELECT trade, count(*) AS n FROM months GROUP BY trade) AS x",
        "SELECT trade, count(*) AS n FROM months GROUP BY 1 "
        "UNION ALL SELECT trade, count(*) AS n FROM months GROUP BY 1",
    ],
)
def test_unions_and_nested_blocks_only_ever_read_what_is_released(town: Place, sql: str) -> None:
    """The small groups are gone before anything is put together: the proof is of each block alone."""
    assert {row["n"] for row in town.answer(sql)} == {240}


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM (SELECT id_card FROM months UNION ALL SELECT id_card FROM months) AS x",
        "SELECT count(*) FROM (SELECT DISTINCT id_card, trade FROM months) AS x",
        "SELECT count(*) FROM (SELECT trade, row_number() OVER (PARTITION BY id_card) AS i FROM months) AS x",
        "SELECT count(*) FROM (SELECT trade FROM months LIMIT 5) AS x",
    ],
)
def test_nothing_can_stand_between_a_table_and_its_aggregate(town: Place, sql: str) -> None:
    assert isinstance(town.made(sql), Deny)


def test_a_batch_numbered_anew_is_no_release(town: Place) -> None:
    again = pa.concat_tables([_rows()["town.persons"], _rows()["town.persons"]])
    made = protect(PERSONS, again, KEY)
    from catalog.releases.facts import FactsRefused

    with pytest.raises(FactsRefused):
        check(PERSONS, made.vault, made.protected)


# Without noise to speak of: what one person can change is seen in the exact figures.


def bound_of(town: Place, sql: str) -> int:
    plan = town.made(sql, Mode.DP)
    assert isinstance(plan, Plan), plan
    return plan.blocks[0].bound


@pytest.mark.parametrize(
    ("sql", "bound"),
    [
        ("SELECT count(*) FROM persons", 1),
        ("SELECT count(*) FROM months", 1000),
        ("SELECT count(*) FROM months m JOIN persons p ON m.id_card = p.id_card", 1000),
    ],
)
def test_the_bound_is_the_most_rows_of_any_unit_of_any_kind(town: Place, sql: str, bound: int) -> None:
    assert bound_of(town, sql) == bound


def test_bounded_by_persons_alone_an_employer_would_stand_out(
    town: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    sql = "SELECT count(*) FROM months"
    truth = 17 * 12  # rows of the employer of the mine
    assert bound_of(town, sql) >= truth
    every = Relation.about
    monkeypatch.setattr(Relation, "about", lambda self: every(self)[:1])
    assert bound_of(town, sql) == 12 < truth


def test_a_join_on_the_unit_multiplies_what_a_person_can_change(
    town: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    sql = "SELECT count(*) FROM persons p JOIN months m ON p.id_card = m.id_card"
    every = Relation.about
    monkeypatch.setattr(
        Relation, "about", lambda self: tuple((s, u) for s, u in every(self) if u.kind == "person")
    )
    assert bound_of(town, sql) == 12
    monkeypatch.setattr(bounds, "prod", lambda found: min(found))
    assert bound_of(town, sql) == 1 < 12, "one person has twelve rows of the join"


def test_a_join_on_anything_else_has_no_bound(town: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    loose = replace(
        town,
        facts={**town.facts, "town.streets": replace(town.facts["town.streets"], unique_keys=(("street",),))},
    )
    sql = "SELECT count(*) FROM persons p JOIN streets s ON p.street = s.street"
    # Were the street checked to be unique, each person would have one row, and the bound would hold.
    assert bound_of(loose, sql) == 1
    plan = town.made(sql, Mode.DP)
    assert isinstance(plan, Deny)
    joined = town.files["town.streets"]
    assert pq.read_table(joined[0]).num_rows == 6, "a person of street b would have five rows"
