"""Export of the log: JSON lines, checkpoints and the public keys in one folder that only grows.

Whoever holds the folder can check the log without this software: an entry's leaf hash is
``SHA-256(0x00 ‖ leaf)`` over the bytes of its ``leaf`` value, roots follow RFC 6962, and a
checkpoint is a signed note (C2SP) with Ed25519 or SM2. Decides that a copy is only ever appended to, and only
with what continues it.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from sqlalchemy import Connection, Row, String, select, type_coerce

from catalog import lasting
from catalog.errors import CatalogError
from catalog.evidence.append import leaf_bytes
from catalog.keys.heads import CHECKPOINT_FILE
from catalog.keys.ring import Ring, ring_of
from catalog.keys.signers import KeyTrouble, Signer, public_from_pem
from catalog.store.tables.evidence import checkpoints, evidence_entries
from contracts.canonical import canonical

ENTRIES_FILE: Final = "entries.jsonl"
CHECKPOINTS_FILE: Final = "checkpoints.jsonl"
PUBLIC_KEY_FILE: Final = "public_key.pem"
KEYS_FILE: Final = "keys.json"

# One exported entry; `leaf` is the exact text its hash is taken over.
LINE: Final = re.compile(
    rb'^\{"leaf":(?P<leaf>\{.*\}),"leaf_hash":"(?P<hash>[0-9a-f]{64})","position":(?P<position>\d{1,18})\}\n$'
)

# Rows fetched at once.
PAGE: Final = 5000


class NothingToExport(CatalogError):
    """The log has no signed checkpoint."""


class CopyDiverged(CatalogError):
    """A copy that the log of this store does not continue, or that was cut short."""


@dataclass(frozen=True, slots=True)
class _Copied:
    """How far a copy goes: its last checkpoint, and the length of its entries there."""

    size: int = 0
    root: str = ""
    entry_bytes: int = 0
    mark_bytes: int = 0


def export(connection: Connection, signer: Signer, folder: Path) -> int:
    """Bring a copy up to the newest signed checkpoint; what it holds already is not written again.

    Args:
        connection: a reading transaction.
        signer: of the key in use, whose ring goes with the copy.
        folder: made where missing; an earlier copy of this log is continued.

    Returns:
        How many entries the copy holds now.

    Raises:
        NothingToExport: nothing is signed yet.
        CopyDiverged: the folder holds a copy of another log, or a longer one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        had = _copied(folder)
        marks = _marks_after(connection, had)
        if marks:
            _append_entries(connection, had, marks, folder)
        if not marks and not had.size:
            raise NothingToExport("the evidence log has no signed checkpoint yet")
        ring = ring_of(connection, signer)
        lasting.write(folder / KEYS_FILE, canonical(ring.jwks()) + b"\n", mode=0o644)
        lasting.write(folder / PUBLIC_KEY_FILE, signer.public_pem, mode=0o644)
        if marks:  # last: what it names is all there
            lasting.write(folder / CHECKPOINT_FILE, marks[-1].note.encode(), mode=0o644)
    return int(marks[-1].size if marks else had.size)


def ring_of_copy(folder: Path) -> Ring:
    """The keys a copy came with; its one key where it is of an earlier version.

    Raises:
        KeyTrouble: they cannot be read.
    """
    path = folder / KEYS_FILE
    if not path.is_file():
        return Ring.single(public_from_pem((folder / PUBLIC_KEY_FILE).read_bytes()))
    try:
        document = json.loads(path.read_bytes())
    except ValueError as error:
        raise KeyTrouble(f"{path} is not a JWK set — take the keys from the signing installation") from error
    return Ring.of_jwks(document)


def _copied(folder: Path) -> _Copied:
    """How far the copy goes; a torn end is what was being written when a process was stopped."""
    path = folder / CHECKPOINTS_FILE
    if not path.is_file():
        return _Copied()
    whole = path.read_bytes()
    whole = whole[: whole.rfind(b"\n") + 1]
    if not whole:
        return _Copied()
    try:
        last = json.loads(whole.splitlines()[-1])
        if "bytes" not in last:  # of an earlier version: written anew
            return _Copied()
        had = _Copied(int(last["size"]), str(last["root"]), int(last["bytes"]), len(whole))
        held = (folder / ENTRIES_FILE).stat().st_size
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise CopyDiverged(
            f"{folder} is not a copy of the evidence log — export into another folder"
        ) from error
    if held < had.entry_bytes:
        raise CopyDiverged(f"{folder} was cut short — verify it, and export into another folder")
    return had


def _marks_after(connection: Connection, had: _Copied) -> Sequence[Row[int, str, str]]:
    c = checkpoints.c
    if had.size:
        root = connection.execute(select(c.root).where(c.size == had.size, c.note.is_not(None))).scalar()
        if root != had.root:
            raise CopyDiverged(
                f"the log of this store does not continue the copy of {had.size} entries — was the store"
                " restored? run `ybz evidence resume` with that copy"
            )
    signed = select(c.size, c.root, c.note).where(c.note.is_not(None), c.size > had.size)
    return connection.execute(signed.order_by(c.size)).all()


def _append_entries(
    connection: Connection, had: _Copied, marks: Sequence[Row[int, str, str]], folder: Path
) -> None:
    with (folder / ENTRIES_FILE).open("ab") as out:
        out.truncate(had.entry_bytes)
        out.seek(had.entry_bytes)
        lines: list[bytes] = []
        first = had.size
        for mark in marks:
            _write_entries(connection, first, mark.size, out)
            line = {"bytes": out.tell(), "note": mark.note, "root": mark.root, "size": mark.size}
            lines.append(canonical(line) + b"\n")
            first = mark.size
        _make_sure(out)
    with (folder / CHECKPOINTS_FILE).open("ab") as out:
        out.truncate(had.mark_bytes)
        out.write(b"".join(lines))
        _make_sure(out)


def _write_entries(connection: Connection, start: int, end: int, out: IO[bytes]) -> None:
    c = evidence_entries.c
    columns = (c.id, c.event, c.subject, c.body, type_coerce(c.recorded_at, String), c.leaf_hash, c.position)
    for first in range(start, end, PAGE):
        page = select(*columns).where(c.position >= first, c.position < min(first + PAGE, end))
        for entry_id, event, subject, body, at, leaf_hash, position in connection.execute(
            page.order_by(c.position)
        ):
            leaf = leaf_bytes(entry_id=entry_id, event=event, subject=subject, body=body, recorded_at=at)
            out.write(b'{"leaf":%b,"leaf_hash":"%b","position":%d}\n' % (leaf, leaf_hash.encode(), position))


def _make_sure(out: IO[bytes]) -> None:
    out.flush()
    os.fsync(out.fileno())


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time writes a copy."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
