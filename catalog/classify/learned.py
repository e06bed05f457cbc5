"""What labelled columns teach of a column: how likely each kind is by its heading, its values and the rules.

One more piece of evidence for the scorer, with a weight of its own. Decides where it adds a kind that rules
had not found, under a heading that is like labelled ones, and where it takes one back. Kinds whose check
digits hold, and values under a heading that clearly means them, are never taken back; a sensitive kind that
is leaves a question to a person. The weights are dated rules of
``policies/rules/learned.yaml``, made by ``python -m tests.classification.learning.kinds``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from catalog.classify import pieces
from catalog.classify.column import Column
from catalog.classify.finding import Evidence
from catalog.classify.kinds import NONE, kinds, scoring
from catalog.classify.presumption import PRESUMED
from catalog.classify.scorer import Scored, combined
from catalog.classify.traits import of_heading
from catalog.classify.weights import Model, counts_columns, model, resembling

_FREE_TEXT: Final = "free_text"
# The table tells them apart by the age of the persons, and rules find them by many ways of writing days.
_BIRTHS: Final = frozenset({"date_of_birth", "minor"})
# Share of values from which a check digit is no chance, and from which a clear heading's values agree.
_HOLDING, _WHOLE = 0.8, 0.85
# What the table tells by its topic alone, which the column may belie.
_BY_TOPIC: Final = frozenset({"topic", "root"})
# Weight of a heading's pieces that is enough beside values that make the kind so likely.
_WHISPERED, _NEARLY_SURE = 0.1, 0.9


@dataclass(frozen=True, slots=True)
class Opinion:
    """What was learned says of one column.

    Attributes:
        likely: kind → likelihood, 0–1; empty where nothing was asked.
        heading: kind → by how much the heading alone speaks for it rather than for none.
    """

    likely: Mapping[str, float] = field(default_factory=dict)
    heading: Mapping[str, float] = field(default_factory=dict)

    def of(self, kind: str) -> float:
        """How likely a kind is, 0–1."""
        return self.likely.get(kind, 0.0)

    @property
    def best(self) -> str:
        """The likeliest kind; text that hides identifiers is found by what it hides, so it is none here."""
        kind = max(self.likely, key=lambda each: self.likely[each], default=NONE)
        return NONE if kind == _FREE_TEXT else kind


# What is said where nothing was asked.
UNASKED: Final = Opinion()


def likely(made_of: Mapping[str, float], by: Model) -> dict[str, float]:
    """Kind → likelihood, together 1.

    Args:
        made_of: piece → how strong it is.
        by: the model.
    """
    totals = _summed(made_of, by, by.bias)
    most = max(totals)
    powers = [math.exp(total - most) for total in totals]
    whole = sum(powers)
    return {kind: power / whole for kind, power in zip(by.kinds, powers, strict=True)}


def _summed(made_of: Mapping[str, float], by: Model, start: Sequence[float]) -> list[float]:
    totals = list(start)
    for piece in sorted(made_of):
        for place, weight in by.weights.get(piece, ()):
            totals[place] += weight * made_of[piece]
    return totals


def opinion(column: Column, known: Mapping[str, Scored], found: str) -> Opinion:
    """What was learned says of a column by itself.

    Args:
        column: any; one without values is judged by its heading, which rules know better.
        known: kind → what heading and values say for it by rules.
        found: the kind rules take by them; ``none`` where nothing.
    """
    if not column.sample:
        return UNASKED
    by = model()
    of_heading_alone = dict.fromkeys(of_heading(column.meaning.words), 1.0)
    spoken = _summed(of_heading_alone, by, [0.0] * len(by.kinds))
    none = spoken[by.kinds.index(NONE)]
    heading = {kind: each - none for kind, each in zip(by.kinds, spoken, strict=True)}
    return Opinion(likely(pieces.of(column, known, found), by), heading)


def heard(column: Column, found: Scored | None, known: Mapping[str, Scored], said: Opinion) -> Scored | None:
    """The kind of a column by itself once what was learned is heard beside the rules.

    Args:
        column: any.
        found: what rules take by heading and values.
        known: kind → what they say for it.
        said: what was learned.
    """
    deciding, best = model().deciding, said.best
    kind = NONE if found is None else found.kind
    if not said.likely or best == kind:
        return found
    if found is None:
        ahead = said.of(best) - said.of(NONE) >= deciding.lead
        return _taught(column, known.get(best), best, said) if ahead and _named(column, best, said) else None
    over = said.of(NONE) + said.of(_FREE_TEXT) - said.of(kind)
    return None if best == NONE and over >= deciding.lead and not _sure(found) else found


def is_taught(found: Scored | None) -> bool:
    """Whether rules had not found a kind and what was learned added it."""
    return found is not None and "learned" in found.details


def doubted(told: Scored | None, said: Opinion) -> bool:
    """Whether a kind that only the topic of the table tells is taken back.

    Args:
        told: by the table.
        said: what was learned.
    """
    if told is None or not said.likely or not told.details.keys() & _BY_TOPIC:
        return False
    return said.best != told.kind and said.of(told.kind) < model().deciding.told


def _named(column: Column, kind: str, said: Opinion) -> bool:
    """Whether the heading speaks for a kind, the more the less likely values make it; of enough values."""
    if column.sample < column.limits.least_sample or kind in _BIRTHS:
        return False
    if column.meaning.strength(kind) or kind in column.meaning.roots:
        return True
    spoken = said.heading.get(kind, 0.0)
    if all(map(counts_columns, column.meaning.words.split())):
        return False
    nearly_sure = spoken >= _WHISPERED and said.of(kind) >= _NEARLY_SURE
    return nearly_sure or (spoken > 0 and bool(resembling(column, kind)))


def _sure(found: Scored) -> bool:
    """Whether the rules' evidence stands whatever was learned."""
    if found.kind in _BIRTHS:
        return True
    if kinds()[found.kind].check and found.share >= _HOLDING:
        return True
    return found.heading >= 1.0 and found.share >= _WHOLE


