"""Retention of data files: what a release, a receipt, a form or a delivery names is never removed.

Decides which versions of a dataset's tables stay readable. A version stays where its release is not
older than the horizon or is the newest, and, whatever its age, where an answer, a delivery, a posted
form, a challenge or an open intent rests on it. How long a horizon has to be is the caller's to know.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Select, select

from catalog.home import Home
from catalog.places.knowing import registers_behind
from catalog.releases import delta, delta_versions, leases
from catalog.releases.leases import Lease
from catalog.releases.publication import settle
from catalog.releases.published import latest, protected_folder, quarantine_folder, vault_folder
from catalog.store import reading
from catalog.store.tables.backflow import attributions, deliveries
from catalog.store.tables.forms import corrections, submissions
from catalog.store.tables.queries import reservations
from catalog.store.tables.releases import intents, releases
from policies.clocks import local_date
from policies.rulebook import rule

# Files younger than this are left alone: a reader or a writer of another machine may be at work on them.
SAFE_HOURS: Final = 24


@dataclass(frozen=True, slots=True)
class Kept:
    """Versions of a dataset's tables that stay readable.

    Attributes:
        releases: identifiers of the releases they belong to.
        vault, protected, quarantine: versions of the three tables.
    """

    releases: frozenset[str]
    vault: frozenset[int]
    protected: frozenset[int]
    quarantine: frozenset[int]


@dataclass(frozen=True, slots=True)
class Removed:
    """Data files of a dataset that no kept version names, by table."""

    vault: tuple[str, ...]
    protected: tuple[str, ...]
    quarantine: tuple[str, ...]

    @property
    def files(self) -> int:
        """How many there are."""
        return len(self.vault) + len(self.protected) + len(self.quarantine)


def kept_versions(
    connection: Connection, dataset: str, *, since: datetime | None = None, now: datetime | None = None
) -> Kept:
    """Versions that must stay readable.

    Args:
        connection: of the store.
        dataset: ``schema.table``.
        since: releases published from then on stay; all of them where None.
        now: the instant; registers whose attributions are older than the rules ask may go. None: none may.
    """
    newest = latest(connection, dataset)
    named = named_releases(connection, now)
    rows = connection.execute(
        select(
            releases.c.id,
            releases.c.vault_version,
            releases.c.protected_version,
            releases.c.counts,
            releases.c.published_at,
        ).where(releases.c.dataset == dataset)
    ).all()
    stay = [
        row
        for row in rows
        if since is None
        or row.published_at >= since
        or row.id in named
        or (newest is not None and row.id == newest.id)
    ]
    open_ones = (intents.c.dataset == dataset) & intents.c.outcome.is_(None)
    begun = connection.execute(select(intents).where(open_ones)).all()
    quarantined = (row.counts.get("quarantine_version") for row in stay)
    return Kept(
        frozenset(row.id for row in stay),
        frozenset(row.vault_version for row in (*stay, *begun)),
        frozenset(row.protected_version for row in (*stay, *begun)),
        frozenset(version for version in quarantined if version is not None),
    )


def named_releases(connection: Connection, now: datetime | None = None) -> frozenset[str]:
    """Releases of any dataset that something rests on: an answer, a delivery, a form, a challenge.

    And the releases of registers that rows were attributed by, for as long as the rules ask.

    Args:
        connection: of the store.
        now: the instant whose rules say how long; every attribution counts where None.
    """
    found = set(registers_behind(connection, None if now is None else _attributions_since(now)))
    for statement in _naming():
        for (value,) in connection.execute(statement):
            found |= set(_ids(value))
    return frozenset(found)


def vacuum(
    home: Home,
    engine: Engine,
    dataset: str,
    *,
    now: datetime,
    since: datetime | None = None,
    hours: int = SAFE_HOURS,
    dry_run: bool = True,
) -> Removed:
    """Remove data files that no version to be kept names.

    Args:
        home: the installation.
        engine: its store.
        dataset: ``schema.table``.
        now: the instant, UTC.
        since: releases published from then on stay; all of them where None.
        hours: files younger than this stay.
        dry_run: name the files only.

    Raises:
        LeaseHeld: a build is at work on the dataset.
    """
    lease: Lease = leases.take(engine, dataset, now=now)
    try:
        settle(home, engine, lease, now=now)
        with reading(engine) as connection:
            kept = kept_versions(connection, dataset, since=since, now=now)
        tables = (
            (vault_folder(home, dataset), kept.vault),
            (protected_folder(home, dataset), kept.protected),
            (quarantine_folder(home, dataset), kept.quarantine),
        )
        removed = [
            delta_versions.vacuum(folder, sorted(versions), hours=hours, dry_run=dry_run)
            if delta.head(folder) is not None
            else ()
            for folder, versions in tables
        ]
    finally:
        leases.give_back(engine, lease)
    return Removed(*removed)


def _attributions_since(now: datetime) -> datetime:
    years = int(rule("retention", "attribution_registers", local_date(now)).value)
    try:
        return now.replace(year=now.year - years)
    except ValueError:  # 29 February
        return now.replace(year=now.year - years, day=28)


def _naming() -> Iterator[Select[Any]]:
    """Statements that give identifiers of releases, alone, in a list or by item."""
    yield select(reservations.c.releases)
    yield select(deliveries.c.release_id)
    yield select(deliveries.c.since_release_id)
    yield select(attributions.c.release_id)
    yield select(attributions.c.since_release_id)
    yield select(submissions.c.releases)
    yield select(corrections.c.release_id)
    yield select(corrections.c.checked_release_id)


def _ids(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [each for each in value.values() if each]
    if isinstance(value, list):
        return [each for each in value if each]
    return [value] if value else []
