"""Delimited text: CSV, TSV and the like.

Decides what a line is (one record, also where a quoted cell holds line breaks) and what happens to
a record of the wrong width: surplus empty cells are ignored, anything else is dropped as
``malformed`` and counted. Encoding and delimiter are the source's; guessing them is the draft's, but
for the encoding of a source that names none (:mod:`catalog.intake.reading.undeclared`).
"""

from __future__ import annotations

import csv
import io
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, BinaryIO, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from catalog.intake.errors import OtherEncoding, Unreadable
from catalog.intake.reading.chunks import CHUNK_BYTES, Chunks
from catalog.intake.reading.records import (
    Raw,
    Records,
    Stream,
    Tally,
    gathered,
    line_column,
    streamed,
    text_column,
)
from catalog.intake.tables import headings as heading_rows
from catalog.intake.tables.rows import rule_of
from contracts.model import Source

# Longest cell we take, in characters: a resolution text is long, an embedded file is not a cell.
CELL_LIMIT: Final = 16 * 1024 * 1024
# Block of the fast reader, bytes: a record must fit into one.
BLOCK_BYTES: Final = 16 * 1024 * 1024
# Misfit records the fast reader may hand back one by one; more go the careful way.
MISFIT_LIMIT: Final = 10_000
# Share of lines with broken characters above which the declared encoding is wrong.
UNDECODABLE_LIMIT: Final = 0.5

_UNFIT: Final = (
    "most lines do not fit the declared encoding — correct it in the contract, or leave `encoding` out of it"
    " where files are in several: each is then read in its own"
)
_UNTOLD: Final = (
    "most lines are in no encoding that could be told — write `encoding` into the contract, or deliver UTF-8"
)
_LOST = "\ufffd"


def read(data: bytes, source: Source, where: str) -> Records:
    """Rows of a delimited text in memory; see :func:`stream`."""
    return gathered(stream(io.BytesIO(data), source, where))


def stream(file: BinaryIO, source: Source, where: str, chunk_bytes: int = CHUNK_BYTES) -> Stream:
    """Rows of a delimited text file, some megabytes at a time.

    Args:
        file: open at its first byte.
        source: layout: encoding, delimiter, quote, heading rows, footer, drop rules.
        where: the file's name for messages.
        chunk_bytes: read at a time.

    Returns:
        Records whose line numbers count records from 1.

    Raises:
        Unreadable: the encoding does not fit, or a record cannot be parsed at all.
    """
    tally = Tally()
    return streamed(_read(Chunks(file, source, where, chunk_bytes), source, where, tally), source.drop, tally)


def _read(chunks: Chunks, source: Source, where: str, tally: Tally) -> Iterator[Raw]:
    head, width = _head(chunks, source, where)
    top = head[-source.header_rows :] if source.header_row else []
    headings = heading_rows.join(top, max((len(r) for r in top), default=0) or width)
    header = source.header_rows if source.header_row else 0
    tally.preamble, tally.header = len(head) - header, header
    account = _Account(headings, source, tally, where)
    done = len(head)
    for raw in _above_footer(_bodies(chunks, headings, source, where), source.skip_footer, tally):
        columns, places = account.kept(raw)
        yield headings, columns, pc.add(places, done)
        done += raw.total


def _bodies(chunks: Chunks, headings: tuple[str, ...], source: Source, where: str) -> Iterator[_Raw]:
    """The records below the heading, parsed, some at a time; at least once."""
    done = source.header_row
    for body in chunks.bodies():
        raw = _fast(body, len(headings), source) or _careful(body, headings, source, where, done)
        raw.damaged = chunks.damaged
        done += raw.total
        yield raw


def records_of(text: str, source: Source) -> Iterator[list[str]]:
    """The records of a text, lazily, as lists of cells."""
    csv.field_size_limit(CELL_LIMIT)
    return csv.reader(io.StringIO(text, newline=""), **_dialect(source))


def _dialect(source: Source) -> dict[str, Any]:
    if source.quote:
        return {"delimiter": source.delimiter or ",", "quotechar": source.quote}
    return {"delimiter": source.delimiter or ",", "quoting": csv.QUOTE_NONE}


def _head(chunks: Chunks, source: Source, where: str) -> tuple[list[list[str]], int]:
    """The records up to the heading, taken off the chunks, and the usual width of those below."""
    while True:
        text = chunks.text()
        lines = io.StringIO(text, newline="")
        consumed = 0

        def counted(lines: io.StringIO = lines) -> Iterator[str]:
            nonlocal consumed
            for line in lines:
                consumed += len(line)
                yield line

        csv.field_size_limit(CELL_LIMIT)
        try:
            head = list(islice(csv.reader(counted(), **_dialect(source)), source.header_row))
        except csv.Error as error:
            raise Unreadable(where, f"not delimited text: {error}") from error
        if consumed < len(text) or not chunks.more():
            break
        if len(text) > CELL_LIMIT:
            raise Unreadable(where, "its heading does not end: is this delimited text, and its quote right?")
    if len(head) < source.header_row:
        raise Unreadable(where, f"has {len(head)} lines, its heading is expected on line {source.header_row}")
    width = 0 if source.header_row else _first_width(text, source)
    chunks.drop(len(text[:consumed].encode("utf-8", "surrogatepass")))
    return head, width


