"""Anchoring 锚定: a checkpoint printed, or handed to another body, and found again later.

Decides the text that is handed out and that a record of it is an act with evidence. A log rewritten from the
ground by whoever holds its keys still cannot lead through what stands in a newspaper or an archive.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from catalog.errors import CatalogError
from catalog.evidence.append import instant_text, record
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.evidence import checkpoints, evidence_anchors


class AnchorTrouble(CatalogError):
    """Nothing to anchor, or a record that says too little."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A checkpoint that is kept elsewhere too.

    Attributes:
        id: of the record.
        size, root: of the checkpoint.
        digest: SHA-256 of the text that was handed out.
        kept_by: who keeps it, and where: a newspaper, a notary, an archive, the upper level.
        reference: number or page there.
        anchored_at: when it was handed over.
        holds: whether the log still has that checkpoint.
    """

    id: str
    size: int
    root: str
    digest: str
    kept_by: str
    reference: str
    anchored_at: datetime
    holds: bool

    def document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return asdict(self) | {"anchored_at": instant_text(self.anchored_at)}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is printed: one checkpoint in letters a person can compare.

    Attributes:
        size, root: of the checkpoint.
        text: some lines; their SHA-256 is the digest.
    """

    size: int
    root: str
    text: str

    @property
    def digest(self) -> str:
        """SHA-256 of the text, in hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def sheet(connection: Connection, size: int | None = None) -> Sheet:
    """The newest signed checkpoint, or that of a size, to print or hand over.

    Raises:
        AnchorTrouble: there is no such checkpoint.
    """
    c = checkpoints.c
    query = select(c.size, c.root, c.note).where(c.note.is_not(None)).order_by(c.size.desc())
    row = connection.execute((query if size is None else query.where(c.size == size)).limit(1)).first()
    if row is None:
        which = "" if size is None else f" of size {size}"
        raise AnchorTrouble(f"the log has no signed checkpoint{which} — run `ybz evidence root`")
    groups = [row.root[at : at + 8] for at in range(0, 64, 8)]
    origin = row.note.split("\n", 1)[0]
    lines = (origin, f"entries {row.size}", " ".join(groups[:4]), " ".join(groups[4:]))
    return Sheet(row.size, row.root, "\n".join(lines) + "\n")


def keep(
    connection: Connection, handed: Sheet, *, kept_by: str, reference: str, by: str, now: datetime
) -> Anchor:
    """Record that a checkpoint is kept elsewhere.

    Raises:
        AnchorTrouble: who keeps it, or under which number, is not said.
    """
    if not kept_by.strip() or not reference.strip():
        raise AnchorTrouble("say who keeps it and under which number or page (`kept_by`, `reference`)")
    made = new_id("anc")
    body = {
        "by": by,
        "digest": handed.digest,
        "kept_by": kept_by,
        "reference": reference,
        "size": handed.size,
    }
    entry = record(connection, event="evidence:checkpoint:anchor", subject=made, body=body, now=now)
    connection.execute(
        insert(evidence_anchors).values(
            id=made, size=handed.size, root=handed.root, digest=handed.digest, kept_by=kept_by,
            reference=reference, anchored_by=by, anchored_at=now, evidence_id=entry,
        )
    )  # fmt: skip
    return next(anchor for anchor in anchors(connection) if anchor.id == made)


def anchors(connection: Connection, part: Part | None = None) -> tuple[Anchor, ...]:
    """Every anchor, oldest first, and whether the log still has what was anchored.

    Args:
        connection: to read with.
        part: of them, by size of the checkpoint and id, and in this order.
    """
    a, c = evidence_anchors.c, checkpoints.c
    query = select(evidence_anchors, c.root.label("now")).outerjoin(checkpoints, c.size == a.size)
    rows = connection.execute(parted(query, part, a.anchored_at if part is None else a.size, a.id))
    return tuple(
        Anchor(
            id=row.id,
            size=row.size,
            root=row.root,
            digest=row.digest,
            kept_by=row.kept_by,
            reference=row.reference,
            anchored_at=row.anchored_at,
            holds=row.now == row.root,
        )
        for row in rows
    )
