"""Integration: entries get positions, a size gets its root, the root gets its signature.

Each step is committed before the next, so that a process killed anywhere is continued by the next
run: positions and root together, then the signature over the *stored* root. One size therefore
never carries two signed roots.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, bindparam, func, insert, select, update

from catalog.errors import CatalogError
from catalog.evidence import checkpoint as notes
from catalog.evidence.append import instant_text, leaf_bytes
from catalog.evidence.checkpoint import Checkpoint
from catalog.evidence.merkle import Frontier, leaf_hash
from catalog.keys import Signer
from catalog.store import reading, writing
from catalog.store.tables.evidence import checkpoints, evidence_entries

# Entries that get their positions in one transaction: keeps a writer's turn short.
BATCH: Final = 2000


class LogBroken(CatalogError):
    """The log does not continue what was signed; nothing more is signed."""


def integrate(engine: Engine, signer: Signer, now: datetime) -> Checkpoint | None:
    """Bring every recorded entry into the log and sign its newest size.

    Args:
        engine: the store.
        signer: the key that signed every earlier checkpoint.
        now: aware instant, kept with new checkpoints.

    Returns:
        The newest checkpoint, new or not; None while the log is empty.

    Raises:
        LogBroken: an entry or an earlier checkpoint was changed, or is signed by another key.
    """
    while _extend(engine, signer, now):
        continue
    _sign_stored(engine, signer)
    with reading(engine) as connection:
        last = _last(connection)
    if last is None:
        return None
    return Checkpoint(size=last.size, root=last.root, note=last.note, made_at=last.made_at)


def _extend(engine: Engine, signer: Signer, now: datetime) -> bool:
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
        batch = connection.execute(pick).all()
        if not batch:
            return False
        tree = _tree(connection, signer)
        first = tree.size
        for row in batch:
            tree.append(_checked_leaf(row))
        _place(connection, batch, first)
        connection.execute(
            insert(checkpoints).values(
                size=tree.size,
                root=tree.root().hex(),
                frontier=" ".join(peak.hex() for peak in tree.peaks),
                made_at=now,
            )
        )
    return True


def _place(connection: Connection, batch: Sequence[Row[Any]], first: int) -> None:
    statement = (
        update(evidence_entries)
        .where(evidence_entries.c.id == bindparam("entry"), evidence_entries.c.position.is_(None))
        .values(position=bindparam("place"))
    )
    connection.execute(statement, [{"entry": row.id, "place": first + i} for i, row in enumerate(batch)])


def _tree(connection: Connection, signer: Signer) -> Frontier:
    """The tree to continue, from the last checkpoint once that is checked."""
    placed = connection.execute(select(func.count(evidence_entries.c.position))).scalar_one()
    last = _last(connection)
    if last is None:
        if placed:
            raise LogBroken("the log has entries but no checkpoint — run `ybz evidence verify`")
        return Frontier()
    tree = Frontier(last.size, (bytes.fromhex(peak) for peak in last.frontier.split()))
    signed = (last.size, last.root) if last.note is None else notes.read(last.note, signer.public_raw)
    if placed != last.size or tree.root().hex() != last.root or signed != (last.size, last.root):
        raise LogBroken(f"the log does not continue checkpoint {last.size} — run `ybz evidence verify`")
    return tree


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


def _sign_stored(engine: Engine, signer: Signer) -> None:
    """Sign every stored checkpoint that has no signature yet; Ed25519 gives the same bytes twice."""
    unsigned = select(checkpoints.c.size, checkpoints.c.root).where(checkpoints.c.note.is_(None))
    with writing(engine) as connection:
        for size, root in connection.execute(unsigned.order_by(checkpoints.c.size)).all():
            connection.execute(
                update(checkpoints)
                .where(checkpoints.c.size == size, checkpoints.c.note.is_(None))
                .values(note=notes.sign(signer, size, root))
            )


def _last(connection: Connection) -> Row[Any] | None:
    return connection.execute(select(checkpoints).order_by(checkpoints.c.size.desc()).limit(1)).first()
