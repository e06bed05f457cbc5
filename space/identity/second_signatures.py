"""Second signatures 双人签署: an act that waits until its second person has signed it.

Decides how such an act goes on: it waits for one person; that person consents or refuses, or whoever asked
takes it back, once; after its last day nobody signs it. What is done is what was asked, word for word: both
signed its digest. What the act does, and who may do it, is its own room's matter.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, and_, func, insert, or_, select, update

from catalog.evidence import record
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.second_signatures import second_signatures
from contracts.canonical import digest
from policies.access import Role
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.errors import Refused, Unknown
from space.identity import limits, people
from space.identity.tokens import Caller

WAITING: Final = "waiting"
# How it may end; what waits too long has lapsed, which no row says.
End = Literal["done", "refused", "withdrawn"]
_LAPSED: Final = "lapsed"
CLOSED: Final = Reason(
    "signature.closed",
    "what was asked waits for nobody any more: it is done, refused, taken back, or its days are over",
    where="signature",
    allowed="ask for the act anew, if it is still wanted",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """An act as its first person asks for it.

    Attributes:
        door: method and path template of what is to be done.
        places: what the template names.
        said: the body, as it was understood.
        by: who asks, as the act will name it.
        second: id of the person who is to sign.
        among: codes of the organisations the second may act for.
    """

    door: str
    places: Mapping[str, str]
    said: Mapping[str, Any]
    by: str
    second: str
    among: tuple[str, ...]

    @property
    def digest(self) -> str:
        """SHA-256 of what is to be done."""
        return digest({"door": self.door, "places": dict(self.places), "said": dict(self.said)})


@dataclass(frozen=True, slots=True)
class Signature:
    """A second signature that is or was waited for.

    Attributes:
        id: ``sgn_…``.
        asked: what is to be done, and who is to sign.
        digest: of it.
        first: who asks, in the role in which it was asked.
        state: ``waiting``, ``done``, ``refused``, ``withdrawn``, or ``lapsed``.
        asked_at, until, closed_at: aware instants.
        reason: why it was refused or withdrawn.
    """

    id: str
    asked: Asked
    digest: str
    first: Caller
    state: str
    asked_at: datetime
    until: datetime
    closed_at: datetime | None
    reason: str | None

    def signed_by(self, who: Caller) -> bool:
        """Whether somebody is its second person, and acts for an organisation the second may act for."""
        return who.person == self.asked.second and who.organisation in self.asked.among

    def asked_by(self, who: Caller) -> bool:
        """Whether somebody is the person who asked, and acts for the organisation it was asked for."""
        return (
            who.person is not None
            and who.person == self.first.person
            and who.organisation == self.first.organisation
        )


def ask(connection: Connection, who: Caller, asked: Asked, now: datetime) -> Signature:
    """Let an act wait for its second person; one that waits already, word for word, is the same.

    Args:
        connection: a writing transaction.
        who: asks.
        asked: what is to be done.
        now: aware instant.
    """
    s = second_signatures.c
    same = select(second_signatures).where(
        s.digest == asked.digest, s.second_person == asked.second, s.first_name == asked.by,
        s.first_person == who.person, s.first_program == who.program, s.state == WAITING, s.until > now,
        s.first_organisation == who.organisation, s.first_role == who.role.value,
    )  # fmt: skip
    row = connection.execute(same).first()
    if row is not None:
        return _signature(row, now)
    made, first = new_id("sgn"), who.person or asked.by
    until = now + timedelta(days=limits.whole("second_signature_days", local_date(now)))
    body = {
        "door": asked.door, "digest": asked.digest, "first": first, "organisation": who.organisation,
        "role": who.role.value, "second": asked.second, "until": until.isoformat(),
    }  # fmt: skip
    if who.program is not None:
        body["program"] = who.program
    evidence_id = record(connection, event="space:signature:ask", subject=made, body=body, now=now)
    connection.execute(
        insert(second_signatures).values(
            id=made, door=asked.door, places=_text(asked.places), said=_text(asked.said), digest=asked.digest,
            first_name=asked.by, first_person=who.person, first_program=who.program,
            first_organisation=who.organisation, first_role=who.role.value, second_person=asked.second,
            among=_text(asked.among), state=WAITING, asked_at=now, until=until, evidence_id=evidence_id,
        )
    )  # fmt: skip
    return by_id(connection, made, now)


def close(
    connection: Connection,
    signature: Signature,
    end: End,
    who: Caller,
    *,
    reason: str = "",
    made: Mapping[str, Any] | None = None,
    now: datetime,
) -> Signature:
    """End the waiting, once.

    Args:
        connection: a writing transaction.
        signature: as it waits.
        end: how.
        who: ends it, in which role.
        reason: why, where it is not done.
        made: what the act answered, where it is done: evidence names the thing, and the answer by its digest.
        now: aware instant.

    Raises:
        Refused: it waits no more.
    """
    s = second_signatures.c
    body: dict[str, Any] = {
        "door": signature.asked.door, "digest": signature.digest, "by": who.person or signature.asked.by,
        "organisation": who.organisation, "role": who.role.value, "reason": reason,
    }  # fmt: skip
    if made is not None:
        body |= {"made": made.get("id"), "answer": digest(made)}
    evidence_id = record(connection, event=f"space:signature:{end}", subject=signature.id, body=body, now=now)
    waiting = update(second_signatures).where(s.id == signature.id, s.state == WAITING, s.until > now)
    values = {"state": end, "closed_at": now, "reason": reason or None, "close_evidence_id": evidence_id}
    if connection.execute(waiting.values(**values)).rowcount != 1:
        raise Refused(Deny((CLOSED,)))
    return by_id(connection, signature.id, now)


def require_waiting(signature: Signature) -> None:
    """Let what still waits pass.

    Raises:
        Refused: it waits no more.
    """
    if signature.state != WAITING:
        raise Refused(Deny((CLOSED,)))


def by_id(connection: Connection, signature: str, now: datetime) -> Signature:
    """The signature of an id.

    Raises:
        Unknown: there is none.
    """
    s = second_signatures.c
    row = connection.execute(select(second_signatures).where(s.id == signature)).first()
    if row is None:
        raise Unknown("signature", signature)
    return _signature(row, now)


def of_caller(
    connection: Connection,
    who: Caller,
    now: datetime,
    *,
    waiting: bool,
    doors: Collection[str] = (),
    part: Part | None = None,
) -> tuple[Signature, ...]:
    """What waits for a person's signature; or all it asked for or was asked to sign, in its organisation.

    Args:
        connection: to read with.
        who: the person, as it acts now; what is of its other organisations is not told.
        now: aware instant.
        waiting: only what waits for this person now.
        doors: acts it may take back where a program of its organisation asked for them.
        part: which rows; every row where None.
    """
    if who.person is None:
        return ()
    s = second_signatures.c
    # What is left of the codes without the own one; LIKE would take two codes for one by their case.
    among = func.replace(s.among, _text(who.organisation), "") != s.among
    second = and_(s.second_person == who.person, among)
    programs = and_(s.first_person.is_(None), s.door.in_(sorted(doors)))
    first = and_(s.first_organisation == who.organisation, or_(s.first_person == who.person, programs))
    mine = and_(second, s.state == WAITING, s.until > now) if waiting else or_(second, first)
    query = parted(select(second_signatures).where(mine), part, s.asked_at, s.id)
    return tuple(_signature(row, now) for row in connection.execute(query))


def documents(connection: Connection, found: Collection[Signature]) -> list[dict[str, Any]]:
    """Plain JSON-able forms, with the names of both."""
    ids = {each for one in found for each in (one.first.person, one.asked.second) if each is not None}
    names = {each: people.person(connection, each).name for each in sorted(ids)}
    return [_document(one, names) for one in found]


def _document(one: Signature, names: Mapping[str, str]) -> dict[str, Any]:
    first = one.first.person
    return {
        "id": one.id,
        "state": one.state,
        "door": one.asked.door,
        "places": dict(one.asked.places),
        "said": dict(one.asked.said),
        "digest": one.digest,
        "asked_by": {"person": first, "name": one.asked.by if first is None else names[first]},
        "organisation": one.first.organisation,
        "waits_for": {"person": one.asked.second, "name": names[one.asked.second]},
        "asked_at": one.asked_at.isoformat(),
        "until": one.until.isoformat(),
        "closed_at": None if one.closed_at is None else one.closed_at.isoformat(),
        "reason": one.reason,
    }


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _signature(row: Row[Any], now: datetime) -> Signature:
    asked = Asked(
        row.door, json.loads(row.places), json.loads(row.said), row.first_name, row.second_person,
        tuple(json.loads(row.among)),
    )  # fmt: skip
    first = Caller(
        row.first_organisation, Role(row.first_role), person=row.first_person, program=row.first_program
    )
    state = _LAPSED if row.state == WAITING and row.until <= now else row.state
    return Signature(
        row.id, asked, row.digest, first, state, row.asked_at, row.until, row.closed_at, row.reason
    )
