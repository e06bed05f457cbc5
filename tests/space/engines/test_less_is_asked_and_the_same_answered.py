"""What the engine leaves out for speed changes no figure: projections, clamps, one scan unit by unit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from policies.terms import Mode
from space.engines.duckdb import connect, execute
from space.engines.projection import projected
from space.engines.threshold import footers, measure, statements, unit_by_unit
from space.engines.threshold.known import Known
from space.query.plan import Aggregate, Block, Condition, Domain, Key, Limits, OutputColumn, Plan, Proof

RELEASED = {
    "b0": pa.table({"k0": ["a", "b", "c"], "a0": [5, 10, None], "_cell": pa.array([1, 1, 1], pa.int8())})
}
LIMITS = Limits(k=6, dominance_share=0.9, p_percent=1, rounding_base=1, digits=15, delta=1e-8, max_rows=2)
PAY = '"t0"."pay"'


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, ...]]:
    """Forty units with one to six rows each in eight cells of very different size; some rows name nobody."""
    draw = np.random.default_rng(5)
    units = np.sort(draw.integers(0, 40, 160))
    numbers = np.arange(160) - np.searchsorted(units, units) + 1
    kept = numbers <= 6
    units, numbers = units[kept], numbers[kept]
    size = len(units)
    cells = np.minimum(draw.geometric(0.45, size), 8)
    nobody = draw.random(size) < 0.05
    table = pa.table(
        {
            "_u": pa.array(np.where(nobody, -1, units * 7 + 1), pa.int64(), mask=nobody),
            "_n": pa.array(numbers, pa.int32(), mask=nobody),
            "cell": pa.array([f"c{c}" for c in cells]),
            "pay": pa.array(draw.integers(0, 900, size)),
            "gain": pa.array(draw.integers(-900, 900, size)),
        }
    )
    path = tmp_path_factory.mktemp("pay") / "pay.parquet"
    pq.write_table(table, path)
    return {"city.pay": (path,)}


def block(values: int = 8, *, where: str = "") -> Block:
    """Count, sum of what is never negative and sum of what may be, by cell."""
    stated = "SELECT unnest(['c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8']) AS v"
    conditions = ("TRUE", f"NOT {PAY} IS NULL", 'NOT "t0"."gain" IS NULL')
    return Block(
        name="b0",
        kind="threshold",
        from_sql='"city.pay" AS "t0"',
        where_sql=where,
        keys=(Key("k0", '"t0"."cell"', Domain(stated, values)),),
        conditions=tuple(map(Condition, conditions)),
        aggregates=(
            Aggregate("a0", "count", 0),
            Aggregate("a1", "sum", 1, (PAY,)),
            Aggregate("a2", "avg", 2, ('"t0"."gain"',)),
        ),
        proofs=(Proof("person", '"t0"."_u"', '"t0"."_n"', ("number",) * 3, alone="number", rows=6),),
        possible_sql="SELECT 7 AS part",
    )


def plan(made: Block, post: str) -> Plan:
    columns = (OutputColumn("cell", "VARCHAR"), OutputColumn("n", "BIGINT"))
    return Plan(Mode.THRESHOLD, ("city.pay",), (made,), (), post, columns, 0.0, replace(LIMITS, max_rows=100))


def test_columns_under_names_of_their_own_need_no_statement() -> None:
    table = projected('SELECT "b0"."k0" AS "place", ("b0"."a0") AS "n" FROM "b0"', RELEASED)
    assert table is not None
    assert table.to_pydict() == {"place": ["a", "b", "c"], "n": [5, 10, None]}


@pytest.mark.parametrize(
    "sql",
    [
        'SELECT "b0"."k0" AS "place" FROM "b0" WHERE "b0"."a0" > 5',
        'SELECT "b0"."k0" AS "place" FROM "b0" ORDER BY "place"',
        'SELECT DISTINCT "b0"."k0" AS "place" FROM "b0"',
        'SELECT "b0"."a0" + 1 AS "n" FROM "b0"',
        'SELECT ("b0"."a0" AS "n" FROM "b0"',
        'SELECT "b0"."k0" AS "x", "b0"."a0" AS "X" FROM "b0"',
        'SELECT "b1"."k0" AS "x" FROM "b0"',
        'SELECT "b0"."k0" AS "x" FROM "b1"',
        'SELECT "b0"."gone" AS "x" FROM "b0"',
        'SELECT "b0"."_cell" AS "x" FROM "b0"',
        'SELECT "b0"."k0" AS "x", count(*) AS "n" FROM "b0"',
        'SELECT "b0"."k0" AS "x" FROM "b0", "b0" AS "b1"',
    ],
)
def test_whatever_else_follows_on_released_cells_is_run(sql: str) -> None:
    assert projected(sql, RELEASED) is None


@pytest.mark.parametrize(("total", "number"), [("s", "n"), ("x", "n"), ("n", "s"), ("s", "x")])
def test_a_mean_is_what_the_engine_makes_of_sum_and_number(total: str, number: str) -> None:
    table = pa.table(
        {
            "s": pa.array([7, -3, 2**61 + 1, None, 0, 5, 9], pa.int64()),
            "n": pa.array([3, 1, 7, 2, 0, -4, None], pa.int64()),
            "x": pa.array([0.1, -2.5, 1e300, 0.0, None, 3.0, 1 / 3], pa.float64()),
        }
    )
    by = f'"b0"."{number}"'
    sql = f'SELECT (TRY_CAST("b0"."{total}" AS DOUBLE) / CASE WHEN {by} > 0 THEN {by} END) AS "a" FROM "b0"'
    with duckdb.connect() as connection:
        connection.register("b0", table)
        expected = connection.sql(sql).to_arrow_table()
    found = projected(sql, {"b0": table})
    assert found is not None
    assert found.equals(expected)
    texts = table.set_column(0, "s", table.column("s").cast(pa.string()))
    assert projected(sql, {"b0": texts}) is None or "s" not in (total, number)


def test_a_projection_gives_what_the_statement_gives(files: dict[str, tuple[Path, ...]]) -> None:
    whole = 'SELECT "b0"."k0" AS "cell", ("b0"."a0") AS "n", "b0"."a1" AS "s", ("b0"."a2") AS "a" FROM "b0"'
    short = execute(plan(block(), whole), files)
    run = execute(plan(block(), f"{whole} WHERE TRUE"), files)
    assert short.equals(run)
    assert short.schema.equals(run.schema, check_metadata=True)
    assert 1 < short.num_rows < 8
    assert execute(replace(plan(block(), whole), limits=LIMITS), files).num_rows == LIMITS.max_rows


@pytest.mark.parametrize("where", ["", '"t0"."pay" < 450'])
def test_counted_unit_by_unit_the_answer_is_the_same(
    files: dict[str, tuple[Path, ...]], where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = 'SELECT * FROM "b0" ORDER BY ALL'
    made = block(where=where)
    known = footers.known(made, files)
    assert unit_by_unit.better(made, known, LIMITS.k)
    assert not unit_by_unit.better(block(1, where=where), known, LIMITS.k), "rows show nearly every cell"
    assert not unit_by_unit.better(block(400, where=where), known, LIMITS.k), "rows rule nearly all out"
    in_one = execute(plan(made, post), files).to_pylist()
    monkeypatch.setattr(unit_by_unit, "better", lambda *_: False)
    assert execute(plan(made, post), files).to_pylist() == in_one
    assert {row["k0"] for row in in_one} == units_enough(files, where)


def units_enough(files: dict[str, tuple[Path, ...]], where: str) -> set[str]:
    with connect(5, files) as connection:
        condition = where.replace('"t0".', "") or "TRUE"
        found = connection.execute(
            f'SELECT cell FROM "city.pay" WHERE {condition} GROUP BY 1 HAVING count(DISTINCT _u) >= 6'
        ).fetchall()
    return {cell for (cell,) in found}


def test_unit_by_unit_only_figures_that_add_up_are_counted(files: dict[str, tuple[Path, ...]]) -> None:
    made = block()
    known = footers.known(made, files)
    moment = Aggregate("a3", "stddev_samp", 1, (PAY,))
    filtered = Condition('"t0"."pay" > 5')
    join = replace(made.proofs[0], methods=("exact",) * 3)
    for other in (
        replace(made, aggregates=(*made.aggregates, moment)),
        replace(made, conditions=(*made.conditions[:2], filtered)),
        replace(made, proofs=(join,)),
        replace(made, proofs=made.proofs * 2),
        replace(made, keys=(Key("k0", '"t0"."cell"'),)),
        replace(made, keys=()),
    ):
        assert not unit_by_unit.better(other, known, LIMITS.k)


def test_figures_of_the_same_rows_are_not_taken_apart(
    files: dict[str, tuple[Path, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    of_parts = statements.parts

    def told(block: Block, known: Known) -> Block:
        asked.append(block.name)
        return of_parts(block, known)

    monkeypatch.setattr(statements, "parts", told)
    post = 'SELECT * FROM "b0" ORDER BY ALL'
    whole = execute(plan(block(), post), files).to_pylist()
    assert asked == []
    # By the contract there could be rows without a value: "nobody" must look like few.
    other = execute(plan(replace(block(), possible_sql="SELECT unnest([1, 7]) AS part"), post), files)
    assert asked == ["b0"]
    assert other.to_pylist() != whole
    monkeypatch.setattr(measure, "possible_parts", lambda *_: ())
    assert execute(plan(block(), post), files).to_pylist() == whole, "taken apart they are the same"


def test_a_clamp_that_no_number_lies_outside_is_left_out(files: dict[str, tuple[Path, ...]]) -> None:
    known = footers.known(block(), files)
    inside = f"least(greatest({PAY}, 0), 900)"
    assert known.unclamped(inside) == PAY
    for outside in (
        f"least(greatest({PAY}, 0), 500)",
        f"least(greatest({PAY}, 5), 900)",
        'least(greatest("t0"."gain", 0), 900)',
        'least(greatest("t1"."pay", 0), 900)',
        'least(greatest("t0"."_n", 0), 900)',  # missing in some rows: the lower bound stands in for it
        f"least(greatest(ln({PAY}), 0), 900)",
        PAY,
    ):
        assert known.unclamped(outside) == outside
    assert Known().unclamped(inside) == inside


@pytest.mark.parametrize("high", [900, 300])
def test_a_private_sum_is_the_same_with_and_without_its_clamp(
    files: dict[str, tuple[Path, ...]], high: int
) -> None:
    value = f"least(greatest({PAY}, 0), {high})"
    summed = Aggregate("a0", "sum", 0, (value,))
    made = replace(block(), kind="dp", aggregates=(summed,), conditions=(Condition("TRUE"),))
    known = footers.known(made, files)
    short, long = statements.private(made, known), statements.private(made)
    assert ('greatest("t0"' in short) == (high == 300)
    with connect(5, files) as connection:
        assert rows(connection, short) == rows(connection, long)


def rows(connection: Any, sql: str) -> list[Any]:
    found: list[Any] = connection.sql(sql).fetchall()
    return found


def test_units_and_numbers_that_nothing_reads_are_not_asked_for(files: dict[str, tuple[Path, ...]]) -> None:
    made = replace(block(), proofs=(replace(block().proofs[0], methods=("key",) * 3, rows=1),))
    filled = Known("t0", frozenset({"_u", "pay", "gain"}))
    assert "_u" not in statements.cells(made, filled, [6])
    assert "_n" not in statements.cells(made, filled, [6])
    assert '"t0"."_u" AS u0' in statements.cells(made, footers.known(made, files), [6])
    assert '"t0"."_n" AS n0' in statements.rows(made)
