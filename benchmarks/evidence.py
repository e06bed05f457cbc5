"""Durable appends with a business row, proofs in a long log, and verification of a whole log."""

from __future__ import annotations

import hashlib
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Engine, Integer, String, Table, bindparam, insert, select

from benchmarks.measure import Figure, milliseconds
from catalog import evidence
from catalog.evidence import checkpoint as notes
from catalog.evidence.append import instant_text, leaf_bytes
from catalog.evidence.export import export
from catalog.evidence.merkle import leaf_hash
from catalog.evidence.prove import inclusion_holds, prove_inclusion
from catalog.evidence.tiles import Writing
from catalog.evidence.verify import verify_export, verify_store
from catalog.home import Home
from catalog.keys import load
from catalog.store import create_store, reading, writing
from catalog.store.schema import metadata, new_id
from catalog.store.tables.evidence import checkpoints, evidence_entries

COMMITS = 1000
# Commits after which the log is integrated, signed and goes on.
TURN = 250
LONG = 10_000_000
# Entries of the long log that have a row, and are proven.
PROVEN = 500
WHOLE = 1_000_000
_ONE = select(evidence_entries).where(evidence_entries.c.id == bindparam("id"))


def run() -> Iterator[Figure]:
    """Appends per second against bare commits; proofs and verification against hashing alone."""
    rows = Table("benchmark_rows", metadata, Column("id", String(40), primary_key=True), Column("n", Integer))
    try:
        with tempfile.TemporaryDirectory() as folder:
            yield from _appends(*_made(Path(folder)), rows)
        with tempfile.TemporaryDirectory() as folder:
            yield from _proofs(*_made(Path(folder)))
        with tempfile.TemporaryDirectory() as folder:
            yield from _verification(*_made(Path(folder)), Path(folder) / "copy")
    finally:
        metadata.remove(rows)


def _made(folder: Path) -> tuple[Home, Engine]:
    home = Home(folder / "var")
    home.create()
    return home, create_store(home)


def _appends(home: Home, engine: Engine, rows: Table) -> Iterator[Figure]:
    now, signer = datetime.now(UTC), load(home).signer

    def bare(connection: Connection, n: int) -> None:
        connection.execute(insert(rows).values(id=new_id("row"), n=n))

    def with_entry(connection: Connection, n: int) -> None:
        bare(connection, n)
        evidence.record(connection, event="bench:row:add", subject=str(n), body={"n": n}, now=now)

    baseline = _per_second(engine, bare)
    ours = _per_second(engine, with_entry)
    turned = _per_second(engine, with_entry, lambda: evidence.integrate(engine, signer, now))
    engine.dispose()
    named = "evidence: business row and entry in one commit"
    yield Figure(named, ours, baseline, "1/s", "≥ 0.5×", "bare commit")
    sustained = f"evidence: the same, integrated and signed every {TURN}"
    yield Figure(sustained, turned, baseline, "1/s", "≥ 0.5×", "bare commit")


def _per_second(
    engine: Engine, write: Callable[[Connection, int], None], turn: Callable[[], object] = lambda: None
) -> float:
    start = time.perf_counter()
    for n in range(COMMITS):
        with writing(engine) as connection:
            write(connection, n)
        if n % TURN == TURN - 1:
            turn()
    return COMMITS / (time.perf_counter() - start)


def _proofs(home: Home, engine: Engine) -> Iterator[Figure]:
    """A log of which every subtree hash is real, and some entries have their row."""
    keys, now = load(home), datetime.now(UTC)
    every = LONG // PROVEN
    ids: list[str] = []
    stored = Writing(0, [])
    with writing(engine) as connection:
        for position in range(LONG):
            if position % every:
                stored.append(hashlib.sha256(position.to_bytes(8, "big")).digest())
                continue
            row = _row(position, now)
            stored.append(bytes.fromhex(row["leaf_hash"]))
            ids.append(row["id"])
            connection.execute(insert(evidence_entries).values(row))
            stored.store(connection)
        stored.store(connection)
        root = stored.root().hex()
        note = notes.sign(keys.signer, LONG, root)
        values = {"size": LONG, "root": root, "frontier": "", "note": note, "made_at": now}
        connection.execute(insert(checkpoints).values(values))
    with reading(engine) as connection:
        assert all(inclusion_holds(prove_inclusion(connection, each), keys.signer.public_raw) for each in ids)

        def prove() -> None:
            for each in ids:
                prove_inclusion(connection, each)

        def look_up() -> None:
            for each in ids:
                connection.execute(_ONE, {"id": each}).first()

        ours, baseline = milliseconds(prove) / PROVEN, milliseconds(look_up) / PROVEN
    engine.dispose()
    named = f"evidence: proof of inclusion among {LONG:,} entries"
    yield Figure(named, ours, baseline, "ms", "≤ 1 ms", "reading the entry's row")


def _verification(home: Home, engine: Engine, copy: Path) -> Iterator[Figure]:
    keys, now = load(home), datetime.now(UTC)
    engine.dispose()
    names = ("id", "event", "subject", "body", "leaf_hash", "recorded_at")
    with sqlite3.connect(home.root / "ybz.db") as raw:
        made = (_row(n, now, placed=False) for n in range(WHOLE))
        told = ([*(row[name] for name in names[:-1]), instant_text(now)] for row in made)
        raw.executemany(
            f"INSERT INTO evidence_entries ({', '.join(names)}) VALUES (?, ?, ?, ?, ?, ?)",
            told,
        )
    raw.close()
    engine = create_store(home)
    evidence.integrate(engine, keys.signer, now)

    def from_store() -> None:
        with reading(engine) as connection:
            assert verify_store(connection, keys.signer.public_raw).ok

    def from_copy() -> None:
        assert verify_export(copy, keys.signer.public_raw).ok

    def hash_only() -> None:
        for _ in range(WHOLE):
            hashlib.sha256(leaf).digest()

    leaf = b"x" * 200
    baseline = milliseconds(hash_only, 1)
    against = "SHA-256 of as many leaves"
    named = f"evidence: verify {WHOLE:,} entries from the"
    yield Figure(f"{named} store", _once(from_store), baseline, "ms", "≤ 60,000 ms", against)
    with reading(engine) as connection:
        export(connection, keys.signer, copy)
    yield Figure(f"{named} copy", _once(from_copy), baseline, "ms", "≤ 60,000 ms", against)
    engine.dispose()


def _once(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def _row(number: int, now: datetime, *, placed: bool = True) -> dict[str, Any]:
    entry_id, body = f"ev_{number:024x}", '{"calls":1,"nrho":0,"outcome":"answered","price_fen":500}'
    told = {"entry_id": entry_id, "event": "bench:row:add", "subject": f"grt_{number % 1000}", "body": body}
    leaf = leaf_bytes(**told, recorded_at=instant_text(now))
    row = {"id": entry_id, "event": told["event"], "subject": told["subject"], "body": body}
    return row | {
        "leaf_hash": leaf_hash(leaf).hex(),
        "recorded_at": now,
        "position": number if placed else None,
    }
