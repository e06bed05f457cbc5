"""Aggregates over rows: what is counted or summed, and on which rows.

Folds the ways analysts write one thing (``sum(CASE WHEN c THEN 1 ELSE 0 END)``, ``count(*) FILTER``,
``count_if(c)``, ``sum((c)::INT)``) into one form. min, max and moments have forms of their own; every
other aggregate is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from sqlglot import exp

from space.query.grammar import keys, predicates
from space.query.grammar.bins import BinForm, read_bins
from space.query.grammar.columns import Resolve, number, once, plain
from space.query.grammar.key_form import KeyForm
from space.query.grammar.language import EXTREMES, MOMENTS, PAIRED, QUANTILES, is_histogram
from space.query.grammar.measures import MeasureForm, read_measure
from space.query.grammar.predicates import PredicateForm
from space.query.grammar.written import written
from space.query.plan import Operation
from space.query.reasons import Refused

Kind = Literal[
    "count", "units", "categories", "extreme", "sum", "avg", "share", "moment", "quantile", "histogram"
]


@dataclass(frozen=True, slots=True)
class AggregateForm:
    """An accepted aggregate.

    Attributes:
        kind: ``units`` counts distinct units, ``categories`` distinct values of a key, ``extreme`` is the
            least or greatest of them, ``share`` the part of rows that meet ``condition``.
        condition: FILTER, CASE and non-null tests; None = every row.
        within: of a share, the rows it is a part of.
        measures: what is summed; two for a correlation.
        key: of ``categories`` and ``extreme``.
        unit: of ``units``: scan and protected column.
        name: ``MIN`` or ``MAX`` of an extreme.
        moment: of a moment.
        bins: of a quantile or histogram.
        share: of a quantile, 0 to 1.
        discrete: whether a quantile is a value or the lower end of a bin, not a point within it.
    """

    kind: Kind
    condition: PredicateForm | None = None
    within: PredicateForm | None = None
    measures: tuple[MeasureForm, ...] = ()
    key: KeyForm | None = None
    unit: tuple[str, str] | None = None
    name: str = ""
    moment: Operation | None = None
    bins: BinForm | None = None
    share: Decimal = Decimal(0)
    discrete: bool = False


@once
def read_aggregate(node: exp.Expr, resolve: Resolve) -> AggregateForm:
    """The aggregate form of a bound expression: an aggregate function, or one with FILTER.

    Raises:
        Refused: it is not answered.
    """
    condition = None
    if isinstance(node, exp.Filter):
        condition = predicates.read_predicate(node.expression.this, resolve)
        node = node.this
    if isinstance(node, exp.Count):
        return _count(node, condition, resolve)
    if isinstance(node, exp.CountIf):
        return AggregateForm("count", both(condition, predicates.read_predicate(node.this, resolve)))
    if isinstance(node, exp.Sum | exp.Avg):
        return _sum(node, condition, resolve)
    if isinstance(node, MOMENTS):
        return _moment(node, condition, resolve)
    if isinstance(node, EXTREMES):
        return _extreme(node, condition, resolve)
    if isinstance(node, (*QUANTILES, exp.WithinGroup)):
        return _quantile(node, condition, resolve)
    if is_histogram(node):
        bins = read_bins(node.expressions[0], resolve)
        if bins.width is None:
            raise Refused("query.aggregate")
        return AggregateForm("histogram", condition, bins=bins)
    raise Refused("query.aggregate")


def both(left: PredicateForm | None, right: PredicateForm | None) -> PredicateForm | None:
    """Both conditions together."""
    if left is None or right is None:
        return left or right
    parts = sorted({written(p.tree): p.tree for p in (left, right)}.items())
    tree = exp.and_(*(tree for _, tree in parts))
    return PredicateForm(tree, left.places + right.places, left.fixed | right.fixed)


def _present(tree: exp.Expr, form: MeasureForm | KeyForm) -> PredicateForm:
    places = (form.place,) if isinstance(form, MeasureForm) else form.places
    return PredicateForm(exp.Not(this=exp.Is(this=tree.copy(), expression=exp.Null())), places)


def _count(node: exp.Count, condition: PredicateForm | None, resolve: Resolve) -> AggregateForm:
    target = plain(node.this) if node.this is not None else exp.Star()
    if node.expressions:
        raise Refused("query.aggregate")
    if isinstance(target, exp.Star) or number(target) is not None:
        return AggregateForm("count", condition)
    if isinstance(target, exp.Distinct):
        return _count_distinct(target, condition, resolve)
    if isinstance(target, exp.Case | exp.If):
        return AggregateForm("count", both(condition, _only_branch(target, resolve)))
    if isinstance(target, exp.Column):
        place = resolve(target)
        if place.column.kind is not None:
            test = exp.Not(this=exp.Is(this=place.tree, expression=exp.Null()))
            return AggregateForm("count", both(condition, PredicateForm(test, (place,))))
        if place.column.use.value == "measure":
            form = read_measure(target, resolve)
            return AggregateForm("count", both(condition, _present(form.place.tree, form)))
    key = keys.read_key(target, resolve)
    return AggregateForm("count", both(condition, _present(key.tree, key)))


def _count_distinct(node: exp.Distinct, condition: PredicateForm | None, resolve: Resolve) -> AggregateForm:
    """Distinct units, or distinct values of a category."""
    if len(node.expressions) != 1 or node.args.get("on") is not None:
        raise Refused("query.aggregate")
    target = plain(node.expressions[0])
    if isinstance(target, exp.Column):
        place = resolve(target)
        if place.column.kind is not None:
            test = exp.Not(this=exp.Is(this=place.tree, expression=exp.Null()))
            condition = both(condition, PredicateForm(test, (place,)))
            return AggregateForm("units", condition, unit=place.identity)
    key = keys.read_key(target, resolve)
    return AggregateForm("categories", condition, key=key)


def _sum(node: exp.Expr, condition: PredicateForm | None, resolve: Resolve) -> AggregateForm:
    target = plain(node.this)
    average = isinstance(node, exp.Avg)
    indicator = _indicator(target, resolve)
    if indicator is not None:
        if average:
            return AggregateForm("share", both(condition, indicator), within=condition)
        return AggregateForm("count", both(condition, indicator))
    if isinstance(target, exp.Case | exp.If):
        chosen, value = _measured_branch(target, resolve, else_zero=not average)
        condition, target = both(condition, chosen), value
    form = read_measure(target, resolve)
    condition = both(condition, _present(form.place.tree, form))
    return AggregateForm("avg" if average else "sum", condition, measures=(form,))


def _indicator(node: exp.Expr, resolve: Resolve) -> PredicateForm | None:
    """The condition that ``CASE WHEN c THEN 1 ELSE 0 END`` or ``(c)::INT`` counts; None if it is none."""
    if isinstance(node, exp.Cast) and isinstance(plain(node.this), predicates.CONDITIONS):
        return predicates.read_predicate(node.this, resolve)
    if isinstance(node, exp.Case | exp.If):
        pairs, default = predicates.branches(node)
        if len(pairs) == 1 and number(pairs[0][1]) == 1 and number(default) == 0:
            return predicates.read_predicate(pairs[0][0], resolve)
    return None


def _only_branch(node: exp.Expr, resolve: Resolve) -> PredicateForm:
    """The condition of ``CASE WHEN c THEN constant END``."""
    pairs, default = predicates.branches(node)
    if len(pairs) != 1 or isinstance(pairs[0][1], exp.Null) or not isinstance(default, exp.Null):
        raise Refused("query.aggregate")
    if number(pairs[0][1]) is None and not isinstance(plain(pairs[0][1]), exp.Literal):
        raise Refused("query.aggregate")
    return predicates.read_predicate(pairs[0][0], resolve)


def _measured_branch(node: exp.Expr, resolve: Resolve, *, else_zero: bool) -> tuple[PredicateForm, exp.Expr]:
    """Condition and measure of ``CASE WHEN c THEN measure [ELSE 0] END``."""
    pairs, default = predicates.branches(node)
    allowed = isinstance(default, exp.Null) or (else_zero and number(default) == 0)
    if len(pairs) != 1 or not allowed:
        raise Refused("query.measure")
    return predicates.read_predicate(pairs[0][0], resolve), plain(pairs[0][1])


def _moment(node: exp.Expr, condition: PredicateForm | None, resolve: Resolve) -> AggregateForm:
    """Variance, standard deviation, correlation, covariance and regression of measures."""
    targets = [node.this, node.expression] if isinstance(node, PAIRED) else [node.this]
    forms = tuple(read_measure(target, resolve) for target in targets)
    if any(form.multiplier != 1 for form in forms):
        raise Refused("query.measure", forms[0].place.column.name)
    for form in forms:
        condition = both(condition, _present(form.place.tree, form))
    return AggregateForm("moment", condition, measures=forms, moment=_MOMENT_NAMES[type(node)])


def _extreme(node: exp.Expr, condition: PredicateForm | None, resolve: Resolve) -> AggregateForm:
    """Min and max of a date part: of the values with at least k units, never of the rows."""
    if node.expressions:
        raise Refused("query.aggregate")
    target = plain(node.this)
    try:
        key = keys.read_key(target, resolve)
    except Refused:
        raise Refused("query.aggregate") from None
    if not in_order(key):
        raise Refused("query.aggregate")
    return AggregateForm("extreme", condition, key=key, name="MIN" if isinstance(node, exp.Min) else "MAX")


def in_order(key: KeyForm) -> bool:
    """Whether the least and greatest of a key say when: those of names only say which."""
    return key.part is not None


def _quantile(node: exp.Expr, condition: PredicateForm | None, resolve: Resolve) -> AggregateForm:
    """A quantile of a measure, through its bins, in any of the ways it is written."""
    turned = False
    if isinstance(node, exp.WithinGroup):
        function, order = node.this, node.expression
        if not isinstance(function, exp.PercentileCont | exp.PercentileDisc) or len(order.expressions) != 1:
            raise Refused("query.aggregate")
        target, stated = order.expressions[0].this, function.this
        turned = bool(order.expressions[0].args.get("desc"))
    else:
        function, target = node, node.this
        stated = node.args.get("quantile") or node.expression or exp.Literal.number("0.5")
    share = number(stated)
    if share is None or not 0 <= share <= 1:
        raise Refused("query.quantile")
    return AggregateForm(
        "quantile",
        condition,
        bins=read_bins(target, resolve),
        share=1 - share if turned else share,
        discrete=isinstance(function, exp.PercentileDisc | exp.Quantile),
    )


_MOMENT_NAMES: Final[dict[type[exp.Expr], Operation]] = {
    exp.Stddev: "stddev_samp",
    exp.StddevSamp: "stddev_samp",
    exp.StddevPop: "stddev_pop",
    exp.Variance: "var_samp",
    exp.VariancePop: "var_pop",
    exp.Corr: "corr",
    exp.CovarPop: "covar_pop",
    exp.CovarSamp: "covar_samp",
    exp.RegrSlope: "regr_slope",
    exp.RegrIntercept: "regr_intercept",
    exp.RegrR2: "regr_r2",
}
