"""Since when commands are judged by the matrix 启用权限控制.

Decides that it begins only where somebody is left who may end it: a security administrator. Before it begins,
whoever has the shell of the installation may do everything; afterwards every command acts as a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from catalog.evidence import record
from catalog.store.schema import new_id
from catalog.store.tables.access import access_enforcements
from catalog.store.tables.identity import client_tokens
from policies.access import Role
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.errors import Refused
from space.identity import memberships


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
        Refused: it holds already, or nobody is a security administrator.
    """
    if enforced(connection) is not None:
        raise Refused(Deny((Reason("access.enforced", "commands are judged by the matrix already"),)))
    if not _somebody_left(connection, now):
        raise Refused(
            Deny(
                (
                    Reason(
                        "access.nobody_left",
                        "nobody is a security administrator, so nobody could ever end it",
                        allowed="enter one first: a person with the role security_admin",
                    ),
                )
            )
        )
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
    evidence_id = record(
        connection, event="space:access:relax", subject=held.id, body={"by": by, "reason": reason}, now=now
    )
    connection.execute(
        update(access_enforcements)
        .where(access_enforcements.c.id == held.id)
        .values(ended_at=now, ended_by=by, end_reason=reason, end_evidence_id=evidence_id)
    )
    return held


def _somebody_left(connection: Connection, now: datetime) -> bool:
    if memberships.anybody(connection, Role.SECURITY_ADMIN, local_date(now)):
        return True
    token = select(client_tokens.c.id).where(
        client_tokens.c.role == Role.SECURITY_ADMIN.value,
        client_tokens.c.expires_at > now,
        client_tokens.c.revoked_at.is_(None),
    )
    return connection.execute(token.limit(1)).first() is not None
