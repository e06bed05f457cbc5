"""Elements looked up by what a column shows: its heading, its codes and labels, its check digits.

Decides which spellings of a heading are one name and how little it says that a value passes a test.
What the look-ups weigh together is :mod:`contracts.proposals`'s.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from contracts.codes import CODES, to_half_width
from contracts.elements import Element, elements
from contracts.model import FieldType

Test = Callable[[str], object]

# Weight of an element's own name and of its other names.
SAME: Final = 1.0
SYNONYM: Final = 0.95
NUMBERS: Final = (FieldType.INTEGER, FieldType.NUMBER)

_BRACKETS: Final = re.compile(r"[（(【\[][^）)】\]]*[)）】\]]")
_MARKS: Final = re.compile(r"[\s_\-—:：*＊/、.。#]+")
# Words people leave off when they write a label: 男 for 男性, 汉 for 汉族, 河北 for 河北省.
_ENDINGS: Final = ("性", "族", "省", "市", "自治区", "毕业", "人员", "证", "教育")


@dataclass(frozen=True, slots=True)
class Index:
    """A library of elements as look-ups.

    Attributes:
        library: the elements by code.
        names: folded heading → (element, weight).
        bigrams: two characters → folded headings that hold them.
        codes, labels: value of a code list, label of one → elements.
        tests: element → whether a value keeps its check digit, pattern or range.
        chance: element → share of other elements' examples that pass its test too.
    """

    library: Mapping[str, Element]
    names: Mapping[str, tuple[tuple[str, float], ...]]
    bigrams: Mapping[str, tuple[str, ...]]
    codes: Mapping[str, tuple[str, ...]]
    labels: Mapping[str, tuple[str, ...]]
    tests: Mapping[str, Test]
    chance: Mapping[str, float]


@cache
def standard_index() -> Index:
    """The look-ups of the library alone, made once."""
    return index_of(MappingProxyType({}))


def index_of(own: Mapping[str, Element]) -> Index:
    """The look-ups of the library and a city's own elements, which replace those of the same code."""
    library = {**elements(), **own}
    names = _names(library)
    bigrams: dict[str, list[str]] = defaultdict(list)
    for name in names:
        for piece in {name[i : i + 2] for i in range(len(name) - 1)}:
            bigrams[piece].append(name)
    tests = {code: test for code, element in library.items() if (test := _test(element)) is not None}
    return Index(
        library,
        names,
        {piece: tuple(held) for piece, held in bigrams.items()},
        _inverted({code: element.codes for code, element in library.items()}),
        _inverted({code: label_codes(element) for code, element in library.items()}),
        tests,
        {code: _chance(library, code, test) for code, test in tests.items()},
    )


def folded(heading: str) -> str:
    """A heading as it is looked up: half width, lower case, without blanks, brackets and marks.

    >>> folded("出生日期（年-月-日）"), folded("birth_Date")
    ('出生日期', 'birthdate')
    """
    text = to_half_width(heading).strip()
    return (_MARKS.sub("", _BRACKETS.sub("", text)) or _MARKS.sub("", text) or text).lower()


def label_codes(element: Element) -> dict[str, str]:
    """Label → code, also for labels as people shorten them; a label that names two codes is left out."""
    found: dict[str, set[str]] = defaultdict(set)
    full = set(element.codes.values())
    for code, label in element.codes.items():
        found[label].add(code)
        for ending in _ENDINGS:
            short = label.removesuffix(ending)
            if short and short not in full:
                found[short].add(code)
    return {label: next(iter(codes)) for label, codes in found.items() if len(codes) == 1}


def _names(library: Mapping[str, Element]) -> dict[str, tuple[tuple[str, float], ...]]:
    names: dict[str, dict[str, float]] = defaultdict(dict)
    for code, element in library.items():
        others = (*element.synonyms, element.english)
        weighted = [(element.name, SAME), (code, SAME), *((name, SYNONYM) for name in others if name)]
        for name, weight in weighted:
            key = folded(name)
            names[key][code] = max(weight, names[key].get(code, 0.0))
    return {name: tuple(codes.items()) for name, codes in names.items()}


def _inverted(lists: Mapping[str, Mapping[str, str]]) -> dict[str, tuple[str, ...]]:
    made: dict[str, list[str]] = defaultdict(list)
    for code, values in lists.items():
        for value in values:
            made[value].append(code)
    return {value: tuple(codes) for value, codes in made.items()}


def _test(element: Element) -> Test | None:
    if element.check is not None:
        return CODES[element.check]
    if element.pattern is not None:
        return re.compile(element.pattern).search
    low, high = element.minimum, element.maximum
    if element.type in NUMBERS and low is not None and high is not None:
        return _within(float(low), float(high))
    return None


def _within(low: float, high: float) -> Callable[[str], bool]:
    def holds(value: str) -> bool:
        try:
            return low <= float(value.replace(",", "")) <= high
        except ValueError:
            return False

    return holds


def _chance(library: Mapping[str, Element], code: str, test: Test) -> float:
    element = library[code]
    if element.check is None and element.pattern is None:
        return 1.0  # a range alone proves nothing
    others = [text for other in library.values() if other.code != code for text in other.examples]
    passed = sum(1 for text in others if test(text))
    return min(1.0, 4 * passed / max(1, len(others)))
