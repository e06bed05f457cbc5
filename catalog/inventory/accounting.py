"""How each table of the inventory is accounted for: catalogued under an entry, excluded, or open.

Decides that a table is catalogued only where a person (or the contract itself) says so; what is left out,
and why, is :mod:`catalog.inventory.excluding`'s. 目录之外无数据: whatever is neither, is open.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, insert, or_, select, update

from catalog import evidence, revisions
from catalog.inventory.errors import InventoryError, NotAccepted
from catalog.store.schema import new_id
from catalog.store.tables.inventory import (
    inventory_exclusions,
    inventory_matches,
    inventory_systems,
    inventory_tables,
)
from policies.clocks import local_date
from policies.decision import Deny, Reason

CATALOGUED: Final = "catalogued"
EXCLUDED: Final = "excluded"
OPEN: Final = "open"

# So many tables are looked for by their ids; of more, every match and exclusion is read.
_AT_ONCE: Final = 2000

# Reason code of a match.
IS_EXCLUDED: Final = "inventory.match.excluded"


@dataclass(frozen=True, slots=True)
class Accounted:
    """A table of the inventory and what it is accounted as.

    Attributes:
        id: of its row.
        system, department, department_code: whose.
        name, kind, comment: of the table.
        rows: count, or None.
        state: ``catalogued``, ``excluded`` or ``open``.
        datasets: entries it stands behind.
        proposed: entries it may stand behind, the likeliest first.
        reason, words: of its exclusion.
        changed_at: when its columns last changed.
    """

    id: str
    system: str
    department: str
    department_code: str
    name: str
    kind: str
    comment: str
    rows: int | None
    state: str
    datasets: tuple[str, ...]
    proposed: tuple[str, ...]
    reason: str
    words: str
    changed_at: datetime | None

    @property
    def label(self) -> str:
        """``system/table``: how commands and reports name it."""
        return f"{self.system}/{self.name}"

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "id": self.id, "table": self.label, "system": self.system, "department": self.department,
            "kind": self.kind, "comment": self.comment, "rows": self.rows, "state": self.state,
            "datasets": list(self.datasets), "proposed": list(self.proposed), "reason": self.reason,
            "words": self.words,
            "changed_at": None if self.changed_at is None else self.changed_at.isoformat(),
        }  # fmt: skip


def accounted(
    connection: Connection, on: date, *, known_at: datetime | None = None, department: str = ""
) -> tuple[Accounted, ...]:
    """Every table of the inventory that is there, by system and name.

    Args:
        connection: to read with.
        on: day on which an exclusion must hold.
        known_at: tables that were in the inventory then; None = now.
        department: only of this department (name or code).
    """
    s, t = inventory_systems.c, inventory_tables.c
    there: ColumnElement[bool] = t.gone_at.is_(None)
    if known_at is not None:
        there = and_(t.first_seen_at < known_at, or_(t.gone_at.is_(None), t.gone_at >= known_at))
    query = tables().where(there).order_by(s.name, t.name)
    if department:
        query = query.where(or_(s.department == department, s.department_code == department))
    matched, excluded = matches(connection), _excluded(connection, on)
    return tuple(
        _accounted(row, matched.get(row.id, ()), excluded.get(row.id)) for row in connection.execute(query)
    )


def tables() -> Select[Any]:
    """Rows of tables with their systems."""
    s = inventory_systems.c
    columns = (inventory_tables, s.name.label("system"), s.department, s.department_code)
    return select(*columns).join(inventory_systems, s.id == inventory_tables.c.system_id)


def accounts_of(connection: Connection, rows: Sequence[Row[Any]], on: date) -> tuple[Accounted, ...]:
    """What some rows of :func:`tables` are accounted as, in their order; of a page no other is looked at."""
    ids = [row.id for row in rows] if len(rows) <= _AT_ONCE else None
    matched, excluded = matches(connection, ids), _excluded(connection, on, ids)
    return tuple(_accounted(row, matched.get(row.id, ()), excluded.get(row.id)) for row in rows)


def holds(on: date) -> ColumnElement[bool]:
    """Whether an exclusion holds on a day."""
    e = inventory_exclusions.c
    return and_(e.ended_at.is_(None), or_(e.review_on.is_(None), e.review_on >= on))


def confirm(connection: Connection, table: str, dataset: str, *, by: str, now: datetime) -> None:
    """A table stands behind an entry: a person says so.

    Args:
        connection: a writing transaction.
        table: ``system/table`` or its id.
        dataset: name or code of the entry.
        by: who says so.
        now: aware instant.

    Raises:
        InventoryError: no such table.
        UnknownDataset: no such entry.
        NotAccepted: the table is excluded.
    """
    row, name = find_table(connection, table), entry_called(connection, dataset)
    if row.id in _excluded(connection, local_date(now)):
        allowed = "end the exclusion first: `ybz inventory include TABLE`"
        raise NotAccepted(table, Deny((Reason(IS_EXCLUDED, "the table is excluded", allowed=allowed),)))
    _decide(connection, row, name, "confirmed", by, now)


def reject(connection: Connection, table: str, dataset: str, *, by: str, now: datetime) -> None:
    """A table does not stand behind an entry; it is not proposed again.

    Raises:
        InventoryError: no such table.
        UnknownDataset: no such entry.
    """
    row, name = find_table(connection, table), entry_called(connection, dataset)
    _decide(connection, row, name, "rejected", by, now)


def find_table(connection: Connection, table: str) -> Row[Any]:
    """The row of a table, with its system's name and its label.

    Args:
        connection: to read with.
        table: ``system/table`` or its id.

    Raises:
        InventoryError: there is none.
    """
    s, t = inventory_systems.c, inventory_tables.c
    label = (s.name + "/" + t.name).label("label")
    query = select(inventory_tables, s.name.label("system"), label).join(
        inventory_systems, s.id == t.system_id
    )
    here = t.id == table if table.startswith("tbl_") else s.name + "/" + t.name == table
    row = connection.execute(query.where(here)).one_or_none()
    if row is None:
        raise InventoryError(
            f"no table {table} in the inventory — write system/table, see `ybz inventory list`"
        )
    return row


def entry_called(connection: Connection, dataset: str) -> str:
    """The name of the entry of that name or code.

    Raises:
        UnknownDataset: no such entry.
    """
    from catalog.store.tables.ledger import entries

    by_code = connection.execute(select(entries.c.name).where(entries.c.code == dataset)).scalar()
    return revisions.current(connection, by_code or dataset).name


def _decide(connection: Connection, row: Row[Any], dataset: str, state: str, by: str, now: datetime) -> None:
    m = inventory_matches
    event = "confirm" if state == "confirmed" else "reject"
    body = {"table": row.id, "dataset": dataset, "actor": by}
    evidence_id = evidence.record(
        connection, event=f"catalog:inventory:{event}", subject=row.label, body=body, now=now
    )
    decided = {"state": state, "decided_by": by, "decided_at": now, "evidence_id": evidence_id}
    here = and_(m.c.table_id == row.id, m.c.dataset == dataset)
    if connection.execute(update(m).where(here).values(**decided)).rowcount == 0:
        connection.execute(
            insert(m).values(
                id=new_id("mat"), table_id=row.id, dataset=dataset, certain=False, score=0,
                why="said by a person", made_at=now, **decided,
            )
        )  # fmt: skip


def matches(connection: Connection, tables: Collection[str] | None = None) -> dict[str, tuple[Row[Any], ...]]:
    """Table id → the entries it stands behind, may stand behind, or does not; the likeliest first."""
    m = inventory_matches.c
    query = select(m.table_id, m.dataset, m.state, m.score).order_by(m.score.desc(), m.dataset)
    if tables is not None:
        query = query.where(m.table_id.in_(tables))
    made: dict[str, list[Any]] = {}
    for row in connection.execute(query):
        made.setdefault(row.table_id, []).append(row)
    return {key: tuple(rows) for key, rows in made.items()}


def _excluded(connection: Connection, on: date, tables: Collection[str] | None = None) -> dict[str, Row[Any]]:
    query = select(inventory_exclusions).where(holds(on))
    if tables is not None:
        query = query.where(inventory_exclusions.c.table_id.in_(tables))
    return {row.table_id: row for row in connection.execute(query)}


def _accounted(row: Row[Any], found: tuple[Row[Any], ...], exclusion: Row[Any] | None) -> Accounted:
    confirmed = tuple(m.dataset for m in found if m.state == "confirmed")
    proposed = tuple(m.dataset for m in found if m.state == "proposed")
    state = CATALOGUED if confirmed else OPEN if exclusion is None else EXCLUDED
    reason, words = ("", "") if exclusion is None or confirmed else (exclusion.reason, exclusion.words)
    return Accounted(
        row.id, row.system, row.department, row.department_code, row.name, row.kind, row.comment, row.rows,
        state, confirmed, proposed, reason, words, row.changed_at,
    )  # fmt: skip
