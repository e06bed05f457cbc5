"""Each condition of the k-proofs and of the contribution bound, and what is false without it.

Every case runs on real tables: the truth by brute force, the proof as the plan makes it, and the proof
with the condition switched off.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import duckdb
import pyarrow as pa
import pytest

from catalog.releases.facts import FactsRefused, check
from contracts.model import Contract, Field, Party, UnitRef, UnitRule, Use
from space.engines.threshold import statements
from space.query.plan import Block, Condition, Method, Proof
from space.query.planning.bounds import contribution
from space.query.planning.proofs import Edge, Relation, method
from space.query.reasons import Refused
from space.query.schema import Table, Unit

PERSON = Unit("person", "_u_id", "_n_person", 1)
MONTHLY = Unit("person", "_u_id", "_n_person", 12)
EMPLOYER = Unit("enterprise", "_u_firm", "_n_enterprise", 6000)


def table(name: str, *units: Unit, keys: tuple[tuple[str, ...], ...] = ()) -> Table:
    return Table(name, "c", name, (), units=units, unique_keys=tuple(frozenset(k) for k in keys))


POPULATION = table("population", PERSON, keys=(("_u_id",),))
INSURANCE = table("insurance", MONTHLY, EMPLOYER, keys=(("_u_id", "month"),))
HOTLINE = table("hotline", Unit("ticket", "_u_t", "_n_ticket", 1))
REGIONS = replace(table("regions", keys=(("region",),)), declared_free=True)
OPERATOR = table("operator", Unit("person", "_u_id", "_n_person", 1000))


@pytest.fixture
def rows() -> Iterator[duckdb.DuckDBPyConnection]:
    """Three persons; twelve insurance months each; one employer; tickets and an operator's own table."""
    made = duckdb.connect()
    made.execute(
        "CREATE TABLE population AS SELECT i AS _u_id, 1 AS _n_person, 'r' AS region FROM range(3) t(i)"
    )
    made.execute(
        "CREATE TABLE insurance AS SELECT i AS _u_id, m AS _n_person, m AS month, 7 AS _u_firm, "
        "i * 12 + m AS _n_enterprise FROM range(3) t(i), range(1, 13) s(m)"
    )
    made.execute(
        "CREATE TABLE hotline AS SELECT i AS _u_t, 1 AS _n_ticket, 'r' AS region FROM range(50) t(i)"
    )
    made.execute("CREATE TABLE operator AS SELECT 1 AS _u_id, i + 1 AS _n_person FROM range(1000) t(i)")
    made.execute("CREATE TABLE regions AS SELECT 'r' AS region, 'north' AS part")
    yield made
    made.close()


def shown(rows: duckdb.DuckDBPyConnection, from_sql: str, scan: str, unit: Unit, how: Method) -> int:
    """What a proof counts, through the statement the worker runs."""
    proof = Proof(unit.kind, f"{scan}.{unit.column}", f"{scan}.{unit.number}", (how,))
    block = Block("b0", "threshold", from_sql, "", (), (Condition("TRUE"),), (), (proof,))
    (found,) = rows.execute(f"SELECT p0_0 FROM ({statements.cells(block)})").fetchall()[0]
    assert isinstance(found, int)
    return found


def joined(left: Table, right: Table, *pairs: tuple[str, str], kind: str = "inner") -> Relation:
    return Relation({"t0": left, "t1": right}, (Edge("t0", "t1", pairs, kind),))  # type: ignore[arg-type]


def test_number_alone_proves_units_of_one_table(rows: duckdb.DuckDBPyConnection) -> None:
    relation = Relation({"t0": INSURANCE})
    assert method(relation, "t0", MONTHLY, ()) == "number"
    assert shown(rows, "insurance t0", "t0", MONTHLY, "number") == 3


def test_a_join_that_multiplies_the_unit_takes_the_cheap_proof_away(rows: duckdb.DuckDBPyConnection) -> None:
    relation = joined(POPULATION, INSURANCE, ("_u_id", "_u_id"))
    source = "population t0 JOIN insurance t1 ON t0._u_id = t1._u_id"
    assert shown(rows, source, "t0", PERSON, "number") == 36, "without the condition: 36 units"
    assert method(relation, "t0", PERSON, ()) == "exact"
    assert shown(rows, source, "t0", PERSON, "exact") == 3


def test_a_join_on_a_region_takes_the_cheap_proof_away(rows: duckdb.DuckDBPyConnection) -> None:
    relation = joined(POPULATION, HOTLINE, ("region", "region"))
    source = "population t0 JOIN hotline t1 ON t0.region = t1.region"
    assert shown(rows, source, "t0", PERSON, "key") == 150
    assert method(relation, "t0", PERSON, ()) == "exact"
    assert shown(rows, source, "t0", PERSON, "exact") == 3


