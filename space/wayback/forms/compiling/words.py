"""The vocabulary of forms on a day: marks, roles, units and what follows from what.

Decides nothing itself: it gives the dated rows of ``rules/form_layouts.yaml`` a shape.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from policies.rulebook import edition, rule

FILE = "form_layouts"


@dataclass(frozen=True, slots=True)
class Words:
    """The rules of a day.

    Attributes:
        bind, ask: least confidence of a binding and of a question.
        worth, source_worth: what a way of reading a label, and a source, is worth.
        rows: ``least`` items of a table of members, and rows left ``free`` in it.
        signed, marks, roles, computed: word lists and patterns by name.
        general: names of elements that say too little alone.
        synonyms: what forms print → element, beside the library.
        units: units a label may state.
        instead: element → unit → element that is meant with it.
        turned: unit → unit → factor.
    """

    bind: float
    ask: float
    worth: Mapping[str, float]
    source_worth: Mapping[str, float]
    rows: Mapping[str, int]
    signed: Mapping[str, tuple[str, ...]]
    marks: Mapping[str, Any]
    roles: Mapping[str, tuple[str, ...]]
    general: frozenset[str]
    synonyms: Mapping[str, str]
    units: frozenset[str]
    instead: Mapping[str, Mapping[str, str]]
    turned: Mapping[str, Mapping[str, float]]
    computed: Mapping[str, Any]

    def matches(self, name: str, text: str) -> re.Match[str] | None:
        """Whether a text is of the pattern ``name`` of what is computed."""
        return re.match(self.computed[name], text)


def words(on: date) -> Words:
    """The vocabulary in force on a day.

    Raises:
        RuleError: a row is missing or incomplete.
    """
    return _words(on, edition(FILE))


@lru_cache(maxsize=8)
def _words(on: date, _state: object) -> Words:
    def value(name: str) -> Any:
        return rule(FILE, name, on).value

    sure, units = value("confidence"), value("units")
    return Words(
        bind=float(sure["bind"]),
        ask=float(sure["ask"]),
        worth=value("worth"),
        source_worth=value("source_worth"),
        rows=value("rows"),
        signed={name: tuple(each) for name, each in value("signed").items()},
        marks=value("marks"),
        # Longest first: 紧急联系人 before 联系人.
        roles={n: tuple(sorted(each, key=len, reverse=True)) for n, each in value("roles").items()},
        general=frozenset(value("general")),
        synonyms=value("synonyms"),
        units=frozenset(units["known"]),
        instead=units["instead"],
        turned=units["turned"],
        computed=value("computed"),
    )
