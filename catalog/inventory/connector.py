"""The read-only connector: what tables a database has, their columns, comments and counts of rows.

Decides that nothing but names, types, comments and counts is asked for: no statement here names a column of
a surveyed table. Counts are the database's own statistics where it has any, else ``count(*)`` with a time
limit. SQLite is opened ``mode=ro``, PostgreSQL with ``default_transaction_read_only``; a database for which
no read-only session is known is not opened at all.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, and_, create_engine, func, inspect, make_url, select
from sqlalchemy import column as sql_column
from sqlalchemy import table as sql_table
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from catalog.inventory.errors import ScanFailed
from catalog.inventory.listing import ListedColumn, ListedTable, RowsHow

_VARIABLE: Final = re.compile(r"\$\{(\w+)\}")
# Schemas of the database itself.
_OWN_SCHEMAS: Final = re.compile(r"^(pg_|information_schema$)")
# A run of digits long enough for a telephone, an identity or a bank card number.
_NUMBER: Final = re.compile(r"\d{11,}[\dXx]?")
# Seconds a server may take to answer at all.
_CONNECT_TIMEOUT_S: Final = 10
_PG_CLASS: Final = sql_table(
    "pg_class",
    *(sql_column(n) for n in ("oid", "relname", "relnamespace", "reltuples", "relispartition")),
    schema="pg_catalog",
)
_PG_NAMESPACE: Final = sql_table(
    "pg_namespace", sql_column("oid"), sql_column("nspname"), schema="pg_catalog"
)


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a database has.

    Attributes:
        address: where it was found, without user, password and options.
        tables: by name.
    """

    address: str
    tables: tuple[ListedTable, ...]


def scan(url: str, *, count_timeout_s: float, views: bool = False) -> Scanned:
    """Names, types, comments and counts of a database; never a row.

    Args:
        url: of the database, or the path of a SQLite file; ``${NAME}`` is taken from the environment.
        count_timeout_s: longest count of one table, in seconds.
        views: whether views are listed beside tables.

    Raises:
        ScanFailed: the address cannot be understood, reached or opened read-only.
    """
    target = _target(url)
    engine = _engine(target)
    try:
        with engine.connect() as connection:
            return Scanned(address_of(target), tuple(_tables(connection, count_timeout_s, views)))
    except SQLAlchemyError as error:
        # The driver's words may repeat what was in the URL: only the kind of the failure is told.
        kind = type(error).__name__
        why = f"{address_of(target)}: the database cannot be scanned ({kind})"
        raise ScanFailed(f"{why} — check address, user and rights") from None
    finally:
        engine.dispose()


def address_of(url: URL) -> str:
    """Where a database is: without user, password and options.

    >>> address_of(make_url("postgresql+psycopg://reader:secret@db.example:5432/civil?password=x"))
    'postgresql://db.example:5432/civil'
    """
    if url.get_backend_name() == "sqlite":
        file = (url.database or "").removeprefix("file:").partition("?")[0]
        return f"sqlite:{file}"
    port = "" if url.port is None else f":{url.port}"
    return f"{url.get_backend_name()}://{url.host or ''}{port}/{url.database or ''}"


def _target(given: str) -> URL:
    missing = [name for name in _VARIABLE.findall(given) if name not in os.environ]
    if missing:
        raise ScanFailed(f"the environment has no {missing[0]}, which the address names — set it first")
    url = _VARIABLE.sub(lambda m: os.environ[m[1]], given)
    if "://" not in url:
        return _file(url, given)
    try:
        target = make_url(url)
    except (ArgumentError, ValueError):
        raise ScanFailed("the database's address cannot be understood — write dialect://host/name") from None
    if target.get_backend_name() != "sqlite":
        return target
    return _file((target.database or "").removeprefix("file:").partition("?")[0], given)


def _file(path: str, given: str) -> URL:
    if not Path(path).is_file():
        raise ScanFailed(f"{given}: no such database file — name a SQLite file or a database URL")
    return make_url(f"sqlite:///file:{Path(path).resolve().as_posix()}?mode=ro&uri=true")


def _engine(target: URL) -> Engine:
    """An engine whose every session is read-only."""
    backend = target.get_backend_name()
    arguments: dict[str, Any] = {}
    if backend == "postgresql":
        limit = "-c default_transaction_read_only=on"
        # Whatever options the address brings, these come last and hold.
        given = target.query.get("options", "")
        target = target.difference_update_query(["options"])
        arguments = {
            "options": f"{given if isinstance(given, str) else ' '.join(given)} {limit}".strip(),
            "connect_timeout": _CONNECT_TIMEOUT_S,
        }
    elif backend != "sqlite":
        raise ScanFailed(
            f"no read-only session is known for {backend} — list its tables in the workbook instead"
            " (`ybz inventory template`)"
        )
    try:
        return create_engine(target, poolclass=NullPool, connect_args=arguments, hide_parameters=True)
    except (SQLAlchemyError, ImportError):
        raise ScanFailed(f"{address_of(target)}: no driver for this database is installed") from None


