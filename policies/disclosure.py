"""Small cells, dominance, rounding and complementary suppression: what a table may show.

Pure functions over counts and contributions. Decides whether a figure may leave; who asks, and with
which terms, is decided elsewhere. Thresholds come from ``rules/disclosure.yaml``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from datetime import date
from enum import Enum
from typing import Final

from policies.rulebook import NATIONAL, rule
from policies.terms import Disclosure


class Margin(Enum):
    """Stands in a cell's key where the cell is the total over that dimension."""

    TOTAL = "total"


TOTAL: Final = Margin.TOTAL

# One label per dimension of the table; `TOTAL` marks a margin.
CellKey = tuple[Hashable, ...]


def defaults(on: date, place: str = NATIONAL) -> Disclosure:
    """The disclosure parameters in force on a day.

    Source: ``policies/rules/disclosure.yaml``.
    """
    return Disclosure(
        k=int(rule("disclosure", "k", on, place).value),
        dominance_share=float(rule("disclosure", "dominance_share", on, place).value),
        p_percent=float(rule("disclosure", "p_percent", on, place).value),
        rounding_base=int(rule("disclosure", "rounding_base", on, place).value),
    )


def small(units: int, k: int) -> bool:
    """Whether a cell rests on some units, but on fewer than ``k``.

    A cell of no unit at all is not small: it names nobody. Whether an empty cell may be *shown* is
    the caller's matter (a group that appears only when somebody is in it tells by being there).
    """
    return 0 < units < k


def nested_safe(whole_units: int, part_units: int, k: int) -> bool:
    """Whether a part may be shown beside its whole: neither it nor the rest is small.

    ``count(*)`` and ``count(*) FILTER (WHERE …)`` of one cell show the rest by subtraction.
    """
    return not small(part_units, k) and not small(whole_units - part_units, k)


def dominated(top1: float, top2: float, total: float, share: float, p_percent: float) -> bool:
    """Whether a sum gives its largest contributor away.

    Args:
        top1: absolute contribution of the largest unit, in any one unit of measure.
        top2: absolute contribution of the second largest.
        total: sum of the absolute contributions of all units, same measure.
        share: largest share one unit may hold, 0–1.
        p_percent: how close the second largest may come to the largest, in percent of it.

    Returns:
        True if the largest holds more than ``share`` of the total, or if the total less the two largest
        is below ``p_percent`` of the largest (so that the second could estimate the first that closely).

    >>> dominated(60, 20, 100, 0.5, 10), dominated(40, 30, 100, 0.5, 10), dominated(50, 47, 100, 0.5, 10)
    (True, False, True)

    Source: (n, k) dominance with n = 1 and the p% rule of statistical disclosure control.
    """
    if top1 <= 0:
        return False
    return top1 > share * total or (total - top1 - top2) * 100 < p_percent * top1


def round_to(value: int, base: int) -> int:
    """``value`` to the nearest multiple of ``base``, halves away from zero.

    >>> round_to(12, 5), round_to(13, 5), round_to(-13, 5), round_to(5, 2)
    (10, 15, -15, 6)
    """
    if base < 1:
        raise ValueError("the rounding base is at least 1")
    nearest = (2 * abs(value) + base) // (2 * base) * base
    return nearest if value >= 0 else -nearest


def significant(value: int, digits: int) -> int:
    """``value`` to ``digits`` significant digits, halves away from zero.

    >>> significant(48_327, 3), significant(999_500, 3), significant(42, 3)
    (48300, 1000000, 42)
    """
    length = len(str(abs(value)))
    return value if length <= digits else round_to(value, 10 ** (length - digits))


def magnitude(units: int) -> int:
    """How many binary digits a number of units has: what the choice among cells may depend on.

    >>> magnitude(40), magnitude(60), magnitude(64)
    (6, 6, 7)
    """
    return units.bit_length()


def complementary(
    cells: Mapping[CellKey, int],
    withheld: Iterable[CellKey],
    k: int,
    *,
    totals_known: bool = True,
) -> frozenset[CellKey]:
    """The cells to withhold so that no withheld one follows from the others by subtraction.

    Along every line of the table (all cells that differ in one dimension, with their total) the withheld
    cells must be none, or at least two that together rest on ``k`` units or more; else the smallest shown
    cell of the line is withheld too, until nothing changes. Sizes are told apart by their binary magnitude
    only: which of two cells is the smaller by one unit would tell where that unit is.

    Args:
        cells: units of every cell, by one label per dimension; ``TOTAL`` in a place marks the margin.
        withheld: cells already withheld (too small, dominated).
        k: fewest units a difference may rest on.
        totals_known: whether a margin that is not among ``cells`` may be known from elsewhere.

    Returns:
        ``withheld`` and what had to be added.

    >>> sorted(complementary({("a",): 3, ("b",): 40, ("c",): 25}, [("a",)], 10))
    [('a',), ('c',)]
    """
    hidden = set(withheld)
    lines = _lines(cells, totals_known=totals_known)
    changed = bool(hidden)
    while changed:
        changed = False
        for place, line in lines:
            addition = _addition(place, line, cells, hidden, k)
            if addition is not None:
                hidden.add(addition)
                changed = True
    return frozenset(hidden)


def _lines(cells: Mapping[CellKey, int], *, totals_known: bool) -> list[tuple[int, list[CellKey]]]:
    """Cells that add up to a total which is among them, or which others may know; by dimension."""
    grouped: dict[tuple[int, CellKey], list[CellKey]] = defaultdict(list)
    for key in cells:
        for place in range(len(key)):
            grouped[place, (*key[:place], *key[place + 1 :])].append(key)
    return [
        (place, sorted(line, key=lambda key: (magnitude(cells[key]), repr(key))))
        for (place, _), line in sorted(grouped.items(), key=lambda item: repr(item[0]))
        if totals_known or any(key[place] is TOTAL for key in line)
    ]


def _addition(
    place: int, line: list[CellKey], cells: Mapping[CellKey, int], hidden: set[CellKey], k: int
) -> CellKey | None:
    covered = [key for key in line if key in hidden]
    if not covered:
        return None
    total_covered = any(key[place] is TOTAL for key in covered)
    resting = sum(cells[key] for key in covered if key[place] is not TOTAL)
    if len(covered) >= 2 and (total_covered or resting >= k):
        return None
    shown = [key for key in line if key not in hidden]
    inner = [key for key in shown if key[place] is not TOTAL and cells[key] > 0]
    return next(iter(inner or shown), None)
