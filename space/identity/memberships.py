"""Memberships 任职: a person in an organisation, in one role, from one day to another.

Decides who may hold what: a person acts in one membership at a time, none begins before the day it is
entered, and the three administrators stay apart (:mod:`policies.separation`). One that is ended is good for
nothing from that instant on. Who does a colleague's tasks for a time (AB角) is the way back's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from catalog.evidence import record
from catalog.store.schema import new_id
from catalog.store.tables.people import memberships
from policies.access import Role
from policies.clocks import local_date
from policies.decision import Decision, Deny, Permit, Reason
from policies.separation import Held, apart
from space.errors import Refused, Unknown
from space.identity import people
from space.identity.organisations import entered

_DAYS: Final = Reason(
    "identity.membership_days",
    "a membership begins today or later, and ends today or later, on its first day or after it",
    where="first_day",
)


@dataclass(frozen=True, slots=True)
class Membership:
    """A person in an organisation.

    Attributes:
        id: ``mem_…``.
        person: id of the person.
        organisation: code.
        role: what it acts in.
        first_day, last_day: both included; None: it lasts.
        ended_at: ended before its last day.
    """

    id: str
    person: str
    organisation: str
    role: Role
    first_day: date
    last_day: date | None
    ended_at: datetime | None

    def holds(self, on: date) -> bool:
        """Whether the person acts in it on a day."""
        begun = self.first_day <= on
        return self.ended_at is None and begun and (self.last_day is None or on <= self.last_day)

    def held(self) -> Held | None:
        """The days it is or was held; None where it was ended before it began."""
        last = self.last_day
        if self.ended_at is not None:
            ended = local_date(self.ended_at)
            last = ended if last is None else min(last, ended)
        return None if last is not None and last < self.first_day else Held(self.role, self.first_day, last)

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "id": self.id,
            "person": self.person,
            "organisation": self.organisation,
            "role": self.role.value,
            "first_day": self.first_day.isoformat(),
            "last_day": None if self.last_day is None else self.last_day.isoformat(),
            "ended_at": None if self.ended_at is None else self.ended_at.isoformat(),
        }


def enter(
    connection: Connection,
    person_id: str,
    organisation: str,
    role: Role,
    *,
    by: str,
    now: datetime,
    first_day: date | None = None,
    last_day: date | None = None,
) -> Membership:
    """Let a person act for an organisation in a role.

    Args:
        connection: a writing transaction.
        person_id: who.
        organisation: code; one of the organisation tree, or that owns an entry, is registered by this.
        role: what it acts in.
        by: who says so.
        now: aware instant.
        first_day: today where None; not before today.
        last_day: it lasts where None.

    Raises:
        Unknown: there is no such person, or nobody knows the organisation.
        Refused: the days are wrong, it is held already, or the roles are kept apart.
    """
    people.acting(connection, person_id)
    holder = entered(connection, organisation, now)
    today = local_date(now)
    wanted = Held(role, first_day or today, last_day)
    theirs = of_person(connection, person_id)
    _require(_days(wanted, today))
    _require(_not_held(wanted, holder.code, theirs))
    _require(apart(wanted, _held(theirs), today))
    made = Membership(new_id("mem"), person_id, holder.code, role, wanted.first_day, wanted.last_day, None)
    body = made.to_document() | {"by": by}
    evidence_id = record(connection, event="space:membership:enter", subject=person_id, body=body, now=now)
    values = {"id": made.id, "person_id": person_id, "organisation": holder.code, "role": role.value}
    connection.execute(
        insert(memberships).values(
            **values, first_day=made.first_day, last_day=made.last_day, entered_by=by, entered_at=now,
            evidence_id=evidence_id,
        )
    )  # fmt: skip
    return made


def change(
    connection: Connection, membership_id: str, last_day: date | None, *, by: str, now: datetime
) -> Membership:
    """Give a membership another last day, not before today; None: it lasts. Another role is another one.

    Raises:
        Unknown: there is none that lasts.
        Refused: the day is before today, or the roles are kept apart.
    """
    known = _lasting(connection, membership_id, local_date(now))
    today = local_date(now)
    wanted = Held(known.role, known.first_day, last_day)
    if last_day is not None and last_day < max(today, known.first_day):
        raise Refused(Deny((_DAYS,)))
    others = [each for each in of_person(connection, known.person) if each.id != known.id]
    _require(_not_held(wanted, known.organisation, others))
    _require(apart(wanted, _held(others), today))
    connection.execute(update(memberships).where(memberships.c.id == membership_id).values(last_day=last_day))
    made = membership(connection, membership_id)
    body = made.to_document() | {"by": by}
    record(connection, event="space:membership:change", subject=known.person, body=body, now=now)
    return made


def end(connection: Connection, membership_id: str, *, by: str, now: datetime) -> Membership:
    """End a membership now; whoever is signed in with it is let in no more.

    Raises:
        Unknown: there is none that lasts.
    """
    known = _lasting(connection, membership_id, local_date(now))
    connection.execute(
        update(memberships).where(memberships.c.id == membership_id).values(ended_at=now, ended_by=by)
    )
    body = {"membership": membership_id, "by": by}
    record(connection, event="space:membership:end", subject=known.person, body=body, now=now)
    return membership(connection, membership_id)


def membership(connection: Connection, membership_id: str) -> Membership:
    """The membership of an id.

    Raises:
        Unknown: there is none.
    """
    row = connection.execute(select(memberships).where(memberships.c.id == membership_id)).first()
    if row is None:
        raise Unknown("membership", membership_id, "`ybz person show ID` lists a person's")
    return _membership(row)


def of_person(connection: Connection, person_id: str, on: date | None = None) -> tuple[Membership, ...]:
    """Memberships of a person, the first first; those of a day where one is given."""
    m = memberships.c
    query = select(memberships).where(m.person_id == person_id).order_by(m.entered_at, m.id)
    found = (_membership(row) for row in connection.execute(query))
    return tuple(each for each in found if on is None or each.holds(on))


def kept_apart(connection: Connection, person_id: str, now: datetime) -> Mapping[Role, Reason]:
    """Roles a person could not be given today, to last, and why: what those it holds keep apart."""
    today = local_date(now)
    held = _held(of_person(connection, person_id))
    judged = {role: apart(Held(role, today), held, today) for role in Role}
    return {role: found.reasons[0] for role, found in judged.items() if isinstance(found, Deny)}


def of_everybody(
    connection: Connection, people: Iterable[str], on: date
) -> Mapping[str, tuple[Membership, ...]]:
    """Person → its memberships of a day, of those who have any."""
    m, found = memberships.c, dict[str, tuple[Membership, ...]]()
    query = select(memberships).where(m.person_id.in_(sorted(set(people)))).order_by(m.entered_at, m.id)
    for each in (_membership(row) for row in connection.execute(query)):
        if each.holds(on):
            found[each.person] = (*found.get(each.person, ()), each)
    return found


def of_organisation(connection: Connection, organisation: str, on: date) -> tuple[Membership, ...]:
    """Who acts for an organisation on a day."""
    m = memberships.c
    query = select(memberships).where(m.organisation == organisation).order_by(m.entered_at, m.id)
    found = (_membership(row) for row in connection.execute(query))
    return tuple(each for each in found if each.holds(on))


def of_role(connection: Connection, role: Role, on: date) -> tuple[Membership, ...]:
    """Who acts in a role on a day, whomever for."""
    m = memberships.c
    query = select(memberships).where(m.role == role.value).order_by(m.entered_at, m.id)
    found = (_membership(row) for row in connection.execute(query))
    return tuple(each for each in found if each.holds(on))


def anybody(connection: Connection, role: Role, on: date) -> bool:
    """Whether anybody acts in a role on a day, or will."""
    m = memberships.c
    lasting = (m.last_day.is_(None)) | (m.last_day >= on)
    query = select(m.id).where(m.role == role.value, m.ended_at.is_(None), lasting).limit(1)
    return connection.execute(query).first() is not None


def _lasting(connection: Connection, membership_id: str, today: date) -> Membership:
    known = membership(connection, membership_id)
    over = known.last_day is not None and known.last_day < today
    if known.ended_at is not None or over:
        raise Unknown("membership that lasts", membership_id, "`ybz person show ID` lists a person's")
    return known


def _held(found: Iterable[Membership]) -> list[Held]:
    return [days for each in found if (days := each.held()) is not None]


def _days(wanted: Held, earliest: date) -> Decision:
    if wanted.first_day >= earliest and (wanted.last_day is None or wanted.last_day >= wanted.first_day):
        return Permit()
    return Deny((_DAYS,))


def _not_held(wanted: Held, organisation: str, theirs: Iterable[Membership]) -> Decision:
    for each in theirs:
        days = each.held()
        same = each.organisation == organisation and each.role is wanted.role and each.ended_at is None
        if same and days is not None and wanted.meets(days):
            reason = Reason(
                "identity.membership_held",
                "the person holds that role in that organisation in these days already",
                where="role",
                allowed="change the last day of the membership there is",
            )
            return Deny((reason,))
    return Permit()


def _require(decision: Decision) -> None:
    if isinstance(decision, Deny):
        raise Refused(decision)


def _membership(row: Row[Any]) -> Membership:
    return Membership(
        row.id, row.person_id, row.organisation, Role(row.role), row.first_day, row.last_day, row.ended_at
    )
