"""Sessions 会话: a browser that is signed in, and for how long.

Decides that a session is good while it is used and not too old, its person still acts, its membership holds
today and, where an office's token opened it, that token is good. It is found by the hash of a random id. An
end holds at once, in every process: each call reads it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from catalog.evidence import record
from catalog.store.schema import new_id
from catalog.store.tables.accounts import sessions
from catalog.store.tables.identity import client_tokens
from catalog.store.tables.people import memberships, people
from policies.access import Role
from policies.clocks import local_date
from space.errors import Unknown
from space.identity import limits
from space.identity.sealing import sha256

Means = Literal["password", "openid", "token"]
_RANDOM_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Session:
    """A session that is good now.

    Attributes:
        id: fit for logs.
        organisation: code of the one acted for.
        role: acted in.
        person: id; None where an office's token opened it.
        name: of the person; as stated where a token opened it.
        membership: acted in; None where a token opened it.
        token: id of the token that opened it.
        means: how it was opened.
        opened_at, seen_at, expires_at: aware instants.
    """

    id: str
    organisation: str
    role: Role
    person: str | None
    name: str
    membership: str | None
    token: str | None
    means: str
    opened_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """A fresh session.

    Attributes:
        id: of the session.
        secret: what the browser keeps; shown once.
        expires_at: it is over then at the latest.
    """

    id: str
    secret: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Former:
    """A session as it was opened, whether it is good or over.

    Attributes:
        id: fit for logs.
        whose: body and person, or the token and the name stated with it: equal for the same one alone.
    """

    id: str
    whose: str


def open_for_person(
    connection: Connection, person_id: str, membership_id: str, *, means: Means, now: datetime
) -> Opened:
    """Open a session of a person in one of its memberships, which the caller has checked.

    Of more sessions than one person may have at once those that were opened first end.
    """
    most = limits.whole("sessions_of_one", local_date(now))
    for former in lasting(connection, person_id, now)[max(0, most - 1) :]:
        end(connection, former["id"], reason="too_many", now=now)
    body = {"person": person_id, "membership": membership_id, "means": means}
    values = {"person_id": person_id, "membership_id": membership_id, "means": means}
    return _open(connection, values, body, now)


def open_for_office(connection: Connection, token_id: str, name: str, *, now: datetime) -> Opened:
    """Open a session by an office's token, for somebody who states a name."""
    values = {"token_id": token_id, "stated_name": name, "means": "token"}
    return _open(connection, values, {"token": token_id, "means": "token"}, now)


def find(connection: Connection, secret: str, now: datetime) -> Session | None:
    """The session behind what a browser keeps, if it is good now: one read by its hash."""
    s, m, t, p, on = sessions.c, memberships.c, client_tokens.c, people.c, local_date(now)
    row = connection.execute(
        select(
            sessions, p.name, m.organisation, m.role,
            t.organisation.label("office"), t.role.label("office_role"),
        )
        .outerjoin(people, p.id == s.person_id)
        .outerjoin(memberships, m.id == s.membership_id)
        .outerjoin(client_tokens, t.id == s.token_id)
        .where(
            s.sha256 == sha256(secret),
            s.ended_at.is_(None),
            s.expires_at > now,
            s.seen_at > now - limits.minutes("session_idle_minutes", on),
            or_(
                s.person_id.is_not(None)
                & p.ended_at.is_(None)
                & m.ended_at.is_(None)
                & (m.first_day <= on)
                & or_(m.last_day.is_(None), m.last_day >= on),
                s.token_id.is_not(None) & t.revoked_at.is_(None) & (t.expires_at > now),
            ),
        )
    ).first()  # fmt: skip
    return None if row is None else _session(row)


def former(connection: Connection, secret: str) -> Former | None:
    """The session behind what a browser keeps, also one that is over: whose it was, and nothing it may do."""
    s, m = sessions.c, memberships.c
    query = select(s.id, s.person_id, s.token_id, s.stated_name, m.organisation)
    joined = query.outerjoin(memberships, m.id == s.membership_id).where(s.sha256 == sha256(secret))
    row = connection.execute(joined).first()
    if row is None:
        return None
    who = (row.organisation, row.person_id) if row.person_id else (row.token_id, row.stated_name)
    return Former(row.id, "\n".join(str(each) for each in who))


