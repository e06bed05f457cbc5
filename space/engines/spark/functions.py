"""Functions and casts as Spark SQL has them: what DuckDB means, said so that both give the same.

Decides how each function of a base statement is written. A form that is not here does not exist on the
second engine; :mod:`space.engines.spark.sql` says so before anything runs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlglot import exp

from space.engines.spark.kinds import Kind, Kinds


class Untranslatable(Exception):
    """A form that Spark SQL has not, or not with the same meaning.

    Attributes:
        form: what it is called.
    """

    def __init__(self, form: str) -> None:
        self.form = form
        super().__init__(f"the second engine has no {form}")


# A double beyond it is no 64-bit integer.
_FIRST_TOO_LARGE: Final = "9.2233720368547748E18"
_UNITS: Final = ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR")


# What is written here is Spark's own; no text of a statement can say so.
OURS: Final = "ours"


def called(name: str, *arguments: exp.Expr | str | int) -> exp.Expr:
    """A call of a function by its Spark name."""
    given = [a.copy() if isinstance(a, exp.Expr) else exp.convert(a) for a in arguments]
    made = exp.Anonymous(this=name, expressions=given)
    made.meta[OURS] = True
    return made


def cast(node: exp.Expr, kind: str) -> exp.Expr:
    """A cast of Spark's own meaning."""
    made = exp.Cast(this=node.copy(), to=exp.DataType.build(kind, dialect="spark"))
    made.meta[OURS] = True
    return made


def number(value: int) -> exp.Expr:
    """An integer as it is written."""
    return exp.Literal.number(value)


def whole_quotient(above: exp.Expr, below: int) -> exp.Expr:
    """Integer division of what is not negative."""
    return called("floor", exp.Div(this=exp.paren(above.copy()), expression=number(below)))


def part(unit: str, x: exp.Expr) -> exp.Expr:
    """A part of a time as a whole number."""
    if unit == "DOW":  # Sunday is 0
        return exp.paren(exp.Sub(this=called("dayofweek", x), expression=number(1)))
    if unit == "ISODOW":  # Monday is 1
        since = exp.Add(this=called("dayofweek", x), expression=number(5))
        days = exp.Mod(this=exp.paren(since), expression=number(7))
        return exp.paren(exp.Add(this=exp.paren(days), expression=number(1)))
    names = {"WEEK": "weekofyear", "DOY": "dayofyear"}
    return called(names.get(unit, unit.lower()), x)


def truncated(unit: str, x: exp.Expr, kind: Kind) -> exp.Expr:
    """The begin of the period of a time.

    Raises:
        Untranslatable: it is no time, or another unit.
    """
    if unit not in _UNITS or kind not in (Kind.DAY, Kind.MOMENT):
        raise Untranslatable("date_trunc")
    if kind is Kind.DAY:
        return x.copy() if unit in ("DAY", "HOUR") else _begin(unit, x)
    if unit == "HOUR":
        return cast(called("date_trunc", unit, x), "TIMESTAMP_NTZ")
    day = cast(x, "DATE")
    return cast(day if unit == "DAY" else _begin(unit, day), "TIMESTAMP_NTZ")


def _begin(unit: str, day: exp.Expr) -> exp.Expr:
    """The first day of a period, of any day: functions that go through nanoseconds know three centuries."""
    if unit == "WEEK":
        since = exp.Sub(this=part("ISODOW", day), expression=number(1))
        return called("date_sub", day, exp.paren(since))
    months: dict[str, exp.Expr] = {
        "YEAR": number(1),
        "QUARTER": exp.Sub(
            this=exp.Mul(this=part("QUARTER", day), expression=number(3)), expression=number(2)
        ),
        "MONTH": part("MONTH", day),
    }
    return called("make_date", part("YEAR", day), months[unit], 1)


