"""Releases: the published versions of a dataset, and how their rows are read.

Decides what a release is and that every reader names a version. Does not make releases
(:mod:`catalog.releases.publication` does). A release has two physical forms: ``vault`` for the pipelines,
supply and verification, ``protected`` for query workers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, Engine, Row, func, select, update

from catalog.errors import CatalogError
from catalog.home import Home
from catalog.releases import delta
from catalog.releases.changes import Changes, NoKey, Version, compare
from catalog.releases.facts import Facts, ProtectedColumn, UnitColumn, UnitFact
from catalog.releases.matching import Former
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
    "latest",
    "latest_figures",
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


class UnknownRelease(CatalogError):
    """There is no release of that identifier."""


@dataclass(frozen=True, slots=True)
class Release:
    """A published version of a dataset; mirrors its row in the store.

    Attributes:
        number: 1, 2, … within the dataset.
        revision: of the contract it was built from.
        vault_version, protected_version: Delta versions readers pass.
        content_hash: SHA-256 over the typed rows in order; keyed before it is shown outside the owner.
        fingerprint: of the inputs and the contract; of the last inputs that gave these rows.
        counts: preamble, header, dropped by rule, quarantined by rule; what the load did (``changes``,
            ``load``), the files it holds (``loaded``) and where it stands (``watermark``, ``next_row``).
        quality: 0–1, None where nothing was assessed.
        dimensions: quality dimension → ``{a, b, x}``.
        grade: 1–4.
        facts: what was checked of the protected table.
    """

    id: str
    dataset: str
    number: int
    revision: int
    vault_version: int
    protected_version: int
    row_count: int
    content_hash: str
    fingerprint: str
    lines_read: int
    landed: int
    typed: int
    quarantined: int
    counts: Mapping[str, Any]
    quality: float | None
    dimensions: Mapping[str, Any]
    grade: int
    facts: Facts
    published_at: datetime
    evidence_id: str


def latest(connection: Connection, dataset: str) -> Release | None:
    """The newest release of ``dataset``, or None."""
    statement = (
        select(releases).where(releases.c.dataset == dataset).order_by(releases.c.number.desc()).limit(1)
    )
    row = connection.execute(statement).one_or_none()
    return None if row is None else _release(row)


def all_latest(connection: Connection) -> tuple[Release, ...]:
    """The newest release of every dataset that has one, by name."""
    newest = (
        select(releases.c.dataset, func.max(releases.c.number).label("number"))
        .group_by(releases.c.dataset)
        .subquery()
    )
    statement = (
        select(releases)
        .join(newest, (releases.c.dataset == newest.c.dataset) & (releases.c.number == newest.c.number))
        .order_by(releases.c.dataset)
    )
    return tuple(_release(row) for row in connection.execute(statement).all())


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
    return _release(row)


def previous(connection: Connection, release: Release) -> Release | None:
    """The release published before ``release``, or None if it is the first."""
    statement = select(releases).where(
        releases.c.dataset == release.dataset, releases.c.number == release.number - 1
    )
    row = connection.execute(statement).one_or_none()
    return None if row is None else _release(row)


def read_vault(home: Home, release: Release, columns: Sequence[str] | None = None) -> pa.Table:
    """Typed rows of a release, for pipelines, supply and verification; never for a query.

    Args:
        home: the installation.
        release: which version.
        columns: field names; without them all fields, but not the vault's own columns
            (``_file``, ``_line``, ``_n_<kind>``), which can be asked for by name.
    """
    folder = vault_folder(home, release.dataset)
    if columns is not None:
        return delta.read(folder, release.vault_version, columns)
    rows = delta.read(folder, release.vault_version)
    return rows.select([name for name in rows.column_names if not name.startswith("_")])


def read_vault_whole(home: Home, release: Release) -> pa.Table:
    """All columns of a vault version, the vault's own included; for the next build of the dataset."""
    return delta.read(vault_folder(home, release.dataset), release.vault_version)


def former_vault(home: Home, release: Release, key: str) -> Former:
    """The vault of a release as the next build of its dataset matches rows with it.

    Args:
        home: the installation.
        release: the newest one.
        key: fingerprint of the pseudonym key in use; pseudonyms made with another are not used again.
    """
    folder = vault_folder(home, release.dataset)
    stored = delta.schema(folder, release.vault_version)
    keyed = release.counts.get("pseudonym_key") == key
    return Former(delta.files(folder, release.vault_version), stored, release.row_count, keyed)


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


def vault_files(home: Home, release: Release) -> tuple[Path, ...]:
    """Parquet files of the vault version of a release."""
    return delta.files(vault_folder(home, release.dataset), release.vault_version)


def protected_files(home: Home, release: Release) -> tuple[Path, ...]:
    """Parquet files of the protected version: all a query worker may open."""
    return delta.files(protected_folder(home, release.dataset), release.protected_version)


def vault_folder(home: Home, dataset: str) -> Path:
    """Folder of the vault table."""
    return _folder(home, "vault", dataset)


def protected_folder(home: Home, dataset: str) -> Path:
    """Folder of the protected table."""
    return _folder(home, "protected", dataset)


def quarantine_folder(home: Home, dataset: str) -> Path:
    """Folder of the quarantine table, for the owning department only."""
    return _folder(home, "quarantine", dataset)


def read_quarantine(home: Home, dataset: str, version: int) -> pa.Table:
    """Quarantined rows of one build: ``_file``, ``_line``, ``field``, ``reason``; no values."""
    return delta.read(quarantine_folder(home, dataset), version)


def write_quarantine(home: Home, dataset: str, rows: pa.Table, fence: int) -> int:
    """Write the rows a build quarantined, for the owning department; returns the version."""
    folder = quarantine_folder(home, dataset)
    current = delta.head(folder)
    version = 0 if current is None else current + 1
    delta.commit(folder, rows, at=version, metadata={"ybz_fence": str(fence)})
    return version


def write_ledger_table(home: Home, name: str, table: pa.Table) -> int:
    """Write a whole table of the ledger itself (an edition's), as a new version.

    Returns:
        The version, to be named by whoever reads it.
    """
    folder = home.lake / "ledger" / name
    current = delta.head(folder)
    version = 0 if current is None else current + 1
    delta.commit(folder, table, at=version, metadata={"ybz_table": name})
    return version


def read_ledger_table(home: Home, name: str, version: int) -> pa.Table:
    """Rows of one version of a ledger table."""
    return delta.read(home.lake / "ledger" / name, version)


def _version(home: Home, release: Release) -> Version:
    schema = delta.schema(vault_folder(home, release.dataset), release.vault_version)
    fields = [field for field in schema if not field.name.startswith("_")]
    return Version(vault_files(home, release), pa.schema(fields))


def _folder(home: Home, form: str, dataset: str) -> Path:
    schema, _, table = dataset.partition(".")
    return home.lake / form / schema / table


def _release(row: Row[Any]) -> Release:
    values = dict(row._mapping)
    return Release(**{**values, "facts": Facts.from_document(values["facts"])})
