"""Copies of objects on this machine: what stands in object storage never changes, so each is fetched once.

Decides that a copy is read-only, for its owner alone, and called by the digest of what is in it; that what is
not as it was put there is not taken; and that the copies used longest ago go when there are too many. A query
worker opens copies and has no network.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from catalog.home import Home
from catalog.lake.storage import Storage, StorageDamaged
from catalog.settings import reading as settings

CACHE_GIB: Final = "YBZ_LAKE_CACHE_GIB"
FOLDER: Final = "staged"
# A copy used within so many seconds is not removed: a worker may be about to open it.
_IN_USE_S: Final = 3600


def copies_of(home: Home) -> Path:
    """Folder of the copies of an installation on this machine."""
    return home.root / FOLDER


def fetch(storage: Storage, inside: str, place: Callable[[str], Path], *, digest: str = "") -> Path | None:
    """Bring an object here, whole and unchanged or not at all.

    Args:
        storage: where it is.
        inside: its name there.
        place: SHA-256 of what came → where its copy stands.
        digest: SHA-256 of what was put there; any content is taken where it is empty.

    Returns:
        The copy; None where the object is not there.

    Raises:
        StorageTrouble: the storage does not answer.
        StorageDamaged: it gives something else than was put there.
    """
    folder = place("").parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f".{secrets.token_hex(8)}"
    try:
        came = storage.download(inside, draft)
        if came is None:
            return None
        if digest and came != digest:
            raise StorageDamaged(f"{inside} is not what was put there — check the object storage")
        draft.chmod(0o400)
        path = place(came)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.replace(path)
        return path
    finally:
        draft.unlink(missing_ok=True)


def used(path: Path) -> Path:
    """The copy, noted as used now."""
    os.utime(path)
    return path


def make_room(copies: Path, wanted: int) -> None:
    """Remove the copies used longest ago until a new one fits.

    Args:
        copies: folder of the copies.
        wanted: bytes to come.
    """
    trim(copies, wanted, settings.number(CACHE_GIB, copies.parent) << 30)


def trim(copies: Path, wanted: int, most: int) -> None:
    """The same with a bound of one's own, in bytes."""
    found = [(each.stat(), each) for each in copies.glob("*/*") if each.is_file()]
    held, now = sum(told.st_size for told, _ in found), time.time()
    for told, path in sorted(found, key=lambda each: each[0].st_mtime):
        if held + wanted <= most or now - told.st_mtime < _IN_USE_S:
            return
        path.unlink(missing_ok=True)
        held -= told.st_size
