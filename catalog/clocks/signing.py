"""Acts that wait for the signature of a second person 双人签署, read as what is owed.

Decides who owes the signature: the organisation the second person acts for today, among those that may
sign; where they have left, the first of these. What is asked for, and of whom, is told to the two alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import Connection, or_, select

from catalog.clocks.owed import Owed
from catalog.store.tables.identity import organisations
from catalog.store.tables.people import memberships
from catalog.store.tables.second_signatures import second_signatures
from policies.clocks import ZONE, local_date
from policies.rulebook import rule
from policies.warning import Colour

_WAITING: Final = "waiting"


def of_signatures(connection: Connection, on: date) -> Iterator[Owed]:
    """What waits for a second person on a day, until the day on which it lapses."""
    s = second_signatures.c
    begins = datetime.combine(on, time(), ZONE)
    query = select(s.id, s.door, s.second_person, s.among, s.until).where(s.state == _WAITING)
    rows = connection.execute(query.where(s.until > begins).order_by(s.until, s.id)).all()
    if not rows:
        return
    lasts, called = rule("identity", "second_signature_days", on), rule("identity", "acts_of_two", on).value
    seats = _seats(connection, {row.second_person for row in rows}, on)
    names = {row.code: row.name for row in connection.execute(select(organisations))}
    for row in rows:
        among = json.loads(row.among)
        held = seats.get(row.second_person, set())
        code = next(iter((*(each for each in among if each in held), *among)), "")
        act = called.get(row.door, {}).get("en", "an act of two people")
        yield Owed(
            f"sign or refuse what waits for a second person: {act}", f"signature:{row.id}",
            names.get(code, code), code, local_date(row.until), False, lasts.name, lasts.source,
            colour=_colour(on, local_date(row.until)),
        )  # fmt: skip


def _colour(on: date, lapses: date) -> Colour:
    """Red on the last day, yellow from the day on which it is told once more."""
    if on >= lapses:
        return Colour.RED
    near = timedelta(days=int(rule("notices", "signature_reminder", on).value))
    return Colour.YELLOW if on + near >= lapses else Colour.GREEN


def _seats(connection: Connection, people: set[str], on: date) -> dict[str, set[str]]:
    """Person → codes of the organisations they act for on a day."""
    m = memberships.c
    query = select(m.person_id, m.organisation).where(
        m.person_id.in_(sorted(people)), m.ended_at.is_(None), m.first_day <= on,
        or_(m.last_day.is_(None), m.last_day >= on),
    )  # fmt: skip
    found: dict[str, set[str]] = {}
    for row in connection.execute(query):
        found.setdefault(row.person_id, set()).add(row.organisation)
    return found
