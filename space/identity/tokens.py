"""Bearer tokens of client programs.

Decides whether a token is good now, and whose it is. A token is 256 random bits, shown once; the
store keeps its SHA-256 only.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, bindparam, insert, or_, select, update

from catalog.evidence import record
from catalog.store.prepared import Prepared
from catalog.store.schema import new_id
from catalog.store.tables.grants import grants
from catalog.store.tables.identity import client_tokens
from catalog.store.tables.people import memberships, people
from policies.access import Role
from policies.clocks import local_date
from space.errors import Unknown
from space.identity.organisations import entered

# Says at a glance, and to secret scanners, what a leaked text is.
PREFIX: Final = "ybz_"
_RANDOM_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a call.

    Attributes:
        organisation: code of the organisation.
        role: what its token permits.
        channel: ``http``, ``cli`` or ``python``.
        grant_id: the only grant its token is good for; None where it is good for every one.
        address: where the call comes from; None where that is not known.
        person: id of the person who acts; None of a program.
        program: id of the token or machine client that acts; None where a person does.
        until: its token is good before this; None where something else than time ends it, or is asked.
    """

    organisation: str
    role: Role = Role.CLIENT
    channel: str = "http"
    grant_id: str | None = None
    address: str | None = None
    person: str | None = None
    until: datetime | None = None
    program: str | None = None


@dataclass(frozen=True, slots=True)
class Issued:
    """A fresh token.

    Attributes:
        id: of the token, fit for logs.
        secret: the token itself; shown once.
        expires_at: after this it is no good.
    """

    id: str
    secret: str
    expires_at: datetime


def issue(
    connection: Connection,
    code: str,
    *,
    role: Role,
    by: str,
    days: int,
    now: datetime,
    grant_id: str | None = None,
    membership: str | None = None,
) -> Issued:
    """Issue a token to an organisation, or to a person of it.

    Args:
        connection: a writing transaction.
        code: of an organisation that is registered, stands in the organisation tree or owns an entry.
        role: what the token permits.
        by: the person who issues it.
        days: how long it is good.
        now: aware instant.
        grant_id: the grant it is issued for: it opens no other, and ends with it.
        membership: of the person whose own it is; it ends with it.

    Raises:
        Unknown: nobody knows the organisation, or it holds no such grant in force.
    """
    holder = entered(connection, code, now)
    if grant_id is not None:
        _require_held(connection, code, grant_id)
    token_id, secret = new_id("tok"), PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
    expires_at = now + timedelta(days=days)
    body = {"token": token_id, "organisation": holder.code, "role": role.value, "by": by}
    if membership is not None:
        body["membership"] = membership
    evidence_id = record(connection, event="space:token:issue", subject=holder.code, body=body, now=now)
    connection.execute(
        insert(client_tokens).values(
            id=token_id,
            organisation=holder.code,
            role=role.value,
            sha256=_sha256(secret),
            issued_by=by,
            issued_at=now,
            expires_at=expires_at,
            evidence_id=evidence_id,
            grant_id=grant_id,
            membership_id=membership,
        )
    )
    return Issued(token_id, secret, expires_at)


@dataclass(frozen=True, slots=True)
class Identified:
    """A token that is good now.

    Attributes:
        token: id of it.
        caller: whose it is.
    """

    token: str
    caller: Caller


def holder(connection: Connection, secret: str, now: datetime) -> Caller | None:
    """Whose token this is, or None where it is unknown, expired or withdrawn."""
    found = identified(connection, secret, now)
    return None if found is None else found.caller


def identified(connection: Connection, secret: str, now: datetime) -> Identified | None:
    """A token and whose it is, or None where it is unknown, expired or withdrawn.

    A person's own token is good as long as its membership holds and the person acts.
    """
    row = _GOOD.run(connection, {"sha256": _sha256(secret), "now": now, "day": local_date(now)}).first()
    if row is None:
        return None
    role, until = Role(row.role), datetime.fromisoformat(row.expires_at)  # a prepared statement gives text
    program = row.id if row.person_id is None else None
    who = Caller(
        row.organisation, role, grant_id=row.grant_id, person=row.person_id, until=until, program=program
    )
    return Identified(row.id, who)


