"""Quality rules as SQL conditions: one compiler for checks and quarantine.

Decides what makes a row good. Does not run anything. Conditions read typed rows as
:mod:`contracts.cast` leaves them and are plain comparisons, arithmetic and RE2 patterns, so that one
scan answers all rules of a dataset. They run on DuckDB.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Numeric,
    String,
    and_,
    cast,
    column,
    func,
    literal,
    or_,
)
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.sql.elements import quoted_name
from sqlalchemy.types import TypeEngine

from contracts.checksums import CHECKS, matches
from contracts.coordinates import boxes
from contracts.model import Contract, Field, FieldType, Rule, RuleKind
from contracts.rules import check_rule, rules_of, typed_value

__all__ = ["Condition", "row_condition", "rules_of", "sql_text"]

Condition = ColumnElement[bool]

_SQL_TYPES: Final[dict[FieldType, TypeEngine[Any]]] = {
    FieldType.STRING: String(),
    FieldType.INTEGER: BigInteger(),
    FieldType.NUMBER: Numeric(),
    FieldType.DATE: Date(),
    FieldType.TIMESTAMP: DateTime(),
    FieldType.BOOLEAN: Boolean(),
}


def row_condition(rule: Rule, contract: Contract) -> Condition | None:
    """The condition under which a row is good by ``rule``.

    Missing values pass every rule but ``required``; the condition itself is never NULL.

    Returns:
        An expression over columns named by field; None for rules about more than one row (unique,
        reference, agreement, order, period_count, row_count, freshness).

    Raises:
        ContractError: the rule's fields or arguments do not fit its kind.
    """
    check_rule(rule, contract)
    if rule.kind not in _ROW_RULES:
        return None
    fields = [contract.field(name) for name in rule.fields]
    condition = _ROW_RULES[rule.kind](rule, *fields)
    if rule.kind in _JUDGE_ALL:
        return condition
    return or_(*(_column(field).is_(None) for field in fields), condition)


def sql_text(condition: ColumnElement[Any]) -> str:
    """``condition`` in parentheses as SQL text with its literals in place, for a DuckDB query.

    Names are quoted and quotes in literals doubled; nothing else is special in DuckDB's text.

    >>> sql_text(column("a", String()) == "it's 5%")
    "(a = 'it''s 5%')"
    """
    compiled = condition.compile(dialect=_DuckDbText(), compile_kwargs={"literal_binds": True})
    return f"({compiled})"


class _DuckDbText(DefaultDialect):
    """How literals are written for DuckDB: no escape but a doubled quote, booleans as words."""

    supports_native_boolean = True
    supports_statement_cache = False
    default_paramstyle = "named"


def _column(field: Field) -> ColumnElement[Any]:
    return column(quoted_name(field.name, True), _SQL_TYPES[field.type])


def _text(field: Field) -> ColumnElement[Any]:
    return _column(field) if field.type is FieldType.STRING else cast(_column(field), String)


def _value(field: Field, given: Any) -> ColumnElement[Any]:
    value = typed_value(field, given)
    if isinstance(value, date):  # a datetime too: DuckDB reads both from ISO text
        return cast(literal(str(value), String()), _SQL_TYPES[field.type])
    return literal(value, _SQL_TYPES[field.type] if field.type is not FieldType.INTEGER else Numeric())


def _between(value: ColumnElement[Any], low: Any, high: Any) -> Condition:
    parts = [value >= low] if low is not None else []
    return and_(*parts, *([value <= high] if high is not None else []))


def _required(field: Field) -> Condition:
    present = _column(field).is_not(None)
    return and_(present, func.trim(_column(field)) != "") if field.type is FieldType.STRING else present


def _allowed(rule: Rule, field: Field) -> Condition:
    return _column(field).in_([_value(field, value) for value in rule.args["values"]])


def _range(rule: Rule, field: Field) -> Condition:
    bounds = (rule.args.get("minimum"), rule.args.get("maximum"))
    low, high = (None if bound is None else _value(field, bound) for bound in bounds)
    return _between(_column(field), low, high)


def _length(rule: Rule, field: Field) -> Condition:
    return _between(func.length(_text(field)), rule.args.get("minimum"), rule.args.get("maximum"))


def _pattern(rule: Rule, field: Field) -> Condition:
    return matches(_text(field), rule.args["regex"])


def _check_digit(rule: Rule, field: Field) -> Condition:
    return CHECKS[rule.args["code"]](_text(field))


def _compare(rule: Rule, left: Field, right: Field) -> Condition:
    return _COMPARISONS[rule.args["operator"]](_column(left), _column(right))


def _coordinates(rule: Rule, longitude: Field, latitude: Field) -> Condition:
    # The box leaves out (0, 0) and every pair whose longitude and latitude were swapped.
    box = boxes()[rule.args["crs"]]
    return and_(
        _between(_column(longitude), *_degrees(box.west, box.east)),
        _between(_column(latitude), *_degrees(box.south, box.north)),
    )


def _degrees(*sides: float) -> list[ColumnElement[Any]]:
    return [literal(Decimal(str(side)), Numeric()) for side in sides]


_ROW_RULES: Final[dict[RuleKind, Callable[..., Condition]]] = {
    RuleKind.REQUIRED: lambda _, field: _required(field),
    RuleKind.ALLOWED: _allowed,
    RuleKind.RANGE: _range,
    RuleKind.LENGTH: _length,
    RuleKind.PATTERN: _pattern,
    RuleKind.CHECK_DIGIT: _check_digit,
    RuleKind.COMPARE: _compare,
    RuleKind.COORDINATES: _coordinates,
}
# Kinds whose condition says itself what becomes of a missing value.
_JUDGE_ALL: Final = (RuleKind.REQUIRED, RuleKind.CHECK_DIGIT)
_COMPARISONS: Final[dict[str, Callable[[Any, Any], Condition]]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    "=": lambda left, right: left == right,
}
