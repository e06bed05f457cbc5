"""Verification of the whole log, from the store or from an exported copy.

Every leaf hash is derived again from the entry's own fields, every position and every checkpoint
is walked in order. Decides what is wrong first; repairs nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, String, func, select, type_coerce

from catalog.errors import CatalogError
from catalog.evidence import checkpoint as notes
from catalog.evidence.append import leaf_bytes
from catalog.evidence.export import CHECKPOINTS_FILE, ENTRIES_FILE, LINE, PUBLIC_KEY_FILE
from catalog.evidence.merkle import EMPTY_ROOT, Frontier, leaf_hash
from catalog.keys import public_from_pem
from catalog.store.tables.evidence import checkpoints, evidence_entries

# Rows fetched at once, so that a long log is not held in memory.
PAGE: Final = 5000

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


@dataclass(frozen=True, slots=True)
class _Entry:
    position: int | None
    entry_id: str
    stored_hash: str
    leaf: bytes | None  # None: its fields cannot even be put into a leaf

    @property
    def name(self) -> str:
        where = "pending entry" if self.position is None else f"entry {self.position}"
        return f"{where} ({self.entry_id})"

    def is_sound(self) -> bool:
        return self.leaf is not None and leaf_hash(self.leaf).hex() == self.stored_hash


@dataclass(frozen=True, slots=True)
class _Mark:
    size: int
    root: str
    note: str | None
    frontier: str | None = None


def verify_store(connection: Connection, public_raw: bytes, kept: str | None = None) -> Verdict:
    """Verify the log in the store.

    Args:
        connection: a reading transaction.
        public_raw: the public key every checkpoint is signed with, 32 bytes.
        kept: a checkpoint note kept outside the installation; the log must still lead through it.

    Returns:
        The verdict; a log that was never written to is sound, of size 0.

    Raises:
        NoteInvalid: ``kept`` is not a checkpoint of this log.
    """
    rows = connection.execute(select(checkpoints).order_by(checkpoints.c.size)).all()
    marks = [_Mark(row.size, row.root, row.note, row.frontier) for row in rows]
    bad = _walk(_stored(connection), marks, public_raw, _pinned(kept, public_raw))
    signed = max((mark.size for mark in marks if mark.note is not None), default=0)
    if bad is None:
        bad = next(
            (f"{e.name}: changed after it was recorded" for e in _pending(connection) if not e.is_sound()),
            None,
        )
    entries = connection.execute(select(func.count()).select_from(evidence_entries)).scalar_one()
    return _verdict(bad, marks, pending=max(entries - signed, 0))


def verify_export(folder: Path, public_raw: bytes | None = None, kept: str | None = None) -> Verdict:
    """Verify an exported copy; needs nothing but the folder.

    Args:
        folder: as :func:`catalog.evidence.export.export` wrote it.
        public_raw: a key taken from elsewhere; without it the copy's own key is used, which shows
            only that the copy agrees with itself.
        kept: a checkpoint note the log must lead through.

    Returns:
        The verdict.

    Raises:
        ExportUnreadable: a file of the export is missing.
        NoteInvalid: ``kept`` is not a checkpoint of this log.
    """
    for name in (ENTRIES_FILE, CHECKPOINTS_FILE, PUBLIC_KEY_FILE):
        if not (folder / name).is_file():
            raise ExportUnreadable(f"{folder} has no {name} — it is not an exported evidence log")
    key = public_raw or public_from_pem((folder / PUBLIC_KEY_FILE).read_bytes())
    try:
        marks = list(_exported_marks(folder / CHECKPOINTS_FILE))
    except (ValueError, KeyError, TypeError):
        return Verdict(False, 0, EMPTY_ROOT.hex(), f"{CHECKPOINTS_FILE}: not lines of size, root and note")
    unsigned = next((mark for mark in marks if mark.note is None), None)
    bad = _walk(_exported(folder / ENTRIES_FILE), marks, key, _pinned(kept, key))
    if bad is None and unsigned is not None:
        bad = f"checkpoint {unsigned.size}: not signed"
    return _verdict(bad, marks)


def _walk(
    entries: Iterable[_Entry], marks: Sequence[_Mark], public_raw: bytes, pinned: Mapping[int, str]
) -> str | None:
    """The first thing wrong, or None."""
    tree, at = Frontier(), 0
    for entry in entries:
        if entry.position != tree.size:
            return f"entry {tree.size}: missing"
        if not entry.is_sound():
            return f"{entry.name}: its fields do not give its leaf hash"
        tree.append(bytes.fromhex(entry.stored_hash))
        if at < len(marks) and marks[at].size == tree.size:
            first = marks[at - 1].size if at else 0
            if problem := _mark_problem(marks[at], tree, public_raw, is_last=at == len(marks) - 1):
                return f"checkpoint {tree.size}, entries {first} to {tree.size - 1}: {problem}"
            at += 1
        if pinned.get(tree.size, "") not in ("", tree.root().hex()):
            return f"checkpoint {tree.size}: the log was rewritten since the kept checkpoint"
    if at < len(marks):
        return f"entry {tree.size}: missing"
    if tree.size > (marks[-1].size if marks else 0):
        return f"entry {marks[-1].size if marks else 0}: has a position but no checkpoint"
    if beyond := [size for size in pinned if size > tree.size]:
        return f"entry {tree.size}: missing, the kept checkpoint has {beyond[0]} entries"
    return None


def _mark_problem(mark: _Mark, tree: Frontier, public_raw: bytes, *, is_last: bool) -> str | None:
    if mark.root != tree.root().hex():
        return "the root is not that of the entries"
    if mark.frontier is not None and mark.frontier != " ".join(peak.hex() for peak in tree.peaks):
        return "the stored subtree roots are not those of the entries"
    if mark.note is None:  # the newest one may have been stored just before a stop
        return None if is_last else "not signed"
    try:
        signed = notes.read(mark.note, public_raw)
    except notes.NoteInvalid as error:
        return str(error)
    return None if signed == (mark.size, mark.root) else "the signed note names another size or root"


def _verdict(bad: str | None, marks: Sequence[_Mark], pending: int = 0) -> Verdict:
    size, root = (marks[-1].size, marks[-1].root) if marks else (0, EMPTY_ROOT.hex())
    return Verdict(ok=bad is None, size=size, root=root, first_bad=bad, pending=pending)


def _pinned(kept: str | None, public_raw: bytes) -> dict[int, str]:
    if kept is None:
        return {}
    size, root = notes.read(kept, public_raw)
    return {size: root}


def _stored(connection: Connection) -> Iterator[_Entry]:
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


def _pending(connection: Connection) -> Iterator[_Entry]:
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
) -> _Entry:
    try:
        is_object = isinstance(json.loads(body), dict)
    except ValueError:
        is_object = False
    leaf = None
    if is_object:
        leaf = leaf_bytes(entry_id=entry_id, event=event, subject=subject, body=body, recorded_at=at)
    return _Entry(position, entry_id, stored, leaf)


def _exported(path: Path) -> Iterator[_Entry]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines):
            found = LINE.match(line)
            if found is None:
                yield _Entry(number, "unreadable line", "", None)
                continue
            leaf, stored, position = found["leaf"], found["hash"].decode(), int(found["position"])
            try:
                entry_id = str(json.loads(leaf)["id"])
            except (ValueError, KeyError, TypeError):
                yield _Entry(position, "unreadable entry", stored, None)
                continue
            yield _Entry(position, entry_id, stored, leaf)


def _exported_marks(path: Path) -> Iterator[_Mark]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            found = json.loads(line)
            size, root, note = int(found["size"]), str(found["root"]), found["note"]
            if not _HEX_HASH.match(root):
                raise ValueError("a root is 32 bytes in hexadecimal")
            yield _Mark(size, root, None if note is None else str(note))
