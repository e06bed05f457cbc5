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
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from catalog.errors import CatalogError
from catalog.home import Home

# Beside the key: `size root`, of the longest log it signed.
HEAD_FILE: Final = "head"
# The published copy of the log inside the installation, and the newest checkpoint in any copy.
PUBLISHED: Final = "published"
CHECKPOINT_FILE: Final = "checkpoint.txt"
# Names the folder outside the installation where a copy is published too, one line.
PUBLISH_TO_FILE: Final = "publish.to"

# Where a head is remembered that no copy has to have.
KEPT_WITH_THE_KEY: Final = "keys"

_KEPT: Final = re.compile(r"(\d{1,18}) ([0-9a-f]{64})\n")


class KeyTrouble(CatalogError):
    """A key that may not, or cannot, be used."""


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
    named = os.environ.get("YBZ_PUBLISH_TO")
    path = home.root / PUBLISH_TO_FILE
    if not named and path.is_file():
        named = path.read_text(encoding="utf-8").strip()
    return Path(named) if named else None


def publish_to(home: Home, folder: Path) -> None:
    """Publish to ``folder`` too, from now on."""
    replace(home.root / PUBLISH_TO_FILE, f"{folder.resolve()}\n".encode())


def known(home: Home) -> tuple[Head, ...]:
    """Every memory of the log there is outside the store.

    Raises:
        KeyTrouble: one of them cannot be read; what it would say is not known, so nothing may go on.
    """
    found = [_kept(home), published(home.root / PUBLISHED)]
    outside = outside_folder(home)
    if outside is not None:
        if not outside.is_dir():
            raise KeyTrouble(f"the published copy at {outside} cannot be reached — bring the folder back")
        found.append(published(outside))
    return tuple(head for head in found if head is not None)


def keep(home: Home, head: Head) -> None:
    """Remember that the log of this size has this root, before it is signed.

    Raises:
        KeyTrouble: another root of that size, or a longer log, was signed before.
    """
    with _locked(home.keys):
        last = _kept(home)
        if last is not None and (head.size, head.root) == (last.size, last.root):
            return
        if last is not None and head.size <= last.size:
            raise KeyTrouble(
                f"this key has signed a log of {last.size} entries; one of {head.size} is not signed"
                " — was the store restored? run `ybz evidence resume EXPORT`"
            )
        replace(home.keys / HEAD_FILE, f"{head.size} {head.root}\n".encode())


def replace(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Write a file whole or not at all, and lastingly."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)
    make_lasting(path.parent)


def make_lasting(folder: Path) -> None:
    """Have new names in a folder outlive the machine."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _kept(home: Home) -> Head | None:
    path = home.keys / HEAD_FILE
    try:
        found = _KEPT.fullmatch(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    if found is None:
        raise KeyTrouble(f"{path} is damaged — restore it from the newest backup of the keys")
    return Head(int(found[1]), found[2])


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
