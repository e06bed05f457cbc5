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

from catalog.errors import CatalogError
from catalog.keys.ring import Ring
from catalog.keys.signers import Algorithm, Signer, algorithm_of, key_id, verify

# How a signature line names its algorithm (C2SP signed-note); 0xff begins names that are not in its list.
_TYPES: Final = {Algorithm.ED25519: b"\x01", Algorithm.SM2: b"\xffsm2sig_sm3"}
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
    """The name of a log: ``yibenzhang/<id of its first key>``; it stays when the key is rotated."""
    return f"yibenzhang/{key_id(public_raw)}"


def body(name: str, size: int, root: str) -> str:
    """The text that is signed: origin, size, base64 of the root; each line ended by a newline.

    Source: C2SP tlog-checkpoint.
    """
    return f"{name}\n{size}\n{base64.b64encode(bytes.fromhex(root)).decode()}\n"


def sign(signer: Signer, size: int, root: str, name: str | None = None) -> str:
    """The signed note of a checkpoint.

    Args:
        signer: holds the key.
        size: of the log.
        root: of it, hexadecimal.
        name: of the log; named after the signing key where None.

    Source: C2SP signed-note.
    """
    key = signer.fixed()
    named = name or origin(key.public_raw)
    text = body(named, size, root)
    blob = _note_key_id(named, key.public_raw) + key.sign(text.encode())
    return f"{text}\n{_DASH}{named} {base64.b64encode(blob).decode()}\n"


def open_note(note: str, name: str, public_raw: bytes) -> str:
    """The text of a note, once the signature of ``name`` over it is checked.

    Args:
        note: text, blank line, signature lines.
        name: key name whose signature must be there.
        public_raw: that key.

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
        if not verify(algorithm_of(public_raw), public_raw, f"{text}\n".encode(), signature):
            raise NoteInvalid("the signature of the checkpoint does not match its text")
        return f"{text}\n"
    raise NoteInvalid("the checkpoint is not signed by this key")


def read(note: str, public: bytes | Ring) -> tuple[int, str]:
    """Size and root (hexadecimal) of a checkpoint note, once its signature is checked.

    Args:
        note: the signed note.
        public: the key of the log, or all keys it had.

    Raises:
        NoteInvalid: the note, its signature or its origin is wrong.
    """
    signed = read_signed(note, Ring.single(public) if isinstance(public, bytes) else public)
    return signed.size, signed.root


@dataclass(frozen=True, slots=True)
class Signed:
    """What a checkpoint note says, and who signed it.

    Attributes:
        size, root: of the log.
        key_id: of the key that signed.
    """

    size: int
    root: str
    key_id: str


def read_signed(note: str, ring: Ring) -> Signed:
    """What a checkpoint note says, once it is found signed by a key of the ring.

    Raises:
        NoteInvalid: the note, its signature or its origin is wrong.
    """
    name = origin(ring.keys[0].public_raw)
    trouble: NoteInvalid | None = None
    for key in ring.keys:
        try:
            text = open_note(note, name, key.public_raw)
        except NoteInvalid as error:
            trouble = trouble if trouble is not None and "not signed by" in str(error) else error
            continue
        return Signed(*_size_and_root(text, name), key.key_id)
    raise trouble or NoteInvalid("the checkpoint is not signed by this key")


def _size_and_root(text: str, name: str) -> tuple[int, str]:
    lines = text.split("\n")
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
    kind = _TYPES[algorithm_of(public_raw)]
    return hashlib.sha256(name.encode() + b"\n" + kind + public_raw).digest()[:4]
