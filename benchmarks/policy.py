"""Policy work, from text to plan, over the benign queries that ship with the product, in processor time.

The contracts are those of the city the gateway is attacked on; facts are what a release of it would state.
No row is read, as none ever is before a plan is paid for. Every text is a fresh one: no plan is kept from
call to call, and what is kept of a query's conditions is forgotten before each run. What a running gateway
keeps of contracts and terms is there.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

import sqlglot

from benchmarks.measure import Figure
from catalog.releases.facts import Facts, ProtectedColumn, UnitColumn, UnitFact
from contracts.model import Contract, Use
from contracts.odcs import files as odcs
from examples.attack import contracts as city
from policies.terms import Budget, DatasetTerm, Disclosure, JoinTerm, Mode, Terms
from space.query.compile import compile_query
from space.query.plan import Plan
from space.query.planning import ties
from space.query.schema import QuerySchema

_CORPUS: Final = Path(city.__file__).parent / "corpus" / "benign.jsonl"
_REPEATS: Final = 5


def run() -> Iterator[Figure]:
    """The median and the 99th percentile over the queries, in both modes."""
    with tempfile.TemporaryDirectory() as folder:
        contracts = [odcs.read(path) for path in sorted(city.write(Path(folder)).glob("*.yaml"))]
    queries = [json.loads(line)["sql"] for line in _CORPUS.read_text(encoding="utf-8").splitlines() if line]
    for mode in (Mode.THRESHOLD, Mode.DP):
        terms = _terms(mode, contracts)
        schema = QuerySchema.from_facts(terms, [(contract, _facts(contract)) for contract in contracts])
        compiled = partial(compile_query, terms=terms, schema=schema)
        ours, parsing = _times(queries, compiled, lambda sql: sqlglot.parse_one(sql, read="duckdb"))
        planned = sum(isinstance(compile_query(sql, terms, schema), Plan) for sql in queries)
        name = f"{mode}: policy work, {planned} of {len(queries)} benign planned"
        for share, target in ((50, "p50 ≤ 3 ms"), (99, "p99 ≤ 10 ms")):
            made, baseline = (_percentile(times, share) for times in (ours, parsing))
            yield Figure(f"{name}, p{share}", made, baseline, "ms", target, "sqlglot parse alone")


def _times(queries: list[str], *works: Callable[[str], object]) -> list[list[float]]:
    """Processor time of every query in every work, the least of some runs in turn, in ms."""
    taken: list[list[float]] = [[] for _ in works]
    for sql in queries:
        least = [float("inf")] * len(works)
        for repeat in range(_REPEATS + 1):
            for place, work in enumerate(works):
                _forget()
                start = time.process_time()
                work(sql)
                if repeat:  # the first is not counted
                    least[place] = min(least[place], (time.process_time() - start) * 1000)
        for place, best in enumerate(least):
            taken[place].append(best)
    return taken


def _forget() -> None:
    """Let every text be a fresh one: what is kept by the text of conditions goes."""
    ties._parts.cache_clear()


def _percentile(times: list[float], share: int) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[share - 1]


def _facts(contract: Contract) -> Facts:
    """What a release of the contract states: one row a unit, pseudonyms, stored columns."""
    named = [(f, f.unit.kind) for f in contract.fields if f.unit is not None]
    stored = [f for f in contract.fields if f.use not in (Use.IDENTIFIER, Use.FREE_TEXT, Use.NEVER)]
    return Facts(
        units=tuple(UnitFact(kind, f"_u_{f.name}", f"_n_{kind}", 1) for f, kind in named),
        unit_columns=tuple(UnitColumn(f"_u_{f.name}", f.name, kind, True) for f, kind in named),
        unique_keys=tuple((f"_u_{f.name}",) for f, _ in named),
        columns=tuple(ProtectedColumn(f.name, f.name, "string", f.use, f.scale, f.grain) for f in stored),
    )


def _terms(mode: Mode, contracts: list[Contract]) -> Terms:
    return Terms(
        purpose="industry.research",
        datasets=tuple(DatasetTerm(c.name, tuple(f.name for f in c.fields)) for c in contracts),
        mode=mode,
        disclosure=Disclosure(k=10, dominance_share=0.5, p_percent=10, rounding_base=5),
        valid_from=date(2026, 1, 1),
        valid_to=date(2026, 12, 31),
        joins=(JoinTerm("city.op_customers", "id_card", "city.person", "id_card"),),
        budget=Budget(rho=1000, rho_per_query=0.5, delta=1e-8),
    )
