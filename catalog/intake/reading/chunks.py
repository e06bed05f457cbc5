"""A delimited text read in pieces that end where a record ends.

Decides where a file may be cut: after a line break that no quoted cell holds. Encoding is decided by
the source, and a delivery that surely is in another is refused; what a record means is
:mod:`catalog.intake.reading.delimited`'s.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt

from catalog.intake.errors import OtherEncoding, Unreadable
from catalog.intake.reading.double_bytes import foreign
from catalog.intake.reading.undeclared import encoding_of
from contracts.model import Source

# Bytes read at a time.
CHUNK_BYTES: Final = 8 * 1024 * 1024
# A piece without an end of a record is not grown beyond this, bytes: a quote was never closed.
PIECE_BYTES: Final = 64 * 1024 * 1024

# Declared encodings another text passes for.
_NEARLY_ALL_FITS: Final = frozenset({"gb18030", "gbk", "gb2312", "cp936"})
_FIELD_ENDS: Final = b"\r\n"


class Decoder:
    """Text of a file in its declared encoding, piece by piece, remembering whether bytes were lost.

    Args:
        encoding: declared; a byte order mark is honoured with any of the UTF-8 names.
        where: the file's name for messages.

    Raises:
        Unreadable: no encoding has that name.
    """

    def __init__(self, encoding: str, where: str) -> None:
        name = "utf-8-sig" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding
        try:
            self._decoder: Any = codecs.getincrementaldecoder(name)("strict")
        except LookupError as error:
            raise Unreadable(where, f"no encoding is called {encoding}") from error
        self._fresh = True

    def text(self, data: bytes, final: bool) -> tuple[str, bool]:
        """The next text, and whether bytes of it had to be replaced by U+FFFD."""
        state = self._decoder.getstate()
        damaged = False
        try:
            text: str = self._decoder.decode(data, final)
        except UnicodeDecodeError:
            damaged = True
            self._decoder.setstate(state)
            self._decoder.errors = "replace"
            text = self._decoder.decode(data, final)
            self._decoder.errors = "strict"
        if self._fresh and text:
            self._fresh = False
            text = text.removeprefix("\ufeff")
        return text, damaged


class Chunks:
    """A text file as UTF-8 pieces of whole records.

    Args:
        file: open at its first byte.
        source: encoding, delimiter and quote.
        where: the file's name for messages.
        chunk_bytes: read at a time.

    Attributes:
        damaged: whether bytes of the present piece did not fit the encoding.

    Raises:
        Unreadable: the file is empty, or no encoding has the declared name.
        OtherEncoding: it surely is in another encoding than declared, or none is and it may be in several.
    """

    def __init__(self, file: BinaryIO, source: Source, where: str, chunk_bytes: int = CHUNK_BYTES) -> None:
        self._file, self._size, self._where = file, chunk_bytes, where
        self._decoder = Decoder(source.encoding or encoding_of(file, where), where)
        self._delimiter = (source.delimiter or ",").encode()
        self._quote = (source.quote or "").encode()
        self._source = source
        self._ended = self._begun = False
        self._data = b""
        self.damaged = self._newest_damaged = False
        if not self._file.seekable() or self._file.seek(0, io.SEEK_END):
            self._file.seek(0)
            self.more()
        else:
            raise Unreadable(where, "the file is empty")

    def text(self) -> str:
        """What was read and not yet taken."""
        return self._data.decode("utf-8", "surrogatepass")

    def drop(self, size: int) -> None:
        """Take so many bytes off."""
        self._data = self._data[size:]

    def more(self) -> bool:
        """Read on; False at the end of the file."""
        if self._ended:
            return False
        data = self._file.read(self._size)
        self._ended = len(data) < self._size
        if not self._begun:
            self._begun = True
            self._refuse_other(data)
        text, damaged = self._decoder.text(data, self._ended)
        self.damaged, self._newest_damaged = self.damaged or damaged, damaged
        self._data += text.encode("utf-8", "surrogatepass")
        return True

    def _refuse_other(self, data: bytes) -> None:
        """Nearly all bytes fit GB18030: a delivery in Big5 would land as rubbish, and nobody be told."""
        declared = self._source.encoding or ""
        if declared.lower().replace("-", "") not in _NEARLY_ALL_FITS:
            return
        other = foreign(data)
        if other is not None:
            what = f"reads as {other.name}, not {declared}"
            remedy = f"deliver it in {declared}, or write encoding {other.encoding} into the contract"
            raise OtherEncoding(self._where, f"{what} — {remedy}")

    def bodies(self) -> Iterator[bytes]:
        """The rest of the file in pieces of whole records; an empty one where nothing is left."""
        yielded = False
        while True:
            end = len(self._data) if self._ended else self._last_end()
            if not end and not self._ended and len(self._data) < PIECE_BYTES:
                self.more()
                continue
            end = end or len(self._data)
            body, self._data = self._data[:end], self._data[end:]
            if body or not yielded:
                yielded = True
                yield body
                # What is left over was read last.
                self.damaged = self._newest_damaged
            if not self.more() and not self._data:
                return

    def _last_end(self) -> int:
        """Where the last whole record of the data ends; 0 where none is known to."""
        data = self._data
        if not self._quote or self._quote not in data:
            return _line_end(data, 0, len(data))
        if len(self._quote) == len(self._delimiter) == 1:
            found = _quoted_end(data, self._quote, self._delimiter)
            if found is not None:
                return found
        return self._parsed_end()

    def _parsed_end(self) -> int:
        """The same by parsing, for quotes inside bare cells."""
        text = self.text()
        consumed = 0

        def counted() -> Iterator[str]:
            nonlocal consumed
            for line in io.StringIO(text, newline=""):
                consumed += len(line)
                yield line

        ends = [0, 0]
        try:
            for _ in csv.reader(
                counted(), delimiter=self._source.delimiter or ",", quotechar=self._source.quote
            ):
                ends = [ends[1], consumed]
        except csv.Error:
            return 0
        # The last record may go on in the next piece.
        return len(text[: ends[0]].encode("utf-8", "surrogatepass"))


def _line_end(data: bytes, first: int, last: int) -> int:
    """The place behind the last line break between two places, or 0."""
    end = data.rfind(b"\n", first, last) + 1
    if end or b"\n" in data:
        return end
    # Lines that end in a carriage return alone: the very last one may be half of a pair.
    return data.rfind(b"\r", first, min(last, len(data) - 1)) + 1


def _quoted_end(data: bytes, quote: bytes, delimiter: bytes) -> int | None:
    """The place behind the last line break outside quotes; None where quotes stand inside bare cells.

    Quotes toggle between inside and outside exactly when every one that opens stands at the start of a
    cell, or doubles the one before it.
    """
    cells = np.frombuffer(data, np.uint8)
    places: npt.NDArray[np.intp] = np.flatnonzero(cells == quote[0])
    opening = places[::2]
    before = cells[np.maximum(opening, 1) - 1]
    allowed = np.frombuffer(delimiter + quote + _FIELD_ENDS, np.uint8)
    if not bool(np.all(np.isin(before, allowed) | (opening == 0))):
        return None
    if len(places) % 2:
        return _outside_end(data, places[:-1], int(places[-1]))
    return _outside_end(data, places, len(data))


def _outside_end(data: bytes, places: npt.NDArray[np.intp], last: int) -> int:
    """The last line break outside quotes before ``last``, gap by gap from the end."""
    for i in range(len(places) - 1, 0, -2):
        end = _line_end(data, int(places[i]), last)
        if end:
            return end
        last = int(places[i - 1])
    return _line_end(data, 0, last)
