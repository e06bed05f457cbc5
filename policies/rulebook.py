"""Reads the dated, cited rules under ``policies/rules/``.

Decides which row of a rule file is in force on a day and in a place; says nothing about what its
value means. Every row states ``name``, ``value``, ``source``, ``valid_from`` and ``confidence``.

An installation may lay a folder of its own over the shipped files (:func:`lay_over`): rows of
``<folder>/<file>.yaml`` join those shipped, and of two rows that are equally near and equally new the
installation's counts. A changed file is read again.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

RULES: Final = Path(__file__).parent / "rules"

# The place of a rule that holds everywhere; a row of a place goes before it.
NATIONAL: Final = "national"

_STATED: Final = ("name", "value", "source", "valid_from", "confidence")
# Division codes name their province by two digits and their city by four. Source: GB/T 2260.
_LEVELS: Final = (2, 4, 6, 9, 12)


class _Overlay:
    """The folder an installation lays over the shipped rules; set by the rim that opens it."""

    folder: Path | None = None


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


def lay_over(folder: Path | None) -> None:
    """Let the rule files of a folder join the shipped ones from now on, in this process.

    Args:
        folder: of the installation, e.g. ``YBZ_HOME/rules``; it need not exist. None takes it away.
    """
    _Overlay.folder = folder


def edition(file: str) -> tuple[tuple[str, int, int], ...]:
    """What tells one state of a rule file from another: path, time and size of each part of it.

    Whoever keeps something made from rules keeps it by this.
    """
    # Asked for with every rule: paths are joined as text, and the system is asked directly.
    places = [f"{RULES}/{file}.yaml"]
    if _Overlay.folder is not None:
        places.append(f"{_Overlay.folder}/{file}.yaml")
    found = []
    for place in places:
        try:
            state = os.stat(place)
        except FileNotFoundError:
            continue
        found.append((place, state.st_mtime_ns, state.st_size))
    return tuple(found)


def places(place: str) -> tuple[str, ...]:
    """Whose rules hold in a place, the nearest first: its own, its city's, its province's, the nation's.

    >>> places("140581")
    ('140581', '140500', '140000', 'national')
    """
    if place == NATIONAL:
        return (NATIONAL,)
    above = [place[:digits].ljust(6, "0") for digits in reversed(_LEVELS) if digits < len(place.rstrip("0"))]
    return tuple(dict.fromkeys((place, *above, NATIONAL)))


def rule(file: str, name: str, on: date, place: str = NATIONAL) -> DatedRule:
    """The row called ``name`` that is in force: the nearest place's before the national, the latest first.

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
    return _in_force(edition(file), file, on, place)


@lru_cache(maxsize=1024)
def _in_force(
    state: tuple[tuple[str, int, int], ...], file: str, on: date, place: str
) -> tuple[DatedRule, ...]:
    chosen: dict[str, DatedRule] = {}
    nearest = places(place)
    for row in _rows(state, file):
        if row.place not in nearest or not row.holds(on):
            continue
        former = chosen.get(row.name)
        if former is None or _rank(row, nearest) >= _rank(former, nearest):
            chosen[row.name] = row
    return tuple(chosen.values())


def _rank(row: DatedRule, nearest: tuple[str, ...]) -> tuple[int, date]:
    return (-nearest.index(row.place), row.valid_from)


@lru_cache(maxsize=256)
def _rows(state: tuple[tuple[str, int, int], ...], file: str) -> tuple[DatedRule, ...]:
    if not state:
        raise RuleError(f"policies/rules/{file}.yaml: there is no such rule file")
    return tuple(row for place, _, _ in state for row in _rows_of(Path(place), file))


def _rows_of(path: Path, file: str) -> tuple[DatedRule, ...]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    where = f"policies/rules/{file}.yaml" if path.parent == RULES else str(path)
    try:
        document = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (YAMLError, ValueError):
        raise RuleError(f"{where}: cannot be read as YAML — write `rules:` with a list of rows") from None
    rows = document.get("rules") if isinstance(document, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise RuleError(f"{where}: holds no rows — write `rules:` with a list of rows")
    return tuple(_row(where, row) for row in rows)


def _row(where: str, row: dict[str, Any]) -> DatedRule:
    missing = [key for key in _STATED if row.get(key) is None]
    if missing:
        raise RuleError(f"{where}: a row lacks {', '.join(missing)}")
    days = {key: _day(row.get(key)) for key in ("valid_from", "valid_to")}
    for key, day in days.items():
        if day is None and row.get(key) is not None:
            raise RuleError(f"{where}: {key} of {row['name']} is no day — write it as YYYY-MM-DD")
    first = days["valid_from"]
    assert first is not None  # it is stated, and a day
    return DatedRule(
        name=str(row["name"]),
        value=row["value"],
        source=str(row["source"]),
        valid_from=first,
        confidence=str(row["confidence"]),
        valid_to=days["valid_to"],
        place=str(row.get("place", NATIONAL)),
        unit=str(row.get("unit", "")),
    )


def _day(stated: Any) -> date | None:
    """A day as YAML reads it, or as a text: quoted, or in JSON."""
    if isinstance(stated, str):
        try:
            return date.fromisoformat(stated)
        except ValueError:
            return None
    return stated if type(stated) is date else None
