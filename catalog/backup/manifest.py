"""What a backup holds: one list with the length and digest of every file, written last.

Decides that a folder without that list is no backup, and that every file in it is as it was written. Who made
the list is :mod:`catalog.backup.signature`'s; its digest stands in the evidence log of the installation too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from catalog import lasting
from catalog.backup.errors import BackupDamaged
from contracts.canonical import canonical

FILE: Final = "manifest.json"
FORMAT: Final = 2


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a backup.

    Attributes:
        path: inside the backup, with slashes.
        size: in bytes.
        sha256: of its content.
    """

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is of.

    Attributes:
        made_at: instant of the snapshot, ISO 8601 in UTC.
        version: of the software.
        revision: of the store's shape.
        dialect: database the store was on; it can be restored to either.
        log_size, log_root: of the last checkpoint in it; 0 and empty where nothing was signed.
        rows: of every table.
        releases: how many it has, with every version something rests on.
        sealed: whether keys and secrets are in it, under a passphrase.
        parts: every file.
    """

    made_at: str
    version: str
    revision: str
    dialect: str
    log_size: int
    log_root: str
    rows: Mapping[str, int]
    releases: int
    sealed: bool
    parts: tuple[Part, ...] = field(repr=False)

    @property
    def digest(self) -> str:
        """SHA-256 over the list, in hexadecimal."""
        return hashlib.sha256(self._text()).hexdigest()

    @property
    def size_bytes(self) -> int:
        """Of all files."""
        return sum(part.size for part in self.parts)

    def write(self, folder: Path) -> None:
        """Write it into the backup, on the disk: from then on it is one."""
        lasting.write(folder / FILE, self._text())

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """The manifest of a backup.

        Raises:
            BackupDamaged: there is none, or it cannot be read.
        """
        path = folder / FILE
        try:
            told = json.loads(path.read_bytes())
        except FileNotFoundError:
            raise BackupDamaged(
                f"{folder} is no backup: it has no {FILE} — was it stopped halfway?"
            ) from None
        except ValueError as error:
            raise BackupDamaged(f"{path} cannot be read — take another backup") from error
        if told.pop("format", None) != FORMAT:
            raise BackupDamaged(
                f"{path} is of another version of `ybz backup` — restore it with that version"
            )
        parts = tuple(Part(**each) for each in told.pop("parts"))
        return cls(**told, parts=parts)

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form without the files."""
        told = {name: value for name, value in asdict(self).items() if name != "parts"}
        return told | {"digest": self.digest, "files": len(self.parts), "bytes": self.size_bytes}

    def _text(self) -> bytes:
        return canonical({"format": FORMAT, **asdict(self), "parts": [asdict(each) for each in self.parts]})


def part_of(folder: Path, path: Path) -> Part:
    """A file of a backup, read back from the disk."""
    return Part(path.relative_to(folder).as_posix(), path.stat().st_size, digest_of(path))


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify(folder: Path) -> Manifest:
    """The manifest of a backup whose every file is there as it was written.

    Raises:
        BackupDamaged: the first that is not.
    """
    found = Manifest.read(folder)
    for part in found.parts:
        path = folder / part.path
        if not path.is_file():
            raise BackupDamaged(f"{folder}: {part.path} is missing — take another backup")
        if path.stat().st_size != part.size or digest_of(path) != part.sha256:
            raise BackupDamaged(f"{folder}: {part.path} is not as it was written — take another backup")
    return found


def parts_of(folder: Path, paths: Iterable[Path]) -> tuple[Part, ...]:
    """Files of a backup in a fixed order."""
    return tuple(sorted((part_of(folder, path) for path in paths), key=lambda part: part.path))
