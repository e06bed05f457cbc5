"""Rows on their way that may outgrow memory: kept while small, written to a mapped file when not.

Decides from which size on rows go to disk, and that nothing of them is left there: a spill file is
unlinked as soon as it is mapped, so its room comes back with the last reference to the rows.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Final

import pyarrow as pa

from catalog.errors import CatalogError

# Rows of a dataset are kept in memory up to this size, bytes.
MEMORY_BYTES: Final = 64 * 1024**2

_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class NoRoom(CatalogError):
    """The disk cannot take the rows.

    Attributes:
        folder: where they were to be written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(
            f"no room left in {folder} for the rows being read — free some or give it more; "
            "nothing was left behind and the former release stays"
        )


class Sink:
    """Takes batches of one schema and gives them back as one table; use it as a context manager.

    Args:
        schema: of every batch.
        folder: where a spill file may be made; None keeps everything in memory.
        memory_bytes: from which size on rows are spilled.
    """

    def __init__(self, schema: pa.Schema, folder: Path | None, memory_bytes: int = MEMORY_BYTES) -> None:
        self.schema, self._folder, self._limit = schema, folder, memory_bytes
        self._held: list[pa.Table] = []
        self._held_bytes = 0
        self._path: Path | None = None
        self._writer: pa.RecordBatchFileWriter | None = None
        self._file: pa.OSFile | None = None

    def __enter__(self) -> Sink:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._discard()

    def add(self, rows: pa.Table) -> None:
        """Take rows.

        Raises:
            NoRoom: the disk is full.
        """
        if not rows.num_rows:
            return
        if self._writer is not None:
            with self._room():
                self._writer.write_table(rows)
            return
        self._held.append(rows)
        self._held_bytes += rows.nbytes
        if self._folder is not None and self._held_bytes > self._limit:
            self._spill(self._folder)

    def table(self) -> pa.Table:
        """All rows taken, in order: from memory, or mapped from a file that has no name any more.

        Raises:
            NoRoom: the disk is full.
        """
        if self._writer is None or self._path is None:
            held, self._held = self._held, []
            return pa.concat_tables(held) if held else self.schema.empty_table()
        with self._room():
            self._close()
        try:
            return pa.ipc.open_file(pa.memory_map(str(self._path))).read_all()
        finally:
            self._discard()

    def _spill(self, folder: Path) -> None:
        with self._room():
            folder.mkdir(parents=True, exist_ok=True)
            number, name = tempfile.mkstemp(dir=folder, prefix="rows-", suffix=".arrow")
            os.close(number)
            self._path = Path(name)
            self._file = pa.OSFile(name, "wb")
            self._writer = pa.ipc.new_file(self._file, self.schema)
            for rows in self._held:
                self._writer.write_table(rows)
        self._held = []

    @contextmanager
    def _room(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._discard()
            if no_room(error) and self._folder is not None:
                raise NoRoom(self._folder) from error
            raise

    def _close(self) -> None:
        writer, self._writer = self._writer, None
        file, self._file = self._file, None
        try:
            if writer is not None:
                writer.close()
        finally:
            if file is not None:
                file.close()

    def _discard(self) -> None:
        with suppress(OSError):  # a file on a full disk cannot be finished; it is removed
            self._close()
        if self._path is not None:
            self._path.unlink(missing_ok=True)
            self._path = None


def no_room(error: OSError) -> bool:
    """Whether an error says that the disk, a quota or the largest size of a file is reached."""
    return error.errno in _NO_ROOM
