"""Integration: entries get positions, a size gets its root, the root gets its signature.

Each step is committed before the next, so that a process killed anywhere is continued by the next
run: positions, subtree hashes and root together, then the signature over the *stored* root. One size
therefore never carries two signed roots. One process at a time leads, by a lease whose fence is compared in
every transaction.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, bindparam, exists, func, insert, or_, select, update

from catalog.evidence import checkpoint as notes
from catalog.evidence import continuity, tiles
from catalog.evidence.append import instant_text, leaf_bytes
from catalog.evidence.checkpoint import Checkpoint
from catalog.evidence.continuity import LogBroken
from catalog.evidence.merkle import Frontier, leaf_hash
from catalog.keys.ring import Ring, ring_of
from catalog.keys.signers import Signer
from catalog.keys.succession import key_to_sign
from catalog.releases import leases
from catalog.releases.leases import Lease, LeaseHeld, LeaseLost
from catalog.store import reading, writing
from catalog.store.tables.evidence import checkpoints, evidence_entries
from policies.clocks import local_date
from policies.rulebook import rule

__all__ = ["LogBroken", "integrate"]

# Entries that get their positions in one transaction: keeps a writer's turn short.
BATCH: Final = 2000
# What is leased; stands among the datasets that are being built.
LEASED: Final = "evidence log"
# How long a follower sleeps before it looks again, in seconds.
_PAUSE_S: Final = 0.02


def integrate(engine: Engine, signer: Signer, now: datetime, *, wait: bool = True) -> Checkpoint | None:
    """Bring every recorded entry into the log and sign its newest size.

    Args:
        engine: the store.
        signer: of the key in use.
        now: aware instant, kept with new checkpoints.
        wait: whether to wait for another process that does it now; it is waited for twice the merge delay.

    Returns:
        The newest signed checkpoint, new or not; None while the log is empty.

    Raises:
        LogBroken: an entry or an earlier checkpoint was changed, is signed by another key, or the store
            was restored.
        KeyTrouble: the key in place is not the one in use.
    """
    began, delay_s = time.monotonic(), int(rule("upkeep", "evidence", local_date(now)).value)
    while _is_behind(engine):
        passed_s = time.monotonic() - began
        try:
            lease = leases.take(engine, LEASED, now=now + timedelta(seconds=passed_s), seconds=delay_s)
        except LeaseHeld:
            if not wait or passed_s > 2 * delay_s:
                break
            time.sleep(_PAUSE_S)
            continue
        try:
            _lead(engine, signer, lease, now)
        except LeaseLost:
            continue  # another leads; what it does not do is done at the next turn
        finally:
            leases.give_back(engine, lease)
    return _newest(engine)


def _is_behind(engine: Engine) -> bool:
    """Whether an entry has no position, or a size no signature."""
    waits = exists().where(evidence_entries.c.position.is_(None))
    unsigned = exists().where(checkpoints.c.note.is_(None))
    with reading(engine) as connection:
        return bool(connection.execute(select(or_(waits, unsigned))).scalar_one())


def _newest(engine: Engine) -> Checkpoint | None:
    with reading(engine) as connection:
        last = _last(connection, signed=True)
    if last is None:
        return None
    return Checkpoint(size=last.size, root=last.root, note=last.note, made_at=last.made_at)


def _lead(engine: Engine, signer: Signer, lease: Lease, now: datetime) -> None:
    while _extend(engine, signer, lease, now):
        continue
    while _sign_next(engine, signer, lease, now):
        continue


def _extend(engine: Engine, signer: Signer, lease: Lease, now: datetime) -> bool:
    """Give one batch its positions and store the root of the new size; whether there was one."""
    entries = evidence_entries.c
    pick = (
        select(evidence_entries)
        .where(entries.position.is_(None))
        .order_by(entries.recorded_at, entries.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    with writing(engine) as connection:
        leases.hold(connection, lease)
        batch = connection.execute(pick).all()
        if not batch:
            return False
        tree = _tree(connection, signer)
        stored = tiles.to_extend(connection, tree.size)
        first = tree.size
        for row in batch:
            leaf = _checked_leaf(row)
            tree.append(leaf)
            stored.append(leaf)
        place(connection, [row.id for row in batch], first)
        stored.store(connection)
        connection.execute(
            insert(checkpoints).values(
                size=tree.size,
                root=tree.root().hex(),
                frontier=" ".join(peak.hex() for peak in tree.peaks),
                made_at=now,
            )
        )
    return True


_PLACED: Final = (
    update(evidence_entries)
    .where(evidence_entries.c.id == bindparam("entry"), evidence_entries.c.position.is_(None))
    .values(position=bindparam("place"))
)


def place(connection: Connection, entries: Sequence[str], first: int) -> None:
    """Give entries their positions, in their order.

    Args:
        connection: the writing transaction that stores the root over them.
        entries: ids of entries without a position.
        first: position of the first.
    """
    connection.execute(_PLACED, [{"entry": each, "place": first + i} for i, each in enumerate(entries)])


def _tree(connection: Connection, signer: Signer) -> Frontier:
    """The tree to continue, from the last checkpoint once that is checked."""
    highest = connection.execute(select(func.max(evidence_entries.c.position))).scalar()
    last = _last(connection)
    if last is None:
        if highest is not None:
            raise LogBroken("the log has entries but no checkpoint — run `ybz evidence verify`")
        continuity.require(connection, signer.heads())
        return Frontier()
    tree = Frontier(last.size, _peaks(last))
    signed = (last.size, last.root) if last.note is None else _read(last.note, ring_of(connection, signer))
    if highest != last.size - 1 or tree.root().hex() != last.root or signed != (last.size, last.root):
        raise LogBroken(f"the log does not continue checkpoint {last.size} — run `ybz evidence verify`")
    continuity.require(connection, signer.heads())
    return tree


def _peaks(last: Row[Any]) -> list[bytes]:
    try:
        peaks = [bytes.fromhex(peak) for peak in last.frontier.split()]
    except ValueError:
        peaks = []
    if len(peaks) != int(last.size).bit_count():
        raise LogBroken(f"the log does not continue checkpoint {last.size} — run `ybz evidence verify`")
    return peaks


def _read(note: str, ring: Ring) -> tuple[int, str] | None:
    try:
        return notes.read(note, ring)
    except notes.NoteInvalid:
        return None


def _checked_leaf(row: Row[Any]) -> bytes:
    leaf = leaf_bytes(
        entry_id=row.id,
        event=row.event,
        subject=row.subject,
        body=row.body,
        recorded_at=instant_text(row.recorded_at),
    )
    found = leaf_hash(leaf)
    if found.hex() != row.leaf_hash:
        raise LogBroken(f"entry {row.id} was changed after it was recorded — run `ybz evidence verify`")
    return found


def _sign_next(engine: Engine, signer: Signer, lease: Lease, now: datetime) -> bool:
    """Sign the first stored size that has no signature yet; whether there was one.

    The key remembers the size before it signs: a process killed between the two signs the same again.
    """
    c = checkpoints.c
    with writing(engine) as connection:
        leases.hold(connection, lease)
        row = connection.execute(
            select(c.size, c.root).where(c.note.is_(None)).order_by(c.size).limit(1)
        ).first()
        if row is None:
            return False
        continuity.require(connection, signer.heads())
        key = key_to_sign(connection, signer, now)
        signer.keep_head(row.size, row.root)
        name = notes.origin(ring_of(connection, key).keys[0].public_raw)
        note = notes.sign(key, row.size, row.root, name)
        connection.execute(update(checkpoints).where(c.size == row.size, c.note.is_(None)).values(note=note))
    return True


def _last(connection: Connection, *, signed: bool = False) -> Row[Any] | None:
    query = select(checkpoints).order_by(checkpoints.c.size.desc()).limit(1)
    return connection.execute(query.where(checkpoints.c.note.is_not(None)) if signed else query).first()
