"""Where an embedded store stands 所在: its folder, copied, is noticed before anything is written to the copy.

Decides that a store is written only in the file it was written in last. A file is known by its number in the
file system and the instant it was made: a renamed folder keeps both, every copy of the file has others, and
neither has anything to do with the machine's name, the container or the path it is seen under. What a person
states of another place is :mod:`catalog.backup.placing`'s. A store on a server stands where the server is.

Does not notice what copies a whole disk: the snapshot of a virtual machine, of a volume or of a file system.
There the folder the log is published to tells (:mod:`catalog.evidence.continuity`).
"""

from __future__ import annotations

import ctypes
import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, func, insert, select, update

from catalog.errors import StoreElsewhere
from catalog.store.tables.standing import store_places

# Source: statx(2) and linux/stat.h: relative paths, the instant a file was made, and where that is told.
_AT_FDCWD: Final = -100
_STATX_BTIME: Final = 0x800
_STATX_BYTES: Final = 256
_BTIME_AT: Final = 80
_NS: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Place:
    """A place a store stands in.

    Attributes:
        file: number of its file; where the file system tells, ``@`` and when it was made in nanoseconds.
        path: of the file.
    """

    file: str
    path: str

    def is_at(self, other: Place) -> bool:
        """Whether both are one file; what one of them does not tell is not compared."""
        number, _, made = self.file.partition("@")
        its_number, _, its_made = other.file.partition("@")
        return number == its_number and (made == its_made or not made or not its_made)


def at(path: Path) -> Place:
    """The place a file stands in.

    Raises:
        FileNotFoundError: it is not there.
    """
    real = path.resolve()
    made = _made_ns(real)
    return Place(f"{real.stat().st_ino}{'' if made is None else f'@{made}'}", str(real))


def of(engine: Engine) -> Place | None:
    """The place of a store; None where it is no file of this machine."""
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return None
    return at(Path(engine.url.database))


def noted(connection: Connection) -> Place | None:
    """Where the store was written last; None where that was never noted."""
    p = store_places.c
    row = connection.execute(select(p.file, p.path).order_by(p.number.desc()).limit(1)).first()
    return None if row is None else Place(row.file, row.path)


def is_noted(connection: Connection) -> bool:
    """Whether the store notes places at all: one of an earlier version, or an empty one, does not."""
    return connection.dialect.has_table(connection, store_places.name)


def elsewhere(connection: Connection) -> Place | None:
    """Where the store was written last, if that is another place than where it is now."""
    here = of(connection.engine)
    if here is None or not is_noted(connection):
        return None
    last = noted(connection)
    return None if last is None or last.is_at(here) else last


def require(connection: Connection) -> bool:
    """Refuse to write to a store that stands elsewhere; note where it stands, if it never was.

    Args:
        connection: a writing transaction.

    Returns:
        Whether that is settled for as long as the process runs.

    Raises:
        StoreElsewhere: its folder was moved to another disk, or is a copy.
    """
    here = of(connection.engine)
    if here is None:
        return True
    if not is_noted(connection):
        return False
    last = noted(connection)
    if last is None:
        note(connection, here)
    elif not last.is_at(here):
        raise StoreElsewhere(here.path, last.path)
    elif last.path != here.path:
        p = store_places.c
        newest = p.number == select(func.max(p.number)).scalar_subquery()
        connection.execute(update(store_places).where(newest).values(path=here.path))
    return True


def note(connection: Connection, here: Place, **stated: Any) -> None:
    """Note that the store stands here from now on.

    Args:
        connection: a writing transaction.
        here: the place.
        stated: what a person stated of it, by column.
    """
    p = store_places.c
    highest = connection.execute(select(func.max(p.number))).scalar()
    row = {"number": (highest or 0) + 1, "file": here.file, "path": here.path}
    connection.execute(insert(store_places).values(row | stated))


def _made_ns(path: Path) -> int | None:
    """When a file was made; None where its file system, or the system, does not tell.

    Asked by its path alone: to open and close the file would let go of the locks SQLite holds on it.
    """
    try:
        call = ctypes.CDLL(None).statx
    except (AttributeError, OSError):  # no Linux, or a C library before 2018
        return None
    told = ctypes.create_string_buffer(_STATX_BYTES)
    if call(_AT_FDCWD, os.fsencode(path), 0, _STATX_BTIME, told) != 0:
        return None
    mask: int = struct.unpack_from("<I", told, 0)[0]
    seconds, ns = struct.unpack_from("<qI", told, _BTIME_AT)
    return seconds * _NS + ns if mask & _STATX_BTIME and (seconds or ns) else None
