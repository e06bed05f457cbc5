"""Other libraries for private answers at the same total budget: smartnoise-sql, and OpenDP's Polars context.

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
from benchmarks.query_rows import DELTA, contract, facts, terms
from catalog.duck import connect
from policies.terms import Mode
from space.engines.pool import Pool
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
path, queries, delta = json.load(sys.stdin)
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
        private = reader(1 / reader(1.0).get_privacy_cost(sql)[0])
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
path, queries, delta = json.load(sys.stdin)
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
            privacy_loss=dp.loss_of(epsilon=1.0, delta=delta), split_evenly_over=1, margins=margins)
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


RIVALS: Final = (
    Rival("smartnoise-sql 1.0.10", ("smartnoise-sql==1.0.10", "pyarrow"), _SMARTNOISE),
    Rival("OpenDP 0.16.0 on Polars", ("opendp[polars]==0.16.0", "polars==1.36.1"), _OPENDP),
)


def figures(path: Path, queries: Mapping[str, str], keys: Mapping[str, int]) -> Iterator[Figure]:
    """Time and error of each query, ours and theirs, at ε = 1 for the whole query.

    Args:
        path: a protected table of one row a person.
        queries: SQL by name.
        keys: how many columns of each name its groups.
    """
    theirs = {rival.name: _asked(rival, path, queries) for rival in RIVALS}
    if not any(theirs.values()):
        return
    ours = _ours(path, queries)
    for rival, said in theirs.items():
        for name in said:
            if "error" in said[name]:
                print(f"  {rival} does not answer {name}: {said[name]['error']}", file=sys.stderr)
                continue
            bench = f"dp, ε = 1: {name}; {{}}, against {rival}"
            yield Figure(bench.format("time"), ours[name]["ms"], said[name]["ms"], "ms", "≤ 0.025×", rival)
            own, other = (_error(path, queries[name], keys[name], who[name]["rows"]) for who in (ours, said))
            yield Figure(bench.format("error"), own, other, "%", "no worse", rival)


def _ours(path: Path, queries: Mapping[str, str]) -> Answers:
    asked = terms(Mode.DP)
    schema = QuerySchema.from_facts(asked, [(contract(1), facts(1))])
    said = {}
    with Pool() as pool:
        for name, sql in queries.items():
            plan = compile_query(sql, asked, schema)
            assert isinstance(plan, Plan), plan
            pool.run(plan, {"bench.person": (path,)})
            start = time.perf_counter()
            answer = pool.run(plan, {"bench.person": (path,)})
            taken = (time.perf_counter() - start) * 1000
            said[name] = {"ms": taken, "rows": [list(row.values()) for row in answer.rows()]}
    return said


def _asked(rival: Rival, path: Path, queries: Mapping[str, str]) -> Answers:
    python = _installed(rival)
    if python is None:
        return {}
    request = json.dumps([str(path), queries, DELTA])
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
