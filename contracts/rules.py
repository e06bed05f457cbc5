"""The quality rules of a contract: declared, and implied by its fields.

Decides which rules there are, their dimension and default action, and whether a rule's arguments fit
its kind. What makes a row good is :mod:`contracts.conditions`'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from contracts.codes import CODES
from contracts.elements import inherit
from contracts.model import (
    Action,
    Contract,
    ContractError,
    Dimension,
    Field,
    FieldType,
    Rule,
    RuleKind,
    UpdateCycle,
)

OPERATORS: Final = ("<", "<=", "=")
# Cycles without a due date: nothing can be late against them.
_NEVER_LATE: Final = (UpdateCycle.IRREGULAR, UpdateCycle.REALTIME)
# How many fields a rule of each kind reads; kinds left out read one or more.
_FIELD_COUNTS: Final = {
    RuleKind.REQUIRED: 1,
    RuleKind.ALLOWED: 1,
    RuleKind.RANGE: 1,
    RuleKind.LENGTH: 1,
    RuleKind.PATTERN: 1,
    RuleKind.CHECK_DIGIT: 1,
    RuleKind.COMPARE: 2,
    RuleKind.ROW_COUNT: 0,
    RuleKind.FRESHNESS: 1,
}
# What RE2 (DuckDB, Arrow) does not have: look-around and back-references.
_NOT_RE2: Final = re.compile(r"\(\?[=!]|\(\?<[=!]|\(\?P=|(?<!\\)(?:\\\\)*\\[1-9]")


def rules_of(contract: Contract) -> tuple[Rule, ...]:
    """All rules of a contract: those its fields imply, then those it declares.

    A declared rule replaces the implied one of the same kind over the same fields. Implied rules on
    presence and uniqueness quarantine; every other implied rule warns, so that a department that
    wants more says so.

    Returns:
        Rules with ids that are unique within the contract.
    """
    declared = {(rule.kind, rule.fields) for rule in contract.rules}
    taken = {rule.id for rule in contract.rules}
    made: list[Rule] = []
    for rule in _implied(contract):
        if (rule.kind, rule.fields) in declared or rule.id in taken:
            continue
        taken.add(rule.id)
        made.append(rule)
    return (*made, *contract.rules)


def _implied(contract: Contract) -> Iterator[Rule]:
    for field in contract.fields:
        yield from _implied_by(inherit(field), field.name in contract.key)
    for key in dict.fromkeys(filter(None, (contract.key, *contract.unique_keys))):
        yield Rule(
            id=f"q_{'_'.join(key)}_unique",
            kind=RuleKind.UNIQUE,
            fields=key,
            dimension=Dimension.ACCURACY,
            action=Action.QUARANTINE,
        )
    if contract.period_field is not None and contract.update_cycle not in _NEVER_LATE:
        yield Rule(
            id=f"q_{contract.period_field}_freshness",
            kind=RuleKind.FRESHNESS,
            fields=(contract.period_field,),
            args={"cycle": contract.update_cycle.value},
            dimension=Dimension.TIMELINESS,
        )


def _implied_by(field: Field, in_key: bool) -> Iterator[Rule]:
    def rule(
        kind: RuleKind, dimension: Dimension, args: dict[str, Any], action: Action = Action.WARN
    ) -> Rule:
        return Rule(f"q_{field.name}_{kind.value}", kind, (field.name,), args, dimension, action)

    bounds = _stated(minimum=field.minimum, maximum=field.maximum)
    lengths = _stated(minimum=field.min_length, maximum=field.max_length)
    if field.required or in_key:
        yield rule(RuleKind.REQUIRED, Dimension.COMPLETENESS, {}, Action.QUARANTINE)
    if field.unique:
        yield rule(RuleKind.UNIQUE, Dimension.ACCURACY, {}, Action.QUARANTINE)
    if field.allowed:
        yield rule(RuleKind.ALLOWED, Dimension.CONFORMITY, {"values": list(field.allowed)})
    if bounds:
        yield rule(RuleKind.RANGE, Dimension.ACCURACY, bounds)
    if lengths:
        yield rule(RuleKind.LENGTH, Dimension.CONFORMITY, lengths)
    if field.pattern is not None:
        yield rule(RuleKind.PATTERN, Dimension.CONFORMITY, {"regex": field.pattern})
    if field.check is not None:
        yield rule(RuleKind.CHECK_DIGIT, Dimension.ACCURACY, {"code": field.check})


def _stated(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def check_rule(rule: Rule, contract: Contract) -> None:
    """Refuse a rule whose fields or arguments do not fit its kind.

    Raises:
        ContractError: with the rule, what is wrong and the remedy.
    """
    where = f"rule {rule.id}"
    wanted = _FIELD_COUNTS.get(rule.kind, max(1, len(rule.fields)))
    if len(rule.fields) != wanted:
        raise ContractError(f"{rule.kind} reads {wanted} field(s)", where=where, remedy="correct fields")
    fault = _ARGUMENTS[rule.kind](rule.args) if rule.kind in _ARGUMENTS else None
    if fault:
        raise ContractError(fault[0], where=where, remedy=fault[1])
    if rule.kind in (RuleKind.ALLOWED, RuleKind.RANGE):
        values = rule.args.get("values", [rule.args.get("minimum"), rule.args.get("maximum")])
        for value in values:
            if value is not None:
                typed_value(contract.field(rule.fields[0]), value)


def typed_value(field: Field, value: Any) -> str | Decimal | bool | date | datetime:
    """A value of a rule as the type of the field it is compared with.

    Raises:
        ContractError: it is no such value.
    """
    text = str(value)
    try:
        match field.type:
            case FieldType.STRING:
                return text
            case FieldType.BOOLEAN:
                return {"true": True, "false": False}[text.lower()]
            case FieldType.DATE:
                return date.fromisoformat(text)
            case FieldType.TIMESTAMP:
                return datetime.fromisoformat(text)
            case _ if (number := Decimal(text)).is_finite():
                return number
            case _:
                raise ValueError
    except (ValueError, KeyError, InvalidOperation):
        raise ContractError(
            f"is compared with something that is no {field.type}",
            where=field.name,
            remedy="correct allowed, minimum or maximum",
        ) from None


def _no_values(args: Any) -> tuple[str, str] | None:
    given = args.get("values")
    return (
        None
        if isinstance(given, list | tuple) and given
        else ("names no values", "add args: {values: [a, b]}")
    )


def _no_bounds(args: Any) -> tuple[str, str] | None:
    low, high = args.get("minimum"), args.get("maximum")
    return (
        ("has neither minimum nor maximum", "add args: {minimum: …}")
        if low is None and high is None
        else None
    )


def _no_sizes(args: Any) -> tuple[str, str] | None:
    wrong = any(not isinstance(args.get(key, 0), int) for key in ("minimum", "maximum"))
    return ("counts with something that is no whole number", "write digits") if wrong else _no_bounds(args)


def _no_regex(args: Any) -> tuple[str, str] | None:
    fault = pattern_fault(args.get("regex"))
    return None if fault is None else (f"regex {fault}", "correct args: {regex: '^…$'}")


def _no_code(args: Any) -> tuple[str, str] | None:
    known = args.get("code") in CODES
    return None if known else ("names no known check-digit code", f"write one of {', '.join(CODES)}")


def _no_operator(args: Any) -> tuple[str, str] | None:
    known = args.get("operator") in OPERATORS
    return None if known else ("names no known operator", f"write one of {' '.join(OPERATORS)}")


def _no_cycle(args: Any) -> tuple[str, str] | None:
    known = args.get("cycle") in list(UpdateCycle)
    return None if known else ("names no update cycle", f"write one of {', '.join(UpdateCycle)}")


_ARGUMENTS: Final = {
    RuleKind.ALLOWED: _no_values,
    RuleKind.RANGE: _no_bounds,
    RuleKind.LENGTH: _no_sizes,
    RuleKind.ROW_COUNT: _no_sizes,
    RuleKind.PATTERN: _no_regex,
    RuleKind.CHECK_DIGIT: _no_code,
    RuleKind.COMPARE: _no_operator,
    RuleKind.FRESHNESS: _no_cycle,
}


def pattern_fault(pattern: Any) -> str | None:
    """What keeps ``pattern`` from running everywhere we run it, or None.

    >>> pattern_fault(r"^\\d{6}$"), pattern_fault("(?=a)")
    (None, 'uses look-around or a back-reference, which RE2 lacks')
    """
    if not isinstance(pattern, str):
        return "is no text"
    try:
        re.compile(pattern)
    except re.error as error:
        return f"is not a regular expression: {error.msg}"
    return "uses look-around or a back-reference, which RE2 lacks" if _NOT_RE2.search(pattern) else None
