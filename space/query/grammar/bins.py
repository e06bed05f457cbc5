"""Bins: a measure's distribution is seen through steps of its declared grid that the query writes down.

Decides which bins a quantile or histogram may rest on, so that it can be made of released counts. What is
computed from the counts is :mod:`space.query.planning.distribution`'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sqlglot import exp

from contracts.model import FieldType, Use
from space.query.grammar.columns import Resolve, number, plain
from space.query.grammar.key_form import KeyForm
from space.query.grammar.keys import read_key
from space.query.reasons import Refused
from space.query.schema import Column

# How many bins are proposed at most: of more, most would rest on fewer than k units.
PROPOSED: Final = 50
_ROUND: Final = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class BinForm:
    """Values that rows are counted by.

    Attributes:
        key: what each bin is grouped by: its number, its lower end, or a value itself.
        width: of a bin, in units of the key; None where every value is a bin of its own.
    """

    key: KeyForm
    width: Decimal | None = None


def read_bins(node: exp.Expr, resolve: Resolve) -> BinForm:
    """The bins of ``floor(measure / step)``, of ``floor(measure / step) * step``, or of a numeric key.

    Raises:
        Refused: it is a measure without bins, or no number.
    """
    target = plain(node)
    if isinstance(target, exp.Column) and (place := resolve(target)).column.use is Use.MEASURE:
        raise Refused("query.bins", place.column.name)
    key = read_key(target, resolve)
    if key.kind not in (FieldType.INTEGER, FieldType.NUMBER):
        raise Refused("query.aggregate", key.places[0].column.name if key.places else "")
    return BinForm(key, _width(target) if key.step is not None else None)


def _width(node: exp.Expr) -> Decimal | None:
    """How far apart the numbers of a bucketed measure are."""
    if isinstance(node, exp.Floor | exp.IntDiv):
        return Decimal(1)
    times = number(node.expression) if isinstance(node, exp.Mul) else None
    inner = plain(node.this)
    bucket = isinstance(inner, exp.Floor | exp.IntDiv)
    return times if bucket and times is not None and times > 0 else None


def width_of(column: Column) -> Decimal | None:
    """The smallest round multiple of a measure's grid that makes few bins; None without grid and bounds."""
    if column.use is not Use.MEASURE or None in (column.grain, column.minimum, column.maximum):
        return None
    grid, span = Decimal(str(column.grain)), Decimal(str(column.maximum)) - Decimal(str(column.minimum))
    if grid <= 0:
        return None
    power = Decimal(1)
    while True:
        for times in _ROUND:
            if span / (grid * power * times) <= PROPOSED:
                return grid * power * times
        power *= 10
