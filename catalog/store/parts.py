"""A part of a long list, taken by the statement: what comes after a row, and no more than a page of it.

Decides that a part begins right after a row's own key, so that what is added or removed meanwhile shifts
nothing, and that one row more than a page is read: it says whether another page follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, literal, tuple_


@dataclass(frozen=True, slots=True)
class Part:
    """Which rows of a list are wanted.

    Attributes:
        after: the key of the row before them, a value a column; None from the first on.
        most: rows of a page.
    """

    after: tuple[Any, ...] | None
    most: int


def parted(
    query: Select[Any], part: Part | None, *key: ColumnElement[Any], newest_first: bool = False
) -> Select[Any]:
    """A query in the order of its key, of which only a part is read where one is named.

    Args:
        query: without an order.
        part: which rows; every row where None.
        key: columns that order the list and tell a row from every other; none of them may be NULL.
        newest_first: whether the order is from the last to the first.
    """
    ordered = query.order_by(*(column.desc() for column in key) if newest_first else key)
    if part is None:
        return ordered
    if part.after is not None:
        values = (literal(value, column.type) for column, value in zip(key, part.after, strict=True))
        here, before = tuple_(*key), tuple_(*values)
        ordered = ordered.where(here < before if newest_first else here > before)
    return ordered.limit(part.most + 1)
