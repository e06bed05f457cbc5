"""The lake in a backup: of every table the versions something rests on, and the files beside the tables.

Decides which that are, from the store's own rows: every release, every open intent, every edition. Versions
that were committed after the snapshot are not in a backup: no row of it knows them.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, select

from catalog.backup.errors import BackupDamaged, NotBackedUp
from catalog.home import Home
from catalog.lake import files_of
from catalog.lake.copies import FOLDER as COPIES
from catalog.lake.kept import TOPS, kept_of
from catalog.lake.on_disk import whole_files
from catalog.releases import delta
from catalog.releases.folders import (
    ledger_folder,
    ledger_tables,
    protected_folder,
    quarantine_folder,
    vault_folder,
)
from catalog.releases.retention import kept_versions
from catalog.store.tables.releases import intents, releases

# Folders of the lake that are tables, and those nobody needs again.
TABLES: Final = ("vault", "protected", "quarantine", "ledger")
PASSING: Final = ("staging",)
LAKE: Final = "lake"


@dataclass(frozen=True, slots=True)
class Kept:
    """A table of the lake and the versions of it that a backup holds.

    Attributes:
        name: inside the lake, with slashes.
        place: where it is.
        versions: by number; those that exist.
        rows: how many the version of a release has, by version.
    """

    name: str
    place: delta.Place
    versions: frozenset[int]
    rows: Mapping[int, int]


def named(connection: Connection, home: Home) -> tuple[Kept, ...]:
    """Every table of the lake with the versions that rows of the store name.

    Args:
        connection: the snapshot.
        home: of the installation.
    """
    r = releases.c
    datasets = set(connection.execute(select(r.dataset).distinct()).scalars())
    datasets |= set(
        connection.execute(select(intents.c.dataset).where(intents.c.outcome.is_(None))).scalars()
    )
    found = []
    for dataset in sorted(datasets):
        kept = kept_versions(connection, dataset)
        counted = connection.execute(
            select(r.vault_version, r.protected_version, r.row_count).where(r.dataset == dataset)
        ).all()
        path = dataset.replace(".", "/", 1)
        for form, place, versions, rows in (
            ("vault", vault_folder(home, dataset), kept.vault, {row[0]: row[2] for row in counted}),
            (
                "protected",
                protected_folder(home, dataset),
                kept.protected,
                {row[1]: row[2] for row in counted},
            ),
            ("quarantine", quarantine_folder(home, dataset), kept.quarantine, {}),
        ):
            found.append(Kept(f"{form}/{path}", place, versions, rows))
    for name in ledger_tables(home):
        place = ledger_folder(home, name)
        newest = delta.head(place)
        found.append(Kept(f"ledger/{name}", place, frozenset(range((newest or 0) + 1)), {}))
    return tuple(each for each in map(_existing, found) if each.versions)


def _existing(kept: Kept) -> Kept:
    """Without versions an open intent names and nobody has written."""
    newest = delta.head(kept.place)
    there = frozenset(version for version in kept.versions if newest is not None and version <= newest)
    return Kept(kept.name, kept.place, there, kept.rows)


def copy_table(kept: Kept, folder: Path) -> None:
    """Copy what is needed to open the versions of a table.

    Raises:
        NotBackedUp: a file of them is gone.
    """
    place = folder / kept.name
    log = place / "_delta_log"
    log.mkdir(parents=True)
    for name, content in delta.log_of(kept.place, max(kept.versions)):
        (log / name).write_bytes(content)
    copied = set[str]()
    for version in sorted(kept.versions):
        try:
            files = delta.named_files(kept.place, version)
        except delta.unreadable() as error:
            raise NotBackedUp(
                f"version {version} of {kept.name} does not open — run `ybz link check`"
            ) from error
        for name, path in files:
            if name not in copied:
                copied.add(name)
                _copy(path, place / name, kept.name)


def check_table(kept: Kept, folder: Path) -> None:
    """Every version of a copied table opens, and has the rows its release says.

    Raises:
        BackupDamaged: one does not.
    """
    for version in sorted(kept.versions):
        held = delta.rows_held(folder / kept.name, version)
        if held is None or held != kept.rows.get(version, held):
            raise BackupDamaged(
                f"version {version} of {kept.name} does not open from the backup — take another"
            )


def files_beside(root: Path, left_out: Iterable[str]) -> Iterator[Path]:
    """Files of an installation on this machine that are no store and no key: contracts, rules.

    Args:
        root: of the installation.
        left_out: names in it that are not wanted.
    """
    skipped = {*left_out, LAKE, COPIES, *TOPS}
    for top in sorted(root.iterdir()):
        if top.name not in skipped and not top.name.startswith("."):
            yield from whole_files(top)


def copy_files(home: Home, folder: Path) -> None:
    """Copy the files of the lake that are no table, wherever it is: what rows of the store name."""
    files = files_of(home)
    for name in files.names(""):
        if name.partition("/")[0] not in (*TABLES, *PASSING):
            files.copy(name, folder / name)  # one whose time was over may be gone meanwhile


def copy_kept(home: Home, folder: Path) -> None:
    """Copy what the space keeps beside the lake, wherever it is."""
    files = kept_of(home)
    for top in TOPS:
        for name in files.names(top):
            files.copy(name, folder / name)  # one whose time was over may be gone meanwhile


def copy_beside(path: Path, root: Path, folder: Path) -> Path | None:
    """Copy one of them; None where it is gone meanwhile, as a file is whose time was over."""
    target = folder / path.relative_to(root)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copyfile(path, target)
    except FileNotFoundError:
        return None
    return target


def _copy(path: Path, target: Path, name: str) -> None:
    try:
        shutil.copyfile(path, target)
    except FileNotFoundError:
        raise NotBackedUp(f"a data file of {name} was removed meanwhile — run `ybz backup` again") from None
