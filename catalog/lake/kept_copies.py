"""Copies on this machine of files that are kept on object storage, for programs that read files of a machine.

Decides that one copy is shared by all who read the same file on a machine, under one path while it is in use
and for some minutes after, that its bytes have the digest the store holds before anybody sees them, and that
a copy which is in use is not taken away for its age. Whoever reads one holds a lock on it, which goes with
the process however that ends. A copy of what has ended goes with :meth:`~catalog.lake.kept.KeptFiles.erase`.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Final
from weakref import WeakValueDictionary

from catalog.home import Home
from catalog.lake.kept import DRAFT, kept_of

# How long a copy nobody reads is kept for whoever asks next, in seconds.
UNUSED_S: Final = 600.0
_COPY: Final = re.compile(r"\.[0-9a-f]{8}" + re.escape(DRAFT))
# A file → who fetches it in this process; the others wait for the same copy.
_fetching: WeakValueDictionary[str, Lock] = WeakValueDictionary()
_fetching_lock: Final = Lock()


@contextmanager
def copied(home: Home, name: str, sha256: str) -> Iterator[Path | None]:
    """A copy of a kept file for the time of the block; None where the file is not there.

    Args:
        home: of the installation.
        name: of the file.
        sha256: of its bytes, hexadecimal.

    Raises:
        StorageDamaged: its bytes are others.
    """
    found = _found(home, name, sha256)
    if found is None:
        yield None
        return
    path, handle = found
    try:
        yield path
    finally:
        os.utime(handle)
        os.close(handle)


def drop_unused(home: Home, top: str) -> int:
    """Delete copies that nobody has read for a while, and what was left half written; how many.

    Args:
        home: of the installation.
        top: folder of what is kept.
    """
    dropped = 0
    for path in (home.root / top).glob(f"*/*{DRAFT}"):
        try:
            handle = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Looked at under the lock: who began to read it a moment ago has said so.
            if time.time() - os.fstat(handle).st_mtime > UNUSED_S:
                path.unlink(missing_ok=True)
                dropped += 1
        except BlockingIOError:
            continue
        finally:
            os.close(handle)
    return dropped


def _found(home: Home, name: str, sha256: str) -> tuple[Path, int] | None:
    """The copy that is there, or a new one, held."""
    place = home.root / name
    with _fetching_lock:
        mine = _fetching.setdefault(str(place), Lock())
    with mine:
        for path in sorted(place.parent.glob(f"{place.stem}.*{DRAFT}")):
            if _COPY.fullmatch(path.name.removeprefix(place.stem)) and (handle := _hold(path)) is not None:
                return path, handle
        # A name of its own each time: a worker may read the file it was started with, and no other that
        # comes to stand in its place.
        path = place.with_suffix(f".{secrets.token_hex(4)}{DRAFT}")
        if not kept_of(home).copy(name, path, sha256=sha256):
            return None
        fetched = _hold(path)
    return None if fetched is None else (path, fetched)


def _hold(path: Path) -> int | None:
    """A lock on a copy; None where it is gone, or about to go."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        if os.fstat(handle).st_nlink:
            os.utime(handle)
            return handle
    except BlockingIOError:
        pass
    os.close(handle)
    return None
