"""An answer says nothing where a value is missing: not in its bytes, nor in the digest a receipt states."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from policies.terms import Mode
from space.calls import answers
from space.engines import duckdb
from space.engines.under import cleared
from space.query.compile import compile_query
from space.query.plan import Plan

# Firms that pay nearly all of their industry: their sums are withheld, and nothing follows on them.
BY_INDUSTRY = "SELECT industry_code, count(*) AS n, sum(tax_paid) AS s FROM enterprise GROUP BY industry_code"


def answered(city: Any, sql: str) -> pa.Table:
    plan = compile_query(sql, city.terms(Mode.THRESHOLD), city.schema(Mode.THRESHOLD))
    assert isinstance(plan, Plan), plan
    return duckdb.execute(plan, city.files)


def under(table: pa.Table, name: str) -> list[int]:
    """What a column of whole numbers holds in the places of its missing values."""
    column = pa.concat_arrays([*table.column(name).chunks, pa.array([], pa.int64())])
    held = np.frombuffer(column.buffers()[1], np.int64)[: len(column)]
    return [int(value) for value in held[column.is_null().to_numpy(zero_copy_only=False)]]


def test_a_withheld_sum_does_not_lie_under_its_null(city: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    table = answered(city, BY_INDUSTRY)
    assert table.column("s").null_count
    assert set(under(table, "s")) == {0}

    monkeypatch.setattr(duckdb, "cleared", lambda table: table)

    assert max(under(answered(city, BY_INDUSTRY), "s")) > 90_000_000, "what one firm pays"


def test_no_digest_of_an_answer_is_met_by_trying_what_was_withheld(city: Any) -> None:
    table = answered(city, f"{BY_INDUSTRY} HAVING count(*) > 0 ORDER BY 1")
    stated = hashlib.sha256(answers.file_bytes(table)).hexdigest()
    column = table.column("s")
    known = column.fill_null(7).combine_chunks()
    tried = table.set_column(
        table.column_names.index("s"), "s", pa.array(known.to_numpy(), mask=column.is_null().to_numpy())
    )

    assert tried.equals(table)
    assert hashlib.sha256(answers.file_bytes(tried)).hexdigest() != stated
    assert hashlib.sha256(answers.file_bytes(cleared(tried))).hexdigest() == stated


@pytest.mark.parametrize(
    "sql",
    [
        BY_INDUSTRY,
        "SELECT industry_code, sum(employees) AS e, sum(tax_paid) AS t FROM enterprise "
        "GROUP BY ROLLUP (industry_code)",
        "SELECT CASE WHEN count(*) > 400 THEN gender END AS g, CASE WHEN count(*) > 400 THEN 1.5 END AS x "
        "FROM person GROUP BY gender, disease ORDER BY count(*), gender, disease",
    ],
)
def test_the_same_answer_has_the_same_bytes(city: Any, sql: str) -> None:
    digests = {hashlib.sha256(answers.file_bytes(answered(city, sql))).hexdigest() for _ in range(4)}

    assert len(digests) == 1


VALUES: list[tuple[pa.DataType, Any]] = [
    (pa.int64(), 5), (pa.int32(), 5), (pa.float64(), 1.5), (pa.bool_(), True), (pa.string(), "云湖区"),
    (pa.date32(), date(2026, 1, 1)), (pa.timestamp("us"), datetime(2026, 1, 1)), (pa.list_(pa.int64()), [1]),
    (pa.decimal128(12, 2), None),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "value"), VALUES, ids=[str(kind) for kind, _ in VALUES])
def test_every_value_that_is_there_stays(kind: pa.DataType, value: Any) -> None:
    given = [value, None, value, None, None, value, value, value, None, value]
    table = pa.table({"a": pa.chunked_array([pa.array(given, kind), pa.array(given, kind)])}).slice(3, 11)

    made = cleared(table)

    made.validate(full=True)
    assert made.schema == table.schema
    assert made.equals(table)
    assert cleared(table.slice(0, 0)).num_rows == 0
