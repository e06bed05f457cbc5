"""What a release costs: vault and protected of many rows against plain Delta writes, and changes of few.

Rows are typed already: reading, casting and checking are other rooms'.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from sqlalchemy import Engine

from benchmarks.measure import Figure, installation
from catalog import keys
from catalog.home import Home
from catalog.releases import leases
from catalog.releases.arrivals import arrivals
from catalog.releases.attempts import Attempt
from catalog.releases.publication import publish
from catalog.releases.published import Release, former_vault
from catalog.store.schema import new_id
from contracts.codes import RESIDENT_CHECKS, RESIDENT_WEIGHTS
from contracts.model import Contract, Field, FieldType, Load, LoadKind, Party, UnitRef, UnitRule, Use
from pipelines.building.account import Account, Rows
from pipelines.building.loads import Base
from pipelines.building.releasing import Releasing

ROWS: Final = 10_000_000
CHANGED: Final = 100_000
# On average; persons are drawn at random.
ROWS_A_PERSON: Final = 2
NOW: Final = datetime(2026, 9, 24, 8, tzinfo=UTC)
FIRST_DAY: Final = 20_000  # since 1970-01-01


def contract(kind: LoadKind) -> Contract:
    """Payments to persons: a key, an identity number, a category, an amount, a day, free text."""
    return Contract(
        id="bench-release",
        title="基准",
        schema="bench",
        table=f"pay_{kind.value}",
        department=Party("城市数据局"),
        load=Load(kind, watermark="day") if kind is LoadKind.INCREMENTAL else Load(kind),
        units=(UnitRule("person", 20 * ROWS_A_PERSON),),
        fields=(
            Field("voucher", type=FieldType.INTEGER, key_position=1),
            Field("id_card", unit=UnitRef("person"), use=Use.IDENTIFIER),
            Field("kind", use=Use.DIMENSION),
            Field("amount", type=FieldType.INTEGER, use=Use.MEASURE, minimum=0, maximum=10**9),
            Field("day", type=FieldType.DATE, use=Use.TIME, grain="day"),
            Field("note", use=Use.FREE_TEXT),
        ),
    )


def rows(first: int, count: int, *, seed: int = 1, total: int | None = None) -> pa.Table:
    """Typed rows with vouchers ``first…``, in the order of their days."""
    chance = np.random.default_rng(seed + first)
    vouchers = np.arange(first, first + count)
    persons = chance.integers(0, max(1, (total or count) // ROWS_A_PERSON), count)
    return pa.table(
        {
            "voucher": pa.array(vouchers),
            "id_card": _identity_numbers(persons),
            "kind": pa.array([f"类{n:02d}" for n in range(40)]).take(pa.array(chance.integers(0, 40, count))),
            "amount": pa.array(chance.integers(0, 10**6, count)),
            "day": pa.array((FIRST_DAY + vouchers * 3650 // ROWS).astype(np.int32)).cast(pa.date32()),
            "note": pa.array([f"备注{n}" for n in range(1000)]).take(pa.array(vouchers % 1000)),
            "_file": pa.array(["a.csv"]).take(pa.array(np.zeros(count, np.int8))),
            "_line": pa.array(np.arange(count) + 2),
        }
    )


def _identity_numbers(persons: Any) -> pa.Array:
    """Well-formed numbers of nobody: regions 99 do not exist."""
    digits = np.empty((len(persons), 18), dtype=np.uint8)
    text = 99_010_119_000_101_000 + (persons // 1000 % 100) * 10_000_000 + persons % 1000
    text = text + (persons // 100_000) * 100_000_000_000  # the region's last digits
    for place in range(16, -1, -1):
        digits[:, place] = text % 10
        text //= 10
    total = digits[:, :17].astype(np.int32) @ np.array(RESIDENT_WEIGHTS, dtype=np.int32)
    signs = digits + np.uint8(ord("0"))
    signs[:, 17] = np.frombuffer(RESIDENT_CHECKS.encode(), np.uint8)[total % 11]
    offsets = pa.py_buffer((np.arange(len(persons) + 1) * 18).astype("<i4").tobytes())
    return pa.Array.from_buffers(pa.string(), len(persons), [None, offsets, pa.py_buffer(signs.tobytes())])


class Bench:
    """One installation that releases given rows."""

    def __init__(self, home: Home, engine: Engine) -> None:
        self.home, self.engine = home, engine
        self.key = keys.load(home).pseudonym
        self.releasing = Releasing(home, self.key)
        self.timings: dict[str, float] = {}

    def release(self, what: Contract, typed: pa.Table, before: Release | None, *, adds: bool) -> Release:
        """Publish rows, whole or added to the release before."""
        account = Account(grade=3, typed=typed.num_rows, landed=typed.num_rows)
        base = Base(before, adds=adds and before is not None)
        arrived = None
        if what.load.kind is not LoadKind.FULL:
            former = (
                former_vault(self.home, before, self.releasing.fingerprint) if base.adds and before else None
            )
            with account.timed("arrivals"):
                arrived = arrivals(what, typed, former)
            typed = arrived.rows
        lease = leases.take(self.engine, what.name, now=NOW)
        attempt = Attempt(new_id("bld"), "run", what.name, "released", "", NOW, NOW)
        landed = Rows(typed, pa.table({"reason": pa.array([], pa.string())}), arrived=arrived)
        draft = self.releasing.draft(what, 1, landed, base, new_id("f"), account, lambda: attempt)
        with account.timed("publish"):
            made = publish(self.home, self.engine, lease, draft, now=NOW)
        leases.give_back(self.engine, lease)
        self.timings = account.timings
        return made


def run() -> Iterator[Figure]:
    """First and later loads of whole rows; changes of an incremental dataset against its full load."""
    with installation() as (home, engine):
        yield from _figures(Bench(home, engine), home.root.parent / "plain")


def _figures(bench: Bench, plain: Path) -> Iterator[Figure]:
    whole = rows(0, ROWS)
    baseline = _took(lambda: _write_plainly(plain, whole))
    snapshot, size = contract(LoadKind.FULL), f"{ROWS // 10**6} million rows"
    made: list[Release] = []
    first = _took(lambda: made.append(bench.release(snapshot, whole, None, adds=False)))
    yield Figure(f"release: first load of {size}", first, baseline, "ms", "≤ 4×", "plain Delta write")
    later = _edited(whole, np.arange(0, ROWS, ROWS // CHANGED))
    second = _took(lambda: made.append(bench.release(snapshot, later, made[-1], adds=False)))
    yield Figure(f"release: later load of {size}", second, baseline, "ms", "≤ 2.5×", "plain Delta write")
    merged = contract(LoadKind.INCREMENTAL)
    full = _took(lambda: made.append(bench.release(merged, whole, None, adds=False)))
    changes = {
        "appended": rows(ROWS, CHANGED, total=ROWS),
        "updated among the latest": _edited(whole, np.arange(ROWS - CHANGED, ROWS)).slice(ROWS - CHANGED),
        "updated all over": _edited(whole, np.arange(7, ROWS, ROWS // CHANGED)).take(
            pa.array(np.arange(7, ROWS, ROWS // CHANGED))
        ),
    }
    for what, changed in changes.items():
        took = _took(lambda: made.append(bench.release(merged, changed, made[-1], adds=True)))  # noqa: B023
        label = f"release: {changed.num_rows:,} rows {what} of {size}"
        yield Figure(label, took, full, "ms", "orientation", "full load of the same dataset")


def _edited(whole: pa.Table, places: Any) -> pa.Table:
    amounts = whole["amount"].to_numpy().copy()
    amounts[places] += 1
    return whole.set_column(whole.column_names.index("amount"), "amount", pa.array(amounts))


def _write_plainly(folder: Path, whole: pa.Table) -> None:
    from deltalake import write_deltalake

    write_deltalake(str(folder), whole)


def _took(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000
