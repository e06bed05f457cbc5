"""Who a person is at a provider of identities 统一身份认证.

Decides that one value of one issuer is one person, and that the value itself is not kept: many providers
answer with the number of an identity card. A digest made with the installation's key finds it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select

from catalog.evidence import record
from catalog.store.schema import new_id
from catalog.store.tables.people import external_identities, people
from policies.decision import Deny, Reason
from space.errors import Refused, Unknown
from space.identity import people as persons
from space.identity.sealing import digest

_PURPOSE: Final = b"external identity"


@dataclass(frozen=True, slots=True)
class Link:
    """A person's identity elsewhere.

    Attributes:
        id: ``ext_…``.
        person: id of the person.
        issuer: of the provider.
    """

    id: str
    person: str
    issuer: str

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {"id": self.id, "person": self.person, "issuer": self.issuer}


def link(
    connection: Connection, secret: bytes, person_id: str, issuer: str, value: str, *, by: str, now: datetime
) -> Link:
    """Say which value of an issuer is a person.

    Args:
        connection: a writing transaction.
        secret: of the installation.
        person_id: who.
        issuer: of the provider, as its tokens state it.
        value: of the claim people are told apart by.
        by: who says so.
        now: aware instant.

    Raises:
        Unknown: there is no such person.
        Refused: the value is empty, or another's.
    """
    persons.acting(connection, person_id)
    key = digest(secret, _PURPOSE, issuer, value.strip())
    e = external_identities.c
    if not value.strip() or connection.execute(select(e.id).where(e.digest == key)).first() is not None:
        reason = Reason("identity.linked", "the identity is empty, or linked to a person", "value")
        raise Refused(Deny((reason,)))
    made = Link(new_id("ext"), person_id, issuer)
    body = made.to_document() | {"by": by}
    evidence_id = record(connection, event="space:person:link", subject=person_id, body=body, now=now)
    connection.execute(
        insert(external_identities).values(
            digest=key,
            id=made.id,
            person_id=person_id,
            issuer=issuer,
            linked_by=by,
            linked_at=now,
            evidence_id=evidence_id,
        )
    )
    return made


def unlink(connection: Connection, link_id: str, *, by: str, now: datetime) -> None:
    """Let an identity elsewhere stand for nobody.

    Raises:
        Unknown: there is none.
    """
    e = external_identities.c
    person_id = connection.execute(select(e.person_id).where(e.id == link_id)).scalar()
    if person_id is None:
        raise Unknown("link", link_id, "`ybz person show ID` lists a person's")
    connection.execute(delete(external_identities).where(e.id == link_id))
    body = {"link": link_id, "by": by}
    record(connection, event="space:person:unlink", subject=person_id, body=body, now=now)


def links(connection: Connection, person_id: str) -> tuple[Link, ...]:
    """Where a person is known elsewhere."""
    e = external_identities.c
    rows = connection.execute(select(external_identities).where(e.person_id == person_id).order_by(e.id))
    return tuple(Link(row.id, row.person_id, row.issuer) for row in rows)


def whose(connection: Connection, secret: bytes, issuer: str, value: str) -> str | None:
    """The person who acts here and is that value of an issuer, or None."""
    e = external_identities.c
    query = (
        select(e.person_id)
        .join(people, people.c.id == e.person_id)
        .where(e.digest == digest(secret, _PURPOSE, issuer, value.strip()), people.c.ended_at.is_(None))
    )
    found = connection.execute(query).scalar()
    return None if found is None else str(found)
