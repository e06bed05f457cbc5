"""The end of an operator's own table: unusable in the act that ends it, its file gone after, with proof.

Decides when a table ends (at will, replaced, with its grant, or because its upload died), and that the
deletion is retried until it is done (:mod:`space.granting.erasing`).

Source: 个人信息保护法 Art 47; 网络数据安全管理条例（国务院令第790号）Art 12.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, and_, or_, select, update

from catalog.evidence import record
from catalog.home import Home
from catalog.keys import Signer
from catalog.lake.kept import kept_of
from catalog.lake.kept_copies import drop_unused
from catalog.store import reading, writing
from catalog.store.tables.grants import grants
from catalog.store.tables.workspaces import workspace_tables
from policies.clocks import local_date
from space.errors import Unknown
from space.granting.erasing import Kept, erase, found_below, remove_strays
from space.store import HELD

# States of a version; what is no longer ready answers nothing.
WRITING: Final = "writing"
READY: Final = "ready"
ENDING: Final = "ending"
DELETED: Final = "deleted"
FOLDER: Final = "workspace"
_KEPT: Final = Kept(workspace_tables, ENDING, DELETED, "table", "space:workspace:delete")


def file_of(grant_id: str, version: str) -> str:
    """Name of the file of a version among what the installation keeps; on disk, each grant has a folder."""
    return f"{FOLDER}/{grant_id}/{version}.parquet"


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

    Deleting is safe to repeat: whoever dies between file and row leaves the row for the next sweep. Copies on
    this machine go here too: at once where their version has ended, else when nobody has read one for long.

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
    found, files = found_below(home, FOLDER), kept_of(home)
    with reading(engine) as connection:
        ended = connection.execute(select(workspace_tables).where(workspace_tables.c.state == ENDING)).all()
        live = connection.execute(
            select(workspace_tables.c.id).where(workspace_tables.c.state.in_((WRITING, READY)))
        ).scalars()
        kept = {*live, *(row.id for row in ended)}
    remove_strays(home, found, kept)
    drop_unused(home, FOLDER)
    return tuple(
        row.id
        for row in ended
        if erase(engine, signer, _KEPT, row, files, file_of(row.grant_id, row.id), now)
    )


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
