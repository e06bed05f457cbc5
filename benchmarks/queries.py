"""Queries through the worker against raw DuckDB on the same files, 1,000,000 rows of one person each."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.measure import Figure, milliseconds
from catalog.duck import connect
from catalog.releases.facts import Facts, check
from contracts.model import Contract, Field, FieldType, Party, UnitRef, UnitRule, Use
from policies.terms import Budget, DatasetTerm, Disclosure, Mode, Terms
from space.engines.pool import Pool
from space.query.compile import compile_query
from space.query.plan import Plan
from space.query.schema import QuerySchema

ROWS = 1_000_000
REGIONS = tuple(f"9901{n:02d}" for n in range(1, 31))

QUERIES = {
    "count by region": """
        SELECT region_code, count(*) AS n FROM person GROUP BY region_code""",
    "sum by gender and region": """
        SELECT gender, region_code, sum(income) AS s FROM person GROUP BY gender, region_code""",
    "count and average by region": """
        SELECT region_code, count(*) AS n, avg(income) AS a FROM person GROUP BY region_code""",
}


def run() -> Iterator[Figure]:
    """Each query in both modes; then the policy work alone."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "person.parquet"
        facts = _people(path)
        raw = connect()
        raw.execute("SET threads = 2")
        raw.execute(f"CREATE VIEW person AS SELECT * FROM read_parquet('{path}')")
        with Pool() as pool:
            for mode, target in ((Mode.THRESHOLD, "≤ 1.3×"), (Mode.DP, "≤ 1.5× + 20 ms")):
                terms = _terms(mode)
                schema = QuerySchema.from_facts(terms, [(CONTRACT, facts)])
                for name, sql in QUERIES.items():
                    plan = _compiled(sql, terms, schema)
                    files = {CONTRACT.name: (path,)}
                    ours = milliseconds(lambda plan=plan, files=files: pool.run(plan, files))  # type: ignore[misc]
                    baseline = milliseconds(lambda sql=sql: raw.execute(sql).fetchall())  # type: ignore[misc]
                    yield Figure(f"{mode}: {name}", ours, baseline, "ms", target, "raw DuckDB, same file")
        yield _policy_work(facts)


def _policy_work(facts: Facts) -> Figure:
    import sqlglot

    terms = _terms(Mode.THRESHOLD)
    schema = QuerySchema.from_facts(terms, [(CONTRACT, facts)])
    sql = QUERIES["count and average by region"]
    ours = milliseconds(lambda: compile_query(sql, terms, schema), 50)
    baseline = milliseconds(lambda: sqlglot.parse_one(sql, read="duckdb"), 50)
    return Figure("policy work, text to plan", ours, baseline, "ms", "p50 ≤ 3 ms", "sqlglot parse alone")


def _compiled(sql: str, terms: Terms, schema: QuerySchema) -> Plan:
    plan = compile_query(sql, terms, schema)
    assert isinstance(plan, Plan), plan
    return plan


CONTRACT = Contract(
    id="person",
    title="人口",
    schema="bench",
    table="person",
    department=Party("城市数据局"),
    fields=(
        Field("id_card", use=Use.IDENTIFIER, unit=UnitRef("person"), key_position=1),
        Field("gender", use=Use.DIMENSION, allowed=("F", "M"), required=True),
        Field("region_code", use=Use.DIMENSION, allowed=REGIONS, required=True),
        Field("income", type=FieldType.INTEGER, use=Use.MEASURE, minimum=0, maximum=1_000_000, required=True),
    ),
    units=(UnitRule("person", 1),),
)


def _people(path: Path) -> Facts:
    """A protected table of ROWS persons, sorted by its unit as a release is, and its checked facts."""
    regions = ", ".join(f"'{code}'" for code in REGIONS)
    table = (
        connect()
        .sql(
            f"""
            SELECT (hash(i) >> 1)::BIGINT AS _u_id_card, 1::INT AS _n_person,
                   CASE WHEN hash(i, 'g') % 2 = 0 THEN 'F' ELSE 'M' END AS gender,
                   list_extract([{regions}], 1 + (hash(i, 'r') % {len(REGIONS)})::INT) AS region_code,
                   (hash(i, 'm') % 300000)::BIGINT AS income
            FROM range({ROWS}) AS numbers(i) ORDER BY 1
            """
        )
        .to_arrow_table()
    )
    pq.write_table(table, path)
    return check(CONTRACT, table.rename_columns(["id_card", *table.column_names[1:]]), table)


def _terms(mode: Mode) -> Terms:
    return Terms(
        purpose="industry.research",
        datasets=(DatasetTerm(CONTRACT.name, tuple(f.name for f in CONTRACT.fields)),),
        mode=mode,
        disclosure=Disclosure(k=10, dominance_share=0.5, p_percent=10, rounding_base=5),
        valid_from=date(2026, 1, 1),
        valid_to=date(2026, 12, 31),
        budget=Budget(rho=1000, rho_per_query=0.5, delta=1e-8),
    )
