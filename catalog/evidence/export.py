"""Export of the log: JSON lines, checkpoints and the public key in one folder.

Whoever holds the folder can check the log without this software: an entry's leaf hash is
``SHA-256(0x00 ‖ leaf)`` over the bytes of its ``leaf`` value, roots follow RFC 6962, and a
checkpoint is a signed note (C2SP) with Ed25519.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, String, select, type_coerce

from catalog.errors import CatalogError
from catalog.evidence.append import leaf_bytes
from catalog.keys import Signer
from catalog.store.tables.evidence import checkpoints, evidence_entries
from contracts.canonical import canonical

ENTRIES_FILE: Final = "entries.jsonl"
CHECKPOINTS_FILE: Final = "checkpoints.jsonl"
CHECKPOINT_FILE: Final = "checkpoint.txt"
PUBLIC_KEY_FILE: Final = "public_key.pem"

# One exported entry; `leaf` is the exact text its hash is taken over.
LINE: Final = re.compile(
    rb'^\{"leaf":(?P<leaf>\{.*\}),"leaf_hash":"(?P<hash>[0-9a-f]{64})","position":(?P<position>\d{1,18})\}\n$'
)

# Rows fetched at once.
PAGE: Final = 5000


class NothingToExport(CatalogError):
    """The log has no signed checkpoint."""


def export(connection: Connection, signer: Signer, folder: Path) -> int:
    """Write the log up to its newest signed checkpoint.

    Args:
        connection: a reading transaction.
        signer: whose public key goes with the copy.
        folder: made where missing; files of an earlier export are replaced.

    Returns:
        How many entries were written.

    Raises:
        NothingToExport: nothing is signed yet.
    """
    signed = select(checkpoints).where(checkpoints.c.note.is_not(None)).order_by(checkpoints.c.size)
    marks = connection.execute(signed).all()
    if not marks:
        raise NothingToExport("the evidence log has no signed checkpoint yet")
    folder.mkdir(parents=True, exist_ok=True)
    _write_entries(connection, marks[-1].size, folder / ENTRIES_FILE)
    lines = (canonical({"size": m.size, "root": m.root, "note": m.note}) + b"\n" for m in marks)
    (folder / CHECKPOINTS_FILE).write_bytes(b"".join(lines))
    (folder / CHECKPOINT_FILE).write_text(marks[-1].note, encoding="utf-8")
    (folder / PUBLIC_KEY_FILE).write_bytes(signer.public_pem)
    return int(marks[-1].size)


def _write_entries(connection: Connection, size: int, path: Path) -> None:
    c = evidence_entries.c
    columns = (c.id, c.event, c.subject, c.body, type_coerce(c.recorded_at, String), c.leaf_hash, c.position)
    with path.open("wb") as out:
        for first in range(0, size, PAGE):
            page = select(*columns).where(c.position >= first, c.position < min(first + PAGE, size))
            for entry_id, event, subject, body, at, leaf_hash, position in connection.execute(
                page.order_by(c.position)
            ):
                leaf = leaf_bytes(entry_id=entry_id, event=event, subject=subject, body=body, recorded_at=at)
                out.write(
                    b'{"leaf":%b,"leaf_hash":"%b","position":%d}\n' % (leaf, leaf_hash.encode(), position)
                )
