"""Tables of a workbook: which sheets hold some, and where in a sheet each of them stands.

Does not decide how cells are read (:mod:`catalog.intake.reading.excel`), nor what makes a heading
(:mod:`catalog.intake.tables.table_region`).
"""

from __future__ import annotations

from collections.abc import Iterator

from catalog.intake.errors import Unreadable
from catalog.intake.reading import excel
from catalog.intake.reading.sheet_ranges import column_letters
from catalog.intake.tables import stacked, table_region
from catalog.intake.tables.body import best, footer
from catalog.intake.tables.found import File, Refused, Table, table
from catalog.intake.tables.pivots import pivot_sheets
from contracts.model import Source, SourceFormat


def sheet_tables(file: File) -> Iterator[Table | Refused]:
    """Every table of a workbook, and every sheet that gives none."""
    book = excel.Workbook(file.path, file.path.name)
    pivots = pivot_sheets(file.path)
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


def _sheet(file: File, sheet: excel.Sheet) -> Iterator[Table | Refused]:
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
    file: File,
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
        first, last = column_letters(region.first), column_letters(region.last)
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
        where = ", ".join(column_letters(i) for i in blunted)
        problems.append(
            f"column {where} holds numbers of more than 15 digits, of which the sheet keeps only 15"
        )
    return table(file, layout, records, region.above, reasons, problems)
