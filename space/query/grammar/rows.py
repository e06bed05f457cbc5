"""Conditions over rows that are listed: columns beside constants of their own type, AND, OR, NOT.

Decides which constants may stand beside a column. A value of another type would be cast row by row, and a
cast that fails tells of rows that a filter hides; so would a column inside a function.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlglot import exp

from contracts.model import FieldType
from space.query.grammar.columns import instant, instant_literal, number, plain, text
from space.query.reasons import Refused
from space.query.schema import Column

# A column as it is known and as it is written.
Known = Callable[[exp.Column], tuple[Column, exp.Expr]]

_COMPARISONS: Final = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)
_MIRRORED: Final[dict[type[exp.Expr], type[exp.Expr]]] = {
    exp.LT: exp.GT,
    exp.LTE: exp.GTE,
    exp.GT: exp.LT,
    exp.GTE: exp.LTE,
}
_TIMES: Final = (FieldType.DATE, FieldType.TIMESTAMP)


def condition(node: exp.Expr, known: Known) -> exp.Expr:
    """A bound condition over stored columns.

    Raises:
        Refused: it is anything but comparisons of columns with constants.
    """
    node = plain(node)
    if isinstance(node, exp.And | exp.Or):
        left, right = condition(node.this, known), condition(node.expression, known)
        return type(node)(this=exp.paren(left), expression=exp.paren(right))
    if isinstance(node, exp.Not):
        return exp.Not(this=exp.paren(condition(node.this, known)))
    if isinstance(node, exp.Is) and isinstance(node.expression, exp.Null):
        return exp.Is(this=_column(node.this, known)[1], expression=exp.Null())
    if isinstance(node, exp.In) and node.expressions:
        column, tree = _column(node.this, known)
        return exp.In(this=tree, expressions=[_constant(column, value) for value in node.expressions])
    if isinstance(node, exp.Between):
        column, tree = _column(node.this, known)
        low, high = (_constant(column, node.args[end]) for end in ("low", "high"))
        return exp.Between(this=tree, low=low, high=high)
    if isinstance(node, _COMPARISONS):
        return _comparison(node, known)
    if isinstance(node, exp.Column):
        column, tree = _column(node, known)
        if column.type is FieldType.BOOLEAN:
            return tree
    raise Refused("query.list.condition")


def _comparison(node: exp.Expr, known: Known) -> exp.Expr:
    left, right, kind = plain(node.this), plain(node.expression), type(node)
    if isinstance(right, exp.Column):
        left, right, kind = right, left, _MIRRORED.get(kind, kind)
    column, tree = _column(left, known)
    return kind(this=tree, expression=_constant(column, right))


def _column(node: exp.Expr, known: Known) -> tuple[Column, exp.Expr]:
    node = plain(node)
    if not isinstance(node, exp.Column):
        raise Refused("query.list.condition")
    return known(node)


def _constant(column: Column, node: exp.Expr) -> exp.Expr:
    """The constant in the type of its column."""
    node = plain(node)
    if column.type is FieldType.STRING and (stated := text(node)) is not None:
        return exp.Literal.string(stated)
    if column.type in _TIMES and (moment := instant(node)) is not None:
        return instant_literal(moment, column.type)
    if column.type is FieldType.BOOLEAN and isinstance(node, exp.Boolean):
        return node.copy()
    if column.type in (FieldType.INTEGER, FieldType.NUMBER) and (value := number(node)) is not None:
        return exp.Literal.number(format(value, "f"))
    raise Refused("query.list.condition", column.name)
