"""Filling a library: datasets of the ledger join it and leave it; the owner's acts.

Decides that a member is of the ledger, of the part its contract says, and names the datasets it draws on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, update

from catalog import evidence, revisions
from catalog.libraries.kept import COMPOSED, PARTS, SOURCE, LibraryError, Member, members, stepped
from catalog.store.schema import new_id
from catalog.store.tables.libraries import library_members
from policies.machine import Office


def join(
    connection: Connection,
    name: str,
    dataset: str,
    part: str,
    sources: Sequence[str],
    *,
    by: str,
    now: datetime,
) -> Member:
    """Put a dataset of the ledger into a library; its owner's act.

    Args:
        connection: a writing transaction.
        name: of the library.
        dataset: ``schema.table`` of an entry.
        part: ``source`` (as its department keeps it) or ``composed`` (made for the library).
        sources: authoritative datasets it draws on; a source without any stands for itself.
        by: of the owner.
        now: aware instant.

    Raises:
        UnknownDataset: the ledger has no such entry.
        LibraryError: it is in already, or the part or a source is not as the entry says.
        IllegalStep: the library is closed.
    """
    library = stepped(connection, name, "join", Office.STEWARD)
    contract = revisions.current(connection, dataset).contract
    made = COMPOSED if contract.composed is not None else SOURCE
    if part not in PARTS or part != made:
        raise LibraryError(f"{dataset} is {made} by its contract — say so (`part`: {made})")
    if any(member.dataset == dataset for member in members(connection, name)):
        raise LibraryError(f"{dataset} is in {name} already")
    named = sorted(dict.fromkeys(sources)) or ([dataset] if part == SOURCE else [])
    if not named:
        what = "a composed member names the datasets it draws on (`sources`)"
        raise LibraryError(f"{what}: {dataset} has none")
    for source in named:
        revisions.current(connection, source)
    proof = evidence.record(
        connection, event="catalog:library:join", subject=f"library:{name}",
        body={"dataset": dataset, "part": part, "sources": named, "actor": by}, now=now,
    )  # fmt: skip
    connection.execute(
        insert(library_members).values(
            id=new_id("mem"), library_id=library.id, dataset=dataset, part=part, sources=named, joined_by=by,
            joined_at=now, evidence_id=proof,
        )
    )  # fmt: skip
    (found,) = (each for each in members(connection, name) if each.dataset == dataset)
    return found


def leave(connection: Connection, name: str, dataset: str, *, reason: str, by: str, now: datetime) -> None:
    """Take a dataset out of a library; its time there stays on record.

    Raises:
        LibraryError: it is not in, or no reason is given.
        IllegalStep: the library is closed.
    """
    library = stepped(connection, name, "leave", Office.STEWARD)
    if not reason.strip():
        raise LibraryError("a member leaves for a reason — state it (`reason`)")
    if all(member.dataset != dataset for member in members(connection, name)):
        raise LibraryError(f"{dataset} is not in {name} — see `ybz library show {name}`")
    m = library_members.c
    connection.execute(
        update(library_members)
        .where(m.library_id == library.id, m.dataset == dataset, m.left_at.is_(None))
        .values(left_by=by, left_at=now, leave_reason=reason)
    )
    body = {"dataset": dataset, "reason": reason, "actor": by}
    evidence.record(connection, event="catalog:library:leave", subject=f"library:{name}", body=body, now=now)
