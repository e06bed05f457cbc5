"""Division codes 行政区划代码 an installation keeps, with their years.

Decides whether a code is valid on a day: merged and renamed divisions lose theirs. A code the
installation does not keep is judged by its form alone (GB/T 2260: 2, 4 or 6 digits; GB/T 10114: 9; the
statistical ones 12).
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, insert, select, update

from catalog import evidence
from catalog.organisations.errors import OrganisationError
from catalog.store.parts import Part, parted
from catalog.store.tables.organisations import division_codes
from contracts.codes import region as canonical


def checked(connection: Connection, code: str, on: date) -> str:
    """A division code in its one spelling.

    Raises:
        OrganisationError: it is none, or not valid on that day.
    """
    plain = canonical(code)
    if plain is None:
        raise OrganisationError(f"{code} is no division code — write 2, 4, 6, 9 or 12 digits")
    d = division_codes.c
    kept = connection.execute(select(division_codes).where(d.code == plain).order_by(d.valid_from)).all()
    if kept and not any(r.valid_from <= on and (r.valid_to is None or on < r.valid_to) for r in kept):
        last = kept[-1]
        hint = f", its successor is {last.successor}" if last.successor else ""
        raise OrganisationError(f"division {plain} {last.name} is not valid on {on}{hint}")
    return plain


def keep(
    connection: Connection, *, code: str, name: str, valid_from: date, basis: str, by: str, now: datetime
) -> None:
    """Keep a division code from a day on.

    Raises:
        OrganisationError: it is no code, or kept and valid already.
    """
    plain = canonical(code)
    if plain is None or not name.strip():
        raise OrganisationError(f"{code} is no division code, or has no name — write e.g. 330105 拱墅区")
    d = division_codes.c
    clash = select(d.code).where(d.code == plain, (d.valid_to.is_(None)) | (d.valid_to > valid_from))
    if connection.execute(clash).first():
        raise OrganisationError(f"division {plain} is kept already — end it first")
    values = {"code": plain, "name": name.strip(), "valid_from": valid_from, "basis": basis.strip()}
    connection.execute(insert(division_codes).values(**values))
    body = values | {"valid_from": valid_from.isoformat(), "actor": by}
    evidence.record(connection, event="catalog:division:keep", subject=plain, body=body, now=now)


def end(
    connection: Connection, *, code: str, on: date, successor: str | None, basis: str, by: str, now: datetime
) -> None:
    """A division code is no more from a day on.

    Raises:
        OrganisationError: it is not kept or valid, or its successor is not.
    """
    follows = None if successor is None else checked(connection, successor, on)
    d = division_codes.c
    done = connection.execute(
        update(division_codes)
        .where(d.code == code, d.valid_to.is_(None), d.valid_from < on)
        .values(valid_to=on, successor=follows)
    )
    if done.rowcount != 1:
        raise OrganisationError(f"division {code} is not kept and valid before {on}")
    body = {"code": code, "on": on.isoformat(), "successor": follows, "basis": basis.strip(), "actor": by}
    evidence.record(connection, event="catalog:division:end", subject=code, body=body, now=now)


def listing(
    connection: Connection, on: date | None = None, part: Part | None = None
) -> list[dict[str, str | None]]:
    """The codes kept, on a day or all, in their order; a part by code and first day."""
    d, query = division_codes.c, select(division_codes)
    if on is not None:
        query = query.where(d.valid_from <= on, (d.valid_to.is_(None)) | (d.valid_to > on))
    return [
        {
            "code": row.code, "name": row.name, "valid_from": row.valid_from.isoformat(),
            "valid_to": None if row.valid_to is None else row.valid_to.isoformat(),
            "successor": row.successor, "basis": row.basis,
        }
        for row in connection.execute(parted(query, part, d.code, d.valid_from))
    ]  # fmt: skip
