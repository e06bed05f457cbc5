"""What came of one line of a corpus, and whether it is what the line expects.

Decides from the answer a caller sees, beside what the same query gives on the open rows: the city is made
here, so the truth is at hand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import duckdb
import pyarrow as pa

from examples.attack.rows import Table

REFUSED: Final = "refused"
SUPPRESSED: Final = "suppressed"
ANSWERED: Final = "answered"
FAILED: Final = "failed"
# How each expectation may be met. A failure without an answer shows nothing, but is no decision either.
_MET: Final = {
    "refuse": {REFUSED},
    "suppress": {REFUSED, SUPPRESSED},
    "allow_safe": {REFUSED, SUPPRESSED, ANSWERED},
}
# How the codes of decisions about a query begin.
_DECIDED: Final = "query."
_SECONDS: Final = 20
_TYPES: Final = {
    "birth_date": "DATE",
    "created_at": "TIMESTAMP",
    **dict.fromkeys(("income", "employees", "tax_paid"), "BIGINT"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a corpus; without ``expect`` it is benign."""

    id: str
    kind: str
    sql: str
    expect: str | None


@dataclass(frozen=True, slots=True)
class Came:
    """What a line came to.

    Attributes:
        line: the line.
        got: refused, suppressed, answered or failed.
        code: of the refusal or failure; empty where answered.
        exact: whether an unsafe figure was given as it is in the open rows.
        tries: how often it was asked.
    """

    line: Line
    got: str
    code: str = ""
    exact: bool = False
    tries: int = 1

    @property
    def deviates(self) -> bool:
        """Whether it is not what the line expects."""
        if self.line.expect is None:
            return False
        return self.exact or self.got not in _MET[self.line.expect]


def open_rows(tables: Mapping[str, Table]) -> duckdb.DuckDBPyConnection:
    """The rows as nobody outside ever sees them, under the names the corpora use."""
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    for name, table in tables.items():
        held = pa.table({column: _texts(values) for column, values in table.items()})
        connection.register(f"text_{name}", held)
        columns = ", ".join(f'CAST("{c}" AS {_TYPES.get(c, "VARCHAR")}) AS "{c}"' for c in table)
        connection.execute(f"CREATE TABLE {name} AS SELECT {columns} FROM text_{name}")
    connection.execute("SET enable_external_access = false")
    connection.execute(f"SET max_execution_time = {_SECONDS * 1000}")
    return connection


def judge(line: Line, status: int, body: Mapping[str, Any], truth: duckdb.DuckDBPyConnection) -> Came:
    """What an HTTP answer means for a line."""
    if status >= 500:
        return Came(line, FAILED, str(body.get("code", status)))
    if status != 200:
        code = str(body.get("code", status))
        # A gateway that answers nobody, or not this caller any more, has decided nothing about the query.
        return Came(line, REFUSED if code.startswith(_DECIDED) else FAILED, code)
    rows: Sequence[Mapping[str, Any]] = body["rows"]
    if body["mode"] == "dp":
        # Noise went over every figure, at a price; an answer for nothing is one that was given before.
        paid = body["cost"]["rho"] > 0 or body["repeated"]
        got = SUPPRESSED if line.expect == "suppress" else ANSWERED
        return Came(line, got, exact=not paid)
    exact = _exactly(line.sql, truth) if line.expect == "suppress" else None
    withheld = exact is not None and _withheld(rows, exact)
    return Came(line, SUPPRESSED if withheld else ANSWERED)


def _withheld(rows: Sequence[Mapping[str, Any]], exact: Sequence[Mapping[str, Any]]) -> bool:
    """Whether figures or rows of the exact answer are missing from the one given."""
    if len(rows) < len(exact):
        return True
    if _missing(rows) > _missing(exact):
        return True
    return bool(_labels(exact) - _labels(rows))


def _missing(rows: Sequence[Mapping[str, Any]]) -> int:
    return sum(value is None for row in rows for value in row.values())


def _labels(rows: Sequence[Mapping[str, Any]]) -> Counter[tuple[str, ...]]:
    """How often each row's words and days stand there; numbers are rounded and cannot be compared."""
    return Counter(
        tuple(str(v) for v in row.values() if v is not None and not isinstance(v, int | float))
        for row in rows
    )


def _exactly(sql: str, truth: duckdb.DuckDBPyConnection) -> list[dict[str, Any]] | None:
    """The answer on the open rows, of a query that was let through; None where the engine gives none."""
    try:
        rows: list[dict[str, Any]] = truth.cursor().sql(sql).to_arrow_table().to_pylist()
    except duckdb.Error:
        return None
    return rows


def _texts(values: list[Any]) -> pa.Array:
    return pa.array([None if value == "" else str(value) for value in values], pa.string())
