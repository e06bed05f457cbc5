"""Warnings of duties 红黄灯: which colour a duty has on a day.

Decides the colour from the working days left and the dated rule ``warning`` of ``rules/clocks.yaml``; a
row ``warning:<rule>`` goes before the general one. Says nothing about what is owed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from policies.clocks import Calendar, workdays_between
from policies.rulebook import NATIONAL, RuleError, rules

_GENERAL: Final = "warning"


class Colour(StrEnum):
    """How pressing a duty is, the most pressing first."""

    RED = "red"  # overdue, or as good as that
    YELLOW = "yellow"  # the term is nearly over
    GREEN = "green"
    GREY = "grey"  # stands still, or has no last day


@dataclass(frozen=True, slots=True)
class Threshold:
    """When a duty turns yellow and red.

    Attributes:
        red: working days left from which on it is red; 0 is the last day itself.
        yellow: working days left from which on it is yellow.
        share: of the whole term, from which on it is yellow.
    """

    red: int
    yellow: int
    share: float

    def colour(self, left: int, term: int = 0) -> Colour:
        """The colour with so many working days left of a term.

        Args:
            left: working days after today up to the last one; below 0 it is overdue.
            term: working days of the whole; 0 where it was not given in working days.
        """
        if left <= self.red:
            return Colour.RED
        near = left <= self.yellow or (term > 0 and left <= self.share * term)
        return Colour.YELLOW if near else Colour.GREEN


def warnings_on(on: date, place: str = NATIONAL) -> Mapping[str, Threshold]:
    """Every warning rule in force by the deadline rule it is for; ``""`` is the general one.

    Raises:
        RuleError: there is no general one, or a row has the wrong shape.
    """
    found = {
        row.name.removeprefix(_GENERAL).removeprefix(":"): _warning(row.name, row.value)
        for row in rules("clocks", on, place)
        if row.name == _GENERAL or row.name.startswith(f"{_GENERAL}:")
    }
    if "" not in found:
        raise RuleError(f"policies/rules/clocks.yaml: no rule {_GENERAL} is in force on {on}")
    return found


def workdays_left(on: date, due_on: date, calendar: Calendar) -> int:
    """Working days after ``on`` up to and with the last day; 0 on the last day, below 0 when overdue.

    >>> from policies.clocks import calendar
    >>> workdays_left(date(2026, 9, 24), date(2026, 9, 28), calendar())
    1
    >>> workdays_left(date(2026, 9, 27), date(2026, 9, 24), calendar())
    -1
    """
    if on <= due_on:
        return workdays_between(on, due_on, calendar)
    # Late is late, also on the holidays after the last day.
    return min(-1, -workdays_between(due_on, on, calendar))


def _warning(name: str, value: Any) -> Threshold:
    try:
        yellow, red = value["yellow"], value["red"]
        return Threshold(int(red["workdays"]), int(yellow["workdays"]), float(yellow.get("share", 0.0)))
    except (TypeError, KeyError, ValueError):
        raise RuleError(
            f"policies/rules/clocks.yaml: {name} is no warning"
            " — write yellow: {workdays, share}, red: {workdays}"
        ) from None
