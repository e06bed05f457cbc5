"""What may be summed: a measure, clamped, bucketed or on a logarithmic scale, always as an integer.

Decides the integer form of a summed expression and its public bounds, which a private sum needs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from sqlglot import exp

from contracts.model import Use
from space.query.grammar.columns import Place, Resolve, number, once, plain
from space.query.reasons import Refused

# A logarithm is kept to this part of one, so that its sum is exact.
LOG_FACTOR: Final = 1_000_000
# The bound of any one value: thousands of the largest fit into a sum of 63 bits.
MAX_STORED: Final = 10**15

_EXACT_CASTS: Final = (exp.DType.DOUBLE, exp.DType.FLOAT, exp.DType.DECIMAL)
_WHOLE_CASTS: Final = (exp.DType.BIGINT, exp.DType.INT)


@dataclass(frozen=True, slots=True)
class MeasureForm:
    """An accepted measure.

    Attributes:
        tree: integer over protected columns.
        place: the column it reads.
        factor: the integer is the value times this.
        low, high: public bounds of the integer, or None.
        multiplier: what the released figure is multiplied by (``sum(x * 2)`` is ``sum(x) * 2``).
        identity: whether it is the column itself.
        flat: constants that stand for all values beyond a clamp; who has another one is told by the sum.
    """

    tree: exp.Expr
    place: Place
    factor: int
    low: int | None
    high: int | None
    multiplier: Decimal = Decimal(1)
    identity: bool = True
    flat: tuple[exp.Expr, ...] = ()


@once
def read_measure(node: exp.Expr, resolve: Resolve) -> MeasureForm:
    """The measure form of a bound expression.

    Raises:
        Refused: it is not a measure, or has a form that is not summed.
    """
    node = plain(node)
    if isinstance(node, exp.Column):
        return _column(resolve(node))
    if isinstance(node, exp.Least | exp.Greatest):
        return _clamp(node, resolve)
    if isinstance(node, exp.Ln):
        return _logarithm(read_measure(node.this, resolve))
    if isinstance(node, exp.Cast):
        form = read_measure(node.this, resolve)
        if node.to.this in _EXACT_CASTS or (node.to.this in _WHOLE_CASTS and form.factor == 1):
            return form
    if isinstance(node, exp.Mul | exp.Div | exp.Add | exp.Sub):
        return _scaled(node, resolve)
    raise Refused("query.measure")


def _column(place: Place) -> MeasureForm:
    column = place.column
    if column.use is not Use.MEASURE:
        code = "query.identifier" if column.use is Use.IDENTIFIER else "query.measure"
        raise Refused(code, column.name)
    low, high = (_stored(bound, column.factor) for bound in (column.minimum, column.maximum))
    tree = place.tree if low is not None and high is not None else _within_reach(place.tree)
    return MeasureForm(tree, place, column.factor, low, high)


def _within_reach(tree: exp.Expr) -> exp.Expr:
    """A value without public bounds, cut off where a sum of it could fail: a failure would tell of it."""
    most, least = exp.Literal.number(MAX_STORED), exp.Neg(this=exp.Literal.number(MAX_STORED))
    ifs = [
        exp.If(this=exp.GT(this=tree.copy(), expression=most.copy()), true=most.copy()),
        exp.If(this=exp.LT(this=tree.copy(), expression=least.copy()), true=least.copy()),
    ]
    return exp.Case(ifs=ifs, default=tree.copy())


def _stored(bound: float | int | str | None, factor: int) -> int | None:
    if bound is None:
        return None
    value = int((Decimal(str(bound)) * factor).to_integral_value())
    return value if abs(value) <= MAX_STORED else None


def _clamp(node: exp.Expr, resolve: Resolve) -> MeasureForm:
    """``least(x, c)`` or ``greatest(x, c)``."""
    parts = [node.this, *node.expressions]
    constants = [value for value in map(number, parts) if value is not None]
    others = [part for part in parts if number(part) is None]
    if len(constants) != 1 or len(others) != 1:
        raise Refused("query.measure")
    form = read_measure(others[0], resolve)
    limit = int((constants[0] * form.factor).to_integral_value())
    if abs(limit) > MAX_STORED or form.multiplier != 1:
        raise Refused("query.measure", form.place.column.name)
    pick = min if isinstance(node, exp.Least) else max

    def cut(tree: exp.Expr) -> exp.Expr:
        return type(node)(this=tree, expressions=[exp.Literal.number(limit)], ignore_nulls=True)

    return replace(
        form,
        tree=cut(form.tree),
        flat=(*(cut(flat) for flat in form.flat), exp.Literal.number(limit)),
        low=None if form.low is None else pick(form.low, limit),
        high=None if form.high is None else pick(form.high, limit),
        identity=False,
    )


def _logarithm(form: MeasureForm) -> MeasureForm:
    """``ln(x)`` of a measure that is positive by its bounds."""
    if form.low is None or form.high is None or form.low < 1 or form.multiplier != 1:
        raise Refused("query.measure", form.place.column.name)
    least = exp.Literal.number(form.low)

    def turned(tree: exp.Expr) -> exp.Expr:
        # A stored value outside its bounds must not make the logarithm fail: a failure would tell of it.
        inside = exp.Greatest(this=tree, expressions=[least.copy()], ignore_nulls=True)
        divided = exp.Div(this=exp.cast(inside, exp.DType.DOUBLE), expression=exp.Literal.number(form.factor))
        scaled = exp.Mul(this=exp.Ln(this=divided), expression=exp.Literal.number(LOG_FACTOR))
        return exp.cast(exp.Round(this=scaled), exp.DType.BIGINT)

    bounds = [round(math.log(bound / form.factor) * LOG_FACTOR) for bound in (form.low, form.high)]
    return MeasureForm(
        turned(form.tree),
        form.place,
        LOG_FACTOR,
        bounds[0],
        bounds[1],
        identity=False,
        flat=tuple(turned(flat) for flat in form.flat),
    )


def _scaled(node: exp.Expr, resolve: Resolve) -> MeasureForm:
    """``x * c`` and ``x / c``: the constant is applied to the released figure. ``x + 0`` is ``x``."""
    constant, form = number(node.expression), None
    if constant is not None:
        form = read_measure(node.this, resolve)
    elif isinstance(node, exp.Mul | exp.Add) and (constant := number(node.this)) is not None:
        form = read_measure(node.expression, resolve)
    if form is None or constant is None:
        raise Refused("query.measure")
    if isinstance(node, exp.Add | exp.Sub):
        if constant != 0:
            raise Refused("query.measure", form.place.column.name)
        return form
    if constant == 0 or not Decimal("1e-9") <= abs(constant) <= Decimal("1e9"):
        raise Refused("query.measure", form.place.column.name)
    change = constant if isinstance(node, exp.Mul) else 1 / constant
    return replace(form, multiplier=form.multiplier * change)
