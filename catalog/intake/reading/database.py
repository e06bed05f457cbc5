"""Tables of a database, through SQLAlchemy: a SQLite file beside the contract, or a URL.

Decides that a source may only read: a table name or one SELECT, and SQLite opened read-only.
Credentials do not belong in a contract: ``${NAME}`` in a URL is taken from the environment.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Engine,
    column,
    create_engine,
    false,
    inspect,
    literal,
    literal_column,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool
from sqlalchemy.types import NullType

from catalog.intake.errors import SourceMissing, Unreadable
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
from contracts import spellings
from contracts.model import Contract, FieldType, LoadKind, Source, SourceFormat

# Rows fetched at a time.
BATCH: Final = 20_000

_NAME = re.compile(r"^[\w\u4e00-\u9fff$]+(\.[\w\u4e00-\u9fff$]+)?$")
_READS = re.compile(r"^\s*(select|with)\b", re.IGNORECASE)
_PASSWORD = re.compile(r"(://[^:/@]*:)[^@]*@")
_VARIABLE = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class From:
    """Where an incremental read goes on: rows whose column is at least a value, or holds none.

    Attributes:
        columns: what the database may call it; the first it knows is used.
        value: bound as a parameter, never written into the statement.
    """

    columns: tuple[str, ...]
    value: Any

    @classmethod
    def of(cls, contract: Contract, source: Source, since: str | None) -> From | None:
        """Where to go on, or None where the source is read whole.

        Args:
            contract: with its load.
            source: whose mapping says which column feeds the watermark.
            since: watermark from which on rows are wanted, as text.

        Raises:
            Unreadable: the watermark cannot be understood.
        """
        load = contract.load
        if since is None or load.kind is not LoadKind.INCREMENTAL or load.watermark is None:
            return None
        if source.format is not SourceFormat.SQL:
            return None
        mark = contract.field(load.watermark)
        mapped = [heading for heading, name in source.columns.items() if name == mark.name]
        value: Any = since
        if mark.type is FieldType.INTEGER:
            value = int(since)
        elif mark.type in (FieldType.DATE, FieldType.TIMESTAMP):
            found = spellings.instant(since)
            if found is None:
                raise Unreadable(shown(source.path), f"the watermark {mark.name} is no date")
            value = found.date() if mark.type is FieldType.DATE else found
        return cls((*mapped, mark.name, mark.business_name), value)


def read(folder: Path, source: Source) -> Records:
    """Rows of a table or a SELECT, in memory; see :func:`stream`."""
    return gathered(stream(folder, source))


def stream(folder: Path, source: Source, from_: From | None = None) -> Stream:
    """Rows of a table or a SELECT, some at a time, from a cursor of the server where it has one.

    Args:
        folder: what a relative SQLite path is relative to.
        source: layout: path (file or URL) and query (table name or SELECT).
        from_: where to go on.

    Returns:
        Records whose line numbers are row numbers from 1, in the order the database gives.

    Raises:
        SourceMissing: no such SQLite file.
        Unreadable: the query is not a read, or the database refuses it.
    """
    tally = Tally()
    return streamed(_read(folder, source, from_), source.drop, tally)


def _read(folder: Path, source: Source, from_: From | None) -> Iterator[Raw]:
    engine = open_engine(folder, source.path)
    try:
        with engine.connect() as connection:
            statement = _statement(source, connection, from_)
            streaming = connection.execution_options(stream_results=True, max_row_buffer=BATCH)
            with streaming.execute(statement) as result:
                names = tuple(result.keys())
                done = 0
                for rows in result.partitions(BATCH):
                    columns = [text_column([_text(v) for v in c]) for c in zip(*rows, strict=True)]
                    yield names, columns, line_column(range(done + 1, done + len(rows) + 1))
                    done += len(rows)
                if not done:
                    yield names, [text_column([]) for _ in names], line_column([])
    except SQLAlchemyError as error:
        raise Unreadable(shown(source.path), f"the database refuses: {type(error).__name__}") from error
    finally:
        engine.dispose()


def tables(folder: Path, path: str) -> list[str]:
    """Names of the tables and views of a database."""
    engine = open_engine(folder, path)
    try:
        seen = inspect(engine)
        return sorted({*seen.get_table_names(), *seen.get_view_names()})
    except SQLAlchemyError as error:
        raise Unreadable(shown(path), "the database cannot be listed: damaged or locked") from error
    finally:
        engine.dispose()


def shown(path: str) -> str:
    """A database path or URL as messages and provenance may show it: without a password.

    >>> shown("postgresql://reader:secret@host/civil")
    'postgresql://reader:***@host/civil'
    """
    return _PASSWORD.sub(r"\1***@", path)


def open_engine(folder: Path, path: str) -> Engine:
    """An engine on a SQLite file, read-only, or on a URL."""
    if "://" not in path:
        file = folder / path
        if not file.is_file():
            raise SourceMissing(path, "no such database file")
        url = f"sqlite:///file:{file.resolve().as_posix()}?mode=ro&uri=true"
    else:
        url = _VARIABLE.sub(lambda m: os.environ.get(m[1], ""), path)
    try:
        return create_engine(url, poolclass=NullPool)
    except (SQLAlchemyError, ImportError) as error:
        raise Unreadable(shown(path), "no driver for this database URL") from error


def _statement(source: Source, connection: Connection, from_: From | None) -> Any:
    """The SELECT of a source, without its rows below the watermark."""
    query = (source.query or "").strip().rstrip(";")
    rows: Any
    if _NAME.match(query):
        schema, _, name = query.rpartition(".")
        rows = table(name, schema=schema or None)
    elif _READS.match(query) and ";" not in query:
        if from_ is None:
            return text(query)
        rows = text(query).columns().subquery("delivered")
    else:
        raise Unreadable(shown(source.path), "its query is neither a table name nor one SELECT")
    every: Any = select(literal_column("*")).select_from(rows)
    if from_ is None:
        return every
    known = connection.execute(every.where(false())).keys()
    found = next((name for name in from_.columns if name in known), None)
    if found is None:
        raise Unreadable(shown(source.path), f"has no column {from_.columns[0]}, the watermark of the load")
    mark: Any = column(found)
    value = from_.value
    if isinstance(value, dt.date) and connection.dialect.name == "sqlite":
        # SQLite keeps dates as text, in any spelling of the hour: the whole day is read again.
        value = f"{value:%Y-%m-%d}"
    # A row without a watermark would otherwise never be read again.
    return every.where(or_(mark >= literal(value, _type_of(value)), mark.is_(None)))


def _type_of(value: Any) -> Any:
    """Text takes the type of the column it is compared with."""
    return NullType() if isinstance(value, str) else None


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    return str(value)
