"""A column name inside a base aggregate, and constants beside it.

Decides how a granted column is written over the protected table and which constants lie on its domain,
grain or grid.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import wraps
from typing import Final, TypeVar

from sqlglot import exp

from contracts.model import FieldType, Use
from space.query.bind import Scan, Scope
from space.query.grammar.language import GRAINS
from space.query.grammar.lattice import Tells, objection, taint_of
from space.query.reasons import Refused
from space.query.schema import Column

# Decimals of a constant: with more, the engine could not hold some row's value beside it, and would fail.
MAX_DECIMALS: Final = 9


@dataclass(frozen=True, slots=True)
class Place:
    """A column where it stands: the scan it comes from and the column itself."""

    scan: Scan
    column: Column

    @property
    def tree(self) -> exp.Expr:
        """The column over the protected table."""
        return exp.column(
            exp.to_identifier(self.column.physical, quoted=True),
            table=exp.to_identifier(self.scan.name, quoted=True),
        )

    @property
    def identity(self) -> tuple[str, str]:
        """Scan and protected column, as proofs compare them."""
        return self.scan.name, self.column.physical


Resolve = Callable[[exp.Column], Place]
Form = TypeVar("Form")


@dataclass(frozen=True, slots=True)
class Resolver:
    """How names of a scope are resolved: to granted columns with a protected form."""

    scope: Scope

    def __call__(self, node: exp.Column) -> Place:
        """The granted column a name means.

        Raises:
            Refused: it means none, or one without a protected form.
        """
        scan, column = self.scope.column(node)
        tells = taint_of(column).tells
        code = objection(tells) if tells >= Tells.IDENTIFIER else None
        if code is not None or not column.physical:
            raise Refused(code or "query.identifier", column.name)
        return Place(scan, column)


def resolver(scope: Scope) -> Resolve:
    """How names of a scope are resolved."""
    return Resolver(scope)


def once(reader: Callable[[exp.Expr, Resolve], Form]) -> Callable[[exp.Expr, Resolve], Form]:
    """A reader that reads every node of a scope once: rules and plan ask for the same forms.

    A refusal is not kept; it is raised anew. The node is kept beside its form, so that its identity
    stays its own. What is read is never changed: neither the node nor the trees of its form.
    """

    @wraps(reader)
    def read(node: exp.Expr, resolve: Resolve) -> Form:
        if not isinstance(resolve, Resolver):
            return reader(node, resolve)
        known = resolve.scope.read.get((reader, id(node)))
        if known is None:
            known = node, reader(node, resolve)
            resolve.scope.read[reader, id(node)] = known
        form: Form = known[1]
        return form

    return read


def category(place: Place) -> Place:
    """The place, if its column is one that may be compared freely (not an identifier, not a measure).

    Raises:
        Refused: it is another use.
    """
    code = objection(taint_of(place.column).tells)
    if code is not None:
        raise Refused(code, place.column.name)
    if place.column.use is Use.PLAIN and not place.scan.table.unit_free:
        raise Refused("query.free_text", place.column.name)
    return place


def plain(node: exp.Expr) -> exp.Expr:
    """The node without parentheses around it."""
    while isinstance(node, exp.Paren):
        node = node.this
    return node


def number(node: exp.Expr) -> Decimal | None:
    """The numeric constant ``node`` is, or None."""
    node = plain(node)
    if isinstance(node, exp.Neg):
        inner = number(node.this)
        return None if inner is None else -inner
    if isinstance(node, exp.Literal) and not node.is_string:
        try:
            value = Decimal(node.name)
        except InvalidOperation:
            return None
        usual = value.is_finite() and abs(value) < Decimal(10) ** 15 and value == round(value, MAX_DECIMALS)
        return value if usual else None
    return None


def text(node: exp.Expr) -> str | None:
    """The text constant ``node`` is, or None."""
    node = plain(node)
    return node.name if isinstance(node, exp.Literal) and node.is_string else None


def instant(node: exp.Expr) -> datetime | None:
    """The date or instant a constant states (``DATE '…'``, ``TIMESTAMP '…'``, ``'…'``), or None."""
    node = plain(node)
    if isinstance(node, exp.Cast) and node.to.this in (
        exp.DType.DATE,
        exp.DType.TIMESTAMP,
        exp.DType.TIMESTAMPNTZ,
    ):
        node = plain(node.this)
    stated = text(node)
    if stated is None:
        return None
    try:
        moment = datetime.fromisoformat(stated)
    except ValueError:
        return None
    return moment if moment.tzinfo is None else None


def instant_literal(moment: datetime, kind: FieldType) -> exp.Expr:
    """The constant in the type of its column."""
    if kind is FieldType.DATE:
        return exp.cast(exp.Literal.string(moment.date().isoformat()), exp.DType.DATE)
    return exp.cast(exp.Literal.string(moment.isoformat(sep=" ")), exp.DType.TIMESTAMP)


def starts(moment: datetime, grain: str) -> bool:
    """Whether a period of ``grain`` begins at ``moment``.

    >>> starts(datetime(1990, 1, 1), "year"), starts(datetime(1990, 3, 7), "year")
    (True, False)
    """
    floor = {
        "year": moment.month == 1 and moment.day == 1,
        "quarter": moment.month in (1, 4, 7, 10) and moment.day == 1,
        "month": moment.day == 1,
    }
    clock = (moment.hour, moment.minute, moment.second, moment.microsecond)
    rest = clock[max(0, GRAINS.index(grain) - 3) :]
    return floor.get(grain, True) and not any(rest)


def ends(moment: datetime, grain: str) -> bool:
    """Whether a day is the last of a period of ``grain`` (day or coarser).

    >>> ends(datetime(1999, 12, 31), "year")
    True
    """
    last = moment.date() == date.max
    return GRAINS.index(grain) <= GRAINS.index("day") and (last or starts(moment + timedelta(days=1), grain))


def on_grid(value: Decimal, column: Column) -> bool:
    """Whether a number is a step of the column's grid, within its public bounds."""
    if column.grain is None:
        return False
    low, high = column.minimum, column.maximum
    inside = (low is None or value >= Decimal(str(low))) and (high is None or value <= Decimal(str(high)))
    return inside and value % Decimal(column.grain) == 0


def bound_day(stated: float | int | str | None) -> date | None:
    """A public bound of a time column as a day, or None."""
    if not isinstance(stated, str):
        return None
    try:
        return datetime.fromisoformat(stated).date()
    except ValueError:
        return None