def difference(unit: str, start: exp.Expr, end: exp.Expr) -> exp.Expr:
    """How many begins of a period lie between two times.

    Raises:
        Untranslatable: another unit.
    """

    def months(x: exp.Expr, name: str, a_year: int) -> exp.Expr:
        years = exp.Mul(this=part("YEAR", x), expression=number(a_year))
        return exp.paren(exp.Add(this=years, expression=part(name, x)))

    def less(of: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
        return exp.paren(exp.Sub(this=of(end), expression=of(start)))

    def days(first: exp.Expr, last: exp.Expr) -> exp.Expr:
        return called("datediff", cast(last, "DATE"), cast(first, "DATE"))

    if unit == "YEAR":
        return less(lambda x: part("YEAR", x))
    if unit == "QUARTER":
        return less(lambda x: months(x, "QUARTER", 4))
    if unit == "MONTH":
        return less(lambda x: months(x, "MONTH", 12))
    if unit == "DAY":
        return days(start, end)
    if unit == "WEEK":
        # Whole weeks since, not Mondays passed; the cast drops the rest.
        return cast(exp.Div(this=days(start, end), expression=number(7)), "BIGINT")
    if unit == "HOUR":
        whole = exp.Mul(this=days(start, end), expression=number(24))
        return exp.paren(exp.Add(this=whole, expression=less(lambda x: part("HOUR", x))))
    raise Untranslatable("date_diff")


def formatted(template: str, x: exp.Expr) -> exp.Expr:
    """A time as text, piece by piece: Spark's own patterns have no weeks.

    Raises:
        Untranslatable: a directive that is not here.
    """
    pieces: list[exp.Expr] = []
    text, rest = "", template
    while rest:
        before, mark, rest = rest.partition("%")
        text += before
        if not mark:
            break
        if text:
            pieces.append(exp.Literal.string(text))
        text = ""
        if rest[:1] not in _DIRECTIVES:
            raise Untranslatable("strftime")
        pieces.append(_DIRECTIVES[rest[:1]](x))
        rest = rest[1:]
    if text:
        pieces.append(exp.Literal.string(text))
    return called("concat", *pieces) if pieces else exp.Literal.string("")


def _padded(value: exp.Expr, width: int) -> exp.Expr:
    return called("lpad", cast(value, "STRING"), width, "0")


def _week_from_monday(x: exp.Expr) -> exp.Expr:
    """``%W``: weeks begin on Monday; days before the first are of week 0."""
    since = exp.Add(this=part("DOY", x), expression=number(7))
    return whole_quotient(exp.Sub(this=since, expression=part("ISODOW", x)), 7)


_DIRECTIVES: Final[dict[str, Callable[[exp.Expr], exp.Expr]]] = {
    "Y": lambda x: _padded(part("YEAR", x), 4),
    "y": lambda x: _padded(exp.Mod(this=part("YEAR", x), expression=number(100)), 2),
    "m": lambda x: _padded(part("MONTH", x), 2),
    "d": lambda x: _padded(part("DAY", x), 2),
    "j": lambda x: _padded(part("DOY", x), 3),
    "H": lambda x: _padded(part("HOUR", x), 2),
    "u": lambda x: cast(part("ISODOW", x), "STRING"),
    "w": lambda x: cast(part("DOW", x), "STRING"),
    "V": lambda x: _padded(part("WEEK", x), 2),
    "W": lambda x: _padded(cast(_week_from_monday(x), "BIGINT"), 2),
    # The year of a week is that of its Thursday.
    "G": lambda x: _padded(part("YEAR", called("date_add", _begin("WEEK", cast(x, "DATE")), 3)), 4),
}


def converted(node: exp.Expr, kinds: Kinds) -> exp.Expr:
    """A cast: a value that does not fit gives NULL, and a fraction is rounded, as DuckDB does.

    Raises:
        Untranslatable: the text of a value may differ between engines, or the type is not listed.
    """
    value, to, kind = node.this, node.args["to"].this, kinds.kind(node.this)
    if kind is Kind.NOTHING:
        return cast(value, node.args["to"].sql(dialect="spark"))
    if to in (exp.DType.BIGINT, exp.DType.INT):
        return _to_whole(value, kind)
    if to in (exp.DType.DOUBLE, exp.DType.FLOAT) and (
        kind is not Kind.TEXT or isinstance(value, exp.Literal)
    ):
        return cast(value, "DOUBLE")
    if to is exp.DType.DATE and (kind in (Kind.DAY, Kind.MOMENT) or isinstance(value, exp.Literal)):
        return cast(value, "DATE")
    moment = to in (exp.DType.TIMESTAMP, exp.DType.TIMESTAMPNTZ)
    if moment and (kind in (Kind.DAY, Kind.MOMENT) or isinstance(value, exp.Literal)):
        return cast(value, "TIMESTAMP_NTZ")
    if to in (exp.DType.VARCHAR, exp.DType.TEXT) and kind in (Kind.TEXT, Kind.WHOLE):
        return cast(value, "STRING")
    if to is exp.DType.DECIMAL and kind in (Kind.WHOLE, Kind.EXACT, Kind.REAL):
        return cast(value, node.args["to"].sql(dialect="spark"))
    if to is exp.DType.BOOLEAN and kind is Kind.TRUTH:
        return cast(value, "BOOLEAN")
    raise Untranslatable(f"cast to {to.value}")


def _to_even(value: exp.Expr) -> exp.Expr:
    """A double to the nearest whole number, a half to the even one."""
    below = cast(called("floor", value), "BIGINT")
    rest = exp.paren(exp.Sub(this=exp.paren(value.copy()), expression=below.copy()))
    half = exp.Literal.number("0.5E0")
    even = exp.EQ(this=exp.Mod(this=below.copy(), expression=number(2)), expression=number(0))
    stays = exp.Or(
        this=exp.LT(this=rest, expression=half),
        expression=exp.paren(exp.And(this=exp.EQ(this=rest.copy(), expression=half.copy()), expression=even)),
    )
    above = exp.Add(this=below.copy(), expression=number(1))
    return exp.Case(ifs=[exp.If(this=stays, true=below.copy())], default=above)


def _to_whole(value: exp.Expr, kind: Kind) -> exp.Expr:
    if value.find(exp.Sum) is not None and kind is Kind.WHOLE:
        # 64 bits may be too few for what is added up; the worker makes them of it, or fails.
        return cast(value, "DECIMAL(38, 0)")
    if kind in (Kind.WHOLE, Kind.TRUTH):
        return cast(value, "BIGINT")
    if kind is Kind.EXACT:
        return cast(called("round", value, 0), "DECIMAL(38, 0)")
    if kind is Kind.REAL:
        fits = exp.LT(this=called("abs", value), expression=exp.Literal.number(_FIRST_TOO_LARGE))
        return exp.Case(ifs=[exp.If(this=fits, true=_to_even(value))])
    raise Untranslatable("cast to BIGINT")
