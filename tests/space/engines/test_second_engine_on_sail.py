"""The second engine on a real Spark Connect server: every figure is DuckDB's, and nothing exact comes out."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from select import select as listen
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import func, select

from catalog.store.tables.queries import usages
from policies.decision import Deny
from policies.terms import Mode
from space.engines import duckdb, second
from space.engines.second import Second
from space.engines.spark.engine import Carrier, Engine
from space.engines.spark.frames import READY, send
from space.engines.threshold import statements
from space.engines.workers.pool import Pool
from space.errors import EngineError
from space.query.compile import compile_query
from space.query.plan import Block, Limits, Plan
from tests.sail import sail
from tests.space.bureau import DEPARTMENT, TRADE, Bureau, bureau, founded, pool
from tests.space.query.conftest import city
from tests.space.query.ruled import compile_ruled
from tests.space.query.test_query_set_audit import HER, Desk

pytestmark = pytest.mark.full
__all__ = ["bureau", "city", "founded", "pool"]

CORPUS = Path(__file__).resolve().parents[3] / "examples" / "attack" / "corpus"
SECONDS = 120.0
WALLS = ("own_process", "resource_limits", "no_new_privileges", "landlock", "seccomp", "no_network")


class Inside:
    """A carrier, and the worker's side of it in this process: only so can exact figures be compared."""

    def __init__(self, engine: Second, files: Mapping[str, Sequence[Path]]) -> None:
        (asked, asking), (answered, answering) = os.pipe(), os.pipe()
        self.process = engine.start(asked, answering, SECONDS)
        for end in (asked, answering):
            os.close(end)
        self.engine = Engine(Carrier.of(answered, asking), SECONDS)
        self._tables = second.tables({name: [str(p) for p in paths] for name, paths in files.items()})

    def _next(self) -> None:
        assert self.process.stdin is not None
        send(self.process.stdin, READY, self._tables)

    def execute(self, plan: Plan) -> pa.Table:
        """The answer of a plan."""
        self._next()
        return self.engine.execute(plan)

    def exact(self, sql: str) -> pa.Table:
        """What a base statement gives."""
        self._next()
        with self.engine.base() as base:
            found: pa.Table = base.sql(sql).to_arrow_table()
            return found

    def close(self) -> None:
        """End the carrier."""
        second.stop(self.process)
        self.engine.close()


@pytest.fixture(scope="module")
def server() -> Iterator[Second]:
    with sail() as (engine, _):
        yield engine


@pytest.fixture(scope="module")
def inside(server: Second, city: Any) -> Iterator[Inside]:
    made = Inside(server, city.files)
    yield made
    made.close()


@pytest.fixture(scope="module")
def raw(city: Any) -> Iterator[duckdb.Engine]:
    made = duckdb.Engine(city.files, SECONDS)
    yield made
    made.close()


def lines() -> list[dict[str, Any]]:
    texts = [path.read_text(encoding="utf-8") for path in sorted(CORPUS.glob("*.jsonl"))]
    return [json.loads(line) for text in texts for line in text.splitlines() if line.strip()]


def rows(table: pa.Table) -> list[str]:
    """Rows without their order, which the query does not ask for."""
    return sorted(str(row) for row in table.to_pylist())


def same(one: pa.Table, other: pa.Table, what: str) -> None:
    assert one.schema.equals(other.schema), what
    assert rows(one) == rows(other), what


# --- figures -----------------------------------------------------------------------------------------------


def test_every_threshold_answer_of_the_corpora_is_that_of_duckdb(
    city: Any, raw: duckdb.Engine, inside: Inside
) -> None:
    terms, schema = city.terms(Mode.THRESHOLD), city.schema(Mode.THRESHOLD)
    answered = 0
    for line in lines():
        plan = compile_query(line["sql"], terms, schema)
        if not isinstance(plan, Deny):
            same(raw.execute(plan), inside.execute(plan), line["id"])
            answered += 1
    assert answered > 80


