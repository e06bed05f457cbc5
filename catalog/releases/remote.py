"""Tables of a lake on object storage: where one is, and how its data files come here.

Decides that every data file of a table has a note of its digest, written once by whoever first held the file:
its writer, right after the commit. A file that is not what its note says is not read.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from catalog.lake.copies import fetch, make_room, used
from catalog.lake.storage import Storage, StorageTrouble

# Where the notes are, below the lake: one a data file, the digest of its content.
DIGESTS: Final = "digests"


@dataclass(frozen=True, slots=True)
class Remote:
    """A table, or a folder of tables, on object storage.

    Attributes:
        storage: where the lake is.
        inside: its place in the lake, with slashes.
        copies: folder of the copies on this machine.
    """

    storage: Storage
    inside: str
    copies: Path

    @property
    def uri(self) -> str:
        """As delta-rs takes it."""
        return f"{self.storage.url.rstrip('/')}/{self.inside}"

    @property
    def options(self) -> dict[str, str]:
        """As delta-rs takes them."""
        return dict(self.storage.options)

    @property
    def label(self) -> str:
        """The table as a person knows it."""
        return ".".join(self.inside.split("/")[-2:])

    def copy_of(self, name: str, size: int) -> Path:
        """The copy of a data file on this machine, fetched where it is not there yet.

        Args:
            name: below the table.
            size: in bytes, as the log says.

        Raises:
            StorageTrouble: the storage does not answer, or gives another file.
        """
        address = hashlib.sha256(f"{self.uri}/{name}".encode()).hexdigest()
        folder = self.copies / address[:2]
        for path in folder.glob(f"{address}-*.parquet"):
            if path.stat().st_size == size:
                return used(path)
        make_room(self.copies, size)
        noted = self.storage.read(self.note_of(name))
        digest = "" if noted is None else noted.decode("ascii", "replace").strip()
        found = fetch(
            self.storage,
            f"{self.inside}/{name}",
            lambda came: folder / f"{address}-{came}.parquet",
            digest=digest,
        )
        if found is None or found.stat().st_size != size:
            if found is not None:
                found.unlink()
            raise StorageTrouble(
                f"a data file of {self.label} is not the one its log names — check the storage"
            )
        if noted is None:  # its writer stopped before it noted it
            self.storage.write(self.note_of(name), found.stem.partition("-")[2].encode())
        return used(found)

    def note_of(self, name: str) -> str:
        """Where the note of a data file is."""
        return f"{DIGESTS}/{self.inside}/{name}"

    def forget(self, names: tuple[str, ...]) -> None:
        """Remove the notes of data files that are gone."""
        for name in names:
            self.storage.remove(self.note_of(name))
