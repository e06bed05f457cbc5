"""Lists that are read often, a part at a time: their statements compiled once a database.

Decides nothing of what they say; which part is read is :mod:`catalog.store.parts`'s to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Integer, Row, Select, bindparam, tuple_

from catalog.store.parts import Part
from catalog.store.prepared import Prepared

_MOST: Final = "part_most"


class PreparedPart:
    """A list in the order of its key; see :class:`catalog.store.prepared.Prepared` of what it gives."""

    __slots__ = ("_after", "_first", "_whole")

    def __init__(self, query: Select[Any], *key: ColumnElement[Any]) -> None:
        """Hold a list.

        Args:
            query: without an order; its values are named by ``bindparam``.
            key: columns that order the list and tell a row from every other; none of them may be NULL.
        """
        ordered = query.order_by(*key)
        most = bindparam(_MOST, type_=Integer)
        before = tuple_(*(bindparam(_name(at), type_=column.type) for at, column in enumerate(key)))
        self._whole: Final = Prepared(ordered)
        self._first: Final = Prepared(ordered.limit(most))
        self._after: Final = Prepared(ordered.where(tuple_(*key) > before).limit(most))

    def run(self, connection: Connection, given: Mapping[str, Any], part: Part | None) -> list[Row[Any]]:
        """The rows of a part, and one more where another follows; every row where None is named.

        Args:
            connection: a transaction.
            given: a value for every name of the statement.
            part: which rows.
        """
        if part is None:
            return list(self._whole.run(connection, given))
        values = {**given, _MOST: part.most + 1}
        if part.after is None:
            return list(self._first.run(connection, values))
        values |= {_name(at): value for at, value in enumerate(part.after)}
        return list(self._after.run(connection, values))


def _name(place: int) -> str:
    return f"part_after_{place}"
