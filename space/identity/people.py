"""People 人员: who acts in the space.

Decides what is known of a person: a name and where notices reach it; never a number of a document. What a
person may do comes from memberships (:mod:`space.identity.memberships`). The evidence log names people by
their id alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, func, insert, select, update

from catalog.evidence import record
from catalog.store.schema import new_id
from catalog.store.tables.people import people
from contracts.codes import resident_id
from policies.decision import Deny, Reason
from policies.four_eyes import same_name
from space.errors import Refused, Unknown

# Lengths of the columns.
_LONGEST_NAME: Final = 100
_LONGEST_CONTACT: Final = 200
# Ids of people begin with it.
_MARK: Final = "per_"
_KNOWN: Final = Reason(
    "identity.person_known",
    "somebody of that name who is reached there acts here already: one human has one entry",
    where="contact",
    allowed="give that person another membership, or each of two who are called alike an own contact",
)


@dataclass(frozen=True, slots=True)
class Person:
    """A person.

    Attributes:
        id: ``per_…``; what evidence says of it.
        name: as colleagues know it.
        contact: mail or telephone for notices; None where there is none.
        registered_at: aware instant.
        ended_at: acts no more from then on.
    """

    id: str
    name: str
    contact: str | None
    registered_at: datetime
    ended_at: datetime | None

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "id": self.id,
            "name": self.name,
            "contact": self.contact,
            "registered_at": self.registered_at.isoformat(),
            "ended_at": None if self.ended_at is None else self.ended_at.isoformat(),
        }


def register(connection: Connection, name: str, contact: str | None, *, by: str, now: datetime) -> Person:
    """Enter a person.

    Args:
        connection: a writing transaction.
        name: as colleagues know it.
        contact: mail or telephone for notices.
        by: who enters it.
        now: aware instant.

    Raises:
        Refused: there is no name, a text is too long, or holds the number of an identity card; or somebody of
            that name is reached there already.
    """
    stated, reached = _checked(name, contact)
    _require_new(connection, stated, reached)
    made = Person(new_id("per"), stated, reached, now, None)
    evidence_id = record(connection, event="space:person:register", subject=made.id, body={"by": by}, now=now)
    values = {"id": made.id, "name": made.name, "contact": made.contact, "registered_by": by}
    connection.execute(insert(people).values(**values, registered_at=now, evidence_id=evidence_id))
    return made


def correct(
    connection: Connection, person_id: str, name: str | None, contact: str | None, *, by: str, now: datetime
) -> Person:
    """Give a person another name or contact; what is None stays. Evidence says which, not what.

    Raises:
        Unknown: no such person acts here.
        Refused: see :func:`register`.
    """
    known = acting(connection, person_id)
    stated, reached = _checked(name or known.name, known.contact if contact is None else contact)
    _require_new(connection, stated, reached, but=person_id)
    connection.execute(update(people).where(people.c.id == person_id).values(name=stated, contact=reached))
    changed = [what for what, given in (("name", name), ("contact", contact)) if given is not None]
    body = {"by": by, "changed": changed}
    record(connection, event="space:person:correct", subject=person_id, body=body, now=now)
    return person(connection, person_id)


def person(connection: Connection, person_id: str) -> Person:
    """The person of an id.

    Raises:
        Unknown: there is none.
    """
    row = connection.execute(select(people).where(people.c.id == person_id)).first()
    if row is None:
        raise Unknown("person", person_id, "`ybz person list` shows them")
    return _person(row)


def acting(connection: Connection, person_id: str) -> Person:
    """The person of an id, who still acts.

    Raises:
        Unknown: there is none.
        Refused: the person acts no more.
    """
    found = person(connection, person_id)
    if found.ended_at is not None:
        raise Refused(
            Deny((Reason("identity.person_ended", "the person acts no more", "person", "register it anew"),))
        )
    return found


def everybody(connection: Connection, *, after: str = "", limit: int = 1000) -> tuple[Person, ...]:
    """People by their ids, from after one of them on."""
    query = select(people).where(people.c.id > after).order_by(people.c.id).limit(limit)
    return tuple(_person(row) for row in connection.execute(query))


def named(connection: Connection, ids: Iterable[str]) -> tuple[Person, ...]:
    """The people of some ids, of those there are; ids of other things are nobody's."""
    wanted = sorted(one for one in set(ids) if one.startswith(_MARK))
    if not wanted:
        return ()
    query = select(people).where(people.c.id.in_(wanted))
    return tuple(_person(row) for row in connection.execute(query))


def _require_new(connection: Connection, name: str, contact: str | None, but: str = "") -> None:
    """Let a person pass who is nobody known: two entries for one human would be two of an act of two."""
    if contact is None:
        return
    p = people.c
    alike = select(p.id, p.name).where(
        func.lower(p.contact) == contact.lower(), p.ended_at.is_(None), p.id != but
    )
    if any(same_name(name, row.name) for row in connection.execute(alike)):
        raise Refused(Deny((_KNOWN,)))


def _checked(name: str, contact: str | None) -> tuple[str, str | None]:
    stated, reached = name.strip(), (contact or "").strip() or None
    if not 0 < len(stated) <= _LONGEST_NAME or len(reached or "") > _LONGEST_CONTACT:
        reason = Reason(
            "identity.person", "a person has a name of 1 to 100 characters and a contact of up to 200", "name"
        )
        raise Refused(Deny((reason,)))
    if any(text is not None and resident_id(text) is not None for text in (stated, reached)):
        reason = Reason(
            "identity.person_number",
            "the number of an identity card is kept of nobody",
            allowed="give a name, and a mail address or a telephone number",
        )
        raise Refused(Deny((reason,)))
    return stated, reached


def _person(row: Row[Any]) -> Person:
    return Person(row.id, row.name, row.contact, row.registered_at, row.ended_at)
