"""Duty 值守: who is told of what, on which days.

Decides whose addresses a kind of notice goes to on a day: an office's, a person's of the register, or those
of everybody who holds a role. The evidence log names turns of duty by their id; an address is in no entry.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, or_, select, update

from catalog.evidence import record
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.notices import duty_turns
from catalog.store.tables.people import memberships, people
from policies.access import Role
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.errors import Refused, Unknown

# The form of a mail address, as far as a mistake in typing shows. Source: RFC 5322, 3.4.1.
_ADDRESS: Final = re.compile(r"[^\s@<>,;:\"]{1,64}@[A-Za-z0-9.-]{1,253}")
_D: Final = duty_turns.c


class Kind(StrEnum):
    """What a notice is about."""

    ALERT = "alert"
    INCIDENT = "incident"
    DIGEST = "digest"
    SIGNATURE = "signature"
    TRIAL = "trial"


# What a turn of duty may be for; a trial goes to everybody on duty.
KINDS: Final = (Kind.ALERT, Kind.INCIDENT, Kind.DIGEST, Kind.SIGNATURE)


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn of duty.

    Attributes:
        id: ``dut_…``.
        person_id: whose contact is written to, or None.
        role: everybody who holds it is written to, or None.
        address: of an office, or None.
        kinds: of notices, sorted.
        first_day, last_day: both included; None: it lasts.
        ended: taken back.
    """

    id: str
    person_id: str | None
    role: str | None
    address: str | None
    kinds: tuple[str, ...]
    first_day: date
    last_day: date | None
    ended: bool

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "id": self.id,
            "person": self.person_id,
            "role": self.role,
            "address": self.address,
            "kinds": list(self.kinds),
            "first_day": self.first_day.isoformat(),
            "last_day": None if self.last_day is None else self.last_day.isoformat(),
            "ended": self.ended,
        }


