"""Entries whose data comes from outside the surveyed systems, as a person declared.

Decides that one declaration of an entry holds at a time, and that it says where the data comes from.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from catalog import evidence
from catalog.inventory.accounting import entry_called
from catalog.inventory.errors import InventoryError
from catalog.store.schema import new_id
from catalog.store.tables.inventory import inventory_external_sources


def declare_external(connection: Connection, dataset: str, *, words: str, by: str, now: datetime) -> None:
    """An entry's data comes from outside the surveyed systems.

    Args:
        connection: a writing transaction.
        dataset: name or code of the entry.
        words: where it comes from, one sentence.
        by: who declares it.
        now: aware instant.

    Raises:
        UnknownDataset: no such entry.
        InventoryError: nothing is said of where it comes from.
    """
    name = entry_called(connection, dataset)
    if not words.strip():
        raise InventoryError(f"{name}: say where its data comes from (`words`)")
    x = inventory_external_sources
    connection.execute(update(x).where(x.c.dataset == name, x.c.ended_at.is_(None)).values(ended_at=now))
    body = {"dataset": name, "words": words, "actor": by}
    evidence_id = evidence.record(
        connection, event="catalog:inventory:declare", subject=name, body=body, now=now
    )
    connection.execute(
        insert(x).values(
            id=new_id("ext"), dataset=name, words=words, declared_by=by, declared_at=now,
            evidence_id=evidence_id,
        )
    )  # fmt: skip


def external_sources(connection: Connection) -> dict[str, str]:
    """Dataset → where its data comes from, for declared external sources."""
    x = inventory_external_sources.c
    rows = connection.execute(select(x.dataset, x.words).where(x.ended_at.is_(None)))
    return {row.dataset: row.words for row in rows}
