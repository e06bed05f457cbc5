"""Files into tables: for each file how it must be read, and the rows that reading it gives.

Decides encoding, delimiter, sheet, columns, heading rows, footer and drop rules of every table found,
each with a reason. A file or sheet without a readable table becomes a :class:`Refused` with one clear
line. Which tables belong together is decided in :mod:`catalog.intake.families`.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Final

from catalog.intake import database, delimited, dialect, excel, json_documents, parquet, stacked, table_region
from catalog.intake.body import best, footer
from catalog.intake.encoding import decide, decode
from catalog.intake.errors import IntakeError, OtherEncoding, Unreadable
from catalog.intake.records import Records
from catalog.intake.sniff import form_of
from contracts.model import Source, SourceFormat

# Names that are never data.
NOT_DATA: Final = frozenset(
    {".md", ".pdf", ".doc", ".docx", ".ppt", ".pptx", ".py", ".sql", ".yaml", ".yml", ".png", ".jpg"}
)


@dataclass(frozen=True, slots=True)
class Table:
    """One table of one file, read.

    Attributes:
        path: of the file, relative to the folder drafted.
        source: how it is read; its name is given later.
        records: what reading it gives.
        sha256: of the file.
        above: lines above the heading.
        problems: what a person must look at.
    """

    path: str
    source: Source
    records: Records
    sha256: str
    above: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def headings(self) -> tuple[str, ...]:
        """Headings of the columns that hold anything or carry a heading."""
        pairs = zip(self.records.headings, self.records.columns, strict=True)
        return tuple(h for h, c in pairs if not h.startswith("#") or c.null_count < len(c))


@dataclass(frozen=True, slots=True)
class Refused:
    """A file or sheet that gives no table, and why."""

    path: str
    problem: str
    sheet: str | None = None
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    where: str
    sha256: str
    note: str = ""
    problems: tuple[str, ...] = field(default=())


def tables_of(path: Path, where: str) -> Iterator[Table | Refused]:
    """Every table of a file, and everything in it that is none.

    Args:
        path: the file.
        where: its path relative to the folder drafted.
    """
    if path.name.startswith("~$"):
        yield Refused(where, "a temporary file of a workbook someone has open")
        return
    if path.suffix.lower() in NOT_DATA:
        yield Refused(where, f"not a data file ({path.suffix})")
        return
    try:
        form = form_of(path, path.name)
        problems = (form.note,) if form.note else ()
        file = _File(path, where, hashlib.sha256(path.read_bytes()).hexdigest(), form.note, problems)
        yield from _READERS[form.format](file)
    except IntakeError as error:
        yield Refused(where, error.reason)
    except csv.Error as error:
        yield Refused(where, f"not delimited text: {error}")


def _delimited(file: _File) -> Iterator[Table | Refused]:
    data = file.path.read_bytes()
    decided = decide(data)
    text, _ = decode(data, decided.encoding)
    problems = [*file.problems, *([decided.reason] if decided.damaged else [])]
    base = Source(
        "s", SourceFormat.CSV, file.where, encoding=decided.encoding, delimiter=dialect.delimiter_of(text)
    )
    base = replace(base, quote=dialect.quote_of(text, base))
    head = [
        [c.strip() or None for c in r] for r in islice(delimited.records_of(text, base), dialect.HEAD_RECORDS)
    ]
    regions = table_region.find(head)
    if not regions:
        nothing = decided.reason if decided.damaged else "no table of two or more columns: a note or a list"
        yield Refused(file.where, nothing, encoding=None if decided.damaged else decided.encoding)
        return
    stack = stacked.pieces(head) if len(head) < dialect.HEAD_RECORDS else ()
    for piece in stack:
        above = "two tables one above the other: lines {}–{} are read as one of them"
        noted = [*problems, above.format(piece.start + 1, piece.end)]
        below = len(head) - piece.end
        yield _text_table(file, data, base, piece.region, below, decided.reason, noted)
    if stack:
        return
    # A text file cannot be cut by columns: its regions are one table.
    region = regions[0] if len(regions) == 1 else replace(regions[0], first=0)
    if len(regions) > 1:
        problems.append("two tables side by side, parted by an empty column: read as one, part them first")
    width = max(len(r) for r in head)
    below = footer(dialect.tail(text, base), width)
    yield _text_table(file, data, base, region, below, decided.reason, problems)


def _text_table(
    file: _File,
    data: bytes,
    base: Source,
    region: table_region.Region,
    below: int,
    encoding: str,
    problems: list[str],
) -> Table:
    """One table of a text file.

    Args:
        file: the file.
        data: its bytes.
        base: encoding, delimiter and quote.
        region: where its heading stands.
        below: lines under it that are not its rows.
        encoding: why that encoding.
        problems: what a person must look at; more may be added.
    """
    layout = replace(base, header_row=region.header_row, header_rows=region.header_rows, skip_footer=below)
    try:
        records, layout = best(layout, lambda s: delimited.read(data, s, file.path.name))
    except OtherEncoding as error:
        # Nobody declared the encoding yet: what was found out about it is what helps.
        raise Unreadable(file.path.name, encoding) from error
    if records.dropped.get("malformed"):
        problems.append(
            f"{records.dropped['malformed']} lines have the wrong number of cells and do not land"
        )
    if records.dropped.get("undecodable"):
        problems.append(f"{records.dropped['undecodable']} lines hold broken characters and do not land")
    reasons = {"encoding": encoding, "delimiter": "splits the lines most evenly", **region.reasons}
    return _table(file, layout, records, region.above, reasons, problems)


def _workbook(file: _File) -> Iterator[Table | Refused]:
    book = excel.Workbook(file.path, file.path.name)
    pivots = excel.pivot_sheets(file.path)
    for listed in book.sheets:
        if not listed.tabular:
            yield Refused(file.where, "a chart or macro sheet: not read", listed.name)
        elif not listed.visible:
            yield Refused(
                file.where, "hidden sheet: not read; show it in the workbook if it is data", listed.name
            )
        elif listed.name in pivots:
            yield Refused(file.where, "pivot table: not read; its source rows are the data", listed.name)
        else:
            try:
                yield from _sheet(file, book.sheet(listed.name))
            except Unreadable as error:
                yield Refused(file.where, error.reason, listed.name)


def _sheet(file: _File, sheet: excel.Sheet) -> Iterator[Table | Refused]:
    if not any(c for r in sheet.cells for c in r):
        yield Refused(file.where, "empty sheet", sheet.name)
        return
    if table_region.is_pivot(sheet.cells):
        yield Refused(file.where, "pivot table: not read; its source rows are the data", sheet.name)
        return
    regions = table_region.find(sheet.cells, sheet.merges)
    if not regions:
        yield Refused(file.where, "note sheet: no table of two or more columns", sheet.name)
    stack = stacked.pieces(sheet.cells, sheet.merges) if len(regions) == 1 else ()
    if stack:
        for piece in stack:
            yield _sheet_table(file, sheet, piece.region, beside=False, piece=piece)
        return
    for region in regions:
        yield _sheet_table(file, sheet, region, beside=len(regions) > 1)


def _sheet_table(
    file: _File,
    sheet: excel.Sheet,
    region: table_region.Region,
    *,
    beside: bool,
    piece: stacked.Piece | None = None,
) -> Table:
    reasons = dict(region.reasons)
    problems = list(file.problems)
    if piece is not None:
        lines = f"{piece.start + 1}–{piece.end}"
        problems.append(f"two tables one above the other: lines {lines} are read as one of them")
        reasons["skipFooter"] = "another table stands below it; its lines are left out by their number"
    name = sheet.name
    if beside:
        first, last = excel.column_letters(region.first), excel.column_letters(region.last)
        name = f"{sheet.name}!{first}:{last}"
        reasons["sheet"] = "tables stand side by side, parted by empty columns"
        problems.append(f"two tables side by side: columns {first}–{last} are read as one of them")
    cells = [list(r[region.first : region.last + 1]) for r in sheet.cells]
    below = footer(cells[region.header_row :], region.last - region.first + 1)
    if piece is not None and piece.end < len(cells):
        below = len(cells) - piece.end
    layout = Source(
        "s",
        SourceFormat.EXCEL,
        file.where,
        sheet=name,
        header_row=region.header_row,
        header_rows=region.header_rows,
        skip_footer=below,
    )
    columns = (region.first, region.last)
    records, layout = best(layout, lambda s: excel.tabulate(sheet, columns, s, file.path.name))
    if any(b - t for (t, _), (b, _) in sheet.merges if t >= region.header_row):
        reasons["merged"] = "a value merged over several rows is repeated on each"
    blunted = sorted(i for i in sheet.blunted if region.first <= i <= region.last)
    if blunted:
        where = ", ".join(excel.column_letters(i) for i in blunted)
        problems.append(
            f"column {where} holds numbers of more than 15 digits, of which the sheet keeps only 15"
        )
    return _table(file, layout, records, region.above, reasons, problems)


def _json(file: _File) -> Iterator[Table | Refused]:
    data = file.path.read_bytes()
    decided = decide(data)
    if form_of(file.path, file.path.name).format is SourceFormat.JSONL:
        layout = Source("s", SourceFormat.JSONL, file.where, encoding=decided.encoding, header_row=0)
        records = json_documents.read(data, layout, file.path.name)
        yield _table(file, layout, records, (), {"encoding": decided.reason}, file.problems)
        return
    document = json_documents.parse(decode(data, decided.encoding)[0], file.path.name)
    found = json_documents.record_paths(document)
    if not found:
        yield Refused(file.where, "no list of objects in this JSON document", encoding=decided.encoding)
        return
    best = max(found, key=lambda pair: pair[1])[0]
    layout = Source(
        "s", SourceFormat.JSON, file.where, encoding=decided.encoding, record_path=best or None, header_row=0
    )
    others = [p for p, _ in found if p != best]
    reasons = {"encoding": decided.reason, "recordPath": "the longest list of objects in the document"}
    problems = [*file.problems, *(f"a further list at {p} is not read" for p in others)]
    yield _table(file, layout, json_documents.read(data, layout, file.path.name), (), reasons, problems)


def _parquet(file: _File) -> Iterator[Table | Refused]:
    layout = Source("s", SourceFormat.PARQUET, file.where, header_row=0)
    yield _table(file, layout, parquet.read(file.path, layout, file.path.name), (), {}, file.problems)


def _database(file: _File) -> Iterator[Table | Refused]:
    folder = file.path.parent
    for name in database.tables(folder, file.path.name):
        layout = Source("s", SourceFormat.SQL, file.where, query=name, header_row=0)
        records = database.read(folder, replace(layout, path=file.path.name))
        yield _table(file, layout, records, (), {"query": "a table of the database"}, file.problems)


_READERS = {
    SourceFormat.CSV: _delimited,
    SourceFormat.EXCEL: _workbook,
    SourceFormat.JSON: _json,
    SourceFormat.JSONL: _json,
    SourceFormat.PARQUET: _parquet,
    SourceFormat.SQL: _database,
}


def _table(
    file: _File,
    layout: Source,
    records: Records,
    above: tuple[str, ...],
    reasons: dict[str, str],
    problems: Sequence[str],
) -> Table:
    if file.note:
        reasons["format"] = file.note
    source = replace(layout, reasons=reasons | dict(layout.reasons))
    return Table(file.where, source, records, file.sha256, above, tuple(problems))
