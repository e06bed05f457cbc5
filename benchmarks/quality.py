"""A contract's row rules as a Great Expectations suite against one hand-written DuckDB query."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pyarrow as pa

from benchmarks.measure import Figure, milliseconds
from catalog.duck import connect
from contracts.codes import resident_check
from contracts.conditions import row_condition, rules_of, sql_text
from contracts.model import Contract, Field, FieldType, Party, UnitRef, UnitRule, Use
from pipelines.expectations.staging import Staging

ROWS = 500_000

CONTRACT = Contract(
    id="bench-checks",
    title="基准",
    schema="bench",
    table="checks",
    department=Party("城市数据局"),
    fields=(
        Field("id_card", check="resident_id", required=True, unit=UnitRef("person"), use=Use.IDENTIFIER),
        Field("kind", allowed=("甲", "乙", "丙"), required=True),
        Field("name", min_length=2, max_length=20, required=True),
        Field("amount", type=FieldType.NUMBER, scale=2, minimum=0, maximum=100_000, use=Use.MEASURE),
        Field("code", pattern="^[0-9]{6}$"),
        Field("phone", check="mobile"),
    ),
    units=(UnitRule("person", ROWS),),
)


def run() -> Iterator[Figure]:
    """Row rules only: uniqueness is a pass of its own in either way."""
    typed = _rows()
    rules = [rule for rule in rules_of(CONTRACT) if row_condition(rule, CONTRACT) is not None]
    raw = connect()
    raw.register("typed_rows", typed)

    def by_hand() -> None:
        sums = ", ".join(f"sum({sql_text(row_condition(rule, CONTRACT))}::INT)" for rule in rules)
        raw.execute("CREATE OR REPLACE TABLE staged AS SELECT * FROM typed_rows")
        raw.execute(f"SELECT {sums} FROM staged").fetchall()

    with Staging() as staging:
        ours = milliseconds(lambda: staging.check(CONTRACT, rules, typed), 3)
    yield Figure(
        f"quality: {len(rules)} row rules over {ROWS:,} rows",
        ours,
        milliseconds(by_hand, 3),
        "ms",
        "≤ 1.2×",
        "one hand-written DuckDB query",
    )


def _rows() -> pa.Table:
    draw = random.Random(7)
    people = []
    for n in range(5_000):
        stem = f"9901011980{draw.randint(1, 12):02d}{draw.randint(1, 28):02d}{n % 1000:03d}"
        people.append(stem + resident_check(stem))
    pick = [draw.randrange(5_000) for _ in range(ROWS)]
    none = pa.nulls(ROWS, pa.string())
    return pa.table(
        {
            "id_card": [people[n] for n in pick],
            "kind": ["甲乙丙"[n % 3] for n in pick],
            "name": ["某某"] * ROWS,
            "amount": pa.array([n * 10 for n in pick], pa.int64()).cast(pa.decimal128(38, 2)),
            "code": [f"{n:06d}" for n in pick],
            "phone": [f"138{n:08d}" for n in pick],
            "_file": none,
            "_line": pa.array(range(ROWS), pa.int64()),
        }
    )