@dataclass(frozen=True, slots=True)
class Whom:
    """One of: a person, a role, an address."""

    person_id: str | None = None
    role: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody a notice goes to.

    Attributes:
        turn_id: of duty.
        recipient: the person; empty: the turn's own address.
        address: mail.
    """

    turn_id: str
    recipient: str
    address: str


def enter(
    connection: Connection,
    whom: Whom,
    kinds: Sequence[str],
    *,
    days: tuple[date, date | None],
    by: str,
    now: datetime,
) -> Turn:
    """Put somebody on duty.

    Args:
        connection: a writing transaction.
        whom: exactly one of person, role and address.
        kinds: of notices; all where empty, of an address all but signatures.
        days: first and last; the last None while it lasts.
        by: who enters it.
        now: aware instant.

    Raises:
        Refused: it is not one of the three, the address is none or is to sign, or the days are turned round.
        Unknown: there is no such person.
    """
    objections = _objections(whom, kinds, days)
    if objections:
        raise Refused(Deny(tuple(objections)))
    if whom.person_id:
        known = select(people.c.id).where(people.c.id == whom.person_id)
        if connection.execute(known).first() is None:
            raise Unknown("person", whom.person_id, "`ybz person list` shows them")
    turn_id, chosen = new_id("dut"), sorted(set(kinds) or _all_of(whom))
    body = {
        "kinds": chosen,
        "first_day": days[0].isoformat(),
        "last_day": None if days[1] is None else days[1].isoformat(),
        "person": whom.person_id,
        "role": whom.role,
        "by": by,
    }
    evidence_id = record(connection, event="space:duty:enter", subject=turn_id, body=body, now=now)
    connection.execute(
        insert(duty_turns).values(
            id=turn_id,
            person_id=whom.person_id,
            role=whom.role,
            address=whom.address,
            kinds=chosen,
            first_day=days[0],
            last_day=days[1],
            entered_by=by,
            entered_at=now,
            evidence_id=evidence_id,
        )
    )
    return by_id(connection, turn_id)


def end(connection: Connection, turn_id: str, *, by: str, now: datetime) -> Turn:
    """Take somebody off duty; nothing more is made for the turn.

    Raises:
        Refused: it is over already.
        Unknown: there is none of that id.
    """
    if by_id(connection, turn_id).ended:
        raise Refused(Deny((Reason("notice.duty_over", "the turn of duty is over already", "id"),)))
    record(connection, event="space:duty:end", subject=turn_id, body={"by": by}, now=now)
    connection.execute(update(duty_turns).where(_D.id == turn_id).values(ended_by=by, ended_at=now))
    return by_id(connection, turn_id)


def by_id(connection: Connection, turn_id: str) -> Turn:
    """The turn of that id.

    Raises:
        Unknown: there is none.
    """
    row = connection.execute(select(duty_turns).where(_D.id == turn_id)).first()
    if row is None:
        raise Unknown("turn of duty", turn_id, "`ybz notice duty list` shows them")
    return _turn(row)


def turns(connection: Connection, on: date | None = None, part: Part | None = None) -> tuple[Turn, ...]:
    """Every turn, or those of a day, by their first day and id; a part where one is named."""
    asked = select(duty_turns)
    if on is not None:
        lasts = _D.last_day.is_(None) | (_D.last_day >= on)
        asked = asked.where(_D.ended_at.is_(None), _D.first_day <= on, lasts)
    return tuple(_turn(row) for row in connection.execute(parted(asked, part, _D.first_day, _D.id)))


def on_duty(connection: Connection, kind: Kind, now: datetime) -> tuple[Told, ...]:
    """Whom a kind of notice goes to now; nobody who has left, and nobody without a mail address."""
    day = local_date(now)
    found: list[Told] = []
    for turn in turns(connection, day):
        if kind is not Kind.TRIAL and kind not in turn.kinds:
            continue
        found += reached(connection, turn, day)
    return tuple(found)


def reached(connection: Connection, turn: Turn, day: date) -> tuple[Told, ...]:
    """Whom a turn of duty reaches on a day: nobody where none of it has a mail address."""
    if turn.address is not None:
        return (Told(turn.id, "", turn.address),)
    return tuple(
        Told(turn.id, person_id, contact)
        for person_id, contact in _people(connection, turn, day)
        if contact and _ADDRESS.fullmatch(contact)
    )


def unreachable(connection: Connection, now: datetime) -> list[str]:
    """Persons and roles that are on duty now and have no mail address, each once."""
    day = local_date(now)
    lacking = (turn for turn in turns(connection, day) if not reached(connection, turn, day))
    return list(dict.fromkeys(turn.role or turn.person_id or "" for turn in lacking))


def address_of(connection: Connection, turn_id: str, recipient: str) -> str | None:
    """Where a notice that waits goes now; None where its turn is over or the person has left."""
    row = connection.execute(select(duty_turns).where(_D.id == turn_id, _D.ended_at.is_(None))).first()
    if row is None:
        return None
    if not recipient:
        found: str | None = row.address
        return found
    mine = select(people.c.contact).where(people.c.id == recipient, people.c.ended_at.is_(None))
    return connection.execute(mine).scalar()


def _all_of(whom: Whom) -> set[str]:
    """The kinds somebody may be on duty for."""
    return {str(kind) for kind in KINDS if whom.address is None or kind is not Kind.SIGNATURE}


def _people(connection: Connection, turn: Turn, day: date) -> list[tuple[str, str | None]]:
    p, m = people.c, memberships.c
    asked = select(p.id, p.contact).where(p.ended_at.is_(None)).order_by(p.id)
    if turn.person_id is not None:
        asked = asked.where(p.id == turn.person_id)
    else:
        holding = select(m.person_id).where(
            m.role == turn.role,
            m.ended_at.is_(None),
            m.first_day <= day,
            or_(m.last_day.is_(None), m.last_day >= day),
        )
        asked = asked.where(p.id.in_(holding))
    return [(row.id, row.contact) for row in connection.execute(asked)]


def _objections(whom: Whom, kinds: Sequence[str], days: tuple[date, date | None]) -> list[Reason]:
    objections = []
    if sum(each is not None for each in (whom.person_id, whom.role, whom.address)) != 1:
        objections.append(
            Reason(
                "notice.duty_whom",
                "a turn of duty is one person's, one role's or one address's",
                "whom",
                "a person, a role or an address",
            )
        )
    if whom.role is not None and whom.role not in {str(role) for role in Role}:
        objections.append(Reason("notice.duty_role", "there is no such role", "role", "`ybz access matrix`"))
    if whom.address is not None and not _ADDRESS.fullmatch(whom.address):
        objections.append(
            Reason("notice.duty_address", "the address is no mail address", "address", "name@office.example")
        )
    if whom.address is not None and Kind.SIGNATURE in kinds:
        objections.append(
            Reason(
                "notice.duty_signature",
                "a signature is waited for from one person, whom an office's address is not",
                "kinds",
                "a person or a role",
            )
        )
    if days[1] is not None and days[1] < days[0]:
        objections.append(
            Reason("notice.duty_days", "the last day lies before the first", "until", "a day not before it")
        )
    return objections


def _turn(row: Row[Any]) -> Turn:
    return Turn(
        row.id, row.person_id, row.role, row.address, tuple(row.kinds), row.first_day, row.last_day,
        row.ended_at is not None,
    )  # fmt: skip
