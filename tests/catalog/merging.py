"""Builds of a merged dataset in tests: deliveries in, releases out, by the catalog alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
from sqlalchemy import Engine

from catalog.cataloging.drafts import WHOLE, Change, Draft, Mode
from catalog.home import Home
from catalog.releases import delta, leases
from catalog.releases.arrivals import arrivals
from catalog.releases.attempts import Attempt
from catalog.releases.content import content_hash
from catalog.releases.facts import Facts, check
from catalog.releases.increment import increment
from catalog.releases.increment_keys import Published
from catalog.releases.protect import ROW_ID, protect
from catalog.releases.publication import publish
from catalog.releases.published import (
    Release,
    former_vault,
    protected_files,
    protected_folder,
    read_vault,
    read_vault_whole,
)
from catalog.store.schema import new_id
from contracts.cast import OPERATION
from contracts.codes import resident_check
from contracts.model import Contract, Field, FieldType, Load, LoadKind, Party, UnitRef, UnitRule, Use

NOW = datetime(2026, 9, 24, 8, tzinfo=UTC)
KEY = b"k" * 32
WORDS = {"U": "upsert", "D": "delete"}
LOG = Load(LoadKind.CHANGES, operation="op", words=WORDS)
RECENT = Load(LoadKind.INCREMENTAL, watermark="order")
APPEND = Load(LoadKind.APPEND)

PAY = Contract(
    id="pay",
    title="补贴",
    schema="civil",
    table="pay",
    department=Party("d"),
    load=LOG,
    units=(UnitRule("person", 9), UnitRule("household", 60)),
    unique_keys=(("slip",),),
    fields=(
        Field("voucher", key_position=1, use=Use.DIMENSION),
        Field("id_card", unit=UnitRef("person"), use=Use.IDENTIFIER),
        Field("house", unit=UnitRef("household"), use=Use.IDENTIFIER),
        Field("order", type=FieldType.DATE, use=Use.TIME, grain="month"),
        Field("amount", type=FieldType.INTEGER, use=Use.MEASURE, minimum=0, maximum=1000),
        Field("slip", use=Use.DIMENSION),
        Field("note", use=Use.FREE_TEXT),
    ),
)

Row = dict[str, Any]


def person(number: int) -> str:
    body = f"99010119500101{number:03d}"
    return body + resident_check(body)


def bounded(load: Load) -> Contract:
    """The dataset with room for many rows a unit."""
    return replace(PAY, load=load, units=(UnitRule("person", 10_000), UnitRule("household", 100_000)))


def row(voucher: str | None, who: int | None = 1, amount: int = 1, day: int = 1, **more: Any) -> Row:
    return {
        "voucher": voucher,
        "id_card": None if who is None else person(who),
        "house": None if who is None else f"h{who % 3}",
        "order": date(2026, 1, day),
        "amount": amount,
        "slip": f"s{voucher}",
        "note": None,
    } | more


def typed(rows: Sequence[Row], contract: Contract = PAY) -> pa.Table:
    fields = {f.name: pa.string() for f in contract.fields}
    fields |= {"order": pa.date32(), "amount": pa.int64()}
    plain = [{"_file": "f", "_line": n, OPERATION: "upsert", **r} for n, r in enumerate(rows, 2)]
    columns = [*fields.items(), ("_file", pa.string()), ("_line", pa.int64())]
    if contract.load.kind is LoadKind.CHANGES:
        columns.append((OPERATION, pa.string()))
    return pa.Table.from_pylist(plain, pa.schema(columns))


class Builder:
    """Releases deliveries of one dataset as a build does, without its rules."""

    def __init__(self, home: Home, engine: Engine, contract: Contract = PAY) -> None:
        self.home, self.engine, self.contract = home, engine, contract
        self.release: Release | None = None
        self.mode: Mode | None = None
        self.renew_s: float = leases.RENEW_S

    def deliver(self, *rows: Row, whole: bool = False) -> Release:
        fresh_start = self.release is None or whole
        former = None if fresh_start else former_vault(self.home, self.release, "k")  # type: ignore[arg-type]
        arrived = arrivals(self.contract, typed(rows, self.contract), former)
        self.aside, self.rejected = dict(arrived.aside), arrived.rejected
        assert sum(arrived.aside.values()) + arrived.rejected.num_rows + arrived.rows.num_rows == len(rows)
        if self.release is None or former is None:
            fresh = arrived.rows
            if self.contract.load.kind is not LoadKind.APPEND:
                fresh = fresh.append_column(ROW_ID, pa.array(range(fresh.num_rows), pa.int64()))
            made = protect(self.contract, fresh, KEY)
            facts = check(self.contract, made.vault, made.protected)
            content = content_hash(self.contract, fresh)
            return self._publish(made.vault, made.protected, facts, content, WHOLE, fresh.num_rows)
        files = protected_files(self.home, self.release)
        next_row = self.release.counts["next_row"]
        base = Published(
            former, files, self.release.facts, self.release.row_count, self.release.content_hash, next_row
        )
        change = increment(self.contract, arrived.rows, arrived.gone, arrived.existing, KEY, base)
        self.changes = change.changes
        self.mode = Mode.APPEND if change.adds_only else Mode.MERGE
        how = Change(self.mode, change.removed, change.rows, self.release.id)
        return self._publish(
            change.vault, change.protected, change.facts, change.content, how, change.next_row
        )

    def _publish(
        self, vault: pa.Table, protected: pa.Table, facts: Facts, content: str, how: Change, next_row: int
    ) -> Release:
        name = self.contract.name
        attempt = Attempt(new_id("bld"), "run", name, "released", "", NOW, NOW)
        counts = {"next_row": next_row, "pseudonym_key": "k"}
        draft = Draft(
            name, 1, new_id("f"), vault, protected, content, "s", counts, {}, 2, facts, attempt, None, how
        )
        with leases.held(self.engine, name, clock=lambda: datetime.now(UTC), every_s=self.renew_s) as lease:
            self.release = publish(self.home, self.engine, lease, draft, now=NOW)
        return self.release

    def rows(self) -> dict[str, Row]:
        """Published rows by key."""
        assert self.release is not None
        return {r["voucher"]: r for r in read_vault(self.home, self.release).to_pylist()}

    def protected(self) -> pa.Table:
        assert self.release is not None
        return delta.read(protected_folder(self.home, self.contract.name), self.release.protected_version)


def assert_whole(build: Builder) -> None:
    """Both tables hold the same rows, numbers and identities, and every fact is true of all of them."""
    assert build.release is not None
    vault, protected = read_vault_whole(build.home, build.release), build.protected()
    assert build.release.row_count == vault.num_rows == protected.num_rows
    proven = check(build.contract, vault, protected)
    assert build.release.facts == proven
    if ROW_ID in vault.column_names:
        shared = [name for name in vault.column_names if name.startswith("_n_")] + ["amount"]
        vault_rows = {r[ROW_ID]: r for r in vault.select([ROW_ID, *shared]).to_pylist()}
        protected_rows = {r[ROW_ID]: r for r in protected.select([ROW_ID, *shared]).to_pylist()}
        assert len(vault_rows) == vault.num_rows
        assert vault_rows == protected_rows
