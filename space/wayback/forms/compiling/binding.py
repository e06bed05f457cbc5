"""Which standard element a label means, and how sure that is.

Decides by names and synonyms of the element library and a city's own standards, by the headings of the
ledger's fields, by the unit the label states and by whose value it asks for. What is not sure enough is
proposed as a question and never bound. Where the value stands is
:mod:`space.wayback.forms.compiling.sources`'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from contracts.elements import Element
from contracts.elements_index import NUMBERS, SAME, Index, folded
from contracts.model import Contract, Field
from space.wayback.forms.compiling.blank import Blank
from space.wayback.forms.compiling.labels import Label, joined, label, without_qualifier, without_role
from space.wayback.forms.compiling.words import Words

PERSON_NAME: Final = "person_name"
# Every further way of reading a label is worth so much less.
_FURTHER: Final = 0.97
# Proposals of a question.
_MOST: Final = 3

Headings = Mapping[str, tuple[tuple[Contract, Field], ...]]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a label means.

    Attributes:
        label: taken apart.
        element: code of the element; None where none is sure.
        fields: of the ledger with that very heading, where no element says more.
        confidence: of the element or the fields; of the best proposal where neither is sure.
        proposals: elements for a question, each with its confidence, the best first.
    """

    label: Label
    element: str | None = None
    fields: tuple[tuple[Contract, Field], ...] = ()
    confidence: float = 0.0
    proposals: tuple[tuple[str, float], ...] = ()


def meaning(blank: Blank, index: Index, headings: Headings, topical: frozenset[str], words: Words) -> Meaning:
    """What the label of a blank means.

    Args:
        blank: as the layout has it.
        index: look-ups of the library and the city's own standards.
        headings: folded heading → fields of the ledger printed so.
        topical: datasets that are about the form's matter.
        words: of the day.
    """
    said = label(blank.label, words)
    scores = _scores(blank, said, index, words)
    fields, sure = _by_heading(said, headings, topical, words)
    ranked = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
    best, score = ranked[0] if ranked else ("", 0.0)
    if len(ranked) > 1 and ranked[1][1] > score - 0.01:  # two elements by the same name
        score = min(score, words.bind - 0.05)
    if best and score >= words.bind and score >= sure - 0.05:
        return Meaning(said, best, fields if sure >= words.bind else (), score)
    if fields and sure >= words.bind:
        named = {each.element for _, each in fields} - {None}
        element = named.pop() if len(named) == 1 else best if best and score >= words.bind else None
        return Meaning(said, element, fields, sure)
    asked = tuple((code, each) for code, each in ranked[:_MOST] if each >= words.ask)
    return Meaning(said, None, fields, max(score, sure), asked)


def _scores(blank: Blank, said: Label, index: Index, words: Words) -> dict[str, float]:
    found: dict[str, float] = {}

    def note(code: str, score: float) -> None:
        code, score = _fitting(index.library[code], blank, score, words)
        found[code] = max(found.get(code, 0.0), round(score, 3))

    exact = False
    for text, worth in _ways(said, words):
        if (listed := words.synonyms.get(text)) in index.library and listed is not None:
            note(listed, words.worth["synonym"] * worth)
            exact = True
        for code, weight in index.names.get(folded(text), ()):
            base = words.worth["name"] if weight == SAME else words.worth["synonym"]
            general = text in words.general
            if weight == SAME and joined(index.library[code].name) not in (text, said.text):
                base = words.worth["synonym"]  # 健康状况（两位） is 健康状况 only without its brackets
            note(code, min(base * worth, words.worth["general"]) if general else base * worth)
            exact = exact or not general
    outside = said.spellings[0]
    if (
        outside in (*words.roles["other"], *words.roles["subject"])
        and not exact
        and not blank.headings
        and _a_person(outside)
    ):
        note(PERSON_NAME, words.worth["role_only"])
        exact = True
    if not exact and not outside.startswith("是否"):
        for code, score in _in_context(blank, index, words):
            note(code, score)
        for code, score in _endings(outside, index, words):
            note(code, score)
    return found


def _ways(said: Label, words: Words) -> Iterator[tuple[str, float]]:
    """Every way to read a label, with what it is worth beside the label itself."""
    qualified = words.worth["qualified"]
    for number, spelling in enumerate(said.spellings):
        worth = _FURTHER**number
        yield spelling, worth
        bare = without_role(spelling, words)
        if bare != spelling:
            yield bare, worth * qualified
        for each in dict.fromkeys((spelling, bare)):
            shorter = without_qualifier(each, words)
            if shorter != each:
                yield shorter, worth * qualified


def _a_person(role: str) -> bool:
    return role.endswith("人") or role in ("户主", "房主", "房东", "配偶", "申请人")


def _in_context(blank: Blank, index: Index, words: Words) -> Iterator[tuple[str, float]]:
    """A label read together with the heading over it: 房屋 over 结构."""
    if len(blank.path) < 2:
        return
    over = label(blank.path[-2], words).spellings[0]
    under = label(blank.path[-1], words).spellings[0]
    for text in (over + under, over.removesuffix("信息").removesuffix("情况") + under):
        for code, _ in index.names.get(folded(text), ()):
            yield code, words.worth["synonym"] * words.worth["qualified"]


def _endings(outside: str, index: Index, words: Words) -> Iterator[tuple[str, float]]:
    """An element whose name ends the label: its head word, the longest alone."""
    text = folded(outside)
    for start in range(1, len(text) - 1):
        part = text[start:]
        if part in index.names:
            share = len(part) / len(text)
            for code, _ in index.names[part]:
                yield code, min(words.worth["ending"], words.worth["ending"] * (0.6 + 0.4 * share))
            return


def _fitting(element: Element, blank: Blank, score: float, words: Words) -> tuple[str, float]:
    """The element a stated unit makes of another, and what is left where the unit speaks against it."""
    unit = blank.unit
    if element.code in words.instead and unit in words.instead[element.code]:
        return words.instead[element.code][unit], score
    if not blank.own_unit or not unit or element.unit in ("", unit):
        return element.code, score
    turnable = unit in words.turned.get(element.unit, {}) or element.unit in words.turned.get(unit, {})
    same = unit.startswith(element.unit) or {unit, element.unit} <= {"%", "％"}
    if turnable or same:
        return element.code, score
    return element.code, score * (0.6 if element.type in NUMBERS else 0.8)


def _by_heading(
    said: Label, headings: Headings, topical: frozenset[str], words: Words
) -> tuple[tuple[tuple[Contract, Field], ...], float]:
    """Fields of the ledger printed as the label says, and how much that is worth."""
    for text, worth in _ways(said, words):
        found = headings.get(folded(text), ())
        if not found or text in words.general:
            continue
        near = tuple(each for each in found if each[0].name in topical)
        if near:
            return near, words.worth["heading"] * worth
        alone = len({each[0].name for each in found}) == 1
        return found, words.worth["heading" if alone else "foreign_heading"] * worth
    return (), 0.0


def person_words(text: str, names: tuple[str, ...]) -> bool:
    """Whether a heading holds one of some words."""
    return any(name in joined(text) for name in names)
