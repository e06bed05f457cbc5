"""The end of an operator's own table: unusable in the act that ends it, its file gone after, with proof.

Decides when a table ends (at will, replaced, with its grant, or because its upload died), and that the
deletion is retried until it is done and stated in a signed receipt.

Source: 个人信息保护法 Art 47; 网络数据安全管理条例（国务院令第790号）Art 12.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, and_, or_, select, update

from catalog.evidence import record
from catalog.home import Home
from catalog.keys import Signer
from catalog.store import reading, writing
from catalog.store.schema import new_id
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.grants import grants
from catalog.store.tables.workspaces import workspace_tables
from policies.clocks import local_date
from space.calls import jws
from space.errors import Unknown
from space.store import HELD

DELETION_TYPE: Final = "ybz-deletion+jws"
# States of a version; what is no longer ready answers nothing.
WRITING: Final = "writing"
READY: Final = "ready"
ENDING: Final = "ending"
DELETED: Final = "deleted"


def folder(home: Home) -> Path:
    """Where files of workspaces lie, a folder for each grant; nobody but the owner may enter."""
    return home.root / "workspace"


def file_of(home: Home, grant_id: str, version: str) -> Path:
    """The file of a version."""
    return folder(home) / grant_id / f"{version}.parquet"


def end_of_grant(connection: Connection, grant_id: str, *, reason: str, now: datetime) -> None:
    """End every table of a grant, in the transaction that ends the grant.

    Args:
        connection: a writing transaction.
        grant_id: of the grant.
        reason: ``revoked`` or ``over``.
        now: aware instant.
    """
    t = workspace_tables.c
    for row in connection.execute(
        select(workspace_tables).where(t.grant_id == grant_id, t.state.in_((WRITING, READY)))
    ).all():
        end(connection, row, reason=reason, now=now)


def end(connection: Connection, row: Row[Any], *, reason: str, now: datetime) -> None:
    """Make a version unusable; its file is deleted by the next :func:`sweep`."""
    t = workspace_tables.c
    done = connection.execute(
        update(workspace_tables)
        .where(t.id == row.id, t.state == row.state)
        .values(state=ENDING, ended_at=now, end_reason=reason)
    )
    if done.rowcount == 1:
        body = {"grant": row.grant_id, "reason": reason}
        record(connection, event="space:workspace:end", subject=row.id, body=body, now=now)


def sweep(engine: Engine, home: Home, signer: Signer, now: datetime) -> tuple[str, ...]:
    """End what is over, and delete the file of everything that has ended.

    Deleting is safe to repeat: whoever dies between file and row leaves the row for the next sweep.

    Args:
        engine: of the store.
        home: of the installation.
        signer: signs the receipts of deletion.
        now: aware instant.

    Returns:
        Ids of the versions deleted now.
    """
    over = _over(now)
    with reading(engine) as connection:
        due = connection.execute(over).all()
    if due:
        with writing(engine) as connection:
            for row in connection.execute(over).all():
                unfinished = row.state == WRITING and row.grant_state in HELD
                end(connection, row, reason="unfinished" if unfinished else "over", now=now)
    with reading(engine) as connection:
        ended = connection.execute(select(workspace_tables).where(workspace_tables.c.state == ENDING)).all()
        live = connection.execute(
            select(workspace_tables.c.id).where(workspace_tables.c.state.in_((WRITING, READY)))
        ).scalars()
        kept = {*live, *(row.id for row in ended)}
    _remove_strays(home, kept)
    return tuple(row.id for row in ended if _delete(engine, home, signer, row, now))


def deletion(connection: Connection, deletion_id: str) -> str:
    """The signed receipt of a deletion.

    Raises:
        Unknown: there is none of that id.
    """
    t = workspace_tables.c
    found = connection.execute(select(t.deletion).where(t.deletion_id == deletion_id)).scalar()
    if found is None:
        raise Unknown("receipt", deletion_id)
    return str(found)


def _over(now: datetime) -> Any:
    """Versions whose grant has ended, or whose upload has not ended in time."""
    t, g = workspace_tables.c, grants.c
    return (
        select(workspace_tables, g.state.label("grant_state"))
        .join(grants, g.id == t.grant_id)
        .where(
            t.state.in_((WRITING, READY)),
            or_(
                g.state.not_in(HELD),
                g.valid_to < local_date(now),
                and_(t.state == WRITING, t.deadline_at < now),
            ),
        )
    )


def _delete(engine: Engine, home: Home, signer: Signer, row: Row[Any], now: datetime) -> bool:
    """Delete the file of a version, then say so."""
    path = file_of(home, row.grant_id, row.id)
    _unlink((path, path.with_suffix(".part")))
    t = workspace_tables.c
    with writing(engine) as connection:
        body = {"grant": row.grant_id, "file": row.sha256 or "", "reason": row.end_reason}
        evidence_id = record(connection, event="space:workspace:delete", subject=row.id, body=body, now=now)
        leaf = select(evidence_entries.c.leaf_hash).where(evidence_entries.c.id == evidence_id)
        stated = {
            "id": new_id("del"),
            "grant": row.grant_id,
            "table": row.id,
            "file": row.sha256 or "",
            "reason": row.end_reason,
            "ended": _minute(row.ended_at),
            "time": _minute(now),
            "evidence": connection.execute(leaf).scalar_one(),
        }
        done = connection.execute(
            update(workspace_tables)
            .where(t.id == row.id, t.state == ENDING)
            .values(
                state=DELETED,
                deleted_at=now,
                deletion_id=stated["id"],
                deletion=jws.sign(signer, stated, DELETION_TYPE),
            )
        )
        if done.rowcount != 1:  # another sweep was first, and has said so
            connection.rollback()
    return done.rowcount == 1


def _remove_strays(home: Home, kept: set[str]) -> None:
    """Files whose version is deleted already: their writer was stopped between its row and its file."""
    _unlink([path for path in folder(home).glob("*/*") if path.name.split(".")[0] not in kept])


def _unlink(paths: Sequence[Path]) -> None:
    for path in paths:
        if not path.exists():
            continue
        path.unlink(missing_ok=True)
        make_lasting(path.parent)


def make_lasting(folder: Path) -> None:
    """Have what was made or deleted in a folder outlive the machine."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _minute(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%MZ")