def likely_sensitive(column: Column, strict: Sequence[str], said: Opinion) -> Evidence | None:
    """The question to a person where sensitive kinds together are likely, though none is found.

    Args:
        column: of no kind, in a table of persons.
        strict: the kinds that would be sensitive there.
        said: what was learned.
    """
    whole = sum(said.of(kind) for kind in strict)
    if whole < model().deciding.presumed:
        return None
    best = max(strict, key=said.of)
    details = {
        "to_be_confirmed": True,
        "likeness": round(whole, 3),
        f"learned_{best}": round(said.of(best), 3),
        **resembling(column, best),
        "missed_at_most": column.missed_at_most,
    }
    return Evidence(PRESUMED, column.sample, 0.0, False, details, round(whole, 3))


def _taught(column: Column, by_rules: Scored | None, kind: str, said: Opinion) -> Scored:
    """The kind that was learned, its likelihood one more ground beside those of the rules."""
    by_rules = by_rules or Scored(kind, 0.0, column.meaning.strength(kind), 0.0)
    score = combined(by_rules.score, model().deciding.weight * said.of(kind))
    details = {**by_rules.details, "learned": round(said.of(kind), 3), **resembling(column, kind)}
    details["heading_speaks"] = round(said.heading.get(kind, 0.0), 2)
    return replace(by_rules, score=max(score, scoring().least), details=details)


def withdrawn(column: Column, kind: str, said: Opinion) -> dict[str, float | int | bool]:
    """The evidence that a kind the rules had found was taken back.

    Args:
        column: that is then of no kind.
        kind: the rules'.
        said: what was learned.
    """
    return {
        "learned": round(said.of(NONE), 3),
        f"rules_said_{kind}": round(said.of(kind), 3),
        **resembling(column, NONE),
    }


def asked(column: Column, kind: str, said: Opinion) -> Evidence | None:
    """The question to a person where a sensitive kind was taken back that is not wholly unlikely.

    Args:
        column: that is then of no kind.
        kind: the rules', sensitive.
        said: what was learned.
    """
    if said.of(kind) < model().deciding.asked:
        return None
    told = withdrawn(column, kind, said)
    details = {"to_be_confirmed": True, **told, "missed_at_most": column.missed_at_most}
    return Evidence(PRESUMED, column.sample, 0.0, True, details, round(said.of(kind), 3))
