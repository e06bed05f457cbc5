"""Conditions over rows: allowed column or key, operator, constant, joined by AND, OR, NOT.

Conditions of WHERE, FILTER and CASE alike. A constant lies on the column's domain, grain or grid.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sqlglot import exp

from contracts.model import FieldType, Use
from space.query.grammar import keys
from space.query.grammar.columns import (
    Place,
    Resolve,
    category,
    ends,
    instant,
    instant_literal,
    number,
    on_grid,
    once,
    plain,
    starts,
    text,
)
from space.query.grammar.key_form import KeyForm
from space.query.grammar.written import written
from space.query.reasons import Refused

_COMPARISONS: Final = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)
CONDITIONS: Final = (*_COMPARISONS, exp.And, exp.Or, exp.Not, exp.In, exp.Is, exp.Between, exp.Like)
_MIRRORED: Final[dict[type[exp.Expr], type[exp.Expr]]] = {
    exp.LT: exp.GT,
    exp.GT: exp.LT,
    exp.LTE: exp.GTE,
    exp.GTE: exp.LTE,
}
_TIMES: Final = (FieldType.DATE, FieldType.TIMESTAMP)


@dataclass(frozen=True, slots=True)
class PredicateForm:
    """An accepted condition.

    Attributes:
        tree: over protected columns.
        places: columns it reads.
        fixed: scan and protected column of every column it fixes to one constant.
    """

    tree: exp.Expr
    places: tuple[Place, ...]
    fixed: frozenset[tuple[str, str]] = frozenset()


@once
def read_predicate(node: exp.Expr, resolve: Resolve) -> PredicateForm:
    """The form of a bound condition over protected columns.

    Raises:
        Refused: it is not a comparison with constants, or a constant is off the grid.
    """
    node = plain(node)
    if isinstance(node, exp.And | exp.Or):
        return _junction(node, resolve)
    if isinstance(node, exp.Not):
        inner = read_predicate(node.this, resolve)
        return PredicateForm(exp.Not(this=exp.paren(inner.tree)), inner.places)
    if isinstance(node, exp.Is):
        return _is(node, resolve)
    if isinstance(node, exp.In):
        return _in(node, resolve)
    if isinstance(node, exp.Between):
        ends = ((exp.GTE, node.args["low"]), (exp.LTE, node.args["high"]))
        return _joined(exp.And, [_comparison(kind, node.this, end, resolve) for kind, end in ends])
    if isinstance(node, exp.Like):
        return _begins(node, resolve)
    if isinstance(node, _COMPARISONS):
        return _comparison(type(node), node.this, node.expression, resolve)
    if isinstance(node, exp.Column):
        place = category(resolve(node))
        if place.column.type is FieldType.BOOLEAN:
            return PredicateForm(place.tree, (place,))
    raise Refused("query.predicate")


def branches(node: exp.Expr) -> tuple[list[tuple[exp.Expr, exp.Expr]], exp.Expr]:
    """Conditions and results of a CASE or if(), and its default; ``CASE x WHEN c`` becomes ``x = c``."""
    if isinstance(node, exp.If):
        return [(node.this, node.args["true"])], node.args.get("false") or exp.Null()
    subject = node.args.get("this")
    pairs = [
        (branch.this if subject is None else _equal(subject, branch.this), branch.args["true"])
        for branch in node.args["ifs"]
    ]
    return pairs, node.args.get("default") or exp.Null()


def _equal(one: exp.Expr, other: exp.Expr) -> exp.Expr:
    """A comparison of copies: what is read stays where it stands, for those who look up from it."""
    return exp.EQ(this=one.copy(), expression=other.copy())


def _junction(node: exp.Expr, resolve: Resolve) -> PredicateForm:
    return _joined(type(node), [read_predicate(part, resolve) for part in node.flatten()])


def _joined(kind: type[exp.Expr], parts: list[PredicateForm]) -> PredicateForm:
    """AND or OR; parts are sorted, so that the order they are written in makes no other query."""
    unique = {written(part.tree): part for part in parts}
    ordered = [unique[text] for text in sorted(unique)]
    tree = exp.paren(ordered[0].tree) if len(ordered) > 1 else ordered[0].tree
    for part in ordered[1:]:
        tree = kind(this=tree, expression=exp.paren(part.tree))
    fixed: frozenset[tuple[str, str]] = frozenset()
    if kind is exp.And:
        fixed = fixed.union(*(part.fixed for part in parts))
    return PredicateForm(tree, tuple(p for part in parts for p in part.places), fixed)


def _is(node: exp.Is, resolve: Resolve) -> PredicateForm:
    """``IS [NOT] NULL``, ``IS TRUE`` of a column or key."""
    if not isinstance(node.expression, exp.Null | exp.Boolean):
        raise Refused("query.predicate")
    target = plain(node.this)
    if isinstance(target, exp.Column):
        place = resolve(target)
        if place.column.use is Use.MEASURE and isinstance(node.expression, exp.Null):
            return PredicateForm(exp.Is(this=place.tree, expression=exp.Null()), (place,))
    form = keys.read_key(target, resolve)
    if isinstance(node.expression, exp.Boolean) and form.kind is not FieldType.BOOLEAN:
        raise Refused("query.predicate")  # a text that is no truth value would make the query fail
    return PredicateForm(exp.Is(this=form.tree, expression=node.expression.copy()), form.places)


def _in(node: exp.In, resolve: Resolve) -> PredicateForm:
    if not node.expressions:
        raise Refused("query.predicate")
    parts = [_comparison(exp.EQ, node.this, value, resolve) for value in node.expressions]
    values = sorted({written(part.tree.expression): part.tree.expression for part in parts}.items())
    if len(values) == 1:
        return parts[0]
    tree = exp.In(this=parts[0].tree.this, expressions=[value for _, value in values])
    return PredicateForm(tree, parts[0].places)


def _comparison(kind: type[exp.Expr], one: exp.Expr, other: exp.Expr, resolve: Resolve) -> PredicateForm:
    left, right = plain(one), plain(other)
    if _is_constant(left) and not _is_constant(right):
        left, right, kind = right, left, _MIRRORED.get(kind, kind)
    if not _is_constant(right):
        raise Refused("query.predicate")
    if isinstance(left, exp.Column):
        place = resolve(left)
        if place.column.use is Use.MEASURE:
            return _on_grid(kind, place, right)
        if place.column.use is Use.FILTER and place.column.type is FieldType.NUMBER:
            return _on_grid(kind, place, right)
    form = keys.read_key(left, resolve)
    constant = _constant_for(form, kind, right)
    fixes = form.bare is not None and kind is exp.EQ
    fixed = frozenset({form.places[0].identity}) if fixes else frozenset[tuple[str, str]]()
    return PredicateForm(kind(this=form.tree, expression=constant), form.places, fixed)


def _begins(node: exp.Like, resolve: Resolve) -> PredicateForm:
    """``column LIKE 'prefix%'``, which is ``left(column, n) = 'prefix'``; no other pattern is read."""
    stated = text(node.expression)
    prefix = "" if stated is None else stated.removesuffix("%")
    if not prefix or prefix == stated or set(prefix) & set("%_\\"):
        raise Refused("query.predicate")
    cut = exp.Left(this=node.this.copy(), expression=exp.Literal.number(len(prefix)))
    return _comparison(exp.EQ, cut, exp.Literal.string(prefix), resolve)


def _is_constant(node: exp.Expr) -> bool:
    return (
        text(node) is not None
        or number(node) is not None
        or instant(node) is not None
        or isinstance(node, exp.Boolean)
    )


def _on_grid(kind: type[exp.Expr], place: Place, constant: exp.Expr) -> PredicateForm:
    """A number against a step of its grid; half-open, so that no single value can be picked out."""
    value = number(constant)
    if kind not in (exp.GTE, exp.LT):
        raise Refused("query.measure", place.column.name)
    if value is None or not on_grid(value, place.column):
        raise Refused("query.predicate.grid", place.column.name)
    stored = exp.Literal.number(str(_whole(value * place.column.factor)))
    return PredicateForm(kind(this=place.tree, expression=stored), (place,))


def _whole(value: Decimal) -> Decimal | int:
    return int(value) if value == value.to_integral_value() else value


def _constant_for(form: KeyForm, kind: type[exp.Expr], node: exp.Expr) -> exp.Expr:
    """The constant in the form its key needs, on the declared domain or grain."""
    where = form.places[0].column.name if form.places else ""
    if form.kind in _TIMES:
        return _time_constant(form, kind, node, where)
    if form.kind is FieldType.STRING:
        return _text_constant(form, kind, node, where)
    if form.kind is FieldType.BOOLEAN and isinstance(node, exp.Boolean) and kind in (exp.EQ, exp.NEQ):
        return node.copy()
    value = number(node)
    if form.kind in (FieldType.INTEGER, FieldType.NUMBER) and value is not None:
        return exp.Literal.number(str(_whole(value)))
    raise Refused("query.predicate", where)


def _text_constant(form: KeyForm, kind: type[exp.Expr], node: exp.Expr, where: str) -> exp.Expr:
    value = text(node)
    if value is None or kind not in (exp.EQ, exp.NEQ):
        raise Refused("query.predicate", where)
    if form.bare is not None and form.bare.column.domain and value not in form.bare.column.domain:
        raise Refused("query.predicate.domain", where)
    return exp.Literal.string(value)


def _time_constant(form: KeyForm, kind: type[exp.Expr], node: exp.Expr, where: str) -> exp.Expr:
    """A constant where a period begins; with <= and > also a day where one ends, which means the same."""
    moment = instant(node)
    if moment is None:
        raise Refused("query.predicate", where)
    grain = form.part or "second"
    begins, closes = starts(moment, grain), ends(moment, grain)
    exact = kind in (exp.EQ, exp.NEQ, exp.GTE, exp.LT)
    day = form.kind is FieldType.DATE
    if (exact and begins) or (kind in (exp.LTE, exp.GT) and closes and day):
        return instant_literal(moment, form.kind)
    raise Refused("query.predicate.grid", where)
