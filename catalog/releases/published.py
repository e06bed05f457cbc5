"""Releases: the published versions of a dataset, and how their rows are read.

Decides which release is the newest, and what changed between two. Does not make releases
(:mod:`catalog.releases.publication` does); where their rows lie is :mod:`catalog.releases.folders`'s.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

import pyarrow as pa
from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, func, select, true, update

from catalog.home import Home
from catalog.releases import delta
from catalog.releases.changes import Changes, NoKey, Version, compare
from catalog.releases.facts import Facts, ProtectedColumn, UnitColumn, UnitFact
from catalog.releases.folders import (
    former_vault,
    protected_files,
    protected_folder,
    quarantine_folder,
    read_ledger_table,
    read_quarantine,
    read_vault,
    read_vault_whole,
    vault_files,
    vault_folder,
    write_ledger_table,
    write_quarantine,
)
from catalog.releases.release import Release, UnknownRelease, of_row
from catalog.store import reading
from catalog.store.tables.releases import releases

__all__ = [
    "Changes",
    "Facts",
    "Newest",
    "NoKey",
    "ProtectedColumn",
    "Release",
    "UnitColumn",
    "UnitFact",
    "UnknownRelease",
    "adopt_fingerprint",
    "all_latest",
    "by_id",
    "changes",
    "former_vault",
    "history",
    "latest",
    "latest_figures",
    "newest",
    "previous",
    "protected_files",
    "protected_folder",
    "quarantine_folder",
    "read_ledger_table",
    "read_quarantine",
    "read_vault",
    "read_vault_whole",
    "vault_files",
    "vault_folder",
    "write_ledger_table",
    "write_quarantine",
]

# Datasets asked for in one statement: databases bound the number of parameters.
_AT_ONCE: Final = 500


def latest(connection: Connection, dataset: str) -> Release | None:
    """The newest release of ``dataset``, or None."""
    statement = (
        select(releases).where(releases.c.dataset == dataset).order_by(releases.c.number.desc()).limit(1)
    )
    row = connection.execute(statement).one_or_none()
    return None if row is None else of_row(row)


def history(connection: Connection, dataset: str, most: int) -> tuple[Release, ...]:
    """The newest releases of ``dataset``, at most so many, the newest first."""
    found = releases.c.dataset == dataset
    rows = connection.execute(
        select(releases).where(found).order_by(releases.c.number.desc()).limit(most)
    ).all()
    return tuple(of_row(row) for row in rows)


def newest(connection: Connection, datasets: Collection[str]) -> dict[str, Release]:
    """The newest release of each of these datasets, by name; those without one are left out."""
    wanted, found = sorted(datasets), dict[str, Release]()
    for at in range(0, len(wanted), _AT_ONCE):
        named = releases.c.dataset.in_(wanted[at : at + _AT_ONCE])
        found |= {row.dataset: of_row(row) for row in connection.execute(_newest(named))}
    return found


def all_latest(connection: Connection) -> tuple[Release, ...]:
    """The newest release of every dataset that has one, by name."""
    statement = _newest(true()).order_by(releases.c.dataset)
    return tuple(of_row(row) for row in connection.execute(statement).all())


def _newest(of: ColumnElement[bool]) -> Select[Any]:
    """The newest release of each dataset of which a condition holds."""
    newest = (
        select(releases.c.dataset, func.max(releases.c.number).label("number"))
        .where(of)
        .group_by(releases.c.dataset)
        .subquery()
    )
    same = (releases.c.dataset == newest.c.dataset) & (releases.c.number == newest.c.number)
    return select(releases).join(newest, same)


class Newest(Mapping[str, Release]):
    """Dataset name → newest release, read when it is asked for and then remembered.

    For work on one dataset: what it is compared with, made from or refers to is a handful of many.

    Args:
        engine: of the store.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._read: dict[str, Release | None] = {}

    def __getitem__(self, name: str) -> Release:
        if name not in self._read:
            with reading(self._engine) as connection:
                self._read[name] = latest(connection, name)
        found = self._read[name]
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        with reading(self._engine) as connection:
            return iter([row.dataset for row in latest_figures(connection)])

    def __len__(self) -> int:
        return sum(1 for _ in self)


def latest_figures(connection: Connection) -> Sequence[Row[Any]]:
    """Counts, quality and grade of every dataset's newest release, without the documents beside them."""
    newest = (
        select(releases.c.dataset, func.max(releases.c.number).label("number"))
        .group_by(releases.c.dataset)
        .subquery()
    )
    wanted = ("dataset", "lines_read", "landed", "typed", "quarantined", "quality", "grade")
    return connection.execute(
        select(*(releases.c[name] for name in wanted)).join(
            newest, (releases.c.dataset == newest.c.dataset) & (releases.c.number == newest.c.number)
        )
    ).all()


def by_id(connection: Connection, release_id: str) -> Release:
    """The release called ``release_id``.

    Raises:
        UnknownRelease: there is none.
    """
    row = connection.execute(select(releases).where(releases.c.id == release_id)).one_or_none()
    if row is None:
        raise UnknownRelease(f"no release {release_id} — see `ybz show` for the releases of a dataset")
    return of_row(row)


def previous(connection: Connection, release: Release) -> Release | None:
    """The release published before ``release``, or None if it is the first."""
    statement = select(releases).where(
        releases.c.dataset == release.dataset, releases.c.number == release.number - 1
    )
    row = connection.execute(statement).one_or_none()
    return None if row is None else of_row(row)


def adopt_fingerprint(
    connection: Connection, release: Release, fingerprint: str, held: Mapping[str, Any] | None = None
) -> None:
    """Remember that other inputs gave the rows of a release, so that they are not read again.

    Args:
        connection: of the store.
        release: the newest one of its dataset.
        fingerprint: of the inputs.
        held: of a load that adds: the counts that say which deliveries it holds now. A delivery that said
            nothing new must not have a second word when later ones arrive.
    """
    counts = {**release.counts, **(held or {})}
    connection.execute(
        update(releases).where(releases.c.id == release.id).values(fingerprint=fingerprint, counts=counts)
    )


def changes(home: Home, before: Release | None, after: Release, key: tuple[str, ...]) -> Changes:
    """Rows added, changed and removed between two published versions, net per key.

    Args:
        home: the installation.
        before: an earlier release of the same dataset; None = nothing was published before.
        after: the later release.
        key: fields that identify a row, unique in both releases.

    Raises:
        NoKey: the key is empty.
    """
    if not key:
        raise NoKey(after.dataset)
    newer = _version(home, after)
    older = Version((), newer.schema) if before is None else _version(home, before)
    return compare(older, newer, key)


def _version(home: Home, release: Release) -> Version:
    schema = delta.schema(vault_folder(home, release.dataset), release.vault_version)
    fields = [field for field in schema if not field.name.startswith("_")]
    return Version(vault_files(home, release), pa.schema(fields))
