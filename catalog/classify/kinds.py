"""The kinds of content a column can have, as ``policies/rules/detectors.yaml`` states them.

Decides nothing: gives the rows in force as values, in their order, with what is worked out of them once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from policies.grading import IN_FORCE
from policies.rulebook import rule, rules

NONE: Final = "none"
# Rows of the file that are settings and vocabularies, not kinds.
_SETTINGS: Final = frozenset({"scoring", "minors", "divisions", "given_characters", "organisations"})


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of content.

    Attributes:
        name: key of the rule ``findings`` of ``grading.yaml``.
        words, hints, latin, unlike: headings; see ``detectors.yaml``.
        alone: how telling the values are by themselves, 0–1.
        chance: share of look-alikes that pass its check digit.
        check: name of the check digit, or empty.
        rest: forms and dictionaries, as the kind's detector reads them.
    """

    name: str
    words: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    latin: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    alone: float = 0.0
    chance: float = 0.0
    check: str = ""
    rest: Mapping[str, Any] = field(default_factory=dict)

    def text(self, key: str) -> str:
        """A form of the row; empty where it has none."""
        return str(self.rest.get(key, ""))

    def listed(self, key: str) -> tuple[str, ...]:
        """A word list of the row; empty where it has none."""
        return tuple(str(word) for word in self.rest.get(key, ()))


@dataclass(frozen=True, slots=True)
class Scoring:
    """Weights of the scorer; see the rule ``scoring``."""

    heading: float
    empty: float
    hint: float
    initials: float
    contained: float
    context: float
    against: float
    against_checked: float
    least: float
    masked: float
    checked_rows: int
    persons: frozenset[str]
    exclusive: frozenset[str]
    blanks: frozenset[str]


@dataclass(frozen=True, slots=True)
class Minors:
    """Who is a minor of PIPL 28, and what points to children; see the rule ``minors``."""

    age: int
    counted_on: date
    share: float
    school: tuple[str, ...]
    subjects: str
    classes: str


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind by name, in the order of the file; ``none`` holds the headings of other things."""
    rows = (row for row in rules("detectors", IN_FORCE) if row.name not in _SETTINGS)
    return MappingProxyType({row.name: _kind(row.name, row.value) for row in rows})


@cache
def scoring() -> Scoring:
    """The weights in force."""
    value: dict[str, Any] = dict(rule("detectors", "scoring", IN_FORCE).value)
    for words in ("persons", "exclusive", "blanks"):
        value[words] = frozenset(value[words])
    return Scoring(**value)


@cache
def minors() -> Minors:
    """The rule on children in force."""
    value = rule("detectors", "minors", IN_FORCE).value
    return Minors(
        value["age"],
        value["counted_on"],
        value["share"],
        tuple(value["school"]),
        value["subjects"],
        value["classes"],
    )


@cache
def vocabulary(name: str) -> Mapping[str, Any]:
    """A word list that several detectors read, e.g. ``divisions``."""
    value = rule("detectors", name, IN_FORCE).value
    return MappingProxyType(value if isinstance(value, dict) else {"text": re.sub(r"\s", "", value)})


def _kind(name: str, value: Mapping[str, Any]) -> Kind:
    lists = {key: tuple(map(str, value.get(key, ()))) for key in ("words", "hints", "latin", "not")}
    named = {"words", "hints", "latin", "not", "alone", "chance", "check"}
    return Kind(
        name,
        lists["words"],
        lists["hints"],
        lists["latin"],
        lists["not"],
        float(value.get("alone", 0.0)),
        float(value.get("chance", 0.0)),
        str(value.get("check", "")),
        MappingProxyType({key: item for key, item in value.items() if key not in named}),
    )
