"""A query tried before any grant: judged as a grant of every column would judge it, run on synthetic rows.

Decides nothing of its own: parsing, rules, mechanism and worker are the gateway's. Nothing is metered or
spent, no receipt is issued, and no row of anybody is near.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Connection

from catalog.releases.facts import Facts, check
from catalog.releases.protect import protect
from contracts.model import Contract, Use
from policies.access import Caller
from policies.decision import Deny
from policies.disclosure import defaults
from policies.modes import required
from policies.rulebook import rule
from policies.terms import Budget, DatasetTerm, JoinTerm, Mode, Terms
from space.engines.workers.pool import Pool
from space.granting.kinds import kinds_behind
from space.preview.dictionary import contract_of
from space.preview.synthetic import sample
from space.query.compile import compile_query
from space.query.schema import QuerySchema

# Pseudonyms of nobody: the key is no secret.
_KEY: Final = bytes(32)
_ROWS: Final = 5_000


@dataclass(frozen=True, slots=True)
class Tried:
    """What a trial gave: the plan explained, and an answer over synthetic rows."""

    plan: Mapping[str, Any]
    table: pa.Table


def attempt(
    connection: Connection, sql: str, names: list[str], caller: Caller, on: date, pool: Pool
) -> Tried | Deny:
    """Judge a query as a grant of these datasets would, and run it on synthetic rows.

    Args:
        connection: any transaction.
        sql: one SELECT.
        names: ``schema.table`` of the datasets it may read.
        caller: who would ask; decides the mode.
        on: day whose rules apply.
        pool: workers to run it.

    Raises:
        Unknown: a dataset is not published.
    """
    contracts = {name: contract_of(connection, name) for name in names}
    mode = required(caller, kinds_behind(connection, contracts), on).mode
    terms = _terms(contracts, mode, on)
    with tempfile.TemporaryDirectory() as folder:
        made = {name: _release(contract, contracts, Path(folder)) for name, contract in contracts.items()}
        pairs = [(contracts[name], facts) for name, (facts, _path) in made.items()]
        plan = compile_query(sql, terms, QuerySchema.from_facts(terms, pairs))
        if isinstance(plan, Deny):
            return plan
        answer = pool.run(plan, {name: (path,) for name, (_facts, path) in made.items()}, owner="preview")
    return Tried(plan.explain(), answer.table)


def _release(contract: Contract, others: Mapping[str, Contract], folder: Path) -> tuple[Facts, Path]:
    """Synthetic rows as a release would protect them."""
    rows = sample(contract, _ROWS, others=others)
    count = rows.num_rows
    rows = rows.append_column("_file", pa.array(["synthetic"] * count, pa.string()))
    rows = rows.append_column("_line", pa.array(range(1, count + 1), pa.int64()))
    made = protect(contract, rows, _KEY)
    path = folder / f"{contract.name}.parquet"
    pq.write_table(made.protected, path)
    return check(contract, made.vault, made.protected), path


def _terms(contracts: Mapping[str, Contract], mode: Mode, on: date) -> Terms:
    """Terms that grant every column a query can use, with the parameters the rules give."""
    datasets = tuple(
        DatasetTerm(name, tuple(f.name for f in contract.fields if f.use not in (Use.NEVER, Use.FREE_TEXT)))
        for name, contract in contracts.items()
    )
    joins = tuple(
        JoinTerm(name, join.field, join.dataset, join.other)
        for name, contract in contracts.items()
        for join in contract.joins
        if join.dataset in contracts
    )
    usual = rule("privacy_budgets", "grant_defaults", on).value
    rho, each, delta = (float(usual[key]) for key in ("rho", "rho_per_query", "delta"))
    budget = Budget(rho, each, delta)
    return Terms(
        purpose="preview",
        datasets=datasets,
        joins=joins,
        mode=mode,
        disclosure=defaults(on),
        budget=budget if mode is Mode.DP else None,
        valid_from=on,
        valid_to=on,
    )
