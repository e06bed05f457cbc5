"""What the way back costs: one release to a thousand areas, against one DuckDB pass over its change feed.

The baseline reads both published versions and joins them once by key: it finds every row that was added,
changed or removed, with the area it lay and lies in, and counts them by area. Ours is the whole round: the
same comparison, attribution, a thousand files with row references, masks and changed fields, and the rows and
evidence of the store.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
import pyarrow as pa
from sqlalchemy import Engine, insert

from benchmarks.measure import Figure, installation
from benchmarks.release import Bench, rows
from benchmarks.release import contract as payments
from catalog.cataloging.entering import Acts, catalogue_all
from catalog.duck import connect
from catalog.home import Home
from catalog.releases.published import Release, vault_files
from catalog.store import writing
from catalog.store.schema import new_id
from catalog.store.tables.backflow import grassroots_bodies, subscriptions
from catalog.store.tables.identity import organisations
from contracts.model import Area, Contract, Field, LoadKind, Sharing, Use
from pipelines.backflow.delivering import deliver

ROWS: Final = 5_000_000
CHANGED: Final = 100_000
AREAS: Final = 1_000
NOW: Final = datetime(2026, 9, 24, 8, tzinfo=UTC)


def contract() -> Contract:
    """The payments of the room `release`, each in a village."""
    base = payments(LoadKind.FULL)
    return replace(
        base,
        fields=(*base.fields, Field("region_code", use=Use.DIMENSION)),
        area=Area("region_code"),
        sharing=Sharing(condition="依法履职", basis="政务数据共享条例"),
        classification="主题/社会保障",
    )


def villages(count: int, seed: int) -> pa.Array:
    """A village for each row, of a thousand streets with twenty each."""
    drawn = np.random.default_rng(seed).integers(0, AREAS * 20, count)
    codes = pa.array([_street(n // 20) + f"{n % 20 + 1:03d}" for n in range(AREAS * 20)])
    return codes.take(pa.array(drawn))


def run() -> Iterator[Figure]:
    """A release of 5 million rows, 100,000 of them changed, to 1,000 areas."""
    with installation() as (home, engine):
        yield from _figures(Bench(home, engine), home, engine)


def _figures(bench: Bench, home: Home, engine: Engine) -> Iterator[Figure]:
    what = contract()
    acts = Acts(by="基准", reason="基准", now=NOW, assessment="PIA-1")
    catalogue_all(engine, [(what, None)], acts)
    whole = rows(0, ROWS).append_column("region_code", villages(ROWS, 7))
    first = bench.release(what, whole, None, adds=False)
    _subscribe(engine, what.name)
    # What a body has had before is not measured: the first delivery holds its whole area.
    deliver(home, engine, what.name, first.id, NOW)
    second = bench.release(what, _next(whole), first, adds=False)
    del whole
    baseline = min(_took(lambda: _pass(home, first, second)) for _ in range(3))
    ours = _took(lambda: deliver(home, engine, what.name, second.id, NOW + timedelta(days=1)))
    label = f"backflow: {CHANGED:,} changed of {ROWS // 10**6} million rows to {AREAS:,} areas"
    yield Figure(label, ours, baseline, "ms", "≤ 3×", "one DuckDB pass over the change feed")


def _next(whole: pa.Table) -> pa.Table:
    """The same rows, some with another amount, and of those one in ten in another village."""
    places = np.arange(0, ROWS, ROWS // CHANGED)
    amounts = whole["amount"].to_numpy().copy()
    amounts[places] += 1
    codes = whole["region_code"].to_numpy(zero_copy_only=False).copy()
    moving = places[::10]
    codes[moving] = np.roll(codes[moving], 1)
    changed = whole.set_column(whole.column_names.index("amount"), "amount", pa.array(amounts))
    return changed.set_column(
        changed.column_names.index("region_code"), "region_code", pa.array(codes, pa.string())
    )


def _pass(home: Home, before: Release, after: Release) -> int:
    """One join of both versions by key: what changed, by area."""
    names = ("voucher", "id_card", "kind", "amount", "day", "note", "region_code")
    differs = " OR ".join(f"o.{name} IS DISTINCT FROM n.{name}" for name in names[1:])
    with connect() as database:
        for view, release in (("o", before), ("n", after)):
            files = [str(path) for path in vault_files(home, release)]
            database.execute(
                f"CREATE TEMP TABLE {view} AS SELECT {', '.join(names)} FROM read_parquet(?)", [files]
            )
        found = database.execute(
            "SELECT o.region_code, n.region_code, count(*) FROM o FULL JOIN n ON o.voucher = n.voucher"
            f" WHERE {differs} GROUP BY ALL"
        ).fetchall()
    return sum(row[2] for row in found)


def _subscribe(engine: Engine, dataset: str) -> None:
    """A thousand streets, each subscribed to its own rows."""
    codes = [f"street{n:04d}" for n in range(AREAS)]
    with writing(engine) as connection:
        connection.execute(
            insert(organisations),
            [{"code": code, "name": code, "kind": "grassroots", "registered_at": NOW} for code in codes],
        )
        connection.execute(
            insert(grassroots_bodies),
            [{"code": code, "area": _street(n), "registered_at": NOW} for n, code in enumerate(codes)],
        )
        connection.execute(
            insert(subscriptions),
            [
                {
                    "id": new_id("sub"),
                    "subscriber": code,
                    "area": _street(n),
                    "dataset": dataset,
                    "fields": ["voucher", "id_card", "kind", "amount"],
                    "plain": [],
                    "basis": "政务数据共享条例第二十四条",
                    "meaning": "residence",
                    "state": "active",
                    "opened_by": "基准",
                    "opened_at": NOW,
                    "evidence_id": new_id("ev"),
                }
                for n, code in enumerate(codes)
            ],
        )


def _street(number: int) -> str:
    return f"9901{number // 100 + 1:02d}{number % 100 + 1:03d}"


def _took(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000
