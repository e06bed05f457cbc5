"""Other libraries for private answers at the same total budget: smartnoise-sql, and OpenDP's Polars context.

A budget of ε = 1 is spent three ways. On one query alone: then ours, whose ledger counts in zCDP at a small
δ, gets little of it. On one hundred queries, of which one is asked here: what a grant does. And as the ledger
counts it, which charges ρ = 0.5 for a mechanism of pure ε = 1 (Bun and Steinke 2016, proposition 1.4).

Each lives in an environment of its own under the installation's folder, made on first use. Where one cannot
be installed or does not run, that is said and nothing is compared. An error of a figure is the mean over all
groups of 50 rows or more of its distance from the truth, as a share of it; a group left out counts as 100 %.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import venv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.measure import Figure
from benchmarks.query_rows import DELTA, RHO, contract, facts, terms
from catalog.duck import connect
from policies.terms import Mode
from space.engines.workers.pool import Pool
from space.query.compile import compile_query
from space.query.plan import Plan
from space.query.schema import QuerySchema

# Our name of a query → what its groups are named by, in the order of the answer.
Answers = Mapping[str, Mapping[str, Any]]
_SMALL: Final = 50
_SECONDS: Final = 240

_SMARTNOISE: Final = """
import json, sys, time
import pyarrow.parquet as pq, snsql
path, queries, delta, epsilon = json.load(sys.stdin)
text = {"type": "string"}
names = ["gender", "birth_date", "region_code", "disease"]
frame = pq.read_table(path, columns=[*names, "income"]).to_pandas()
frame["birth_date"] = frame["birth_date"].astype(str)
columns = {name: text for name in names} | {"income": {"type": "int", "lower": 0, "upper": 1000000}}
table = {"row_privacy": True, "rows": len(frame), "censor_dims": True, **columns}
meta = {"": {"bench": {"person": table}}}
def reader(epsilon):
    privacy = snsql.Privacy(epsilon=epsilon, delta=delta)
    return snsql.from_df(frame, privacy=privacy, metadata=meta)
said = {}
for name, sql in queries.items():
    sql = sql.replace("FROM person", "FROM bench.person").replace("DATE '", "'")
    try:
        private = reader(epsilon / reader(1.0).get_privacy_cost(sql)[0])
        start = time.perf_counter()
        rows = private.execute(sql)
        said[name] = {"ms": (time.perf_counter() - start) * 1000, "rows": [list(row) for row in rows[1:]]}
    except Exception as error:
        said[name] = {"error": type(error).__name__}
print(json.dumps(said, default=str))
"""

_OPENDP: Final = """
import json, sys, time
import opendp.prelude as dp, polars as pl
dp.enable_features("contrib")
path, queries, delta, epsilon = json.load(sys.stdin)
frame = pl.scan_parquet(path).select("gender", "birth_date", "region_code", "disease", "income")
count = dp.len()
total = pl.col("income").cast(pl.Int64).fill_null(0).dp.sum(bounds=(0, 1000000))
asked = {"Q1": (["region_code"], [count]), "Q2": (["region_code"], [count, total]),
         "Q3": (["gender", "region_code"], [total]), "Q5": (["region_code", "disease"], [count])}
said = {}
for name in queries:
    try:
        keys, figures = asked[name[:2]]
        margins = [dp.polars.Margin(max_length=1_000_000), dp.polars.Margin(by=keys, max_length=1_000_000)]
        context = dp.Context.compositor(
            data=frame, privacy_unit=dp.unit_of(contributions=1),
            privacy_loss=dp.loss_of(epsilon=epsilon, delta=delta), split_evenly_over=1, margins=margins)
        named = [figure.alias(f"f{i}") for i, figure in enumerate(figures)]
        start = time.perf_counter()
        rows = context.query().group_by(*keys).agg(*named).release().collect()
        said[name] = {"ms": (time.perf_counter() - start) * 1000, "rows": [list(row) for row in rows.rows()]}
    except Exception as error:
        said[name] = {"error": type(error).__name__}
