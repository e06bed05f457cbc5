"""Files of a lake beside its tables: raw rows, deliveries, submitted forms, corrections, evidence.

Decides what may be done with one wherever the lake is: it stands under its name whole and on the disk, or not
at all; what is written before the store knows of it is a draft, which no reader sees. A folder and object
storage do the same (:mod:`catalog.lake.on_disk`, :mod:`catalog.lake.in_bucket`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Draft:
    """Content that is written, and that has no name yet.

    Attributes:
        name: it is to stand under, below the lake, with slashes.
        held: what tells it from other drafts of that name.
        made_at: aware instant.
    """

    name: str
    held: str
    made_at: datetime


class Files(Protocol):
    """Files of one lake; every name is below it, with slashes."""

    def there(self, name: str) -> bool:
        """Whether a file of that name stands."""

    def read(self, name: str) -> bytes | None:
        """All of a file; None where none stands."""

    def local(self, name: str) -> Path | None:
        """A file of this machine with its content, for readers that open files; None where none stands."""

    def copy(self, name: str, target: Path) -> bool:
        """Write it to a file of this machine; False where none stands."""

    def write(self, name: str, content: bytes) -> None:
        """Have a file stand, replacing what stood there."""

    def desk(self, below: str) -> Path:
        """A folder of this machine to write a large file in that :meth:`take` is then given."""

    def take(self, path: Path, name: str) -> None:
        """Have a finished file of this machine stand under a name; it is gone from where it was."""

    def draft(self, name: str, content: bytes) -> Draft:
        """Write what shall stand under a name, without a reader seeing it."""

    def stand(self, draft: Draft) -> None:
        """Have a draft stand under its name, replacing what stood there; doing so again changes nothing."""

    def drop(self, draft: Draft) -> None:
        """Remove a draft, unless it stands."""

    def drafts(self, below: str) -> Iterator[Draft]:
        """Drafts of a name, or of all names below one, that neither stand nor were dropped."""

    def names(self, below: str) -> Iterator[str]:
        """Names below one that a file stands under, in order."""

    def remove(self, name: str) -> None:
        """Delete a file; where none stands nothing is done."""

    def bring(self, below: str) -> None:
        """Have the files below a name in the folder of the lake, where who reads folders finds them."""
