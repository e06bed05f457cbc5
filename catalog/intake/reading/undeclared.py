"""The encoding of a text file whose contract names none: told from its bytes, file by file.

Deliveries of ten years lie in one folder, the old ones in GB18030, the new ones in UTF-8: one declared
encoding fits some of them only. Decides which bytes are looked at; what they read like is
:mod:`catalog.intake.reading.encoding`'s. A file that may be in several is refused, not guessed at.
"""

from __future__ import annotations

from typing import BinaryIO, Final

from catalog.intake.errors import OtherEncoding
from catalog.intake.reading.encoding import UTF16_SAMPLE_BYTES, decide, utf16_without_mark

# Bytes looked at at a time, and from the first that is not ASCII on; even.
_PIECE_BYTES: Final = 1024 * 1024
# Marks of UTF-16.
_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")


def encoding_of(file: BinaryIO, where: str) -> str:
    """The encoding of a file that is open at its first byte, and is so again afterwards.

    Args:
        file: seekable; else it is taken for UTF-8.
        where: its name for messages.

    Raises:
        OtherEncoding: it may be in several.
    """
    if not file.seekable():
        return "utf-8"
    try:
        return _told(file, where)
    finally:
        file.seek(0)


def _told(file: BinaryIO, where: str) -> str:
    data = file.read(_PIECE_BYTES)
    if data.startswith(_MARKS):
        return "utf-16"
    # A character of four bytes may be cut in two.
    markless = utf16_without_mark(data[:UTF16_SAMPLE_BYTES]) or utf16_without_mark(
        data[: UTF16_SAMPLE_BYTES - 2]
    )
    if markless:
        return markless
    while data.isascii():
        more = file.read(_PIECE_BYTES)
        if not more:
            return "utf-8"
        data = more
    decided = decide(_whole_lines(file, data))
    # Of a text, zero bytes are UTF-16, which was told above; what is UTF-8 otherwise is told of them by line.
    zeroed = b"\0" in data and not decided.encoding.startswith("utf-8")
    if decided.unsure or zeroed:
        raise OtherEncoding(
            where, "its encoding cannot be told — write `encoding` into the contract, or deliver it in UTF-8"
        )
    return decided.encoding


def _whole_lines(file: BinaryIO, data: bytes) -> bytes:
    """The piece up to its last line break, lest it ends within a character."""
    if len(data) < _PIECE_BYTES:
        return data
    data += file.readline(_PIECE_BYTES)
    return data[: data.rfind(b"\n") + 1] or data