def test_the_base_vectors_of_private_answers_are_those_of_duckdb_before_noise(
    city: Any, raw: duckdb.Engine, inside: Inside
) -> None:
    terms, schema = city.terms(Mode.DP), city.schema(Mode.DP)
    texts = set()
    for line in lines():
        plan = compile_query(line["sql"], terms, schema)
        if not isinstance(plan, Deny):
            texts |= {statements.private(block) for block in plan.blocks if block.kind == "dp"}
    assert len(texts) > 40
    for text in sorted(texts):
        expected = raw._base.sql(text).to_arrow_table()
        assert inside.exact(text).equals(expected), text


AUDITED = (
    "SELECT count(*) n, sum(income) s FROM person WHERE region_code = '110105'",
    f"SELECT count(*) n, sum(income) s FROM person WHERE region_code = '110105' AND NOT ({HER})",
    "SELECT region_code, count(*) n, avg(income) a FROM person GROUP BY 1",
    f"SELECT region_code, count(*) n FROM person WHERE NOT ({HER}) GROUP BY 1",
    "SELECT region_code, gender, count(*) n, sum(least(income, 500000)) s FROM person GROUP BY 1, 2",
    "SELECT disease, count(*) n FROM person WHERE gender = 'F' GROUP BY 1",
    "SELECT disease, gender, count(*) n FROM person GROUP BY 1, 2",
    "SELECT c.segment, count(*) n, sum(p.income) s FROM op_customers c JOIN person p USING (id_card) "
    "GROUP BY 1",
    "SELECT count(*) n FROM person WHERE disease IN ('D01', 'D02') AND income >= 50000",
    "SELECT count(*) n FROM person WHERE disease IN ('D01', 'D02')",
)


def test_what_is_withheld_beside_former_answers_is_what_duckdb_withholds(
    city: Any, raw: duckdb.Engine, inside: Inside
) -> None:
    desk = Desk(city.terms(Mode.THRESHOLD), city.schema(Mode.THRESHOLD), city.files)
    for sql in AUDITED:
        plan = desk.plan(sql)
        same(raw.execute(plan), inside.execute(plan), sql)


@pytest.mark.parametrize(
    "rules",
    [
        {"min_group": 40},
        {"small_groups": "null"},
        {"small_groups": "remainder"},
        {"min_distinct": {"disease": 3}},
    ],
    ids=str,
)
def test_rules_of_owners_hold_alike(
    city: Any, raw: duckdb.Engine, inside: Inside, rules: dict[str, Any]
) -> None:
    sql = "SELECT gender, count(*) n, avg(income) a FROM person WHERE disease <> 'D02' GROUP BY 1"
    for asked in (sql, sql.replace("gender,", "region_code,").replace("gender ", "region_code ")):
        plan = compile_ruled(city, {"city.person": rules}, asked)
        assert isinstance(plan, Plan), plan
        same(raw.execute(plan), inside.execute(plan), asked)


# --- functions ---------------------------------------------------------------------------------------------

DAYS = [date(1949, 10, 1), date(1999, 12, 31), date(2000, 1, 1), date(2000, 2, 29), date(2023, 1, 1),
        date(2023, 12, 31), date(2024, 12, 29), date(2024, 12, 30), date(2026, 5, 4), date(1986, 5, 4),
        None]  # fmt: skip
