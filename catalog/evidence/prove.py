"""Proofs that an entry is in the log, and that the log only grew.

Decides what a proof says; :mod:`catalog.evidence.merkle` does the hashing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, select

from catalog.errors import CatalogError
from catalog.evidence import checkpoint as notes
from catalog.evidence import merkle, tiles
from catalog.evidence.continuity import LogBroken
from catalog.keys.ring import Ring
from catalog.store.tables.evidence import checkpoints, evidence_entries

# Put together once: a proof is asked for often, and takes some rows only.
_ENTRY: Final = select(evidence_entries.c.position, evidence_entries.c.leaf_hash).where(
    evidence_entries.c.id == bindparam("entry")
)
_SIGNED: Final = select(checkpoints.c.size, checkpoints.c.root, checkpoints.c.note).where(
    checkpoints.c.note.is_not(None)
)
_NEWEST: Final = _SIGNED.order_by(checkpoints.c.size.desc()).limit(1)
_OF_SIZE: Final = _SIGNED.where(checkpoints.c.size == bindparam("of_size"))


class UnknownEntry(CatalogError):
    """No evidence entry has that id."""

    def __init__(self, entry_id: str) -> None:
        self.entry_id = entry_id
        super().__init__(f"no evidence entry {entry_id}")


class NotIntegrated(CatalogError):
    """The entry, or the size, is not under a signed checkpoint yet."""


@dataclass(frozen=True, slots=True)
class Inclusion:
    """Proof that an entry is in the log of a signed size.

    Attributes:
        entry_id: the entry.
        leaf_hash: hexadecimal.
        position: 0-based place in the log.
        path: sibling hashes in hexadecimal, lowest first.
        size, root, note: the checkpoint the path leads to.
    """

    entry_id: str
    leaf_hash: str
    position: int
    path: tuple[str, ...]
    size: int
    root: str
    note: str

    def document(self) -> dict[str, Any]:
        """The proof as a JSON-able object."""
        return {
            "entry": self.entry_id,
            "leaf_hash": self.leaf_hash,
            "position": self.position,
            "path": list(self.path),
            "size": self.size,
            "root": self.root,
            "checkpoint": self.note,
        }


@dataclass(frozen=True, slots=True)
class Consistency:
    """Proof that the log of ``old_size`` is the start of that of ``new_size``."""

    old_size: int
    old_root: str
    new_size: int
    new_root: str
    path: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """The proof as a JSON-able object."""
        return {
            "old": {"size": self.old_size, "root": self.old_root},
            "new": {"size": self.new_size, "root": self.new_root},
            "path": list(self.path),
            "holds": self.holds(),
        }

    def holds(self) -> bool:
        """Whether the path leads from the old root to the new one."""
        return merkle.verify_consistency(
            self.old_size,
            self.new_size,
            [bytes.fromhex(step) for step in self.path],
            bytes.fromhex(self.old_root),
            bytes.fromhex(self.new_root),
        )


def prove_inclusion(connection: Connection, entry_id: str) -> Inclusion:
    """The inclusion proof of an entry under the newest signed checkpoint.

    Raises:
        UnknownEntry: there is no such entry.
        NotIntegrated: it has no place under a signed checkpoint yet; try again after the merge delay.
    """
    row = connection.execute(_ENTRY, {"entry": entry_id}).first()
    if row is None:
        raise UnknownEntry(entry_id)
    newest = _signed(connection, None)
    if row.position is None or newest is None or row.position >= newest.size:
        raise NotIntegrated(f"evidence entry {entry_id} is not in a signed checkpoint yet — try again")
    path = _path(connection, newest.size, lambda node: merkle.inclusion_path(newest.size, row.position, node))
    if not merkle.verify_inclusion(
        bytes.fromhex(row.leaf_hash), row.position, newest.size, path, bytes.fromhex(newest.root)
    ):
        where = f"entry {row.position} ({entry_id})"
        raise LogBroken(f"{where} is not under its checkpoint — run `ybz evidence verify`")
    return Inclusion(
        entry_id=entry_id,
        leaf_hash=row.leaf_hash,
        position=row.position,
        path=tuple(step.hex() for step in path),
        size=newest.size,
        root=newest.root,
        note=newest.note,
    )


def prove_consistency(connection: Connection, old_size: int, new_size: int) -> Consistency:
    """The proof between two signed sizes.

    Raises:
        NotIntegrated: one of the sizes has no signed checkpoint.
    """
    old, new = _signed(connection, old_size), _signed(connection, new_size)
    if old is None or new is None or old_size > new_size:
        raise NotIntegrated(f"no signed checkpoints of sizes {old_size} and {new_size}")
    path = _path(connection, new_size, lambda node: merkle.consistency_path(new_size, old_size, node))
    return Consistency(old_size, old.root, new_size, new.root, tuple(step.hex() for step in path))


def inclusion_holds(proof: Inclusion, public: bytes | Ring) -> bool:
    """Whether a proof leads to the root of its note, and the note is signed by the key or ring."""
    try:
        signed = notes.read(proof.note, public)
    except notes.NoteInvalid:
        return False
    return signed == (proof.size, proof.root) and merkle.verify_inclusion(
        bytes.fromhex(proof.leaf_hash),
        proof.position,
        proof.size,
        [bytes.fromhex(step) for step in proof.path],
        bytes.fromhex(proof.root),
    )


def _signed(connection: Connection, size: int | None) -> Row[int, str, str | None] | None:
    """The signed checkpoint of ``size``, or the newest one."""
    if size is None:
        return connection.execute(_NEWEST).first()
    return connection.execute(_OF_SIZE, {"of_size": size}).first()


def _path(
    connection: Connection, size: int, walk: Callable[[merkle.Node], tuple[bytes, ...]]
) -> tuple[bytes, ...]:
    """A path out of stored subtree hashes: some rows, however long the log is."""
    wanted: list[tuple[int, int]] = []

    def note_down(height: int, index: int) -> bytes:
        wanted.append((height, index))
        return b""

    walk(note_down)
    try:
        return walk(tiles.stored_nodes(connection, wanted))
    except tiles.TilesLost:  # of an earlier version: they are made at the next integration
        return walk(_from_leaves(connection, size))


def _from_leaves(connection: Connection, size: int) -> merkle.Node:
    entries = evidence_entries.c
    query = select(entries.leaf_hash).where(entries.position < size).order_by(entries.position)
    leaves = [bytes.fromhex(leaf) for leaf in connection.execute(query).scalars()]
    return lambda height, index: merkle.subtree_hash(leaves[index << height : (index + 1) << height])
