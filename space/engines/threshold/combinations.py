"""Which figures of one cell may stand beside one another: none may follow by addition and subtraction.

Decides from the *parts* of a cell, the groups of rows that meet the same conditions. Every shown figure is
a sum over parts; a combination of figures that cancels on all safe parts, but not on the unsafe ones,
would show the unsafe ones. Pure; what makes a part unsafe is decided by the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from fractions import Fraction
from functools import lru_cache

# The conditions that a part meets, as bits.
Part = int


def merged(parts: Iterable[Part], shown: Collection[int]) -> dict[Part, list[Part]]:
    """Parts that no shown condition tells apart, together."""
    mask = sum(1 << condition for condition in shown)
    found: dict[Part, list[Part]] = {}
    for part in parts:
        found.setdefault(part & mask, []).append(part)
    return found


def withheld(
    parts: Collection[Part],
    shown: Iterable[int],
    unsafe: Callable[[list[Part]], bool],
) -> list[int]:
    """The conditions to withhold, so that no combination of the others rests on unsafe parts alone.

    Of several that would help the last goes, never the smallest: of two conditions that differ by one person
    which is the smaller would tell whether there is such a person.

    Args:
        parts: of the cell, those that hold rows.
        shown: conditions whose figures would leave; condition 0, the cell itself, stays.
        unsafe: whether the rows of some parts together may not be told from the rest.
    """
    left = sorted(shown)
    gone: list[int] = []
    while not _safe(parts, left, unsafe):
        choice = [c for c in reversed(left) if c]
        if not choice:
            return gone
        helps = (c for c in choice if _safe(parts, [other for other in left if other != c], unsafe))
        dropped = next(helps, choice[0])
        left.remove(dropped)
        gone.append(dropped)
    return gone


def _safe(parts: Collection[Part], shown: list[int], unsafe: Callable[[list[Part]], bool]) -> bool:
    groups = merged(parts, shown)
    bad = frozenset(part for part, group in groups.items() if unsafe(group))
    return not bad or _told_apart(frozenset(groups) - bad, bad, tuple(shown))


@lru_cache(maxsize=4096)
def _told_apart(good: frozenset[Part], bad: frozenset[Part], shown: tuple[int, ...]) -> bool:
    """Whether every combination that cancels on the good parts cancels on the bad ones too."""
    return _rank(sorted(good), shown) == _rank([*sorted(good), *sorted(bad)], shown)


def _rank(parts: list[Part], shown: tuple[int, ...]) -> int:
    """The rank of the table of conditions by parts, exactly."""
    rows = [[Fraction(part >> condition & 1) for condition in shown] for part in parts]
    rank = 0
    for column in range(len(shown)):
        pivot = next((row for row in rows[rank:] if row[column]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        rows.insert(rank, pivot)
        for at in range(rank + 1, len(rows)):
            times = rows[at][column] / pivot[column]
            rows[at] = [a - times * b for a, b in zip(rows[at], pivot, strict=True)]
        rank += 1
    return rank
