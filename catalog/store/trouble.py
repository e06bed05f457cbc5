"""What a database says when something is wrong, as one line of ours: what, and what to do.

Decides which failure is which. No value of a row is repeated.
"""

from __future__ import annotations

import re
import sqlite3
from typing import Final

from sqlalchemy import ExceptionContext
from sqlalchemy.exc import OperationalError

from catalog.errors import StoreBusy, StoreDamaged, StoreFull, StoreOutdated, StoreUnreachable

# How the databases say that a table or column is not there: words of SQLite, codes of PostgreSQL.
_LACKS: Final = re.compile(r"^(no such (table|column): |table \S+ has no column named )")
# Source: PostgreSQL, appendix A (error codes).
_LACKING: Final = ("42P01", "42703")  # undefined_table, undefined_column
_LOCKED: Final = "55P03"  # lock_not_available
_TOO_LONG: Final = "57014"  # query_canceled
_FULL: Final = ("53100",)  # disk_full
_GONE: Final = ("08", "57P")  # connection exceptions, shutdown
# Of the embedded store. Source: SQLite, result codes.
_DAMAGED: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_CLOSED: Final = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM)
_TOO_MANY: Final = "53300"  # too_many_connections


def say_in_one_line(context: ExceptionContext) -> None:
    """One line for a store that is busy, gone, full, or lacks what this version reads.

    Raises:
        StoreBusy: the turn of a writer did not come in time, or a statement took too long.
        StoreUnreachable: the server does not answer.
        StoreFull: there is no room, or the disk fails.
        StoreDamaged: the file holds no store any more.
        StoreOutdated: a table or column is not there.
    """
    error = context.original_exception
    state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
    words = str(error).strip().splitlines()[0] if str(error).strip() else ""
    if state == _LOCKED:
        raise busy(None) from None
    if state == _TOO_LONG:
        raise StoreBusy("the store did not answer in time — nothing was done; try again") from None
    if state in _FULL:
        raise _full() from None
    say_of_file(error)
    if _LACKS.match(words) or state in _LACKING:
        raise StoreOutdated(
            f"the store is of an earlier version ({words}) — run `ybz init`: it brings the store to this"
            " version and keeps what is there"
        ) from None
    if _is_gone(context, state) and not context.is_pre_ping:  # else the pool makes another connection
        # The driver's first line names the server and why; there is no value of a row in it.
        raise StoreUnreachable(
            f"the store cannot be reached: {words} — check its server and its URL"
        ) from None


def say_of_file(error: BaseException) -> None:
    """One line for the file of an embedded store that cannot be used; nothing for any other failure.

    Raises:
        StoreFull, StoreDamaged, StoreUnreachable: as the code of the failure says.
    """
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        raise _full() from None
    if code in _DAMAGED:
        raise StoreDamaged(
            "the file of the store is damaged — stop the service, keep the file, and restore the newest"
            " backup into an empty YBZ_HOME (docs/operate.md)"
        ) from None
    if code == sqlite3.SQLITE_IOERR:
        raise StoreFull(
            "the disk of the store takes or gives nothing — nothing was done; make room where it is full,"
            " else look at the disk"
        ) from None
    if code in _CLOSED:
        raise StoreUnreachable(
            "the file of the store cannot be opened or written — run ybz as the user it belongs to, and look"
            " whether its disk is mounted for writing"
        ) from None


def _full() -> StoreFull:
    return StoreFull("the disk of the store is full — nothing was done; make room and try again")


def busy(waited_s: int | None) -> StoreBusy:
    """Others write and write."""
    how_long = "too long" if waited_s is None else f"{waited_s} s"
    return StoreBusy(f"others have been writing to the store for {how_long} — nothing was done; try again")


def _is_gone(context: ExceptionContext, state: str | None) -> bool:
    if context.dialect.name == "sqlite":
        return False
    if context.is_disconnect or state == _TOO_MANY or (state or "").startswith(_GONE):
        return True
    # A connection that was never made has no state.
    return state is None and isinstance(context.sqlalchemy_exception, OperationalError)
