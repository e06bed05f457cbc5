"""What a detector's evidence means: grade, personal information, and whether the contract says so.

A finding is *beyond what is declared* where the field, as the contract declares it,

- is not sensitive though the finding is;
- is not personal though the finding is (free text declared as such is presumed to hide persons, and what
  only describes a person to be personal where the contract says that its rows are about persons);
- declares a grade, and the finding's is higher than it and than the field's floors.

A field that declares no grade is judged by its flags alone: the dataset then takes the grade found.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from catalog.classify.kinds import kinds
from contracts.model import Field, ShareType, Use
from policies.grading import IN_FORCE, item_grade
from policies.rulebook import rule

# What a heading says beside the kind, by words of `detectors.yaml`: the first that holds.
_VARIANTS: Final = ("financial", "health", "track", "person", "firm")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one detector saw in one column.

    Attributes:
        detector: its name, a key of the ``findings`` rule.
        sample: non-null values looked at.
        share: part of them that the detector takes for its own, 0–1.
        name_match: whether the column's name says the same.
        details: further counts and shares; never values.
        score: strength, 0–1, for ordering and review; not a probability.
    """

    detector: str
    sample: int
    share: float
    name_match: bool
    details: Mapping[str, float | int | bool] = field(default_factory=dict)
    score: float = 0.5

    def as_dict(self) -> dict[str, float | int | bool]:
        """The evidence ready for JSON; never values."""
        return {
            "sample": self.sample,
            "share": round(self.share, 3),
            "name_match": self.name_match,
            **self.details,
        }


@dataclass(frozen=True, slots=True)
class Weight:
    """What a kind means in a table: level, personal information, sensitive personal information.

    Attributes:
        grade: level 1–4.
        personal, sensitive: see :class:`Finding`.
        attribute: it describes a person and names none.
    """

    grade: int
    personal: bool
    sensitive: bool
    attribute: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """What a column was found to hold, beside what the contract declares of it.

    Attributes:
        field: name of the column.
        detector: what found it.
        grade: level it asks for, 1–4.
        score: strength of the evidence, 0–1.
        evidence: counts and shares, ready for JSON; never values.
        personal, sensitive: personal information, sensitive personal information (PIPL 4, 28).
        beyond_declared: the contract declares less than this.
    """

    field: str
    detector: str
    grade: int
    score: float
    evidence: dict[str, Any]
    personal: bool
    sensitive: bool
    beyond_declared: bool


def weight(
    kind: str, heading: str = "", *, with_person: bool, children: bool = False, variant: str = ""
) -> Weight:
    """What a kind means.

    Args:
        kind: a key of the rule ``findings``.
        heading: normalised, for what it says beside the kind (a firm's address, a track).
        with_person: whether the rows are about persons (an address is then a person's).
        children: whether the rows are children under 14: all that is personal is then sensitive.
        variant: what the other columns say beside the kind; "" = the heading decides.

    Source: ``policies/rules/grading.yaml``, rules ``findings`` and ``floors``; PIPL 28.
    """
    meaning = rule("grading", "findings", IN_FORCE).value[kind]
    attribute = bool(meaning.get("attribute", False))
    variant = variant or _variant(kind, heading)
    if variant in meaning.get("variants", {}):
        meaning = meaning["variants"][variant]
    elif with_person:
        meaning = meaning.get("with_person", meaning)
    if children and meaning["personal"]:
        floor = rule("grading", "floors", IN_FORCE).value["sensitive_personal"]
        return Weight(max(meaning["grade"], floor), True, True, attribute)
    return Weight(meaning["grade"], meaning["personal"], meaning["sensitive"], attribute)


def _variant(kind: str, heading: str) -> str:
    row = kinds().get(kind)
    for name in _VARIANTS:
        words = row.text(name) if row is not None else ""
        if words and re.search(words, heading):
            return name
    return ""


def finding(
    item: Field, sharing: ShareType, evidence: Evidence, meaning: Weight, *, about_persons: bool
) -> Finding:
    """The finding that ``evidence`` makes for a field.

    Args:
        item: the field as declared.
        sharing: sharing type of its dataset.
        evidence: of one detector.
        meaning: of its kind in this table.
        about_persons: whether the contract says that the rows are about persons.
    """
    return Finding(
        field=item.name,
        detector=evidence.detector,
        grade=meaning.grade,
        score=evidence.score,
        evidence=evidence.as_dict(),
        personal=meaning.personal,
        sensitive=meaning.sensitive,
        beyond_declared=_beyond(item, sharing, meaning, about_persons=about_persons),
    )


def _beyond(item: Field, sharing: ShareType, meaning: Weight, *, about_persons: bool) -> bool:
    if meaning.sensitive and not item.sensitive:
        return True
    presumed = item.personal or item.sensitive or item.use is Use.FREE_TEXT
    presumed = presumed or (about_persons and meaning.attribute)
    if meaning.personal and not presumed:
        return True
    asked = meaning.grade
    if about_persons and meaning.attribute:
        # Levels above the floor are the installation's choice; a steward's declaration is one too.
        asked = rule("grading", "floors", IN_FORCE).value["personal"]
    return item.grade is not None and asked > item_grade(item, sharing).grade
