"""Whether the fields and arguments of a quality rule fit its kind.

Decides what is wrong with a rule before anything runs it, and what to do about it. Which rules a
contract has is :mod:`contracts.rules`'s, what makes a row good :mod:`contracts.conditions`'s.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, Final

from contracts.codes import CODES
from contracts.coordinates import boxes
from contracts.delivery import unreadable
from contracts.model import Contract, ContractError, FieldType, Rule, RuleKind, UpdateCycle

OPERATORS: Final = ("<", "<=", "=")
# Periods rows can be counted in; a date has no hour.
GRAINS: Final = ("year", "quarter", "month", "day", "hour")
# What is wrong, and what to do.
_Fault = tuple[str, str] | None
# Fewest and most fields a rule of each kind reads; kinds left out read one.
_FIELD_COUNTS: Final[Mapping[RuleKind, tuple[int, int | None]]] = {
    RuleKind.UNIQUE: (1, None),
    RuleKind.REFERENCE: (1, None),
    RuleKind.COMPARE: (2, 2),
    RuleKind.COORDINATES: (2, 2),
    RuleKind.ORDER: (2, None),
    RuleKind.ROW_COUNT: (0, 0),
}
_ARGUMENTS: Final[Mapping[RuleKind, frozenset[str]]] = {
    RuleKind.ALLOWED: frozenset({"values"}),
    RuleKind.RANGE: frozenset({"minimum", "maximum"}),
    RuleKind.LENGTH: frozenset({"minimum", "maximum"}),
    RuleKind.PATTERN: frozenset({"regex"}),
    RuleKind.CHECK_DIGIT: frozenset({"code"}),
    RuleKind.COMPARE: frozenset({"operator"}),
    RuleKind.COORDINATES: frozenset({"crs"}),
    RuleKind.REFERENCE: frozenset({"dataset", "fields"}),
    RuleKind.AGREEMENT: frozenset({"dataset", "on", "value"}),
    RuleKind.ORDER: frozenset({"by"}),
    RuleKind.PERIOD_COUNT: frozenset({"grain", "minimum", "maximum"}),
    RuleKind.ROW_COUNT: frozenset({"minimum", "maximum", "shrink", "grow"}),
    RuleKind.FRESHNESS: frozenset({"cycle"}),
}
_NUMERIC: Final = (FieldType.INTEGER, FieldType.NUMBER)
_TIMED: Final = (FieldType.DATE, FieldType.TIMESTAMP)
# Types of the fields a kind can read at all; kinds left out read any.
_TYPES: Final = {
    RuleKind.COORDINATES: _NUMERIC,
    RuleKind.PERIOD_COUNT: _TIMED,
}
_INDICATOR: Final = re.compile(r"0[1-6]0[1-6]", re.ASCII)
# Source: house style of names in the ledger.
_DATASET: Final = re.compile(r"[a-z][a-z0-9_]{0,62}\.[a-z][a-z0-9_]{0,62}", re.ASCII)
# What RE2 (DuckDB, Arrow) does not have, outside of brackets: look-around and back-references; conditions,
# comments, atomic groups and possessive repeats; escapes of Python alone; more than a thousand repeats.
_BACK: Final = re.compile(r"\(\?<?[=!]|\(\?P=|\\[1-9]")
_PYTHON: Final = re.compile(
    r"\(\?[(#>]|\(\?[a-zA-Z]*[aLux]|[*+?}]\+|\\[ZNuU]|\{(?:\d*,)?\d{5,}|\{(?:\d*,)?[1-9]\d{3}"
)
# A pair of brackets with what is in them, and an escaped character: read whole, so that neither is mistaken.
_BRACKETS: Final = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]|\\[^1-9ZNuU]", re.DOTALL)


def check_arguments(rule: Rule, contract: Contract) -> None:
    """Refuse a rule whose fields or arguments do not fit its kind.

    Raises:
        ContractError: with the rule, what is wrong and the remedy.
    """
    fault = _fields_fault(rule, contract) or _names_fault(rule) or _indicator_fault(rule)
    if fault is None and rule.kind in _CHECKS:
        fault = _CHECKS[rule.kind](rule.args)
    if fault is None and rule.kind in _IN_CONTRACT:
        fault = _IN_CONTRACT[rule.kind](rule, contract)
    if fault:
        raise ContractError(fault[0], where=f"rule {rule.id}", remedy=fault[1])


def pattern_fault(pattern: Any) -> str | None:
    """What keeps ``pattern`` from running everywhere we run it, or None.

    >>> pattern_fault(r"^\\d{6}$"), pattern_fault("(?=a)")
    (None, 'uses look-around or a back-reference, which RE2 lacks')
    """
    if not isinstance(pattern, str):
        return "is no text"
    if (fault := unreadable(pattern)) is not None:
        return fault
    bare = _BRACKETS.sub("c", pattern)
    if _BACK.search(bare):
        return "uses look-around or a back-reference, which RE2 lacks"
    return "uses what Python has and RE2 lacks" if _PYTHON.search(bare) else None


def kept_together(rule: Rule) -> tuple[str, ...]:
    """The fields of an ``order`` rule's ``by``: rows that agree in all of them are one sequence."""
    by = rule.args["by"]
    return (by,) if isinstance(by, str) else tuple(by)