ODD = {
    "d": pa.array(DAYS, pa.date32()),
    "t": pa.array([None if d is None else datetime(d.year, d.month, d.day, 23, 59, 58) for d in DAYS],
                  pa.timestamp("us")),
    "n": pa.array([0, 1, -1, 4999, 5000, 5001, 2**62, -(2**62), 10**15, 7, None], pa.int64()),
    "r": pa.array([0.0, 0.5, 1.5, 2.5, -2.5, -0.5, 1e19, 2.675, 1234.5678, -7.25, None], pa.float64()),
    "p": pa.array([*map(Decimal, ("0.00", "2.50", "-2.50", "3.49", "1.05", "7.00", "99.99", "0.01", "-0.51",
                                  "1.50")), None], pa.decimal128(38, 2)),
    "s": pa.array(["", "a", "中国人民", "it's", "a\\b", "A", "Ａ", " a", "a ", "ß", None]),
    "b": pa.array([True, False, None, True, True, False, True, False, True, False, None]),
}  # fmt: skip
PARTS = ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "DAYOFWEEK", "ISODOW", "DAYOFYEAR")
UNITS = ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR")
KEYS = [
    *(f'{part}("t0"."{column}")' for part in PARTS for column in "dt"),
    'HOUR("t0"."t")',
    *(f"DATE_TRUNC('{unit}', \"t0\".\"{column}\")" for unit in UNITS for column in "dt"),
    *(f'EXTRACT({unit} FROM "t0"."t")' for unit in UNITS),
    *(f"DATE_DIFF('{unit}', \"t0\".\"d\", CAST('2024-05-15' AS DATE))" for unit in UNITS[:5]),
    *(f"DATE_DIFF('{unit}', CAST('2024-05-15 00:00:00' AS TIMESTAMP), \"t0\".\"t\")" for unit in UNITS),
    *(f"STRFTIME(\"t0\".\"t\", '%{directive}')" for directive in "YymdjuwWVGH"),
    "STRFTIME(\"t0\".\"d\", '%Y年%m月 W%V')",
    'LEFT("t0"."s", 2)',
    '"t0"."s"',
    "COALESCE(\"t0\".\"s\", '无')",
    'CAST("t0"."t" AS DATE)',
    'FLOOR("t0"."n" / 5000)',
    'CAST(FLOOR("t0"."n" / 5000) AS DOUBLE) * 5000',
    'CAST(YEAR("t0"."d") AS DOUBLE) // 10',
    'CAST(YEAR("t0"."d") AS DOUBLE) % 10',
    'CAST("t0"."n" AS DOUBLE) - 0.1',
    'TRY_CAST("t0"."r" AS BIGINT)',
    'TRY_CAST("t0"."p" AS BIGINT)',
    'TRY_CAST("t0"."b" AS BIGINT)',
    'FLOOR("t0"."p")',
    "CASE WHEN \"t0\".\"s\" = 'it''s' THEN 'x\\y' WHEN \"t0\".\"n\" >= 5000 THEN 'viel' ELSE NULL END",
    '"t0"."d" < CAST(\'2000-01-01\' AS DATE)',
    "\"t0\".\"t\" >= CAST('2024-12-30 00:00:00' AS TIMESTAMP)",
    'NOT ("t0"."b" IS TRUE)',
    "\"t0\".\"s\" IN ('a', 'A')",
    'CAST(ROUND(LN(CAST(GREATEST("t0"."n", 1) AS DOUBLE) / 100) * 1000000) AS BIGINT)',
    "LEAST(GREATEST(\"t0\".\"n\", 0), 1000000)",
    'CASE WHEN "t0"."s" IS NULL THEN NULL WHEN LENGTH("t0"."s") - 2 >= 1 THEN CONCAT(LEFT("t0"."s", 1), '
    "REPEAT('*', LENGTH(\"t0\".\"s\") - 2), RIGHT(\"t0\".\"s\", 1)) "
    "ELSE REPEAT('*', LENGTH(\"t0\".\"s\")) END",
]  # fmt: skip


@pytest.fixture(scope="module")
def odd(server: Second, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[duckdb.Engine, Inside]]:
    path = tmp_path_factory.mktemp("odd") / "odd.parquet"
    pq.write_table(pa.table(ODD), path)
    files = {"city.odd": (path,)}
    plain, carried = duckdb.Engine(files, SECONDS), Inside(server, files)
    yield plain, carried
    carried.close()
    plain.close()


@pytest.mark.parametrize("key", KEYS)
def test_a_key_is_what_duckdb_makes_it(odd: tuple[duckdb.Engine, Inside], key: str) -> None:
    plain, carried = odd
    sql = f'SELECT {key} AS k0, count(*) AS r0 FROM "city.odd" AS "t0" GROUP BY {key} ORDER BY k0'
    expected = plain._base.sql(sql).to_arrow_table()
    found = carried.exact(sql)
    assert found.schema.equals(expected.schema)
    assert found.to_pylist() == expected.to_pylist()


