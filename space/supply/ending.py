"""The end of a supply: its addresses, its copy here, the receiver's proof of deletion, what died halfway.

Decides when a supply ends (with its grant, or when the time it may be kept is over), by when the receiver
states that it has deleted its own copy, and that the copy kept here is deleted with a signed receipt, tried
again until it is done.

Source: 个人信息保护法 Art 47; 网络数据安全管理条例（国务院令第790号）Art 12; 政务数据共享条例 Art 25.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, select, update

from catalog.clocks.place import place_on
from catalog.evidence import record
from catalog.home import Home
from catalog.keys import Signer
from catalog.lake.kept import kept_of
from catalog.lineage.granted import terms_of
from catalog.store import reading, writing
from catalog.store.tables.grants import grants
from catalog.store.tables.supplies import supplies, supply_links
from policies.clocks import due_by, local_date
from space.granting.erasing import Kept, erase, found_below, remove_strays

MAKING: Final = "making"
READY: Final = "ready"
ENDED: Final = "ended"
DELETED: Final = "deleted"
LOST: Final = "lost"
FOLDER: Final = "supplies"
_KEPT: Final = Kept(supplies, ENDED, DELETED, "supply", "space:supply:delete")

# By when a receiver states that it has deleted its copy, where the terms do not say. Name of a dated rule.
PROOF_RULE: Final = "supply_deletion"


def file_of(grant_id: str, supply_id: str, form: str) -> str:
    """Name of the file of a supply among what the installation keeps; on disk, each grant has a folder."""
    return f"{FOLDER}/{grant_id}/{supply_id}.{form}"


def draft_of(home: Home, name: str) -> Path:
    """Where a file is written on this machine before it is kept."""
    return (home.root / name).with_suffix(".part")


def end_of_grant(connection: Connection, grant_id: str, *, reason: str, now: datetime) -> None:
    """End every supply of a grant with its addresses, in the transaction that ends the grant.

    Args:
        connection: a writing transaction.
        grant_id: of the grant.
        reason: ``revoked``, ``returned`` or ``over``.
        now: aware instant.
    """
    s = supplies.c
    mine = select(supplies).where(s.grant_id == grant_id, s.state.in_((MAKING, READY)))
    for row in connection.execute(mine).all():
        end(connection, row, reason=reason, now=now)


def end(connection: Connection, row: Row[Any], *, reason: str, now: datetime) -> None:
    """End a supply: nothing of it is handed out any more, and its receiver owes the proof of deletion.

    One that was still being made is lost: nobody has received it.
    """
    s, day = supplies.c, local_date(now)
    values: dict[str, Any] = {"state": LOST}
    if row.state == READY:
        values = {"state": ENDED, "proof_due_on": _proof_due(connection, row, day)}
    done = connection.execute(
        update(supplies)
        .where(s.id == row.id, s.state == row.state)
        .values(ended_at=now, end_reason=reason, **values)
    )
    if done.rowcount != 1:
        return
    links = supply_links.c
    connection.execute(
        update(supply_links).where(links.supply_id == row.id, links.ended_at.is_(None)).values(ended_at=now)
    )
    body = {"grant": row.grant_id, "reason": reason}
    record(connection, event="space:supply:end", subject=row.id, body=body, now=now)


def sweep(engine: Engine, home: Home, signer: Signer, now: datetime) -> tuple[str, ...]:
    """End what may no longer be kept, forget what died half made, delete the file of everything that ended.

    Args:
        engine: of the store.
        home: of the installation.
        signer: signs the receipts of deletion.
        now: aware instant.

    Returns:
        Ids of the supplies whose copy was deleted now.
    """
    s = supplies.c
    over = select(supplies).where(
        ((s.state == READY) & (s.keep_until < local_date(now)))
        | ((s.state == MAKING) & (s.deadline_at < now))
    )
    with reading(engine) as connection:
        due = connection.execute(over.limit(1)).first()
    if due is not None:
        with writing(engine) as connection:
            for row in connection.execute(over).all():
                end(connection, row, reason="retention" if row.state == READY else "unfinished", now=now)
    found, files = found_below(home, FOLDER), kept_of(home)
    with reading(engine) as connection:
        ended = connection.execute(select(supplies).where(s.state == ENDED)).all()
        kept = select(s.id).where(s.state.in_((MAKING, READY, ENDED)))
        there = set(connection.execute(kept).scalars())
    remove_strays(home, found, there)
    return tuple(
        row.id
        for row in ended
        if erase(engine, signer, _KEPT, row, files, file_of(row.grant_id, row.id, row.form), now)
    )


def _proof_due(connection: Connection, row: Row[Any], day: date) -> date:
    """The last day of the receiver's proof: as the terms say, else by the dated rule."""
    agreement = connection.execute(select(grants.c.agreement).where(grants.c.id == row.grant_id)).scalar_one()
    retention = terms_of(agreement).retention
    if retention is not None:
        return day + timedelta(days=retention.proof_days)
    return due_by(PROOF_RULE, day, place_on(connection, day)).date
