"""The quality rules of a contract: declared, and implied by its fields.

Decides which rules there are, their dimension and default action, and whether the values a rule
compares with are of the type of its field. Other arguments are :mod:`contracts.arguments`'s, what makes
a row good is :mod:`contracts.conditions`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from contracts.arguments import OPERATORS, check_arguments, pattern_fault
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
    Use,
)

__all__ = ["OPERATORS", "check_rule", "pattern_fault", "rules_for", "rules_of", "typed_value"]

# Cycles without a due date: nothing can be late against them.
_NEVER_LATE: Final = (UpdateCycle.IRREGULAR, UpdateCycle.REALTIME)


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


def rules_for(contract: Contract) -> tuple[Rule, ...]:
    """The rules a build runs: the contract's, with the public bounds of measures made binding.

    A value outside its public bounds would break the bound every private answer rests on, so its
    row never enters a release: a rule that would only warn quarantines instead.
    """
    bounded = {f.name for f in contract.fields if f.use is Use.MEASURE}
    return tuple(
        replace(rule, action=Action.QUARANTINE)
        if rule.kind is RuleKind.RANGE and rule.action is Action.WARN and set(rule.fields) <= bounded
        else rule
        for rule in rules_of(contract)
    )


def displaced(contract: Contract) -> Iterator[tuple[str, RuleKind]]:
    """Ids of declared rules that are those of implied ones they do not replace, and the kind of these."""
    declared = {(rule.kind, rule.fields) for rule in contract.rules}
    taken = {rule.id for rule in contract.rules}
    for rule in _implied(contract):
        if rule.id in taken and (rule.kind, rule.fields) not in declared:
            yield rule.id, rule.kind


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
    if field.check == "uscc":
        # A second check that old codes may fail: it warns and stands apart from the first.
        inner = rule(RuleKind.CHECK_DIGIT, Dimension.ACCURACY, {"code": "uscc_inner"})
        yield replace(inner, id=f"{inner.id}_inner")


def _stated(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def check_rule(rule: Rule, contract: Contract) -> None:
    """Refuse a rule whose fields or arguments do not fit its kind.

    Raises:
        ContractError: with the rule, what is wrong and the remedy.
    """
    check_arguments(rule, contract)
    if rule.kind is RuleKind.ALLOWED:
        for value in rule.args["values"]:
            _check_value(contract.field(rule.fields[0]), value)
    if rule.kind is RuleKind.RANGE:
        _check_range(rule, contract.field(rule.fields[0]))


def _check_value(field: Field, value: Any) -> None:
    """Refuse an allowed value that is not the text it was meant to be, or none of the field's type."""
    number = typed_value(field, value) if value is not None else None
    fits = isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool))
    if value is None or (field.type is FieldType.STRING and not fits):
        raise ContractError(
            "allows something that is no text",
            where=field.name,
            remedy="put quotes around 1.0, true and null",
        )
    if field.type is FieldType.INTEGER and isinstance(number, Decimal) and number % 1:
        raise ContractError("allows a fraction of a whole number", where=field.name, remedy="remove it")


def _check_range(rule: Rule, field: Field) -> None:
    """Refuse a range of a type without order, and one nothing is in."""
    if field.type is FieldType.BOOLEAN:
        raise ContractError("a boolean has no range", where=field.name, remedy="write allowed: [true]")
    low, high = (rule.args.get(name) for name in ("minimum", "maximum"))
    least, most = (None if bound is None else typed_value(field, bound) for bound in (low, high))
    if field.type is FieldType.STRING and not all(isinstance(b, str | None) for b in (low, high)):
        raise ContractError(
            "a text is compared as text, 10 comes before 9",
            where=field.name,
            remedy="put the bound in quotes",
        )
    if least is not None and most is not None and most < least:  # type: ignore[operator]
        raise ContractError("its minimum is above its maximum", where=field.name, remedy="swap them")


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
