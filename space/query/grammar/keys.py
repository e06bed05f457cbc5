"""What may be grouped by, or compared with a constant: categories, date parts, prefixes, buckets.

A key is always a function of columns that may be grouped by on their own, or of a measure on its grid:
it never tells rows apart more finely than those do.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from sqlglot import exp

from contracts.model import FieldType, Use
from space.query.grammar import predicates, times
from space.query.grammar.columns import (
    Place,
    Resolve,
    category,
    instant,
    instant_literal,
    number,
    once,
    plain,
    text,
)
from space.query.grammar.key_form import KeyForm
from space.query.reasons import Refused

_NUMBERS: Final = (FieldType.INTEGER, FieldType.NUMBER)
_ARITHMETIC: Final = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod)


@once
def read_key(node: exp.Expr, resolve: Resolve) -> KeyForm:
    """The key form of a bound expression.

    Raises:
        Refused: it cannot be grouped by.
    """
    node = plain(node)
    if isinstance(node, exp.Column):
        return _column(category(resolve(node)))
    if isinstance(node, exp.Case | exp.If):
        return _case(node, resolve)
    if isinstance(node, exp.Left | exp.Substring):
        return _prefix(node, resolve)
    if isinstance(node, exp.Coalesce):
        return _coalesce(node, resolve)
    if isinstance(node, exp.Floor):
        return _floor(node, resolve)
    if isinstance(node, times.FORMS):
        return times.read_time(node, lambda within: read_key(within, resolve))
    if isinstance(node, exp.Cast):
        return _cast(node, resolve)
    if isinstance(node, _ARITHMETIC):
        return _arithmetic(node, resolve)
    if isinstance(node, predicates.CONDITIONS):
        made = predicates.read_predicate(node, resolve)
        labels = (exp.true(), exp.false(), exp.Null())
        return KeyForm(made.tree, FieldType.BOOLEAN, made.places, labels=labels)
    raise Refused("query.key")


def _column(place: Place) -> KeyForm:
    part = place.column.grain if place.column.type in times.TIMES else None
    return KeyForm(place.tree, place.column.type, (place,), bare=place, part=part)


def _case(node: exp.Expr, resolve: Resolve) -> KeyForm:
    """CASE whose results are constants: a bucket of allowed conditions."""
    branches, default = predicates.branches(node)
    if any(not _constant(result) for _, result in branches) or not _constant(default):
        raise Refused("query.key")
    places: list[Place] = []
    made = exp.Case(default=_stated(default))
    for condition, result in branches:
        form = predicates.read_predicate(condition, resolve)
        places += form.places
        made.append("ifs", exp.If(this=form.tree, true=_stated(result)))
    labels = tuple({r.sql(): r for r in map(_stated, (*(r for _, r in branches), default))}.values())
    kinds = {kind for label in labels if (kind := _kind_of(label)) is not None}
    if len(kinds) > 1:
        raise Refused("query.key")  # the engine would turn one into the other, and fail where a row needs it
    return KeyForm(made, next(iter(kinds), FieldType.STRING), tuple(places), labels=labels)


def _constant(node: exp.Expr) -> bool:
    return isinstance(plain(node), exp.Null) or _kind_of(node) is not None


def _kind_of(node: exp.Expr) -> FieldType | None:
    """The type of a boolean, number or text; None for anything else."""
    node = plain(node)
    if isinstance(node, exp.Boolean):
        return FieldType.BOOLEAN
    if number(node) is not None:
        return FieldType.NUMBER
    return FieldType.STRING if text(node) is not None else None


def _prefix(node: exp.Expr, resolve: Resolve) -> KeyForm:
    """The first characters of a text category, such as the province of a region code."""
    form = read_key(node.this, resolve)
    length = node.args.get("length") if isinstance(node, exp.Substring) else node.expression
    starts_at = number(node.args.get("start") or exp.Literal.number(1))
    count = number(length) if length is not None else None
    if form.kind is not FieldType.STRING or starts_at != 1 or count is None or not 1 <= count <= 64:
        raise Refused("query.key")

    size = int(count)

    def cut(tree: exp.Expr) -> exp.Expr:
        return exp.Left(this=tree, expression=exp.Literal.number(size))

    return KeyForm(cut(form.tree), form.kind, form.places, labels=_turned(form, cut))


def _coalesce(node: exp.Coalesce, resolve: Resolve) -> KeyForm:
    form = read_key(node.this, resolve)
    if len(node.expressions) != 1:
        raise Refused("query.key")
    other = node.expressions[0]
    moment = instant(other) if form.kind in times.TIMES else None
    if moment is not None:
        other = instant_literal(moment, form.kind)
    elif _kind_of(other) is not (FieldType.NUMBER if form.kind in _NUMBERS else form.kind):
        raise Refused("query.key")  # a constant of another type fails where a row needs it
    made = exp.Coalesce(this=form.tree, expressions=[_stated(other)])
    stated = None if form.labels is None else (*(n for n in form.labels if not _is_null(n)), _stated(other))
    labels = None if stated is None else tuple({n.sql(): n for n in stated}.values())
    return KeyForm(made, form.kind, form.places, part=form.part, labels=labels, step=form.step)


def _floor(node: exp.Floor, resolve: Resolve) -> KeyForm:
    """``floor(measure / step)`` on the measure's grid, or the floor of another numeric key."""
    if node.args.get("decimals") is not None or node.args.get("to") is not None:
        raise Refused("query.key")
    inner = plain(node.this)
    if isinstance(inner, exp.Div) and (bucket := _bucket(inner, resolve)) is not None:
        return bucket
    form = read_key(inner, resolve)
    if form.kind not in _NUMBERS:
        raise Refused("query.key")
    labels = _turned(form, lambda tree: exp.Floor(this=tree))
    return KeyForm(exp.Floor(this=form.tree), form.kind, form.places, part=form.part, labels=labels)


