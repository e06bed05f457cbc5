"""A sum that 64 bits do not hold is cut off: a failure would tell how many rows there are, exactly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from policies.terms import Mode
from space.engines.duckdb import execute
from space.engines.threshold import footers, statements, unit_by_unit
from space.engines.threshold.known import Known
from space.query.plan import (
    Aggregate,
    Block,
    Condition,
    Domain,
    Key,
    Limits,
    Method,
    OutputColumn,
    Plan,
    Proof,
)

ROWS = 12_000
# The largest constant a clamp takes: so many rows of it are more than 64 bits hold.
LARGEST = 10**15 - 1
CLAMPED = f'greatest("t0"."pay", {LARGEST})'
LIMITS = Limits(k=5, dominance_share=0.9, p_percent=1, rounding_base=5, digits=3, delta=1e-8, max_rows=100)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, ...]]:
    """Four rows a unit; what they are paid is far from the constant."""
    place = np.arange(ROWS)
    table = pa.table(
        {
            "_u": place // 4,
            "_n": pa.array(place % 4 + 1, pa.int32()),
            "side": pa.array(np.where(place % 8 < 4, "a", "b")),
            "pay": place % 900,
        }
    )
    path = tmp_path_factory.mktemp("pay") / "pay.parquet"
    pq.write_table(table, path)
    return {"city.pay": (path,)}


def block(value: str, *, keys: bool, conditions: tuple[str, ...] = ()) -> Block:
    """Sum, mean and deviation of a value, of all rows or of those that meet a condition each."""
    stated = ("TRUE", 'NOT "t0"."pay" IS NULL', *conditions)
    side = Key("k0", '"t0"."side"', Domain("SELECT unnest(['a', 'b']) AS v", 2))
    places = range(2, len(stated)) if conditions else (1,)
    flat = ((f"{'-' if '-' in value else ''}{LARGEST}",),)
    aggregates = [
        Aggregate(f"{operation}{place}", operation, place, (value,), clamped=True, flat=flat)
        for place in places
        for operation in (("sum", "avg") if conditions else ("sum", "avg", "stddev_samp"))
    ]
    methods: tuple[Method, ...] = ("number",) * len(stated)
    return Block(
        name="b0", kind="threshold", from_sql='"city.pay" AS "t0"', where_sql="",
        keys=(side,) if keys else (), conditions=tuple(map(Condition, stated)), aggregates=tuple(aggregates),
        proofs=(Proof("person", '"t0"."_u"', '"t0"."_n"', methods, alone="number", rows=4),),
        possible_sql="SELECT unnest([3, 7, 11]) AS part" if conditions else "SELECT 3 AS part",
    )  # fmt: skip


def plan(made: Block) -> Plan:
    names = [a.name for a in made.aggregates]
    post = f"SELECT {', '.join(names)} FROM b0"
    columns = tuple(OutputColumn(name, "DOUBLE") for name in names)
    return Plan(Mode.THRESHOLD, ("city.pay",), (made,), (), post, columns, 0.0, LIMITS)


@pytest.mark.parametrize("value", [CLAMPED, f'least("t0"."pay", -{LARGEST})'], ids=["above", "below"])
@pytest.mark.parametrize("keys", [False, True], ids=["total", "by side"])
@pytest.mark.parametrize(
    "conditions", [(), ('"t0"."side" = \'a\'', '"t0"."pay" >= 450')], ids=["of all", "of some"]
)
def test_a_sum_beyond_64_bits_is_withheld_like_any_other(
    files: dict[str, tuple[Path, ...]], value: str, keys: bool, conditions: tuple[str, ...]
) -> None:
    answer = execute(plan(block(value, keys=keys, conditions=conditions)), files)
    assert {cell for row in answer.to_pylist() for cell in row.values()} <= {None}


def test_one_unit_with_more_rows_than_fit_is_no_failure_either(
    files: dict[str, tuple[Path, ...]], tmp_path: Path
) -> None:
    path = tmp_path / "pay.parquet"
    table = pq.read_table(files["city.pay"][0])
    pq.write_table(table.set_column(0, "_u", pa.array([1] * (ROWS - 40) + list(range(2, 42)))), path)
    made = block(CLAMPED, keys=False)
    exact = replace(made, proofs=(replace(made.proofs[0], methods=("exact",) * 2, alone="exact", rows=0),))
    assert execute(plan(exact), {"city.pay": (path,)}).to_pylist()[0]["sum1"] is None


@pytest.fixture
def connection(files: dict[str, tuple[Path, ...]]) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        made.execute(f"CREATE VIEW \"city.pay\" AS SELECT * FROM read_parquet('{files['city.pay'][0]}')")
        yield made


def test_units_counted_in_one_scan_have_room_too(
    files: dict[str, tuple[Path, ...]], connection: duckdb.DuckDBPyConnection
) -> None:
    made = block(CLAMPED, keys=True)
    made = replace(made, aggregates=made.aggregates[:2])
    known = replace(footers.known(made, files), ranges={})
    cells = connection.sql(unit_by_unit.cells(made, known, 5)).to_arrow_table().to_pylist()
    assert [row["s0_1" if "s0_1" in row else "s0_0"] for row in cells] == [statements.LARGEST] * 2


def test_a_missing_sum_stays_missing(connection: duckdb.DuckDBPyConnection) -> None:
    made = block('"t0"."pay"', keys=False)
    nobody = replace(made, where_sql='"t0"."pay" < 0')
    row = connection.sql(statements.cells(nobody, Known())).to_arrow_table().to_pylist()[0]
    assert row["s0_1"] is None
    assert row["r0"] == 0
