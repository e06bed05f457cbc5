"""Durable appends with a business row, and verification of a whole log."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Column, Connection, Engine, Integer, String, Table, insert

from benchmarks.measure import Figure, milliseconds
from catalog import evidence
from catalog.evidence.verify import verify_store
from catalog.home import Home
from catalog.keys import load
from catalog.store import create_store, reading, writing
from catalog.store.schema import metadata, new_id

COMMITS = 300
ENTRIES = 20_000


def run() -> Iterator[Figure]:
    """Appends per second against bare commits; verification against hashing the same bytes."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "var")
        home.create()
        rows = Table(
            "benchmark_rows", metadata, Column("id", String(40), primary_key=True), Column("n", Integer)
        )
        engine = create_store(home)
        try:
            yield _appends(engine, rows)
            yield _verification(engine, home)
        finally:
            metadata.remove(rows)
            engine.dispose()


def _appends(engine: Engine, rows: Table) -> Figure:
    now = datetime.now(UTC)

    def bare(connection: Connection, n: int) -> None:
        connection.execute(insert(rows).values(id=new_id("row"), n=n))

    def with_entry(connection: Connection, n: int) -> None:
        bare(connection, n)
        evidence.record(connection, event="bench:row:add", subject=str(n), body={"n": n}, now=now)

    baseline = _per_second(engine, bare)
    ours = _per_second(engine, with_entry)
    return Figure(
        "evidence: business row and entry in one commit", ours, baseline, "1/s", "≥ 0.5×", "bare commit"
    )


def _per_second(engine: Engine, write: Callable[[Connection, int], None]) -> float:
    start = time.perf_counter()
    for n in range(COMMITS):
        with writing(engine) as connection:
            write(connection, n)
    return COMMITS / (time.perf_counter() - start)


def _verification(engine: Engine, home: Home) -> Figure:
    import hashlib

    keys, now = load(home), datetime.now(UTC)
    with writing(engine) as connection:
        for n in range(ENTRIES):
            evidence.record(connection, event="bench:row:add", subject=str(n), body={"n": n}, now=now)
    evidence.integrate(engine, keys.signer, now)

    def verify() -> None:
        with reading(engine) as connection:
            assert verify_store(connection, keys.signer.public_raw).ok

    leaf = b"x" * 200

    def hash_only() -> None:
        for _ in range(ENTRIES):
            hashlib.sha256(leaf).digest()

    return Figure(
        f"evidence: verify {ENTRIES:,} entries from the store",
        milliseconds(verify, 3),
        milliseconds(hash_only, 3),
        "ms",
        "orientation",
        "SHA-256 of as many leaves",
    )
