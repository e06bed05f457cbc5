"""What the log is known to have been, kept outside the store: with the key, and with the published copies.

Decides that an installation remembers the longest log it signed, so that a store restored from a backup is
told from one that went on, and no size is signed twice. What follows from it is decided in
:mod:`catalog.evidence.continuity`.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from catalog import lasting
from catalog.errors import CatalogError
from catalog.home import Home
from catalog.settings import reading as settings

# Beside the key: `size root`, of the longest log it signed.
HEAD_FILE: Final = "head"
# The published copy of the log inside the installation, and the newest checkpoint in any copy.
PUBLISHED: Final = "published"
CHECKPOINT_FILE: Final = "checkpoint.txt"
# In the folder outside: `size root` of the longest log that was signed, published or not.
SIGNED_FILE: Final = "signed"
# In the installation: `size mark`, where it was restored from a backup and is not shown to go on.
RESTORED_FILE: Final = "restored"
# In the installation: the folders outside the log was ever written to, one a line.
WRITTEN_FILE: Final = "published.at"
# Names the folder outside the installation where a copy is published too, one line.
PUBLISH_TO_FILE: Final = "publish.to"

# Where a head is remembered that no copy has to have.
KEPT_WITH_THE_KEY: Final = "keys"
# What says that the installation was restored: its root is a mark, the root of no log.
BACKUP: Final = "a backup"

_KEPT: Final = re.compile(r"(\d{1,18}) ([0-9a-f]{64})\n")


class KeyTrouble(CatalogError):
    """A key that may not, or cannot, be used."""


class NoFolder(KeyTrouble):
    """The folder outside is not there: lost, or never made."""


@dataclass(frozen=True, slots=True)
class Head:
    """The log at one size.

    Attributes:
        size: number of entries.
        root: RFC 6962 root over them, hexadecimal.
        where: which memory says so.
    """

    size: int
    root: str
    where: str = KEPT_WITH_THE_KEY


def outside_folder(home: Home) -> Path | None:
    """The folder outside the installation the log is published to: ``YBZ_PUBLISH_TO``, else as kept."""
    named = settings.value("YBZ_PUBLISH_TO", home.root)
    path = home.root / PUBLISH_TO_FILE
    if not named and path.is_file() and not settings.rehearsing(home.root):
        named = path.read_text(encoding="utf-8").strip()
    return Path(named) if named else None


def publish_to(home: Home, folder: Path) -> None:
    """Publish to ``folder`` too, from now on.

    Raises:
        KeyTrouble: the installation is a rehearsal, which publishes nowhere.
    """
    if settings.rehearsing(home.root):
        raise KeyTrouble(f"{home.root} is a rehearsal: it publishes nowhere but inside itself")
    lasting.write(home.root / PUBLISH_TO_FILE, f"{folder.resolve()}\n".encode())


def known(home: Home) -> tuple[Head, ...]:
    """Every memory of the log there is outside the store.

    Raises:
        KeyTrouble: one of them cannot be read; what it would say is not known, so nothing may go on.
    """
    found = [
        _kept(home),
        published(home.root / PUBLISHED),
        _noted(home.root / RESTORED_FILE, "restore the backup again", BACKUP),
    ]
    outside = outside_folder(home)
    if outside is not None:
        if not outside.is_dir():
            raise NoFolder(not_there(home, outside))
        found += [published(outside), signed_outside(outside)]
    return tuple(sorted((head for head in found if head is not None), key=lambda head: head.size))


def not_there(home: Home, outside: Path) -> str:
    """What is to be done about a folder outside that is not there: a lost mount is no new folder."""
    if str(outside.resolve()) in _written(home):
        return (
            f"the published copy at {outside} cannot be reached, and the log was published there — bring the"
            " folder back (is its disk mounted?); do not make another in its place"
        )
    if has_signed(home):
        return (
            f"the published copy at {outside} cannot be reached — where the log was never published there,"
            f" make the folder: `mkdir -p {outside}`; else bring it back (is its disk mounted?)"
        )
    return f"{outside} is not there, and nothing was published yet — make the folder: `mkdir -p {outside}`"


def _written(home: Home) -> list[str]:
    path = home.root / WRITTEN_FILE
    return path.read_text(encoding="utf-8").split("\n")[:-1] if path.is_file() else []


def note_written(home: Home, outside: Path) -> None:
    """Remember that the log was written to a folder outside."""
    known, named = _written(home), str(outside.resolve())
    if named not in known:
        lasting.write(home.root / WRITTEN_FILE, "".join(f"{each}\n" for each in (*known, named)).encode())


def has_signed(home: Home) -> bool:
    """Whether the log was ever signed, published or restored here, as files beside the store tell."""
    told = (home.keys / HEAD_FILE, home.root / PUBLISHED / CHECKPOINT_FILE, home.root / RESTORED_FILE)
    return any(path.exists() for path in told)


def keep(home: Home, head: Head) -> None:
    """Remember that the log of this size has this root, before it is signed.

    Raises:
        KeyTrouble: another root of that size, or a longer log, was signed before.
    """
    outside = outside_folder(home)
    with _locked(home.keys):
        last = _kept(home)
        if last is not None and (head.size, head.root) == (last.size, last.root):
            return
        if last is not None and head.size <= last.size:
            raise KeyTrouble(
                f"this key has signed a log of {last.size} entries; one of {head.size} is not signed"
                " — was the store restored? run `ybz evidence resume EXPORT`"
            )
        note = f"{head.size} {head.root}\n".encode()
        # Outside first: where keys and store are lost together, it still tells what was signed.
        if outside is not None:
            lasting.write(outside / SIGNED_FILE, note, mode=0o644)
            note_written(home, outside)
        lasting.write(home.keys / HEAD_FILE, note)


def mark_restored(home: Home, size: int, mark: str) -> None:
    """Remember that the installation was restored from a backup whose log had ``size`` entries.

    Args:
        home: of the restored installation.
        size: of the log in the backup.
        mark: 64 random hexadecimal digits; once a store states that it was shown to go on under them, the
            note means nothing any more.
    """
    lasting.write(home.root / RESTORED_FILE, f"{size} {mark}\n".encode())


def signed_outside(folder: Path) -> Head | None:
    """The longest log that was signed, as a copy outside was told before it was.

    Raises:
        KeyTrouble: the note is damaged.
    """
    return _noted(folder / SIGNED_FILE, "bring the folder of the published copy back")


def _kept(home: Home) -> Head | None:
    return _noted(home.keys / HEAD_FILE, "restore it from the newest backup of the keys")


def _noted(path: Path, todo: str, where: str = KEPT_WITH_THE_KEY) -> Head | None:
    try:
        found = _KEPT.fullmatch(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    if found is None:
        raise KeyTrouble(f"{path} is damaged — {todo}")
    return Head(int(found[1]), found[2], where)


def published(folder: Path) -> Head | None:
    """Size and root of the newest checkpoint of a copy; its signature is checked where the copy is used.

    Raises:
        KeyTrouble: there is one that cannot be read.
    """
    path = folder / CHECKPOINT_FILE
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
        return Head(int(lines[1]), base64.b64decode(lines[2], validate=True).hex(), str(folder))
    except FileNotFoundError:
        return None
    except (OSError, IndexError, ValueError, binascii.Error) as error:
        raise KeyTrouble(
            f"{path} is not a checkpoint — verify the published copy and bring it back"
        ) from error


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One process at a time remembers."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