@pytest.mark.parametrize(
    "sql",
    [
        'SELECT "t0"."s" AS s, sum("t0"."n") AS a, avg("t0"."n") AS b, min("t0"."d") AS c, '
        'max("t0"."r") AS d, sum("t0"."p") AS e, round(avg("t0"."p"), 1) AS f, sum("t0"."n" // 7) AS g '
        'FROM "city.odd" AS "t0" GROUP BY "t0"."s" ORDER BY s',
        'SELECT round(avg("t0"."r"), 2) AS a, count(DISTINCT "t0"."s") AS b FROM "city.odd" AS "t0"',
        'SELECT "t0"."d" AS d, "t0"."r" / ("t0"."n" - 1) AS q FROM "city.odd" AS "t0" ORDER BY d, q LIMIT 5',
        'SELECT var_samp("t0"."n") AS v, corr("t0"."n", "t0"."n") AS c FROM "city.odd" AS "t0" '
        'WHERE "t0"."n" < 6000 AND "t0"."n" > -10',
        'SELECT max(abs("t0"."n"), 2)[1] AS a, max(abs("t0"."n"), 2)[2] AS b FROM "city.odd" AS "t0"',
    ],
)
def test_a_statement_over_data_without_units_gives_the_same(
    odd: tuple[duckdb.Engine, Inside], sql: str
) -> None:
    plain, carried = odd
    expected = plain._base.sql(sql).to_arrow_table().to_pylist()
    found = carried.exact(sql).to_pylist()
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        for name, value in other.items():
            exact = not isinstance(value, float)
            assert one[name] == (value if exact else pytest.approx(value, rel=1e-12, nan_ok=True)), name


def test_a_sum_beyond_64_bits_is_a_failure_and_no_other_figure(odd: tuple[duckdb.Engine, Inside]) -> None:
    rows = 'SELECT abs("t0"."n") * 2 - 1 AS v FROM "city.odd" AS "t0"'
    sql = f"SELECT CAST(sum(v) AS BIGINT) AS s FROM ({rows}) AS r"
    with pytest.raises(pa.ArrowInvalid):
        odd[1].exact(sql)


# --- processes ---------------------------------------------------------------------------------------------


def plan_of(sql: str) -> Plan:
    block = Block("b0", "plain", "", "", (), (), (), plain_sql=sql)
    limits = Limits(10, 0.5, 10, 5, 3, 1e-8, 100)
    return Plan(Mode.PLAIN, ("city.person",), (block,), (), 'SELECT * FROM "b0"', (), 0.0, limits)


COUNT = plan_of('SELECT count(*) AS n FROM "city.person" AS "t0"')


def test_whoever_starts_a_query_has_no_end_of_the_pipes_that_exact_figures_take(
    server: Second, city: Any
) -> None:
    before = set(os.listdir("/proc/self/fd"))
    with Pool(engine=server, spare=False) as pool:
        assert pool.run(COUNT, city.files).rows() == [{"n": 20_000}]
        ((_place, worker),) = pool._idle
        assert worker.carrier is not None
        streams = (worker.process.stdin, worker.process.stdout, worker.carrier.stdin, worker.carrier.stdout)
        own = {str(stream.fileno()) for stream in streams if stream is not None}
        ours = {
            fd for fd in set(os.listdir("/proc/self/fd")) - before if os.path.exists(f"/proc/self/fd/{fd}")
        }
        assert ours == own
        told = worker.carrier.stdout
        assert told is not None
        os.set_blocking(told.fileno(), False)
        assert not told.read(), "beside its walls, told when it starts, a carrier says nothing here"


def test_a_server_that_is_gone_gives_the_constant_failure_and_takes_nothing_down(city: Any) -> None:
    with sail() as (engine, process), Pool(engine=engine, seconds=30) as pool:
        assert pool.run(COUNT, city.files).rows() == [{"n": 20_000}]
        walls, answers = engine.examine(SECONDS)
        assert answers
        assert set(walls) == {*WALLS, "one_port"} - {"no_network"}
        process.kill()
        process.wait()
        for owner in ("held before", "new"):
            with pytest.raises(EngineError) as failure:
                pool.run(COUNT, city.files, owner="" if owner == "held before" else owner)
            assert str(failure.value) == str(EngineError())
        assert not engine.examine(SECONDS)[1]


