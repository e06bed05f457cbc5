"""Delimited text: CSV, TSV and the like.

Decides what a line is (one record, also where a quoted cell holds line breaks) and what happens to
a record of the wrong width: surplus empty cells are ignored, anything else is dropped as
``malformed`` and counted. Encoding and delimiter are the source's; guessing them is the draft's.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from catalog.intake import headings as heading_rows
from catalog.intake.encoding import decode
from catalog.intake.errors import Unreadable
from catalog.intake.records import Records, line_column, sifted, text_column
from catalog.intake.rows import rule_of
from contracts.model import Source

# Longest cell we take, in characters: a resolution text is long, an embedded file is not a cell.
CELL_LIMIT: Final = 16 * 1024 * 1024
# Block of the fast reader, bytes: a record must fit into one.
BLOCK_BYTES: Final = 16 * 1024 * 1024
# Misfit records the fast reader may hand back one by one; more go the careful way.
MISFIT_LIMIT: Final = 10_000
# Share of lines with broken characters above which the declared encoding is wrong.
UNDECODABLE_LIMIT: Final = 0.5

_LOST = "\ufffd"


def read(data: bytes, source: Source, where: str) -> Records:
    """Rows of a delimited text file.

    Args:
        data: all bytes of the file.
        source: layout: encoding, delimiter, quote, heading rows, footer, drop rules.
        where: the file's name for messages.

    Returns:
        Records whose line numbers count records from 1.

    Raises:
        Unreadable: the encoding does not fit, or a record cannot be parsed at all.
    """
    text, damaged = _decoded(data, source, where)
    head, start = _head(text, source, where)
    top = head[-source.header_rows :] if source.header_row else []
    width = max((len(r) for r in top), default=0) or _first_width(text, source)
    headings = heading_rows.join(top, width)
    body = text[start:]
    raw = _fast(body, width, source) or _careful(body, headings, source, where)
    return _accounted(raw, headings, source, len(head), damaged, where)


def records_of(text: str, source: Source) -> Iterator[list[str]]:
    """The records of a text, lazily, as lists of cells."""
    csv.field_size_limit(CELL_LIMIT)
    return csv.reader(io.StringIO(text, newline=""), **_dialect(source))


def _decoded(data: bytes, source: Source, where: str) -> tuple[str, bool]:
    if not data:
        raise Unreadable(where, "the file is empty")
    try:
        return decode(data, source.encoding or "utf-8")
    except LookupError as error:
        raise Unreadable(where, f"no encoding is called {source.encoding}") from error


def _dialect(source: Source) -> dict[str, Any]:
    if source.quote:
        return {"delimiter": source.delimiter or ",", "quotechar": source.quote}
    return {"delimiter": source.delimiter or ",", "quoting": csv.QUOTE_NONE}


def _head(text: str, source: Source, where: str) -> tuple[list[list[str]], int]:
    """The records up to the heading, and where in the text the next one begins."""
    lines = io.StringIO(text, newline="")
    consumed = 0

    def counted() -> Iterator[str]:
        nonlocal consumed
        for line in lines:
            consumed += len(line)
            yield line

    csv.field_size_limit(CELL_LIMIT)
    try:
        head = list(islice(csv.reader(counted(), **_dialect(source)), source.header_row))
    except csv.Error as error:
        raise Unreadable(where, f"not delimited text: {error}") from error
    if len(head) < source.header_row:
        raise Unreadable(where, f"has {len(head)} lines, its heading is expected on line {source.header_row}")
    return head, consumed


def _first_width(text: str, source: Source) -> int:
    widths = Counter(len(r) for r in islice(records_of(text, source), 100) if r)
    return widths.most_common(1)[0][0] if widths else 1


class _Raw:
    """Columns and record numbers of a body, with the misfits apart."""

    __slots__ = ("columns", "misfits", "places", "total")

    def __init__(
        self, columns: list[pa.ChunkedArray], places: Any, misfits: list[tuple[int, list[str]]], total: int
    ) -> None:
        self.columns, self.places, self.misfits, self.total = columns, places, misfits, total


def _fast(body: str, width: int, source: Source) -> _Raw | None:
    """The body through Arrow's parser, or None where it needs the careful way."""
    misfits: list[tuple[int, str]] = []

    def keep(row: Any) -> str:
        misfits.append((row.number, row.text))
        return "skip" if len(misfits) <= MISFIT_LIMIT else "error"

    if not body:
        return _Raw([text_column([]) for _ in range(width)], line_column([]), [], 0)
    names = [str(i) for i in range(width)]
    try:
        table = pa_csv.read_csv(
            pa.BufferReader(body.encode("utf-8", "surrogatepass")),
            read_options=pa_csv.ReadOptions(column_names=names, use_threads=False, block_size=BLOCK_BYTES),
            parse_options=pa_csv.ParseOptions(
                delimiter=source.delimiter or ",",
                quote_char=source.quote or False,
                newlines_in_values=bool(source.quote),
                ignore_empty_lines=False,
                invalid_row_handler=keep,
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None  # what Arrow cannot parse, the careful way counts as malformed
    cells = [(n, next(records_of(t, source), [])) for n, t in misfits]
    if any(_repairable(row, width) for _, row in cells):
        return None
    total = table.num_rows + len(misfits)
    gone = {n for n, _ in misfits}
    places = range(1, total + 1) if not gone else [n for n in range(1, total + 1) if n not in gone]
    return _Raw(table.columns, line_column(places), cells, total)


def _careful(body: str, headings: tuple[str, ...], source: Source, where: str) -> _Raw:
    """The body record by record, mending widths where nothing is lost."""
    width = len(headings)
    named = max((i for i, h in enumerate(headings, 1) if not h.startswith("#")), default=width)
    rows: list[list[str]] = []
    places: list[int] = []
    misfits: list[tuple[int, list[str]]] = []
    number = 0
    try:
        for number, row in enumerate(records_of(body, source), 1):
            if row and (len(row) < named or any(c.strip() for c in row[width:])):
                misfits.append((number, row))
                continue
            rows.append((row + [""] * (width - len(row)))[:width])
            places.append(number)
    except csv.Error as error:
        raise Unreadable(where, f"line {number + source.header_row + 1} cannot be parsed: {error}") from error
    columns = [text_column(c) for c in zip(*rows, strict=True)] if rows else []
    return _Raw(columns or [text_column([]) for _ in headings], line_column(places), misfits, number)


def _repairable(row: list[str], width: int) -> bool:
    return len(row) > width and not any(c.strip() for c in row[width:])


def _accounted(
    raw: _Raw, headings: tuple[str, ...], source: Source, head: int, damaged: bool, where: str
) -> Records:
    """Footer, misfits, broken characters and drop rules, each counted by name."""
    dropped: Counter[str] = Counter()
    last = raw.total - source.skip_footer
    for number, row in raw.misfits:
        if number > last:
            continue
        padded = [c.strip() or None for c in row] + [None] * len(headings)
        rule = rule_of(padded[: max(len(headings), len(row))], headings, source.drop)
        dropped[rule or "malformed"] += 1
    columns, places = raw.columns, raw.places
    if source.skip_footer:
        dropped["footer"] = min(source.skip_footer, raw.total)
        keep = pc.less_equal(places, last)
        columns, places = [c.filter(keep) for c in columns], places.filter(keep)
    if damaged:
        columns, places = _without_broken(columns, places, dropped, where)
    header = source.header_rows if source.header_row else 0
    return sifted(
        headings,
        columns,
        pc.add(places, head),
        source.drop,
        preamble=head - header,
        header=header,
        dropped=dropped,
    )


def _without_broken(
    columns: list[pa.ChunkedArray], places: pa.ChunkedArray, dropped: Counter[str], where: str
) -> tuple[list[pa.ChunkedArray], pa.ChunkedArray]:
    """Rows without replaced characters; the others are dropped as ``undecodable``."""
    broken = None
    for column in columns:
        one = pc.match_substring(column, _LOST)
        broken = one if broken is None else pc.or_(broken, one)
    lost = pc.sum(broken).as_py() or 0
    if lost > UNDECODABLE_LIMIT * max(len(places), 1):
        raise Unreadable(where, "most lines do not fit the declared encoding — correct it in the contract")
    if lost:
        dropped["undecodable"] = lost
    keep = pc.invert(broken)
    return [c.filter(keep) for c in columns], places.filter(keep)
