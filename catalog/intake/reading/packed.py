"""How much is in a packed workbook, told without opening it as one.

Decides nothing: how much may be in it is its reader's to say.
"""

from __future__ import annotations

import zipfile
from pathlib import Path


def unpacked_bytes(path: Path) -> int:
    """What the parts of a zip archive, such as a workbook, come to by its own account.

    Raises:
        BadZipFile, OSError: it is none, or cannot be read.
    """
    with zipfile.ZipFile(path) as archive:
        return sum(entry.file_size for entry in archive.infolist())
