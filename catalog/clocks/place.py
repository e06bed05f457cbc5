"""Where an installation is 属地: whose local rules go before the national ones.

Decides which place counts on a day. It is dated like the rules are: a clock that started before keeps
the rule it started under. What the local rules say is data (``place`` of a row in ``policies/rules/``).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import Connection, insert, select

from catalog import evidence
from catalog.errors import CatalogError
from catalog.store.schema import new_id
from catalog.store.tables.clocks import installation_places
from contracts.codes import region
from policies.rulebook import NATIONAL

# The shortest code that names a county; GB/T 2260 writes every division with six digits.
_DIGITS = 6


class UnknownPlace(CatalogError):
    """A place that is no division code."""


def place_on(connection: Connection, on: date) -> str:
    """The division code of the installation on a day, or ``national`` where none is set."""
    p = installation_places.c
    query = select(p.place).where(p.valid_from <= on).order_by(p.valid_from.desc(), p.set_at.desc(), p.id)
    found: str | None = connection.execute(query.limit(1)).scalar()
    return found or NATIONAL


def places_by_day(connection: Connection) -> Callable[[date], str]:
    """:func:`place_on` for many days: what was asked once is remembered."""
    known: dict[date, str] = {}

    def on(day: date) -> str:
        if day not in known:
            known[day] = place_on(connection, day)
        return known[day]

    return on


def set_place(
    connection: Connection, place: str, *, valid_from: date, basis: str, by: str, now: datetime
) -> str:
    """Say where the installation is, from a day on.

    Args:
        connection: a writing transaction.
        place: division code of GB/T 2260 (6 digits) or GB/T 10114, or ``national``.
        valid_from: first day.
        basis: document it rests on.
        by: who says so.
        now: aware instant.

    Returns:
        The code in its one spelling.

    Raises:
        UnknownPlace: it is no division code, or no basis is given.
    """
    code = NATIONAL if place == NATIONAL else region(place)
    if code is None or (code != NATIONAL and len(code) < _DIGITS):
        raise UnknownPlace(f"{place} is no division code — write six digits or more, e.g. 310000")
    if not basis.strip():
        raise UnknownPlace("a place needs the document it rests on — give a `basis`")
    values = {"place": code, "valid_from": valid_from, "basis": basis.strip(), "set_by": by, "set_at": now}
    connection.execute(insert(installation_places).values(id=new_id("plc"), **values))
    body = {"place": code, "valid_from": valid_from.isoformat(), "basis": basis.strip(), "actor": by}
    evidence.record(connection, event="catalog:installation:place", subject=code, body=body, now=now)
    return code
