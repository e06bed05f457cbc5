"""Figures written with a unit or as a bound, and the cleaning steps that make numbers of them.

Decides which endings of cells are units (``units.yaml``) and by how much each counts, and which cells
state a bound (``651以上``, ``<5``) instead of a value. A column it cannot read as a whole it leaves
alone: half of the cells without a percent sign could mean two things.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from ruamel.yaml import YAML

from catalog.intake.drafting.evidence import FIT, Seen
from contracts.model import Cleaning, CleaningKind

# Share of distinct values that may be bounds; a column with more is one of classes, not of figures.
BOUNDS_SHARE: Final = 0.5
# Bounds read as such need this many plain figures beside them.
FIGURES_LEAST: Final = 2
# Steps of a column are named after its field; until it has its name, this stands for it.
FIELD: Final = "{field}"

_PARENS = re.compile(r"[（(\[【]([^（）()\[\]【】]{1,12})[)）\]】]\s*$")
_NUMBER = r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_LOWER = r"≥|≧|>=|＞=|>|＞|不低于|不少于|大于等于|大于|超过"
_UPPER = r"≤|≦|<=|＜=|<|＜|不高于|不超过|小于等于|小于|低于|不足"
_MORE = r"[及或]?以上|\+|＋"
_FEWER = r"[及或]?以[下内]"
# What RE2 takes: bounds from above have no cleaning step of their own and are replaced by their figure.
_BELOW_STEP: Final = rf"^\s*(?:{_UPPER})?\s*({_NUMBER})\s*(?:{_FEWER})?\s*$"
_SPLIT_UNIT: Final = r"\s*{unit}((?:及|或)?以[上下内])$"


@dataclass(frozen=True, slots=True)
class Quantity:
    """How the cells of a column become numbers.

    Attributes:
        steps: cleaning steps in order, their fields still to be filled in.
        reason: why, in one clause.
        unit: what the numbers count then, or empty.
        doubt: what a person should look at, or empty.
    """

    steps: tuple[Cleaning, ...]
    reason: str
    unit: str = ""
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class _Cell:
    unit: str
    lower: bool
    upper: bool
    inside: bool  # the unit stands before the words of a bound: 60岁以上


@dataclass(frozen=True, slots=True)
class _Units:
    factors: Mapping[str, tuple[int, str]]  # spelling → (magnitude, base unit)
    shape: re.Pattern[str]


def quantity_of(seen: Seen) -> Quantity | None:
    """How the values of a column become numbers, or None where they are plain or no figures.

    Args:
        seen: the column's distinct values.
    """
    if not _worth_a_look(seen.values):
        return None
    cells = [c for v in seen.values.to_pylist() if (c := _read(v)) is not None]
    if len(cells) < FIT * seen.distinct:
        return None
    bounds = sum(c.lower or c.upper for c in cells)
    if bounds > BOUNDS_SHARE * len(cells) or (bounds and len(cells) - bounds < FIGURES_LEAST):
        return None
    units = Counter(c.unit for c in cells)
    shares = {u for u in units if u and _unit(u)[1] in ("%", "％", "‰")}
    if shares and len(units) > 1:
        return None  # 0.35 beside 35%: nobody can tell what the bare ones mean
    bases = {_unit(u)[1] for u in units if u}
    if len(bases - {""}) > 1:
        return None
    return _planned(seen, cells, units)


def unit_in(heading: str) -> str:
    """The unit a heading names in brackets at its end, or nothing.

    >>> unit_in("投资额（万元）"), unit_in("名称（全称）")
    ('万元', '')
    """
    found = _PARENS.search(heading)
    text = re.sub(r"^单位[：:]", "", found[1].strip()) if found else ""
    return text if text in _units().factors else ""


def _planned(seen: Seen, cells: list[_Cell], units: Counter[str]) -> Quantity:
    """The steps for cells that all read as figures of one base unit."""
    spelt = sorted((u for u in units if u), key=lambda u: (-len(u), u))
    stated = unit_in(seen.heading)
    base = next((b for u in spelt if (b := _unit(u)[1])), "")
    known = bool(stated) and (not spelt or _unit(stated)[1] == base)
    into = stated if known else base
    size = _unit(stated)[0] if known else 1
    steps: list[Cleaning] = []
    for number, unit in enumerate(sorted({c.unit for c in cells if c.inside and c.unit}), 1):
        pattern = _SPLIT_UNIT.format(unit=re.escape(unit))
        steps.append(
            _step(f"split_{number}", CleaningKind.REPLACE, {"pattern": pattern, "with": r"\1"}, unit)
        )
    told = []
    for number, unit in enumerate(spelt, 1):
        steps.append(_unit_step(number, unit, _unit(unit)[0], size))
        told.append(unit)
    why = f"figures with the unit {'、'.join(told)}, read as numbers in {into or 'ones'}" if told else ""
    lower, upper = sum(c.lower for c in cells), sum(c.upper for c in cells)
    if upper:
        steps.append(
            _step(
                "bottom", CleaningKind.REPLACE, {"pattern": _BELOW_STEP, "with": r"\1"}, "bounds from above"
            )
        )
    if lower:
        steps.append(_step("top", CleaningKind.TOP_CODE, {}, "bounds from below"))
    doubts = []
    if lower or upper:
        why += ("; " if why else "figures; ") + f"{lower + upper} of {seen.distinct} distinct values "
        why += "are bounds (以上, ≥, <), of which the figure alone is kept"
        doubts.append("sums and averages lean to the bounds of top-coded values")
    if any(_unit(u)[0] > 1 for u in spelt) and units[""]:
        doubts.append(f"cells without a unit are read as {into or 'ones'}")
    return Quantity(tuple(steps), why, into, "; ".join(doubts))


def _unit_step(number: int, unit: str, size: int, into: int) -> Cleaning:
    """Strips a unit that is the field's own, scales every other."""
    if size == into:
        return _step(f"unit_{number}", CleaningKind.STRIP, {"suffix": unit}, unit)
    factor = size // into if size >= into else round(size / into, 15)
    return _step(f"unit_{number}", CleaningKind.SCALE, {"suffix": unit, "factor": factor}, unit)


