"""Where the versions of releases lie, and how their rows are read: every reader names a version.

Decides the two physical forms of a release: ``vault`` for the pipelines, supply and verification,
``protected`` for query workers; and the owner's quarantine, and the tables of the ledger itself. What a
release is says :mod:`catalog.releases.published`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from catalog.home import Home
from catalog.lake.copies import copies_of
from catalog.lake.storage import storage_of
from catalog.releases import delta
from catalog.releases.matching import Former
from catalog.releases.release import Release
from catalog.releases.remote import Remote


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


def vault_files(home: Home, release: Release) -> tuple[Path, ...]:
    """Parquet files of the vault version of a release."""
    return delta.files(vault_folder(home, release.dataset), release.vault_version)


def protected_files(home: Home, release: Release) -> tuple[Path, ...]:
    """Parquet files of the protected version: all a query worker may open."""
    return delta.files(protected_folder(home, release.dataset), release.protected_version)


def vault_folder(home: Home, dataset: str) -> delta.Place:
    """Folder of the vault table."""
    return _folder(home, "vault", dataset)


def protected_folder(home: Home, dataset: str) -> delta.Place:
    """Folder of the protected table."""
    return _folder(home, "protected", dataset)


def quarantine_folder(home: Home, dataset: str) -> delta.Place:
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
    folder = ledger_folder(home, name)
    current = delta.head(folder)
    version = 0 if current is None else current + 1
    delta.commit(folder, table, at=version, metadata={"ybz_table": name})
    return version


def read_ledger_table(home: Home, name: str, version: int) -> pa.Table:
    """Rows of one version of a ledger table."""
    return delta.read(ledger_folder(home, name), version)


def ledger_folder(home: Home, name: str) -> delta.Place:
    """Folder of a table of the ledger itself."""
    return _place(home, f"ledger/{name}")


def ledger_tables(home: Home) -> tuple[str, ...]:
    """Tables of the ledger itself that were ever written."""
    return delta.tables(_place(home, "ledger"))


def _folder(home: Home, form: str, dataset: str) -> delta.Place:
    schema, _, table = dataset.partition(".")
    return _place(home, f"{form}/{schema}/{table}")


def _place(home: Home, inside: str) -> delta.Place:
    """A place of the lake: a folder, or where the lake is on object storage, what stands for one there."""
    storage = storage_of(home.root)
    return home.lake / inside if storage is None else Remote(storage, inside, copies_of(home))
