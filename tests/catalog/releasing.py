"""Releases of one small table in tests, step by step, and builders that die between two steps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pyarrow as pa
from sqlalchemy import Engine, func, select

from catalog.home import Home
from catalog.quality import RuleResult
from catalog.releases import leases
from catalog.releases.attempts import Attempt
from catalog.releases.facts import Facts
from catalog.releases.publication import (
    Draft,
    commit_protected,
    commit_vault,
    finish,
    open_intent,
    publish,
)
from catalog.releases.published import (
    Release,
    latest,
)
from catalog.store import reading
from catalog.store.schema import new_id
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.releases import builds, releases
from contracts.model import Action, Dimension

NOW = datetime(2026, 9, 24, 8, tzinfo=UTC)

LATER = NOW + timedelta(seconds=leases.LEASE_S + 1)

NAME = "civil.people"


def table(**names: int) -> pa.Table:
    return pa.table({"id": list(names), "n": list(names.values()), "_line": list(range(len(names)))})


def draft(rows: pa.Table) -> Draft:
    result = RuleResult("q_id_required", ("id",), Dimension.COMPLETENESS, Action.QUARANTINE, 1, 1, True)
    attempt = Attempt(
        new_id("bld"), "run", NAME, "released", "", NOW, NOW, typed=rows.num_rows, results=(result,)
    )
    return Draft(
        dataset=NAME,
        revision=1,
        fingerprint="f",
        vault=rows,
        protected=rows.select(["n"]),
        content_hash="c" * 64,
        seal="s" * 64,
        counts={},
        dimensions={},
        grade=2,
        facts=Facts(),
        attempt=attempt,
    )


def release(home: Home, engine: Engine, rows: pa.Table, now: datetime = NOW) -> Release:
    lease = leases.take(engine, NAME, now=now)
    try:
        return publish(home, engine, lease, draft(rows), now=now)
    finally:
        leases.give_back(engine, lease)


def published(engine: Engine) -> Release | None:
    with reading(engine) as connection:
        return latest(connection, NAME)


def rows_of(engine: Engine) -> dict[str, int]:
    tables = {"releases": releases, "evidence": evidence_entries, "builds": builds}
    with reading(engine) as connection:
        return {
            name: connection.execute(select(func.count()).select_from(t)).scalar_one()
            for name, t in tables.items()
        }


def die_after(steps: int, home: Home, engine: Engine, rows: pa.Table) -> None:
    """Run the first steps of a release; the builder then is no more, its lease not given back."""
    lease = leases.take(engine, NAME, now=NOW)
    made = draft(rows)
    intent = open_intent(home, engine, lease, made, now=NOW)
    following: list[Callable[[], object]] = [
        lambda: commit_vault(home, intent, made.vault),
        lambda: commit_protected(home, intent, made.protected),
        lambda: finish(engine, lease, intent, now=NOW),
    ]
    for step in following[: steps - 1]:
        step()
