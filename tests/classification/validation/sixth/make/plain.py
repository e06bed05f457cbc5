"""Columns that hold none of the kinds: codes, choices, amounts, dates, remarks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from tests.classification.making import Col
from tests.classification.validation.sixth.make import people, words

_SIGNS: Final = {
    "#": "0123456789",
    "~": "123456789",
    "@": "ABCDEFGHJKLMNPQRSTUVWXYZ",
    "^": "0123456789abcdef",
    "%": "0123456789ABCDEF",
    "$": "01234",
    "&": "@",
}


def fill(r: Random, pattern: str) -> str:
    """A text by a pattern: # a digit, ~ not zero, $ up to 4, @ a letter, & the sign @, ^ and % of base 16."""
    return "".join(r.choice(_SIGNS[c]) if c in _SIGNS else c for c in choose(r, pattern))


def choose(r: Random, options: str) -> str:
    """One of `a|b*3|c`, where a star gives the weight."""
    texts, weights = [], []
    for option in options.split("|"):
        text, _, weight = option.rpartition("*") if option[-2:-1] == "*" else (option, "", "1")
        texts.append(text)
        weights.append(int(weight))
    return r.choices(texts, weights)[0]


def code(heading: str, pattern: str, **extra: Any) -> Col:
    """A code or number of a thing."""
    return Col(heading, "none", lambda r, row, i: fill(r, pattern), **extra)


def own(heading: str, pattern: str, **extra: Any) -> Col:
    """A number of a person that no class names."""
    return code(heading, pattern, personal=True, **extra)


def serial(heading: str, form: str = "{}", first: int = 1, **extra: Any) -> Col:
    """Numbers that count the rows."""
    return Col(heading, "none", lambda r, row, i: form.format(first + i), missing=0, **extra)


def pick(heading: str, options: str, **extra: Any) -> Col:
    """A status, flag or sort."""
    return Col(heading, "none", lambda r, row, i: choose(r, options), **extra)


def num(heading: str, low: int, high: int, form: str = "{}", **extra: Any) -> Col:
    """A whole number, with its unit if the form has one."""
    return Col(heading, "none", lambda r, row, i: form.format(r.randint(low, high)), **extra)


def sum_of(heading: str, low: float, high: float, form: str = "{:.2f}", **extra: Any) -> Col:
    """An amount."""
    return Col(heading, "none", lambda r, row, i: form.format(r.uniform(low, high)), **extra)


def day(heading: str, form: str = "%Y-%m-%d", first: int = 2021, last: int = 2025, **extra: Any) -> Col:
    """A date or time that is nobody's birth."""

    def make(r: Random, row: Mapping[str, Any], i: int) -> str:
        then = datetime(first, 1, 1) + timedelta(minutes=r.randrange((last - first + 1) * 525_000))
        return people.when(then.date(), form) if form == "serial" else then.strftime(form)

    return Col(heading, "none", make, **extra)


def empty(heading: str, **extra: Any) -> Col:
    """A column nobody fills in."""
    return Col(heading, "none", lambda r, row, i: "", challenge="empty", **extra)


def listed(heading: str, options: tuple[str, ...] | list[str], **extra: Any) -> Col:
    """A column with one of a list of words."""
    return Col(heading, "none", lambda r, row, i: r.choice(options), **extra)


def office(heading: str, **extra: Any) -> Col:
    """A public office, which is no enterprise."""
    return listed(heading, words.OFFICES, **extra)


def school(heading: str, **extra: Any) -> Col:
    """A school."""
    return listed(heading, words.SCHOOLS, **extra)


def made(heading: str, make: Callable[[Random, Mapping[str, Any], int], str], **extra: Any) -> Col:
    """Any other column of none of the kinds."""
    return Col(heading, "none", make, **extra)