def test_the_proof_from_the_many_side_holds(rows: duckdb.DuckDBPyConnection) -> None:
    relation = joined(INSURANCE, POPULATION, ("_u_id", "_u_id"))
    assert method(relation, "t0", MONTHLY, ()) == "number"
    source = "insurance t0 JOIN population t1 ON t0._u_id = t1._u_id"
    assert shown(rows, source, "t0", MONTHLY, "number") == 3


@pytest.mark.parametrize(
    ("between", "inner", "without"),
    [
        ("union", "SELECT * FROM population UNION ALL SELECT * FROM population", 6),
        ("group", "SELECT _u_id, month, count(*) AS _n_person FROM insurance GROUP BY ALL", 36),
        ("distinct", "SELECT DISTINCT _u_id, month, 1 AS _n_person FROM insurance", 36),
        (
            "window",
            "SELECT _u_id, row_number() OVER (PARTITION BY _u_id, month) AS _n_person FROM insurance",
            36,
        ),
    ],
)
def test_anything_between_table_and_aggregate_takes_the_cheap_proof_away(
    rows: duckdb.DuckDBPyConnection, between: str, inner: str, without: int
) -> None:
    relation = Relation({"t0": INSURANCE}, between=frozenset({between}))
    assert shown(rows, f"({inner}) t0", "t0", MONTHLY, "number") == without, "false without the condition"
    assert method(relation, "t0", MONTHLY, ()) == "exact"
    assert shown(rows, f"({inner}) t0", "t0", MONTHLY, "exact") == 3


def test_a_table_that_occurs_twice_takes_the_cheap_proof_away(rows: duckdb.DuckDBPyConnection) -> None:
    relation = joined(INSURANCE, INSURANCE, ("_u_id", "_u_id"))
    source = "insurance t0 JOIN insurance t1 ON t0._u_id = t1._u_id"
    assert shown(rows, source, "t0", MONTHLY, "number") == 36
    assert method(relation, "t0", MONTHLY, ()) == "exact"
    assert shown(rows, source, "t0", MONTHLY, "exact") == 3


def test_a_batch_numbered_anew_makes_the_number_false_and_is_no_checked_fact(
    rows: duckdb.DuckDBPyConnection,
) -> None:
    again = "(SELECT * FROM population UNION ALL SELECT * FROM population)"
    assert shown(rows, f"{again} t0", "t0", PERSON, "number") == 6, "three persons, a replayed batch"
    contract = Contract(
        "c", "c", "c", "population", Party("x"),
        (Field("id", use=Use.IDENTIFIER, unit=UnitRef("person")), Field("region", use=Use.DIMENSION)),
        units=(UnitRule("person", 12),),
    )  # fmt: skip
    protected = rows.sql(
        f"SELECT _u_id, _n_person::INTEGER AS _n_person, region FROM {again}"
    ).to_arrow_table()
    vault = pa.table({"id": ["x"] * 6, "region": ["r"] * 6})
    with pytest.raises(FactsRefused, match="same number"):
        check(contract, vault, protected)


def test_every_kind_the_rows_are_about_is_proved(rows: duckdb.DuckDBPyConnection) -> None:
    rows.execute(
        "CREATE OR REPLACE TABLE insurance AS SELECT i AS _u_id, 1 AS _n_person, 7 AS _u_firm, "
        "i + 1 AS _n_enterprise, 1 AS month FROM range(500) t(i)"
    )
    relation = Relation({"t0": INSURANCE})
    assert [unit.kind for _, unit in relation.about()] == ["person", "enterprise"]
    counts = [shown(rows, "insurance t0", "t0", unit, "number") for _, unit in relation.about()]
    assert counts == [500, 1], "by persons alone, one employer's payroll would pass k = 10"


def test_the_number_under_a_filter_is_sound_and_weak(rows: duckdb.DuckDBPyConnection) -> None:
    source = "(SELECT * FROM insurance WHERE month = 12) t0"
    assert shown(rows, source, "t0", MONTHLY, "number") == 0
    assert shown(rows, source, "t0", MONTHLY, "exact") == 3


def test_a_condition_that_completes_a_unique_key_makes_rows_units(rows: duckdb.DuckDBPyConnection) -> None:
    relation = Relation({"t0": INSURANCE})
    assert method(relation, "t0", MONTHLY, [("t0", "month")]) == "key"
    source = "(SELECT * FROM insurance WHERE month = 12) t0"
    assert shown(rows, source, "t0", MONTHLY, "key") == 3
    assert shown(rows, "insurance t0", "t0", MONTHLY, "key") == 36, "false where the month is not fixed"
    assert method(relation, "t0", MONTHLY, [("t0", "region")]) == "number"


@pytest.mark.parametrize("how", ["key", "number", "exact"])
def test_a_missing_id_is_no_unit(rows: duckdb.DuckDBPyConnection, how: Method) -> None:
    rows.execute("INSERT INTO population SELECT NULL, 1, 'r' FROM range(20)")
    assert rows.execute("SELECT count(*) FILTER (WHERE _n_person = 1) FROM population").fetchall() == [(23,)]
    assert shown(rows, "population t0", "t0", PERSON, how) == 3


