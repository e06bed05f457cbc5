"""Load kinds 加载方式: what a delivery is added to, and when everything is read again instead.

Decides where a landing goes on from. A contract whose fields, rules, cleaning or load changed means
something else by the same rows, so every delivery kept is read again from its raw rows; how rows are
netted is :mod:`catalog.releases.arrivals`'s decision.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from catalog.home import Home
from catalog.intake.errors import Unreadable
from catalog.intake.landing import change_log, raw
from catalog.intake.landing.landed import Landed
from catalog.releases.arrivals import Arrivals, arrivals
from catalog.releases.increment import is_merged
from catalog.releases.matching import Former
from catalog.releases.protect import ROW_ID, taken
from catalog.releases.published import Release, former_vault
from contracts.cast import OPERATION, REJECTED
from contracts.model import Contract, DriftAction, LoadKind
from pipelines.building.watermarks import since
from pipelines.errors import Stopped


@dataclass(frozen=True, slots=True)
class Base:
    """What a delivery is added to.

    Attributes:
        release: the newest one, or None.
        adds: rows are added to it; otherwise the rows landed are the whole of the next release.
        loaded: identity of every file it holds, in the order they were loaded.
        raw: names of the raw rows of every input, in that order; read again where nothing can be added.
        deliveries: how many inputs each delivery had, in that order.
        left_out: raw rows a drift rule quarantined, by name: source, field and reason.
        names: of an append without a key, input → its raw rows.
        since: watermark from which on tables are read, or None.
    """

    release: Release | None = None
    adds: bool = False
    loaded: tuple[str, ...] = ()
    raw: tuple[str, ...] = ()
    deliveries: tuple[int, ...] = ()
    left_out: Mapping[str, Sequence[str]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    since: str | None = None

    @property
    def id(self) -> str | None:
        """Identifier of the release."""
        return None if self.release is None else self.release.id


NO_BASE: Final = Base()


def base_of(contract: Contract, release: Release | None, corrections: str = "") -> Base:
    """What the next delivery of a dataset is added to.

    Args:
        contract: as it stands.
        release: the newest one, or None.
        corrections: digest of the corrections laid over the raw rows; "" where there are none.
    """
    if contract.load.kind is LoadKind.FULL or release is None:
        return Base(release)
    counts = release.counts
    files = counts.get("files", ())
    first = [file.get("identity") or file["sha256"] for file in files]
    loaded = tuple(counts.get("loaded", [one for one in first if one]))
    kept = tuple(counts.get("raw", ()))
    adds = counts.get("shape") == shape(contract, corrections)
    return Base(
        release,
        adds,
        loaded,
        kept,
        tuple(counts.get("deliveries", [1] * len(kept))),
        counts.get("left_out", {}),
        counts.get("names", {}),
        since(contract, counts.get("watermark")) if adds else None,
    )


def remembered(contract: Contract, landed: Landed, names: Sequence[str], base: Base) -> dict[str, Any]:
    """What the next delivery has to know of this one and those before it, for the counts of a release."""
    if contract.load.kind is LoadKind.FULL:
        return {"raw": list(names)}
    out = {
        name: [file.source, *file.quarantined]
        for name, file in zip(names, landed.files, strict=True)
        if file.quarantined
    }
    kept: dict[str, Any] = {
        "raw": [*base.raw, *names],
        "deliveries": [*base.deliveries, len(names)],
        "loaded": [*base.loaded, *(f.identity for f in landed.files if f.identity)],
    }
    if base.left_out or out:
        kept["left_out"] = {**base.left_out, **out}
    if _is_keyless(contract):
        kept["names"] = {**base.names, **{f.path: n for f, n in zip(landed.files, names, strict=True)}}
    return kept


def refuse_repeats(home: Home, contract: Contract, landed: Landed, base: Base) -> None:
    """An append without a key cannot tell rows it holds: a file that only grew would be added twice.

    Raises:
        Unreadable: an input begins with the rows loaded from it before.
    """
    if not _is_keyless(contract):
        return
    start = 0
    for file in landed.files:
        rows = landed.table.slice(start, file.counts.landed)
        start += file.counts.landed
        if file.path not in base.names:
            continue
        try:
            former = raw.read(home, contract.name, base.names[file.path])
        except raw.RawMissing:
            continue
        fields = [f.name for f in contract.fields if f.name in former.column_names]
        same = rows.slice(0, former.num_rows).select(fields).equals(former.select(fields))
        if former.num_rows and same:
            raise Unreadable(
                file.path,
                f"begins with the {former.num_rows} rows loaded from it before, which an append without a "
                "primary key would add again — deliver new rows alone, or name a primary key",
            )


def _is_keyless(contract: Contract) -> bool:
    return contract.load.kind is LoadKind.APPEND and not contract.key


def shape(contract: Contract, corrections: str = "") -> str:
    """Digest of what gives the rows of a release their meaning: a change of it needs every row again."""
    parts = (
        contract.fields,
        contract.rules,
        contract.cleaning,
        contract.load,
        contract.units,
        contract.unique_keys,
        contract.nulls,
        contract.grade,
        contract.unit_free,
        corrections,
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def with_former_rows(home: Home, contract: Contract, landed: Landed, base: Base) -> Landed:
    """The rows landed after those of earlier deliveries, where all of them are needed again.

    Rows that left before they were typed leave again: then ``table`` is without them, and ``rejected``
    has those of every delivery.

    Raises:
        Stopped: the raw rows of an earlier delivery are not kept any more.
    """
    if base.adds or not base.loaded:
        return landed
    try:
        if len(base.raw) < len(base.loaded):
            raise raw.RawMissing(contract.name, base.loaded[len(base.raw)])
        tables = {name: raw.read(home, contract.name, name) for name in base.raw}
    except raw.RawMissing:
        raise Stopped(
            f"{contract.name}: its contract changed, so every earlier delivery must be read again, but the "
            "raw rows of some are gone from the landing zone — deliver the whole dataset once with load "
            "kind full, then set the kind again"
        ) from None
    rows: list[pa.Table] = []
    rejected = [landed.rejected]
    start = 0
    for number in base.deliveries:
        names = base.raw[start : start + number]
        start += number
        out = {name: _left_out(contract, base, name) for name in names}
        rejected += [_rejected(tables[name], *why) for name, why in out.items() if why]
        rows += _delivery(contract, [tables[name] for name in names if not out[name]], rejected)
    gone = pa.array([f.path for f in landed.files if f.quarantined], pa.string())
    now = landed.table.filter(pc.invert(pc.is_in(landed.table["_file"], value_set=gone)))
    if OPERATION in now.column_names:
        now = now.filter(pc.is_valid(now[OPERATION]))
    return replace(
        landed,
        table=pa.concat_tables([*rows, now], promote_options="default"),
        rejected=pa.concat_tables(rejected),
        files=tuple(replace(file, quarantined=None) for file in landed.files),
    )


def _left_out(contract: Contract, base: Base, name: str) -> tuple[str, str] | None:
    """Field and reason for which raw rows leave again; None where the contract does not ask for it now."""
    if name not in base.left_out:
        return None
    source, field_name, reason = base.left_out[name]
    kind = reason.removeprefix("drift:")
    absent = {name for one in contract.sources if one.name == source for name in one.absent}
    asked = getattr(contract.drift, kind, DriftAction.QUARANTINE) is DriftAction.QUARANTINE
    return (field_name, reason) if asked and field_name not in absent else None


def _delivery(contract: Contract, tables: list[pa.Table], rejected: list[pa.Table]) -> list[pa.Table]:
    """The rows of one delivery as they landed; a log's in its order, those of no known operation rejected."""
    if contract.load.kind is not LoadKind.CHANGES or not tables:
        return tables
    ordered = all(change_log.ORDER in table.column_names for table in tables)
    rows = pa.concat_tables(tables, promote_options="default")
    if ordered and len(tables) > 1:
        rows = change_log.ordered(contract, rows, None)
    known = pc.is_valid(rows[OPERATION])
    unknown = rows.filter(pc.invert(known))
    if unknown.num_rows:
        rejected.append(_rejected(unknown, contract.load.operation or "", change_log.UNKNOWN))
    return [rows.filter(known)]


