"""Files kept beside the lake: answers with their plans, supplies, own tables, files of jobs and attachments.

Decides where they are: in folders of the installation, or, where its lake is on object storage, below
``kept/`` there, so that every machine that shares the store sees them. Each is written once, under a name
that is used for nothing else, and the digest of what is handed out is in the store: unlike a file of the lake
it needs no note beside it, and one put, which is whole or not at all, is all there is to do. What earlier
versions left in the folders of a machine is still found on that machine.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from catalog import lasting
from catalog.home import Home
from catalog.lake.on_disk import whole_files
from catalog.lake.storage import Storage, StorageDamaged, storage_of

KEPT: Final = "kept"
# What is kept so, each a folder of the installation.
TOPS: Final = ("answers", "plans", "supplies", "workspace", "jobs", "registration")
# How what is no file of its own ends: half written, or a copy of what lies on the storage. Its name begins
# with the one of the file.
DRAFT: Final = ".part"
# Bytes of a piece: a download is looked at before each.
CHUNK_BYTES: Final = 64 * 1024


class KeptFiles(Protocol):
    """Files kept beside the lake; every name begins with one of :data:`TOPS`, with slashes."""

    def size_bytes(self, name: str) -> int | None:
        """How large a file is; None where it is not there."""

    def read(self, name: str) -> bytes | None:
        """All of a file; None where it is not there."""

    def part(self, name: str, first: int, size_bytes: int) -> Iterator[bytes]:
        """So many bytes of a file from a place on, in pieces; an error where it is not there."""

    def put_at(self, name: str) -> float | None:
        """When a file was put there, in seconds; None where it is not there."""

    def copy(self, name: str, target: Path, *, sha256: str | None = None) -> bool:
        """Write it to a file of this machine, for its owner alone; False where it is not there.

        Half of one never stands there.

        Raises:
            StorageDamaged: a digest is given, and its bytes have another.
        """

    def write(self, name: str, content: bytes) -> None:
        """Have a file be there, whole or not at all."""

    def take(self, path: Path, name: str) -> None:
        """Have a finished file of this machine be there; it is gone from where it was."""

    def names(self, below: str) -> Iterator[str]:
        """Names below one, in order."""

    def remove(self, name: str) -> bool:
        """Delete a file, half written ones of the name too; whether there was one."""

    def erase(self, name: str) -> bool:
        """Delete a file and all there is of it on this machine, copies and leavings too; whether any was."""

    def drop_here(self, name: str) -> bool:
        """Delete what lies of a file on this machine where it is put elsewhere; whether there was any."""


@dataclass(frozen=True, slots=True)
class KeptOnDisk:
    """Files in the folder of an installation.

    Attributes:
        root: the folder.
    """

    root: Path

    def size_bytes(self, name: str) -> int | None:
        """How large a file is; None where it is not there."""
        path = self.root / name
        return path.stat().st_size if path.is_file() else None

    def read(self, name: str) -> bytes | None:
        """All of a file; None where it is not there."""
        try:
            return (self.root / name).read_bytes()
        except FileNotFoundError:
            return None

    def part(self, name: str, first: int, size_bytes: int) -> Iterator[bytes]:
        """So many bytes of a file from a place on, in pieces."""
        with (self.root / name).open("rb") as stream:
            stream.seek(first)
            while size_bytes and (read := stream.read(min(CHUNK_BYTES, size_bytes))):
                size_bytes -= len(read)
                yield read

    def put_at(self, name: str) -> float | None:
        """When a file was put there."""
        path = self.root / name
        return path.stat().st_mtime if path.is_file() else None

    def copy(self, name: str, target: Path, *, sha256: str | None = None) -> bool:
        """Write it to a file of this machine."""
        with _draft_of(target) as draft:
            try:
                shutil.copyfile(self.root / name, draft)
            except FileNotFoundError:
                return False
            if sha256 is not None:
                with draft.open("rb") as stream:
                    require(name, sha256, hashlib.file_digest(stream, "sha256").hexdigest())
            draft.replace(target)
        return True

    def write(self, name: str, content: bytes) -> None:
        """Have a file be there, whole or not at all."""
        path = self.root / name
        _make(path.parent)
        lasting.write(path, content, draft=path.with_suffix(DRAFT))

    def take(self, path: Path, name: str) -> None:
        """Have a finished file of this machine be there."""
        place = self.root / name
        lasting.sync(path)
        if path != place:
            _make(place.parent)
            lasting.stand(path, place)

    def names(self, below: str) -> Iterator[str]:
        """Names below one, in order."""
        for path in whole_files(self.root / below):
            yield path.relative_to(self.root).as_posix()

    def remove(self, name: str) -> bool:
        """Delete a file, so that it outlives the machine, and a half written one."""
        path = self.root / name
        return _unlink([each for each in (path, path.with_suffix(DRAFT)) if each.exists()])

    def erase(self, name: str) -> bool:
        """Delete a file and everything on this machine whose name begins with its own."""
        path = self.root / name
        beside = path.parent.iterdir() if path.parent.is_dir() else ()
        return _unlink([each for each in beside if about(each.name) == about(path.name)])

    def drop_here(self, name: str) -> bool:
        """Nothing: it is put nowhere else."""
        return False


@dataclass(frozen=True, slots=True)
class KeptInBucket:
    """Files on object storage.

    Attributes:
        storage: where they are.
        here: what earlier versions left on this machine, and what was begun here.
    """

    storage: Storage
    here: KeptOnDisk

    def size_bytes(self, name: str) -> int | None:
        """How large a file is; None where it is not there."""
        put = self.storage.size_bytes(f"{KEPT}/{name}")
        return self.here.size_bytes(name) if put is None else put

    def read(self, name: str) -> bytes | None:
        """All of a file; None where it is not there."""
        content = self.storage.read(f"{KEPT}/{name}")
        return self.here.read(name) if content is None else content

    def part(self, name: str, first: int, size_bytes: int) -> Iterator[bytes]:
        """So many bytes of a file from a place on, in pieces; what was put counts, not what lies here."""
        if self.here.size_bytes(name) is not None and self.storage.size_bytes(f"{KEPT}/{name}") is None:
            yield from self.here.part(name, first, size_bytes)
            return
        for read in self.storage.part(f"{KEPT}/{name}", first, size_bytes):
            for at in range(0, len(read), CHUNK_BYTES):
                yield read[at : at + CHUNK_BYTES]

    def put_at(self, name: str) -> float | None:
        """When a file was put there."""
        found = self.storage.stored(f"{KEPT}/{name}")
        return self.here.put_at(name) if found is None else found.put_at.timestamp()

    def copy(self, name: str, target: Path, *, sha256: str | None = None) -> bool:
        """Write it to a file of this machine."""
        with _draft_of(target) as draft:
            told = self.storage.download(f"{KEPT}/{name}", draft)
            if told is None:
                return self.here.copy(name, target, sha256=sha256)
            if sha256 is not None:
                require(name, sha256, told)
            draft.replace(target)
        return True

    def write(self, name: str, content: bytes) -> None:
        """Have a file be there, whole or not at all."""
        self.storage.write(f"{KEPT}/{name}", content)

    def take(self, path: Path, name: str) -> None:
        """Have a finished file of this machine be there."""
        self.storage.upload(f"{KEPT}/{name}", path)
        path.unlink()

    def names(self, below: str) -> Iterator[str]:
        """Names below one, in order."""
        put = {f"{below}/{each.name}" for each in self.storage.objects(f"{KEPT}/{below}")}
        yield from sorted(put.union(self.here.names(below)))

    def remove(self, name: str) -> bool:
        """Delete a file there and what there is of it here."""
        return self.here.remove(name) | self._taken_back(name)

    def erase(self, name: str) -> bool:
        """Delete a file there, and everything of it on this machine."""
        return self.here.erase(name) | self._taken_back(name)

    def drop_here(self, name: str) -> bool:
        """Delete what lies of it here, unless that is all there is: an earlier version left it."""
        lies = self.here.size_bytes(name) is not None
        return lies and self.storage.size_bytes(f"{KEPT}/{name}") is not None and self.here.erase(name)

    def _taken_back(self, name: str) -> bool:
        put = self.storage.size_bytes(f"{KEPT}/{name}") is not None
        if put:
            self.storage.remove(f"{KEPT}/{name}")
        return put


def about(name: str) -> str:
    """What the name of a file below what is kept, or of what was begun of one, begins with: its id."""
    return name.lstrip(".").split(".")[0]


def require(name: str, sha256: str, told: str) -> None:
    """Nothing is handed out that is not what was kept.

    Raises:
        StorageDamaged: the digests differ.
    """
    if told != sha256:
        raise StorageDamaged(f"{name} is not what was kept — restore it from backup")


def found(home: Home, top: str) -> tuple[str, ...]:
    """Every file below a folder of what is kept, and what was begun, copied or left on this machine."""
    begun = (path for path in (home.root / top).rglob("*") if path.is_file())
    return tuple(sorted({*kept_of(home).names(top), *(p.relative_to(home.root).as_posix() for p in begun)}))


@contextmanager
def _draft_of(target: Path) -> Iterator[Path]:
    """An empty file beside a place, for its owner alone, gone after; its name begins with the same."""
    _make(target.parent)
    draft = target.with_name(f"{target.name}.{secrets.token_hex(4)}{DRAFT}")
    try:
        draft.touch(mode=0o600)
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _unlink(files: list[Path]) -> bool:
    """Delete files of one folder, so that it outlives the machine; whether there were any."""
    for each in files:
        each.unlink(missing_ok=True)
    if files:
        lasting.sync(files[0].parent)
    return bool(files)


def _make(folder: Path) -> None:
    """Make a folder and what is missing above it, each for its owner alone."""
    for each in reversed([each for each in (folder, *folder.parents) if not each.exists()]):
        each.mkdir(mode=0o700, exist_ok=True)


def kept_of(home: Home) -> KeptFiles:
    """The files an installation keeps beside its lake: in its folder, or where its lake is."""
    storage, here = storage_of(home.root), KeptOnDisk(home.root)
    return here if storage is None else KeptInBucket(storage, here)


def shared(home: Home) -> bool:
    """Whether they are on object storage, and what lies in the folder of this machine is passing."""
    return storage_of(home.root) is not None
