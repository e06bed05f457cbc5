"""Delta tables on disk: the only module that opens one.

Decides which Delta features a table may have, and that a commit lands exactly at the version its
intent names. Knows nothing of releases: :mod:`catalog.releases` and :mod:`catalog.publication` do.
Files are listed from the log and read as plain Parquet, so a table with deletion vectors or column
mapping would be misread; it is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq

from catalog.errors import CatalogError

# Features under which a plain Parquet read of the listed files would give wrong rows.
# Source: Delta protocol, "Deletion Vectors" and "Column Mapping".
MISREAD_FEATURES: Final = frozenset({"deletionVectors", "columnMapping"})


class UnsupportedTable(CatalogError):
    """A Delta table with a feature we would misread."""


class VersionTaken(CatalogError):
    """Another writer committed the version this commit was meant for."""


def head(path: Path) -> int | None:
    """Newest version of the table, or None where there is no table."""
    from deltalake import DeltaTable

    if not DeltaTable.is_deltatable(str(path)):
        return None
    version: int = DeltaTable(str(path)).version()
    return version


def files(path: Path, version: int) -> tuple[Path, ...]:
    """Parquet files that make up one version, in a fixed order.

    Raises:
        UnsupportedTable: the table has deletion vectors, column mapping or partitions.
    """
    table = _open(path, version)
    actions = pa.table(table.get_add_actions())
    # Paths of the log are URL-encoded; a folder may have a Chinese name.
    names = sorted(unquote(name) for name in actions.column("path").to_pylist())
    return tuple(path / name for name in names)


def schema(path: Path, version: int) -> pa.Schema:
    """Columns and types of one version."""
    return pa.schema(_open(path, version).schema().to_arrow())


def read(path: Path, version: int, columns: Sequence[str] | None = None) -> pa.Table:
    """Rows of one version, in the order they were written."""
    stored = schema(path, version)
    wanted = [stored.field(c) for c in columns] if columns is not None else list(stored)
    names = [f.name for f in wanted]
    parts = [pq.read_table(file, columns=names, partitioning=None) for file in files(path, version)]
    if not parts:
        return pa.schema(wanted).empty_table()
    return pa.concat_tables(parts).select(names)


def commit(path: Path, rows: pa.Table, *, at: int, metadata: Mapping[str, str]) -> None:
    """Replace the table's rows as version ``at``, and no other.

    Args:
        path: folder of the table.
        rows: the whole content.
        at: the version this commit becomes; one above the head.
        metadata: written into the commit, e.g. the fence and the intent.

    Raises:
        VersionTaken: ``at`` exists already, or is not next.
    """
    from deltalake import CommitProperties, DeltaTable, write_deltalake
    from deltalake.exceptions import DeltaError

    # No retries: a retry would land the rows at a later version than the intent names.
    properties = CommitProperties(custom_metadata=dict(metadata), max_commit_retries=0)
    path.mkdir(parents=True, exist_ok=True)
    current = head(path)
    if (current if current is not None else -1) != at - 1:
        raise VersionTaken(f"version {at} of {path.parent.name}.{path.name} is not the next one")
    try:
        if current is None:
            write_deltalake(str(path), rows, mode="error", commit_properties=properties)
        else:
            write_deltalake(
                DeltaTable(str(path), version=current),
                rows,
                mode="overwrite",
                schema_mode="overwrite",
                commit_properties=properties,
            )
    except DeltaError as error:
        raise VersionTaken(f"version {at} of {path.parent.name}.{path.name} was taken") from error


def committed(path: Path, version: int) -> Mapping[str, Any] | None:
    """Commit information of one version, our metadata included; None where it does not exist."""
    from deltalake import DeltaTable

    current = head(path)
    if current is None or version > current:
        return None
    entries: list[dict[str, Any]] = DeltaTable(str(path), version=version).history(1)
    return entries[0] if entries else {}


def restore(path: Path, version: int | None) -> None:
    """Make the head hold what ``version`` holds; with None, no rows at all.

    History stays: the table gets one more version.
    """
    from deltalake import DeltaTable

    current = head(path)
    if current is None or current == version:
        return
    table = DeltaTable(str(path))
    if version is None:
        table.delete()
    else:
        table.restore(version)


def _open(path: Path, version: int) -> Any:
    from deltalake import DeltaTable

    table = DeltaTable(str(path), version=version)
    protocol, metadata = table.protocol(), table.metadata()
    features = {*(protocol.reader_features or ()), *(protocol.writer_features or ())}
    mapped = metadata.configuration.get("delta.columnMapping.mode", "none") != "none"
    vectors = metadata.configuration.get("delta.enableDeletionVectors", "false") == "true"
    if features & MISREAD_FEATURES or mapped or vectors or metadata.partition_columns:
        raise UnsupportedTable(
            f"the Delta table {path.parent.name}.{path.name} uses deletion vectors, column mapping or "
            "partitions, which we would misread — rewrite it without them"
        )
    return table
