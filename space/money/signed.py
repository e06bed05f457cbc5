"""Documents of money: canonical JSON with a check digest and a signature, read and checked offline.

Decides when a document holds: its digest, its signature, and that the key was good when it was signed. What
it says is decided by the room that wrote it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from catalog.keys import Ring, Signer, public_from_pem
from contracts.canonical import canonical, digest
from policies.clocks import ZONE
from space.calls import jws
from space.calls.jws import SignatureInvalid
from space.errors import SpaceError

# Kinds of signed documents of money.
STATEMENT_TYPE: Final = "ybz-statement+jws"
INVOICE_TYPE: Final = "ybz-invoice+jws"


class NotReadable(SpaceError):
    """A file that is not what it should be."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A document and what makes it fast.

    Attributes:
        document: what it says.
        digest: SHA-256 of its canonical form, hexadecimal.
        signature: JWS over it.
    """

    document: Mapping[str, Any]
    digest: str
    signature: str

    @property
    def text(self) -> str:
        """Its canonical JSON."""
        return canonical(self.document).decode()

    def to_document(self) -> dict[str, Any]:
        """Document, digest and signature in one JSON object, as a file holds them."""
        return {"document": dict(self.document), "digest": self.digest, "signature": self.signature}


def sign(signer: Signer, document: Mapping[str, Any], typ: str) -> Signed:
    """A document with its digest, signed."""
    return Signed(document, digest(document), jws.sign(signer, document, typ))


def read(stated: Mapping[str, Any]) -> Signed:
    """What :meth:`Signed.to_document` wrote.

    Raises:
        NotReadable: it is no such object.
    """
    parts = (stated.get("document"), stated.get("digest"), stated.get("signature"))
    document, check, signature = parts
    if not isinstance(document, dict) or not isinstance(check, str) or not isinstance(signature, str):
        raise NotReadable("the file holds no document with digest and signature — take it as it was written")
    return Signed(document, check, signature)


def read_file(path: Path) -> Signed:
    """A document from its file.

    Raises:
        NotReadable: the file holds none.
    """
    try:
        stated = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise NotReadable(f"{path} is not JSON in UTF-8") from error
    if not isinstance(stated, dict):
        raise NotReadable(f"{path} holds no document with digest and signature — take it as it was written")
    return read(stated)


def require(signed: Signed, ring: Ring, typ: str) -> None:
    """Let the document pass, if digest and signature hold.

    Raises:
        SignatureInvalid: they do not.
    """
    if digest(signed.document) != signed.digest:
        raise SignatureInvalid("the check digest is not that of the document: it was changed")
    stated = jws.verify(signed.signature, ring, typ, _signed_within)
    if canonical(stated) != canonical(signed.document):
        raise SignatureInvalid("the signature is over another document")


def ring_from(path: Path) -> Ring:
    """Public keys from a file: one key in PEM, or the published JWK set.

    Raises:
        KeyTrouble: it holds neither.
    """
    raw = path.read_bytes()
    if raw.lstrip().startswith(b"{"):
        try:
            return Ring.of_jwks(json.loads(raw))
        except ValueError as error:
            raise NotReadable(f"{path} is neither a key in PEM nor a JWK set") from error
    return Ring.single(public_from_pem(raw))


def _signed_within(stated: Mapping[str, Any]) -> jws.Span:
    """The day, or the instant, at which a document says it was made."""
    try:
        if "as_of" in stated:
            first = datetime.strptime(str(stated["as_of"]), "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
            return first, first + timedelta(minutes=1)
        first = datetime.combine(date.fromisoformat(str(stated["issued_on"])), time(), ZONE)
        return first, first + timedelta(days=1)
    except (KeyError, ValueError):
        return None, None
