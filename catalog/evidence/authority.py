"""Which key may have signed which checkpoint, as the log itself tells.

Decides that a key counts from the checkpoint over its announcement on, that two keys never take turns, and
that a ring names no key and hides no revocation the log does not tell of. Reads entries, stores nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final

from catalog.evidence import checkpoint as notes
from catalog.keys.ring import Ring
from catalog.keys.succession import REVOKED, ROTATED

_TELLS: Final = b'"event":"key:signing:'


@dataclass(slots=True)
class Authority:
    """What a walk through the log has learnt of its keys so far.

    Attributes:
        ring: the keys there are said to be.
    """

    ring: Ring
    _at: int = 0
    _announced: dict[str, str] = field(default_factory=dict)  # key id -> public key in hexadecimal
    _covered: set[str] = field(default_factory=set)
    _revoked: set[str] = field(default_factory=set)

    def hear(self, leaf: bytes) -> None:
        """Take in an entry, if it tells of keys."""
        if _TELLS not in leaf:
            return
        told: dict[str, Any] = json.loads(leaf)
        if told["event"] == ROTATED:
            self._announced[str(told["body"]["key"])] = str(told["body"]["public"])
        elif told["event"] == REVOKED:
            self._revoked.add(str(told["body"]["key"]))

    def problem(self, note: str, size: int, root: str) -> str | None:
        """Why a note is not the checkpoint of this size and root; None where it is."""
        try:
            signed = notes.read_signed(note, self.ring)
        except notes.NoteInvalid as error:
            return str(error)
        if (signed.size, signed.root) != (size, root):
            return "the signed note names another size or root"
        at = next(n for n, key in enumerate(self.ring.keys) if key.key_id == signed.key_id)
        if signed.key_id in self._revoked:
            return f"signed with key {signed.key_id}, which was revoked"
        if at == self._at + 1 and signed.key_id in self._covered:
            self._at = at
        if at != self._at:
            return f"signed with key {signed.key_id}, which was not in use"
        self._covered |= self._announced.keys()
        return None

    def disagreement(self) -> str | None:
        """Where the ring is not what the whole log tells; None where it is."""
        for key in self.ring.keys[1:]:
            if self._announced.get(key.key_id) != key.public_raw.hex():
                return f"key {key.key_id}: the log does not tell of it"
        hidden = self._revoked - {key.key_id for key in self.ring.keys if key.revoked_at is not None}
        invented = {key.key_id for key in self.ring.keys if key.revoked_at is not None} - self._revoked
        if hidden or invented:
            named = min(hidden or invented)
            return f"key {named}: its revocation is {'left out of the keys' if hidden else 'not in the log'}"
        return None