def _first_width(text: str, source: Source) -> int:
    widths = Counter(len(r) for r in islice(records_of(text, source), 100) if r)
    return widths.most_common(1)[0][0] if widths else 1


class _Raw:
    """Columns and record numbers of a body, with the misfits apart."""

    __slots__ = ("columns", "damaged", "misfits", "places", "total")

    def __init__(
        self, columns: list[pa.ChunkedArray], places: Any, misfits: list[tuple[int, list[str]]], total: int
    ) -> None:
        self.columns, self.places, self.misfits, self.total = columns, places, misfits, total
        self.damaged = False


def _fast(body: bytes, width: int, source: Source) -> _Raw | None:
    """The body through Arrow's parser, or None where it needs the careful way."""
    misfits: list[tuple[int, str]] = []

    def keep(row: Any) -> str:
        misfits.append((row.number, row.text))
        return "skip" if len(misfits) <= MISFIT_LIMIT else "error"

    if not body:
        return _Raw([text_column([]) for _ in range(width)], line_column([]), [], 0)
    if len((source.delimiter or ",").encode()) > 1:
        return None  # Arrow parts at a single byte; the Chinese comma has three
    names = [str(i) for i in range(width)]
    try:
        table = pa_csv.read_csv(
            pa.BufferReader(body),
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


def _careful(body: bytes, headings: tuple[str, ...], source: Source, where: str, done: int) -> _Raw:
    """The body record by record, mending widths where nothing is lost."""
    width = len(headings)
    named = max((i for i, h in enumerate(headings, 1) if not h.startswith("#")), default=width)
    rows: list[list[str]] = []
    places: list[int] = []
    misfits: list[tuple[int, list[str]]] = []
    number = 0
    try:
        for number, row in enumerate(records_of(body.decode("utf-8", "surrogatepass"), source), 1):
            if row and (len(row) < named or any(c.strip() for c in row[width:])):
                misfits.append((number, row))
                continue
            rows.append((row + [""] * (width - len(row)))[:width])
            places.append(number)
    except csv.Error as error:
        raise Unreadable(where, f"line {done + number + 1} cannot be parsed: {error}") from error
    columns = [text_column(c) for c in zip(*rows, strict=True)] if rows else []
    return _Raw(columns or [text_column([]) for _ in headings], line_column(places), misfits, number)


def _repairable(row: list[str], width: int) -> bool:
    return len(row) > width and not any(c.strip() for c in row[width:])


def _above_footer(bodies: Iterable[_Raw], skip: int, tally: Tally) -> Iterator[_Raw]:
    """The bodies without the last ``skip`` records, which are counted as the footer."""
    waiting: deque[_Raw] = deque()
    for raw in bodies:
        waiting.append(raw)
        while sum(r.total for r in waiting) - waiting[0].total >= skip and len(waiting) > 1:
            yield waiting.popleft()
    rest = sum(r.total for r in waiting)
    if skip:
        tally.dropped["footer"] += min(skip, rest)
    last = rest - skip
    for raw in waiting:
        if last < raw.total:
            keep = pc.less_equal(raw.places, last)
            raw.columns, raw.places = [c.filter(keep) for c in raw.columns], raw.places.filter(keep)
            raw.misfits = [(n, row) for n, row in raw.misfits if n <= last]
        last -= raw.total
        yield raw


class _Account:
    """Misfits and broken characters of the bodies, each counted by name."""

    def __init__(self, headings: tuple[str, ...], source: Source, tally: Tally, where: str) -> None:
        self._headings, self._source, self._tally, self._where = headings, source, tally, where
        self._seen = 0

    def kept(self, raw: _Raw) -> tuple[list[pa.ChunkedArray], Any]:
        """Columns and record numbers of what may be rows.

        Raises:
            OtherEncoding: most lines so far do not fit the encoding.
        """
        for _, row in raw.misfits:
            padded = [c.strip() or None for c in row] + [None] * len(self._headings)
            cells = padded[: max(len(self._headings), len(row))]
            self._tally.dropped[rule_of(cells, self._headings, self._source.drop) or "malformed"] += 1
        self._seen += len(raw.places)
        if not raw.damaged:
            return raw.columns, raw.places
        broken = None
        for column in raw.columns:
            one = pc.match_substring(column, _LOST)
            broken = one if broken is None else pc.or_(broken, one)
        lost = pc.sum(broken).as_py() or 0
        if lost:
            self._tally.dropped["undecodable"] += lost
        if self._tally.dropped["undecodable"] > UNDECODABLE_LIMIT * max(self._seen, 1):
            raise OtherEncoding(self._where, _UNFIT if self._source.encoding else _UNTOLD)
        keep = pc.invert(broken)
        return [c.filter(keep) for c in raw.columns], raw.places.filter(keep)
