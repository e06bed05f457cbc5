"""Reads the dated, cited rules under ``policies/rules/``.

Decides which row of a rule file is in force on a day and in a place; says nothing about what its
value means. Every row states ``name``, ``value``, ``source``, ``valid_from`` and ``confidence``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

RULES: Final = Path(__file__).parent / "rules"

# The place of a rule that holds everywhere; a row of a place goes before it.
NATIONAL: Final = "national"

_STATED: Final = ("name", "value", "source", "valid_from", "confidence")


class RuleError(ValueError):
    """A rule file that cannot be used: a row is incomplete, or none is in force."""

    user_facing = True


@dataclass(frozen=True, slots=True)
class DatedRule:
    """One row of a rule file.

    Attributes:
        name: what is ruled, unique on a day and in a place.
        value: the setting; its shape belongs to the file.
        source: law, standard or decision it rests on.
        valid_from, valid_to: days, both included; None = until replaced.
        confidence: how sure the value is.
        place: where it holds.
        unit: of the value, where not obvious.
    """

    name: str
    value: Any
    source: str
    valid_from: date
    confidence: str
    valid_to: date | None = None
    place: str = NATIONAL
    unit: str = ""

    def holds(self, on: date) -> bool:
        """Whether the row is in force on a day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


def rule(file: str, name: str, on: date, place: str = NATIONAL) -> DatedRule:
    """The row called ``name`` that is in force: the place's own before the national, the latest first.

    Args:
        file: rule file without ending, e.g. ``disclosure``.
        name: of the row.
        on: day, Asia/Shanghai.
        place: where; falls back to :data:`NATIONAL`.

    Raises:
        RuleError: none is in force.
    """
    for row in rules(file, on, place):
        if row.name == name:
            return row
    raise RuleError(f"policies/rules/{file}.yaml: no rule {name} is in force on {on}")


def rules(file: str, on: date, place: str = NATIONAL) -> tuple[DatedRule, ...]:
    """Every rule of a file in force on a day, one row a name, in file order of the names.

    Raises:
        RuleError: a row is incomplete.
    """
    chosen: dict[str, DatedRule] = {}
    for row in _rows(file):
        if row.place not in (place, NATIONAL) or not row.holds(on):
            continue
        former = chosen.get(row.name)
        if former is None or _rank(row, place) >= _rank(former, place):
            chosen[row.name] = row
    return tuple(chosen.values())


def _rank(row: DatedRule, place: str) -> tuple[bool, date]:
    return (row.place == place, row.valid_from)


@cache
def _rows(file: str) -> tuple[DatedRule, ...]:
    document = YAML(typ="safe").load((RULES / f"{file}.yaml").read_text(encoding="utf-8"))
    return tuple(_row(file, row) for row in document["rules"])


def _row(file: str, row: dict[str, Any]) -> DatedRule:
    missing = [key for key in _STATED if row.get(key) is None]
    if missing:
        raise RuleError(f"policies/rules/{file}.yaml: a row lacks {', '.join(missing)}")
    return DatedRule(
        name=str(row["name"]),
        value=row["value"],
        source=str(row["source"]),
        valid_from=row["valid_from"],
        confidence=str(row["confidence"]),
        valid_to=row.get("valid_to"),
        place=str(row.get("place", NATIONAL)),
        unit=str(row.get("unit", "")),
    )
