"""Tables of a database, through SQLAlchemy: a SQLite file beside the contract, or a URL.

Decides that a source may only read: a table name or one SELECT, and SQLite opened read-only.
Credentials do not belong in a contract: ``${NAME}`` in a URL is taken from the environment.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, create_engine, inspect, literal_column, select, table, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from catalog.intake.errors import SourceMissing, Unreadable
from catalog.intake.records import Records, line_column, sifted, text_column
from contracts.model import Source

# Rows fetched at a time.
BATCH: Final = 50_000

_NAME = re.compile(r"^[\w\u4e00-\u9fff$]+(\.[\w\u4e00-\u9fff$]+)?$")
_READS = re.compile(r"^\s*(select|with)\b", re.IGNORECASE)
_PASSWORD = re.compile(r"(://[^:/@]*:)[^@]*@")
_VARIABLE = re.compile(r"\$\{(\w+)\}")


def read(folder: Path, source: Source) -> Records:
    """Rows of a table or a SELECT.

    Args:
        folder: what a relative SQLite path is relative to.
        source: layout: path (file or URL) and query (table name or SELECT).

    Returns:
        Records whose line numbers are row numbers from 1, in the order the database gives.

    Raises:
        SourceMissing: no such SQLite file.
        Unreadable: the query is not a read, or the database refuses it.
    """
    engine = open_engine(folder, source.path)
    try:
        with engine.connect() as connection:
            result = connection.execution_options(stream_results=True).execute(_statement(source))
            names = tuple(result.keys())
            rows: list[Any] = []
            for batch in result.partitions(BATCH):
                rows.extend(batch)
    except SQLAlchemyError as error:
        raise Unreadable(shown(source.path), f"the database refuses: {type(error).__name__}") from error
    finally:
        engine.dispose()
    columns = [text_column([_text(v) for v in c]) for c in zip(*rows, strict=True)] if rows else []
    return sifted(
        names, columns or [text_column([]) for _ in names], line_column(range(1, len(rows) + 1)), source.drop
    )


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


def _statement(source: Source) -> Any:
    query = (source.query or "").strip().rstrip(";")
    if _NAME.match(query):
        schema, _, name = query.rpartition(".")
        return select(literal_column("*")).select_from(table(name, schema=schema or None))
    if not _READS.match(query) or ";" in query:
        raise Unreadable(shown(source.path), "its query is neither a table name nor one SELECT")
    return text(query)


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
