"""Turns what headings and values say into the kinds a column may hold, with a score each.

Evidence is combined as independent grounds: 1 − ∏(1 − weight × strength). Values count by how far they
exceed what chance alone would pass, and less under a heading that means something else; a heading counts
only as far as the values do not deny it. Decides nothing of grades.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import pyarrow as pa

from catalog.classify import (
    address,
    biometric,
    birth,
    coordinates,
    enterprise_name,
    forms,
    person_name,
    words,
)
from catalog.classify.column import Column
from catalog.classify.finding import weight
from catalog.classify.kinds import NONE, Kind, kinds, scoring
from catalog.classify.support import Detector, Support

# Share beyond chance from which a check digit is believed whatever the heading says.
_CHECKED: Final = 0.8
# So few values tell a kind by themselves where all of them pass a check digit.
_FEW_CHECKED: Final = 3
# A kind whose share is less than this leaves room for another one in the same column.
_WHOLE: Final = 0.85
# Shares of parts add up to no more than the column, but for what chance passes.
_NO_OVERLAP: Final = 1.1
# What the numbers of payment accounts may also be.
_OF_ACCOUNTS: Final = frozenset({"mobile", "email", "bank_card"})
_DETECTORS: Final[Mapping[str, Detector]] = {
    "person_name": person_name.detect,
    "enterprise_name": enterprise_name.detect,
    "address": address.detect,
    "coordinates": coordinates.detect,
    "biometric": biometric.detect,
    "date_of_birth": birth.born,
    "minor": birth.young,
    "medical": words.holding,
    "criminal_record": words.holding,
    "religion": words.believing,
} | dict.fromkeys(("sex", "marital_status", "ethnic_group", "political_status", "education"), words.listed)


@dataclass(frozen=True, slots=True)
class Scored:
    """One kind a column may hold.

    Attributes:
        kind: its name.
        score: 0–1.
        heading: strength of the heading for it, 0–1.
        share: part of the non-null sample the detector takes for its own, 0–1.
        details: further counts and shares; never values.
    """

    kind: str
    score: float
    heading: float
    share: float
    details: Mapping[str, float | int | bool] = field(default_factory=dict)


def known_of(column: Column) -> tuple[Scored, ...]:
    """Every kind for which heading or values of a column say something, however little."""
    judged = (_score(column, kind) for kind in kinds().values() if kind.name not in (NONE, "free_text"))
    return tuple(scored for scored in judged if scored is not None)


def scores(column: Column, known: Sequence[Scored] | None = None) -> tuple[Scored, ...]:
    """The kinds a column may hold, the best first; those below the least score are left out.

    Args:
        column: its values and headings.
        known: what they say of each kind, where it has been asked before.
    """
    known = known_of(column) if known is None else known
    parts = _parts(column, known)
    strictest = {each.kind: _strictness(each.kind) for each in parts}
    found = [
        replace(each, score=max(each.score, scoring().least)) if each in parts else each
        for each in known
        if each in parts or each.score >= scoring().least
    ]
    whole = {each.kind: each.share for each in parts}
    found = [each for each in found if not _only_initials(each, found)]
    return tuple(
        sorted(
            found, key=lambda each: (-strictest.get(each.kind, 0), -whole.get(each.kind, 0.0), -each.score)
        )
    )


def _parts(column: Column, known: Sequence[Scored]) -> list[Scored]:
    """The kinds a column mixes, at least two; none where it holds one.

    Forms of these kinds exclude each other, so shares that together make a column are its parts; the
    strictest part is then what the column is.
    """
    parts = [
        each
        for each in known
        if each.kind in scoring().exclusive and column.limits.share_with_name <= each.share < _WHOLE
    ]
    together = sum(each.share for each in parts)
    return parts if len(parts) > 1 and column.limits.share <= together <= _NO_OVERLAP else []


def _only_initials(each: Scored, found: list[Scored]) -> bool:
    """Whether initials alone speak for a kind of open form, and nearly all values for another one."""
    if each.kind not in words.OPEN or each.heading > scoring().initials or each.share:
        return False
    return any(other.share >= _WHOLE and other.kind not in words.OPEN for other in found)


def _strictness(kind: str) -> int:
    level = weight(kind, with_person=False)
    return level.grade + level.personal


def combined(*grounds: float) -> float:
    """The score of independent grounds, each 0–1.

    >>> combined(0.5, 0.5)
    0.75
    """
    rest = 1.0
    for ground in grounds:
        rest *= 1.0 - ground
    return round(1.0 - rest, 3)


def _score(column: Column, kind: Kind) -> Scored | None:
    strength = column.meaning.strength(kind.name)
    if _owned(column):
        if kind.name in _OF_ACCOUNTS:
            return None
        strength = 1.0 if kind.name == "account" else strength
    if not column.sample:
        return _by_heading(kind, strength)
    if not strength and kind.alone < scoring().least and not kind.text("letters"):
        return None
    support = _DETECTORS.get(kind.name, forms.detect)(column, kind)
    if support is None or not (support.share or support.open):
        return None
    beyond = max(0.0, (support.share - kind.chance) / (1.0 - kind.chance))
    if not _enough(column, kind, support, beyond, strength):
        return None
    alone = kind.alone if support.alone is None else support.alone
    values = alone * beyond * _against(column, kind, beyond, strength)
    heading = scoring().heading * strength * _undenied(support, beyond)
    return Scored(kind.name, combined(values, heading), strength, support.share, support.details)


def _owned(column: Column) -> bool:
    """Whether a heading names a payment account, whose number may be a telephone or like a card's."""
    words = column.meaning.words
    if re.search(r"卡|card", words):
        return False
    means = max(column.meaning.strength("account"), column.meaning.strength("bank_card"))
    return means >= scoring().initials and bool(re.search(kinds()["account"].text("own"), words))


