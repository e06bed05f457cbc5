"""Publishing: the log leaves the installation as copies that only grow.

Decides where copies stand: ``published/`` of the installation, and a folder outside of it where one is set.
A store that was restored is told by them; whoever holds one can verify the log alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from catalog.errors import CatalogError
from catalog.evidence.checkpoint import Checkpoint
from catalog.evidence.export import export
from catalog.evidence.sequence import integrate
from catalog.home import Home
from catalog.keys import following, heads
from catalog.keys.signers import Signer
from catalog.store import reading


class CopyUnreachable(CatalogError):
    """The folder a copy is published to is not there."""


@dataclass(frozen=True, slots=True)
class Published:
    """Where the log stands by now.

    Attributes:
        checkpoint: the newest one, in every copy.
        folders: where the copies are.
    """

    checkpoint: Checkpoint
    folders: tuple[Path, ...]

    @property
    def size(self) -> int:
        """Entries in every copy."""
        return self.checkpoint.size

    def document(self) -> dict[str, Any]:
        """``{size, folders}``."""
        return {"size": self.size, "folders": [str(folder) for folder in self.folders]}


def publish(
    engine: Engine, home: Home, signer: Signer, now: datetime, *, wait: bool = True
) -> Published | None:
    """Integrate what is recorded, and bring every copy up to the newest checkpoint.

    Args:
        engine: of the store.
        home: of the installation.
        signer: of the key in use.
        now: aware instant.
        wait: whether to wait for another process that integrates now.

    Returns:
        None while the log is empty.

    Raises:
        LogBroken: the log does not continue what was signed.
        CopyUnreachable: the folder outside is not there.
        CopyDiverged: a copy is not of this log.
        KeyTrouble: the folder outside holds the log this installation was restored from, and nobody said that
            it goes on there.
    """
    newest = integrate(engine, signer, now, wait=wait)
    if newest is None:
        return None
    outside = heads.outside_folder(home)
    if outside is not None and not outside.is_dir():
        raise CopyUnreachable(heads.not_there(home, outside))
    if outside is not None:
        following.require(home, outside)
    folders = (home.root / heads.PUBLISHED, *(() if outside is None else (outside,)))
    for folder in folders:
        if not _is_up(folder, newest.size, newest.root):
            with reading(engine) as connection:
                export(connection, signer, folder)
    if outside is not None:
        heads.note_written(home, outside)
    return Published(newest, folders)


def _is_up(folder: Path, size: int, root: str) -> bool:
    head = heads.published(folder)
    return head is not None and (head.size, head.root) == (size, root)
