"""How long Dagster takes to load a ledger of many datasets, from the store to what its page is sent."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, insert

from benchmarks.build import contract_of
from benchmarks.measure import Figure
from catalog import outlines
from catalog.home import Home
from catalog.store import create_store, writing
from catalog.store.schema import new_id
from catalog.store.tables.ledger import entries, revisions
from contracts.canonical import canonical
from contracts.odcs.files import contract_digest, to_document

DATASETS = int(os.environ.get("YBZ_BENCH_DEFINITIONS", "10000"))
# What the load may take, in milliseconds.
TARGET_MS = 15_000.0


def run() -> Iterator[Figure]:
    """Definitions of the ledger, the repository with its jobs, and the snapshot the page receives."""
    with tempfile.TemporaryDirectory(prefix="ybz_bench_") as place:
        home = Home(Path(place) / "var")
        engine = create_store(home)
        _register(engine)
        import dagster  # noqa: F401  (the import is not what is measured)
        from dagster._core.remote_representation.external_data import RepositorySnap

        from pipelines.definitions import definitions
        from pipelines.orchestration.resources import Installation

        began = time.perf_counter()
        made = definitions(Installation(home, engine)).get_repository_def()
        made.load_all_definitions()
        loaded = (time.perf_counter() - began) * 1_000
        RepositorySnap.from_def(made)
        shown = (time.perf_counter() - began) * 1_000
        engine.dispose()
    yield Figure(
        f"definitions: {DATASETS:,} registered datasets loaded",
        loaded,
        TARGET_MS,
        "ms",
        "≤ 15 s",
        "the target",
    )
    yield Figure(
        f"definitions: {DATASETS:,} loaded and described to the page",
        shown,
        TARGET_MS,
        "ms",
        "≤ 15 s",
        "the target",
    )


def _register(engine: Engine) -> None:
    """Rows as cataloguing leaves them; one contract, named anew each time."""
    now, stem = datetime.now(UTC), contract_of(0)
    document = to_document(stem)
    first = canonical(document).decode()
    outline = outlines.document_of(stem)
    heads, texts, shorts = [], [], []
    for number in range(DATASETS):
        named = replace(stem, id=f"bench-{number}", schema=f"bench_{number % 200}", table=f"t{number}")
        entry = new_id("ent")
        # One digest a dataset is all that matters here: the texts are not parsed.
        digest = contract_digest(named) if number == 0 else f"{number:064x}"
        heads.append(
            {
                "id": entry,
                "name": named.name,
                "code": f"bench/{number}",
                "title": named.title,
                "department": named.department.name,
                "department_code": named.department.code,
                "state": "published",
                "current_revision": 1,
                "created_at": now,
                "path": None,
            }
        )
        texts.append(
            {
                "id": new_id("rev"),
                "entry_id": entry,
                "number": 1,
                "contract": first,
                "digest": digest,
                "reason": "bench",
                "made_by": "bench",
                "made_at": now,
            }
        )
        shorts.append({"digest": digest, "form": outlines.FORM, "document": outline})
    with writing(engine) as connection:
        connection.execute(insert(entries), heads)
        connection.execute(insert(revisions), texts)
        connection.execute(insert(outlines.outlines), shorts)


if __name__ == "__main__":
    for figure in run():
        print(f"{figure.bench}: {figure.ours:.0f} {figure.unit}")
