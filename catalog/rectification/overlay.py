"""Corrected cells of a dataset 整改值: kept beside the raw rows, laid over them when they are landed again.

Decides where a correction applies: in the row of that key, and only while its cell still holds what was
corrected. The raw rows are never changed; a dataset's corrections lie in the lake as one file named by
its digest, and the store names the file that applies. See docs/decisions/0009.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, func, insert, select

from catalog.home import Home
from catalog.intake.landing.landing import Landed
from catalog.lake import files_of
from catalog.rectification.errors import RowsGone
from catalog.rectification.judging import MISSING, SEPARATOR, joined
from catalog.store.tables.quality import rectified_overlays
from contracts.model import Contract

# How a row is told: by its primary key, or by all its cells where the key is missing or repeated.
By = Literal["key", "row"]

CELLS: Final = pa.schema(
    [
        ("by", pa.string()),
        ("key", pa.string()),
        ("field", pa.string()),
        ("was", pa.string()),
        ("value", pa.string()),
        ("case", pa.string()),
    ]
)
NONE: Final = CELLS.empty_table()


@dataclass(frozen=True, slots=True)
class Applied:
    """Landed rows with their corrections.

    Attributes:
        table: the rows, every column of the landed table.
        counts: field → cells corrected.
        idle: corrections that met no cell: its row is gone, or its source was mended or changed.
    """

    table: pa.Table
    counts: Mapping[str, int]
    idle: int


def version(connection: Connection, dataset: str) -> str:
    """Digest of the corrections in force, "" where there are none: a build's fingerprint holds it."""
    query = (
        select(rectified_overlays.c.digest)
        .where(rectified_overlays.c.dataset == dataset)
        .order_by(rectified_overlays.c.number.desc())
        .limit(1)
    )
    found: str | None = connection.execute(query).scalar_one_or_none()
    return found or ""


def versions(connection: Connection) -> dict[str, str]:
    """Dataset → digest of its corrections in force, for every dataset that has any; one reading."""
    query = select(rectified_overlays.c.dataset, rectified_overlays.c.digest).order_by(
        rectified_overlays.c.number
    )
    return {row.dataset: row.digest for row in connection.execute(query).all()}


def fingerprinted(inputs: str, digest: str) -> str:
    """The fingerprint of a dataset's inputs with the corrections laid over them.

    Args:
        inputs: fingerprint of contract and files; "" = not known before the run.
        digest: of the corrections in force; "" where there are none.
    """
    return hashlib.sha256(f"{inputs}\n{digest}".encode()).hexdigest() if inputs and digest else inputs


def lay(home: Home, contract: Contract, landed: Landed, digest: str) -> tuple[Landed, dict[str, Any]]:
    """Landed rows with the corrections of one version, and what to note in the build's account.

    Args:
        home: the installation.
        contract: of the dataset.
        landed: as it was landed; is not changed.
        digest: of the corrections, as :func:`versions` gives it; "" where there are none.

    Returns:
        The rows to clean and type, and ``{"cells": {field: n}, "idle": n}``; empty without corrections.

    Raises:
        RowsGone: the file of the corrections is missing or damaged.
    """
    if not digest:
        return landed, {}
    laid = apply(contract, landed.table, cells(home, contract.name, digest))
    return replace(landed, table=laid.table), {"cells": dict(laid.counts), "idle": laid.idle}


def cells(home: Home, dataset: str, digest: str) -> pa.Table:
    """The corrections of one version, by :data:`CELLS`.

    Raises:
        RowsGone: the file is missing or is not what the store names.
    """
    return read_named(home, dataset, digest) if digest else NONE


def apply(contract: Contract, landed: pa.Table, corrections: pa.Table) -> Applied:
    """Lay corrections over landed rows, chunk by chunk; what no correction meets is not copied.

    Args:
        contract: of the dataset.
        landed: raw text columns named by field.
        corrections: by :data:`CELLS`.
    """
    if not corrections.num_rows or not landed.num_rows:
        return Applied(landed, {}, corrections.num_rows)
    counts: dict[str, int] = {}
    met: set[int] = set()
    made = landed
    for by in pc.unique(corrections["by"]).to_pylist():
        fields = row_fields(contract, by)
        if any(name not in landed.column_names for name in fields):
            continue
        keys = joined(landed, fields)
        for name in pc.unique(corrections["field"]).to_pylist():
            chosen = _chosen(corrections, by, name)
            if not len(chosen) or name not in landed.column_names:
                continue
            # Rows are told by what was landed, whatever another correction made of it.
            column, places = _corrected(landed[name], keys, corrections.take(chosen), made[name])
            hits = len(places)
            if hits:
                counts[name] = counts.get(name, 0) + hits
                met.update(chosen.take(places).to_pylist())
                made = made.set_column(made.column_names.index(name), name, column)
    return Applied(made, counts, corrections.num_rows - len(met))


