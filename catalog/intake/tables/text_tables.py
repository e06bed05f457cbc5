"""Tables of a text file: encoding, delimiter, quote, heading rows and footer of each, with reasons.

Does not decide which encoding it is (:mod:`catalog.intake.reading.encoding`), nor where in the lines a table
stands (:mod:`catalog.intake.tables.table_region`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from catalog.intake.errors import OtherEncoding, Unreadable
from catalog.intake.reading import delimited, dialect
from catalog.intake.reading.encoding import decide, decode
from catalog.intake.tables import stacked, table_region
from catalog.intake.tables.body import best, footer
from catalog.intake.tables.found import File, Refused, Table, table
from contracts.model import Source, SourceFormat


def text_tables(file: File) -> Iterator[Table | Refused]:
    """Every table of a delimited text file, and what keeps it from giving one."""
    data = file.path.read_bytes()
    decided = decide(data, file.encoding)
    text, _ = decode(data, decided.encoding)
    problems = [*file.problems, *([decided.reason] if decided.damaged or decided.unsure else [])]
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
    file: File,
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
        # Where nobody named the encoding, what was found out about it is what helps.
        raise Unreadable(file.path.name, error.reason if file.encoding else encoding) from error
    if records.dropped.get("malformed"):
        problems.append(
            f"{records.dropped['malformed']} lines have the wrong number of cells and do not land"
        )
    if records.dropped.get("undecodable"):
        problems.append(f"{records.dropped['undecodable']} lines hold broken characters and do not land")
    reasons = {"encoding": encoding, "delimiter": "splits the lines most evenly", **region.reasons}
    return table(file, layout, records, region.above, reasons, problems)
