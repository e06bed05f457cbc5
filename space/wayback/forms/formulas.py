"""Formulas of computed items 计算项: what nobody has to type because other items say it.

Decides the little language: names of items, numbers and quoted texts; ``+ - * /``; comparisons;
``and or not``; and the functions of :data:`FUNCTIONS`. Nothing else is read. A missing value makes the
result missing, unless ``present`` or ``or_else`` says what it means.

>>> from datetime import date
>>> of(compiled("age(born)"), {"born": date(1940, 11, 22)}, date(2026, 11, 21))
85
>>> of(compiled("yes(present(amount) and amount > 0)"), {"amount": None}, date(2026, 11, 21))
'否'
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, DivisionByZero, InvalidOperation
from functools import lru_cache
from typing import Any, Final

# A formula is a line, not a program.
MOST_CHARACTERS: Final = 400
YES, NO = "是", "否"

_BINARY: Final[Mapping[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_COMPARED: Final[Mapping[type[ast.cmpop], Callable[[Any, Any], bool]]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
# Functions with the least and most arguments each takes.
FUNCTIONS: Final[Mapping[str, tuple[int, int]]] = {
    "age": (1, 1),  # whole years from a day of birth to the day of the form
    "present": (1, 1),  # whether there is a value
    "or_else": (2, 2),  # the first, or the second where it is missing
    "yes": (1, 1),  # 是 or 否
    "one_of": (2, 20),  # whether the first equals one of the others
    "choose": (3, 3),  # the second where the first holds, else the third
    "total": (1, 60),  # the sum of those that are there; missing where none is
    "round": (1, 2),
}


class FormulaUnreadable(ValueError):
    """A formula outside of the language; the message says which part, never a value."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that was read.

    Attributes:
        tree: of the expression, checked.
        names: items it reads.
    """

    tree: ast.expr
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Repeated:
    """What stands in a result as it was given.

    Attributes:
        names: items whose own value may stand in it.
        joined: it may stand beside other text.
    """

    names: frozenset[str]
    joined: bool


@lru_cache(maxsize=1024)
def compiled(text: str) -> Formula:
    """A formula from its text.

    Raises:
        FormulaUnreadable: it holds something else than the language has.
    """
    if len(text) > MOST_CHARACTERS:
        raise FormulaUnreadable("it is longer than a line")
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise FormulaUnreadable("it is no expression") from None
    names: set[str] = set()
    _check(tree, names)
    return Formula(tree, frozenset(names))


def of(formula: Formula, values: Mapping[str, Any], on: date) -> Any:
    """The value of a formula, or None where something it needs is missing or does not fit.

    Args:
        formula: as read.
        values: item → typed value, None where missing.
        on: the day ages are counted on.
    """
    try:
        found = _value(formula.tree, values, on)
    except (TypeError, ZeroDivisionError, DivisionByZero, InvalidOperation, OverflowError):
        return None
    return (YES if found else NO) if isinstance(found, bool) else found


def repeated(formula: Formula, figures: Collection[str]) -> Repeated:
    """The items whose own value may stand in what a formula gives, not only what follows from them.

    >>> sorted(repeated(compiled("choose(age(born) > 80, name, tel)"), ()).names)
    ['name', 'tel']

    Args:
        formula: as read.
        figures: items that hold numbers: their sum is another number, not the two side by side.
    """
    names, joined = _repeated(formula.tree, figures)
    return Repeated(frozenset(names), joined)


def _repeated(node: ast.expr, figures: Collection[str]) -> tuple[set[str], bool]:
    """The items, and whether texts are joined."""
    parts: list[ast.expr] = []
    match node:
        case ast.Name(id=name):
            return {name}, False
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            sides = [_repeated(side, figures)[0] for side in (left, right)]
            texts = {name for side in sides for name in side if name not in figures}
            return texts, bool(texts)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            parts = [inner]
        case ast.Call(func=ast.Name(id="or_else"), args=arguments):
            parts = arguments
        case ast.Call(func=ast.Name(id="choose"), args=arguments):
            parts = arguments[1:]
        case ast.Call(func=ast.Name(id="round"), args=arguments):
            parts = arguments[:1]
        case ast.Call(func=ast.Name(id="total"), args=[alone]):
            parts = [alone]
    found = [_repeated(part, figures) for part in parts]
    return {name for names, _ in found for name in names}, any(joined for _, joined in found)


def _check(node: ast.expr, names: set[str]) -> None:
    match node:
        case ast.Name(id=name):
            names.add(name)
        case ast.Constant(value=value) if isinstance(value, str | int | float) and not isinstance(
            value, bool
        ):
            return
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            _check(left, names)
            _check(right, names)
        case ast.UnaryOp(op=ast.USub() | ast.Not(), operand=inner):
            _check(inner, names)
        case ast.BoolOp(values=parts):
            for part in parts:
                _check(part, names)
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARED:
            _check(left, names)
            _check(right, names)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in FUNCTIONS:
            least, most = FUNCTIONS[name]
            if not least <= len(arguments) <= most:
                raise FormulaUnreadable(f"{name} takes {least} to {most} arguments")
            for argument in arguments:
                _check(argument, names)
        case _:
            raise FormulaUnreadable(f"{type(node).__name__} is not part of the language")


def _value(node: ast.expr, values: Mapping[str, Any], on: date) -> Any:
    match node:
        case ast.Name(id=name):
            return _number(values.get(name))
        case ast.Constant(value=value):
            return _number(value)
        case ast.UnaryOp(op=op, operand=inner):
            found = _value(inner, values, on)
            return (not found) if isinstance(op, ast.Not) else None if found is None else -found
        case ast.BoolOp(op=op, values=parts):
            found = [bool(_value(part, values, on)) for part in parts]
            return all(found) if isinstance(op, ast.And) else any(found)
        case ast.BinOp(left=left, op=binary, right=right):
            a, b = _value(left, values, on), _value(right, values, on)
            return None if a is None or b is None else _BINARY[type(binary)](a, b)
        case ast.Compare(left=left, ops=[compared], comparators=[right]):
            a, b = _value(left, values, on), _value(right, values, on)
            return False if a is None or b is None else _COMPARED[type(compared)](a, b)
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _called(name, [_value(argument, values, on) for argument in arguments], on)
    # What reading lets through is listed above: anything else is refused, never evaluated.
    raise FormulaUnreadable("it holds an expression no formula has")


def _called(name: str, given: list[Any], on: date) -> Any:
    first = given[0]
    match name:
        case "age":
            return None if first is None else _age(first, on)
        case "present":
            return first is not None
        case "or_else":
            return given[1] if first is None else first
        case "yes":
            return YES if first else NO
        case "one_of":
            return first is not None and first in given[1:]
        case "choose":
            return given[1] if first else given[2]
        case "total":
            there = [value for value in given if value is not None]
            return sum(there, Decimal(0)) if there else None
        case _:
            return None if first is None else round(Decimal(first), int(given[1]) if len(given) > 1 else 0)


def _age(born: Any, on: date) -> int:
    day = born.date() if isinstance(born, datetime) else born
    if not isinstance(day, date):
        raise TypeError("age needs a day")
    return on.year - day.year - ((on.month, on.day) < (day.month, day.day))


def _number(value: Any) -> Any:
    """Numbers as decimals, so that money stays exact."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(value))
    return value
