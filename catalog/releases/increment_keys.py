"""Keys of a release that is changed row by row: proven on the rows that arrive.

Decides whether a declared key stays unique when some rows take the place of others; rows that are not
touched were proven when they were published.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from catalog.duck import shared
from catalog.releases.declared import declared_keys, is_coarsened, protected_columns
from catalog.releases.facts import Facts
from catalog.releases.matching import Former
from catalog.releases.proof import is_unique
from catalog.releases.protect import ROW_ID
from contracts.model import Contract


@dataclass(frozen=True, slots=True)
class Published:
    """What a change is applied to: a release of the same contract.

    Attributes:
        vault: its vault.
        protected: files of its protected table.
        facts: proven of it.
        rows: how many it has.
        content: its content hash.
        next_row: row identity of the next new row.
    """

    vault: Former
    protected: tuple[Path, ...]
    facts: Facts
    rows: int
    content: str
    next_row: int


def key_refusals(contract: Contract, rows: pa.Table) -> list[str]:
    """Missing values of the primary key."""
    if any(rows[name].null_count for name in contract.key):
        return [f"the primary key ({', '.join(contract.key)}) has missing values"]
    return []


def kept_keys(
    contract: Contract, rows: pa.Table, protected: pa.Table, leaving: pa.Table, base: Published
) -> tuple[tuple[tuple[str, ...], ...], list[str]]:
    """Keys of protected columns that stay unique, and sentences for declared keys that do not."""
    held, reasons = [], []
    for key in declared_keys(contract):
        said = ", ".join(key)
        # Rows of a known primary key replace the published ones, so it cannot be there twice.
        if key != contract.key and not _stays_unique(rows, key, key, leaving, base, None):
            reasons.append(f"the unique key ({said}) has duplicates")
        columns = protected_columns(contract, key)
        if columns not in base.facts.unique_keys:
            continue
        units = tuple(name for name in columns if name.startswith("_u_"))
        if _stays_unique(protected, columns, units, leaving, base, base.protected):
            held.append(columns)
        elif not any(is_coarsened(contract.field(name)) for name in key):
            reasons.append(f"the unique key ({said}) names one unit twice under two spellings")
    return tuple(dict.fromkeys(held)), reasons


def _stays_unique(
    rows: pa.Table,
    columns: tuple[str, ...],
    needed: tuple[str, ...],
    leaving: pa.Table,
    base: Published,
    files: tuple[Path, ...] | None,
) -> bool:
    """Whether a key stays unique when ``rows`` take the place of ``leaving``.

    Args:
        rows: what arrives.
        columns: the key.
        needed: columns without whose value a row has no such key.
        leaving: published rows that go or are replaced.
        base: the release.
        files: of the table that has the columns; the vault where None.
    """
    for name in needed:
        rows = rows.filter(pc.is_valid(rows[name]))
    if not rows.num_rows:
        return True
    if not is_unique(rows, columns):
        return False
    on = " AND ".join(f'o."{name}" IS NOT DISTINCT FROM n."{name}"' for name in columns)
    has_ids = ROW_ID in base.vault.schema.names
    identity = (ROW_ID,) if has_ids else ()
    anti = f'ANTI JOIN leaving l ON o."{ROW_ID}" = l."{ROW_ID}"' if has_ids else ""
    with shared() as connection:
        if files is None:
            base.vault.open(connection, "published", (*columns, *identity))
        else:
            connection.execute(f"CREATE TEMP VIEW published AS {reading_files(files)}")
        connection.register("arrived", rows.select(list(columns)))
        if has_ids:
            connection.register("leaving", leaving.select([ROW_ID]))
        query = f"SELECT count(*) FROM (SELECT o.* FROM published o SEMI JOIN arrived n ON {on}) o {anti}"
        found: Any = connection.execute(query).fetchone()
    return bool(found[0] == 0)


def reading_files(files: tuple[Path, ...]) -> str:
    """A query for all rows of some Parquet files."""
    listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in files)
    return f"SELECT * FROM read_parquet([{listed}])"
