"""Taking into the tree who the ledger and the space already know, and settling handovers.

Decides that a department of an entry becomes a unit by its code; one code under two names is left to a
person. Nothing that is in the tree is changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, func, select

from catalog.organisations import handover, tree, units
from catalog.organisations.errors import OrganisationError
from catalog.organisations.units import UnitKind
from catalog.store.tables.identity import organisations
from catalog.store.tables.ledger import entries
from policies.clocks import local_date

_BASIS: Final = "taken over from the ledger's entries"
# Kinds of organisations of the space that belong to the administration.
_KINDS: Final = {
    "department": UnitKind.DEPARTMENT,
    "authority": UnitKind.AUTHORITY,
    "grassroots": UnitKind.GRASSROOTS,
}


@dataclass(frozen=True, slots=True)
class Synced:
    """What was taken over.

    Attributes:
        added: codes of new units.
        known: how many were in the tree.
        unclear: what a person has to look at, one sentence each.
        settled: datasets whose revision names the new department.
    """

    added: tuple[str, ...]
    known: int
    unclear: tuple[str, ...]
    settled: tuple[str, ...]

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return asdict(self)


def sync(connection: Connection, *, by: str, now: datetime, since: date | None = None) -> Synced:
    """Enter every department the ledger names and every administration of the space.

    Args:
        connection: a writing transaction.
        by: who asks for it.
        now: aware instant.
        since: first day of new units. Where None, the first of January of the year before they were met:
            they are older than the ledger, and a reform may be entered late.
    """
    added: list[str] = []
    unclear: list[str] = []
    known = 0
    for code, names, kind, met in _met(connection):
        if not code:
            unclear += [
                f"{name}: its entries state no code — add departmentCode to their contracts" for name in names
            ]
            continue
        today = local_date(now)
        if units.spans_of(connection, code):
            known += 1
            unclear += _misnamed(connection, code, names, today)
            continue
        if len(names) > 1:
            unclear.append(f"{code} goes by {' and '.join(names)} — `ybz organisation add` the right one")
            continue
        try:
            units.add(
                connection,
                code=code,
                name=names[0],
                kind=kind,
                valid_from=since or date(met.year - 1, 1, 1),
                basis=_BASIS,
                by=by,
                now=now,
            )
            added.append(code)
        except OrganisationError as error:
            unclear.append(str(error))
    return Synced(tuple(added), known, tuple(unclear), handover.settle(connection, now=now))


def _misnamed(connection: Connection, code: str, names: Iterable[str], on: date) -> list[str]:
    """Names entries give that are neither today's nor a former one of the unit."""
    had = {each.name for each in units.spans_of(connection, code)}
    now = tree.name_of(connection, code, on)
    return [f"{code} is {now}, entries call it {name} — revise them" for name in names if name not in had]


def _met(connection: Connection) -> Iterable[tuple[str, list[str], UnitKind, date]]:
    """Code, names, kind and first day of whoever is named somewhere."""
    e, o = entries.c, organisations.c
    found: dict[str, tuple[list[str], UnitKind, date]] = {}
    nameless: dict[str, date] = {}
    rows = connection.execute(
        select(e.department_code, e.department, func.min(e.created_at))
        .group_by(e.department_code, e.department)
        .order_by(e.department_code, e.department)
    )
    for code, name, at in rows:
        if not code:
            nameless[name] = local_date(at)
            continue
        names, _, since = found.get(code, ([], UnitKind.DEPARTMENT, local_date(at)))
        found[code] = ([*names, name], UnitKind.DEPARTMENT, min(since, local_date(at)))
    parties = select(o.code, o.name, o.kind, o.registered_at).where(o.kind.in_(tuple(_KINDS)))
    for row in connection.execute(parties.order_by(o.code)):
        names, _, since = found.get(
            row.code, ([row.name], UnitKind.DEPARTMENT, local_date(row.registered_at))
        )
        found[row.code] = (names, _KINDS[row.kind], min(since, local_date(row.registered_at)))
    for code in sorted(found):
        yield (code, *found[code])
    for name in sorted(nameless):
        yield "", [name], UnitKind.DEPARTMENT, nameless[name]
