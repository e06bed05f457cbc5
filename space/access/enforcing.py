"""Since when commands are judged by the matrix 启用权限控制.

Decides that it begins only where somebody is left who may end it, and can: a security administrator with a
token that is good. Where no such token is good any more, whoever has the shell may end it, and the evidence
says so. Before it begins, whoever has the shell may do everything; afterwards every command acts as a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from catalog.evidence import record
from catalog.store.schema import new_id
from catalog.store.tables.access import access_enforcements
from policies.access import Role
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.errors import Refused
from space.identity import memberships
from space.identity.tokens import lasting


@dataclass(frozen=True, slots=True)
class Enforcement:
    """A span in which commands are judged.

    Attributes:
        id: ``enf_…``.
        since: from when.
        by: who began it.
        reason: why.
    """

    id: str
    since: datetime
    by: str
    reason: str

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {"id": self.id, "since": self.since.isoformat(), "by": self.by, "reason": self.reason}


# What a token of nobody in particular is told where an act takes two people.
NO_PERSON: Final = Reason(
    "access.no_person",
    "the act takes two people, and the token is of an office or a program, which any two may hold in turn",
    where="token",
    allowed="a person's own token (`ybz person token`), or signing in with an account",
)


def enforced(connection: Connection) -> Enforcement | None:
    """The span that holds; None while the shell's user may do everything."""
    row: Row[Any] | None = connection.execute(
        select(access_enforcements).where(access_enforcements.c.ended_at.is_(None))
    ).first()
    return None if row is None else Enforcement(row.id, row.since, row.by, row.reason)


def enforce(connection: Connection, *, by: str, reason: str, now: datetime) -> Enforcement:
    """Let every command be judged from now on.

    Args:
        connection: a writing transaction.
        by: who begins it.
        reason: why.
        now: aware instant.

    Raises:
        Refused: it holds already, nobody is a security administrator, or none holds a token.
    """
    if enforced(connection) is not None:
        raise Refused(Deny((Reason("access.enforced", "commands are judged by the matrix already"),)))
    if stranded(connection, now):
        raise Refused(Deny((_nobody_left(connection, now),)))
    made = Enforcement(new_id("enf"), now, by, reason)
    evidence_id = record(
        connection, event="space:access:enforce", subject=made.id, body={"by": by, "reason": reason}, now=now
    )
    connection.execute(
        insert(access_enforcements).values(
            id=made.id, since=now, by=by, reason=reason, evidence_id=evidence_id
        )
    )
    return made


def relax(connection: Connection, *, by: str, reason: str, now: datetime) -> Enforcement:
    """Let the shell's user do everything again.

    Args:
        connection: a writing transaction.
        by: who ends it.
        reason: why.
        now: aware instant.

    Raises:
        Refused: it does not hold.
    """
    held = enforced(connection)
    if held is None:
        raise Refused(Deny((Reason("access.not_enforced", "commands are not judged by the matrix"),)))
    body = {"by": by, "reason": reason}
    if stranded(connection, now):
        body["allowed"] = "nobody left"
    evidence_id = record(connection, event="space:access:relax", subject=held.id, body=body, now=now)
    connection.execute(
        update(access_enforcements)
        .where(access_enforcements.c.id == held.id)
        .values(ended_at=now, ended_by=by, end_reason=reason, end_evidence_id=evidence_id)
    )
    return held


def stranded(connection: Connection, now: datetime) -> bool:
    """Whether no security administrator holds a token that is good, so that no command could end it."""
    return not lasting(connection, (Role.SECURITY_ADMIN,), now)


def _nobody_left(connection: Connection, now: datetime) -> Reason:
    """Why it does not begin: nobody is there who may end it, or whoever is has no token to do so with."""
    of = memberships.of_role(connection, Role.SECURITY_ADMIN, local_date(now))
    if not of:
        return Reason(
            "access.nobody_left",
            "nobody is a security administrator, so nobody could ever end it",
            allowed="enter one first: a person with the role security_admin",
        )
    return Reason(
        "access.no_token_left",
        "no security administrator holds a token, so no command could ever act as one",
        where="token",
        allowed=" or ".join(f"`ybz person token {each.id}`" for each in of) + ", and keep what it prints",
    )
