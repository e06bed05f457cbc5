"""The one place through which a workbook from outside is opened, whoever reads it.

Decides what a workbook may come to before anything of it is made: a few kilobytes with one cell far off, a
range merged over a whole sheet, or parts that unpack a thousandfold fill the memory everybody shares, and a
reader that is refused memory takes its process down. What the cells mean is its reader's to say.
"""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from catalog.intake.errors import Unreadable
from catalog.intake.reading import memory_bound
from catalog.intake.reading.extent import Extent, Odd, details_of, extent_of, pieces, ranges_of
from catalog.intake.reading.parts import part_of
from catalog.intake.reading.sniff import UNPACKED_FACTOR, UNPACKED_FLOOR

if TYPE_CHECKING:
    import python_calamine as calamine
    from openpyxl import Workbook

# Cells of a rectangle that may always be held; a sheet as long as they come has 27 million in A to Z.
_CELLS: Final = 30_000_000
# Beyond, a rectangle may have this many times the cells that hold anything, and never more than the second.
_SPARSE: Final = 20
_MOST_CELLS: Final = 200_000_000
# Where each cell becomes an object, a small rectangle may be as sparse as it likes.
_SMALL: Final = 1_000_000
# Tags of one workbook that are neither cells nor texts: styles, ranges, rules, remarks.
_MOST_DETAILS: Final = 300_000
# Parts of one archive: a workbook has some dozens, one for each sheet, picture and table.
_MOST_PARTS: Final = 20_000
_BOOK: Final = "xl/workbook.xml"
_CHUNK: Final = 1 << 20
_ENCRYPTED: Final = 0x1
_FAR: Final = "delete what stands far from the table and save it again"
_AGAIN: Final = "open it and save it again as .xlsx"


class TooMuch(Unreadable):
    """A workbook that comes to more than its reader holds."""


class NoWorkbook(Unreadable):
    """A file that is no workbook: another form, locked or damaged."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a workbook may come to.

    Attributes:
        packed: bytes as it lies there.
        unpacked: bytes of its parts.
        cells: of all its sheets, with the places of merged ranges; and of the rectangle of each.
        memory: bytes a child process may take to try a form that cannot be told by its text.
        scattered: whether a cell may stand far off, as its reader goes from cell to cell that is there.
    """

    packed: int = 256 * 2**20
    unpacked: int = 2 * 2**30
    cells: int = _MOST_CELLS
    memory: int = 3 * 2**30
    scattered: bool = False


USUAL: Final = Bounds()


class Sheets:
    """An open workbook whose sheets are made one at a time, none before it was weighed."""

    def __init__(self, path: Path, where: str, bounds: Bounds) -> None:
        import python_calamine

        self._path, self._where, self._bounds = path, where, bounds
        self._packed = _weighed(path, where, bounds)
        self._book = python_calamine.CalamineWorkbook.from_path(str(path))

    @property
    def names(self) -> list[str]:
        """Of its sheets, in their order."""
        return self._book.sheet_names

    @property
    def metadata(self) -> list[calamine.SheetMetadata]:
        """What the workbook says of each sheet."""
        return self._book.sheets_metadata

    def sheet(self, name: str) -> calamine.CalamineSheet:
        """The sheet of that name.

        Raises:
            TooMuch: a cell stands far from the table, or it holds too many.
            NoWorkbook: it is damaged.
        """
        if self._packed:
            _refuse_far(self._path, name, self._where, self._bounds)
        return self._book.get_sheet_by_name(name)


def sheets(path: Path, where: str, bounds: Bounds = USUAL) -> Sheets:
    """A workbook of any form to read values from: .xlsx, .xls, .xlsb or .ods.

    Args:
        path: the file.
        where: its name for messages.
        bounds: what it may come to.

    Raises:
        TooMuch: it comes to more.
        NoWorkbook: its archive is damaged.
        CalamineError, OSError: it cannot be read.
    """
    return Sheets(path, where, bounds)


def cells(file: Path | IO[bytes], where: str, bounds: Bounds, **how: Any) -> Workbook:
    """An .xlsx workbook with its styles and remarks, to change and to save again.

    Args:
        file: the workbook.
        where: its name for messages.
        bounds: what it may come to.
        how: as :func:`openpyxl.load_workbook` takes it.

    Raises:
        TooMuch: it comes to more.
        NoWorkbook: it is none.
        OSError: it cannot be read.
    """
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(file) as archive:
            _refuse_swelling(archive, where, bounds)
            _refuse_many(archive, where, bounds)
        if not isinstance(file, Path):
            file.seek(0)
        return load_workbook(file, **how)
    except (zipfile.BadZipFile, InvalidFileException, Odd, KeyError, ValueError, TypeError, SyntaxError,
            EOFError, zlib.error, NotImplementedError, RuntimeError) as error:  # fmt: skip
        raise NoWorkbook(
            where, "no .xlsx workbook, or damaged: save it as .xlsx without a password"
        ) from error


