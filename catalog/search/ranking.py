"""In which order hits stand, and which other words mean the same: one rule for every database.

Decides tiers: a hit belongs to the best one whose levels hold all its words. Databases weigh words each
in its own way; a tier is a plain condition, so that all of them agree.

Source: ``policies/rules/search.yaml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from catalog.search.text import normal
from policies.rulebook import RuleError, rule

# What is indexed of an entry, from the level that counts most.
LEVELS: Final = ("title", "name", "subjects", "content")
# Most forms one word is looked for in.
_FORMS: Final = 16

Words = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Tier:
    """Hits of one worth.

    Attributes:
        score: what its hits are worth.
        levels: how many of :data:`LEVELS`, from the first, must hold every word.
        words: for each word the forms it may have; the first one is as it was written.
    """

    score: float
    levels: int
    words: Words


def tiers(words: tuple[str, ...], on: date) -> tuple[Tier, ...]:
    """The tiers of a search, the best first; the last one holds every hit.

    Args:
        words: phrases in the normal form; all are asked for.
        on: day whose boosts and synonyms apply.
    """
    boosts, share = _boosts(on)
    exact: Words = tuple((word,) for word in words)
    made = [Tier(boost, place, exact) for place, boost in enumerate(boosts, 1)]
    wider: Words = tuple((word, *alike(word, on)) for word in words)
    if wider != exact:
        made += [Tier(round(boost * share, 6), place, wider) for place, boost in enumerate(boosts, 1)]
    return tuple(made)


def alike(word: str, on: date) -> tuple[str, ...]:
    """Other forms of a word: what means the same as it, or as a known word within it.

    A form that holds the word is left out, for it is found already.
    """
    groups = _groups(on)
    if word in groups:
        return tuple(each for each in groups[word] if word not in each)[:_FORMS]
    within = [known for known in groups if known in word]
    longest = sorted(k for k in within if not any(k != other and k in other for other in within))
    made = (word.replace(known, each) for known in longest for each in groups[known])
    return tuple(dict.fromkeys(form for form in made if word not in form))[:_FORMS]


@lru_cache(maxsize=8)
def _boosts(on: date) -> tuple[tuple[float, ...], float]:
    given: Mapping[str, float] = rule("search", "boosts", on).value
    boosts = tuple(float(given[level]) for level in LEVELS)
    share = float(rule("search", "synonym_share", on).value)
    if list(boosts) != sorted(boosts, reverse=True) or boosts[0] * share >= boosts[-1]:
        raise RuleError(
            "policies/rules/search.yaml: boosts must fall from title to content, and synonym_share"
            " must be below content / title"
        )
    return boosts, share


@lru_cache(maxsize=8)
def _groups(on: date) -> dict[str, tuple[str, ...]]:
    made: dict[str, dict[str, None]] = {}
    for line in rule("search", "synonyms", on).value:
        group = [normal(str(word)) for word in line]
        for word in group:
            made.setdefault(word, {}).update(dict.fromkeys(each for each in group if each != word))
    return {word: tuple(others) for word, others in made.items()}
