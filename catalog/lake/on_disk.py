"""Files of a lake that is a folder: each under its name, drafts hidden beside their place."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from catalog import lasting
from catalog.lake.files import Draft

# A draft of x.jsonl is called .x.jsonl.3f9c01d2.part; before drafts had numbers of their own, .x.jsonl.part.
_PART: Final = re.compile(r"^\.(.+?)(?:\.(?:[0-9a-f]{8}|[0-9]+))?\.part$")


@dataclass(frozen=True, slots=True)
class OnDisk:
    """Files below a folder.

    Attributes:
        root: the folder of the lake.
    """

    root: Path

    def there(self, name: str) -> bool:
        """Whether a file of that name stands."""
        return (self.root / name).is_file()

    def read(self, name: str) -> bytes | None:
        """All of a file; None where none stands."""
        try:
            return (self.root / name).read_bytes()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return None

    def local(self, name: str) -> Path | None:
        """A file of this machine with its content; None where none stands."""
        path = self.root / name
        return path if path.is_file() else None

    def copy(self, name: str, target: Path) -> bool:
        """Write it to a file of this machine; False where none stands."""
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(self.root / name, target)
        except FileNotFoundError:
            return False
        return True

    def write(self, name: str, content: bytes) -> None:
        """Have a file stand, replacing what stood there."""
        lasting.write(self.root / name, content)

    def desk(self, below: str) -> Path:
        """A folder of this machine to write a large file in."""
        place = self.root / below
        place.mkdir(parents=True, exist_ok=True)
        return place

    def take(self, path: Path, name: str) -> None:
        """Have a finished file of this machine stand under a name."""
        path.replace(self.root / name)

    def draft(self, name: str, content: bytes) -> Draft:
        """Write what shall stand under a name, without a reader seeing it."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        # Rows and answers hold values: readable by their owner alone.
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        return Draft(name, part.name, datetime.now(UTC))

    def stand(self, draft: Draft) -> None:
        """Have a draft stand under its name."""
        part = self._part(draft)
        path = self.root / draft.name
        if part.is_file() or not path.is_file():
            lasting.stand(part, path)

    def drop(self, draft: Draft) -> None:
        """Remove a draft, unless it stands."""
        self._part(draft).unlink(missing_ok=True)

    def drafts(self, below: str) -> Iterator[Draft]:
        """Drafts of a name, or of all names below one."""
        place = self.root / below
        found = place.rglob(".*.part") if place.is_dir() else place.parent.glob(f".{place.name}.*part")
        for part in sorted(found):
            called = _PART.match(part.name)
            if called is None:
                continue
            name = part.with_name(called[1]).relative_to(self.root).as_posix()
            yield Draft(name, part.name, datetime.fromtimestamp(part.stat().st_mtime, UTC))

    def names(self, below: str) -> Iterator[str]:
        """Names below one that a file stands under, in order."""
        place = self.root / below
        for inner in sorted(place.iterdir()) if place.is_dir() else ():
            for path in whole_files(inner):
                yield path.relative_to(self.root).as_posix()

    def remove(self, name: str) -> None:
        """Delete a file; where none stands nothing is done."""
        (self.root / name).unlink(missing_ok=True)

    def bring(self, below: str) -> None:
        """Have the files below a name in the folder of the lake."""

    def _part(self, draft: Draft) -> Path:
        return (self.root / draft.name).with_name(draft.held)


def whole_files(path: Path) -> Iterator[Path]:
    """Whole files below a place; drafts of files, and links, are no files of ours."""
    if path.is_symlink() or path.name.startswith(".") or path.suffix in (".part", ".tmp"):
        return
    if path.is_dir():
        for inner in sorted(path.iterdir()):
            yield from whole_files(inner)
    elif path.is_file():
        yield path