def _weighed(path: Path, where: str, bounds: Bounds) -> bool:
    """Refuse what swells; whether the sheets can be told by their text, or were tried in a child."""
    if path.stat().st_size > bounds.packed:
        raise TooMuch(where, f"is larger than {bounds.packed // 2**20} MiB — give it in parts")
    if zipfile.is_zipfile(path):
        try:
            with zipfile.ZipFile(path) as archive:
                _refuse_swelling(archive, where, bounds)
                names = {name.lower() for name in archive.namelist()}
        except (zipfile.BadZipFile, EOFError, zlib.error, Odd, NotImplementedError) as error:
            raise NoWorkbook(where, f"damaged or cut off: the archive cannot be opened — {_AGAIN}") from error
        if _BOOK in names and "content.xml" not in names and not any(n.endswith("book.bin") for n in names):
            return True
    # The text of these forms tells nothing in passing: a child that may take no more memory opens it first.
    if not memory_bound.opens(path, bounds.memory):
        raise TooMuch(where, f"takes more memory than a table may — {_FAR}, as .xlsx")
    return False


def _refuse_swelling(archive: zipfile.ZipFile, where: str, bounds: Bounds) -> None:
    """Refuse parts that come to too many bytes, or to more than the archive says of them."""
    parts = archive.infolist()
    unpacked, packed = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    swells = unpacked > UNPACKED_FLOOR and unpacked > UNPACKED_FACTOR * packed
    if len(parts) > _MOST_PARTS or unpacked > bounds.unpacked or swells:
        raise TooMuch(where, "unpacks to more than a workbook may — give it in parts")
    for part in parts:
        if not part.is_dir() and _true_size(archive, part) != part.file_size:
            raise Odd


def _true_size(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """Bytes a part unpacks to, one more than it says where it is more: another reader does not stop there.

    Raises:
        Odd: it is packed as no workbook is.
    """
    if part.flag_bits & _ENCRYPTED or part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Odd
    if part.compress_type == zipfile.ZIP_STORED:
        return part.compress_size
    file = archive.fp
    assert file is not None
    file.seek(part.header_offset + 26)
    lengths = file.read(4)
    file.seek(int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little"), 1)
    left, size, inflate = part.compress_size, 0, zlib.decompressobj(-zlib.MAX_WBITS)
    while left > 0 and not inflate.eof and (chunk := file.read(min(left, _CHUNK))):
        left -= len(chunk)
        while chunk and not inflate.eof:
            size += len(inflate.decompress(chunk, _CHUNK))
            chunk = inflate.unconsumed_tail
            if size > part.file_size:
                return size
    return size + len(inflate.flush())


def _refuse_far(path: Path, sheet: str, where: str, bounds: Bounds) -> None:
    """Refuse a sheet that reaches far beyond what it holds; all of them where its part cannot be told."""
    try:
        with zipfile.ZipFile(path) as archive:
            part = part_of(archive, sheet)
            for one in archive.infolist() if part is None else [part]:
                reach = extent_of(archive, one)
                if _far(reach, bounds):  # cells that are only formatted take no place in this reader
                    reach = extent_of(archive, one, filled=True)
                if _far(reach, bounds):
                    raise TooMuch(where, _too_far(sheet, reach))
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError) as error:
        raise NoWorkbook(where, f"sheet {sheet} is damaged — {_AGAIN}") from error


def _far(reach: Extent, bounds: Bounds) -> bool:
    return reach.area > min(max(_CELLS, _SPARSE * reach.cells), bounds.cells)


def _too_far(sheet: str, reach: Extent) -> str:
    told = f"sheet {sheet} reaches to row {reach.rows}, column {reach.columns}, but holds {reach.cells} cells"
    return f"{told} — {_FAR}"


def _refuse_many(archive: zipfile.ZipFile, where: str, bounds: Bounds) -> None:
    """Refuse parts that become more objects than are held, or reach far beyond what they hold."""
    held, details = 0, 0
    for part in archive.infolist():
        if not _is_text(archive, part):
            continue
        reach = extent_of(archive, part)
        if not bounds.scattered and reach.area > min(max(_SMALL, _SPARSE * reach.cells), bounds.cells):
            raise TooMuch(where, _too_far(Path(part.filename).stem, reach))
        held += reach.cells + reach.spans
        for piece in pieces(archive, part):
            details += details_of(piece)
            for name, area in ranges_of(piece):
                held += 0 if name == b"table" and area <= bounds.cells else area
            if held > bounds.cells or details > _MOST_DETAILS:
                told = f"reaches over more than {bounds.cells} cells, merged ones too"
                raise TooMuch(
                    where, f"{told}, or has too many styles and rules — {_FAR}, or give it in parts"
                )


def _is_text(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    with archive.open(part) as file:
        return b"<" in file.read(200).replace(b"\0", b"")
