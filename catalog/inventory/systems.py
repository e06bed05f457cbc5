"""Systems of the inventory: whose they are.

Decides that a system has one department; a new one must name its.
"""

from __future__ import annotations

from sqlalchemy import Connection, select

from catalog.inventory.errors import InventoryError
from catalog.store.tables.inventory import inventory_systems


def department_of(connection: Connection, system: str, given: str) -> str:
    """The department of a system; of a new one, the department given.

    Raises:
        InventoryError: the system is new and no department is given.
    """
    s = inventory_systems.c
    known = connection.execute(select(s.department).where(s.name == system)).scalar()
    if not (given or known):
        raise InventoryError(f"the system {system} is not in the inventory yet — name its `department`")
    return given or str(known)
