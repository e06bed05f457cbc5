"""Restoring a backup into an empty place 恢复.

Decides that a restore is whole or nothing: all of it is made beside the place and put there in one step. What
was restored is marked: no grant answers and nothing is signed until the log is shown to go on from the last
copy published outside (`ybz evidence resume`), which counts again what was spent since. Budget never comes
back by a restore, and the log is never forked.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from catalog import lasting
from catalog.backup import lake, rows, sealing, signature
from catalog.backup.errors import BackupDamaged, NotRestored
from catalog.backup.manifest import Manifest, verify
from catalog.backup.taking import HOME, STORE
from catalog.evidence.verify import walk_store
from catalog.home import Home
from catalog.keys import files, following, heads
from catalog.keys.ring import Ring
from catalog.keys.signers import signer_of_pem
from catalog.lake import files_of
from catalog.lake.in_bucket import PLACES
from catalog.lake.kept import KEPT, TOPS, kept_of
from catalog.lake.storage import URL, storage_of
from catalog.releases.remote import DIGESTS
from catalog.search import rebuild
from catalog.settings.reading import REHEARSAL_FILE
from catalog.store import create_store, reading, writing
from catalog.store.additions import held
from catalog.store.migrating import migrate
from catalog.store.revision import head, make

_MARK_BYTES: Final = 32
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Keys:
    """Where keys come from.

    Attributes:
        passphrase: opens those sealed into the backup.
        folder: the ``keys`` folder of the installation that was lost, or of its escrow.
        public: the public key the backup has to be signed with; that of the restored key where None.
    """

    passphrase: str | None = None
    folder: Path | None = None
    public: bytes | None = None


def put_back(
    home: Home,
    folder: Path,
    keys: Keys,
    *,
    database: str | None = None,
    rehearsal: bool = False,
    say: Say = lambda _: None,
) -> Manifest:
    """Restore a backup.

    Args:
        home: of the installation to be; nothing is there.
        folder: the backup.
        keys: where the keys come from.
        database: URL of an empty PostgreSQL database the store goes to; where None that of the settings, else
            the embedded file.
        rehearsal: whether it is only to see that it works: the installation sends nothing, and publishes
            nowhere but inside itself.
        say: told what is done, a line at a time.

    Raises:
        BackupDamaged: the backup is not whole, or not signed by the key of the installation that was lost.
        NotRestored: something is at ``home`` or in the database, or the keys are not there.
    """
    say("verifying the backup")
    manifest = verify(folder)
    if home.root.exists() and any(home.root.iterdir()):
        raise NotRestored(f"{home.root} is not empty — a backup is restored into an empty place only")
    if manifest.revision > head():
        raise NotRestored(
            f"the backup is of a later version ({manifest.version}) — restore it with that version"
        )
    beside = Home(home.root.with_name(f".{home.root.name}.restoring-{secrets.token_hex(4)}"))
    beside.root.mkdir(mode=0o700, parents=True)
    try:
        if rehearsal:
            lasting.write(beside.root / REHEARSAL_FILE, b"restored to rehearse: nothing is sent from here\n")
        _keys(beside, folder, keys, manifest)
        # Before a row of it is read.
        signature.require(folder, Ring.single(keys.public or _public(beside)))
        heads.mark_restored(beside, manifest.log_size, secrets.token_hex(_MARK_BYTES))
        following.begin(beside)
        say("files")
        _files(beside, folder, manifest)
        say("store")
        _store(beside, folder, manifest, database)
        _to_storage(beside, say)
        if home.root.exists():
            home.root.rmdir()
        beside.root.rename(home.root)
    except BaseException:  # also when a person stops it
        shutil.rmtree(beside.root, ignore_errors=True)
        raise
    return manifest


def _keys(home: Home, folder: Path, keys: Keys, manifest: Manifest) -> None:
    if keys.passphrase is not None and manifest.sealed:
        sealing.unseal((folder / sealing.FILE).read_bytes(), keys.passphrase, home.root)
    elif keys.folder is not None:
        shutil.copytree(keys.folder, home.keys)
        home.keys.chmod(0o700)
        for path in home.keys.iterdir():
            path.chmod(0o600)
    else:
        what = (
            "the passphrase of its keys" if manifest.sealed else "the keys: they were left out of the backup"
        )
        raise NotRestored(f"say {what} (--passphrase-file FILE, or --keys FOLDER) — nothing was restored")
    for name in (files.SIGNING_FILE, files.PSEUDONYM_FILE):
        if not (home.keys / name).is_file():
            raise NotRestored(
                f"there is no {name} among the keys — nothing was restored; bring it from escrow"
            )


def _public(home: Home) -> bytes:
    """The public half of the restored key; whoever can put another there has the key, or its passphrase."""
    path = home.keys / files.SIGNING_FILE
    return signer_of_pem(path.read_bytes(), str(path)).public_raw


def _files(home: Home, folder: Path, manifest: Manifest) -> None:
    for part in manifest.parts:
        top, _, inside = part.path.partition("/")
        if top != HOME:
            continue
        target = home.root / inside
        if not target.resolve().is_relative_to(home.root.resolve()) or not source_in(folder, part.path):
            raise NotRestored(
                f"{folder} names a file outside of itself: it was changed — nothing was restored"
            )
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(folder / part.path, target)
        target.chmod(0o600)


def source_in(folder: Path, path: str) -> bool:
    """Whether a file of a backup lies in its folder."""
    return (folder / path).resolve().is_relative_to(folder.resolve())


def _to_storage(home: Home, say: Say) -> None:
    """The lake, and what is kept beside it, go to object storage where that is set."""
    storage = storage_of(home.root)
    if storage is None:
        return
    say(f"lake to {storage.url}")
    if any(storage.names(top) for top in (*lake.TABLES, *PLACES, DIGESTS, KEPT)):
        raise NotRestored(f"{storage.url} is not empty — name an empty prefix ({URL}); nothing was restored")
    files = files_of(home)
    for path in [each for each in sorted(home.lake.rglob("*")) if each.is_file()]:
        name = path.relative_to(home.lake).as_posix()
        if name.partition("/")[0] not in lake.TABLES:
            files.take(path, name)
            continue
        digest = storage.upload(name, path)
        if "/_delta_log/" not in name:
            storage.write(f"{DIGESTS}/{name}", digest.encode())
    shutil.rmtree(home.lake)
    home.create()
    kept = kept_of(home)
    for top in TOPS:
        for path in [each for each in sorted((home.root / top).rglob("*")) if each.is_file()]:
            kept.take(path, path.relative_to(home.root).as_posix())
        shutil.rmtree(home.root / top, ignore_errors=True)


def _store(home: Home, folder: Path, manifest: Manifest, database: str | None) -> None:
    """Rows go into the shape they were written in; then the store is brought to this version's."""
    if database is not None:
        home.keep_database_url(database)
        if home.database_url != database:
            raise NotRestored(
                "YBZ_DATABASE_URL, or database_url in the backup's settings, goes before --database and names"
                " another store — say the same, or leave --database out; a rehearsal (--rehearsal) heeds"
                " --database alone. Nothing was restored"
            )
    engine = _empty(home, manifest)
    try:
        with writing(engine) as connection:
            rows.load(connection, folder / STORE, manifest.rows)
        create_store(home)
        with writing(engine) as connection:
            rebuild(connection)
        with reading(engine) as connection:
            bad = walk_store(connection)
        if bad is not None:
            raise BackupDamaged(
                f"the evidence log in the backup does not hold by itself: {bad} — take another"
            )
    finally:
        engine.dispose()


def _empty(home: Home, manifest: Manifest) -> Engine:
    """A store of the backup's shape without a row."""
    from catalog.store.engine import engine_of

    home.create()
    engine = engine_of(home)
    with writing(engine) as connection:
        if held(connection).tables:
            raise NotRestored(
                "the database is not empty — name an empty one (--database or YBZ_DATABASE_URL), without"
                " `ybz init` before; nothing was restored"
            )
        if manifest.revision == head():
            make(connection)
            return engine
    migrate(engine, manifest.revision)
    return engine
