"""Which standard elements a column may follow, proposed with the evidence a steward can read.

Decides scores from the heading (name, synonyms, words in common) and a sample of values (check digits,
patterns, code lists, ranges). Does not decide that a field follows an element: a person does. Evidence
holds shares and names of the library, never a value of the sample.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from contracts.codes import to_half_width
from contracts.elements import Element, elements
from contracts.elements_index import NUMBERS, SAME, Index, folded, label_codes, standard_index
from contracts.model import FieldType

__all__ = ["FOLLOWS", "Proposal", "elements", "label_map", "propose"]

# How many distinct values of a sample are judged, and how many decide whether the rest is looked at.
SAMPLE: Final = 200
PROBE: Final = 8
# Proposals below this score are not made; at most so many are.
LEAST_SCORE: Final = 0.3
MOST: Final = 5
# Share of a sample that has to keep an element's rules before a field can be said to follow it.
FOLLOWS: Final = 0.95
# What a heading can say, and one that only resembles a name.
_BY_NAME, _ALIKE = 0.8, 0.7
# What values alone can say: a check digit proves more than a pattern, a label more than a code.
_BY_CHECK, _BY_PATTERN, _BY_LABEL, _BY_CODE = 0.85, 0.6, 0.85, 0.6
# So many different values of one code list are no chance.
_TELLING: Final = 8
# A test that more than this share of other elements' examples pass finds no element by itself.
_COMMON: Final = 0.3
_TIMES: Final = frozenset({FieldType.DATE, FieldType.TIMESTAMP})


@dataclass(frozen=True, slots=True)
class Proposal:
    """A standard element a column may follow.

    Attributes:
        element: its code.
        score: 0–1; above 0.8 a steward rarely disagrees.
        evidence: what speaks for it and against it, in words and shares: ``{"name": 1.0,
            "values in code list": "98 %"}``.
        follows: whether the sample keeps the element's rules, so that naming it breaks no row. False
            for labels where the element lists codes: those need a cleaning step first
            (:func:`label_map`).
    """

    element: str
    score: float
    evidence: Mapping[str, float | str]
    follows: bool = True


def propose(
    heading: str,
    values: Sequence[str],
    *,
    type: FieldType | None = None,  # noqa: A002 - the word of the contract
    index: Index | None = None,
) -> tuple[Proposal, ...]:
    """Elements a column may follow, best first.

    Args:
        heading: as printed in the source.
        values: a sample of its cells, missing ones left out; some hundred are enough.
        type: the logical type guessed for it, or None.
        index: look-ups of the library and a city's own elements (:func:`~contracts.elements_index.index_of`);
            None = the library alone.

    Returns:
        At most :data:`MOST` proposals.

    >>> propose("统一社会信用代码", ["91350100M000100Y43", "91512081MA62K0260E"])[0].element
    'uscc'
    """
    index = index or standard_index()
    sample = list(dict.fromkeys(plain for value in dict.fromkeys(values) if (plain := _plain(value))))[
        :SAMPLE
    ]
    named = _by_name(heading, index)
    labelled, coded = _listed(sample, index.labels), _listed(sample, index.codes)
    listed = (code for counted in (labelled, coded) for code, n in counted.items() if n * 2 >= len(sample))
    made = []
    for code in dict.fromkeys((*named, *listed, *_fitting(sample, index))):
        counts = labelled[code], coded[code]
        proposal = _judged(index, index.library[code], named.get(code, 0.0), sample, counts, type)
        if proposal.score >= LEAST_SCORE:
            made.append(proposal)
    return tuple(sorted(made, key=lambda p: (-p.score, -named.get(p.element, 0.0), p.element))[:MOST])


def label_map(element: Element, values: Sequence[str]) -> dict[str, str]:
    """How labels found in a column become codes of an element: the table of a ``map`` cleaning step.

    >>> label_map(elements()["sex"], ["男", "女性", "不详"])
    {'男': '1', '女性': '2'}

    Args:
        element: with a code list.
        values: distinct cells of the column.

    Returns:
        The values whose label names exactly one code.
    """
    table = label_codes(element)
    return {v: table[_plain(v)] for v in values if _plain(v) in table and v not in element.codes}


def _judged(
    index: Index,
    element: Element,
    name: float,
    sample: Sequence[str],
    counts: tuple[int, int],
    guessed: FieldType | None,
) -> Proposal:
    evidence: dict[str, float | str] = {"name": round(name, 2)} if name else {}
    strength, keeps = _values(index, element, sample, counts, evidence)
    score = 1 - (1 - _BY_NAME * name) * (1 - strength)
    if keeps is not None and keeps < 0.5 and strength < LEAST_SCORE:
        score /= 2  # the heading says so, the values do not
    if guessed is not None and guessed is not element.type and not _reads_as(guessed, element):
        evidence["type"] = f"values look like {guessed.value}, the element is a {element.type.value}"
        score *= 0.6 if name == SAME or {guessed, element.type} <= _TIMES else 0.3
    follows = (keeps is None or keeps >= FOLLOWS) and guessed in (None, element.type)
    return Proposal(element.code, round(score, 2), MappingProxyType(evidence), follows)


def _values(
    index: Index,
    element: Element,
    sample: Sequence[str],
    counts: tuple[int, int],
    evidence: dict[str, float | str],
) -> tuple[float, float | None]:
    """How strongly the sample speaks for an element, and the share of it that keeps its rules."""
    if sample and element.codes:
        return _code_list(element, len(sample), counts, evidence)
    test = index.tests.get(element.code)
    if test is None or not sample:
        return 0.0, None
    share = sum(1 for value in sample if test(value)) / len(sample)
    by_pattern = element.pattern is not None
    what = "check digit holds" if element.check else "values fit pattern" if by_pattern else "values in range"
    evidence[what] = _percent(share)
    most = _BY_CHECK if element.check else _BY_PATTERN
    few = min(1.0, len(sample) / 5)
    return most * few * (1 - index.chance[element.code]) * max(0.0, 2 * share - 1), share


def _code_list(
    element: Element, size: int, counts: tuple[int, int], evidence: dict[str, float | str]
) -> tuple[float, float]:
    in_labels, in_codes = (count / size for count in counts)
    if in_labels > in_codes:
        evidence["values are labels of the code list"] = _percent(in_labels)
        return _BY_LABEL * max(0.0, 2 * in_labels - 1), in_codes
    evidence["values in code list"] = _percent(in_codes)
    # One or two short codes are in many lists; a dozen different ones of one list are not.
    telling = min(1.0, counts[1] / _TELLING) * (1.0 if max(map(len, element.codes)) > 1 else 0.5)
    return _BY_CODE * telling * max(0.0, 2 * in_codes - 1), in_codes


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"


def _reads_as(guessed: FieldType, element: Element) -> bool:
    """Whether cells guessed as one type are fit for an element of another: codes look like numbers."""
    if element.type is FieldType.STRING:
        return guessed is FieldType.INTEGER and bool(element.codes or element.pattern or element.check)
    return guessed in NUMBERS and element.type in NUMBERS


def _by_name(heading: str, index: Index) -> dict[str, float]:
    """Elements whose names a heading is, holds or resembles, with the weight of each."""
    found: dict[str, float] = {}

    def note(entries: Sequence[tuple[str, float]], weight: float) -> None:
        for code, own in entries:
            found[code] = max(found.get(code, 0.0), own * weight)

    text = folded(heading)
    note(index.names.get(text, ()), 1.0)
    for start in range(len(text)):
        for end in range(start + 2, min(len(text), start + 24) + 1):
            part = text[start:end]
            if part in index.names and part != text and not _inside_word(text, start, end):
                # A name at the end of a heading is its head word: 企业统一社会信用代码.
                place = 0.9 if end == len(text) else 0.6
                note(index.names[part], place * (0.4 + 0.6 * len(part) / len(text)))
    if not found and len(text) >= 3 and not text.isascii():  # Latin words share letters, not meaning
        _resembling(text, index, note)
    return found


def _inside_word(text: str, start: int, end: int) -> bool:
    """Whether a part of a heading cuts a Latin word or number in two: ``co`` in ``code``."""
    before, after = text[start - 1 : start], text[end : end + 1]
    left = before.isascii() and before.isalnum() and text[start].isascii()
    right = after.isascii() and after.isalnum() and text[end - 1].isascii()
    return left or right


def _resembling(text: str, index: Index, note: Callable[[Sequence[tuple[str, float]], float], None]) -> None:
    pieces = {text[i : i + 2] for i in range(len(text) - 1)}
    common = Counter(name for piece in pieces for name in index.bigrams.get(piece, ()))
    for name, shared in common.most_common(4):
        alike = 2 * shared / (len(pieces) + len(name) - 1)
        if alike >= 0.5:
            note(index.names[name], _ALIKE * alike)


def _listed(sample: Sequence[str], table: Mapping[str, tuple[str, ...]]) -> Counter[str]:
    return Counter(code for value in sample for code in table.get(value, ()))


def _fitting(sample: Sequence[str], index: Index) -> list[str]:
    """Elements with a telling check or pattern that most of a first few values keep."""
    probe = sample[:: max(1, len(sample) // PROBE)][:PROBE]
    if len(probe) < 3:
        return []
    return [
        code for code, test in index.tests.items() if index.chance[code] <= _COMMON and _mostly(probe, test)
    ]


def _mostly(probe: Sequence[str], test: Callable[[str], object]) -> bool:
    left = len(probe) // 4
    for value in probe:
        left -= not test(value)
        if left < 0:
            return False
    return True


def _plain(value: str) -> str:
    return (value if value.isascii() else to_half_width(value)).strip()