def row_fields(contract: Contract, by: str) -> tuple[str, ...]:
    """The fields whose cells tell a row."""
    return contract.key if by == "key" else tuple(field.name for field in contract.fields)


def merged(former: pa.Table, new: pa.Table) -> pa.Table:
    """Corrections with further ones; a later one of a cell replaces the former."""
    told = ("by", "key", "field", "was")
    again = pc.is_in(joined(former, told), value_set=joined(new, told))
    return pa.concat_tables([former.filter(pc.invert(again)), new])


def without(former: pa.Table, case_id: str) -> pa.Table:
    """Corrections but those of a case: there the raw cells count again."""
    return former.filter(pc.not_equal(former["case"], case_id))


def put_in_force(
    connection: Connection, dataset: str, case_id: str, digest: str, number_of_cells: int, *, now: datetime
) -> None:
    """Name corrections that :func:`write_named` kept as the version that applies; the former ones stay."""
    latest = select(func.max(rectified_overlays.c.number)).where(rectified_overlays.c.dataset == dataset)
    connection.execute(
        insert(rectified_overlays).values(
            dataset=dataset,
            number=(connection.execute(latest).scalar_one() or 0) + 1,
            digest=digest,
            cells=number_of_cells,
            case_id=case_id,
            made_at=now,
        )
    )


def write_named(home: Home, dataset: str, rows: pa.Table) -> str:
    """Keep rows in the dataset's folder for its owner, under the digest of the file; returns it."""
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(rows, buffer, compression="zstd")
    content = buffer.getvalue()
    digest = hashlib.sha256(content).hexdigest()
    files, name = files_of(home), _name(dataset, digest)
    if not files.there(name):
        files.write(name, content)
    return digest


def read_named(home: Home, dataset: str, digest: str) -> pa.Table:
    """The rows kept under a digest.

    Raises:
        RowsGone: the file is missing or is not what its name says.
    """
    import pyarrow.parquet as pq

    name = _name(dataset, digest)
    content = files_of(home).read(name)
    if content is None:
        raise RowsGone(f"{dataset}: lake/{name} is missing — restore it from backup")
    if hashlib.sha256(content).hexdigest() != digest:
        raise RowsGone(f"{dataset}: lake/{name} is not what was kept — restore it from backup")
    return pq.read_table(io.BytesIO(content))


def _chosen(corrections: pa.Table, by: str, name: str) -> pa.Array:
    mask = pc.and_(pc.equal(corrections["by"], by), pc.equal(corrections["field"], name))
    return pc.indices_nonzero(mask)


def _corrected(
    raw: pa.ChunkedArray, keys: pa.ChunkedArray, corrections: pa.Table, onto: pa.ChunkedArray
) -> tuple[pa.ChunkedArray, pa.Array]:
    """``onto`` with the values of the corrections whose key and former cell are found in ``raw``."""
    wanted = _told(corrections["key"], corrections["was"])
    values = corrections["value"].combine_chunks()
    chunks, hits = [], []
    for cell, key, old in _aligned(raw, keys, onto):
        place = pc.index_in(_told(key, cell), value_set=wanted)
        hit = pc.is_valid(place)
        found = place.filter(hit)
        if len(found):
            old = pc.replace_with_mask(old, hit, values.take(found).cast(old.type))
            hits.append(found)
        chunks.append(old)
    places = pa.concat_arrays(hits) if hits else pa.array([], pa.int32())
    return pa.chunked_array(chunks, onto.type), places


def _aligned(*columns: pa.ChunkedArray) -> Sequence[tuple[pa.Array, ...]]:
    """The chunks of columns of one table, cut alike."""
    table = pa.table(dict(zip("abc", columns, strict=True)))
    return [tuple(batch.columns) for batch in table.to_batches()]


def _told(key: pa.Array | pa.ChunkedArray, was: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    return pc.binary_join_element_wise(
        key.cast(pa.string()),
        was.cast(pa.string()),
        SEPARATOR,
        null_handling="replace",
        null_replacement=MISSING,
    )


def _name(dataset: str, digest: str) -> str:
    schema, _, table = dataset.partition(".")
    return f"rectified/{schema}/{table}/{digest}.parquet"
