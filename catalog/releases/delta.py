"""Delta tables on disk or on object storage: the only module that opens one.

Decides which Delta features a table may have, how its rows are cut into files, and that a commit lands
exactly at the version its intent names. Knows nothing of releases: :mod:`catalog.releases.published` and
:mod:`catalog.releases.publication` do. Files are listed from the log and read as plain Parquet, so a table
with deletion vectors or column mapping would be misread; it is refused. Every table keeps its change feed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from catalog.errors import CatalogError
from catalog.lake.storage import StorageTrouble
from catalog.releases.delta_log import Place, committed, head, log_file, log_of, tables
from catalog.releases.remote import Remote

__all__ = [
    "PROPERTIES", "Place", "UnsupportedTable", "VersionTaken", "WriteFailed", "append", "commit", "committed",
    "files", "head", "log_of", "merge", "named_files", "read", "row_count", "rows_held", "schema",
    "tables", "unreadable",
]  # fmt: skip

# Features under which a plain Parquet read of the listed files would give wrong rows.
# Source: Delta protocol, "Deletion Vectors" and "Column Mapping".
MISREAD_FEATURES: Final = frozenset({"deletionVectors", "columnMapping"})
# Table properties of every table we make. Log entries are kept: a release names its version for ever.
PROPERTIES: Final = {"delta.enableChangeDataFeed": "true", "delta.enableExpiredLogCleanup": "false"}
# Size of a data file, in bytes. A changed row rewrites its file, so files of a merged table are small;
# larger ones read no faster.
FILE_BYTES: Final = 16 << 20
# Column of a merged batch that says a row is gone; it is never stored.
GONE: Final = "_gone"


class UnsupportedTable(CatalogError):
    """A Delta table with a feature we would misread."""


class VersionTaken(CatalogError):
    """Another writer committed the version this commit was meant for."""


class WriteFailed(CatalogError):
    """A commit the disk did not take; no version exists of it."""

    def __init__(self, path: Place, cause: BaseException) -> None:
        self.path = path
        full = any(sign in str(cause) for sign in ("os error 28", "os error 27", "os error 122"))
        where = "disk" if isinstance(path, Path) else "object storage"
        why = "the disk is full" if full else f"the {where} refused it ({type(cause).__name__})"
        todo = "make room in the lake folder" if isinstance(path, Path) else "check the storage"
        super().__init__(
            f"{_shown(path)} could not be written: {why}; the former release stays in service — "
            f"{todo} and build again"
        )


def files(path: Place, version: int) -> tuple[Path, ...]:
    """Parquet files that make up one version, in a fixed order.

    Raises:
        UnsupportedTable: the table has deletion vectors, column mapping or partitions.
    """
    return _files(path, _open(path, version))


def named_files(path: Place, version: int) -> list[tuple[str, Path]]:
    """The same with the names the log has for them."""
    return _named(path, _open(path, version))


def schema(path: Place, version: int) -> pa.Schema:
    """Columns and types of one version."""
    return pa.schema(_open(path, version).schema().to_arrow())


def read(path: Place, version: int, columns: Sequence[str] | None = None) -> pa.Table:
    """Rows of one version, in the order they were written."""
    table = _open(path, version)
    stored = pa.schema(table.schema().to_arrow())
    wanted = [stored.field(c) for c in columns] if columns is not None else list(stored)
    names = [f.name for f in wanted]
    parts = [pq.read_table(file, columns=names, partitioning=None) for file in _files(path, table)]
    if not parts:
        return pa.schema(wanted).empty_table()
    # A merge writes text in another of Arrow's forms than a plain write does.
    return pa.concat_tables([part.select(names).cast(pa.schema(wanted)) for part in parts])


def row_count(path: Place, version: int) -> int:
    """Rows of one version, by the counts of its files."""
    counts = pa.table(_open(path, version).get_add_actions()).column("num_records")
    return sum(counts.to_pylist())


def unreadable() -> tuple[type[Exception], ...]:
    """What is raised where a version does not open whole: its log or one of its files is missing or torn."""
    from deltalake.exceptions import DeltaError

    return DeltaError, OSError, pa.ArrowInvalid, StorageTrouble


def rows_held(path: Place, version: int) -> int | None:
    """Rows the files of one version hold by their own footers; None where it does not open whole."""
    try:
        return sum(int(pq.read_metadata(file).num_rows) for file in files(path, version))
    except unreadable():
        return None


def commit(path: Place, rows: pa.Table, *, at: int, metadata: Mapping[str, str]) -> None:
    """Replace the table's rows as version ``at``, and no other.

    Args:
        path: folder of the table.
        rows: the whole content.
        at: the version this commit becomes; one above the head.
        metadata: written into the commit, e.g. the fence and the intent.

    Raises:
        VersionTaken: ``at`` exists already, or is not next.
        WriteFailed: the disk did not take it.
    """
    from deltalake import write_deltalake

    if isinstance(path, Path):
        path.mkdir(parents=True, exist_ok=True)

    def write() -> None:
        how: dict[str, Any] = {**_how(metadata), "target_file_size": FILE_BYTES}
        if at == 0:
            where, options = (str(path), None) if isinstance(path, Path) else (path.uri, path.options)
            how |= {"configuration": PROPERTIES, "storage_options": options}
            write_deltalake(where, rows, mode="error", **how)
        else:
            table = table_at(path, at - 1)
            write_deltalake(table, rows, mode="overwrite", schema_mode="overwrite", **how)

    _at(path, at, write)


def append(path: Place, rows: pa.Table, *, at: int, metadata: Mapping[str, str]) -> None:
    """Add rows to the table as version ``at``; arguments and errors of :func:`commit`."""
    from deltalake import write_deltalake

    def write() -> None:
        table = table_at(path, at - 1)
        write_deltalake(table, rows, mode="append", target_file_size=FILE_BYTES, **_how(metadata))

    _at(path, at, write)


def merge(
    path: Place, rows: pa.Table, gone: pa.Array, *, on: str, at: int, metadata: Mapping[str, str]
) -> None:
    """Replace, add and remove single rows as version ``at``, by Delta MERGE.

    Args:
        path: folder of the table.
        rows: rows as they are to be; one whose ``on`` the table has replaces it.
        gone: values of ``on`` whose rows leave.
        on: column of whole numbers, unique in the table and in ``rows``.
        at: the version this commit becomes; one above the head.
        metadata: written into the commit.

    Raises:
        VersionTaken: ``at`` exists already, or is not next.
        WriteFailed: the disk did not take it.
    """
    absent = [pa.nulls(len(gone), f.type) if f.name != on else gone.cast(f.type) for f in rows.schema]
    leaving = pa.table(absent, schema=rows.schema).append_column(GONE, pa.repeat(True, len(gone)))
    source = pa.concat_tables([rows.append_column(GONE, pa.repeat(False, rows.num_rows)), leaving])
    sets = {f'"{name}"': f's."{name}"' for name in rows.column_names}
    # The bounds let files without a row concerned be left out before anything is read.
    low, high = (value.as_py() for value in pc.min_max(source[on]).values()) if len(source) else (0, -1)
    match = f't."{on}" = s."{on}" AND t."{on}" >= {low} AND t."{on}" <= {high}'

    def write() -> None:
        how = _how(metadata)
        table = table_at(path, at - 1)
        merger = table.merge(source, match, source_alias="s", target_alias="t", streamed_exec=False, **how)
        merger = merger.when_matched_delete(predicate=f's."{GONE}"').when_matched_update(sets)
        merger.when_not_matched_insert(sets, predicate=f'NOT s."{GONE}"').execute()

    _at(path, at, write)


def _at(path: Place, at: int, write: Callable[[], None]) -> None:
    """Write version ``at``, or say why not: it was taken, or the disk refused."""
    from deltalake.exceptions import CommitFailedError, DeltaError

    taken = f"version {at} of {_shown(path)} was taken by another writer"
    current = head(path)
    if (current if current is not None else -1) != at - 1:
        raise VersionTaken(taken)
    try:
        write()
    except CommitFailedError as error:
        raise VersionTaken(taken) from error
    except (DeltaError, OSError) as error:
        now = head(path)
        if now is not None and now >= at:
            raise VersionTaken(taken) from error
        raise WriteFailed(path, error) from error
    _note(path, at)


def _note(path: Place, at: int) -> None:
    """Have the digest of every data file a commit added noted, where the table is on object storage."""
    if isinstance(path, Remote):
        for line in (log_file(path, f"{at:020d}.json") or b"").decode().splitlines():
            added = json.loads(line).get("add")
            if added is not None:
                path.copy_of(unquote(added["path"]), added["size"])


def _how(metadata: Mapping[str, str]) -> dict[str, Any]:
    from deltalake import CommitProperties, PostCommitHookProperties

    return {
        # No retries: a retry would land the rows at a later version than the intent names.
        "commit_properties": CommitProperties(custom_metadata=dict(metadata), max_commit_retries=0),
        "post_commithook_properties": PostCommitHookProperties(
            create_checkpoint=True, cleanup_expired_logs=False
        ),
    }


def _files(path: Place, table: Any) -> tuple[Path, ...]:
    return tuple(file for _, file in _named(path, table))


def _named(path: Place, table: Any) -> list[tuple[str, Path]]:
    """Data files of an opened table: their names in it, and where they are on this machine."""
    actions = pa.table(table.get_add_actions())
    # Paths of the log are URL-encoded; a folder may have a Chinese name.
    names = [unquote(name) for name in actions.column("path").to_pylist()]
    if isinstance(path, Path):
        return [(name, path / name) for name in sorted(names)]
    sizes = actions.column("size_bytes").to_pylist()
    return [(name, path.copy_of(name, size)) for name, size in sorted(zip(names, sizes, strict=True))]


def table_at(path: Place, version: int | None = None) -> Any:
    """The opened table at a version; the newest where none is named."""
    from deltalake import DeltaTable

    if isinstance(path, Path):
        return DeltaTable(str(path), version=version)
    return DeltaTable(path.uri, version=version, storage_options=path.options)


def _open(path: Place, version: int) -> Any:
    table = table_at(path, version)
    protocol, metadata = table.protocol(), table.metadata()
    features = {*(protocol.reader_features or ()), *(protocol.writer_features or ())}
    mapped = metadata.configuration.get("delta.columnMapping.mode", "none") != "none"
    vectors = metadata.configuration.get("delta.enableDeletionVectors", "false") == "true"
    if features & MISREAD_FEATURES or mapped or vectors or metadata.partition_columns:
        raise UnsupportedTable(
            f"the Delta table {_shown(path)} uses deletion vectors, column mapping or "
            "partitions, which we would misread — rewrite it without them"
        )
    return table


def _shown(path: Place) -> str:
    return path.label if isinstance(path, Remote) else f"{path.parent.name}.{path.name}"
