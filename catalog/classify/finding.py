"""What a detector's evidence means: grade, personal information, and whether the contract says so.

A finding is *beyond what is declared* where the field, as the contract declares it,

- is not sensitive though the finding is;
- is not personal though the finding is (free text declared as such is presumed to hide persons);
- declares a grade, and the finding's is higher than it and than the field's floors.

A field that declares no grade is judged by its flags alone: the dataset then takes the grade found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from contracts.model import Field, ShareType, Use
from policies.grading import IN_FORCE, item_grade
from policies.rulebook import rule

# A sample of this size is as good as any larger one for the score.
_FULL_SAMPLE: Final = 30


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one detector saw in one column.

    Attributes:
        detector: its name, a key of the ``findings`` rule.
        sample: non-null values looked at.
        share: part of them that the detector takes for its own, 0–1.
        name_match: whether the column's name says the same.
        details: further counts and shares; never values.
    """

    detector: str
    sample: int
    share: float
    name_match: bool
    details: Mapping[str, float | int | bool] = field(default_factory=dict)

    @property
    def score(self) -> float:
        """Strength, 0–1, for ordering and review; not a probability."""
        size = min(1.0, self.sample / _FULL_SAMPLE)
        return round(0.5 * self.share + 0.3 * self.name_match + 0.2 * size, 3)


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


def finding(item: Field, sharing: ShareType, evidence: Evidence, *, with_person: bool) -> Finding:
    """The finding that ``evidence`` makes for a field.

    Args:
        item: the field as declared.
        sharing: sharing type of its dataset.
        evidence: of one detector.
        with_person: whether the rows are about persons (an address is then a person's).

    Source: ``policies/rules/grading.yaml``, rule ``findings``.
    """
    meaning = rule("grading", "findings", IN_FORCE).value[evidence.detector]
    if with_person:
        meaning = meaning.get("with_person", meaning)
    return Finding(
        field=item.name,
        detector=evidence.detector,
        grade=meaning["grade"],
        score=evidence.score,
        evidence={
            "sample": evidence.sample,
            "share": round(evidence.share, 3),
            "name_match": evidence.name_match,
            **evidence.details,
        },
        personal=meaning["personal"],
        sensitive=meaning["sensitive"],
        beyond_declared=_beyond(item, sharing, meaning),
    )


def _beyond(item: Field, sharing: ShareType, meaning: Mapping[str, Any]) -> bool:
    if meaning["sensitive"] and not item.sensitive:
        return True
    presumed = item.personal or item.sensitive or item.use is Use.FREE_TEXT
    if meaning["personal"] and not presumed:
        return True
    return item.grade is not None and meaning["grade"] > item_grade(item, sharing).grade
