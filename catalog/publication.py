"""The release protocol 发布: how a version becomes published, whole or not at all.

Decides the order of steps and what a crash between any two of them leaves. One store transaction
publishes; Delta commits before it are invisible, because every reader names a published version.

1. *intent*: the versions about to be written, and every row the last step will insert;
2. *vault*, 3. *protected*: committed at exactly those versions, with fence and intent in the commit;
4. *finish*: fence compared, then release row, evidence, lineage, build rows, intent closed.

An open intent found later is rolled forward if both commits exist, else the tables are restored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from sqlalchemy import Connection, Engine, insert, select, update

from catalog import delta, evidence, leases
from catalog.attempts import Attempt, record_attempt
from catalog.errors import CatalogError
from catalog.facts import Facts
from catalog.home import Home
from catalog.leases import Lease, LeaseHeld
from catalog.releases import Release, latest, protected_folder, vault_folder
from catalog.store import reading, writing
from catalog.store.schema import new_id
from catalog.store.tables.releases import intents, releases

if TYPE_CHECKING:
    from catalog.lineage import Edge


class IntentClosed(CatalogError):
    """The intent was settled by another process before it was finished."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A release to be: its rows, and what its store rows will say.

    Attributes:
        vault, protected: the two physical forms.
        content_hash: SHA-256 over the typed rows.
        seal: the content hash keyed, for eyes outside the owner; it goes into the evidence.
        attempt: the build that made it.
        edges: column lineage of a composed dataset; None where there is none to record.
    """

    dataset: str
    revision: int
    fingerprint: str
    vault: pa.Table
    protected: pa.Table
    content_hash: str
    seal: str
    counts: Mapping[str, Any]
    dimensions: Mapping[str, Any]
    grade: int
    facts: Facts
    attempt: Attempt
    edges: tuple[Edge, ...] | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """What a release is about to write; ``document`` holds the rows the last step inserts."""

    id: str
    dataset: str
    fence: int
    vault_version: int
    protected_version: int
    document: Mapping[str, Any]


def publish(home: Home, engine: Engine, lease: Lease, draft: Draft, *, now: datetime) -> Release:
    """Publish a release under a lease.

    Raises:
        VersionTaken: another writer reached a table first.
        LeaseLost: another builder took over; nothing is published.
    """
    intent = open_intent(home, engine, lease, draft, now=now)
    commit_vault(home, intent, draft.vault)
    commit_protected(home, intent, draft.protected)
    return finish(engine, lease, intent, now=now)


def open_intent(home: Home, engine: Engine, lease: Lease, draft: Draft, *, now: datetime) -> Intent:
    """Step 1: settle what an earlier builder left, then say what will be written."""
    settle(home, engine, lease, now=now)
    vault = _next_version(vault_folder(home, draft.dataset))
    protected = _next_version(protected_folder(home, draft.dataset))
    with writing(engine) as connection:
        leases.hold(connection, lease)
        before = latest(connection, draft.dataset)
        document = _document(draft, 1 if before is None else before.number + 1)
        intent = Intent(new_id("int"), draft.dataset, lease.fence, vault, protected, document)
        connection.execute(
            insert(intents).values(
                id=intent.id,
                dataset=intent.dataset,
                fence=intent.fence,
                vault_version=vault,
                protected_version=protected,
                release=document,
                opened_at=now,
            )
        )
    return intent


def commit_vault(home: Home, intent: Intent, rows: pa.Table) -> None:
    """Step 2: the vault table, at the version the intent names."""
    folder = vault_folder(home, intent.dataset)
    delta.commit(folder, rows, at=intent.vault_version, metadata=_stamp(intent))


def commit_protected(home: Home, intent: Intent, rows: pa.Table) -> None:
    """Step 3: the protected table, at the version the intent names."""
    folder = protected_folder(home, intent.dataset)
    delta.commit(folder, rows, at=intent.protected_version, metadata=_stamp(intent))


def finish(engine: Engine, lease: Lease, intent: Intent, *, now: datetime) -> Release:
    """Step 4: one transaction publishes the release.

    Raises:
        LeaseLost: another builder took over.
        IntentClosed: another process settled this intent.
    """
    with writing(engine) as connection:
        leases.hold(connection, lease)
        return _insert(connection, intent, now)


def recover(home: Home, engine: Engine, now: datetime) -> tuple[str, ...]:
    """Settle every intent a dead builder left open; call it when a process starts.

    A dataset whose builder is alive is left alone.

    Returns:
        One line per intent: what was done to which dataset.
    """
    with reading(engine) as connection:
        statement = select(intents.c.dataset).where(intents.c.outcome.is_(None)).distinct()
        datasets = sorted(connection.execute(statement).scalars())
    done: list[str] = []
    for dataset in datasets:
        try:
            lease = leases.take(engine, dataset, now=now)
        except LeaseHeld:
            continue
        try:
            done.extend(settle(home, engine, lease, now=now))
        finally:
            leases.give_back(engine, lease)
    return tuple(done)


def settle(home: Home, engine: Engine, lease: Lease, *, now: datetime) -> tuple[str, ...]:
    """Roll every open intent of the leased dataset forward or back."""
    with reading(engine) as connection:
        open_ones = (intents.c.dataset == lease.dataset) & intents.c.outcome.is_(None)
        rows = connection.execute(select(intents).where(open_ones).order_by(intents.c.opened_at)).all()
    done: list[str] = []
    for row in rows:
        intent = Intent(row.id, row.dataset, row.fence, row.vault_version, row.protected_version, row.release)
        if _is_whole(home, intent):
            finish(engine, lease, intent, now=now)
            done.append(f"{intent.dataset}: release {intent.document['number']} rolled forward")
        else:
            _roll_back(home, engine, lease, intent, now)
            done.append(f"{intent.dataset}: release {intent.document['number']} rolled back")
    return tuple(done)


def _is_whole(home: Home, intent: Intent) -> bool:
    """Whether both commits this intent names exist and are its own."""
    found = (
        delta.committed(vault_folder(home, intent.dataset), intent.vault_version),
        delta.committed(protected_folder(home, intent.dataset), intent.protected_version),
    )
    return all(commit is not None and commit.get("ybz_intent") == intent.id for commit in found)


def _roll_back(home: Home, engine: Engine, lease: Lease, intent: Intent, now: datetime) -> None:
    with reading(engine) as connection:
        published = latest(connection, intent.dataset)
    # Tables first: a crash in between leaves the intent open, and this runs again.
    delta.restore(vault_folder(home, intent.dataset), published.vault_version if published else None)
    delta.restore(protected_folder(home, intent.dataset), published.protected_version if published else None)
    with writing(engine) as connection:
        leases.hold(connection, lease)
        _close(connection, intent, "rolled_back", now)


def _insert(connection: Connection, intent: Intent, now: datetime) -> Release:
    """Release row, evidence, lineage, build rows; the intent is closed."""
    _close(connection, intent, "published", now)
    document = intent.document
    row = dict(document["row"])
    entry = evidence.record(
        connection,
        event="dataset:release:publish",
        subject=intent.dataset,
        body={
            "release": row["id"],
            "dataset": intent.dataset,
            "number": document["number"],
            "revision": row["revision"],
            "vault_version": intent.vault_version,
            "protected_version": intent.protected_version,
            "content": document["seal"],
            "grade": row["grade"],
            "fence": intent.fence,
        },
        now=now,
    )
    connection.execute(
        insert(releases).values(
            **row,
            dataset=intent.dataset,
            number=document["number"],
            vault_version=intent.vault_version,
            protected_version=intent.protected_version,
            published_at=now,
            evidence_id=entry,
        )
    )
    if document["edges"] is not None:
        from catalog.lineage import Edge, record_edges  # brings a SQL parser; few datasets need it

        record_edges(connection, intent.dataset, tuple(Edge(**edge) for edge in document["edges"]))
    record_attempt(connection, Attempt.from_document(document["attempt"]))
    made = latest(connection, intent.dataset)
    assert made is not None
    return made


def _close(connection: Connection, intent: Intent, outcome: str, now: datetime) -> None:
    closed = connection.execute(
        update(intents)
        .where(intents.c.id == intent.id, intents.c.outcome.is_(None))
        .values(outcome=outcome, closed_at=now)
    )
    if closed.rowcount != 1:
        raise IntentClosed(f"{intent.dataset}: the release was settled by another process — build again")


def _document(draft: Draft, number: int) -> dict[str, Any]:
    attempt = draft.attempt
    row = {
        "id": new_id("rel"),
        "revision": draft.revision,
        "row_count": draft.protected.num_rows,
        "content_hash": draft.content_hash,
        "fingerprint": draft.fingerprint,
        "lines_read": attempt.lines_read,
        "landed": attempt.landed,
        "typed": attempt.typed,
        "quarantined": attempt.quarantined,
        "counts": dict(draft.counts),
        "quality": attempt.quality,
        "dimensions": dict(draft.dimensions),
        "grade": draft.grade,
        "facts": draft.facts.to_document(),
    }
    edges = None if draft.edges is None else [asdict(edge) for edge in draft.edges]
    return {
        "number": number,
        "row": row,
        "seal": draft.seal,
        "edges": edges,
        "attempt": attempt.to_document(),
    }


def _next_version(folder: Path) -> int:
    current = delta.head(folder)
    return 0 if current is None else current + 1


def _stamp(intent: Intent) -> dict[str, str]:
    return {
        "ybz_fence": str(intent.fence),
        "ybz_intent": intent.id,
        "ybz_release": intent.document["row"]["id"],
    }
