"""What changed between two published versions of a dataset, net per key.

Decides which rows were added, changed and removed. Compares the published rows themselves: the
change feed of a table also holds commits that were never published.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from catalog.duck import shared
from catalog.errors import CatalogError


class NoKey(CatalogError):
    """Changes were asked for without a key to match rows by."""

    def __init__(self, dataset: str) -> None:
        self.dataset = dataset
        super().__init__(f"{dataset} has no primary key — declare one to see what changes between releases")


@dataclass(frozen=True, slots=True)
class Changes:
    """Net changes per key; every table has the fields of the newer version, ordered by key.

    Attributes:
        added: rows whose key is new.
        changed_before, changed_after: rows whose key stayed and another field differs; same order.
        removed: rows whose key is gone, with their last published values.
    """

    added: pa.Table
    changed_before: pa.Table
    changed_after: pa.Table
    removed: pa.Table


@dataclass(frozen=True, slots=True)
class Version:
    """Rows of one published version: the files that hold them and their fields."""

    files: tuple[Path, ...]
    schema: pa.Schema


def compare(before: Version, after: Version, key: Sequence[str]) -> Changes:
    """Rows added, changed and removed from ``before`` to ``after``, matched by ``key``.

    A field one version does not have counts as NULL there.
    """
    with shared() as connection:
        _load(connection, "new_rows", after)
        _load(connection, "old_as_read", before)
        names = [field.name for field in after.schema]
        columns = ", ".join(f'"{name}"' for name in names)
        connection.execute(
            f"CREATE TEMP VIEW old_rows AS SELECT {columns} FROM "
            "(SELECT * FROM new_rows WHERE false UNION ALL BY NAME SELECT * FROM old_as_read)"
        )
        same = " AND ".join(f'_old."{k}" IS NOT DISTINCT FROM _new."{k}"' for k in key)
        rest = [name for name in names if name not in key]
        differs = " OR ".join(f'_old."{c}" IS DISTINCT FROM _new."{c}"' for c in rest) or "false"
        # One join tells all three kinds of rows; a row that is missing on one side has no mark there.
        # No field of a contract begins with an underscore: these names are nobody else's.
        connection.execute(
            "CREATE TEMP TABLE moved AS SELECT _old, _new FROM "
            "(SELECT *, true AS _there FROM old_rows) _old "
            f"FULL JOIN (SELECT *, true AS _there FROM new_rows) _new ON {same} "
            f"WHERE _old._there IS NULL OR _new._there IS NULL OR {differs}"
        )

        def rows(side: str, which: str) -> pa.Table:
            columns = ", ".join(f'{side}."{name}" AS "{name}"' for name in names)
            order = ", ".join(f'{side}."{k}"' for k in key)
            found: pa.Table = connection.sql(
                f"SELECT {columns} FROM moved WHERE {which} ORDER BY {order}"
            ).to_arrow_table()
            return found

        both = "_old._there AND _new._there"
        return Changes(
            added=rows("_new", "_old._there IS NULL"),
            changed_before=rows("_old", both),
            changed_after=rows("_new", both),
            removed=rows("_old", "_new._there IS NULL"),
        )


def _load(connection: Any, view: str, version: Version) -> None:
    if not version.files:
        connection.register(view, version.schema.empty_table())
        return
    columns = ", ".join(f'"{field.name}"' for field in version.schema)
    files = [str(path) for path in version.files]
    connection.execute(f"CREATE TEMP TABLE {view} AS SELECT {columns} FROM read_parquet(?)", [files])