def _by_heading(kind: Kind, strength: float) -> Scored | None:
    """A column without values is judged by its heading alone, at a lower score."""
    score = combined(scoring().heading * scoring().empty * strength)
    return Scored(kind.name, score, strength, 0.0) if strength else None


def _enough(column: Column, kind: Kind, support: Support, beyond: float, strength: float) -> bool:
    if support.open and strength >= scoring().initials:
        return not only_flags(column) or support.share >= column.limits.share_with_name
    if strength:
        return beyond >= column.limits.share_with_name
    if kind.name in scoring().exclusive and kind.check:
        least = _FEW_CHECKED if beyond >= _WHOLE else column.limits.least_sample
        return column.sample >= least and beyond >= column.limits.share_with_name
    share = float(kind.rest.get("share", column.limits.share))
    return column.sample >= column.limits.least_sample and beyond >= min(share, 0.95)


def _against(column: Column, kind: Kind, beyond: float, strength: float) -> float:
    """What is left of the values under a heading that clearly means something else."""
    if strength:
        return 1.0
    unlike = kind.check or kind.name in words.OPEN
    if unlike and any(word in column.meaning.words for word in kind.unlike):
        return scoring().against_named
    if not column.meaning.decided:
        return 1.0
    if kind.check and beyond >= _CHECKED:
        return scoring().against_checked
    return scoring().against


def _undenied(support: Support, beyond: float) -> float:
    """How far values leave the heading its word: all where a third of them are of the kind."""
    return 1.0 if support.open else min(1.0, 0.7 + beyond)


def only_flags(column: Column) -> bool:
    """Whether nothing but yes and no, or small numbers, stands in the column."""
    return (
        column.share_of(
            r"^(?:是|否|有|无|[YNTF01]|YES|NO|TRUE|FALSE|合格|不合格|待检|待定|已交|未交|已|未)$", raw=False
        )
        >= 0.9
    )


def resident_numbers(column: Column) -> pa.Array:
    """Identity numbers of the sample row by row, null where there is none."""
    import pyarrow.compute as pc

    codes = column.aligned_codes
    form = kinds()["resident_id"].text("form")
    good = pc.fill_null(pc.match_substring_regex(codes, form), False)
    if pc.any(good).as_py():
        return pc.if_else(good, codes, None)
    return pc.struct_field(pc.extract_regex(codes, forms.INNER), "n")
