"""What a file really is, by its first bytes and not by its name.

Decides the physical form, and refuses with one clear line what cannot be read: locked, empty,
truncated, bloated, or a page or document saved under a table's name.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from catalog.intake.errors import SourceMissing, Unreadable
from catalog.intake.reading.encoding import utf16_without_mark
from contracts.model import SourceFormat

# A workbook unpacking to more than this is refused before it is opened, bytes.
UNPACKED_LIMIT: Final = 2 * 1024**3
# A workbook that grows by more than this factor is refused once it is over the floor below.
UNPACKED_FACTOR: Final = 300
UNPACKED_FLOOR: Final = 200 * 1024**2

# A compound file is made of whole sectors. Source: [MS-CFB] 2.2.
OLE_SECTOR_BYTES: Final = 512

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_WORKBOOK_STREAMS = tuple(n.encode("utf-16-le") for n in ("Workbook", "Book"))

_REFUSED: Final = (
    (b"%PDF", "a PDF document: ask for the table it was printed from"),
    (b"Rar!", "a RAR archive: unpack it first"),
    (b"7z\xbc\xaf", "a 7z archive: unpack it first"),
    (b"\x1f\x8b", "a gzip archive: unpack it first"),
    (b"\x89PNG", "a picture: ask for the table it shows"),
    (b"\xff\xd8\xff", "a picture: ask for the table it shows"),
)


@dataclass(frozen=True, slots=True)
class Form:
    """The physical form of a file.

    Attributes:
        format: how to read it.
        note: where the name says something else, what the name says.
    """

    format: SourceFormat
    note: str = ""


_BY_SUFFIX: Final = {
    ".xlsx": SourceFormat.EXCEL,
    ".xlsm": SourceFormat.EXCEL,
    ".xlsb": SourceFormat.EXCEL,
    ".xls": SourceFormat.EXCEL,
    ".et": SourceFormat.EXCEL,
    ".ods": SourceFormat.EXCEL,
    ".csv": SourceFormat.CSV,
    ".tsv": SourceFormat.CSV,
    ".json": SourceFormat.JSON,
    ".geojson": SourceFormat.JSON,
    ".jsonl": SourceFormat.JSONL,
    ".ndjson": SourceFormat.JSONL,
    ".parquet": SourceFormat.PARQUET,
    ".db": SourceFormat.SQL,
    ".sqlite": SourceFormat.SQL,
    ".sqlite3": SourceFormat.SQL,
}


def form_of(path: Path, where: str) -> Form:
    """The form of the file at ``path``.

    Args:
        path: the file.
        where: its name for messages.

    Returns:
        The form, with a note where name and content differ.

    Raises:
        SourceMissing: there is no such file.
        Unreadable: the content cannot be a table, or is locked, empty or damaged.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(65_536)
    except FileNotFoundError as error:
        raise SourceMissing(where, "no such file") from error
    except OSError as error:
        raise Unreadable(where, f"cannot be opened: {error.strerror}") from error
    if size == 0:
        raise Unreadable(where, "the file is empty")
    for magic, reason in _REFUSED:
        if head.startswith(magic):
            raise Unreadable(where, reason)
    found = _by_content(path, head, where)
    named = _BY_SUFFIX.get(path.suffix.lower())
    if found is SourceFormat.JSON and named is SourceFormat.JSONL:
        found = SourceFormat.JSONL
    if named is None or found is named:
        return Form(found)
    return Form(found, f"named {path.suffix} but its content is {found.value}")


def _by_content(path: Path, head: bytes, where: str) -> SourceFormat:
    if head.startswith(b"PK"):
        return _zipped(path, where)
    if head.startswith(_OLE):
        return _compound(path, where)
    if head.startswith(b"PAR1"):
        return SourceFormat.PARQUET
    if head.startswith(b"SQLite format 3\0"):
        return SourceFormat.SQL
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:512].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<?xml", b"<meta", b"<div")):
        raise Unreadable(
            where, "a web page or XML under a table's name: open it and save it as .xlsx or .csv"
        )
    if start.startswith((b"{", b"[")) and _looks_like_json(start):
        return _json_kind(head, start)
    if _binary(head):
        raise Unreadable(where, "not a table: its content is neither text nor a known format")
    return SourceFormat.CSV


def _zipped(path: Path, where: str) -> SourceFormat:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            unpacked = sum(i.file_size for i in archive.infolist())
    except (zipfile.BadZipFile, OSError, EOFError) as error:
        raise Unreadable(where, "damaged or cut off: the archive inside cannot be opened") from error
    if unpacked > UNPACKED_LIMIT or (
        unpacked > UNPACKED_FLOOR and unpacked > UNPACKED_FACTOR * path.stat().st_size
    ):
        raise Unreadable(where, f"unpacks to {unpacked // 1024**2} MiB, far more than a table: not opened")
    if any(n.startswith("xl/") for n in names) or "content.xml" in names:
        return SourceFormat.EXCEL
    if any(n.startswith("word/") for n in names):
        raise Unreadable(where, "a Word document: copy its table into a workbook")
    raise Unreadable(where, "a zip archive: unpack it first")


def _compound(path: Path, where: str) -> SourceFormat:
    data = path.read_bytes()
    if len(data) % OLE_SECTOR_BYTES:
        raise Unreadable(where, "damaged or cut off: the file ends inside a sector")
    if _ENCRYPTED_PACKAGE in data:
        raise Unreadable(where, "locked with a password: ask the sender for an open copy")
    if any(name in data for name in _WORKBOOK_STREAMS):
        return SourceFormat.EXCEL
    raise Unreadable(where, "an Office document that holds no workbook")


def _looks_like_json(start: bytes) -> bool:
    inner = start[1:].lstrip()[:1]
    return inner in (b'"', b"{", b"[", b"]", b"}") or inner.isdigit()


def _json_kind(head: bytes, start: bytes) -> SourceFormat:
    """One document, or one object a line."""
    first, _, rest = head.lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")
    one_a_line = first.rstrip().endswith(b"}") and rest.lstrip().startswith(b"{")
    return SourceFormat.JSONL if start.startswith(b"{") and one_a_line else SourceFormat.JSON


def _parted_by_soh(head: bytes) -> bool:
    """Whether most lines hold the byte 1, by which Hive parts the cells of its text files."""
    lines = [line for line in head.splitlines() if line.strip()]
    return sum(b"\x01" in line for line in lines) * 2 > len(lines)


def _binary(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    parted = _parted_by_soh(head)
    controls = sum(head.count(bytes([c])) for c in (*range(2 if parted else 1, 9), *range(14, 27)))
    zeros = head.count(0)
    if zeros and utf16_without_mark(head[: len(head) // 2 * 2]):
        return False
    return controls > len(head) // 100 or zeros > len(head) // 100
