"""Access tokens of machine clients 访问令牌: signed, short-lived, checked against the store at each call.

Decides what a token says and when it is good: signed by an accepted key for this installation, not over, of
a client that lasts and not issued before what was revoked. Role and organisation are those of the client as
it stands now; a token may be for one grant alone.

Source: RFC 9068 (JWT profile of access tokens), RFC 8725 (best practices).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, select

from catalog.home import Home
from catalog.store.tables.machine_clients import machine_clients
from policies.access import Role
from policies.clocks import local_date
from space.calls import jws
from space.errors import SpaceError
from space.identity import limits, token_keys
from space.identity.clients import Client
from space.identity.tokens import Caller

TYPE: Final = "at+jwt"
_GRANT: Final = "grant:"
_LONGEST: Final = 4096


class NoSuchScope(SpaceError):
    """A scope beyond what the client has."""


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A fresh token.

    Attributes:
        text: the token itself.
        expires_in_s: how long it is good.
        scope: what it opens.
    """

    text: str
    expires_in_s: int
    scope: str


def issue(
    connection: Connection, home: Home, client: Client, *, issuer: str, scope: str | None, now: datetime
) -> AccessToken:
    """A token for a client that proved to be that client.

    Args:
        connection: a writing transaction.
        home: of the installation.
        client: who asks.
        issuer: address of the installation, which is the audience too.
        scope: words it asks for, ``role:…`` and ``grant:…``; all the client has where None.
        now: aware instant.

    Raises:
        NoSuchScope: it asks for more than it has.
    """
    given = _scope(client, scope)
    lifetime = limits.minutes("access_token_minutes", local_date(now))
    claims = {
        "iss": issuer,
        "aud": issuer,
        "sub": client.id,
        "client_id": client.id,
        # Not before what was revoked in this same second, or the fresh token would be among it.
        "iat": _numeric(max(now, client.not_before)),
        "exp": _numeric(now + lifetime),
        "jti": secrets.token_urlsafe(12),
        "scope": given,
    }
    text = jws.sign(token_keys.signing(connection, home, now), claims, TYPE)
    return AccessToken(text, int(lifetime.total_seconds()), given)


def looks_like_one(text: str) -> bool:
    """Whether a bearer text has the three parts of a signed token."""
    return len(text) <= _LONGEST and text.count(".") == 2


def holder(connection: Connection, text: str, *, issuer: str, now: datetime) -> Caller | None:
    """Whose token this is, or None where it is not good: its key and its client are read, by their ids."""
    try:
        public = token_keys.public_of(connection, jws.key_of(text), now)
        if public is None:
            return None
        claims = jws.verify(text, public, TYPE)
    except jws.SignatureInvalid:
        return None
    if (claims.get("iss"), claims.get("aud")) != (issuer, issuer):
        return None
    issued, ends = _instant(claims.get("iat")), _instant(claims.get("exp"))
    skew = timedelta(seconds=limits.whole("clock_skew_seconds", local_date(now)))
    if issued is None or ends is None or ends <= now or issued > now + skew:
        return None
    c = machine_clients.c
    row = connection.execute(
        select(c.id, c.organisation, c.role, c.grant_id).where(
            c.id == str(claims.get("sub")), c.ended_at.is_(None), c.not_before <= issued
        )
    ).first()
    if row is None:
        return None
    return Caller(
        row.organisation, Role(row.role), grant_id=row.grant_id or _grant_of(claims), program=row.id
    )


def _scope(client: Client, asked: str | None) -> str:
    role = f"role:{client.role.value}"
    own = [role] if client.grant is None else [role, _GRANT + client.grant]
    if asked is None:
        return " ".join(own)
    words = asked.split()
    grants = [word for word in words if word.startswith(_GRANT)]
    foreign = [word for word in words if word not in own and word not in grants]
    narrower = len(grants) <= 1 and (client.grant is None or all(word in own for word in grants))
    if foreign or not narrower:
        raise NoSuchScope(f"the client has no such scope — it has: {' '.join(own)}")
    return " ".join(dict.fromkeys([*own, *grants]))


def _grant_of(claims: dict[str, Any]) -> str | None:
    words = str(claims.get("scope", "")).split()
    return next((word.removeprefix(_GRANT) for word in words if word.startswith(_GRANT)), None)


def _numeric(instant: datetime) -> int:
    """Whole seconds since 1970. Source: RFC 7519, section 2."""
    return int(instant.timestamp())


def _instant(value: Any) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, ValueError, OSError):
        return None