def test_whoever_is_slow_to_listen_hears_that_the_server_answers(
    server: Second, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*words: Any) -> Any:
        heard = listen(*words)
        time.sleep(5)  # by now a carrier has said all that it was asked for
        return heard

    monkeypatch.setattr(second, "select", SimpleNamespace(select=late))
    assert server.examine(SECONDS)[1]


def test_a_carrier_killed_between_two_queries_is_replaced(server: Second, city: Any) -> None:
    with Pool(engine=server, spare=False) as pool:
        pool.run(COUNT, city.files)
        ((_place, worker),) = pool._idle
        assert worker.carrier is not None
        worker.carrier.kill()
        worker.carrier.wait()
        assert pool.run(COUNT, city.files).rows() == [{"n": 20_000}]


def test_a_carrier_killed_at_work_fails_its_query_alone(city: Any) -> None:
    endless = plan_of(
        'SELECT count(*) AS n FROM "city.person" AS "t0" INNER JOIN "city.person" AS "t1" ON '
        '"t0"."income" <> "t1"."income" INNER JOIN "city.person" AS "t2" ON "t1"."income" <> "t2"."income"'
    )
    with sail() as (engine, _), Pool(engine=engine, spare=False) as pool:  # it goes on with the query
        pool.run(COUNT, city.files)
        ((_place, worker),) = pool._idle
        carrier = worker.carrier
        assert carrier is not None
        killer = threading.Timer(1.0, carrier.kill)
        killer.start()
        with pytest.raises(EngineError):
            pool.run(endless, city.files)
        killer.join()
        assert pool.run(COUNT, city.files).rows() == [{"n": 20_000}]


def test_the_gateway_answers_from_it_and_loses_a_call_that_brings_none(bureau: Bureau) -> None:
    held = bureau.granted(DEPARTMENT, TRADE)
    sql = "SELECT industry, count(*) AS n, sum(capital) AS c FROM market.firms GROUP BY industry"
    expected = bureau.ask(held, sql).table
    with sail() as (engine, process), Pool(engine=engine, seconds=30) as carried:
        bureau.pool = carried
        found = bureau.ask(held, f"{sql} ORDER BY industry").table
        assert rows(found) == rows(expected)
        unknown = bureau.ask(held, "SELECT industry, count(*) AS n FROM market.firms GROUP BY 1 HAVING false")
        assert unknown.table.num_rows == 0
        process.kill()
        process.wait()
        used = bureau.row(held).calls_used
        with pytest.raises(EngineError):
            bureau.ask(held, "SELECT industry, avg(capital) AS c FROM market.firms GROUP BY industry")
        assert bureau.row(held).calls_used == used + 1
        lost = select(func.count()).select_from(usages).where(usages.c.outcome == "lost")
        assert bureau.count(lost) == 1


def test_a_form_it_has_not_is_refused_before_it_is_paid_for(bureau: Bureau, server: Second) -> None:
    held = bureau.granted(DEPARTMENT, bureau.weather)
    with Pool(engine=server) as carried:
        bureau.pool = carried
        refused = bureau.ask(held, "SELECT median(pm25) AS m FROM eco.air")
        assert isinstance(refused, Deny)
        assert [reason.code for reason in refused.reasons] == ["query.second_engine"]
        assert bureau.row(held).calls_used == 0
        assert bureau.ask(held, "SELECT station, max(pm25) AS m FROM eco.air GROUP BY 1").table.num_rows == 5


def test_the_carrier_imports_nothing_of_the_project_but_its_own_package(server: Second) -> None:
    program = (
        "import sys, types; space = types.ModuleType('space'); space.__path__ = [sys.argv[1]];"
        "sys.modules['space'] = space; import space.engines.spark.carrier, space.engines.spark.answers;"
        "import space.engines.workers.walls; print([n for n in sys.modules if n.split('.')[0] in "
        "('catalog', 'policies', 'contracts', 'duckdb', 'opendp', 'sqlalchemy')])"
    )
    folder = Path(second.__file__).resolve().parents[1]
    done = subprocess.run(
        [server.python, "-I", "-c", program, folder], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
