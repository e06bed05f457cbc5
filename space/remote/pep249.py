"""Names PEP 249 asks of a driver: its failures, its type objects, its constructors of values.

Decides which failure of a space is which of them.

Source: PEP 249.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final

from space.remote.wire import SpaceProblem


class Warning(Exception):  # noqa: A001  (the name PEP 249 gives it)
    """An important warning."""


class Error(Exception):
    """Every failure of this driver."""


class InterfaceError(Error):
    """The driver was used wrongly."""


class DatabaseError(Error):
    """The space refused or failed; ``code`` and ``reasons`` say why."""

    code: str = ""
    reasons: Sequence[Mapping[str, Any]] = ()


class DataError(DatabaseError):
    """A value that no literal stands for."""


class OperationalError(DatabaseError):
    """The space is away, or busy."""


class IntegrityError(DatabaseError):
    """An answer whose receipt does not hold."""


class InternalError(DatabaseError):
    """The space failed."""


class ProgrammingError(DatabaseError):
    """The space refuses the statement, or the grant does not allow it."""


class NotSupportedError(DatabaseError):
    """The space has no such thing: nothing is written, so nothing is rolled back."""


class _Kind:
    """A type object of PEP 249: equal to the Arrow types it stands for."""

    def __init__(self, *starts: str) -> None:
        self._starts = starts

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and other.startswith(self._starts)

    def __hash__(self) -> int:
        return hash(self._starts)


STRING: Final = _Kind("string", "large_string", "dictionary")
BINARY: Final = _Kind("binary", "large_binary")
NUMBER: Final = _Kind("int", "uint", "float", "double", "halffloat", "decimal", "bool")
DATETIME: Final = _Kind("date", "time", "timestamp")
ROWID: Final = _Kind("rowid")

Date, Time, Timestamp, Binary = date, time, datetime, bytes
DateFromTicks: Final[Callable[[float], date]] = date.fromtimestamp


def TimeFromTicks(ticks: float) -> time:  # noqa: N802  (the name PEP 249 gives it)
    """The time of day of an instant, local."""
    return datetime.fromtimestamp(ticks).time()


def TimestampFromTicks(ticks: float) -> datetime:  # noqa: N802
    """The local date and time of an instant."""
    return datetime.fromtimestamp(ticks)


def as_error(problem: SpaceProblem) -> DatabaseError:
    """A problem of the space as the failure it is here."""
    kind: type[DatabaseError] = ProgrammingError
    if problem.status == 429 or problem.status in (502, 503, 504):
        kind = OperationalError
    elif problem.status >= 500:
        kind = InternalError
    error = kind(str(problem))
    error.code, error.reasons = problem.code, problem.reasons
    return error
