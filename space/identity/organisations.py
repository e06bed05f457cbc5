"""Organisations 主体 of the space.

Decides that an organisation's kind is fixed once: it says how answers to it are protected.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, func, insert, select

from catalog.evidence import record
from catalog.organisations.tree import units_on
from catalog.organisations.units import UnitKind
from catalog.store.tables.identity import organisations
from catalog.store.tables.ledger import entries
from policies.access import OrganisationKind
from policies.clocks import local_date
from space.errors import SpaceError, Unknown


class KindIsFixed(SpaceError):
    """An organisation is registered with another kind."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation.

    Attributes:
        code: USCC, or the code the registering side gives.
        name: as people say it.
        kind: see :class:`policies.access.OrganisationKind`.
    """

    code: str
    name: str
    kind: OrganisationKind


def register(connection: Connection, organisation: Organisation, now: datetime) -> None:
    """Enter an organisation; doing so again changes nothing.

    Args:
        connection: a writing transaction.
        organisation: who.
        now: aware instant.

    Raises:
        KindIsFixed: the code is registered with another kind.
    """
    row = _row(connection, organisation.code)
    if row is None:
        values = {"code": organisation.code, "name": organisation.name, "kind": organisation.kind.value}
        connection.execute(insert(organisations).values(**values, registered_at=now))
        record(
            connection, event="space:organisation:register", subject=organisation.code, body=values, now=now
        )
    elif row.kind is not organisation.kind:
        raise KindIsFixed(
            f"{organisation.code} is registered as {row.kind.value}, not {organisation.kind.value}"
            " — the kind decides how answers are protected and cannot be changed by a request"
        )


def organisation(connection: Connection, code: str) -> Organisation:
    """The organisation of that code.

    Raises:
        Unknown: there is none.
    """
    found = _row(connection, code)
    if found is None:
        raise Unknown("organisation", code, "it is registered by its first request (`ybz request new`)")
    return found


def names(connection: Connection, codes: Iterable[str]) -> dict[str, str]:
    """Code → name, of those organisations there are; of a department no one acts for, by its entries."""
    o, e, wanted = organisations.c, entries.c, sorted(set(codes))
    if not wanted:
        return {}
    found = {
        row.code: row.name for row in connection.execute(select(o.code, o.name).where(o.code.in_(wanted)))
    }
    others = [code for code in wanted if code not in found]
    if others:
        owners = select(e.department_code, func.min(e.department).label("name"))
        rows = connection.execute(owners.where(e.department_code.in_(others)).group_by(e.department_code))
        found |= {row.department_code: row.name for row in rows}
    return found


def entered(connection: Connection, code: str, now: datetime) -> Organisation:
    """The organisation of that code; one of the organisation tree, or that owns an entry, is registered.

    Args:
        connection: a writing transaction.
        code: of the organisation.
        now: aware instant.

    Raises:
        Unknown: nobody knows it.
    """
    known = _row(connection, code) or _in_the_tree(connection, code, now) or _owner(connection, code)
    if known is None:
        raise Unknown(
            "organisation", code, "it is registered by its first request, or by `ybz organisation add`"
        )
    register(connection, known, now)
    return known


def _in_the_tree(connection: Connection, code: str, now: datetime) -> Organisation | None:
    for unit in units_on(connection, local_date(now)):
        if unit.code == code:
            return Organisation(code, unit.name, KINDS.get(unit.kind, OrganisationKind.DEPARTMENT))
    return None


def _owner(connection: Connection, code: str) -> Organisation | None:
    """The department of an entry of the ledger."""
    name = connection.execute(
        select(entries.c.department)
        .where(entries.c.department_code == code)
        .order_by(entries.c.name)
        .limit(1)
    ).scalar()
    return None if name is None else Organisation(code, name, OrganisationKind.DEPARTMENT)


# What units of the tree are in the space; every other is a department.
KINDS: Final = {
    UnitKind.AUTHORITY: OrganisationKind.AUTHORITY,
    UnitKind.GRASSROOTS: OrganisationKind.GRASSROOTS,
}


def _row(connection: Connection, code: str) -> Organisation | None:
    row = connection.execute(select(organisations).where(organisations.c.code == code)).first()
    return None if row is None else Organisation(row.code, row.name, OrganisationKind(row.kind))
