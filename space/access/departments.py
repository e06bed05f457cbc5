"""The department a name stands for, and whose a system or table of the inventory is.

Decides that a name stands for a department only where one alone has it; what states no code and has no such
name belongs to nobody known.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Final

from sqlalchemy import Connection, select

from catalog.inventory.accounting import find_table
from catalog.organisations import tree
from catalog.store.prepared_lists import PreparedList
from catalog.store.tables.identity import organisations
from catalog.store.tables.inventory import inventory_systems
from catalog.store.tables.ledger import entries
from space.access.concerned import owners
from space.identity.organisations import names as organisation_names
from space.identity.organisations import organisation

# Who has a name: as a registered organisation, and as the department of entries.
_REGISTERED: Final = PreparedList(
    lambda one_of: select(organisations.c.name, organisations.c.code).where(one_of(organisations.c.name))
)
_OWNING: Final = PreparedList(
    lambda one_of: (
        select(entries.c.department, entries.c.department_code).where(one_of(entries.c.department)).distinct()
    )
)
_SYSTEMS: Final = PreparedList(
    lambda one_of: select(
        inventory_systems.c.name, inventory_systems.c.department, inventory_systems.c.department_code
    ).where(one_of(inventory_systems.c.name))
)


def code_of(connection: Connection, name: str, code: str, on: date) -> str:
    """The code stated, else that of the one department of the name; empty where nobody or several have it."""
    return codes_of(connection, ((name, code),), on)[name, code]


def codes_of(
    connection: Connection, stated: Iterable[tuple[str, str]], on: date
) -> dict[tuple[str, str], str]:
    """Name and code as they are stated → the code; see :func:`code_of`.

    It takes as many statements of twenty names as of two.
    """
    found = {(name, code): code for name, code in stated}
    names = {name for name, code in found if name and not code}
    if not names:
        return found
    known: dict[str, set[str]] = {name: set() for name in names}
    for unit in tree.units_on(connection, on):
        if unit.name in names:
            known[unit.name].add(unit.code)
    for of in (_REGISTERED, _OWNING):
        for name, code in of.run(connection, names):
            known[name].add(code)
    alone = {name: codes - {""} for name, codes in known.items()}
    return found | {(name, ""): next(iter(codes)) for name, codes in alone.items() if len(codes) == 1}


def name_of(connection: Connection, code: str, on: date) -> str:
    """What a department is called on a day.

    Raises:
        Unknown: nobody has the code.
    """
    return tree.name_of(connection, code, on) or organisation(connection, code).name


def names_of(connection: Connection, codes: Iterable[str], on: date) -> dict[str, str]:
    """Code → what the department is called on a day, of those somebody has; see :func:`name_of`."""
    wanted = set(codes)
    found = dict(tree.names(connection, wanted, on))
    return found | organisation_names(connection, wanted - set(found))


def of_system(connection: Connection, name: str, on: date) -> str | None:
    """Code of the department of a system of the inventory; None where there is no such system."""
    return of_systems(connection, {name}, on).get(name)


def of_systems(connection: Connection, names: Collection[str], on: date) -> dict[str, str]:
    """System of the inventory → code of its department; those there are not are left out."""
    stated = {name: (department, code) for name, department, code in _SYSTEMS.run(connection, set(names))}
    codes = codes_of(connection, stated.values(), on)
    return {name: codes[each] for name, each in stated.items()}


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
