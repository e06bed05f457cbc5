"""Tracing a file 溯源: of which supply it is a copy, by the order its rows stand in.

Decides by the mark alone (:mod:`space.supply.mark`), never by what the file says of itself, which anybody can
take out. Reads some tens of thousands of rows of the file, however large it is, and as much of each supply as
it takes. A file whose rows were sorted is recognised as nobody's.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Engine, select

from catalog.home import Home
from catalog.intake.errors import Unreadable
from catalog.intake.reading import workbooks
from catalog.intake.reading.encoding import text_of
from catalog.keys import Keys
from catalog.releases.published import by_id as release_by_id
from catalog.releases.published import vault_files
from catalog.store import reading
from catalog.store.tables.supplies import supplies
from policies.clocks import local_date
from policies.rulebook import rule
from space.engines.streaming import streamed
from space.errors import SpaceError
from space.supply import mark

# Rows of the file that are looked at.
_MOST_ROWS: Final = 50_000
# Rows above the table where its header is looked for.
_PREAMBLE: Final = 20
_SHEETS: Final = (".xlsx", ".xls", ".xlsb", ".ods")


class CannotTrace(SpaceError):
    """A file that is none of the forms, or has no column of the dataset."""


@dataclass(frozen=True, slots=True)
class Traced:
    """How well a file agrees with one supply.

    Attributes:
        supply, receiver: which, and to whom it was handed.
        rows: of the file that its release holds.
        pairs: of rows the mark is read from.
        agreeing: of these, in the order of the supply.
        found: whether it is held to be a copy of it.
    """

    supply: str
    receiver: str
    rows: int
    pairs: int
    agreeing: int
    found: bool


@dataclass(frozen=True, slots=True)
class Tracing:
    """A file beside every supply of its dataset, the best match first."""

    rows: int
    columns: tuple[str, ...]
    matches: tuple[Traced, ...]

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        matches = [{name: getattr(m, name) for name in Traced.__dataclass_fields__} for m in self.matches]
        return {"rows": self.rows, "columns": list(self.columns), "matches": matches}


def trace(engine: Engine, home: Home, keys: Keys, file: Path, dataset: str, now: datetime) -> Tracing:
    """Hold a file against every supply of a dataset.

    Args:
        engine: of the store.
        home: of the installation.
        keys: key the marks.
        file: CSV, workbook or Parquet.
        dataset: ``schema.table`` its rows are of.
        now: aware instant, whose rules say how much must agree.

    Raises:
        CannotTrace: it cannot be read, or has no column of the dataset.
    """
    s, day = supplies.c, local_date(now)
    with reading(engine) as connection:
        wanted = select(supplies).where(s.dataset == dataset, s.rows.is_not(None)).order_by(s.made_at)
        made = connection.execute(wanted).all()
        released = {row.release_id: release_by_id(connection, row.release_id) for row in made}
    needed = int(rule("supply", "trace_pairs", day).value)
    share = float(rule("supply", "trace_share", day).value)
    rows, found, names = _read(file), [], set[str]()
    for row in made:
        titles = {c[word]: c["name"] for c in row.columns for word in ("title", "name")}
        leaked = _placed(file, rows, titles)
        names |= set(leaked.columns)
        key = mark.key_of(keys.pseudonym, row.id)
        with streamed(row.reads, {dataset: vault_files(home, released[row.release_id])}) as (_, batches):
            match = mark.compare(leaked.places, _digested(batches, key, leaked.columns))
        sure = match.pairs >= needed and match.share >= share
        found.append(Traced(row.id, row.receiver, match.rows, match.pairs, match.agreeing, sure))
    found.sort(key=lambda one: (not one.found, -one.agreeing))
    return Tracing(max(0, len(rows) - 1), tuple(sorted(names)), tuple(found))


@dataclass(frozen=True, slots=True)
class _Leaked:
    """The rows of a file: the fields it has, and the place of each row by its digest."""

    columns: tuple[str, ...]
    places: Mapping[bytes, int]


def _digested(
    batches: Iterator[pa.RecordBatch], key: bytes, columns: Sequence[str]
) -> Iterator[tuple[mark.Turned, list[bytes]]]:
    for number, batch in enumerate(batches):
        values = [batch.column(name).to_pylist() for name in columns]
        yield mark.turned(key, number), mark.digests(values)


def _placed(file: Path, rows: Sequence[Sequence[Any]], titles: Mapping[str, str]) -> _Leaked:
    """Find the header, and where each row stands; rows that stand there twice tell nothing."""
    heads = [
        {titles[str(cell).strip()]: place for place, cell in enumerate(row) if str(cell).strip() in titles}
        for row in rows[:_PREAMBLE]
    ]
    at = max(range(len(heads)), key=lambda place: len(heads[place]), default=0)
    if not heads or not heads[at]:
        raise CannotTrace(f"{file} has no column of the dataset")
    columns = tuple(name for name in dict.fromkeys(titles.values()) if name in heads[at])
    cells = [heads[at][name] for name in columns]
    values = [[row[cell] if cell < len(row) else None for row in rows[at + 1 :]] for cell in cells]
    places: dict[bytes, int] = {}
    twice = set[bytes]()
    for place, digest in enumerate(mark.digests(values)):
        if digest in places:
            twice.add(digest)
        places[digest] = place
    return _Leaked(columns, {digest: place for digest, place in places.items() if digest not in twice})


def _read(file: Path) -> list[Sequence[Any]]:
    """The first rows of a file, its header among them."""
    from python_calamine import CalamineError

    try:
        return list(islice(_rows(file), _MOST_ROWS + _PREAMBLE))
    except Unreadable as error:
        raise CannotTrace(str(error)) from error
    except (OSError, ValueError, csv.Error, pa.ArrowException, CalamineError) as error:
        raise CannotTrace(f"{file} is no CSV file, workbook or Parquet file") from error


def _rows(file: Path) -> Iterator[Sequence[Any]]:
    """The rows of a file, its header among them."""
    if file.suffix.lower() == ".parquet":
        opened = pq.ParquetFile(file)
        yield opened.schema_arrow.names
        for batch in opened.iter_batches(batch_size=10_000):
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
    elif file.suffix.lower() in _SHEETS:
        book = workbooks.sheets(file, file.name)
        yield from book.sheet(book.names[0]).to_python() if book.names else ()
    else:
        yield from csv.reader(io.StringIO(_text(file)))


def _text(file: Path) -> str:
    text = text_of(file.read_bytes())
    if text is None:
        raise CannotTrace(f"{file} is text in no encoding that is known — save it as UTF-8")
    return text
