"""Files of a lake that is on object storage: contents that never change, and notes that say which one stands.

Decides the three places of a file called N, below the lake's own:

``content/N/<content>``  what is in it, written once; called by its digest and a number of its own
``standing/N``           which content stands and its size, a line; putting it is what makes it stand
``drafts/N/<content>``   the line of a content that waits; put before the content and removed last, so that
                         whatever a process that died left behind is found

A file is as it was before or as it is after, wherever a process dies between two puts. What is read is
compared with its digest.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from catalog import lasting
from catalog.lake.copies import fetch, make_room, used
from catalog.lake.files import Draft
from catalog.lake.storage import Storage, StorageDamaged, StorageTrouble

CONTENT: Final = "content"
STANDING: Final = "standing"
DRAFTS: Final = "drafts"
PLACES: Final = (STANDING, CONTENT, DRAFTS)
_LINE: Final = re.compile(r"([0-9a-f]{64}-[0-9a-f]{8}) ([0-9]+)\n?")
# A content may be replaced between two reads: the note that was read then is none any more.
_READS: Final = 3


@dataclass(frozen=True, slots=True)
class _Note:
    """Which content stands, by its name, and how large it is."""

    held: str
    size_bytes: int

    @property
    def sha256(self) -> str:
        """Digest of the content."""
        return _digest_of(self.held)


@dataclass(frozen=True, slots=True)
class InBucket:
    """Files on object storage.

    Attributes:
        storage: where they are.
        copies: folder of the copies on this machine.
        root: folder of the lake on this machine, for readers of folders.
    """

    storage: Storage
    copies: Path
    root: Path

    def there(self, name: str) -> bool:
        """Whether a file of that name stands."""
        return self._note(name) is not None

    def read(self, name: str) -> bytes | None:
        """All of a file; None where none stands."""
        for _ in range(_READS):
            note = self._note(name)
            if note is None:
                return None
            content = self.storage.read(_content(name, note.held))
            if content is not None and hashlib.sha256(content).hexdigest() == note.sha256:
                return content
        raise _other(name)

    def local(self, name: str) -> Path | None:
        """A file of this machine with its content; None where none stands."""
        note = self._note(name)
        if note is None:
            return None
        folder = self.copies / hashlib.sha256(name.encode()).hexdigest()[:2]
        path = folder / f"{note.held}{Path(name).suffix}"
        if not path.is_file() or path.stat().st_size != note.size_bytes:
            make_room(self.copies, note.size_bytes)
            self._fetch(name, note.held, path)
        return used(path)

    def copy(self, name: str, target: Path) -> bool:
        """Write it to a file of this machine; False where none stands."""
        note = self._note(name)
        if note is None:
            return False
        self._fetch(name, note.held, target)
        return True

    def write(self, name: str, content: bytes) -> None:
        """Have a file stand, replacing what stood there."""
        self.stand(self.draft(name, content))

    def desk(self, below: str) -> Path:
        """A folder of this machine to write a large file in."""
        place = self.root / "staging"
        place.mkdir(parents=True, exist_ok=True)
        return place

    def take(self, path: Path, name: str) -> None:
        """Have a finished file of this machine stand under a name."""
        with path.open("rb") as source:
            digest = hashlib.file_digest(source, "sha256").hexdigest()
        draft = self._begin(name, digest, path.stat().st_size)
        if self.storage.upload(_content(name, draft.held), path) != digest:
            raise StorageTrouble(f"{path.name} was changed while it was sent — do it again")
        self.stand(draft)
        path.unlink()

    def draft(self, name: str, content: bytes) -> Draft:
        """Write what shall stand under a name, without a reader seeing it."""
        made = self._begin(name, hashlib.sha256(content).hexdigest(), len(content))
        self.storage.write(_content(name, made.held), content)
        return made

    def stand(self, draft: Draft) -> None:
        """Have a draft stand under its name."""
        before, waiting = self._note(draft.name), self.storage.read(_draft(draft.name, draft.held))
        if waiting is None:
            if before is None or before.held != draft.held:
                raise StorageTrouble(f"what was to stand as {draft.name} is gone — do it again")
            return
        self.storage.write(f"{STANDING}/{draft.name}", waiting)
        if before is not None:
            self._clear(draft.name, draft.held)
        self.storage.remove(_draft(draft.name, draft.held))

    def drop(self, draft: Draft) -> None:
        """Remove a draft, unless it stands."""
        note = self._note(draft.name)
        if note is None or note.held != draft.held:
            self.storage.remove(_content(draft.name, draft.held))
        self.storage.remove(_draft(draft.name, draft.held))

    def drafts(self, below: str) -> Iterator[Draft]:
        """Drafts of a name, or of all names below one."""
        for each in self.storage.objects(f"{DRAFTS}/{below}".rstrip("/")):
            name, _, held = f"{below}/{each.name}".strip("/").rpartition("/")
            yield Draft(name, held, each.put_at)

    def names(self, below: str) -> Iterator[str]:
        """Names below one that a file stands under, in order."""
        for each in self.storage.objects(f"{STANDING}/{below}".rstrip("/")):
            yield f"{below}/{each.name}".strip("/")

    def remove(self, name: str) -> None:
        """Delete a file; where none stands nothing is done."""
        note = self._note(name)
        if note is not None:
            self.storage.remove(f"{STANDING}/{name}")
            self.storage.remove(_content(name, note.held))

    def bring(self, below: str) -> None:
        """Have the files below a name in the folder of the lake."""
        index = self.copies / f"brought-{hashlib.sha256(below.encode()).hexdigest()[:16]}.json"
        before: dict[str, str] = json.loads(index.read_text(encoding="utf-8")) if index.is_file() else {}
        now: dict[str, str] = {}
        contents = self._contents(below)
        for name in self.names(below):
            held = contents.get(name, ())
            # A listing tells the content where a name has one only.
            note = None if len(held) == 1 else self._note(name)
            stands = held[0] if len(held) == 1 else "" if note is None else note.held
            path = self.root / name
            if stands and (before.get(name) != stands or not path.is_file()):
                self._fetch(name, stands, path)
            if stands:
                now[name] = stands
        for name in before.keys() - now.keys():
            (self.root / name).unlink(missing_ok=True)
        if now != before:
            lasting.write(index, json.dumps(now).encode())

    def _contents(self, below: str) -> dict[str, tuple[str, ...]]:
        """Contents of every name below one, drafts too."""
        found: dict[str, tuple[str, ...]] = {}
        for each in self.storage.objects(f"{CONTENT}/{below}".rstrip("/")):
            name, _, held = f"{below}/{each.name}".strip("/").rpartition("/")
            found[name] = (*found.get(name, ()), held)
        return found

    def _clear(self, name: str, keep: str) -> None:
        """Remove the contents of a name that neither stand nor wait."""
        wait = {draft.held for draft in self.drafts(name) if draft.name == name}
        for held in self._contents(name).get(name, ()):
            if held != keep and held not in wait:
                self.storage.remove(_content(name, held))

    def _begin(self, name: str, digest: str, size_bytes: int) -> Draft:
        made = Draft(name, f"{digest}-{secrets.token_hex(4)}", datetime.now(UTC))
        self.storage.write(_draft(name, made.held), f"{made.held} {size_bytes}\n".encode())
        return made

    def _note(self, name: str) -> _Note | None:
        told = self.storage.read(f"{STANDING}/{name}")
        if told is None:
            return None
        read = _LINE.fullmatch(told.decode("ascii", "replace"))
        if read is None:
            raise _other(name)
        return _Note(read[1], int(read[2]))

    def _fetch(self, name: str, held: str, path: Path) -> None:
        content = _content(name, held)
        if fetch(self.storage, content, lambda _: path, digest=_digest_of(held)) is None:
            raise _other(name)


def _content(name: str, held: str) -> str:
    return f"{CONTENT}/{name}/{held}"


def _draft(name: str, held: str) -> str:
    return f"{DRAFTS}/{name}/{held}"


def _digest_of(held: str) -> str:
    return held.partition("-")[0]


def _other(name: str) -> StorageDamaged:
    return StorageDamaged(f"{name} is missing or not what was put there — check the object storage")
