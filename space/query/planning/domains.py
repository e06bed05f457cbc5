"""Which values a key can take, known without looking at any row.

Decides the public domain of a key from the contract: closed lists, bounded times, buckets of a bounded
measure, labels written in the query. With it a private answer shows every cell, so that the presence of
a cell tells nothing.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from sqlglot import exp

from contracts.model import FieldType, Use
from space.query.grammar.columns import Place, bound_day
from space.query.grammar.key_form import KeyForm
from space.query.grammar.language import GRAINS
from space.query.grammar.written import written
from space.query.plan import Domain

# Values generated to find a key's domain; beyond it the key counts as unbounded.
MAX_SOURCE: Final = 200_000

_TIMES: Final = (FieldType.DATE, FieldType.TIMESTAMP)
_PER_YEAR: Final = {"year": 1, "quarter": 4, "month": 12, "day": 366, "hour": 8_784}
# Values of a part that repeats every year, month, week or day.
_CYCLIC: Final[dict[type[exp.Expr], int]] = {
    exp.Quarter: 4,
    exp.Month: 12,
    exp.Week: 53,
    exp.WeekOfYear: 53,
    exp.Day: 31,
    exp.DayOfMonth: 31,
    exp.DayOfWeek: 7,
    exp.DayOfWeekIso: 7,
    exp.DayOfYear: 366,
    exp.Hour: 24,
}


def domain(form: KeyForm) -> Domain | None:
    """The public domain of a key, or None if it has none."""
    if form.labels is not None:
        values = ", ".join(f"({written(label)})" for label in form.labels)
        return Domain(f"SELECT DISTINCT v FROM (VALUES {values}) AS d(v)", len(form.labels))
    places = {place.identity: place for place in form.places}
    if len(places) != 1:
        return None
    place = next(iter(places.values()))
    source = _source(place, form)
    if source is None or source.size > MAX_SOURCE:
        return None
    if form.bare is not None:
        return source
    tree = form.tree.transform(lambda n: exp.column("v") if isinstance(n, exp.Column) else n)
    sql = f"SELECT DISTINCT {written(tree)} AS v FROM ({source.sql}) AS d"
    return Domain(sql, min(source.size, _size(form, source.size)))


def listed(place: Place) -> Domain | None:
    """Every value the column can hold, as finely as it is stored; None if they are not public."""
    source = _source(place, KeyForm(place.tree, place.column.type, (place,), bare=place))
    return None if source is None or source.size > MAX_SOURCE else source


def _source(place: Place, form: KeyForm) -> Domain | None:
    """The values of the column, as finely as the key needs them."""
    column = place.column
    if column.type in _TIMES:
        return _times(place, form.part or column.grain or "second")
    if form.step is not None:
        return _steps(place, form.step)
    if column.use not in (Use.DIMENSION, Use.FILTER):
        return None
    if column.type is FieldType.BOOLEAN:
        values = ["TRUE", "FALSE"]
    elif column.domain:
        kind = {FieldType.INTEGER: "BIGINT", FieldType.NUMBER: "DOUBLE"}.get(column.type, "VARCHAR")
        values = list(_constants(column.domain, kind))
    else:
        return None
    rows = ", ".join(f"({value})" for value in [*values, *(["NULL"] if column.nullable else [])])
    return Domain(f"SELECT v FROM (VALUES {rows}) AS d(v)", len(values) + column.nullable)


@lru_cache(maxsize=1024)
def _constants(domain: tuple[str, ...], kind: str) -> tuple[str, ...]:
    """The values of a contract's closed list; long ones would be written anew for every query."""
    return tuple(f"CAST({written(exp.Literal.string(value))} AS {kind})" for value in domain)


def _times(place: Place, part: str) -> Domain | None:
    """Every period of ``part`` between the public bounds of a time."""
    column = place.column
    first, last = bound_day(column.minimum), bound_day(column.maximum)
    if first is None or last is None or part not in _PER_YEAR:
        return None
    grain = column.grain if column.grain in GRAINS else "second"
    part = min(part, grain, key=GRAINS.index)
    kind = "DATE" if column.type is FieldType.DATE else "TIMESTAMP"
    step = "3 MONTH" if part == "quarter" else f"1 {part.upper()}"
    end = f"TIMESTAMP '{last.isoformat()} 23:59:59'"
    start = f"date_trunc('{part}', TIMESTAMP '{first.isoformat()} 00:00:00')"
    sql = f"SELECT CAST(v AS {kind}) AS v FROM generate_series({start}, {end}, INTERVAL {step}) AS d(v)"
    size = (last.year - first.year + 1) * _PER_YEAR[part]
    if column.nullable:
        return Domain(f"{sql} UNION ALL SELECT NULL", size + 1)
    return Domain(sql, size)


def _steps(place: Place, step: int) -> Domain | None:
    """The lower ends of a bounded measure's buckets."""
    column = place.column
    if column.minimum is None or column.maximum is None:
        return None
    low, high = (int(float(b) * column.factor) for b in (column.minimum, column.maximum))
    size = (high - low) // step + 2
    first = low // step * step
    sql = f"SELECT v FROM generate_series({first}, {high}, {step}) AS d(v) UNION ALL SELECT NULL"
    return Domain(sql, size + 1)


def _size(form: KeyForm, source: int) -> int:
    """How many values a function of a time has at most."""
    counts = [_CYCLIC[type(node)] for node in form.tree.walk() if type(node) in _CYCLIC]
    return counts[0] + 1 if counts else source
