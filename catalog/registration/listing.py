"""Registrations 登记 as they are listed: of some registrants, those that wait for a step, a part at a time.

Decides nothing; what a registration is stands in :mod:`catalog.registration.rows`.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from catalog.registration.rows import ENDED, Application, Registration
from catalog.store.parts import Part, parted
from catalog.store.tables.registration import registration_applications, registrations


def registrants(connection: Connection) -> frozenset[str]:
    """Codes of whoever has a registration."""
    return frozenset(connection.execute(select(registrations.c.registrant_code).distinct()).scalars())


def listing(
    connection: Connection, part: Part, *, of: Collection[str] | None, waiting: bool = False
) -> tuple[tuple[Registration, tuple[Application, ...]], ...]:
    """A part of the registrations, by id, each with its applications, the first filed first.

    Args:
        connection: to read with.
        part: which of them.
        of: codes of the registrants whose registrations are told; of all where None.
        waiting: only those with an application that waits for a step.
    """
    r, a, query = registrations.c, registration_applications.c, select(registrations)
    if of is not None:
        query = query.where(r.registrant_code.in_(of))
    if waiting:
        query = query.where(r.id.in_(select(a.registration_id).where(a.state.not_in(ENDED))))
    found = [Registration(**row._mapping) for row in connection.execute(parted(query, part, r.id))]
    filed: dict[str, list[Application]] = {one.id: [] for one in found}
    named = select(registration_applications).where(a.registration_id.in_(filed)).order_by(a.filed_at, a.id)
    for row in connection.execute(named):
        filed[row.registration_id].append(Application(**row._mapping))
    return tuple((one, tuple(filed[one.id])) for one in found)
