"""The five-grade scale 五级评级: a score in words a department head reads.

Decides which grade a score falls into; the bounds are dated data (``policies/rules/quality.yaml``).

Source: DB11/T 2317-2024 names five grades; the bounds in force are stated with their confidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from policies.rulebook import rule


@dataclass(frozen=True, slots=True)
class Grade5:
    """One of five grades.

    Attributes:
        level: 1 (best) to 5.
        name: in Chinese, e.g. ``优秀``.
        says: one plain sentence.
        confidence: how sure the bounds are.
    """

    level: int
    name: str
    says: str
    confidence: str


def grade5(score: float | None, on: date) -> Grade5 | None:
    """The grade of a score on a day; None where nothing was assessed.

    Args:
        score: 0–1.
        on: day whose scale applies, Asia/Shanghai.
    """
    if score is None:
        return None
    scale = rule("quality", "five_grades", on)
    reached = next(row for row in scale.value if score >= row["at_least"])
    return Grade5(reached["level"], reached["name"], reached["says"], scale.confidence)
