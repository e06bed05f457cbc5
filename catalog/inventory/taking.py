"""Taking stock 盘点: a listing of a system goes into the inventory, and what is new, gone or changed is told.

Decides what a later listing does to what is known. A table that is gone keeps its history; one that comes
back is the same table. Counts of rows may end an exclusion that holds for empty tables only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from catalog import evidence
from catalog.inventory.errors import InventoryError
from catalog.inventory.excluding import end_exclusions_of_filled
from catalog.inventory.listing import ListedTable, Listing, column_changes
from catalog.store.schema import new_id
from catalog.store.tables.inventory import inventory_listings, inventory_systems, inventory_tables


@dataclass(frozen=True, slots=True)
class Taken:
    """What a listing brought.

    Attributes:
        system: its name.
        tables: how many it names.
        new: tables nobody had listed.
        gone: tables a complete listing does not name any more.
        back: tables that were gone and are listed again.
        changed: table → columns added, removed, retyped.
        refilled: tables whose exclusion as empty ended, because rows were found.
    """

    system: str
    tables: int
    new: tuple[str, ...]
    gone: tuple[str, ...]
    back: tuple[str, ...]
    changed: Mapping[str, Mapping[str, tuple[str, ...]]]
    refilled: tuple[str, ...]

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return asdict(self)


def take(connection: Connection, listing: Listing, *, by: str, now: datetime) -> Taken:
    """Put a listing of a system into the inventory.

    Args:
        connection: a writing transaction.
        listing: of one system.
        by: who takes it.
        now: aware instant.

    Raises:
        InventoryError: the system is another department's, or a table is listed twice.
    """
    names = [table.name for table in listing.tables]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InventoryError(f"{listing.system}: the table {twice} is listed twice — keep one line")
    system_id = _system(connection, listing, now)
    known = _known(connection, system_id)
    fresh = [table for table in listing.tables if table.name not in known]
    if fresh:
        connection.execute(insert(inventory_tables), [_new_row(system_id, table, now) for table in fresh])
    changed, back = _update(connection, known, listing.tables, now)
    gone = _gone(connection, known, listing, now)
    counted = {table.name for table in listing.tables if table.rows}
    refilled = end_exclusions_of_filled(connection, system_id, counted, now)
    taken = Taken(listing.system, len(names), tuple(t.name for t in fresh), gone, back, changed, refilled)
    _record(connection, system_id, listing, taken, by, now)
    return taken


def _system(connection: Connection, listing: Listing, now: datetime) -> str:
    s = inventory_systems.c
    row = connection.execute(select(inventory_systems).where(s.name == listing.system)).one_or_none()
    values: dict[str, Any] = {"seen_at": now}
    if row is None:
        system_id = new_id("sys")
        connection.execute(
            insert(inventory_systems).values(
                id=system_id, name=listing.system, code=listing.code, department=listing.department,
                department_code=listing.department_code, address=listing.address, first_seen_at=now,
                seen_at=now, evidence_id="",
            )
        )  # fmt: skip
        return system_id
    if listing.department and row.department != listing.department:
        raise InventoryError(
            f"the system {listing.system} is {row.department}'s in the inventory — name another system, or"
            " have its department corrected"
        )
    if listing.code:
        values |= {"code": listing.code}
    if listing.department_code:
        values |= {"department_code": listing.department_code}
    if listing.address:
        values |= {"address": listing.address}
    connection.execute(update(inventory_systems).where(s.id == row.id).values(**values))
    return str(row.id)


def _known(connection: Connection, system_id: str) -> dict[str, Row[Any]]:
    rows = connection.execute(select(inventory_tables).where(inventory_tables.c.system_id == system_id))
    return {row.name: row for row in rows}


def _new_row(system_id: str, table: ListedTable, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id("tbl"), "system_id": system_id, "name": table.name, "kind": table.kind,
        "comment": table.comment, "columns": [column.to_document() for column in table.columns],
        "digest": table.digest, "rows": table.rows, "rows_how": table.rows_how.value, "first_seen_at": now,
        "seen_at": now, "changed_at": None, "gone_at": None,
    }  # fmt: skip


def _update(
    connection: Connection, known: Mapping[str, Row[Any]], tables: Sequence[ListedTable], now: datetime
) -> tuple[dict[str, dict[str, tuple[str, ...]]], tuple[str, ...]]:
    """Bring known tables up to date; what changed, and what came back."""
    changed, back, rows = {}, [], []
    for table in tables:
        was = known.get(table.name)
        if was is None:
            continue
        differs = bool(table.digest and was.digest and table.digest != was.digest)
        if differs:
            changed[table.name] = column_changes(was.columns, table.columns)
        if was.gone_at is not None:
            back.append(table.name)
        listed = bool(table.columns)
        counted = table.rows is not None
        rows.append(
            {
                "key": was.id,
                "kind": table.kind,
                "comment": table.comment or was.comment,
                "columns": [c.to_document() for c in table.columns] if listed else was.columns,
                "digest": table.digest if listed else was.digest,
                "rows": table.rows if counted else was.rows,
                "rows_how": table.rows_how.value if counted else was.rows_how,
                "seen_at": now,
                "changed_at": now if differs else was.changed_at,
                "gone_at": None,
            }
        )
    if rows:
        connection.execute(update(inventory_tables).where(inventory_tables.c.id == bindparam("key")), rows)
    return changed, tuple(back)


def _gone(
    connection: Connection, known: Mapping[str, Row[Any]], listing: Listing, now: datetime
) -> tuple[str, ...]:
    if not listing.complete:
        return ()
    listed = {table.name for table in listing.tables}
    gone = [row for name, row in known.items() if name not in listed and row.gone_at is None]
    if gone:
        statement = update(inventory_tables).where(inventory_tables.c.id == bindparam("key"))
        connection.execute(statement, [{"key": row.id, "gone_at": now} for row in gone])
    return tuple(sorted(row.name for row in gone))


def _record(
    connection: Connection, system_id: str, listing: Listing, taken: Taken, by: str, now: datetime
) -> None:
    body = {
        "system": listing.system, "department": listing.department, "source": listing.source,
        "complete": listing.complete, "address": listing.address, "tables": taken.tables,
        "new": len(taken.new), "gone": list(taken.gone), "back": list(taken.back),
        "changed": {name: {k: list(v) for k, v in change.items()} for name, change in taken.changed.items()},
        "refilled": list(taken.refilled), "actor": by,
    }  # fmt: skip
    evidence_id = evidence.record(
        connection, event="catalog:inventory:take", subject=listing.system, body=body, now=now
    )
    connection.execute(
        insert(inventory_listings).values(
            id=new_id("lst"), system_id=system_id, source=listing.source, complete=listing.complete,
            tables=taken.tables, new=len(taken.new), gone=len(taken.gone), changed=len(taken.changed),
            taken_at=now, taken_by=by, evidence_id=evidence_id,
        )
    )  # fmt: skip
    connection.execute(
        update(inventory_systems).where(inventory_systems.c.id == system_id).values(evidence_id=evidence_id)
    )
