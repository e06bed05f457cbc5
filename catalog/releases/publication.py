"""The release protocol 发布: how a version becomes published, whole or not at all.

Decides the order of steps and what a crash between any two of them leaves. One store transaction
publishes; Delta commits before it are invisible, because every reader names a published version.

1. *intent*: the versions about to be written, and every row the last step will insert;
2. *vault*, 3. *protected*: committed at exactly those versions, with fence and intent in the commit;
4. *finish*: fence compared, then release row, evidence, privacy charge, lineage, build rows, intent closed.

An open intent found later is rolled forward if both commits exist, else the tables are restored.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Final

import pyarrow as pa
from sqlalchemy import Engine, insert, select

from catalog.cataloging.drafts import WHOLE, Change, Draft, Intent, Mode, document_of, stamp_of
from catalog.errors import CatalogError
from catalog.home import Home
from catalog.releases import charges, delta, delta_versions, leases
from catalog.releases.last_step import IntentClosed, close_intent, insert_release
from catalog.releases.leases import Lease, LeaseHeld
from catalog.releases.protect import ROW_ID
from catalog.releases.published import Release, latest, protected_folder, vault_folder
from catalog.store import reading, writing
from catalog.store.schema import new_id
from catalog.store.tables.releases import intents

__all__ = [
    "ATTEMPTS",
    "WHOLE",
    "BaseMoved",
    "Change",
    "Draft",
    "Intent",
    "IntentClosed",
    "Mode",
    "RowsDiffer",
    "commit_protected",
    "commit_vault",
    "finish",
    "open_intent",
    "publish",
    "recover",
    "settle",
]

# How often a release is tried when another writer takes its version. Only a writer that ignores leases
# can; one that does it three times over is at work for good.
ATTEMPTS: Final = 3
# From here on the two tables are written side by side: below, a thread costs more than it saves.
_SIDE_BY_SIDE_ROWS: Final = 50_000


class BaseMoved(CatalogError):
    """Changes were computed against a release that is not the newest any more."""


class RowsDiffer(CatalogError):
    """A committed table does not hold the rows its release was to have; nothing is published."""


def publish(home: Home, engine: Engine, lease: Lease, draft: Draft, *, now: datetime) -> Release:
    """Publish a release under a lease.

    Raises:
        VersionTaken: another writer reached a table first, again and again.
        LeaseLost: another builder took over; nothing is published.
        BaseMoved: another release was published since the draft was made.
        RowsDiffer: the tables do not hold what they should; they are as before.
        YearExhausted: what a release made with noise costs is not left; the tables are as before.
        WriteFailed: the disk did not take the rows.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return _publish_once(home, engine, lease, draft, now)
        except delta.VersionTaken:
            continue  # the next attempt settles this one's intent first, and needs the lease for it
    return _publish_once(home, engine, lease, draft, now)


def _publish_once(home: Home, engine: Engine, lease: Lease, draft: Draft, now: datetime) -> Release:
    intent = open_intent(home, engine, lease, draft, now=now)
    first: Callable[[], None] = lambda: commit_vault(home, intent, draft.vault, draft.change)  # noqa: E731
    second: Callable[[], None] = lambda: commit_protected(  # noqa: E731
        home, intent, draft.protected, draft.change
    )
    if draft.vault.num_rows < _SIDE_BY_SIDE_ROWS:
        first()
        second()
    else:
        with ThreadPoolExecutor(max_workers=1) as pool:
            beside = pool.submit(first)
            second()
            beside.result()
    if draft.change.mode is not Mode.REPLACE and not _counts_hold(home, intent):
        _roll_back(home, engine, lease, intent, now)
        raise RowsDiffer(f"{draft.dataset}: the merged tables do not hold the rows expected — build again")
    try:
        return finish(engine, lease, intent, now=now)
    except charges.YearExhausted:
        _roll_back(home, engine, lease, intent, now)
        raise


def open_intent(home: Home, engine: Engine, lease: Lease, draft: Draft, *, now: datetime) -> Intent:
    """Step 1: settle what an earlier builder left, then say what will be written.

    Raises:
        LeaseLost: another builder took over.
        BaseMoved: the draft changes a release that is not the newest.
    """
    settle(home, engine, lease, now=now)
    if draft.change.mode is not Mode.REPLACE:
        _stand_on(home, engine, draft)
    vault = _next_version(vault_folder(home, draft.dataset))
    protected = _next_version(protected_folder(home, draft.dataset))
    with writing(engine) as connection:
        leases.hold(connection, lease)
        before = latest(connection, draft.dataset)
        document = document_of(draft, 1 if before is None else before.number + 1)
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