def _tables(connection: Connection, count_timeout_s: float, views: bool) -> Iterable[ListedTable]:
    seen = inspect(connection)
    is_sqlite = connection.dialect.name == "sqlite"
    schemas = [None] if is_sqlite else sorted(s for s in seen.get_schema_names() if not _OWN_SCHEMAS.match(s))
    for schema in schemas:
        columns = seen.get_multi_columns(schema=schema, kind=_kinds(views))
        comments: Mapping[Any, Any] = (
            {} if is_sqlite else seen.get_multi_table_comment(schema=schema, kind=_kinds(views))
        )
        shown_as_views = set(seen.get_view_names(schema=schema))
        estimates = {} if is_sqlite else _estimates(connection, schema or "")
        for key in sorted(columns, key=lambda k: k[1]):
            name = key[1]
            if not is_sqlite and name not in estimates:
                continue  # a part of a partitioned table, which is listed as a whole
            rows, how = None, RowsHow.UNKNOWN
            # Counting a view would run what its maker wrote into it.
            if name not in shown_as_views:
                rows, how = _rows(connection, schema, name, estimates.get(name), count_timeout_s)
            yield ListedTable(
                name=name if schema is None else f"{schema}.{name}",
                kind="view" if name in shown_as_views else "table",
                comment=_without_numbers(comments.get(key, {}).get("text")),
                columns=tuple(_column(each) for each in columns[key]),
                rows=rows,
                rows_how=how,
            )


def _kinds(views: bool) -> Any:
    from sqlalchemy.engine.reflection import ObjectKind

    listed = ObjectKind.TABLE | ObjectKind.MATERIALIZED_VIEW
    return listed | ObjectKind.VIEW if views else listed


def _column(found: Mapping[str, Any]) -> ListedColumn:
    try:
        kind = str(found["type"])
    except SQLAlchemyError:  # a type this dialect cannot spell
        kind = type(found["type"]).__name__
    return ListedColumn(str(found["name"]), kind, _without_numbers(found.get("comment")))


def _without_numbers(comment: str | None) -> str:
    """A comment as its maker wrote it, but for numbers that could be somebody's: an example is a value."""
    return _NUMBER.sub("…", comment or "")


def _estimates(connection: Connection, schema: str) -> dict[str, int]:
    """Table → rows by the server's statistics, -1 where it has none; without parts of partitioned tables."""
    c, n = _PG_CLASS.c, _PG_NAMESPACE.c
    query = select(c.relname, c.reltuples).join(_PG_NAMESPACE, n.oid == c.relnamespace)
    here = and_(n.nspname == schema, c.relispartition.is_(False))
    return {row.relname: round(row.reltuples) for row in connection.execute(query.where(here))}


def _rows(
    connection: Connection, schema: str | None, name: str, estimate: int | None, count_timeout_s: float
) -> tuple[int | None, RowsHow]:
    """How many rows a table has: the estimate, else a count within the time limit."""
    # Statistics say 0 for a table that was never looked at, too; such a table is quick to count.
    if estimate is not None and estimate > 0:
        return estimate, RowsHow.ESTIMATED
    query = select(func.count()).select_from(sql_table(name, schema=schema))
    try:
        with connection.begin_nested(), Limited(connection, count_timeout_s):
            return int(connection.execute(query).scalar_one()), RowsHow.COUNTED
    except SQLAlchemyError:
        # No right to count, or too long: the table is listed all the same.
        return None, RowsHow.UNKNOWN


class Limited:
    """Ends a statement that takes longer than a time limit, which then fails."""

    def __init__(self, connection: Connection, limit_s: float) -> None:
        self._connection, self._limit_s = connection, limit_s
        raw: Any = connection.connection.dbapi_connection
        is_sqlite = connection.dialect.name == "sqlite"
        self._timer = threading.Timer(limit_s, raw.interrupt) if is_sqlite else None

    def __enter__(self) -> None:
        if self._timer is None:
            self._limit(round(self._limit_s * 1000))
        else:
            self._timer.start()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()
        elif kind is None:
            self._limit(0)

    def _limit(self, milliseconds: int) -> None:
        # Within the transaction; a statement that is ended rolls it back with its savepoint.
        self._connection.execute(select(func.set_config("statement_timeout", str(milliseconds), True)))
