"""S3-compatible object storage a lake is on: where it is, and how it is spoken to.

Decides that a commit is a conditional put (a version another writer made is never replaced), that what is
sent goes with its checksum, and that credentials come from the environment or one private file and are shown
nowhere. A put is whole or not at all: what was sent of one that did not end has no name.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from catalog.errors import CatalogError
from catalog.settings import reading as settings
from contracts.yaml_document import load

URL: Final = "YBZ_LAKE_URL"
OPTIONS: Final = "YBZ_LAKE_OPTIONS"
# A version is written only where nothing stands under its name; the storage refuses bytes that came otherwise
# than they were sent. Source: delta-rs, "S3 conditional put"; object_store, AmazonS3ConfigKey.
_ALWAYS: Final = {"aws_conditional_put": "etag", "aws_checksum_algorithm": "sha256"}
_CHUNK: Final = 4 << 20
# How the library reads a yes. Source: object_store, config (bool).
_YES: Final = ("1", "true", "on", "yes", "y")


class StorageTrouble(CatalogError):
    """Object storage that is not as it was set, does not answer, or gives another file."""


class StorageDamaged(StorageTrouble):
    """What was put is gone or holds other bytes: asking again gives the same, a backup gives it back."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An object.

    Attributes:
        name: below the place that was listed, with slashes.
        size_bytes: of its content.
        put_at: aware instant.
    """

    name: str
    size_bytes: int
    put_at: datetime


@dataclass(frozen=True, slots=True)
class Storage:
    """Where a lake is.

    Attributes:
        url: ``s3://bucket/prefix``.
        options: names and values as delta-rs takes them; credentials among them are shown nowhere.
    """

    url: str
    options: Mapping[str, str] = field(repr=False)

    def names(self, inside: str) -> tuple[str, ...]:
        """Names right below a place, without what is deeper."""
        return tuple(sorted(Path(each.path).name for each in self._listed(inside, recursive=False)))

    def objects(self, inside: str) -> Iterator[Stored]:
        """Every object below a place, by name."""
        start = len(inside) + 1 if inside else 0
        found = self._listed(inside, recursive=True)
        for each in sorted((each for each in found if each.is_file), key=lambda each: str(each.path)):
            yield Stored(each.path[start:], each.size, each.mtime or datetime.fromtimestamp(0, UTC))

    def read(self, inside: str) -> bytes | None:
        """All of a small object; None where it is not there."""
        with _told(self.url):
            try:
                with self._system.open_input_stream(inside) as stream:
                    content: bytes = stream.read()
            except FileNotFoundError:
                return None
        return content

    def write(self, inside: str, content: bytes) -> None:
        """Put an object, replacing what stood there."""
        self._put(inside, iter((content,)))

    def upload(self, inside: str, path: Path) -> str:
        """Put a file of this machine; returns the SHA-256 of what was sent."""
        told = hashlib.sha256()

        def chunks() -> Iterator[bytes]:
            with path.open("rb") as source:
                while chunk := source.read(_CHUNK):
                    told.update(chunk)
                    yield chunk

        self._put(inside, chunks())
        return told.hexdigest()

    def download(self, inside: str, path: Path) -> str | None:
        """Write an object to a file of this machine.

        Returns:
            The SHA-256 of what came; None where it is not there.
        """
        told = hashlib.sha256()
        with _told(self.url):
            try:
                source = self._system.open_input_file(inside)
            except FileNotFoundError:
                return None
            with source, path.open("wb") as out:
                while chunk := source.read(_CHUNK):
                    told.update(chunk)
                    out.write(chunk)
        return told.hexdigest()

    def size_bytes(self, inside: str) -> int | None:
        """How large an object is; None where it is not there."""
        found = self.stored(inside)
        return None if found is None else found.size_bytes

    def stored(self, inside: str) -> Stored | None:
        """What the storage says of an object; None where it is not there."""
        with _told(self.url):
            (found,) = self._system.get_file_info([inside])
        if not found.is_file:
            return None
        return Stored(inside, int(found.size), found.mtime or datetime.fromtimestamp(0, UTC))

    def part(self, inside: str, first: int, size_bytes: int) -> Iterator[bytes]:
        """So many bytes of an object from a place on, in pieces.

        Raises:
            StorageDamaged: it is not there, or ends before.
        """
        with _told(self.url):
            try:
                source = self._system.open_input_file(inside)
            except FileNotFoundError:
                raise StorageDamaged(f"{inside} is missing — check the object storage") from None
            source.seek(first)
        with source:
            while size_bytes:
                with _told(self.url):
                    read: bytes = source.read(min(_CHUNK, size_bytes))
                if not read:
                    raise StorageDamaged(f"{inside} is shorter than it was — check the object storage")
                size_bytes -= len(read)
                yield read

    def remove(self, inside: str) -> None:
        """Delete an object; one that is not there stays away."""
        with _told(self.url):
            try:
                self._system.delete_file(inside)
            except FileNotFoundError:
                return

    @property
    def _system(self) -> Any:
        return _opened(self.url, tuple(sorted(self.options.items())))

    def _listed(self, inside: str, *, recursive: bool) -> list[Any]:
        from pyarrow.fs import FileSelector

        chosen = FileSelector(inside, allow_not_found=True, recursive=recursive)
        with _told(self.url):
            found: list[Any] = self._system.get_file_info(chosen)
        return found

    def _put(self, inside: str, chunks: Iterator[bytes]) -> None:
        handler = _handler(self.url, tuple(sorted(self.options.items())))
        with _told(self.url):
            # Its public stream hands on a buffer where the library below takes bytes only.
            stream = handler._handler.open_output_stream(inside, None)
            for chunk in chunks:
                stream.write(chunk)
            stream.close()  # only now it has its name


def storage_of(root: Path) -> Storage | None:
    """The object storage the lake of an installation is on; None where it is a folder.

    Raises:
        StorageTrouble: its options may be read by others, or are no list of names and values, or it is to be
            spoken to without TLS and nobody says that it may.
    """
    url = settings.value(URL, root)
    if not url:
        return None
    if not url.startswith("s3://") or len(url) < 6:
        raise StorageTrouble(f"{URL} names no bucket — write s3://bucket/prefix")
    named = settings.value(OPTIONS, root)
    options = _options(Path(named)) if named else {}
    _refuse_unencrypted(options)
    return Storage(url.rstrip("/"), _ALWAYS | options)


def _refuse_unencrypted(options: Mapping[str, str]) -> None:
    """Refuse an address without TLS where nobody says that it may be one: the library only never answers."""
    address = _option(options, "endpoint_url", "endpoint")
    if address.startswith("http://") and _option(options, "allow_http").lower() not in _YES:
        raise StorageTrouble(
            "the endpoint of the object storage is plain http, which is not spoken unless you say so — write"
            f' aws_allow_http: "true" ({OPTIONS}) or AWS_ALLOW_HTTP=true, or give it TLS'
        )


def _option(options: Mapping[str, str], *names: str) -> str:
    """What the file says, else the environment, as the library reads both; empty where neither does."""
    for name in names:
        found = options.get(f"aws_{name}") or options.get(name) or os.environ.get(f"AWS_{name.upper()}")
        if found:
            return found
    return ""


def _options(path: Path) -> dict[str, str]:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        told = load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StorageTrouble(f"{path} ({OPTIONS}) cannot be read — one NAME: value a line") from error
    if mode & 0o077:
        raise StorageTrouble(f"{path} may be read by others (mode {mode:04o}) — run `chmod 600 {path}`")
    if not isinstance(told, dict):
        raise StorageTrouble(f"{path} ({OPTIONS}) holds no NAME: value lines")
    return {str(name).lower(): str(value) for name, value in told.items()}


@lru_cache(maxsize=8)
def _handler(url: str, options: tuple[tuple[str, str], ...]) -> Any:
    from deltalake.fs import DeltaStorageHandler

    return DeltaStorageHandler(url, dict(options))


@lru_cache(maxsize=8)
def _opened(url: str, options: tuple[tuple[str, str], ...]) -> Any:
    from pyarrow.fs import PyFileSystem

    return PyFileSystem(_handler(url, options))


@contextmanager
def _told(url: str) -> Iterator[None]:
    """Tell only the storage and the kind of a failure: the library's words may repeat a request."""
    try:
        yield
    except CatalogError:
        raise
    except Exception as error:
        raise StorageTrouble(
            f"the object storage {url} gave no answer ({type(error).__name__}) — check address, bucket and"
            " credentials"
        ) from None
