"""Rules of entitlements as typed values: what a comparison looks for, and how sure each finding is.

Decides nothing about a person. Source: ``policies/rules/entitlements.yaml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final

from policies.clocks import Due, calendar, due
from policies.rulebook import RuleError, rule, rules

FILE: Final = "entitlements"
_ENTITLEMENT: Final = "entitlement/"


class Finding(StrEnum):
    """What a comparison may find of one person."""

    LEFT_REGISTER = "left_register"  # 死亡或迁出
    NOT_IN_REGISTER = "not_in_register"
    CLAIMS_TWICE = "claims_twice"
    DOUBLE_CLAIM = "double_claim"
    BELOW_AGE = "below_age"
    NOT_CLAIMING = "not_claiming"  # 应享未享


@dataclass(frozen=True, slots=True)
class Excludes:
    """Another list that excludes this one.

    Attributes:
        list: its name in the rule.
        where: field of this list → values of the rows that are excluded; empty for every row.
        other: the same of the other list.
    """

    list: str
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    other: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entitlement:
    """One entitlement as ruled.

    Attributes:
        name, title: of the rule.
        finds: what is looked for.
        age: least age in years; None where there is none.
        excludes: other lists.
        source, confidence: of the rule.
    """

    name: str
    title: str
    finds: frozenset[Finding]
    age: int | None
    excludes: tuple[Excludes, ...]
    source: str
    confidence: str


def entitlement(name: str, on: date) -> Entitlement:
    """The rule of an entitlement on a day.

    Raises:
        RuleError: there is none, or it lacks something.
    """
    row = rule(FILE, f"{_ENTITLEMENT}{name}", on)
    value: Mapping[str, Any] = row.value
    try:
        finds = frozenset(Finding(one) for one in value["finds"])
        age = value.get("age")
        if age is None and finds & {Finding.BELOW_AGE, Finding.NOT_CLAIMING}:
            raise ValueError("age")
        return Entitlement(
            name=name,
            title=str(value["title"]),
            finds=finds,
            age=None if age is None else int(age),
            excludes=tuple(_excludes(one) for one in value.get("excludes", ())),
            source=row.source,
            confidence=row.confidence,
        )
    except (KeyError, ValueError, TypeError, AttributeError):
        raise RuleError(
            f"policies/rules/{FILE}.yaml: {name} lacks something — state title and finds; an age where"
            " below_age or not_claiming is looked for"
        ) from None


def names(on: date) -> tuple[str, ...]:
    """Entitlements ruled on a day."""
    return tuple(
        row.name.removeprefix(_ENTITLEMENT) for row in rules(FILE, on) if row.name.startswith(_ENTITLEMENT)
    )


def confidence(finding: Finding, on: date) -> tuple[str, str]:
    """How sure a finding is, and why."""
    row = rule(FILE, f"confidence/{finding.value}", on)
    return str(row.value), row.source


def due_day(on: date) -> Due:
    """By when the department says what became of a case opened on a day."""
    return due(on, int(rule(FILE, "case_workdays", on).value), calendar())


def _excludes(told: Mapping[str, Any]) -> Excludes:
    where, other = (
        {name: tuple(map(str, values)) for name, values in (told.get(key) or {}).items()}
        for key in ("where", "other")
    )
    return Excludes(str(told["list"]), where, other)
