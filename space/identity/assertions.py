"""Assertions of machine clients: a client proves itself by signing, without telling a secret.

Decides that an assertion is good once, for this installation, for a few minutes, signed with a key of the
client it names. Why one is not good is told to nobody.

Source: RFC 7523 (JWT profile for client authentication), OpenID Connect Core 1.0, section 9.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select

from catalog.keys.encoding import NotCanonical, of_base64url
from catalog.store.tables.accounts import used_once
from policies.clocks import local_date
from space.errors import SpaceError, Unknown
from space.identity import clients, credentials, limits
from space.identity.sealing import sha256

TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LONGEST: Final = 8192
_LONGEST_ID: Final = 200


class NotProven(SpaceError):
    """A client did not prove to be that client."""

    def __init__(self) -> None:
        super().__init__("the client did not prove to be that client")


def proven(
    connection: Connection, assertion: str, audiences: Collection[str], now: datetime
) -> clients.Client:
    """The client behind an assertion, which is used up by this.

    Args:
        connection: a writing transaction.
        assertion: compact JWS.
        audiences: what we are called: the issuer, the address of the token endpoint.
        now: aware instant.

    Raises:
        NotProven: it is not good.
    """
    on = local_date(now)
    try:
        client = clients.client(connection, _named(assertion))
    except Unknown:
        raise NotProven from None
    keys = [each.jwk for each in credentials.of_client(connection, client.id, now) if each.jwk is not None]
    claims = _signed(assertion, keys, limits.words("signature_algorithms", on))
    skew = timedelta(seconds=limits.whole("clock_skew_seconds", on))
    ends = _within(claims, now, skew, limits.minutes("assertion_minutes", on))
    said = claims.get("aud")
    heard = {each for each in (said if isinstance(said, list) else [said]) if isinstance(each, str)}
    mine = claims.get("iss") == client.id and claims.get("sub") == client.id
    if not mine or not heard & set(audiences):
        raise NotProven
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= _LONGEST_ID:
        raise NotProven
    if not first_time(connection, f"{client.id} {jti}", ends + skew, now):
        raise NotProven
    return client


def first_time(connection: Connection, what: str, until: datetime, now: datetime) -> bool:
    """Whether something is shown for the first time; it is remembered until it would be refused anyway.

    Args:
        connection: a writing transaction.
        what: told apart from everything else that is shown once.
        until: it may be forgotten then.
        now: aware instant.
    """
    u, digest = used_once.c, sha256(what)
    connection.execute(delete(used_once).where(u.expires_at < now))
    if connection.execute(select(u.digest).where(u.digest == digest)).first() is not None:
        return False
    connection.execute(insert(used_once).values(digest=digest, expires_at=until))
    return True


def _named(assertion: str) -> str:
    """Whose it says to be, before anything is checked."""
    from joserfc import jws
    from joserfc.errors import JoseError

    if not assertion.isascii() or len(assertion) > _LONGEST:
        raise NotProven
    try:
        stated = json.loads(jws.extract_compact(assertion.encode()).payload)
    except (JoseError, ValueError, RecursionError):
        raise NotProven from None
    named = stated.get("sub") if isinstance(stated, dict) else None
    if not isinstance(named, str):
        raise NotProven
    return named


def _signed(assertion: str, keys: list[dict[str, Any]], algorithms: Collection[str]) -> dict[str, Any]:
    """The claims, if a key of the client signed them."""
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import JWKRegistry

    _, _, signature = assertion.rpartition(".")
    try:
        of_base64url(signature)  # the library takes two texts of one signature
    except NotCanonical:
        raise NotProven from None
    for jwk in keys:
        public = {name: value for name, value in jwk.items() if name not in ("alg", "key_ops")}
        try:
            return dict(jwt.decode(assertion, JWKRegistry.import_key(public), algorithms).claims)
        except (JoseError, ValueError, TypeError, RecursionError):
            continue
    raise NotProven


def _within(claims: dict[str, Any], now: datetime, skew: timedelta, longest: timedelta) -> datetime:
    """When it ends, if it began and ends near enough."""
    ends, begins = _instant(claims.get("exp")), _instant(claims.get("nbf", claims.get("iat", 0)))
    if ends is None or begins is None or begins > now + skew:
        raise NotProven
    if ends <= now - skew or ends > now + longest + skew:
        raise NotProven
    return ends


def _instant(value: Any) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, ValueError, OSError):
        return None
