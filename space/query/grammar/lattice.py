"""The uses a column can have, in order of what they tell of one unit, and how expressions inherit them.

Decides what an expression over rows is tainted with: the uses of every column in it. No function of a
column tells less than the column; only three things lower a taint: an aggregate (what leaves it is judged
by its own rule), a bucket of a measure on its declared grid, and a half-open comparison on that grid. What
may stand where follows from the taint, so that no way of writing an expression changes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from sqlglot import exp

from contracts.model import FieldType, Use
from space.query.grammar.language import is_aggregate
from space.query.schema import Column


class Tells(IntEnum):
    """Uses by what a value tells of one unit, least first."""

    PLAIN = 0  # of data without units
    CATEGORY = 1  # one of a public list
    TIME = 2  # at a declared grain
    DIMENSION = 3  # shared by many, list not public
    FILTER = 4  # compared only
    MEASURE = 5  # bounded, summed
    JOIN_KEY = 6  # names a unit by a pseudonym
    IDENTIFIER = 7  # names a unit and has no stored form
    NOTHING_SAFE = 8  # free text, or no declared use


@dataclass(frozen=True, slots=True)
class Taint:
    """What an expression inherits from one column.

    Attributes:
        tells: the use.
        column: of the contract.
        public: whether its values, bounds or periods are known without a row.
    """

    tells: Tells
    column: str
    public: bool


# What may not be shown or compared as it is, by the code that says so.
_SHOWN: Final[dict[Tells, str]] = {
    Tells.MEASURE: "query.measure",
    Tells.JOIN_KEY: "query.identifier",
    Tells.IDENTIFIER: "query.identifier",
    Tells.NOTHING_SAFE: "query.free_text",
}

Taints = frozenset[Taint]
UseOf = Callable[[exp.Column], Column | None]

_DECLARED: Final = {
    Use.PLAIN: Tells.PLAIN,
    Use.FILTER: Tells.FILTER,
    Use.MEASURE: Tells.MEASURE,
}
_HALF_OPEN: Final = (exp.GTE, exp.LT)


def objection(tells: Tells) -> str | None:
    """The code with which a use is kept from being shown or compared as it is; None where it may be.

    The one place that says so: rules and grammar ask here.
    """
    return _SHOWN.get(tells)


def taint_of(column: Column) -> Taint:
    """The taint of a column itself."""
    if column.use in (Use.FREE_TEXT, Use.NEVER):
        tells = Tells.NOTHING_SAFE
    elif column.kind is not None and column.physical:
        tells = Tells.JOIN_KEY
    elif column.use is Use.IDENTIFIER:
        tells = Tells.IDENTIFIER
    elif column.use in _DECLARED:
        tells = _DECLARED[column.use]
    elif column.type in (FieldType.DATE, FieldType.TIMESTAMP):
        tells = Tells.TIME
    else:
        tells = Tells.CATEGORY if column.domain else Tells.DIMENSION
    bounded = column.minimum is not None and column.maximum is not None
    return Taint(tells, column.name, bool(column.domain) or bounded)


def taints(node: exp.Expr, use_of: UseOf) -> Taints:
    """Everything an expression over rows tells.

    Args:
        node: bound expression.
        use_of: the granted column of a name; None for a name of an answer.
    """
    if is_aggregate(node):
        return frozenset()
    if isinstance(node, exp.Column):
        column = use_of(node)
        return frozenset() if column is None else frozenset({taint_of(column)})
    inherited = frozenset(t for child in _children(node) for t in taints(child, use_of))
    return frozenset(map(_lowered, inherited)) if _coarse(node) else inherited


def _children(node: exp.Expr) -> Iterator[exp.Expr]:
    return (child for child in node.iter_expressions() if not isinstance(child, exp.Query))


def _coarse(node: exp.Expr) -> bool:
    """Whether a node shows of a measure only on which side of its grid it lies, or whether it is there."""
    if isinstance(node, exp.Is):
        return isinstance(node.expression, exp.Null)
    if isinstance(node, exp.Floor):
        inner = node.this
        return isinstance(inner.this if isinstance(inner, exp.Paren) else inner, exp.Div)
    return isinstance(node, exp.IntDiv | _HALF_OPEN[0] | _HALF_OPEN[1])


def _lowered(taint: Taint) -> Taint:
    return Taint(Tells.DIMENSION, taint.column, taint.public) if taint.tells is Tells.MEASURE else taint
