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
        further: more words of headings, from ``headings.yaml`` and ``vocabulary.yaml``; their other lists are
            joined to the others.
        initials: words whose initials are names of columns.
        stems: English words whose abbreviations are names of columns.
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
    further: tuple[str, ...] = ()
    initials: tuple[str, ...] = ()
    stems: tuple[str, ...] = ()
    rest: Mapping[str, Any] = field(default_factory=dict)

    @property
    def every_word(self) -> tuple[str, ...]:
        """The Chinese words that mean the kind, of both files."""
        return (*self.words, *self.further)

    def text(self, key: str) -> str:
        """A form of the row; empty where it has none."""
        return str(self.rest.get(key, ""))

    def listed(self, key: str) -> tuple[str, ...]:
        """A word list of the row; empty where it has none."""
        return listing(self.rest.get(key))


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
    against_named: float
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
    further = {row.name: row.value for row in rules("headings", IN_FORCE)}
    known = {row.name: row.value for row in rules("vocabulary", IN_FORCE)}
    held = {row.name: row.value for row in rules("values", IN_FORCE)}
    return MappingProxyType(
        {
            row.name: _kind(
                row.name,
                _with(row.value, held.get(row.name, {})),
                further.get(row.name, {}),
                known.get(row.name, {}),
            )
            for row in rows
        }
    )


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
        listing(value["school"]),
        value["subjects"],
        value["classes"],
    )


@cache
def vocabulary(name: str, file: str = "detectors") -> Mapping[str, Any]:
    """A word list that several detectors read, e.g. ``divisions``.

    Args:
        name: of the row.
        file: rule file it stands in.
    """
    value = rule(file, name, IN_FORCE).value
    return MappingProxyType(value if isinstance(value, dict) else {"text": re.sub(r"\s", "", value)})


def listing(value: Any) -> tuple[str, ...]:
    """The words of a list, which a rule file writes as a text parted by commas where it is long.

    >>> listing("身份证, 身份证号")
    ('身份证', '身份证号')
    """
    if isinstance(value, str):
        return tuple(word.strip() for word in value.split(",") if word.strip())
    return tuple(map(str, value or ()))


def _with(value: Mapping[str, Any], held: Mapping[str, Any]) -> dict[str, Any]:
    """A row of ``detectors.yaml`` with the words of values of ``values.yaml``."""
    made = dict(value)
    for key in ("dictionary", "telling"):
        if key in held:
            made[key] = [*listing(value.get(key)), *listing(held[key])]
    words = str(held.get("holds", "")).split()
    # Latin abbreviations stand alone; Chinese words stand anywhere.
    latin = "|".join(re.escape(word) for word in words if word.isascii())
    parts = [
        str(value.get("contains", "")),
        "|".join(re.escape(word) for word in words if not word.isascii()),
    ]
    parts.append(rf"(?i:(?:^|[^A-Za-z])(?:{latin})(?:$|[^A-Za-z]))" if latin else "")
    made["contains"] = "|".join(part for part in parts if part)
    return made


def _kind(name: str, value: Mapping[str, Any], further: Mapping[str, Any], known: Mapping[str, Any]) -> Kind:
    lists = {key: listing(value.get(key)) for key in ("words", "hints", "latin", "not")}
    more = {key: (*listing(further.get(key)), *listing(known.get(key))) for key in lists}
    more["latin"] = (*more["latin"], *_composed(known.get("composed", {})))
    named = {"words", "hints", "latin", "not", "alone", "chance", "check"}
    rest = {key: item for key, item in (*value.items(), *further.items()) if key not in named}
    rest["formed"] = known.get("formed", ())
    return Kind(
        name,
        lists["words"],
        (*lists["hints"], *more["hints"]),
        (*lists["latin"], *more["latin"]),
        (*lists["not"], *more["not"]),
        float(value.get("alone", 0.0)),
        float(value.get("chance", 0.0)),
        str(value.get("check", "")),
        more["words"],
        listing(known.get("initials")),
        listing(known.get("stems")),
        MappingProxyType(rest),
    )


def _composed(parts: Mapping[str, Any]) -> list[str]:
    """Names of columns made of two parts: ``cust`` and ``name``."""
    return [f"{first}_{last}" for first in listing(parts.get("first")) for last in listing(parts.get("last"))]
