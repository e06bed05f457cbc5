"""The region tree 行政区划 on a day: what lies in what, and what became of a division that ended.

Decides what a code stands for on that day. A code the tree does not know is read by its digits: the first
nine of a village's are its street's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

# Source: GB/T 2260 (2, 4, 6 digits), GB/T 10114 (9), statistical division codes (12).
DIGITS: Final = (2, 4, 6, 9, 12)
# A chain of successors longer than this is a mistake of the list.
_LONGEST: Final = 20


@dataclass(frozen=True, slots=True)
class Division:
    """One division, for as long as it was so.

    Attributes:
        code: of 2, 4, 6, 9 or 12 digits.
        name: as printed.
        parent: code of the division above; empty at the top.
        valid_from: ``YYYY-MM-DD``; empty = since ever.
        valid_to: first day it no longer holds; empty = until further notice.
    """

    code: str
    name: str
    parent: str = ""
    valid_from: str = ""
    valid_to: str = ""

    def holds(self, day: date) -> bool:
        """Whether it is so on a day."""
        return holds(self.valid_from, self.valid_to, day)


@dataclass(frozen=True, slots=True)
class Succession:
    """``code`` ended on ``valid_from`` and ``successor`` stands in its place; a split one has several."""

    code: str
    successor: str
    valid_from: str = ""


def holds(valid_from: str, valid_to: str, day: date) -> bool:
    """Whether a span of days, its end not included, holds a day."""
    text = day.isoformat()
    return valid_from <= text and (not valid_to or text < valid_to)


class Divisions:
    """The tree on one day.

    Args:
        divisions: of all times.
        successions: of all times.
        day: on which it is asked.
    """

    def __init__(self, divisions: Iterable[Division], successions: Iterable[Succession], day: date) -> None:
        self.day = day
        self.known = {each.code: each for each in divisions if each.holds(day)}
        self._after: dict[str, list[str]] = {}
        for each in successions:
            if each.valid_from <= day.isoformat():
                self._after.setdefault(each.code, []).append(each.successor)
        self._chains: dict[str, tuple[str, ...]] = {}

    def current(self, code: str) -> tuple[str, ...]:
        """What a code stands for on the day: itself, its successor, or every part it was split into."""
        if not self._after:
            return (code,)
        return tuple(dict.fromkeys(self._current(code, _LONGEST)))

    def chain(self, code: str) -> tuple[str, ...]:
        """A code and everything it lies in, from the inside out."""
        found = self._chains.get(code)
        if found is None:
            found = self._chains[code] = tuple(dict.fromkeys(self._above(code)))
        return found

    def inside(self, code: str, area: str) -> bool:
        """Whether a code lies in an area, or is it."""
        return area in self.chain(code)

    def common(self, codes: Iterable[str]) -> str:
        """The smallest area all codes lie in; empty where there is none."""
        chains = [self.chain(code) for code in codes]
        if not chains:
            return ""
        shared = set(chains[0]).intersection(*chains[1:])
        return next((code for code in chains[0] if code in shared), "")

    def _current(self, code: str, left: int) -> list[str]:
        if code in self.known or not left:
            return [code]
        for above in (code, *_shorter(code)):
            if above in self._after:
                # Of a village whose street was divided the list may say nothing: its street's parts are told.
                return [each for after in self._after[above] for each in self._current(after, left - 1)]
            if above in self.known:
                break
        return [code]

    def _above(self, code: str) -> list[str]:
        if not self.known:
            return [code, *_shorter(code)]
        found = [code]
        while len(found) <= _LONGEST:
            known = self.known.get(found[-1])
            above = known.parent if known is not None and known.parent else next(_shorter(found[-1]), "")
            if not above:
                break
            found.append(above)
        return found


def _shorter(code: str) -> Iterator[str]:
    """What a code lies in by its digits, the nearest first."""
    return iter([code[:digits] for digits in reversed(DIGITS) if digits < len(code)])