def seen(connection: Connection, session: Session, now: datetime) -> None:
    """Note that a session is in use."""
    connection.execute(update(sessions).where(sessions.c.id == session.id).values(seen_at=now))


def to_be_noted(session: Session, now: datetime) -> bool:
    """Whether it is time to note again that a session is in use."""
    return (now - session.seen_at).total_seconds() >= limits.whole("session_seen_seconds", local_date(now))


def act_in(connection: Connection, session: Session, membership_id: str, *, now: datetime) -> None:
    """Let a session go on in another membership of its person, which the caller has checked."""
    connection.execute(
        update(sessions).where(sessions.c.id == session.id).values(membership_id=membership_id)
    )
    body = {"session": session.id, "membership": membership_id}
    record(connection, event="space:session:choose", subject=str(session.person), body=body, now=now)


def end(connection: Connection, session_id: str, *, reason: str, now: datetime) -> None:
    """End a session.

    Raises:
        Unknown: there is no such session that lasts.
    """
    s = sessions.c
    row = connection.execute(select(s.person_id, s.token_id).where(s.id == session_id)).first()
    lasting = update(sessions).where(s.id == session_id, s.ended_at.is_(None))
    if row is None or connection.execute(lasting.values(ended_at=now, end_reason=reason)).rowcount != 1:
        raise Unknown("session that lasts", session_id)
    body = {"session": session_id, "reason": reason}
    subject = row.person_id or row.token_id
    record(connection, event="space:session:end", subject=subject, body=body, now=now)


def end_of_person(connection: Connection, person_id: str, *, reason: str, now: datetime) -> int:
    """End every session of a person.

    Returns:
        How many there were.
    """
    s = sessions.c
    lasting = select(s.id).where(s.person_id == person_id, s.ended_at.is_(None), s.expires_at > now)
    found = list(connection.execute(lasting).scalars())
    for session_id in found:
        end(connection, session_id, reason=reason, now=now)
    return len(found)


def lasting(connection: Connection, person_id: str | None, now: datetime) -> tuple[dict[str, Any], ...]:
    """Sessions that last, of a person or of everybody, the newest first; without what opens them."""
    s, on = sessions.c, local_date(now)
    idle = now - limits.minutes("session_idle_minutes", on)
    query = select(sessions).where(s.ended_at.is_(None), s.expires_at > now, s.seen_at > idle)
    if person_id is not None:
        query = query.where(s.person_id == person_id)
    rows = connection.execute(query.order_by(s.opened_at.desc(), s.id).limit(1000))
    return tuple(
        {
            "id": row.id, "person": row.person_id, "membership": row.membership_id, "token": row.token_id,
            "means": row.means, "opened_at": row.opened_at.isoformat(), "seen_at": row.seen_at.isoformat(),
            "expires_at": row.expires_at.isoformat(),
        }
        for row in rows
    )  # fmt: skip


def forget(connection: Connection, before: datetime) -> int:
    """Delete sessions that were over before an instant; evidence of them stays.

    Returns:
        How many there were.
    """
    return connection.execute(delete(sessions).where(sessions.c.expires_at < before)).rowcount


def _open(connection: Connection, values: dict[str, Any], body: dict[str, Any], now: datetime) -> Opened:
    session_id, secret = new_id("ses"), secrets.token_urlsafe(_RANDOM_BYTES)
    expires_at = now + limits.hours("session_hours", local_date(now))
    subject = str(values.get("person_id") or values["token_id"])
    told = {"session": session_id, **body}
    evidence_id = record(connection, event="space:session:open", subject=subject, body=told, now=now)
    connection.execute(
        insert(sessions).values(
            id=session_id, sha256=sha256(secret), opened_at=now, seen_at=now, expires_at=expires_at,
            evidence_id=evidence_id, **values,
        )
    )  # fmt: skip
    return Opened(session_id, secret, expires_at)


def _session(row: Row[Any]) -> Session:
    by_token = row.person_id is None
    return Session(
        id=row.id,
        organisation=row.office if by_token else row.organisation,
        role=Role(row.office_role if by_token else row.role),
        person=row.person_id,
        name=row.stated_name if by_token else row.name,
        membership=row.membership_id,
        token=row.token_id,
        means=row.means,
        opened_at=row.opened_at,
        seen_at=row.seen_at,
        expires_at=row.expires_at,
    )
