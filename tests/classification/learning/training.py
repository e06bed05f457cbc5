"""Fits the model of presumptions, and measures it on sources, or on whole parts of the set, it has not seen.

A logistic regression over traits, ridge-penalised; traits that more columns can only add have weights of 0 or
more, so that a further column never makes another one less likely to be sensitive.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from catalog.classify.column import limits
from catalog.classify.evaluation import Outcome
from catalog.classify.judging import Table, column_of, judged_by, look
from catalog.classify.labelled import tables
from catalog.classify.presumption import Model, likeness
from catalog.classify.traits import RISING
from tests.classification.learning.withholding import Shown, Tables, Withheld, withheld

# Parts that makers of rules have seen; the blind one is not among them.
PARTS: Final = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")
# Sources a trait is seen in before it has a weight, penalty of weights, and what is rounded to nothing.
_SOURCES, _PENALTY, _LEAST = 2, 3.0, 0.02
_FOLDS: Final = 8


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled column as rules judge it that have not seen its source.

    Attributes:
        part, source: where it stands.
        outcome: label and judgement by rules alone.
        words: its normalised heading.
        traits: None where rules can name it, where it has no values, or its rows are not of persons.
    """

    part: str
    source: str
    outcome: Outcome
    words: str
    traits: frozenset[str] | None


def examples(root: Path) -> list[Example]:
    """Every labelled column of the parts that have been seen, each source judged with its words withheld.

    Args:
        root: folder of the labelled set.
    """
    read: list[tuple[str, Any]] = [
        (part, each) for part in PARTS for each in tables(root / "validation" / part, "all")
    ]
    by_source: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for part, each in read:
        by_source[part, each[1][0].source].append(each)
    shown = Shown([each for _, each in read])
    made: list[Example] = []
    for (part, source), of_source in by_source.items():
        with withheld(Withheld(shown, source)):
            made += _judged(part, source, of_source)
    return made


def _judged(part: str, source: str, of_source: Tables) -> list[Example]:
    made = []
    for columns, labels in of_source:
        held = [column_of(name, values, limits()) for name, values in columns.items()]
        table: Table = look(held, None, labels[0].table, presuming=False)
        said, traits = judged_by(table), table.traits_by_name()
        words = {column.name: column.meaning.words for column in held}
        for label in labels:
            one = said[label.heading]
            outcome = Outcome(label, one.kind, one.grade, one.sensitive, one.score)
            made.append(Example(part, source, outcome, words[label.heading], traits.get(label.heading)))
    return made


def fit(made: Sequence[Example]) -> Model:
    """The model that examples teach; its threshold is not among what is learned.

    Args:
        made: examples; those without traits teach nothing but their headings.
    """
    taught = [each for each in made if each.traits is not None]
    seen: dict[str, set[str]] = defaultdict(set)
    for each in taught:
        for trait in each.traits or ():
            seen[trait].add(each.source)
    names = sorted(trait for trait, sources in seen.items() if len(sources) >= _SOURCES)
    places = {name: place for place, name in enumerate(names)}
    matrix = _matrix(taught, places)
    true = np.array([float(each.outcome.label.truly_sensitive) for each in taught])

    def loss(weights: Any) -> tuple[float, Any]:
        told = matrix @ weights[:-1] + weights[-1]
        wrong = 1 / (1 + np.exp(-told)) - true
        slope = np.append(matrix.T @ wrong + _PENALTY * weights[:-1], wrong.sum())
        value = np.logaddexp(0, told).sum() - true @ told + _PENALTY / 2 * (weights[:-1] ** 2).sum()
        return float(value), slope

    bounds = [(0, None) if name.startswith(RISING) else (None, None) for name in names] + [(None, None)]
    found = minimize(
        loss, np.zeros(len(names) + 1), jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 120}
    ).x
    weights = {name: round(float(w), 2) for name, w in zip(names, found[:-1], strict=True)}
    headings = sorted({e.words for e in made if e.outcome.label.sensitive and " " not in e.words})
    kept = {name: weight for name, weight in weights.items() if abs(weight) >= _LEAST}
    return Model(kept, round(float(found[-1]), 2), 1.0, tuple(headings))


def _matrix(taught: Sequence[Example], places: Mapping[str, int]) -> Any:
    rows, columns = [], []
    for row, each in enumerate(taught):
        known = [places[trait] for trait in sorted(each.traits or ()) if trait in places]
        rows += [row] * len(known)
        columns += known
    return csr_matrix((np.ones(len(rows)), (rows, columns)), (len(taught), len(places)))


def unseen(made: Sequence[Example], by: str) -> list[float]:
    """The likeness of every example by a model that has not seen its source, or its part.

    Args:
        made: examples.
        by: ``source`` (sources are left out in eight groups) or ``part``.
    """
    groups = {each.part: each.part for each in made}
    if by == "source":
        sources = sorted({each.source for each in made})
        random.Random(0).shuffle(sources)
        groups = {source: str(place % _FOLDS) for place, source in enumerate(sources)}
    of = [groups[each.part if by == "part" else each.source] for each in made]
    models = {
        group: fit([each for each, g in zip(made, of, strict=True) if g != group])
        for group in sorted(set(of))
    }
    return [
        likeness(each.traits, models[group]) if each.traits is not None else 0.0
        for each, group in zip(made, of, strict=True)
    ]
