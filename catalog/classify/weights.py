"""What was learned from labelled columns, read from its dated rules: weights, labelled headings, thresholds.

Decides how a heading is like labelled ones; what weights say of a column is
:mod:`catalog.classify.learned`'s.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from catalog.classify.column import Column
from catalog.classify.traits import of_heading
from policies.grading import IN_FORCE
from policies.rulebook import rule

_FILE: Final = "learned"
_BIAS: Final = "bias"
# A labelled heading that is less like it is not named; so many that share most parts are compared.
_LEAST_LIKE: Final = 0.3
_NEAREST: Final = 50
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
_COLUMNS: Final = frozenset({"col", "column", "field", "attr", "unnamed", "列", "字段"})
_NUMBERING: Final = re.compile(r"[\d_\s]")

Weights = Mapping[str, tuple[tuple[int, float], ...]]


@dataclass(frozen=True, slots=True)
class Deciding:
    """When what was learned decides; see the row ``deciding`` of ``learned.yaml``.

    Attributes:
        weight: of a likelihood among the grounds of a score.
        lead: by which a kind must be likelier than none to be added, and none than a kind to take it back.
        told: likelihood under which a kind that only the topic tells is taken back.
        asked: likelihood from which a sensitive kind taken back is asked of a person.
        presumed: likelihood of sensitive kinds together from which a column of no kind is asked of a person.
    """

    weight: float
    lead: float
    told: float
    asked: float
    presumed: float


@dataclass(frozen=True, slots=True)
class Model:
    """What was learned.

    Attributes:
        kinds: classes, in the order of the weights.
        bias: of each class.
        weights: piece → place of a class and weight.
        headings: class → labelled headings, with how many columns each stood over.
        deciding: when it decides.
    """

    kinds: tuple[str, ...]
    bias: tuple[float, ...]
    weights: Weights
    headings: Mapping[str, Mapping[str, int]]
    deciding: Deciding


@cache
def model() -> Model:
    """The model in force, read at its first use."""
    bias: dict[str, float] = {}
    weights: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for line in str(rule(_FILE, "weights", IN_FORCE).value).splitlines():
        kind, weight, *told = line.split()
        if told == [_BIAS]:
            bias[kind] = float(weight)
        else:
            place = list(bias).index(kind)
            for piece in told:
                weights[piece].append((place, float(weight)))
    headings: dict[str, dict[str, int]] = defaultdict(dict)
    for line in str(rule(_FILE, "headings", IN_FORCE).value).splitlines():
        kind, *told = line.split()
        headings[kind] |= {word: int(count or 1) for word, _, count in (each.partition("×") for each in told)}
    deciding = Deciding(**rule(_FILE, "deciding", IN_FORCE).value)
    kept = {piece: tuple(held) for piece, held in weights.items()}
    return Model(tuple(bias), tuple(bias.values()), kept, headings, deciding)


def counts_columns(words: str) -> bool:
    """Whether a heading is a letter with a number at most, or a word for columns: c1, col_17, 列3.

    >>> counts_columns("c_1"), counts_columns("c1_no"), counts_columns("病")
    (True, False, False)
    """
    plain = _NUMBERING.sub("", words)
    return plain in _COLUMNS or (len(plain) <= 1 and plain.isascii())


def resembling(column: Column, kind: str) -> dict[str, float | int | bool]:
    """Which labelled heading of a kind one is most like, and how many labelled columns of it are like it.

    Args:
        column: any.
        kind: a class.
    """
    alike: dict[str, float] = {}
    for words in column.meaning.words.split():
        if not counts_columns(words):
            alike |= _alike(words, kind)
    near = {heading: like for heading, like in alike.items() if like >= _LEAST_LIKE}
    if not near:
        return {}
    best = max(sorted(near), key=lambda heading: near[heading])
    count = sum(model().headings[kind][heading] for heading in near)
    return {f"heading resembles {best}": round(near[best], 2), f"labelled_{kind}_alike": count}


def _alike(words: str, kind: str) -> dict[str, float]:
    """Labelled heading of a kind → how like it a heading is, 0–1."""
    parts, signs = of_heading(words), _signs(words)
    shared = Counter(heading for part in parts for heading in _index().get((kind, part), ()))
    return {
        heading: common / math.sqrt(len(parts) * len(of_heading(heading)))
        for heading, common in shared.most_common(_NEAREST)
        # Initials alone make no two Chinese headings alike: 摘要 and 足印.
        if not signs or not (others := _signs(heading)) or signs & others
    }


def _signs(words: str) -> frozenset[str]:
    return frozenset(_HAN.findall(words))


@cache
def _index() -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Class and part of a heading → labelled headings of the class that have it."""
    made: dict[tuple[str, str], list[str]] = defaultdict(list)
    for kind, headings in model().headings.items():
        for heading in headings:
            for part in of_heading(heading):
                made[kind, part].append(heading)
    return {key: tuple(held) for key, held in made.items()}
