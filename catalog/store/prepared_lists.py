"""Statements that are run often over lists of values: one for each of a few sizes, compiled once a database.

Decides nothing of what they say. A list that is shorter than its statement ends in its last value again and
again, so that lists of any length meet statements that are compiled already; a longer one is asked in parts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import BindParameter, ColumnElement, Connection, Select, bindparam

from catalog.store.prepared import Prepared

# Values of one statement; databases bound the number of parameters.
_SIZES: Final = (1, 4, 32, 128, 500)
_NONE: Final[Mapping[str, Any]] = MappingProxyType({})

# Whether a column is one of the values of a list.
OneOf = Callable[[ColumnElement[Any]], ColumnElement[bool]]


class PreparedList:
    """A statement over a list; see :class:`catalog.store.prepared.Prepared` of what it gives."""

    __slots__ = ("_made", "_statement")

    def __init__(self, statement: Callable[[OneOf], Select[Any]]) -> None:
        """Hold a statement.

        Args:
            statement: puts it together, given what says that a column is one of the list.
        """
        self._statement: Final = statement
        self._made: dict[int, Prepared] = {}

    def run(
        self, connection: Connection, values: Collection[Any], given: Mapping[str, Any] = _NONE
    ) -> list[tuple[Any, ...]]:
        """The rows of it for a list of values, in the statement's order within each part.

        Args:
            connection: a transaction.
            values: of the list, none twice; without any nothing is asked.
            given: a value for every other name of the statement.
        """
        wanted, rows = sorted(values), list[tuple[Any, ...]]()
        for at in range(0, len(wanted), _SIZES[-1]):
            part = wanted[at : at + _SIZES[-1]]
            size = next(size for size in _SIZES if size >= len(part))
            part += part[-1:] * (size - len(part))
            named = {_name(place): value for place, value in enumerate(part)}
            rows += map(tuple, self._of(size).run(connection, {**named, **given}))
        return rows

    def _of(self, size: int) -> Prepared:
        made = self._made.get(size)
        if made is None:
            made = self._made[size] = Prepared(self._statement(lambda column: _one_of(column, size)))
        return made


def _name(place: int) -> str:
    return f"listed_{place}"


def _one_of(column: ColumnElement[Any], size: int) -> ColumnElement[bool]:
    values: list[BindParameter[Any]] = [bindparam(_name(place), type_=column.type) for place in range(size)]
    return column.in_(values)
