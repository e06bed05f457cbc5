"""Fingerprints: whether the inputs of a dataset changed since its release, told before anything is read.

Decides what counts as a change: the contract, and the content of files, whatever their times say. A
file is hashed once and its digest remembered for as long as path, size, times and inode stay the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, delete, insert, select

from catalog.store import reading, writing
from catalog.store.tables.inputs import file_digests
from contracts.model import Contract, LoadKind, Source
from contracts.odcs.files import contract_digest

# Bytes hashed at a time.
CHUNK_BYTES: Final = 1 << 20
# A file changed less than this before it was hashed may change again within the grain of its times, so
# its digest is not remembered. Coarsest grain of common file systems: 2 s (FAT).
SETTLED_NS: Final = 2_000_000_000
# Rows of one statement.
_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class _Stamp:
    """What the file system says of a file."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: str


class FileDigests:
    """Content digests of files, hashed again only where the file system shows a change.

    Args:
        known: absolute path → stamp and digest, as :meth:`load` reads them.
        now: the instant of the build; files younger than :data:`SETTLED_NS` then are not remembered.
    """

    def __init__(self, known: Iterable[tuple[str, _Stamp, str]] = (), *, now: datetime) -> None:
        self._known = {path: (stamp, sha256) for path, stamp, sha256 in known}
        self._now_ns = int(now.timestamp() * 1e9)
        self._new: dict[str, tuple[_Stamp, str]] = {}

    @classmethod
    def load(cls, engine: Engine, *, now: datetime) -> FileDigests:
        """The digests the store remembers, in one reading."""
        with reading(engine) as connection:
            rows = connection.execute(select(file_digests)).all()
        return cls(((r[0], _Stamp(r[1], r[2], r[3], r[4]), r[5]) for r in rows), now=now)

    def sha256(self, path: Path) -> str:
        """SHA-256 of a file's content, or of the log of a Delta table's folder, in hexadecimal."""
        if path.is_dir():
            return _folder_digest(path, self.sha256)
        found = path.stat()
        stamp = _Stamp(found.st_size, found.st_mtime_ns, found.st_ctime_ns, str(found.st_ino))
        place = str(path.absolute())
        known = self._known.get(place)
        if known is not None and known[0] == stamp:
            return known[1]
        digest = file_digest(path)
        if self._now_ns - max(stamp.mtime_ns, stamp.ctime_ns) > SETTLED_NS:
            self._known[place] = self._new[place] = (stamp, digest)
        return digest

    def keep(self, engine: Engine) -> None:
        """Remember in the store what was hashed, in one transaction; without effect where nothing was."""
        new, self._new = self._new, {}
        rows = [
            {
                "path": path,
                "size": stamp.size,
                "mtime_ns": stamp.mtime_ns,
                "ctime_ns": stamp.ctime_ns,
                "inode": stamp.inode,
                "sha256": digest,
            }
            for path, (stamp, digest) in new.items()
        ]
        if not rows:
            return
        with writing(engine) as connection:
            for start in range(0, len(rows), _BATCH):
                part = rows[start : start + _BATCH]
                connection.execute(
                    delete(file_digests).where(file_digests.c.path.in_([row["path"] for row in part]))
                )
                connection.execute(insert(file_digests), part)


def fingerprint(
    contract: Contract,
    folder: Path,
    *,
    digests: FileDigests | None = None,
    loaded: Collection[str] = (),
) -> str:
    """A digest that changes whenever the contract or the content of an input changes.

    Args:
        contract: whose sources are looked at.
        folder: what source paths are relative to.
        digests: of files; every file is hashed where None.
        loaded: :func:`identity` of the files earlier releases hold, for loads that add to them.

    Returns:
        SHA-256 in hexadecimal. Files are hashed as they are; a table behind a URL is read.

    Raises:
        SourceMissing: a path names no file.
    """
    return of_sources(
        contract_digest(contract),
        contract.sources,
        contract.load.kind,
        folder,
        digests=digests,
        loaded=loaded,
    )


def of_sources(
    contract: str,
    sources: Sequence[Source],
    load: LoadKind,
    folder: Path,
    *,
    digests: FileDigests | None = None,
    loaded: Collection[str] = (),
) -> str:
    """The fingerprint of sources whose contract has a known digest; see :func:`fingerprint`.

    A full delivery is what its files are, by name. One that adds to a release is everything loaded so
    far: a file taken away or delivered again under another name changes nothing, a new one does.
    """
    seen = hashlib.sha256(contract.encode())
    held = set(loaded)
    for source, label, content, is_file in _contents(sources, folder, digests):
        if load is LoadKind.FULL or not is_file:
            seen.update(f"\n{label}\0{content}".encode())
        else:
            held.add(identity(source, label, content))
    if load is not LoadKind.FULL:
        seen.update("".join(f"\n{content}" for content in sorted(held)).encode())
    return seen.hexdigest()


def identity(source: Source, label: str, sha256: str) -> str:
    """What a release that holds an input remembers it by, so that it is not read again.

    That is its content, with whatever else its rows depend on: the sheet or table of a file that holds
    several, and its name where period, area or the name itself are taken from it.

    Args:
        source: how it is read.
        label: of the input, as landing gives it.
        sha256: of its content; empty for a database URL, which has no identity.
    """
    parts = [source.sheet, source.query, source.record_path, source.period, source.area]
    named = source.columns
    if (
        "@file" in named
        or ("@period" in named and not source.period)
        or ("@area" in named and not source.area)
    ):
        parts.append(label)
    if not sha256 or not any(parts):
        return sha256
    return hashlib.sha256("\0".join([sha256, *(part or "" for part in parts)]).encode()).hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file's content, in hexadecimal."""
    seen = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            seen.update(chunk)
    return seen.hexdigest()


def content_digest(path: Path) -> str:
    """SHA-256 of a file, or of the log of a Delta table's folder, in hexadecimal."""
    return _folder_digest(path, file_digest) if path.is_dir() else file_digest(path)


def _contents(
    sources: Sequence[Source], folder: Path, digests: FileDigests | None
) -> Iterator[tuple[Source, str, str, bool]]:
    """Each input's source, label, digest of its content, and whether it is a file."""
    # Landing offers this module's functions as its own.
    from catalog.intake.landing.landing import inputs

    digest = file_digest if digests is None else digests.sha256
    for source in sources:
        for path, label in inputs(source, folder):
            if path is None:
                yield source, label, _rows_digest(source, folder), False
            elif path.is_dir():
                yield source, label, _folder_digest(path, digest), True
            else:
                yield source, label, digest(path), True


def _folder_digest(path: Path, digest: Callable[[Path], str]) -> str:
    """A Delta table changes with its log, which is hashed in place of its rows."""
    log = path / "_delta_log"
    seen = hashlib.sha256()
    for file in sorted((log if log.is_dir() else path).glob("*")):
        if file.is_file():
            seen.update(f"\n{file.name}\0{digest(file)}".encode())
    return seen.hexdigest()


def _rows_digest(source: Source, folder: Path) -> str:
    """Digest of the rows a database gives: it has no file whose content could be compared."""
    from catalog.intake.landing.landing import records_of

    records = records_of(source, None, folder)
    seen = hashlib.sha256("\0".join(records.headings).encode())
    for row in zip(*(column.to_pylist() for column in records.columns), strict=True):
        seen.update(repr(row).encode())
    return seen.hexdigest()
