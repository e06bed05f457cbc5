"""A PEP 249 driver over the client: notebooks, pandas and other tools ask the space as they ask a database.

    import space.dbapi
    held = space.dbapi.connect("https://space.example", token="ybz_…", grant="grt_…", purpose="research")
    cursor = held.cursor()
    cursor.execute("SELECT street, count(*) AS n FROM registry WHERE year = ? GROUP BY street", (2026,))
    print(cursor.fetchall(), cursor.receipt)

Decides how values become part of a question: as literals of the parsed statement, never as text. Every
``execute`` is one metered call; there are no transactions, for nothing can be written.

Source: PEP 249.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, NoReturn, Self

from space.client import Client
from space.client import connect as connect_client
from space.remote.answers import Answer, ReceiptDoubted
from space.remote.binding import NotBound, bound
from space.remote.pep249 import (
    BINARY,
    DATETIME,
    NUMBER,
    ROWID,
    STRING,
    Binary,
    DatabaseError,
    DataError,
    Date,
    DateFromTicks,
    Error,
    IntegrityError,
    InterfaceError,
    InternalError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
    Time,
    TimeFromTicks,
    Timestamp,
    TimestampFromTicks,
    Warning,  # noqa: A004  (the name PEP 249 gives it)
    as_error,
)
from space.remote.wire import NotReached, SpaceProblem

if TYPE_CHECKING:
    import httpx

__all__ = [
    "BINARY",
    "DATETIME",
    "NUMBER",
    "ROWID",
    "STRING",
    "Binary",
    "Connection",
    "Cursor",
    "DataError",
    "DatabaseError",
    "Date",
    "DateFromTicks",
    "Error",
    "IntegrityError",
    "InterfaceError",
    "InternalError",
    "NotSupportedError",
    "OperationalError",
    "ProgrammingError",
    "Time",
    "TimeFromTicks",
    "Timestamp",
    "TimestampFromTicks",
    "Warning",
    "apilevel",
    "connect",
    "paramstyle",
    "threadsafety",
]

apilevel: Final = "2.0"
threadsafety: Final = 1  # threads may share the module, not connections
paramstyle: Final = "qmark"


def connect(
    url: str,
    *,
    token: str | Callable[[], str],
    grant: str,
    purpose: str,
    keys: Path | None = None,
    transport: httpx.BaseTransport | None = None,
) -> Connection:
    """A connection that asks under one grant for one purpose.

    Args:
        url: of the space.
        token: bearer token, or what gives the one good now.
        grant: id of the grant.
        purpose: its code; the grant's.
        keys: file of the space's public keys; see :func:`space.client.connect`.
        transport: the way to the space; the network where None.
    """
    return Connection(connect_client(url, token=token, keys=keys, transport=transport), grant, purpose)


class Connection:
    """One grant of one space."""

    Warning, Error, InterfaceError, DatabaseError = Warning, Error, InterfaceError, DatabaseError
    DataError, OperationalError, IntegrityError = DataError, OperationalError, IntegrityError
    InternalError, ProgrammingError, NotSupportedError = InternalError, ProgrammingError, NotSupportedError

    def __init__(self, client: Client, grant: str, purpose: str) -> None:
        """Ask through ``client``, which is closed with the connection."""
        self._client: Client | None = client
        self.grant, self.purpose = grant, purpose

    @property
    def client(self) -> Client:
        """What is asked through.

        Raises:
            InterfaceError: the connection is closed.
        """
        if self._client is None:
            raise InterfaceError("the connection is closed — open another")
        return self._client

    def cursor(self) -> Cursor:
        """A new cursor."""
        _ = self.client
        return Cursor(self)

    def commit(self) -> None:
        """Nothing: every answer stands as it was given."""
        _ = self.client

    def rollback(self) -> None:
        """Nothing: what was asked was answered and metered, and nothing was written."""
        _ = self.client

    def close(self) -> None:
        """Close the connection; its cursors answer no more."""
        if self._client is not None:
            self._client.close()
        self._client = None

    def __enter__(self) -> Self:
        """The same."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        self.close()


class Cursor:
    """Asks, and hands out the rows of the last answer."""

    def __init__(self, connection: Connection) -> None:
        """A cursor of ``connection``."""
        self.connection, self.arraysize = connection, 1
        self._answer: Answer | None = None
        self._rows: list[tuple[Any, ...]] = []
        self._next, self._closed = 0, False

    @property
    def description(self) -> list[tuple[str, str, None, None, None, None, bool]] | None:
        """By column its name and Arrow type; None before a question."""
        if self._answer is None:
            return None
        return [(name, kind, None, None, None, None, True) for name, kind in self._answer.columns]

    @property
    def rowcount(self) -> int:
        """Rows of the last answer; -1 before a question."""
        return -1 if self._answer is None else len(self._answer)

    @property
    def receipt(self) -> Mapping[str, Any]:
        """What the verified receipt of the last answer states."""
        return self._last().receipt

    @property
    def answer(self) -> Answer:
        """The last answer whole: its cost, its accuracy, its rows as Arrow."""
        return self._last()

    def execute(self, operation: str, parameters: Sequence[Any] = ()) -> Self:
        """Ask.

        Args:
            operation: one SELECT in the DuckDB dialect; ``?`` stands for a value.
            parameters: the values, in order.

        Raises:
            DatabaseError: the space refuses, fails or is away; see the kinds of it.
        """
        self._open()
        try:
            sql = bound(operation, parameters)
        except NotBound as error:
            raise ProgrammingError(str(error)) from error
        held, self._answer, self._rows, self._next = self.connection, None, [], 0
        try:
            self._answer = held.client.query(sql, grant=held.grant, purpose=held.purpose)
        except SpaceProblem as problem:
            raise as_error(problem) from problem
        except NotReached as error:
            raise OperationalError(str(error)) from error
        except ReceiptDoubted as error:
            raise IntegrityError(str(error)) from error
        self._rows = [tuple(row.values()) for row in self._answer.to_pylist()]
        return self

    def executemany(self, operation: str, seq_of_parameters: Sequence[Sequence[Any]]) -> NoReturn:
        """Not supported: each question is a metered call with rows of its own; ask them one by one."""
        raise NotSupportedError("ask one question at a time: each is a metered call with its own receipt")

    def fetchone(self) -> tuple[Any, ...] | None:
        """The next row; None after the last."""
        rows = self.fetchmany(1)
        return rows[0] if rows else None

    def fetchmany(self, size: int | None = None) -> list[tuple[Any, ...]]:
        """The next rows, ``arraysize`` of them where no size is said."""
        self._last()
        first, self._next = self._next, self._next + (self.arraysize if size is None else size)
        return self._rows[first : self._next]

    def fetchall(self) -> list[tuple[Any, ...]]:
        """All rows that are left."""
        return self.fetchmany(len(self._rows))

    def setinputsizes(self, sizes: Sequence[Any]) -> None:
        """Nothing; PEP 249 wants the name."""

    def setoutputsize(self, size: int, column: int | None = None) -> None:
        """Nothing; PEP 249 wants the name."""

    def close(self) -> None:
        """Hand out no more rows."""
        self._closed, self._answer, self._rows = True, None, []

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        """The rows that are left."""
        return iter(self.fetchone, None)

    def __enter__(self) -> Self:
        """The same."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the cursor."""
        self.close()

    def _open(self) -> None:
        if self._closed:
            raise InterfaceError("the cursor is closed — take another of the connection")

    def _last(self) -> Answer:
        self._open()
        _ = self.connection.client
        if self._answer is None:
            raise ProgrammingError("nothing was answered yet — `execute` a question first")
        return self._answer
