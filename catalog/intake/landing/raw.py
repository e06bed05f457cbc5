"""Raw rows kept in the landing zone, so that cleaning and typing can be done again from what was delivered.

Decides how the raw rows of one input are called: by the content of the input, its label and the layout
it was read by, so that an unchanged input is written once. Which of them a release still names is the
release's to say.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Collection
from dataclasses import fields
from pathlib import Path, PurePosixPath
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from catalog.errors import CatalogError
from catalog.home import Home
from catalog.intake.landing.landed import Landed, LandedFile
from catalog.intake.landing.mapping import field_of, raw_schema
from catalog.intake.reading.spill import NoRoom, no_room
from catalog.lake import Files, files_of
from contracts.canonical import digest
from contracts.cast import OPERATION
from contracts.model import Contract, Source

# Rows of one row group.
GROUP_ROWS: Final = 131_072
# zstd at this level packs text about as well as at 3, in two thirds of the time.
_LEVEL: Final = 1
# What a layout says beside where and why.
_NOT_LAYOUT: Final = ("name", "path", "reasons", "extra")


class RawMissing(CatalogError):
    """Raw rows that are not in the landing zone any more."""

    def __init__(self, dataset: str, name: str) -> None:
        self.dataset, self.name = dataset, name
        super().__init__(
            f"{dataset}: the raw rows {name[:12]}… are gone from the landing zone — deliver the file again"
        )


def below(dataset: str) -> str:
    """Where in the lake the raw rows of a dataset lie: ``landing/<schema>/<table>``."""
    schema, _, table = dataset.partition(".")
    return f"landing/{schema}/{table}"


def keep(home: Home, contract: Contract, landed: Landed) -> tuple[str, ...]:
    """Write the raw rows of every input that are not kept yet.

    Args:
        home: the installation.
        contract: of the dataset.
        landed: what landing gave.

    Returns:
        One name an input, in reading order: what :func:`read` takes.

    Raises:
        NoRoom: the disk is full; nothing half-written stays.
    """
    files, place = files_of(home), below(contract.name)
    sources = {s.name: s for s in contract.sources}
    in_order = OPERATION not in landed.table.column_names
    names: list[str] = []
    start = 0
    for file in landed.files:
        rows = landed.table.slice(start, file.counts.landed) if in_order else None
        start += file.counts.landed
        name = _name(contract, sources[file.source], file)
        if not name or not files.there(f"{place}/{name}.parquet"):
            if rows is None:  # a change log is ordered over all its inputs
                rows = landed.table.filter(pc.equal(landed.table["_file"], file.path))
            name = _write(files, place, rows, name)
        names.append(name)
    return tuple(names)


def read(home: Home, dataset: str, digest: str) -> pa.Table:
    """The raw rows of one input, as they landed.

    Args:
        home: the installation.
        dataset: ``schema.table``.
        digest: a name :func:`keep` gave.

    Raises:
        RawMissing: they are not there, or damaged.
    """
    path = files_of(home).local(f"{below(dataset)}/{digest}.parquet")
    if path is None:
        raise RawMissing(dataset, digest)
    try:
        return pq.read_table(path, partitioning=None)
    except (FileNotFoundError, pa.ArrowInvalid) as error:
        raise RawMissing(dataset, digest) from error


def prune(home: Home, dataset: str, keep: Collection[str]) -> int:
    """Remove the raw rows of a dataset that are not named.

    Args:
        home: the installation.
        dataset: ``schema.table``.
        keep: names a release still refers to.

    Returns:
        How many were removed.
    """
    files, removed = files_of(home), 0
    for name in tuple(files.names(below(dataset))):
        if name.endswith(".parquet") and PurePosixPath(name).stem not in keep:
            files.remove(name)
            removed += 1
    return removed


def _name(contract: Contract, source: Source, file: LandedFile) -> str:
    """The name of an input's raw rows; empty where it has no content of its own (a database)."""
    if not file.sha256:
        return ""
    layout = {f.name: str(getattr(source, f.name)) for f in fields(Source) if f.name not in _NOT_LAYOUT}
    mapping = sorted(field_of(contract, source).items())
    return digest(
        {
            "file": file.sha256,
            "label": file.path,
            "layout": layout,
            "mapping": [list(pair) for pair in mapping],
            "columns": raw_schema(contract).names,
            "load": str(contract.load),
        }
    )


def _write(files: Files, place: str, rows: pa.Table, name: str) -> str:
    """Write rows under their name, or under the digest of what is written."""
    desk = files.desk(place)
    number, made = tempfile.mkstemp(dir=desk, prefix=".raw-", suffix=".tmp")
    os.close(number)
    path = Path(made)
    try:
        pq.write_table(rows, path, compression="zstd", compression_level=_LEVEL, row_group_size=GROUP_ROWS)
        name = name or _digest(path)
        files.take(path, f"{place}/{name}.parquet")
    except OSError as error:
        if no_room(error):
            raise NoRoom(desk) from error
        raise
    finally:
        path.unlink(missing_ok=True)
    return name


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
