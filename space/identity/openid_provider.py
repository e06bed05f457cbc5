"""A provider of identities 统一身份认证 as an installation is told of it, and what it says of itself.

Decides that a provider is reached over TLS, that it says of itself to be the issuer it was set as, and that
its keys are read again when one is shown that is not known.

Source: OpenID Connect Discovery 1.0; RFC 8414.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from catalog.home import Home
from catalog.settings import reading as settings
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.errors import Refused, SpaceError
from space.identity import limits

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_UNREACHABLE: Final = Reason(
    "identity.openid.unreachable",
    "the provider of identities does not answer, or not as one",
    allowed="try again later, or sign in with an account",
)
_ASKED: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_LONGEST_SECRET: Final = 1000


class ProviderNotUsable(SpaceError):
    """What the settings say of a provider cannot be used."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider, as the installation is told of it.

    Attributes:
        issuer: as its tokens state it.
        client_id: of this installation there.
        client_secret: of this installation there; empty where it has none.
        claim: of the identity token, by which a person is told apart.
        scope: what is asked for.
        authority: file of the certificate authority it is checked by; empty: those of the system.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    claim: str = "sub"
    scope: str = "openid"
    authority: str = ""


@dataclass(slots=True)
class Known:
    """What a provider says of itself.

    Attributes:
        document: its discovery document.
        keys: that it signs with.
        read_at: when they were read.
    """

    document: dict[str, Any]
    keys: KeySet
    read_at: datetime


_known: dict[Provider, Known] = {}


def provider_of(home: Home) -> Provider | None:
    """The provider an installation is told of; None where it is told of none.

    Raises:
        ProviderNotUsable: something is missing, or the provider is not reached over TLS.
    """
    issuer, client_id, file, claim, scope, authority = (
        settings.value(f"YBZ_OPENID_{name}", home.root)
        for name in ("ISSUER", "CLIENT_ID", "SECRET_FILE", "CLAIM", "SCOPE", "CA_FILE")
    )
    if not issuer:
        return None
    if not client_id:
        raise ProviderNotUsable(
            "YBZ_OPENID_CLIENT_ID is not set — the provider gave one for this installation"
        )
    _require_private(issuer)
    return Provider(issuer, client_id, _secret(file), claim, scope, authority)


def known(provider: Provider, now: datetime, *, kid: str | None = None) -> Known:
    """What the provider says of itself; read once, and again where a key is not among its keys.

    Args:
        provider: which.
        now: aware instant.
        kid: of a key that has to be among them.

    Raises:
        Refused: it does not answer, or not as the provider that was set.
    """
    held = _known.get(provider)
    if held is not None and (kid is None or kid in {key.kid for key in held.keys}):
        return held
    pause = limits.whole("openid_keys_seconds", local_date(now))
    if held is None or abs((now - held.read_at).total_seconds()) >= pause:
        held = _known[provider] = _read(provider, now)
    return held


def session_arguments(provider: Provider, now: datetime) -> dict[str, Any]:
    """How a provider is spoken to: no proxy of the environment, no endless wait, no other authority."""
    verify: ssl.SSLContext | bool = True
    if provider.authority:
        verify = ssl.create_default_context(cafile=provider.authority)
    seconds = limits.whole("openid_timeout_seconds", local_date(now))
    return {"timeout": seconds, "verify": verify, "trust_env": False, "follow_redirects": False}


def unreachable() -> Refused:
    """The refusal of a sign-in whose provider does not answer as one."""
    return Refused(Deny((_UNREACHABLE,)))


def _read(provider: Provider, now: datetime) -> Known:
    from authlib.integrations.httpx_client import OAuth2Client  # type: ignore[import-untyped]
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    place = provider.issuer.rstrip("/") + "/.well-known/openid-configuration"
    with OAuth2Client(**session_arguments(provider, now)) as client:
        document = _document(client, place)
        if document.get("issuer") != provider.issuer:
            raise unreachable()
        try:
            for name in _ASKED:
                _require_private(str(document.get(name)))
            keys = KeySet.import_key_set(_document(client, document["jwks_uri"]))  # type: ignore[arg-type]
        except (ProviderNotUsable, JoseError, ValueError, KeyError, TypeError):
            raise unreachable() from None
    return Known(document, keys, now)


def _document(client: Any, place: str) -> dict[str, Any]:
    """What a provider answers at an address."""
    try:
        held = client.request("GET", place, withhold_token=True).raise_for_status().json()
    except transport_errors():
        raise unreachable() from None
    if not isinstance(held, dict):
        raise unreachable()
    return held


def transport_errors() -> tuple[type[Exception], ...]:
    """What a connection or its answer fails with, of the client library authlib found."""
    from authlib.integrations.httpx_client._compat import httpx2  # type: ignore[import-untyped]

    return (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError)


def _secret(file: str) -> str:
    if not file:
        return ""
    path = Path(file)
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        raise ProviderNotUsable(f"{path} (YBZ_OPENID_SECRET_FILE) cannot be read") from None
    if not 0 < len(text) <= _LONGEST_SECRET:
        raise ProviderNotUsable(f"{path} (YBZ_OPENID_SECRET_FILE) holds no secret")
    if path.stat().st_mode & 0o077:
        raise ProviderNotUsable(f"{path} may be read by others — make it `chmod 600`")
    return text


def _require_private(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _HERE):
        raise ProviderNotUsable("a provider of identities is reached over https")
