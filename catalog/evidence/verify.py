"""Verification of the whole log, from the store or from an exported copy.

Every leaf hash is derived again from the entry's own fields, every position, every stored subtree hash and
every checkpoint is walked in order. Decides what is wrong first; repairs nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, String, func, select, type_coerce

from catalog.errors import CatalogError
from catalog.evidence import checkpoint as notes
from catalog.evidence import crosscheck
from catalog.evidence.append import leaf_bytes
from catalog.evidence.authority import Authority
from catalog.evidence.export import CHECKPOINTS_FILE, ENTRIES_FILE, LINE, PUBLIC_KEY_FILE, ring_of_copy
from catalog.evidence.merkle import EMPTY_ROOT, Frontier, leaf_hash
from catalog.evidence.stored_tiles import StoredTiles
from catalog.keys.ring import Ring, stored_ring
from catalog.store.tables.evidence import checkpoints, evidence_entries

# Rows fetched at once, so that a long log is not held in memory.
PAGE: Final = 5000

_ID: Final = re.compile(rb'"id":"([^"]{1,60})","recorded_at":"')
_HEX_HASH: Final = re.compile(r"^[0-9a-f]{64}$")


class ExportUnreadable(CatalogError):
    """A folder that is not an exported log."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verification found.

    Attributes:
        ok: nothing is wrong.
        size, root: of the newest checkpoint, as stored.
        first_bad: the first thing wrong, by position or checkpoint; None where all is well.
        pending: entries that are recorded and sound, but not under a signed checkpoint yet.
    """

    ok: bool
    size: int
    root: str
    first_bad: str | None
    pending: int = 0

    def document(self) -> dict[str, Any]:
        """``{ok, size, root, first_bad}``."""
        return {"ok": self.ok, "size": self.size, "root": self.root, "first_bad": self.first_bad}


class Entry(NamedTuple):
    """One entry as it stands in the store or in a copy; there may be millions.

    Attributes:
        position: its place; None while it waits.
        stored_hash: hexadecimal leaf hash beside it.
        leaf: the bytes the hash is taken over; None: a line that is no entry.
    """

    position: int | None
    stored_hash: str
    leaf: bytes | None

    @property
    def name(self) -> str:
        """How the entry is named where it does not hold."""
        where = "pending entry" if self.position is None else f"entry {self.position}"
        return f"{where} ({self._entry_id()})"

    def hash(self) -> bytes | None:
        """Its leaf hash; None where its fields do not give the one beside it."""
        if self.leaf is None:
            return None
        found = leaf_hash(self.leaf)
        return found if found.hex() == self.stored_hash else None

    def _entry_id(self) -> str:
        if self.leaf is None:
            return "unreadable line"
        # The body comes first and may be no JSON any more; what follows it is of our making.
        found = _ID.findall(self.leaf)
        return found[-1].decode() if found else "unreadable entry"


@dataclass(frozen=True, slots=True)
class _Mark:
    size: int
    root: str
    note: str | None
    frontier: str | None = None


def verify_store(connection: Connection, public: bytes | Ring, kept: str | None = None) -> Verdict:
    """Verify the log in the store, and that business rows and entries stand for each other.

    Args:
        connection: a reading transaction.
        public: the keys checkpoints are signed with, or one of them that is trusted.
        kept: a checkpoint note kept outside the installation; the log must still lead through it.

    Returns:
        The verdict; a log that was never written to is sound, of size 0.

    Raises:
        NoteInvalid: ``kept`` is not a checkpoint of this log.
    """
    ring = public if isinstance(public, Ring) else _around(public, stored_ring(connection))
    rows = connection.execute(select(checkpoints).order_by(checkpoints.c.size)).all()
    marks = [_Mark(row.size, row.root, row.note, row.frontier) for row in rows]
    tiles = StoredTiles(connection)
    bad = _walk(_stored(connection), marks, ring, _pinned(kept, ring), tiles.take) or tiles.problem()
    signed = max((mark.size for mark in marks if mark.note is not None), default=0)
    if bad is None:
        bad = next(
            (f"{e.name}: changed after it was recorded" for e in _pending(connection) if e.hash() is None),
            None,
        )
    if bad is None:
        bad = crosscheck.first_problem(connection)
    entries = connection.execute(select(func.count()).select_from(evidence_entries)).scalar_one()
    return _verdict(bad, marks, pending=max(entries - signed, 0))


def walk_store(connection: Connection) -> str | None:
    """What is wrong with the entries and roots in the store, whoever signed them; None where nothing is."""
    rows = connection.execute(select(checkpoints).order_by(checkpoints.c.size)).all()
    marks = [_Mark(row.size, row.root, None, row.frontier) for row in rows]
    return _walk(_stored(connection), marks, None, {})


def verify_export(folder: Path, public_raw: bytes | None = None, kept: str | None = None) -> Verdict:
    """Verify an exported copy; needs nothing but the folder.

    Args:
        folder: as :func:`catalog.evidence.export.export` wrote it.
        public_raw: a key taken from elsewhere, any the log was ever signed with; without it the copy's own
            keys are used, which shows only that the copy agrees with itself.
        kept: a checkpoint note the log must lead through.

    Returns:
        The verdict.

    Raises:
        ExportUnreadable: a file of the export is missing.
        NoteInvalid: ``kept`` is not a checkpoint of this log.
        KeyTrouble: the copy's keys cannot be read.
    """
    for name in (ENTRIES_FILE, CHECKPOINTS_FILE, PUBLIC_KEY_FILE):
        if not (folder / name).is_file():
            raise ExportUnreadable(f"{folder} has no {name} — it is not an exported evidence log")
    own = ring_of_copy(folder)
    ring = own if public_raw is None else _around(public_raw, own)
    try:
        marks = list(_exported_marks(folder / CHECKPOINTS_FILE))
    except (ValueError, KeyError, TypeError):
        return Verdict(False, 0, EMPTY_ROOT.hex(), f"{CHECKPOINTS_FILE}: not lines of size, root and note")
    unsigned = next((mark for mark in marks if mark.note is None), None)
    bad = _walk(exported(folder), marks, ring, _pinned(kept, ring))
    if bad is None and unsigned is not None:
        bad = f"checkpoint {unsigned.size}: not signed"
    return _verdict(bad, marks)


def exported(folder: Path) -> Iterator[Entry]:
    """The entries of a copy, as its lines say."""
    with (folder / ENTRIES_FILE).open("rb") as lines:
        for number, line in enumerate(lines):
            found = LINE.match(line)
            if found is None:
                yield Entry(number, "", None)
            else:
                yield Entry(int(found["position"]), found["hash"].decode(), found["leaf"])


def _walk(
    entries: Iterable[Entry],
    marks: Sequence[_Mark],
    ring: Ring | None,
    pinned: Mapping[int, str],
    also: Callable[[bytes], str | None] = lambda _: None,
) -> str | None:
    """The first thing wrong, or None; without a ring signatures are not looked at."""
    tree, at, authority = Frontier(), 0, None if ring is None else Authority(ring)
    for entry in entries:
        if entry.position != tree.size:
            return f"entry {tree.size}: missing"
        found = entry.hash()
        if found is None or entry.leaf is None:
            return f"{entry.name}: its fields do not give its leaf hash"
        if authority is not None:
            authority.hear(entry.leaf)
        tree.append(found)
        if problem := also(found):
            return problem
        if at < len(marks) and marks[at].size == tree.size:
            first = marks[at - 1].size if at else 0
            if problem := _mark_problem(marks[at], tree, authority, is_last=at == len(marks) - 1):
                return f"checkpoint {tree.size}, entries {first} to {tree.size - 1}: {problem}"
            at += 1
        if tree.size in pinned and pinned[tree.size] != tree.root().hex():
            return f"checkpoint {tree.size}: the log was rewritten since the kept checkpoint"
    return _end_problem(tree, marks, at, pinned) or (authority.disagreement() if authority else None)


def _end_problem(tree: Frontier, marks: Sequence[_Mark], at: int, pinned: Mapping[int, str]) -> str | None:
    if at < len(marks):
        return f"entry {tree.size}: missing"
    if tree.size > (marks[-1].size if marks else 0):
        return f"entry {marks[-1].size if marks else 0}: has a position but no checkpoint"
    if beyond := [size for size in pinned if size > tree.size]:
        return f"entry {tree.size}: missing, the kept checkpoint has {beyond[0]} entries"
    return None


def _mark_problem(mark: _Mark, tree: Frontier, authority: Authority | None, *, is_last: bool) -> str | None:
    if mark.root != tree.root().hex():
        return "the root is not that of the entries"
    if mark.frontier is not None and mark.frontier != " ".join(peak.hex() for peak in tree.peaks):
        return "the stored subtree roots are not those of the entries"
    if authority is None:
        return None
    if mark.note is None:  # the newest one may have been stored just before a stop
        return None if is_last else "not signed"
    return authority.problem(mark.note, mark.size, mark.root)


def _verdict(bad: str | None, marks: Sequence[_Mark], pending: int = 0) -> Verdict:
    size, root = (marks[-1].size, marks[-1].root) if marks else (0, EMPTY_ROOT.hex())
    return Verdict(ok=bad is None, size=size, root=root, first_bad=bad, pending=pending)


def _pinned(kept: str | None, ring: Ring) -> dict[int, str]:
    if kept is None:
        return {}
    size, root = notes.read(kept, ring)
    return {size: root}


def _around(public_raw: bytes, ring: Ring | None) -> Ring:
    """The ring a trusted key stands in; the key alone where it does not."""
    stands = ring is not None and any(key.public_raw == public_raw for key in ring.keys)
    return ring if ring is not None and stands else Ring.single(public_raw)


def _stored(connection: Connection) -> Iterator[Entry]:
    """Entries that have a position, in its order, page by page."""
    place = evidence_entries.c.position
    last: int | None = None
    while True:
        page = _columns().where(place.is_not(None) if last is None else place > last)
        rows = connection.execute(page.order_by(place).limit(PAGE)).all()
        if not rows:
            return
        yield from (_entry(*row) for row in rows)
        last = rows[-1][-1]


def _pending(connection: Connection) -> Iterator[Entry]:
    rows = connection.execute(_columns().where(evidence_entries.c.position.is_(None)))
    return iter([_entry(*row) for row in rows])


def _columns() -> Any:
    c = evidence_entries.c
    # The instant as text: a changed one must be found, not fail to parse.
    return select(
        c.id, c.event, c.subject, c.body, type_coerce(c.recorded_at, String), c.leaf_hash, c.position
    )


def _entry(
    entry_id: str, event: str, subject: str, body: str, at: str, stored: str, position: int | None
) -> Entry:
    leaf = leaf_bytes(entry_id=entry_id, event=event, subject=subject, body=body, recorded_at=at)
    return Entry(position, stored, leaf)


def _exported_marks(path: Path) -> Iterator[_Mark]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            found = json.loads(line)
            size, root, note = int(found["size"]), str(found["root"]), found["note"]
            if not _HEX_HASH.match(root):
                raise ValueError("a root is 32 bytes in hexadecimal")
            yield _Mark(size, root, None if note is None else str(note))