def _good() -> Select[Any]:
    """The token of a hash, if it is good at an instant and on its day."""
    t, m, p = client_tokens.c, memberships.c, people.c
    now, on = bindparam("now", type_=t.expires_at.type), bindparam("day", type_=m.first_day.type)
    return (
        select(t.id, t.organisation, t.role, t.grant_id, t.expires_at, m.person_id)
        .outerjoin(memberships, m.id == t.membership_id)
        .outerjoin(people, p.id == m.person_id)
        .where(t.sha256 == bindparam("sha256"), *_unspent(now, on))
    )


def _unspent(now: Any, on: Any) -> tuple[ColumnElement[bool], ...]:
    """What makes a token good at an instant and on its day, but for the secret."""
    t, m, p = client_tokens.c, memberships.c, people.c
    return (
        t.expires_at > now,
        t.revoked_at.is_(None),
        or_(
            t.membership_id.is_(None),
            m.ended_at.is_(None)
            & (m.first_day <= on)
            & or_(m.last_day.is_(None), m.last_day >= on)
            & p.ended_at.is_(None)
            & p.id.is_not(None),
        ),
    )


# Every call asks it.
_GOOD: Final = Prepared(_good())


@dataclass(frozen=True, slots=True)
class Lasting:
    """A token that is good now.

    Attributes:
        organisation: whose it is.
        role: what it permits.
        membership: of the person whose own it is; empty of an office's or a program's.
        expires_at: after this it is no good.
        grant_id: the only grant it opens; empty where it opens every one.
    """

    organisation: str
    role: Role
    membership: str
    expires_at: datetime
    grant_id: str = ""


def lasting(connection: Connection, roles: Iterable[Role], now: datetime) -> tuple[Lasting, ...]:
    """The tokens of some roles that are good now and of no grant, the first to end first."""
    t = client_tokens.c
    return _lasting(connection, now, t.role.in_([role.value for role in roles]), t.grant_id.is_(None))


def all_lasting(connection: Connection, now: datetime) -> tuple[Lasting, ...]:
    """Every token that is good now, the first to end first; of those of a grant, while it is in force."""
    t = client_tokens.c
    in_force = select(grants.c.id).where(grants.c.state == "in_force")
    return _lasting(connection, now, or_(t.grant_id.is_(None), t.grant_id.in_(in_force)))


def _lasting(connection: Connection, now: datetime, *which: ColumnElement[bool]) -> tuple[Lasting, ...]:
    t = client_tokens.c
    asked = (
        select(t.organisation, t.role, t.membership_id, t.expires_at, t.grant_id)
        .outerjoin(memberships, memberships.c.id == t.membership_id)
        .outerjoin(people, people.c.id == memberships.c.person_id)
        .where(*which, *_unspent(now, local_date(now)))
        .order_by(t.expires_at, t.id)
    )
    return tuple(
        Lasting(row.organisation, Role(row.role), row.membership_id or "", row.expires_at, row.grant_id or "")
        for row in connection.execute(asked)
    )


def withdraw(connection: Connection, token_id: str, *, by: str, now: datetime) -> None:
    """Make a token useless from now on.

    Raises:
        Unknown: there is no such token in use.
    """
    changed = connection.execute(
        update(client_tokens)
        .where(client_tokens.c.id == token_id, client_tokens.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    if changed.rowcount != 1:
        raise Unknown("token in use", token_id)
    record(connection, event="space:token:withdraw", subject=token_id, body={"by": by}, now=now)


def _require_held(connection: Connection, code: str, grant_id: str) -> None:
    g = grants.c
    mine = select(g.id).where(g.id == grant_id, g.grantee == code, g.state == "in_force")
    if connection.execute(mine).first() is None:
        raise Unknown("grant in force", grant_id, "`ybz grant list` shows them")


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