@pytest.mark.parametrize("how", ["key", "number", "exact"])
def test_a_row_without_partner_is_no_unit(rows: duckdb.DuckDBPyConnection, how: Method) -> None:
    source = "(SELECT i AS id FROM range(8) t(i)) c LEFT JOIN population t0 ON t0._u_id = c.id"
    assert rows.execute(f"SELECT count(*) FROM {source}").fetchall() == [(8,)]
    assert shown(rows, source, "t0", PERSON, how) == 3


def test_an_operator_s_repeated_id_takes_the_cheap_proof_away(rows: duckdb.DuckDBPyConnection) -> None:
    relation = joined(POPULATION, OPERATOR, ("_u_id", "_u_id"))
    source = "population t0 JOIN operator t1 ON t0._u_id = t1._u_id"
    assert shown(rows, source, "t0", PERSON, "key") == 1000
    assert method(relation, "t0", PERSON, ()) == "exact"
    assert shown(rows, source, "t0", PERSON, "exact") == 1


def most_changed(rows: duckdb.DuckDBPyConnection, source: str, unit: str) -> int:
    """Brute force: the most rows of a relation that vanish with one unit."""
    (found,) = rows.execute(
        f"SELECT max(n) FROM (SELECT count(*) AS n FROM {source} GROUP BY {unit})"
    ).fetchall()[0]
    return int(found)


def test_a_scan_is_bounded_by_the_checked_rows_of_a_unit(rows: duckdb.DuckDBPyConnection) -> None:
    own = table("insurance", MONTHLY)
    assert contribution(Relation({"t0": own})) == 12 == most_changed(rows, "insurance", "_u_id")


def test_the_bound_is_the_largest_of_all_kinds(rows: duckdb.DuckDBPyConnection) -> None:
    bound = contribution(Relation({"t0": INSURANCE}))
    assert most_changed(rows, "insurance", "_u_firm") == 36 <= bound == 6000
    assert bound > MONTHLY.max_rows, "by persons alone the employer would be bounded by 12"


def test_a_join_on_the_unit_multiplies_the_bound(rows: duckdb.DuckDBPyConnection) -> None:
    relation = joined(POPULATION, OPERATOR, ("_u_id", "_u_id"))
    source = "population p JOIN operator o ON p._u_id = o._u_id"
    truth = most_changed(rows, source, "p._u_id")
    assert truth == 1000 > PERSON.max_rows, "the row cap of one table does not bound the join"
    assert contribution(relation) == 1000


def test_a_join_to_a_table_unique_on_its_key_leaves_the_bound(rows: duckdb.DuckDBPyConnection) -> None:
    relation = joined(POPULATION, REGIONS, ("region", "region"))
    source = "population p JOIN regions r ON p.region = r.region"
    assert contribution(relation) == 1 == most_changed(rows, source, "p._u_id")


def test_a_join_to_a_table_not_unique_on_its_key_is_refused(rows: duckdb.DuckDBPyConnection) -> None:
    rows.execute("INSERT INTO regions SELECT 'r', 'south' FROM range(9)")
    loose = table("regions")
    source = "population p JOIN regions r ON p.region = r.region"
    assert most_changed(rows, source, "p._u_id") == 10
    with pytest.raises(Refused):
        contribution(joined(POPULATION, loose, ("region", "region")))


def test_a_join_of_two_tables_with_units_on_something_else_is_refused(
    rows: duckdb.DuckDBPyConnection,
) -> None:
    source = "population p JOIN hotline h ON p.region = h.region"
    assert most_changed(rows, source, "p._u_id") == 50
    with pytest.raises(Refused):
        contribution(joined(POPULATION, HOTLINE, ("region", "region")))


@pytest.mark.parametrize("between", ["union", "group", "distinct", "window", "limit"])
def test_anything_between_table_and_aggregate_is_refused(
    rows: duckdb.DuckDBPyConnection, between: str
) -> None:
    twice = "(SELECT * FROM population UNION ALL SELECT * FROM population)"
    assert most_changed(rows, twice, "_u_id") == 2 > PERSON.max_rows
    with pytest.raises(Refused):
        contribution(Relation({"t0": POPULATION}, between=frozenset({between})))


def test_a_table_that_occurs_twice_is_refused() -> None:
    with pytest.raises(Refused):
        contribution(joined(POPULATION, POPULATION, ("_u_id", "_u_id")))


def test_a_left_join_that_brings_another_kind_is_refused(rows: duckdb.DuckDBPyConnection) -> None:
    # Without a firm its rows do not vanish, they move to another cell: twice the rows change.
    with pytest.raises(Refused):
        contribution(joined(POPULATION, INSURANCE, ("_u_id", "_u_id"), kind="left"))
    own = table("insurance", MONTHLY)
    assert contribution(joined(POPULATION, own, ("_u_id", "_u_id"), kind="left")) == 12


def test_without_any_unit_there_is_no_bound() -> None:
    with pytest.raises(Refused):
        contribution(Relation({"t0": table("notes")}))
