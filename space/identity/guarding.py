"""Requests another site makes a browser send: they are done only if a page of ours sent them.

Decides it twice: what browsers say of where a request comes from, and a proof that only pages of the session
hold. Requests with a token in their header need neither: no browser adds one by itself.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Mapping
from typing import Final
from urllib.parse import urlsplit

from policies.decision import Decision, Deny, Permit, Reason
from space.identity.sealing import digest

# Methods that change nothing. Source: RFC 9110, section 9.2.1.
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_FORGED: Final = Reason(
    "identity.forged",
    "the request does not come from a page of this session",
    allowed="open the page again; a program sends the session's proof as X-CSRF-Token",
)


def from_own_site(headers: Mapping[str, str], own: Collection[str]) -> Decision:
    """Whether a browser says that a request comes from our own pages; programs say nothing.

    Args:
        headers: of the request, by names in lower case.
        own: origins of ours, such as ``https://ledger.example``.

    Source: Fetch Metadata Request Headers (W3C), RFC 6454 (Origin).
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return Permit() if site in ("same-origin", "none") else Deny((_FORGED,))
    origin = headers.get("origin")
    if origin is not None and origin.lower() not in own:
        return Deny((_FORGED,))
    return Permit()


def proof(secret: bytes, session_id: str) -> str:
    """What pages of a session hold, and nobody else.

    Args:
        secret: of the installation.
        session_id: of the session.
    """
    return digest(secret, b"form of a session", session_id)


def proven(secret: bytes, session_id: str, given: str | None) -> Decision:
    """Whether a request bears the proof of its session."""
    held = proof(secret, session_id)
    good = hmac.compare_digest(held.encode(), (given or "").encode("utf-8", "surrogatepass"))
    return Permit() if good else Deny((_FORGED,))


def origin_of(address: str) -> str:
    """Scheme, host and port of an address.

    >>> origin_of("https://Ledger.example/v1/?a=b")
    'https://ledger.example'
    """
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower()
