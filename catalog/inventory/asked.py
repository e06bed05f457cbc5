"""Tables of the inventory as they are asked for: of a system, of a department, in a state; a part at a time.

Decides that what is asked is chosen and counted by the statement, however many tables there are. How a table
is accounted for is :mod:`catalog.inventory.accounting`'s.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, case, exists, func, or_, select, tuple_

from catalog.inventory.accounting import CATALOGUED, EXCLUDED, OPEN, Accounted, accounts_of, holds, tables
from catalog.store.parts import Part, parted
from catalog.store.tables.inventory import (
    inventory_exclusions,
    inventory_matches,
    inventory_systems,
    inventory_tables,
)

STATES: Final = (CATALOGUED, EXCLUDED, OPEN)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which tables that are there are asked for.

    Attributes:
        on: day on which an exclusion must hold.
        system: only of this one.
        department: only of this one, by name or code.
        state: only in this one.
        owned_by: names and codes of the departments whose systems are told of, as :func:`owners` names them;
            None = of all.
    """

    on: date
    system: str = ""
    department: str = ""
    state: str | None = None
    owned_by: Collection[tuple[str, str]] | None = None


def owners(connection: Connection) -> frozenset[tuple[str, str]]:
    """The departments systems are of: name and code."""
    s = inventory_systems.c
    rows = connection.execute(select(s.department, s.department_code).distinct())
    return frozenset((row.department, row.department_code) for row in rows)


def listing(connection: Connection, asked: Asked, part: Part | None = None) -> tuple[Accounted, ...]:
    """The tables that are asked for, by system and label."""
    s, t = inventory_systems.c, inventory_tables.c
    query = parted(tables().where(*_chosen(asked)), part, s.name, s.name + "/" + t.name)
    rows = connection.execute(query).all()
    return accounts_of(connection, rows, asked.on)


def counts(connection: Connection, asked: Asked) -> dict[str, int]:
    """State → how many of the tables that are asked for stand in it."""
    told = tables().with_only_columns(_state(asked.on).label("state")).where(*_chosen(asked)).subquery()
    query = select(told.c.state, func.count().label("many")).group_by(told.c.state)
    found: dict[str, int] = {row.state: row.many for row in connection.execute(query)}
    return {state: found.get(state, 0) for state in STATES}


def _chosen(asked: Asked) -> list[ColumnElement[bool]]:
    s = inventory_systems.c
    chosen: list[ColumnElement[bool]] = [inventory_tables.c.gone_at.is_(None)]
    if asked.system:
        chosen.append(s.name == asked.system)
    if asked.department:
        chosen.append(or_(s.department == asked.department, s.department_code == asked.department))
    if asked.owned_by is not None:
        chosen.append(tuple_(s.department, s.department_code).in_(list(asked.owned_by)))
    if asked.state is not None:
        chosen.append(_state(asked.on) == asked.state)
    return chosen


def _state(on: date) -> ColumnElement[Any]:
    """How a table is accounted for: an entry it stands behind goes before what leaves it out."""
    m, e, t = inventory_matches.c, inventory_exclusions.c, inventory_tables.c
    behind = exists().where(m.table_id == t.id, m.state == "confirmed")
    left_out = exists().where(e.table_id == t.id, holds(on))
    return case((behind, CATALOGUED), (left_out, EXCLUDED), else_=OPEN)
