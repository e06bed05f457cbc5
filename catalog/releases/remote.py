"""Tables of a lake on S3-compatible object storage: how it is spoken to, and how their files come here.

Decides that a commit is a conditional put (a version another writer made is never replaced), that credentials
come from the environment or one private file and are shown nowhere, and that data files are read from copies
of this machine: they never change once they stand, so each is fetched once, read-only, and the least used go
when there are too many. A query worker opens those copies and has no network.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from catalog.errors import CatalogError
from catalog.settings import reading as settings
from contracts.yaml_document import load

URL: Final = "YBZ_LAKE_URL"
OPTIONS: Final = "YBZ_LAKE_OPTIONS"
CACHE_GIB: Final = "YBZ_LAKE_CACHE_GIB"
# A version is written only where nothing stands under its name. Source: delta-rs, "S3 conditional put".
_ALWAYS: Final = {"aws_conditional_put": "etag"}
# A copy used within so many seconds is not removed: a worker may be about to open it.
_IN_USE_S: Final = 3600
_CHUNK: Final = 4 << 20


class StorageTrouble(CatalogError):
    """Object storage that is not as it was set, or does not answer."""


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
        """Names of the files right below a place, without what is deeper."""
        from pyarrow.fs import FileSelector

        chosen = FileSelector(inside, allow_not_found=True, recursive=False)
        with _told(self.url):
            found = _opened(self.url, tuple(sorted(self.options.items()))).get_file_info(chosen)
        return tuple(sorted(Path(each.path).name for each in found))

    def read(self, inside: str) -> bytes | None:
        """All of a small file; None where it is not there."""
        from pyarrow.fs import FileType

        system = _opened(self.url, tuple(sorted(self.options.items())))
        with _told(self.url):
            if system.get_file_info(inside).type is FileType.NotFound:
                return None
            with system.open_input_stream(inside) as stream:
                content: bytes = stream.read()
        return content

    def write(self, inside: str, content: bytes) -> None:
        """Put a file, replacing what stood there."""
        handler = _handler(self.url, tuple(sorted(self.options.items())))
        with _told(self.url):
            # Its public stream hands on a buffer where the library below takes bytes only.
            stream = handler._handler.open_output_stream(inside, None)
            stream.write(content)
            stream.close()

    def fetch(self, inside: str, path: Path) -> None:
        """Bring a file here, whole or not at all."""
        system = _opened(self.url, tuple(sorted(self.options.items())))
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            with _told(self.url), system.open_input_file(inside) as source, draft.open("wb") as out:
                for chunk in _chunks(source):
                    out.write(chunk)
            draft.chmod(0o400)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)


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
        address = hashlib.sha256(f"{self.uri}/{name} {size}".encode()).hexdigest()
        path = self.copies / address[:2] / f"{address}.parquet"
        if not path.is_file() or path.stat().st_size != size:
            make_room(self.copies, size, settings.number(CACHE_GIB, self.copies.parent) << 30)
            self.storage.fetch(f"{self.inside}/{name}", path)
            if path.stat().st_size != size:
                path.unlink()
                raise StorageTrouble(
                    f"a data file of {self.label} is not the one its log names — check the storage"
                )
        os.utime(path)
        return path


def storage_of(root: Path) -> Storage | None:
    """The object storage the lake of an installation is on; None where it is a folder.

    Raises:
        StorageTrouble: its options may be read by others, or are no list of names and values.
    """
    url = settings.value(URL, root)
    if not url:
        return None
    if not url.startswith("s3://") or len(url) < 6:
        raise StorageTrouble(f"{URL} names no bucket — write s3://bucket/prefix")
    named = settings.value(OPTIONS, root)
    return Storage(url.rstrip("/"), _ALWAYS | (_options(Path(named)) if named else {}))


def make_room(copies: Path, wanted: int, most: int) -> None:
    """Remove the copies used longest ago until a new one fits.

    Args:
        copies: folder of the copies.
        wanted: bytes to come.
        most: bytes all copies may have.
    """
    found = [(each.stat(), each) for each in copies.glob("*/*.parquet")]
    held, now = sum(told.st_size for told, _ in found), time.time()
    for told, path in sorted(found, key=lambda each: each[0].st_mtime):
        if held + wanted <= most or now - told.st_mtime < _IN_USE_S:
            return
        path.unlink(missing_ok=True)
        held -= told.st_size


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


def _chunks(source: Any) -> Iterator[bytes]:
    while chunk := source.read(_CHUNK):
        yield chunk


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
