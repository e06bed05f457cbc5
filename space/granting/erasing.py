"""Erasing a copy kept under a grant 删除: its file, then the row and the signed receipt that says so.

Decides the order: the file is gone before anybody states it, and who dies between leaves a row that is erased
again. When a copy ends is decided by the room that keeps it (supplies, workspaces).

Source: 个人信息保护法 Art 47; 网络数据安全管理条例（国务院令第790号）Art 12.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, Final

from sqlalchemy import Engine, Row, Table, select, update

from catalog.evidence import record
from catalog.home import Home
from catalog.keys import Signer
from catalog.lake import kept as beside
from catalog.lake.kept import KeptFiles, KeptInBucket, about, kept_of
from catalog.store import writing
from catalog.store.schema import new_id
from catalog.store.tables.evidence import evidence_entries
from space.calls import jws

DELETION_TYPE: Final = "ybz-deletion+jws"


@dataclass(frozen=True, slots=True)
class Kept:
    """Where copies are kept.

    Attributes:
        table: a row for each copy.
        ended, deleted: states of one that ended, and of one that is deleted.
        word: what a receipt calls a copy.
        event: of the evidence.
    """

    table: Table
    ended: str
    deleted: str
    word: str
    event: str


def erase(
    engine: Engine, signer: Signer, kept: Kept, row: Row[Any], files: KeptFiles, name: str, now: datetime
) -> bool:
    """Delete the file of a copy that ended, then say so.

    Args:
        engine: of the store.
        signer: signs the receipt.
        kept: where the copy was kept.
        row: of the copy.
        files: where its file is.
        name: of its file.
        now: aware instant.

    Returns:
        Whether it was erased now, and not by another before.
    """
    files.erase(name)
    c = kept.table.c
    with writing(engine) as connection:
        body = {"grant": row.grant_id, "file": row.sha256 or "", "reason": row.end_reason}
        evidence_id = record(connection, event=kept.event, subject=row.id, body=body, now=now)
        leaf = select(evidence_entries.c.leaf_hash).where(evidence_entries.c.id == evidence_id)
        stated = {
            "id": new_id("del"),
            "grant": row.grant_id,
            kept.word: row.id,
            "file": row.sha256 or "",
            "reason": row.end_reason,
            "ended": _minute(row.ended_at),
            # Not of machines nobody asked: each erases a passing copy of its own at its next sweep.
            "erased_from": ["storage", "machine"] if isinstance(files, KeptInBucket) else ["machine"],
            "time": _minute(now),
            "evidence": connection.execute(leaf).scalar_one(),
            "entry": evidence_id,
        }
        done = connection.execute(
            update(kept.table)
            .where(c.id == row.id, c.state == kept.ended)
            .values(
                state=kept.deleted,
                deleted_at=now,
                deletion_id=stated["id"],
                deletion=jws.sign(signer, stated, DELETION_TYPE),
            )
        )
        if done.rowcount != 1:  # another sweep was first, and has said so
            connection.rollback()
    return done.rowcount == 1


def found_below(home: Home, top: str) -> tuple[str, ...]:
    """Every file below a folder of what is kept, and what was begun on this machine.

    Looked for before the rows are read: a file is written after its row, so that one without is nobody's.
    """
    return beside.found(home, top)


def remove_strays(home: Home, found: Iterable[str], kept: Collection[str]) -> None:
    """Delete files that belong to no copy which is there: their writer was stopped.

    Args:
        home: of the installation.
        found: by :func:`found_below`.
        kept: ids of the copies.
    """
    files = kept_of(home)
    for name in found:
        if about(PurePosixPath(name).name) not in kept:
            files.remove(name)


def _minute(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%MZ")