def _fields_fault(rule: Rule, contract: Contract) -> _Fault:
    least, most = _FIELD_COUNTS.get(rule.kind, (1, 1))
    if not least <= len(rule.fields) <= (len(rule.fields) if most is None else most):
        wanted = f"{least} field(s)" if most == least else f"{least} or more fields"
        return f"{rule.kind} reads {wanted}", "correct fields"
    if len(set(rule.fields)) < len(rule.fields):
        return "reads one field twice", "name each field once"
    allowed = _TYPES.get(rule.kind, tuple(FieldType))
    for name in rule.fields:
        if (kind := contract.field(name).type) not in allowed:
            return f"{rule.kind} reads {name}, which is a {kind}", f"name a field of type {allowed[-1]}"
    return None


def _names_fault(rule: Rule) -> _Fault:
    known = _ARGUMENTS.get(rule.kind, frozenset())
    for name in rule.args:
        if name not in known:
            near = get_close_matches(str(name), known, 1)
            remedy = f"did you mean {near[0]}?" if near else f"use {', '.join(sorted(known)) or 'no args'}"
            return f"{rule.kind} has no argument {name}", remedy
    return None


def _indicator_fault(rule: Rule) -> _Fault:
    if rule.indicator is None or _INDICATOR.fullmatch(rule.indicator):
        return None
    return "names no indicator of GB/T 36344", "write its four digits in quotes, e.g. '0301'"


def _no_values(args: Mapping[str, Any]) -> _Fault:
    given = args.get("values")
    if isinstance(given, list | tuple) and given:
        return None
    return "names no values", "add args: {values: [a, b]}"


def _no_bounds(args: Mapping[str, Any]) -> _Fault:
    if args.get("minimum") is None and args.get("maximum") is None:
        return "has neither minimum nor maximum", "add args: {minimum: …}"
    return None


def _no_sizes(args: Mapping[str, Any]) -> _Fault:
    low, high = args.get("minimum"), args.get("maximum")
    if not all(bound is None or _is_whole(bound) for bound in (low, high)):
        return "counts with something that is no whole number", "write digits"
    if low is not None and high is not None and low > high:
        return "its minimum is above its maximum", "swap them"
    return _no_bounds(args)


def _no_band(args: Mapping[str, Any]) -> _Fault:
    shrink, grow = args.get("shrink"), args.get("grow")
    if not all(share is None or _is_number(share) for share in (shrink, grow)):
        return "shrink and grow are shares of the former rows", "write numbers, e.g. shrink: 0.2"
    if shrink is not None and not 0 <= shrink < 1:
        return "shrink is no share of rows that can be lost", "write 0 or more, below 1"
    if grow is not None and grow < 0:
        return "grow is below 0", "write 0 or more"
    if shrink is None and grow is None:
        return _no_sizes(args)
    sized = {key: value for key, value in args.items() if key in ("minimum", "maximum")}
    return _no_sizes(sized) if sized else None


def _no_regex(args: Mapping[str, Any]) -> _Fault:
    fault = pattern_fault(args.get("regex"))
    return None if fault is None else (f"regex {fault}", "correct args: {regex: '^…$'}")


def _no_code(args: Mapping[str, Any]) -> _Fault:
    code = args.get("code")
    known = isinstance(code, str) and code in CODES
    return None if known else ("names no known check-digit code", f"write one of {', '.join(CODES)}")


def _no_operator(args: Mapping[str, Any]) -> _Fault:
    known = args.get("operator") in OPERATORS
    return None if known else ("names no known operator", f"write one of {' '.join(OPERATORS)}")


