"""Signing in at a provider of identities: OpenID Connect, authorisation code with PKCE.

Decides that an answer counts only in the browser that began, once, for the code challenge, state and nonce of
that beginning; that the identity token is the provider's, for this installation, fresh; and whose it is. What
stands in tokens is not kept.

Source: OpenID Connect Core 1.0, section 3.1; RFC 7636; RFC 9700, section 2.1.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from cryptography.fernet import InvalidToken
from sqlalchemy import Engine

from catalog.store import writing
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.errors import Refused
from space.identity import assertions, external, limits, signing_in
from space.identity.openid_provider import Provider, known, session_arguments, transport_errors, unreachable
from space.identity.sealing import box

_PURPOSE: Final = b"openid sign-in"
_RANDOM_BYTES: Final = 32
# Characters of a verifier: 43 to 128. Source: RFC 7636, section 4.1.
_VERIFIER_BYTES: Final = 48
_STATE: Final = Reason(
    "identity.openid.state",
    "the sign-in was not begun in this browser, was finished before, or is over",
    allowed="begin again",
)
_REFUSED: Final = Reason(
    "identity.openid.refused", "the provider of identities let nobody in", allowed="begin again"
)
_TOKEN: Final = Reason(
    "identity.openid.token",
    "what the provider of identities says does not hold",
    allowed="begin again; where it stays so, compare its settings and its clock with ours",
)
_UNKNOWN: Final = Reason(
    "identity.openid.unknown",
    "nobody here is known by that identity",
    allowed="a system administrator links it: `ybz person link`",
)


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that was begun.

    Attributes:
        address: of the provider, where the browser goes on.
        kept: what the browser keeps meanwhile.
    """

    address: str
    kept: str


@dataclass(frozen=True, slots=True)
class Desk:
    """Where sign-ins of an installation are finished.

    Attributes:
        engine: of the store.
        secret: of the installation.
        redirect: address the provider sends browsers back to.
    """

    engine: Engine
    secret: bytes
    redirect: str


def begin(desk: Desk, provider: Provider, now: datetime) -> Begun:
    """Begin a sign-in.

    Raises:
        Refused: the provider does not answer.
    """
    state, nonce = (secrets.token_urlsafe(_RANDOM_BYTES) for _ in range(2))
    verifier = secrets.token_urlsafe(_VERIFIER_BYTES)
    place = known(provider, now).document["authorization_endpoint"]
    with _client(desk, provider, now) as client:
        address, _ = client.create_authorization_url(place, state=state, code_verifier=verifier, nonce=nonce)
    kept = json.dumps([state, nonce, verifier]).encode()
    return Begun(str(address), box(desk.secret, _PURPOSE).encrypt_at_time(kept, _seconds(now)).decode())


def finish(
    desk: Desk, provider: Provider, answer: Mapping[str, str], kept: str | None, now: datetime
) -> signing_in.SignedIn:
    """Open a session of the person the provider vouches for.

    Args:
        desk: where it is finished.
        provider: where it was begun.
        answer: parameters the browser came back with.
        kept: what the browser kept meanwhile.
        now: aware instant.

    Raises:
        Refused: it was not begun here, the provider let nobody in, what it says does not hold, or nobody
            here is known so.
    """
    state, nonce, verifier = _kept(desk, kept, now)
    if not hmac.compare_digest(state.encode(), answer.get("state", "").encode("utf-8", "surrogatepass")):
        raise Refused(Deny((_STATE,)))
    _require_first(desk, state, now)
    # A provider that says who it is says the right one. Source: RFC 9207.
    if answer.get("iss", provider.issuer) != provider.issuer:
        raise Refused(Deny((_TOKEN,)))
    if "code" not in answer:
        raise Refused(Deny((_REFUSED,)))
    claims = _claims(provider, _exchanged(desk, provider, answer["code"], verifier, now), nonce, now)
    value = claims.get(provider.claim)
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise Refused(Deny((_UNKNOWN,)))
    with writing(desk.engine) as connection:
        person = external.whose(connection, desk.secret, provider.issuer, str(value))
        if person is None:
            raise Refused(Deny((_UNKNOWN,)))
        return signing_in.enter(connection, person, None, "openid", now=now)


def _kept(desk: Desk, kept: str | None, now: datetime) -> tuple[str, str, str]:
    lasts = int(limits.minutes("openid_minutes", local_date(now)).total_seconds())
    try:
        opened = box(desk.secret, _PURPOSE).decrypt_at_time(kept or "", lasts, _seconds(now))
    except InvalidToken:
        raise Refused(Deny((_STATE,))) from None
    state, nonce, verifier = json.loads(opened)
    return state, nonce, verifier


def _require_first(desk: Desk, state: str, now: datetime) -> None:
    until = now + 2 * limits.minutes("openid_minutes", local_date(now))
    with writing(desk.engine) as connection:
        first = assertions.first_time(connection, f"openid {state}", until, now)
    if not first:
        raise Refused(Deny((_STATE,)))


def _exchanged(desk: Desk, provider: Provider, code: str, verifier: str, now: datetime) -> dict[str, Any]:
    """The tokens of a code; a provider gives them once."""
    from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]

    place = known(provider, now).document["token_endpoint"]
    try:
        with _client(desk, provider, now) as client:
            tokens = client.fetch_token(
                place, grant_type="authorization_code", code=code, code_verifier=verifier
            )
    except AuthlibBaseError:
        raise Refused(Deny((_REFUSED,))) from None
    except transport_errors():
        raise unreachable() from None
    return dict(tokens)


def _claims(provider: Provider, tokens: dict[str, Any], nonce: str, now: datetime) -> dict[str, Any]:
    """What an identity token says, once everything about it holds."""
    from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
    from joserfc import jws, jwt
    from joserfc.errors import JoseError

    on = local_date(now)
    text = tokens.get("id_token")
    if not isinstance(text, str):
        raise Refused(Deny((_TOKEN,)))
    try:
        kid = jws.extract_compact(text.encode()).headers().get("kid")
        keys = known(provider, now, kid=kid).keys
        token = jwt.decode(text, keys, limits.words("signature_algorithms", on))
        wanted = {"iss": provider.issuer, "aud": provider.client_id}
        claims = CodeIDToken(
            token.claims,
            token.header,
            options={name: {"essential": True, "value": value} for name, value in wanted.items()},
            params={
                "nonce": nonce,
                "client_id": provider.client_id,
                "access_token": tokens.get("access_token"),
            },
        )
        skew = limits.whole("clock_skew_seconds", on)
        claims.validate(now=_seconds(now), leeway=skew)
    except (JoseError, ValueError, TypeError, KeyError):
        raise Refused(Deny((_TOKEN,))) from None
    oldest = now - limits.minutes("openid_max_age_minutes", on) - timedelta(seconds=skew)
    if claims["iat"] < oldest.timestamp():
        raise Refused(Deny((_TOKEN,)))
    return dict(claims)


def _client(desk: Desk, provider: Provider, now: datetime) -> Any:
    from authlib.integrations.httpx_client import OAuth2Client  # type: ignore[import-untyped]

    return OAuth2Client(
        client_id=provider.client_id,
        client_secret=provider.client_secret or None,
        redirect_uri=desk.redirect,
        scope=provider.scope,
        code_challenge_method="S256",
        **session_arguments(provider, now),
    )


def _seconds(now: datetime) -> int:
    return int(now.timestamp())