def _step(id_: str, kind: CleaningKind, args: dict[str, Any], what: str) -> Cleaning:
    words = {
        CleaningKind.STRIP: f"the unit {what} is taken off",
        CleaningKind.SCALE: f"figures in {what} are multiplied by {args.get('factor')}",
        CleaningKind.REPLACE: f"{what}: only the figure is kept",
        CleaningKind.TOP_CODE: f"{what}: only the figure is kept",
    }
    return Cleaning(
        f"{FIELD}_{id_}", kind, (), args, f"Drafted: {words[kind]}; remove the step to keep cells as printed."
    )


def _worth_a_look(values: pa.Array) -> bool:
    """Whether most values begin like a figure and some do not end like one."""
    begins = pc.match_substring_regex(values, rf"^\s*(?:{_LOWER}|{_UPPER})?\s*[+-]?\d")
    ends = pc.match_substring_regex(values, r"^\s*[+-]?[\d,.]+\s*$")
    total = len(values)
    return (pc.sum(begins).as_py() or 0) >= FIT * total and (pc.sum(ends).as_py() or 0) < total


def _read(text: str) -> _Cell | None:
    found = _units().shape.match(text)
    if found is None:
        return None
    lower, upper = bool(found["low"] or found["more"]), bool(found["up"] or found["fewer"])
    if lower and upper:
        return None
    unit = found["unit"] or ""
    return _Cell(unit, lower, upper, bool(unit and (found["more"] or found["fewer"])))


def _unit(spelling: str) -> tuple[int, str]:
    """Magnitude and base unit of a spelling."""
    return _units().factors.get(spelling, (1, spelling))


@lru_cache(maxsize=1)
def _units() -> _Units:
    document: dict[str, Any] = YAML(typ="safe").load(Path(__file__).with_name("units.yaml"))
    magnitudes = {str(k): int(v) for k, v in document["magnitudes"].items()}
    bases = [str(u) for group in document["units"].values() for u in group]
    factors: dict[str, tuple[int, str]] = {m: (size, "") for m, size in magnitudes.items()}
    factors |= {m + b: (size, b) for m, size in magnitudes.items() for b in bases if not b.isascii()}
    factors |= {b: (1, b) for b in bases}
    choice = "|".join(re.escape(u) for u in sorted(factors, key=len, reverse=True))
    shape = re.compile(
        rf"^\s*(?:(?P<low>{_LOWER})|(?P<up>{_UPPER}))?\s*{_NUMBER}\s*(?P<unit>{choice})?"
        rf"\s*(?:(?P<more>{_MORE})|(?P<fewer>{_FEWER}))?\s*$"
    )
    return _Units(factors, shape)
