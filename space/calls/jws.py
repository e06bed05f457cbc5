"""Signed statements: compact JWS over canonical JSON, algorithm ``Ed25519`` or ``sm2sig_sm3``.

Decides how agreements and receipts are signed and checked, and that the algorithm is that of the key. What
they say is decided elsewhere.

Source: RFC 7515 (JWS compact serialisation), RFC 9864 (``Ed25519``), RFC 8998 (``sm2sig_sm3``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from catalog.keys import Algorithm, Ring, Signer
from catalog.keys import verify as check
from catalog.keys.encoding import NotCanonical, base64url, of_base64url
from contracts.canonical import canonical
from space.errors import SpaceError

# What an installation signs with unless it rotates to another.
ALGORITHM: Final = Algorithm.ED25519.value

# When a statement was signed: not before the first instant, not after the last; unknown where None.
Span = tuple[datetime | None, datetime | None]


class SignatureInvalid(SpaceError):
    """A statement that was not signed by the expected key, or was changed since."""


def sign(signer: Signer, payload: Mapping[str, Any], typ: str) -> str:
    """A compact JWS.

    Args:
        signer: holds the key.
        payload: JSON-able; signed in its canonical form.
        typ: what the statement is, e.g. ``ybz-receipt+jws``; a reader insists on it.
    """
    key = signer.fixed()
    header = {"alg": key.algorithm.value, "kid": key.key_id, "typ": typ}
    signed = base64url(canonical(header)) + "." + base64url(canonical(payload))
    return signed + "." + base64url(key.sign(signed.encode("ascii")))


def verify(
    statement: str,
    public: bytes | Ring,
    typ: str,
    signed_within: Callable[[Mapping[str, Any]], Span] | None = None,
) -> dict[str, Any]:
    """The payload of a statement whose signature holds.

    Args:
        statement: compact JWS.
        public: the public key, or all keys the installation ever signed with, each with its time.
        typ: the kind of statement expected.
        signed_within: the span in which such a statement says it was signed; without it a key that was
            revoked does not count at all.

    Raises:
        SignatureInvalid: it is not such a statement, of that key, unchanged; or the key did not count then.
    """
    head, payload, signature = _parts(statement)
    ring = Ring.single(public) if isinstance(public, bytes) else public
    header = _json(head)
    key = ring.of(str(header.get("kid")))
    if header.get("typ") != typ or header.get("alg") not in tuple(Algorithm):
        raise SignatureInvalid(f"not a statement of type {typ} signed with {ALGORITHM}")
    if key is None:
        raise SignatureInvalid(
            "signed with another key — take the public key of the installation that signed"
        )
    if header["alg"] != key.algorithm:
        raise SignatureInvalid(f"not a statement of type {typ} signed with {key.algorithm.value}")
    if not check(key.algorithm, key.public_raw, f"{head}.{payload}".encode("ascii"), _decode(signature)):
        raise SignatureInvalid("the signature does not hold: the statement was changed")
    stated = _json(payload)
    problem = key.problem(*((None, None) if signed_within is None else signed_within(stated)))
    if problem is not None:
        raise SignatureInvalid(problem)
    return stated


def key_of(statement: str) -> str:
    """Id of the key a statement says it is signed with."""
    return str(_json(_parts(statement)[0]).get("kid"))


def _parts(statement: str) -> tuple[str, str, str]:
    parts = statement.strip().split(".")
    if len(parts) != 3 or not statement.isascii():
        raise SignatureInvalid("not a signed statement (three parts joined by dots)")
    return parts[0], parts[1], parts[2]


def _json(part: str) -> dict[str, Any]:
    try:
        value = json.loads(_decode(part))
    except (ValueError, RecursionError) as error:
        raise SignatureInvalid("a part of the statement is not JSON") from error
    if not isinstance(value, dict):
        raise SignatureInvalid("a part of the statement is not a JSON object")
    return value


def _decode(part: str) -> bytes:
    try:
        return of_base64url(part)
    except NotCanonical as error:
        raise SignatureInvalid("a part of the statement is not base64url") from error
