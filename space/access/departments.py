"""The department a name stands for, and whose a system or table of the inventory is.

Decides that a name stands for a department only where one alone has it; what states no code and has no such
name belongs to nobody known.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, select

from catalog.inventory.accounting import find_table
from catalog.organisations import tree
from catalog.store.tables.identity import organisations
from catalog.store.tables.inventory import inventory_systems
from catalog.store.tables.ledger import entries
from space.access.concerned import owners
from space.identity.organisations import organisation


def code_of(connection: Connection, name: str, code: str, on: date) -> str:
    """The code stated, else that of the one department of the name; empty where nobody or several have it."""
    if code or not name:
        return code
    known = {unit.code for unit in tree.units_on(connection, on) if unit.name == name}
    registered = select(organisations.c.code).where(organisations.c.name == name)
    owning = select(entries.c.department_code).where(entries.c.department == name).distinct()
    known |= {*connection.execute(registered).scalars(), *connection.execute(owning).scalars()}
    known.discard("")
    return known.pop() if len(known) == 1 else ""


def name_of(connection: Connection, code: str, on: date) -> str:
    """What a department is called on a day.

    Raises:
        Unknown: nobody has the code.
    """
    return tree.name_of(connection, code, on) or organisation(connection, code).name


def of_system(connection: Connection, name: str, on: date) -> str | None:
    """Code of the department of a system of the inventory; None where there is no such system."""
    s = inventory_systems.c
    row = connection.execute(select(s.department, s.department_code).where(s.name == name)).one_or_none()
    return None if row is None else code_of(connection, row.department, row.department_code, on)


def of_table(connection: Connection, table: str, on: date) -> str:
    """Code of the department of a table of the inventory.

    Raises:
        InventoryError: there is no such table.
    """
    return of_system(connection, find_table(connection, table).system, on) or ""


def of_fallen(connection: Connection, what: str, on: date) -> str:
    """Code of the department of what falls out of a balance: a system, a table or an entry."""
    own = of_system(connection, what, on)
    if own is not None:
        return own
    if "/" in what:
        return of_table(connection, what, on)
    return next(iter(owners(connection, "dataset", what)), "")
