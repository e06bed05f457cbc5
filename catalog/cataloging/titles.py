"""What entries and their items are called, for lists that name them by their keys.

Decides nothing; what the ledger does not know is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from catalog import revisions
from catalog.errors import UnknownDataset
from catalog.revisions import current
from catalog.store.tables.ledger import entries
from contracts.model import Contract

# Names looked for in one statement.
_AT_ONCE = 500


def entry_titles(connection: Connection, names: Iterable[str]) -> Mapping[str, str]:
    """Name of an entry → its title, of those there are."""
    wanted = sorted(set(names) - {""})
    found: dict[str, str] = {}
    for first in range(0, len(wanted), _AT_ONCE):
        asked = select(entries.c.name, entries.c.title).where(
            entries.c.name.in_(wanted[first : first + _AT_ONCE])
        )
        found |= {row.name: row.title for row in connection.execute(asked)}
    return found


def item_titles(connection: Connection, name: str) -> Mapping[str, str]:
    """Name of an item → what it is called, of the entry as it is in force; nothing where there is none."""
    try:
        contract = current(connection, name).contract
    except UnknownDataset:
        return {}
    return _items(contract)


def items_of(connection: Connection, names: Iterable[str]) -> Mapping[str, Mapping[str, str]]:
    """Name of an entry → what its items are called, of those there are; read together."""
    return {name: _items(found.contract) for name, found in revisions.called(connection, set(names)).items()}


def called(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Plain documents that name a ``dataset`` and a ``field`` of it, with what these are called.

    Args:
        connection: to read with.
        rows: documents; what is not known is called by its empty name.
    """
    datasets = {str(row["dataset"]) for row in rows}
    titles = entry_titles(connection, datasets)
    items = items_of(connection, datasets)
    return [
        dict(row)
        | {
            "title": titles.get(row["dataset"], ""),
            "item": items.get(row["dataset"], {}).get(row["field"], ""),
        }
        for row in rows
    ]


def _items(contract: Contract) -> Mapping[str, str]:
    return {one.name: one.business_name or one.name for one in contract.fields}