def _bucket(node: exp.Expr, resolve: Resolve) -> KeyForm | None:
    """``measure / step`` where step is a multiple of the declared grid; None if it is no measure."""
    target = plain(node.this)
    if not isinstance(target, exp.Column):
        return None
    place = resolve(target)
    if place.column.use is not Use.MEASURE:
        return None
    step = number(node.expression)
    if step is None or step <= 0 or not _multiple(step, place):
        raise Refused("query.predicate.grid", place.column.name)
    stored = int(step * place.column.factor)
    tree = exp.Floor(this=exp.Div(this=place.tree, expression=exp.Literal.number(stored)))
    return KeyForm(tree, FieldType.INTEGER, (place,), step=stored)


def _multiple(step: Decimal, place: Place) -> bool:
    return place.column.grain is not None and step % Decimal(place.column.grain) == 0


def _cast(node: exp.Cast, resolve: Resolve) -> KeyForm:
    form = read_key(node.this, resolve)
    if node.to.this is exp.DType.DATE and form.kind in times.TIMES:
        times.need(form, "day")
        return KeyForm(exp.cast(form.tree, exp.DType.DATE), FieldType.DATE, form.places, part="day")
    if node.to.this in (exp.DType.INT, exp.DType.BIGINT) and form.kind in (*_NUMBERS, FieldType.BOOLEAN):

        def whole(tree: exp.Expr) -> exp.Expr:
            return exp.TryCast(this=tree, to=exp.DataType(this=exp.DType.BIGINT))

        labels = _turned(form, whole)
        return KeyForm(whole(form.tree), FieldType.INTEGER, form.places, part=form.part, labels=labels)
    raise Refused("query.key")


def _arithmetic(node: exp.Expr, resolve: Resolve) -> KeyForm:
    """A numeric key with a constant: ``year(d) // 10 * 10``, ``2026 - year(d)``."""
    if isinstance(node, exp.IntDiv) and (bucket := _bucket(node, resolve)) is not None:
        return bucket
    constant, inner, turned = number(node.expression), node.this, False
    if constant is None and isinstance(node, exp.Add | exp.Sub | exp.Mul):
        constant, inner, turned = number(node.this), node.expression, True  # 2026 - year(d)
    if constant is None or (constant == 0 and not isinstance(node, exp.Add | exp.Sub)):
        raise Refused("query.key")
    form = read_key(inner, resolve)
    if form.kind not in _NUMBERS:
        raise Refused("query.key")

    # In floating point nothing overflows: an overflow would tell of a row by failing.
    def worked(tree: exp.Expr) -> exp.Expr:
        value, operand = exp.cast(tree, exp.DType.DOUBLE), exp.Literal.number(str(constant))
        sides: tuple[exp.Expr, exp.Expr] = (operand, value) if turned else (value, operand)
        if isinstance(node, exp.IntDiv):  # of floating point the engine divides without cutting off
            return _one_zero(exp.Floor(this=exp.Div(this=value, expression=operand)), constant)
        made = type(node)(this=sides[0], expression=sides[1])
        return made if isinstance(node, exp.Add | exp.Sub) else _one_zero(made, constant)

    labels = _turned(form, worked)
    return KeyForm(worked(form.tree), form.kind, form.places, part=form.part, labels=labels, step=form.step)


def _one_zero(made: exp.Expr, constant: Decimal) -> exp.Expr:
    """A product, quotient or remainder without negative zeros.

    They are equal to zero and are not the same: a group of both is not found again by its key.
    """
    if constant > 0 and not isinstance(made, exp.Mod):
        return made
    return exp.Add(this=exp.paren(made), expression=exp.Literal.number(0))


def _stated(label: exp.Expr) -> exp.Expr:
    """A constant as it stands in a key: there is one zero."""
    return exp.Literal.number(0) if number(label) == 0 else label.copy()


def _turned(form: KeyForm, change: Callable[[exp.Expr], exp.Expr]) -> tuple[exp.Expr, ...] | None:
    """The values written in a key after the same change as the key: it stays one of conditions."""
    if form.labels is None:
        return None
    made = (label if _is_null(label) else change(label.copy()) for label in form.labels)
    return tuple({label.sql(): label for label in made}.values())


def _is_null(node: exp.Expr) -> bool:
    return isinstance(plain(node), exp.Null)
