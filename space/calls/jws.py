"""Signed statements: compact JWS over canonical JSON, algorithm ``Ed25519``.

Decides how agreements and receipts are signed and checked. What they say is decided elsewhere.

Source: RFC 7515 (JWS compact serialisation), RFC 9864 (fully specified name ``Ed25519``).
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from catalog.keys import Signer, key_id
from contracts.canonical import canonical
from space.errors import SpaceError

ALGORITHM: Final = "Ed25519"


class SignatureInvalid(SpaceError):
    """A statement that was not signed by the expected key, or was changed since."""


def sign(signer: Signer, payload: Mapping[str, Any], typ: str) -> str:
    """A compact JWS.

    Args:
        signer: holds the key.
        payload: JSON-able; signed in its canonical form.
        typ: what the statement is, e.g. ``ybz-receipt+jws``; a reader insists on it.
    """
    header = {"alg": ALGORITHM, "kid": signer.key_id, "typ": typ}
    signed = _encode(canonical(header)) + "." + _encode(canonical(payload))
    return signed + "." + _encode(signer.sign(signed.encode("ascii")))


def verify(statement: str, public_raw: bytes, typ: str) -> dict[str, Any]:
    """The payload of a statement whose signature holds.

    Args:
        statement: compact JWS.
        public_raw: the 32 bytes of the public key.
        typ: the kind of statement expected.

    Raises:
        SignatureInvalid: it is not such a statement, of that key, unchanged.
    """
    head, payload, signature = _parts(statement)
    header = _json(head)
    if header.get("alg") != ALGORITHM or header.get("typ") != typ:
        raise SignatureInvalid(f"not a statement of type {typ} signed with {ALGORITHM}")
    if header.get("kid") != key_id(public_raw):
        raise SignatureInvalid(
            "signed with another key — take the public key of the installation that signed"
        )
    try:
        Ed25519PublicKey.from_public_bytes(public_raw).verify(
            _decode(signature), f"{head}.{payload}".encode("ascii")
        )
    except InvalidSignature as error:
        raise SignatureInvalid("the signature does not hold: the statement was changed") from error
    return _json(payload)


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


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _decode(part: str) -> bytes:
    try:
        raw = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise SignatureInvalid("a part of the statement is not base64url") from error
    if _encode(raw) != part:  # one text only for one signature
        raise SignatureInvalid("a part of the statement is not base64url")
    return raw