def _stand_on(home: Home, engine: Engine, draft: Draft) -> None:
    """Make the heads hold the release the draft changes: what is not published is no base."""
    with reading(engine) as connection:
        before = latest(connection, draft.dataset)
    if before is None or before.id != draft.change.former:
        raise BaseMoved(f"{draft.dataset}: another release was published meanwhile — build again")
    delta_versions.restore(vault_folder(home, draft.dataset), before.vault_version)
    delta_versions.restore(protected_folder(home, draft.dataset), before.protected_version)


def commit_vault(home: Home, intent: Intent, rows: pa.Table, change: Change = WHOLE) -> None:
    """Step 2: the vault table, at the version the intent names."""
    _commit(vault_folder(home, intent.dataset), intent, intent.vault_version, rows, change)


def commit_protected(home: Home, intent: Intent, rows: pa.Table, change: Change = WHOLE) -> None:
    """Step 3: the protected table, at the version the intent names."""
    _commit(protected_folder(home, intent.dataset), intent, intent.protected_version, rows, change)


def _commit(folder: delta.Place, intent: Intent, at: int, rows: pa.Table, change: Change) -> None:
    stamp = stamp_of(intent)
    if change.mode is Mode.REPLACE:
        delta.commit(folder, rows, at=at, metadata=stamp)
    elif change.mode is Mode.APPEND:
        delta.append(folder, rows, at=at, metadata=stamp)
    else:
        delta.merge(folder, rows, change.removed, on=ROW_ID, at=at, metadata=stamp)


def finish(engine: Engine, lease: Lease, intent: Intent, *, now: datetime) -> Release:
    """Step 4: one transaction publishes the release.

    Raises:
        LeaseLost: another builder took over.
        YearExhausted: what a release made with noise costs is not left.
        IntentClosed: another process settled this intent.
    """
    with writing(engine) as connection:
        leases.hold(connection, lease)
        return insert_release(connection, intent, now)


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
    """Roll every open intent of the leased dataset forward or back.

    Raises:
        LeaseLost: another builder took over; its intent is not ours to settle.
    """
    with writing(engine) as connection:
        leases.hold(connection, lease)
        open_ones = (intents.c.dataset == lease.dataset) & intents.c.outcome.is_(None)
        rows = connection.execute(select(intents).where(open_ones).order_by(intents.c.opened_at)).all()
    done: list[str] = []
    for row in rows:
        intent = Intent(row.id, row.dataset, row.fence, row.vault_version, row.protected_version, row.release)
        forward = _is_whole(home, intent) and _finished(engine, lease, intent, now)
        if not forward:
            _roll_back(home, engine, lease, intent, now)
        way = "forward" if forward else "back"
        done.append(f"{intent.dataset}: release {intent.document['number']} rolled {way}")
    return tuple(done)


def _finished(engine: Engine, lease: Lease, intent: Intent, now: datetime) -> bool:
    """Publish what an earlier builder committed; not where what it costs is not left any more."""
    try:
        finish(engine, lease, intent, now=now)
    except charges.YearExhausted:
        return False
    return True


def _is_whole(home: Home, intent: Intent) -> bool:
    """Whether both commits this intent names exist and are its own."""
    found = (
        delta.committed(vault_folder(home, intent.dataset), intent.vault_version),
        delta.committed(protected_folder(home, intent.dataset), intent.protected_version),
    )
    ours = all(commit is not None and commit.get("ybz_intent") == intent.id for commit in found)
    return ours and _counts_hold(home, intent)


def _counts_hold(home: Home, intent: Intent) -> bool:
    """Whether both committed tables have as many rows as the release says."""
    rows = intent.document["row"]["row_count"]
    vault = delta.row_count(vault_folder(home, intent.dataset), intent.vault_version)
    protected = delta.row_count(protected_folder(home, intent.dataset), intent.protected_version)
    return bool(vault == rows and protected == rows)


def _roll_back(home: Home, engine: Engine, lease: Lease, intent: Intent, now: datetime) -> None:
    with reading(engine) as connection:
        published = latest(connection, intent.dataset)
    # Tables first: a crash in between leaves the intent open, and this runs again.
    delta_versions.restore(vault_folder(home, intent.dataset), published.vault_version if published else None)
    delta_versions.restore(
        protected_folder(home, intent.dataset), published.protected_version if published else None
    )
    with writing(engine) as connection:
        leases.hold(connection, lease)
        close_intent(connection, intent, "rolled_back", now)


def _next_version(folder: delta.Place) -> int:
    current = delta.head(folder)
    return 0 if current is None else current + 1
