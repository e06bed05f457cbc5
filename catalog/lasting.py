"""Files that stand whole or not at all, and outlive the machine.

Decides how a file comes under its name: written beside its place for its owner alone, brought to the disk,
renamed, and the folder brought to the disk after it. What a row of the store names must be there after a
power cut that follows the commit.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write(path: Path, content: bytes, *, mode: int = 0o600, draft: Path | None = None) -> None:
    """Put a file under its name, replacing what stood there; its folder is made where it is missing.

    Args:
        path: of the file.
        content: all of it.
        mode: who may read it; its owner alone where not said.
        draft: where it is written first, for files one process writes and another must be able to erase
            unfinished; a name of its own where None.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = draft or path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        stand(part, path)
    finally:
        part.unlink(missing_ok=True)


def stand(draft: Path, path: Path) -> None:
    """Have a finished draft, whose content is on the disk, stand under its name."""
    draft.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Bring to the disk what was written to a file, or what was made or deleted in a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