def _rejected(rows: pa.Table, field_name: str, reason: str) -> pa.Table:
    words = [pa.array([word] * rows.num_rows, pa.string()) for word in (field_name, reason)]
    return pa.table([rows["_file"], rows["_line"], *words], schema=REJECTED)


def netted(home: Home, contract: Contract, typed: pa.Table, base: Base, key: str) -> Arrivals | None:
    """The rows net per key, held against the release they are added to; None for whole deliveries.

    Args:
        home: the installation.
        contract: with its load.
        typed: rows in the order they landed.
        base: what they are added to.
        key: fingerprint of the pseudonym key.
    """
    if contract.load.kind is LoadKind.FULL:
        return None
    former: Former | None = None
    if base.adds and base.release is not None:
        former = former_vault(home, base.release, key)
    return arrivals(contract, typed, former)


def identified(contract: Contract, rows: pa.Table) -> pa.Table:
    """Rows of a first release in the order of their watermark, with their identities.

    Rows that change are mostly recent ones: in this order they lie in few files.
    """
    if not is_merged(contract):
        return rows
    mark = contract.load.watermark
    if mark is not None:
        places = pc.sort_indices(rows, sort_keys=[(mark, "ascending", "at_start")])
        rows = taken(rows, places.to_numpy().astype(np.int64))
    return rows.append_column(ROW_ID, pa.array(np.arange(rows.num_rows)))
