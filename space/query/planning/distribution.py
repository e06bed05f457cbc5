"""Quantiles and histograms over the released counts of bins.

Decides how a figure follows from counts that have been released; no row and no exact count is seen. A
quantile lies where the counts from below reach its share, evenly spread within its bin.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlglot import exp


def quantile(
    table: str, keys: Sequence[str], value: str, count: str, share: Decimal, width: Decimal | None
) -> exp.Select:
    """SELECT giving the quantile of every group, read from its bins.

    Args:
        table: released table of the bins.
        keys: columns that tell groups apart.
        value: column of the bin's number or value.
        count: column of its count.
        share: 0 to 1.
        width: of a bin, in units of ``value``; None gives the value or lower end the quantile lies at.

    Returns:
        A SELECT to which the caller adds the conditions on ``keys``.
    """
    bins = _cumulated(table, keys, value, count)
    v, n, upto, whole = (exp.column(name, table="_h") for name in ("_v", "_n", "_c", "_t"))
    reached = exp.Mul(this=_decimal(share), expression=whole)
    found: exp.Expr = v
    if width is not None:
        before = exp.paren(exp.Sub(this=upto, expression=n))
        within = exp.Greatest(
            this=exp.Sub(this=reached.copy(), expression=before), expressions=[exp.Literal.number(0)]
        )
        part = exp.Div(this=within, expression=n.copy())
        found = exp.Add(this=v, expression=exp.paren(exp.Mul(this=part, expression=_decimal(width))))
    return exp.select(exp.Min(this=found)).from_(bins).where(exp.GTE(this=upto.copy(), expression=reached))


def histogram(table: str, keys: Sequence[str], value: str, count: str) -> exp.Select:
    """SELECT giving a map from every bin to its count."""
    bins = _cumulated(table, keys, value, count)
    v, n = exp.column("_v", table="_h"), exp.column("_n", table="_h")
    listed = [
        exp.Anonymous(this="list", expressions=[exp.Order(this=e, expressions=[exp.Ordered(this=v.copy())])])
        for e in (v, exp.cast(n, "BIGINT"))
    ]
    return exp.select(exp.Anonymous(this="map", expressions=listed)).from_(bins)


def _cumulated(table: str, keys: Sequence[str], value: str, count: str) -> exp.Subquery:
    """Bins with rows, each with the counts up to it and of its whole group."""
    v, n = exp.column(value, table=table), exp.cast(exp.column(count, table=table), "DOUBLE")
    groups = [exp.column(key, table=table) for key in keys]
    total = exp.Sum(this=n)
    order = exp.Order(expressions=[exp.Ordered(this=v)])
    upto = exp.Window(this=total, partition_by=[g.copy() for g in groups], order=order, over="OVER")
    whole = exp.Window(this=total.copy(), partition_by=[g.copy() for g in groups], over="OVER")
    named = {"_v": v.copy(), "_n": n.copy(), "_c": upto, "_t": whole}
    made = exp.select(*groups, *(exp.alias_(e, name) for name, e in named.items()))
    made = made.from_(exp.to_table(table)).where(
        exp.Not(this=exp.Is(this=v.copy(), expression=exp.Null())),
        exp.GT(this=exp.column(count, table=table), expression=exp.Literal.number(0)),
    )
    return exp.Subquery(this=made, alias=exp.TableAlias(this=exp.to_identifier("_h")))


def _decimal(value: Decimal) -> exp.Expr:
    return exp.cast(exp.Literal.string(format(value.normalize(), "f")), "DOUBLE")
