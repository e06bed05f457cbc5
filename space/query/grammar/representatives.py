"""Values of a column that stand for all others: any two conditions that can differ, differ on one of them.

Decides, from the constants of conditions and from how these read the column, a few values such that every
value the column can hold meets the same conditions as one of them. Where no such values are known, nothing is
said: then rows may differ anywhere. Looks at no row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from sqlglot import exp

from contracts.model import FieldType, Use
from space.query.grammar.columns import Place, instant, number, plain, starts
from space.query.grammar.language import GRAINS
from space.query.grammar.predicates import PredicateForm

# No value of a contract holds it: a text that ends in it is none of the constants.
OTHER: Final = "\u25a1"

_COMPARISONS: Final = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)
# What these show of a time does not tell two instants of one month apart.
_OF_MONTHS: Final = (exp.Year, exp.Quarter, exp.Month)
_MONTHLY: Final = frozenset({"YEAR", "QUARTER", "MONTH"})

# Of a comparison, what is compared and with what: where it can turn, or None where that is not known.
Reader = Callable[[exp.Expr, exp.Expr, Sequence[exp.Expr], Place], list[Decimal] | None]


def texts(place: Place, forms: Iterable[PredicateForm]) -> tuple[str, ...]:
    """Texts that stand for all, but for one that is no constant and begins with none."""
    stated = [form for form in forms if _reads(form, place)]
    found = {node.name for form in stated for node in form.tree.find_all(exp.Literal) if node.is_string}
    if any(form.tree.find(exp.Left) is not None for form in stated):
        found |= {f"{text}{OTHER}" for text in found}
    return tuple(sorted(found))


def numbers(place: Place, forms: Iterable[PredicateForm]) -> tuple[str, ...] | None:
    """Stored numbers at and beside every number a condition can turn at; None where it turns at others.

    Empty where conditions only ask whether there is a value.
    """
    column = place.column
    whole = column.use is Use.MEASURE or column.type is FieldType.INTEGER
    step = Decimal(1).scaleb(0 if whole else -column.scale)
    found: set[Decimal] = set()
    for turns in _uses(place, forms, _turns):
        if turns is None:
            return None
        for turn in turns:
            below = (turn / step).to_integral_value(ROUND_FLOOR) * step
            found |= {below - step, below, below + step}
    return tuple(format(value, "f") for value in sorted(found))


def by_month(place: Place, forms: Iterable[PredicateForm]) -> bool:
    """Whether no condition tells two instants of one month apart."""
    grain = place.column.grain
    if grain in GRAINS and GRAINS.index(grain) <= GRAINS.index("month"):
        return True
    return all(found is not None for found in _uses(place, forms, _month_turns))


def _reads(form: PredicateForm, place: Place) -> bool:
    return place.identity in {p.identity for p in form.places}


def _uses(place: Place, forms: Iterable[PredicateForm], read: Reader) -> Iterator[list[Decimal] | None]:
    """What a reader says of every place at which conditions read a column; None where it cannot tell.

    From above: a tree that stands in several forms knows the last of those above it only.
    """
    waiting: list[exp.Expr] = [form.tree for form in forms if _reads(form, place)]
    while waiting:
        node = waiting.pop()
        target = plain(node.this) if isinstance(node.this, exp.Expr) else None
        if isinstance(node, exp.Is) and _is(target, place) and isinstance(node.expression, exp.Null):
            continue
        if _is(node, place):
            yield None
        elif target is not None and isinstance(node, (*_COMPARISONS, exp.In)):
            stated = node.expressions if isinstance(node, exp.In) else [node.expression]
            found = read(node, target, stated, place)
            if found is not None:
                yield found
            else:
                waiting += [target, *stated]
        else:
            waiting += node.iter_expressions()


def _is(node: exp.Expr | None, place: Place) -> bool:
    return isinstance(node, exp.Column) and (node.table, node.name) == place.identity


def _turns(
    _compared: exp.Expr, target: exp.Expr, stated: Sequence[exp.Expr], place: Place
) -> list[Decimal] | None:
    """Numbers at which a comparison of the column, or of ``floor(column / step)``, can turn."""
    constants = [constant for constant in map(number, stated) if constant is not None]
    if len(constants) < len(stated):
        return None
    if _is(target, place):
        return constants
    bucket = plain(target.this) if isinstance(target, exp.Floor) else None
    width = number(bucket.expression) if isinstance(bucket, exp.Div) and _is(bucket.this, place) else None
    if width is None or width <= 0:
        return None
    lower = [constant.to_integral_value(ROUND_FLOOR) for constant in constants]
    return [end * width for low in lower for end in (low, low + 1)]


def _month_turns(
    compared: exp.Expr, target: exp.Expr, stated: Sequence[exp.Expr], place: Place
) -> list[Decimal] | None:
    """Nothing where a comparison of a time turns where months begin; None where it can turn elsewhere."""
    if not _is(target, place):
        return [] if _shows_months(target, place) else None
    moment = instant(stated[0]) if len(stated) == 1 else None
    if moment is None:
        return None
    if isinstance(compared, exp.GTE | exp.LT):
        return [] if starts(moment, "month") else None
    day = place.column.type is FieldType.DATE
    closes = isinstance(compared, exp.LTE | exp.GT) and day and _last_of_month(moment)
    return [] if closes else None


def _shows_months(target: exp.Expr, place: Place) -> bool:
    """Whether an expression shows no more of a time than its month."""
    if isinstance(target, _OF_MONTHS):
        return _is(plain(target.this), place)
    if isinstance(target, exp.TimestampTrunc | exp.DateTrunc | exp.Extract):
        extract = isinstance(target, exp.Extract)
        inner = target.expression if extract else target.this
        unit = target.this if extract else target.args.get("unit")
        return _is(plain(inner), place) and unit is not None and unit.name.upper() in _MONTHLY
    return False


def _last_of_month(moment: datetime) -> bool:
    return moment.date() == date.max or date.fromordinal(moment.toordinal() + 1).day == 1
