"""Load kinds 加载方式: what a delivery is added to, and when everything is read again instead.

Decides where a landing goes on from. A contract whose fields, rules, cleaning or load changed means
something else by the same rows, so every delivery kept is read again from its raw rows; how rows are
netted is :mod:`catalog.arrivals`'s decision.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from catalog.arrivals import Arrivals, arrivals
from catalog.home import Home
from catalog.increment import is_merged
from catalog.intake import raw
from catalog.intake.landed import Landed
from catalog.matching import Former
from catalog.protect import ROW_ID, taken
from catalog.releases import Release, former_vault
from contracts.model import Contract, LoadKind
from pipelines.errors import Stopped


@dataclass(frozen=True, slots=True)
class Base:
    """What a delivery is added to.

    Attributes:
        release: the newest one, or None.
        adds: rows are added to it; otherwise the rows landed are the whole of the next release.
        loaded: SHA-256 of every file it holds, in the order they were loaded.
        raw: names of the raw rows of every input, in that order; read again where nothing can be added.
        since: highest published watermark, or None.
    """

    release: Release | None = None
    adds: bool = False
    loaded: tuple[str, ...] = ()
    raw: tuple[str, ...] = ()
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
    loaded = tuple(counts.get("loaded", [file["sha256"] for file in files if file["sha256"]]))
    kept = tuple(counts.get("raw", ()))
    adds = counts.get("shape") == shape(contract, corrections)
    return Base(release, adds, loaded, kept, counts.get("watermark") if adds else None)


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

    Raises:
        Stopped: the raw rows of an earlier delivery are not kept any more.
    """
    if base.adds or not base.loaded:
        return landed
    try:
        if len(base.raw) < len(base.loaded):
            raise raw.RawMissing(contract.name, base.loaded[len(base.raw)])
        tables = [raw.read(home, contract.name, name) for name in base.raw]
    except raw.RawMissing:
        raise Stopped(
            f"{contract.name}: its contract changed, so every earlier delivery must be read again, but the "
            "raw rows of some are gone from the landing zone — deliver the whole dataset once with load "
            "kind full, then set the kind again"
        ) from None
    whole = pa.concat_tables([*tables, landed.table], promote_options="default")
    return replace(landed, table=whole)


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


def watermark_of(contract: Contract, rows: pa.Table, former: str | None) -> str | None:
    """The highest watermark published, as text; that of the former release where no row is later."""
    mark = contract.load.watermark
    if mark is None or not rows.num_rows:
        return former
    highest = pc.max(rows[mark]).as_py()
    if highest is None:
        return former
    text = highest.isoformat() if hasattr(highest, "isoformat") else str(highest)
    return text if former is None or _ranked(text) > _ranked(former) else former


def _ranked(text: str) -> tuple[int, float, str]:
    """Numbers by their value, other watermarks (dates, instants, text) as they are written."""
    try:
        return (0, float(text), "")
    except ValueError:
        return (1, 0.0, text)
