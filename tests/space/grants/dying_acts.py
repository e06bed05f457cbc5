"""What a process does that is going to be killed: it asks, verifies, lists, uploads or deletes."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Any

from catalog import keys
from catalog.home import Home
from catalog.lake.kept import KeptOnDisk
from catalog.store import open_store, writing
from space import store
from space.calls import abandoned, answers, audits, budget, idempotency, metering, receipts, standing_runs
from space.engines.workers.pool import Pool
from space.granting import erasing
from space.identity.tokens import Caller
from space.query import gateway, handout
from space.query.admit import Question
from space.verification import verifier
from space.verification.prepare import Asked
from space.workspace import ending, tables
from space.workspace.form import read_form
from tests.space.grants.dying import die, die_at

# Step → where it is done. Every one of them is a moment at which a machine may stop.
PLACES: dict[str, tuple[Any, str]] = {
    "admission": (gateway, "admit"),
    "verification's admission": (verifier, "admit"),
    "pinning": (gateway, "pin"),
    "key": (idempotency, "begin"),
    "payment": (store, "spend"),
    "reservation": (budget, "reserve"),
    "audit": (audits, "note"),
    "rates": (verifier, "take_records"),
    "run": (Pool, "table"),
    "storing": (answers, "keep"),
    "writing the answer": (os, "fsync"),
    "settling": (store, "settle"),
    "metering": (metering, "meter"),
    "counting the month": (store, "count_month"),
    "charging": (store, "charge"),
    "receipt": (receipts, "issue"),
    "keeping the key": (idempotency, "finish"),
    "handing out": (handout, "_give"),
    "loss": (budget, "lose"),
    "claim": (standing_runs, "_claim"),
    "run's end": (standing_runs, "_settle"),
    "intent": (tables, "_intend"),
    "writing": (KeptOnDisk, "write"),
    "opening": (tables, "_settle"),
    "end": (tables, "end"),
    "unlinking": (Path, "unlink"),
    "proof": (erasing.jws, "sign"),
}


def do(root: str, act: str, step: str, at: str, words: dict[str, Any]) -> None:
    """Do an act until its step comes; ``after reply`` comes once everything is done."""
    os.environ["YBZ_HOME"] = root
    if step != "after reply":
        die_at(step, PLACES)
    home, now = Home.find(), datetime.fromisoformat(at)
    ACTS[act](home, now, **words)
    if step == "after reply":
        die()


def query(
    home: Home,
    now: datetime,
    *,
    grant: str,
    purpose: str,
    who: str,
    sql: str,
    key: str = "",
    warm: bool = False,
) -> None:
    """Ask as the HTTP interface does, under an ``Idempotency-Key`` where there is one.

    With ``warm`` the worker waits already, and its number stands in the file ``workers`` of the installation.
    """
    pool = Pool(spare=False)
    made = _gateway(home, now, pool)
    if warm:
        pool.warm()
        (home.root / "workers").write_text("\n".join(map(str, pool.processes())), encoding="utf-8")
    if key:
        with writing(made.engine) as connection:
            assert idempotency.begin(connection, who, key, (grant, purpose, sql), now) is None
    made.ask(Caller(who), Question(grant, purpose, sql), key or None)


def verify(
    home: Home, now: datetime, *, grant: str, purpose: str, who: str, dataset: str, records: list[Any]
) -> None:
    """Verify a batch."""
    made = verifier.Verifier(open_store(home), home, keys.load(home), Pool(spare=False), lambda: now)
    made.verify(Caller(who), Asked(grant, purpose, dataset, records))


def run_standing(home: Home, now: datetime, *, standing_id: str) -> None:
    """Run a standing query."""
    standing_runs.run(_gateway(home, now, Pool(spare=False)), standing_id)


def upload(home: Home, now: datetime, *, grant: str, raw: bytes, form: dict[str, Any]) -> None:
    """Bring a table into a workspace."""
    brought = tables.Upload(grant, "customers", read_form(**form), raw)
    tables.upload(open_store(home), home, keys.load(home), brought, who=None, by="周敏", now=now)


def delete(home: Home, now: datetime, *, grant: str) -> None:
    """Delete that table, with proof."""
    engine = open_store(home)
    with writing(engine) as connection:
        tables.delete(connection, grant, "customers", now)
    ending.sweep(engine, home, keys.load(home).signer, now)


def sweep(home: Home, now: datetime) -> None:
    """Put in order what others left."""
    abandoned.sweep(open_store(home), home, now)


def _gateway(home: Home, now: datetime, pool: Pool) -> gateway.Gateway:
    return gateway.Gateway(open_store(home), home, keys.load(home).signer, pool, lambda: now)


ACTS = {
    "query": query,
    "verify": verify,
    "standing": run_standing,
    "upload": upload,
    "delete": delete,
    "sweep": sweep,
}
