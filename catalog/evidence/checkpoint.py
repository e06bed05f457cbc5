"""Checkpoints: a tree size and its root, as a signed note.

Decides the bytes that are signed and what a valid note is. Stores nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from catalog.errors import CatalogError
from catalog.keys import Signer, key_id

# Signature type byte of Ed25519 (C2SP signed-note).
_ED25519: Final = b"\x01"
# How every signature line begins: U+2014 and a space (C2SP signed-note).
_DASH: Final = "— "


class NoteInvalid(CatalogError):
    """A signed note that is malformed, or not signed by the key it is checked with."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of the log at one size.

    Attributes:
        size: number of entries.
        root: RFC 6962 root over them, hexadecimal.
        note: the signed note (C2SP signed-note with the tlog-checkpoint body).
        made_at: when the root was fixed.
    """

    size: int
    root: str
    note: str
    made_at: datetime


def origin(public_raw: bytes) -> str:
    """The name of the log that a key signs: ``yibenzhang/<key id>``."""
    return f"yibenzhang/{key_id(public_raw)}"


def body(name: str, size: int, root: str) -> str:
    """The text that is signed: origin, size, base64 of the root; each line ended by a newline.

    Source: C2SP tlog-checkpoint.
    """
    return f"{name}\n{size}\n{base64.b64encode(bytes.fromhex(root)).decode()}\n"


def sign(signer: Signer, size: int, root: str) -> str:
    """The signed note of a checkpoint.

    Source: C2SP signed-note.
    """
    name = origin(signer.public_raw)
    text = body(name, size, root)
    blob = _note_key_id(name, signer.public_raw) + signer.sign(text.encode())
    return f"{text}\n{_DASH}{name} {base64.b64encode(blob).decode()}\n"


def open_note(note: str, name: str, public_raw: bytes) -> str:
    """The text of a note, once the signature of ``name`` over it is checked.

    Args:
        note: text, blank line, signature lines.
        name: key name whose signature must be there.
        public_raw: that key, 32 bytes.

    Returns:
        The signed text, final newline included.

    Raises:
        NoteInvalid: malformed, no signature by that key, or a wrong one.

    Source: C2SP signed-note.
    """
    text, gap, signatures = note.rpartition("\n\n")
    if not gap or not signatures.endswith("\n"):
        raise NoteInvalid("the checkpoint is not a signed note")
    wanted = _note_key_id(name, public_raw)
    for line in signatures.splitlines():
        signature = _signature(line, name, wanted)
        if signature is None:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(public_raw).verify(signature, f"{text}\n".encode())
        except InvalidSignature as error:
            raise NoteInvalid("the signature of the checkpoint does not match its text") from error
        return f"{text}\n"
    raise NoteInvalid("the checkpoint is not signed by this key")


def read(note: str, public_raw: bytes) -> tuple[int, str]:
    """Size and root (hexadecimal) of a checkpoint note, once its signature is checked.

    Raises:
        NoteInvalid: the note, its signature or its origin is wrong.
    """
    name = origin(public_raw)
    lines = open_note(note, name, public_raw).split("\n")
    try:
        found, size, root = lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True).hex()
    except (IndexError, ValueError) as error:
        raise NoteInvalid("the checkpoint has no size and root") from error
    if found != name or body(name, size, root) != "\n".join(lines):
        raise NoteInvalid("the checkpoint is of another log or not in its exact form")
    return size, root


def _signature(line: str, name: str, wanted: bytes) -> bytes | None:
    """The signature a line carries for ``name`` and the key id ``wanted``, or None."""
    if not line.startswith(f"{_DASH}{name} "):
        return None
    try:
        blob = base64.b64decode(line[len(_DASH) + len(name) + 1 :], validate=True)
    except binascii.Error as error:
        raise NoteInvalid("a signature line is not in base64") from error
    return blob[4:] if blob[:4] == wanted else None


def _note_key_id(name: str, public_raw: bytes) -> bytes:
    """First 4 bytes of SHA-256(name ‖ newline ‖ type ‖ key) (C2SP signed-note)."""
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public_raw).digest()[:4]
