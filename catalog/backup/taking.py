"""Taking a backup while the installation serves.

Decides the order that makes it consistent: first the rows, in one snapshot that keeps no writer waiting, then
the files those rows name, which are never changed once they stand. It is verified before it is called one.
What only follows from the rest, or is passing, is left out: search index, published copies, staging.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, func, select

from catalog import lasting
from catalog.backup import lake, rows, sealing, signature
from catalog.backup.errors import NotBackedUp
from catalog.backup.manifest import Manifest, parts_of, verify
from catalog.evidence import record
from catalog.evidence.append import instant_text
from catalog.evidence.publishing import publish
from catalog.home import Home
from catalog.keys import following, heads
from catalog.keys.signers import Signer
from catalog.settings.reading import FILE as SETTINGS
from catalog.settings.reading import REHEARSAL_FILE
from catalog.store import reading, writing
from catalog.store.revision import numbered
from catalog.store.schema import new_id
from catalog.store.tables.evidence import checkpoints
from catalog.store.tables.releases import releases
from policies.clocks import local_date

STORE: Final = "store"
HOME: Final = "home"
# What is sealed: keys, values that sources are reached with, the settings file, which may hold passwords.
SEALED: Final = ("keys", "secrets", SETTINGS, "lake.yaml")
# The store itself, where it is, and what is made anew.
_LEFT_OUT: Final = (
    "ybz.db", "ybz.db-wal", "ybz.db-shm", "database.url", heads.PUBLISHED, heads.RESTORED_FILE,
    following.FILE, REHEARSAL_FILE, *SEALED,
)  # fmt: skip

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Source:
    """What is backed up.

    Attributes:
        home: the installation.
        engine: of its store.
        signer: of its key: the log is signed and published before the snapshot, then the backup is.
    """

    home: Home
    engine: Engine
    signer: Signer


def take(
    source: Source,
    folder: Path,
    *,
    by: str,
    passphrase: str | None,
    now: datetime,
    say: Say = lambda _: None,
) -> Manifest:
    """Make a backup and verify it.

    Args:
        source: what is backed up.
        folder: must not exist, or be empty.
        by: who takes it.
        passphrase: seals keys and secrets into it; None leaves them out.
        now: aware instant.
        say: told what is done, a line at a time.

    Raises:
        NotBackedUp: the folder is in use or inside the installation, or a file went away meanwhile.
        BackupDamaged: what was written does not read back.
        LogBroken: the store was restored, and its log is not shown to go on.
    """
    home = source.home
    _require_empty(folder, home)
    if passphrase is not None:
        sealing.require_passphrase(passphrase, local_date(now))
    taken = new_id("bkp")
    _record(source, "store:backup:begin", taken, {"by": by}, now)
    publish(source.engine, home, source.signer, now)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    say("rows of the store")
    with reading(source.engine) as connection:
        counts = rows.write(connection, folder / STORE)
        kept = lake.named(connection, home)
        told = _told(connection, counts)
    _copy(home, kept, folder, say)
    if passphrase is not None:
        sealed = sealing.seal(home.root, _to_seal(home), passphrase, local_date(now))
        lasting.write(folder / sealing.FILE, sealed)
    say("verifying")
    for each in kept:
        lake.check_table(each, folder / HOME / "lake")
    made = _manifest(folder, told, sealed=passphrase is not None, now=now)
    signature.sign(folder, source.signer)
    body = {"by": by, "digest": made.digest, "bytes": made.size_bytes, "sealed": made.sealed}
    _record(source, "store:backup:take", taken, body, now)
    return made


def _copy(home: Home, kept: tuple[lake.Kept, ...], folder: Path, say: Say) -> None:
    for each in kept:
        say(f"{each.name}: {len(each.versions)} versions")
        lake.copy_table(each, folder / HOME / "lake")
    say("files beside the tables")
    lake.copy_files(home, folder / HOME / "lake")
    lake.copy_kept(home, folder / HOME)
    for path in lake.files_beside(home.root, _LEFT_OUT):
        lake.copy_beside(path, home.root, folder / HOME)


def _require_empty(folder: Path, home: Home) -> None:
    if folder.resolve().is_relative_to(home.root.resolve()):
        raise NotBackedUp(f"{folder} is inside the installation — name a folder on another disk")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NotBackedUp(f"{folder} is not empty — name a new folder for every backup")


def _told(connection: Connection, counts: dict[str, int]) -> dict[str, object]:
    c = checkpoints.c
    last = connection.execute(select(c.size, c.root).order_by(c.size.desc()).limit(1)).first()
    return {
        "version": version("yibenzhang"),
        "revision": numbered(connection) or "",
        "dialect": connection.dialect.name,
        "log_size": 0 if last is None else int(last.size),
        "log_root": "" if last is None else str(last.root),
        "rows": counts,
        "releases": int(connection.execute(select(func.count()).select_from(releases)).scalar_one()),
    }


def _to_seal(home: Home) -> list[Path]:
    found = []
    for name in SEALED:
        path = home.root / name
        found += [path] if path.is_file() else sorted(each for each in path.rglob("*") if each.is_file())
    return [path for path in found if not path.is_symlink()]


def _manifest(folder: Path, told: dict[str, object], *, sealed: bool, now: datetime) -> Manifest:
    """Write the list, then read every file back from the disk."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    for path in paths:
        path.chmod(0o600)
        lasting.sync(path)
    for place in {path.parent for path in paths}:
        lasting.sync(place)
    made = Manifest(made_at=instant_text(now), sealed=sealed, parts=parts_of(folder, paths), **told)  # type: ignore[arg-type]
    made.write(folder)
    os.sync()
    return verify(folder)


def _record(source: Source, event: str, taken: str, body: dict[str, object], now: datetime) -> None:
    with writing(source.engine) as connection:
        record(connection, event=event, subject=taken, body=body, now=now)
