"""How much is in a packed workbook, told without opening it as one.

Decides nothing: how much may be in it is its reader's to say.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from typing import Final

_CHUNK: Final = 1 << 20
# A cell of a sheet, whatever prefix its namespace has.
_CELL: Final = re.compile(rb"<(?:[\w.-]+:)?c[\s/>]")
# A merged range: a reader makes a cell of every place it covers.
_MERGED: Final = re.compile(
    rb"<(?:[\w.-]+:)?mergeCell\s[^>]*?ref\s*=\s*[\"']\$?([A-Z]{1,3})\$?(\d+):\$?([A-Z]{1,3})\$?(\d+)",
    re.IGNORECASE,
)


def unpacked_bytes(path: Path) -> int:
    """What the parts of a zip archive, such as a workbook, come to by its own account.

    Raises:
        BadZipFile, OSError: it is none, or cannot be read.
    """
    with zipfile.ZipFile(path) as archive:
        return sum(entry.file_size for entry in archive.infolist())


def has_more_cells(path: Path, most: int) -> bool:
    """Whether the sheets of an .xlsx workbook hold more cells than that, merged ones too.

    Raises:
        BadZipFile, OSError: it is no archive, or damaged.
    """
    cells = 0
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            for piece in _pieces(archive, entry):
                cells += len(_CELL.findall(piece)) + sum(_area(*each) for each in _MERGED.findall(piece))
                if cells > most:
                    return True
    return False


def _area(left: bytes, top: bytes, right: bytes, bottom: bytes) -> int:
    """Places a merged range covers."""
    columns = (reduce(lambda n, letter: n * 26 + letter - 64, name.upper(), 0) for name in (left, right))
    first, last = columns
    return (abs(last - first) + 1) * (abs(int(bottom[:9]) - int(top[:9])) + 1)


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """A part of an archive, cut between tags; in UTF-16 too."""
    rest = b""
    with archive.open(entry) as part:
        while chunk := part.read(_CHUNK):
            whole = rest + chunk.replace(b"\0", b"")
            cut = max(whole.rfind(b"<"), len(whole) - _CHUNK, 0)
            yield whole[:cut]
            rest = whole[cut:]
    yield rest
