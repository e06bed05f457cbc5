"""Bringing a restored log to continue the published one: entries come back from the copy, at their places.

Decides that store and copy must be one log, byte by byte, and the copy must reach every checkpoint that is
remembered; one that only the key remembers, which was never published, may be given up by a person. What
follows from the entries that came back (budgets, ends of grants) is decided where grants are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from catalog.errors import CatalogError
from catalog.evidence import tiles
from catalog.evidence.append import leaf_bytes
from catalog.evidence.export import CHECKPOINTS_FILE, ring_of_copy
from catalog.evidence.losing import Lost
from catalog.evidence.merkle import Frontier, leaf_hash
from catalog.evidence.verify import Entry, exported, verify_export, walk_store
from catalog.keys.heads import KEPT_WITH_THE_KEY, Head
from catalog.keys.ring import KnownKey, Ring
from catalog.keys.signers import public_to_pem
from catalog.keys.succession import REVOKED, ROTATED
from catalog.store.tables.evidence import checkpoints, evidence_entries
from catalog.store.tables.keys import signing_keys
from contracts.canonical import canonical

# Entries put in place in one statement.
_PAGE = 2000


class NotResumable(CatalogError):
    """The copy and the restored store do not make one log."""


@dataclass(frozen=True, slots=True)
class Back:
    """An entry whose business row the restored store does not have.

    Attributes:
        entry_id, event, subject, body, recorded_at: as it was recorded.
    """

    entry_id: str
    event: str
    subject: str
    body: dict[str, Any]
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Brought:
    """What was put in place.

    Attributes:
        common: entries both had.
        size: entries of the log now.
        back: those that came back, in their order.
        lost: what is given up of it; None where all of it is there.
    """

    common: int
    size: int
    back: tuple[Back, ...]
    lost: Lost | None = None


def bring_back(
    connection: Connection, folder: Path, trusted: bytes, remembered: Iterable[Head], *, give_up: bool = False
) -> Brought:
    """Put the entries of a copy that the store lost back at their places.

    Args:
        connection: the writing transaction that also does what follows from them.
        folder: the newest published copy.
        trusted: public key in place.
        remembered: what the log is known to have been.
        give_up: whether a person gives up what was signed and never published.

    Raises:
        NotResumable: the copy does not verify, is too short, or is of another log than the store.
    """
    verdict = verify_export(folder, trusted)
    if not verdict.ok:
        raise NotResumable(f"the copy does not hold: {verdict.first_bad} — take another published copy")
    if ring_of_copy(folder).keys[-1].public_raw != trusted:
        raise NotResumable("the signing key in place is older than the copy — restore the `keys/` of now")
    marks = {int(line["size"]): line for line in _lines(folder / CHECKPOINTS_FILE)}
    unreached = _unreached(marks, verdict.size, remembered)
    if unreached is not None and not give_up:
        raise NotResumable(
            f"the copy ends at {verdict.size} entries, and the key signed a log of {unreached.size} that no"
            " copy has: where the installation that was backed up still stands, run `ybz evidence publish`"
            " there and repeat. Else take a newer copy from wherever one is; if there is none, repeat with"
            " --give-up, which takes as spent what the lost entries may have spent"
        )
    common = _common(connection, marks, verdict.size)
    back = tuple(_put_back(connection, folder, common, marks)) if common < verdict.size else ()
    _keep_keys(connection, ring_of_copy(folder), folder)
    size = max(common, verdict.size)
    if unreached is not None and unreached.size <= size:
        raise NotResumable(f"the store and the key are of two logs: they differ at {unreached.size} entries")
    lost = None if unreached is None else Lost(unreached.size, unreached.root, unreached.size - size)
    return Brought(common, size, back, lost)


def _unreached(marks: Mapping[int, Mapping[str, Any]], size: int, remembered: Iterable[Head]) -> Head | None:
    """The checkpoint that only the key remembers and the copy does not reach; None where it reaches all."""
    found = None
    for head in remembered:
        if head.size in marks and marks[head.size]["root"] == head.root:
            continue
        if head.size <= size or head.where != KEPT_WITH_THE_KEY:
            raise NotResumable(
                f"the copy ends at {size} entries and does not lead through the log of {head.size}"
                f" that was signed ({head.where}) — take the newest published copy"
            )
        found = head
    return found


def _common(connection: Connection, marks: Mapping[int, Mapping[str, Any]], size: int) -> int:
    """How many entries the store has in place: the start of the copy, or the copy and some more."""
    bad = walk_store(connection)
    if bad is not None:
        raise NotResumable(f"the restored log does not hold by itself: {bad} — restore another backup")
    c = checkpoints.c
    last = connection.execute(select(c.size, c.root).order_by(c.size.desc()).limit(1)).first()
    if last is None:
        return 0
    shared = min(int(last.size), size)
    root = connection.execute(select(c.root).where(c.size == shared)).scalar()
    if shared not in marks or marks[shared]["root"] != root:
        raise NotResumable(
            f"the restored store and the copy are two logs: they differ in the first {shared} entries"
        )
    note = {"note": marks[shared]["note"]}
    connection.execute(update(checkpoints).where(c.size == shared, c.note.is_(None)).values(note))
    return int(last.size)


def _put_back(
    connection: Connection, folder: Path, common: int, marks: dict[int, dict[str, Any]]
) -> Iterator[Back]:
    tree, stored = _tree(connection, common), tiles.to_extend(connection, common)
    page: list[Back] = []
    rows: list[dict[str, Any]] = []
    for entry in exported(folder):
        assert entry.position is not None  # verified just now
        if entry.position < common:
            continue
        back = _read(entry)
        rows.append(_row(back, entry))
        tree.append(bytes.fromhex(entry.stored_hash))
        stored.append(bytes.fromhex(entry.stored_hash))
        page.append(back)
        mark = marks.get(tree.size)
        if mark is not None:
            _keep_mark(connection, tree, mark, back.recorded_at)
        if len(rows) == _PAGE:
            yield from _insert(connection, rows, page)
            rows, page = [], []
    yield from _insert(connection, rows, page)
    stored.store(connection)


def _insert(connection: Connection, rows: list[dict[str, Any]], page: list[Back]) -> Iterator[Back]:
    """Put entries in place; one that waited in the store has its business row, and gets its place only."""
    e = evidence_entries.c
    waiting = set(connection.execute(select(e.id).where(e.id.in_([row["id"] for row in rows]))).scalars())
    for row in rows:
        if row["id"] in waiting:
            placed = update(evidence_entries).where(e.id == row["id"], e.leaf_hash == row["leaf_hash"])
            connection.execute(placed.values(position=row["position"]))
    lost = [row for row in rows if row["id"] not in waiting]
    if lost:
        connection.execute(insert(evidence_entries), lost)
    yield from (back for back in page if back.entry_id not in waiting)


def _tree(connection: Connection, size: int) -> Frontier:
    c = checkpoints.c
    frontier = connection.execute(select(c.frontier).where(c.size == size)).scalar()
    return Frontier(size, [bytes.fromhex(peak) for peak in (frontier or "").split()])


def _read(entry: Entry) -> Back:
    told = json.loads(entry.leaf or b"{}")
    at = datetime.strptime(told["recorded_at"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    return Back(told["id"], told["event"], told["subject"], told["body"], at)


def _row(back: Back, entry: Entry) -> dict[str, Any]:
    text = canonical(back.body).decode()
    at = back.recorded_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    leaf = leaf_bytes(
        entry_id=back.entry_id, event=back.event, subject=back.subject, body=text, recorded_at=at
    )
    if leaf_hash(leaf).hex() != entry.stored_hash:
        raise NotResumable(f"entry {entry.position} ({back.entry_id}) of the copy is not in its exact form")
    return {
        "id": back.entry_id,
        "event": back.event,
        "subject": back.subject,
        "body": text,
        "leaf_hash": entry.stored_hash,
        "recorded_at": back.recorded_at,
        "position": entry.position,
    }


def _keep_mark(connection: Connection, tree: Frontier, mark: dict[str, Any], at: datetime) -> None:
    connection.execute(
        insert(checkpoints).values(
            size=tree.size,
            root=mark["root"],
            frontier=" ".join(peak.hex() for peak in tree.peaks),
            note=mark["note"],
            made_at=at,
        )
    )


def _keep_keys(connection: Connection, ring: Ring, folder: Path) -> None:
    """Have the store know every key the copy's log tells of."""
    if len(ring.keys) == 1 and ring.keys[0].valid_from is None:
        return
    told = _acts_of_keys(folder)
    k = signing_keys.c
    held: dict[str, Row[Any]] = {row.key_id: row for row in connection.execute(select(signing_keys))}
    for number, key in enumerate(ring.keys, start=1):
        values = _times(key) | {"evidence_id": told.get(key.key_id)}
        if key.key_id in held:
            connection.execute(update(signing_keys).where(k.key_id == key.key_id).values(values))
            continue
        named = {"key_id": key.key_id, "number": number, "algorithm": key.algorithm.value}
        pem = public_to_pem(key.public_raw).decode()
        connection.execute(insert(signing_keys).values(named | {"public_pem": pem} | values))


def _times(key: KnownKey) -> dict[str, Any]:
    return {
        "announced_at": key.valid_from,
        "valid_from": key.valid_from,
        "valid_to": key.valid_to,
        "revoked_at": key.revoked_at,
    }


def _acts_of_keys(folder: Path) -> dict[str, str]:
    """The last entry that tells of each key: its own announcement, its successor's, or its revocation."""
    found: dict[str, str] = {}
    for entry in exported(folder):
        if b'"event":"key:signing:' in (entry.leaf or b""):
            back = _read(entry)
            if back.event == ROTATED:
                found[str(back.body["key"])] = found[str(back.body["old"])] = back.entry_id
            elif back.event == REVOKED:
                found[str(back.body["key"])] = back.entry_id
    return found


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines)