print(json.dumps(said, default=str))
"""


@dataclass(frozen=True, slots=True)
class Rival:
    """A library to be compared with: what is installed, and the program that asks it."""

    name: str
    packages: tuple[str, ...]
    program: str


@dataclass(frozen=True, slots=True)
class Budget:
    """What one query spends: of ours ρ of zCDP, of theirs ε."""

    name: str
    rho: float
    epsilon: float


BUDGETS: Final = (
    Budget("ε = 1 for it alone", RHO, 1.0),
    Budget("one of 100 queries of ε = 1 together", RHO / 100, 0.01),
    Budget("ρ = 0.5, the price of ε = 1", 0.5, 1.0),
)
RIVALS: Final = (
    Rival("smartnoise-sql 1.0.10", ("smartnoise-sql==1.0.10", "pyarrow"), _SMARTNOISE),
    Rival("OpenDP 0.16.0 on Polars", ("opendp[polars]==0.16.0", "polars==1.36.1"), _OPENDP),
)


def figures(path: Path, queries: Mapping[str, str], keys: Mapping[str, int]) -> Iterator[Figure]:
    """Time and error of each query, ours and theirs, at equal budgets; time under the first alone.

    Args:
        path: a protected table of one row a person.
        queries: SQL by name.
        keys: how many columns of each name its groups.
    """
    asked = [(rival, budget.epsilon) for budget in BUDGETS[:2] for rival in RIVALS]
    theirs = {each: _asked(*each, path, queries) for each in asked}
    if not any(theirs.values()):
        return
    for budget in BUDGETS:
        ours = _ours(path, queries, budget.rho)
        for rival in RIVALS:
            said = theirs[rival, budget.epsilon]
            for name in said:
                if "error" in said[name]:
                    print(f"  {rival.name} does not answer {name}: {said[name]['error']}", file=sys.stderr)
                    continue
                bench = f"dp, {budget.name}: {name}; {{}}"
                if budget is BUDGETS[0]:
                    times = ours[name]["ms"], said[name]["ms"]
                    yield Figure(bench.format("time"), *times, "ms", "≤ 0.025×", rival.name)
                own, other = (
                    _error(path, queries[name], keys[name], who[name]["rows"]) for who in (ours, said)
                )
                yield Figure(bench.format("error"), own, other, "%", "no worse", rival.name)


def _ours(path: Path, queries: Mapping[str, str], rho: float) -> Answers:
    asked = terms(Mode.DP, rho=rho)
    schema = QuerySchema.from_facts(asked, [(contract(1), facts(1))])
    said = {}
    with Pool(spare=False) as pool:
        for name, sql in queries.items():
            plan = compile_query(sql, asked, schema)
            assert isinstance(plan, Plan), plan
            pool.run(plan, {"bench.person": (path,)})
            start = time.perf_counter()
            answer = pool.run(plan, {"bench.person": (path,)})
            taken = (time.perf_counter() - start) * 1000
            said[name] = {"ms": taken, "rows": [list(row.values()) for row in answer.rows()]}
    return said


def _asked(rival: Rival, epsilon: float, path: Path, queries: Mapping[str, str]) -> Answers:
    python = _installed(rival)
    if python is None:
        return {}
    request = json.dumps([str(path), queries, DELTA, epsilon])
    try:
        done = subprocess.run(
            [python, "-I", "-W", "ignore", "-c", rival.program],
            input=request,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired:
        print(f"  {rival.name} HAD NO ANSWER IN {_SECONDS} s, nothing is compared", file=sys.stderr)
        return {}
    if done.returncode:
        why = done.stderr.strip().splitlines()[-1:]
        print(f"  {rival.name} DOES NOT RUN, nothing is compared: {' '.join(why)}", file=sys.stderr)
        return {}
    found: Answers = json.loads(done.stdout.splitlines()[-1])
    return found


def _installed(rival: Rival) -> str | None:
    home = Path(os.environ.get("YBZ_HOME") or "var").resolve() / "benchmarks"
    folder = home / rival.name.replace(" ", "-").lower()
    python = folder / "bin" / "python"
    if (folder / "done").exists():
        return str(python)
    venv.create(folder, with_pip=True, clear=True)
    command = [str(python), "-m", "pip", "install", "--quiet", *rival.packages]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        why = done.stderr.strip().splitlines()[-1:]
        print(f"  {rival.name} CANNOT BE INSTALLED, nothing is compared: {' '.join(why)}", file=sys.stderr)
        return None
    (folder / "done").touch()
    return str(python)


def _error(path: Path, sql: str, keys: int, rows: Sequence[Sequence[Any]]) -> float:
    """The mean relative error of the first figure, in percent."""
    given = {tuple(str(v) for v in row[:keys]): row[keys] for row in rows}
    with connect() as raw:
        raw.execute(f"CREATE VIEW person AS SELECT * FROM read_parquet('{path}')")
        counted = sql.replace(" FROM", ", count(*) AS _rows FROM", 1)
        truth = raw.execute(counted).fetchall()
    errors = []
    for row in truth:
        true, answer = float(row[keys]), given.get(tuple(str(v) for v in row[:keys]))
        if row[-1] >= _SMALL:
            errors.append(100.0 if answer is None else min(100.0, abs(float(answer) - true) / true * 100))
    return sum(errors) / len(errors)
