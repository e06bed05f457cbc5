"""Which columns are presumed to be sensitive though no rule found them so: to be confirmed by a person.

A small model over traits (:mod:`catalog.classify.traits`), learned from labelled columns, says how like those
a column is that rules had missed. It only ever adds: what rules found is never weakened, and a column beside
more sensitive columns is never less likely. Its weights and its threshold are dated rules of
``policies/rules/presumption.yaml``; how they were learned is told there.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from catalog.classify.finding import Evidence
from catalog.classify.traits import of_heading
from policies.grading import IN_FORCE
from policies.rulebook import rule

# Name of the evidence, a key of the rule `findings`.
PRESUMED: Final = "presumed"
_FILE: Final = "presumption"
_BIAS: Final = "bias"
# A heading that is less like every labelled one resembles none.
_LEAST_LIKE: Final = 0.3


@dataclass(frozen=True, slots=True)
class Model:
    """What was learned.

    Attributes:
        weights: trait → weight; those of no weight are left out.
        bias: weight of every column.
        threshold: likeness from which a column is presumed to be sensitive.
        headings: of labelled sensitive columns, for the reason.
    """

    weights: Mapping[str, float]
    bias: float
    threshold: float
    headings: tuple[str, ...]


@cache
def model() -> Model:
    """The model in force, read at its first use."""
    weights: dict[str, float] = {}
    for line in str(rule(_FILE, "weights", IN_FORCE).value).splitlines():
        weight, *traits = line.split()
        weights |= dict.fromkeys(traits, float(weight))
    bias = weights.pop(_BIAS)
    threshold = float(rule(_FILE, "threshold", IN_FORCE).value)
    return Model(weights, bias, threshold, tuple(str(rule(_FILE, "headings", IN_FORCE).value).split()))


def likeness(traits: Set[str], by: Model | None = None) -> float:
    """How like sensitive columns that rules had missed a column is, 0–1.

    Args:
        traits: of the column.
        by: the model; None = the one in force.
    """
    by = by or model()
    weights = by.weights
    total = by.bias + sum(weights.get(trait, 0.0) for trait in sorted(traits))
    return 1.0 / (1.0 + math.exp(-total))


def presumed(words: str, traits: Set[str], sample: int, missed_at_most: float) -> Evidence | None:
    """Evidence that a column is presumed to be sensitive; None where it is not.

    Args:
        words: its normalised heading.
        traits: of the column, which no rule found sensitive.
        sample: non-null values looked at.
        missed_at_most: see :mod:`catalog.classify.sampling`.
    """
    like = likeness(traits)
    if like < model().threshold:
        return None
    details: dict[str, float | int | bool] = {
        "to_be_confirmed": True,
        "likeness": round(like, 3),
        "sensitive_beside": sum(
            trait.startswith("beside:") and trait[7:].isdigit() for trait in traits if "&" not in trait
        ),
        "missed_at_most": missed_at_most,
    }
    heading, alike = resembling(words)
    if heading:
        details[f"heading resembles {heading}"] = alike
    return Evidence(PRESUMED, sample, 0.0, bool(heading), details, round(like, 3))


@lru_cache(maxsize=4096)
def resembling(words: str) -> tuple[str, float]:
    """The labelled sensitive heading that one is most like, and how much, 0–1; empty where like none.

    Args:
        words: a normalised heading.
    """
    parts = of_heading(words)
    best, most = "", 0.0
    for heading in model().headings:
        others = of_heading(heading)
        common = len(parts & others)
        if common and (alike := common / math.sqrt(len(parts) * len(others))) > most:
            best, most = heading, alike
    return (best, round(most, 2)) if most >= _LEAST_LIKE else ("", 0.0)