def _no_cycle(args: Mapping[str, Any]) -> _Fault:
    known = args.get("cycle") in list(UpdateCycle)
    return None if known else ("names no update cycle", f"write one of {', '.join(UpdateCycle)}")


def _no_crs(args: Mapping[str, Any]) -> _Fault:
    known = args.get("crs") in list(boxes())
    return (
        None if known else ("names no coordinate system", f"add args: {{crs: one of {', '.join(boxes())}}}")
    )


def is_dataset_name(name: Any) -> bool:
    """Whether ``name`` is what the ledger calls a dataset: ``schema.table``."""
    return isinstance(name, str) and _DATASET.fullmatch(name) is not None


def _no_dataset(args: Mapping[str, Any]) -> _Fault:
    if is_dataset_name(args.get("dataset")):
        return None
    return "names no other dataset", "add args: {dataset: schema.table, …}"


def _no_periods(args: Mapping[str, Any]) -> _Fault:
    if args.get("grain") not in GRAINS:
        return "names no period", f"add grain: one of {', '.join(GRAINS)}"
    return _no_sizes(args)


def _reference_fault(rule: Rule, _: Contract) -> _Fault:
    fields = rule.args.get("fields")
    if not _are_texts(fields) or len(fields or ()) != len(rule.fields):
        return "names other fields than its own as many", "add args: {fields: [one for each of fields]}"
    return None


def _agreement_fault(rule: Rule, contract: Contract) -> _Fault:
    on, value = rule.args.get("on"), rule.args.get("value")
    if not isinstance(on, Mapping) or not on or not _are_texts([*on, *on.values()]):
        return "says no fields that match the two datasets", "add args: {on: {field: other field}}"
    if not isinstance(value, str) or not value:
        return "names no field it should agree with", "add args: {value: field of the other dataset}"
    return _unknown_field(tuple(on), contract)


def _order_fault(rule: Rule, contract: Contract) -> _Fault:
    by = rule.args.get("by")
    names = [by] if isinstance(by, str) else by
    if not _are_texts(names) or not names:
        return "does not say which rows are one sequence", "add args: {by: field} or {by: [a, b]}"
    return _unknown_field(tuple(names), contract)


def _period_fault(rule: Rule, contract: Contract) -> _Fault:
    if rule.args["grain"] == "hour" and contract.field(rule.fields[0]).type is FieldType.DATE:
        return "counts by hour along a date", "write grain: day, or make the field a timestamp"
    return None


def _compare_fault(rule: Rule, contract: Contract) -> _Fault:
    left, right = (contract.field(name).type for name in rule.fields)
    if left is right or {left, right} in ({*_NUMERIC}, {*_TIMED}):
        return None
    return f"compares a {left} with a {right}", "name two fields of one type"


def _unknown_field(names: tuple[str, ...], contract: Contract) -> _Fault:
    known = {field.name for field in contract.fields}
    for name in names:
        if name not in known:
            return f"names the field {name}, which does not exist", "correct the name or add the field"
    return None


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def _are_texts(values: Any) -> bool:
    return isinstance(values, list | tuple) and all(isinstance(value, str) and value for value in values)


_CHECKS: Final[Mapping[RuleKind, Callable[[Mapping[str, Any]], _Fault]]] = {
    RuleKind.ALLOWED: _no_values,
    RuleKind.RANGE: _no_bounds,
    RuleKind.LENGTH: _no_sizes,
    RuleKind.ROW_COUNT: _no_band,
    RuleKind.PATTERN: _no_regex,
    RuleKind.CHECK_DIGIT: _no_code,
    RuleKind.COMPARE: _no_operator,
    RuleKind.FRESHNESS: _no_cycle,
    RuleKind.COORDINATES: _no_crs,
    RuleKind.REFERENCE: _no_dataset,
    RuleKind.AGREEMENT: _no_dataset,
    RuleKind.PERIOD_COUNT: _no_periods,
}
_IN_CONTRACT: Final[Mapping[RuleKind, Callable[[Rule, Contract], _Fault]]] = {
    RuleKind.COMPARE: _compare_fault,
    RuleKind.REFERENCE: _reference_fault,
    RuleKind.AGREEMENT: _agreement_fault,
    RuleKind.ORDER: _order_fault,
    RuleKind.PERIOD_COUNT: _period_fault,
}
