"""Which division an address lies in, by the standard address list 标准地址 and nothing outside the city.

Decides how a text is cut: by names of divisions in all their spellings, other and former names, roads,
compounds and landmarks. Names that contradict each other, or leave several streets open, tell no area: a
wrong street is worse than none. Deterministic: the same list and text give the same answer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from catalog.places.divisions import Division, Divisions, holds
from policies.attribution import Attributing

_BRACKETED: Final = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")
_NOISE: Final = re.compile(r"[\s·•、,，。.;；:：\"'“”‘’/\\|*~!！?？]+")
_NUMBER: Final = re.compile(r"(?:第)?(\d{1,5})(?=[号#-]|弄|$|[^\d])")
# What may stand after a short name: nothing, a number, or another name of the list.
_COUNTED: Final = frozenset("0123456789一二三四五六七八九十甲乙丙丁第")


@dataclass(frozen=True, slots=True)
class PlaceName:
    """A name of the standard address list.

    Attributes:
        name: as people write it.
        code: the division it lies in, or is another name of.
        kind: ``alias`` another name, ``former`` a former one, ``place`` a road, compound or landmark.
        low, high: house numbers it holds for, both included; None = all.
        parity: ``odd``, ``even``, or empty for both sides of the road.
        valid_from, valid_to: as of a division.
    """

    name: str
    code: str
    kind: str = "place"
    low: int | None = None
    high: int | None = None
    parity: str = ""
    valid_from: str = ""
    valid_to: str = ""

    def covers(self, number: int | None) -> bool:
        """Whether it holds for a house number; without one, only where it holds for all."""
        if self.low is None and self.high is None and not self.parity:
            return True
        if number is None:
            return True  # each stretch of the road is possible
        if self.parity and (number % 2 == 1) is not (self.parity == "odd"):
            return False
        return (self.low or 0) <= number <= (self.high if self.high is not None else number)


@dataclass(frozen=True, slots=True)
class Told:
    """What an address tells.

    Attributes:
        code: of the division it lies in; None where no street can be told.
        confidence: share of such addresses expected to be right.
        how: what it was told by, or why it was not.
        near: the smallest division it surely lies in; empty where there is none.
    """

    code: str | None
    confidence: float
    how: str
    near: str = ""


@dataclass(frozen=True, slots=True)
class _Entry:
    code: str
    kind: str  # full, variant, short, alias, former, place
    place: PlaceName | None = None


@dataclass(frozen=True, slots=True)
class _Match:
    """A name found in a text: what it may stand for."""

    entries: tuple[_Entry, ...]
    number: int | None

    @property
    def kind(self) -> str:
        return self.entries[0].kind

    def codes(self) -> set[str]:
        return {e.code for e in self.entries if e.place is None or e.place.covers(self.number)}


# What may be left aside where it does not fit what else is said; the name of a division in full may not.
_WEAK: Final = frozenset({"short", "alias", "former", "place"})
_FACTOR: Final = {"short": "short_name", "alias": "alias", "former": "former_name", "place": "place_name"}


class AddressList:
    """The standard address list on one day.

    Args:
        divisions: of all times; what ended gives former names.
        names: of all times.
        tree: the region tree on the day.
        rules: words and factors.
    """

    def __init__(
        self,
        divisions: Iterable[Division],
        names: Iterable[PlaceName],
        tree: Divisions,
        rules: Attributing,
    ) -> None:
        self._tree, self._rules = tree, rules
        self._names: dict[str, list[_Entry]] = {}
        self._stems: dict[str, list[_Entry]] = {}
        for division in divisions:
            self._enter(division)
        for each in names:
            if holds(each.valid_from, each.valid_to, tree.day) or each.kind == "former":
                for code in tree.current(each.code):
                    self._add(self._names, each.name, _Entry(code, each.kind, each))
        self._longest = max(map(len, (*self._names, *self._stems)), default=0)
        self._told: dict[str, Told] = {}

    def __len__(self) -> int:
        return len(self._names) + len(self._stems)

    def locate(self, text: str) -> Told:
        """The division an address lies in.

        Args:
            text: as somebody wrote it.
        """
        found = self._told.get(text)
        if found is None:
            found = self._told[text] = self._locate(text)
        return found

    def _locate(self, text: str) -> Told:
        plain = unicodedata.normalize("NFKC", text)
        told = self._of(_NOISE.sub("", _BRACKETED.sub("", plain)))
        if told.code is None and _BRACKETED.search(plain):
            again = self._of(_NOISE.sub("", plain))
            return again if again.code is not None else told
        return told

    def _of(self, text: str) -> Told:
        if any(word in text for word in self._rules.between):
            return Told(None, 0, "between")
        found = list(self._matches(text))
        if not found:
            return Told(None, 0, "no_name")
        possible: set[str] = set()
        notes: list[str] = []
        for match in found:
            codes = match.codes()
            narrowed = self._narrowed(possible, codes) if possible else codes
            if narrowed:
                possible = narrowed
                notes += [_FACTOR[match.kind]] if match.kind in _FACTOR else []
            elif match.kind in _WEAK:
                notes.append("ignored_name")
            else:
                return Told(None, 0, "contradiction", self._tree.common([*possible, *codes]))
        return self._settled(possible, found, notes)

    def _settled(self, possible: set[str], found: list[_Match], notes: list[str]) -> Told:
        least = self._rules.least_digits
        code = next(iter(possible)) if len(possible) == 1 else self._tree.common(sorted(possible))
        if len(code) < least:
            return Told(None, 0, "several" if len(possible) > 1 else "too_coarse", code)
        if len(possible) > 1:
            notes.append("common_street")
        if not any(len(each) <= 6 for match in found for each in match.codes()):
            notes.append("no_district")
        confidence = self._rules.confidence["address"]
        for note in dict.fromkeys(notes):
            confidence *= self._rules.factors[note]
        return Told(code, confidence, "+".join(dict.fromkeys(notes)) or "full_name", code)

    def _narrowed(self, possible: set[str], codes: set[str]) -> set[str]:
        """What both names can mean: of two divisions one of which holds the other, the inner one."""
        inner = {code for code in codes if not possible.isdisjoint(self._tree.chain(code))}
        return inner | {each for each in possible if not codes.isdisjoint(self._tree.chain(each))}

    def _matches(self, text: str) -> Iterator[_Match]:
        at = 0
        while at < len(text):
            found, end = self._match(text, at)
            if found:
                number = _NUMBER.match(text, end) if found[0].kind == "place" else None
                yield _Match(found, int(number[1]) if number else None)
            at = max(end, at + 1)

    def _match(self, text: str, at: int) -> tuple[tuple[_Entry, ...], int]:
        """The longest name that begins at ``at``, and where it ends."""
        for size in range(min(self._longest, len(text) - at), 1, -1):
            piece, end = text[at : at + size], at + size
            if piece in self._names:
                return tuple(self._names[piece]), end
            if piece in self._stems:
                spelt = self._spelt_otherwise(piece, text, end)
                if spelt is not None:
                    return spelt
        return (), at

    def _spelt_otherwise(self, stem: str, text: str, end: int) -> tuple[tuple[_Entry, ...], int] | None:
        """A name with another ending of its level, or without one where nothing else can be meant."""
        entries = self._stems[stem]
        rest = text[end:]
        for digits, endings in self._rules.endings.items():
            of_level = tuple(_Entry(e.code, "full") for e in entries if len(e.code) == digits)
            ending = next((word for word in endings if rest.startswith(word)), None)
            if of_level and ending is not None:
                return of_level, end + len(ending)
        if any(rest.startswith(word) for word in self._rules.other_names):
            return None
        if rest and rest[0] not in _COUNTED and not self._begins_name(text, end):
            return None
        return tuple(entries), end

    def _begins_name(self, text: str, at: int) -> bool:
        pieces = (text[at : at + size] for size in range(2, min(self._longest, len(text) - at) + 1))
        return any(piece in self._names or piece in self._stems for piece in pieces)

    def _enter(self, division: Division) -> None:
        """A division under its name and its short name; one that ended under its successor's code."""
        now = self._tree.known.get(division.code)
        kind = "full" if now is not None and now.name == division.name else "former"
        for code in self._tree.current(division.code):
            self._add(self._names, division.name, _Entry(code, kind))
            stem = self._stem(division)
            if stem and kind == "full":
                self._add(self._stems, stem, _Entry(code, "short"))

    def _stem(self, division: Division) -> str:
        endings = self._rules.endings.get(len(division.code), ())
        ending = next((word for word in endings if division.name.endswith(word)), "")
        stem = division.name.removesuffix(ending)
        return stem if ending and len(stem) > 1 else ""

    @staticmethod
    def _add(under: dict[str, list[_Entry]], name: str, entry: _Entry) -> None:
        known = under.setdefault(name, [])
        if entry not in known:
            # The strongest kind first: a name that is both a division's and a road's is the division's.
            known.append(entry)
            known.sort(key=lambda each: each.kind in _WEAK)
