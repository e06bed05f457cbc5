"""Learns what labelled columns teach of every kind: ``python -m tests.classification.learning.kinds``.

Writes ``policies/rules/learned.yaml``, the row ``deciding`` kept. A multinomial logistic regression over the
pieces of a column, ridge-penalised, learned from every column twice: as it is, and without the pieces of its
heading, so that values count where a heading has never been seen. With ``--measure`` each part is left out:
its words out of the rules, its columns out of the learning. The blind part of the set is not read.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from catalog.classify import pieces
from catalog.classify.alone import alone
from catalog.classify.column import limits
from catalog.classify.evaluation import by_class, weighted_f1
from catalog.classify.judging import column_of
from catalog.classify.labelled import tables
from catalog.classify.learned import likely
from catalog.classify.weights import Deciding, Model
from policies.grading import IN_FORCE
from policies.rulebook import RULES, rule
from tests.classification.learning.__main__ import ROOT
from tests.classification.learning.training import PARTS
from tests.classification.learning.withholding import Shown, Tables, Withheld, withheld

# Sources a piece is seen in before it has a weight, penalty of weights, and what is rounded to nothing.
_SOURCES, _PENALTY, _LEAST = 3, 0.15, 0.05
_ROUNDS: Final = 70
_LINE: Final = 120
_HEAD: Final = """\
# What labelled columns teach of a column's kind, one more ground beside rules; see docs/classification.md.
# Made by `python -m tests.classification.learning.kinds`; the row `deciding` is chosen by hand.
# Pieces: h: characters of a heading, l: letters of its words and initials, t: words; v: shape of the values,
# x: z: their form, p: how they begin, w: words in them, n: y: ranges; found: score: share: means: root: what
# rules say of the column. A piece that nobody finds in three sources has no weight.
rules:
  - name: deciding
    value: {deciding}
    source: choice of the installation by the cost of errors, see docs/decisions; PIPL 28
    valid_from: 2026-11-22
    confidence: to be confirmed, 70%
"""


@dataclass(frozen=True, slots=True)
class Taught:
    """A labelled column with values, as rules see it by itself that have not seen its source.

    Attributes:
        words: its normalised heading.
        made_of: piece → how strong.
    """

    part: str
    source: str
    kind: str
    words: str
    made_of: Mapping[str, float]


def examples() -> list[Taught]:
    """Every labelled column of the parts that have been seen, each source with its words withheld."""
    read = [(part, each) for part in PARTS for each in tables(ROOT / "validation" / part, "all")]
    shown = Shown([each for _, each in read])
    by_source: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for part, each in read:
        by_source[part, each[1][0].source].append(each)
    made: list[Taught] = []
    for (part, source), of_source in by_source.items():
        with withheld(Withheld(shown, source)):
            made += _taught(part, source, of_source)
    return made


def _taught(part: str, source: str, of_source: Tables) -> list[Taught]:
    made = []
    for columns, labels in of_source:
        for label in labels:
            column = column_of(label.heading, columns[label.heading], limits())
            if not column.sample:
                continue
            seen = alone(column, taught=False)
            held = pieces.of(column, seen.known, seen.kind)
            made.append(Taught(part, source, label.kind, column.meaning.words, held))
    return made


def fit(made: Sequence[Taught], deciding: Deciding) -> Model:
    """The model that examples teach.

    Args:
        made: examples.
        deciding: when it is to decide; not learned.
    """
    seen: dict[str, set[str]] = defaultdict(set)
    for each in made:
        for piece in each.made_of:
            seen[piece].add(each.source)
    names = sorted(piece for piece, sources in seen.items() if len(sources) >= _SOURCES)
    classes = sorted({each.kind for each in made})
    found, bias = _weights(made, names, classes)
    weights: dict[str, tuple[tuple[int, float], ...]] = {}
    for name, row in zip(names, found, strict=True):
        held = tuple((place, round(float(w), 2)) for place, w in enumerate(row) if abs(w) >= _LEAST)
        if held:
            weights[name] = held
    headings: dict[str, Counter[str]] = defaultdict(Counter)
    for each in made:
        if each.words and " " not in each.words:
            headings[each.kind][each.words] += 1
    return Model(tuple(classes), tuple(round(float(each), 2) for each in bias), weights, headings, deciding)


def _weights(made: Sequence[Taught], names: Sequence[str], classes: Sequence[str]) -> tuple[Any, Any]:
    """Weights by piece and class, and those of the classes; every column counts twice, by halves."""
    places = {name: place for place, name in enumerate(names)}
    silent = [
        {piece: s for piece, s in each.made_of.items() if not piece.startswith(pieces.OF_HEADING)}
        for each in made
    ]
    matrix = _matrix([*(each.made_of for each in made), *silent], places)
    across, kinds = matrix.T.tocsr(), len(classes)
    truth = np.array([classes.index(each.kind) for each in made] * 2)
    rows, width = np.arange(len(truth)), len(names) * len(classes)

    def loss(flat: Any) -> tuple[float, Any]:
        weights, bias = flat[:width].reshape(len(names), kinds), flat[width:]
        told = matrix @ weights + bias
        told -= told.max(1, keepdims=True)
        shares = np.exp(told)
        wholes = shares.sum(1, keepdims=True)
        value = -0.5 * (told[rows, truth] - np.log(wholes[:, 0])).sum() + _PENALTY / 2 * (weights**2).sum()
        wrong = shares / wholes
        wrong[rows, truth] -= 1
        slope = across @ (0.5 * wrong) + _PENALTY * weights
        return float(value), np.append(slope.ravel(), 0.5 * wrong.sum(0))

    start = np.zeros(width + kinds)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _ROUNDS}).x
    return found[:width].reshape(len(names), kinds), found[width:]


def _matrix(made: Sequence[Mapping[str, float]], places: Mapping[str, int]) -> Any:
    rows, columns, strengths = [], [], []
    for row, each in enumerate(made):
        for piece in sorted(each):
            if piece in places:
                rows.append(row)
                columns.append(places[piece])
                strengths.append(each[piece])
    return csr_matrix((strengths, (rows, columns)), (len(made), len(places)))


def written(model: Model, made: Sequence[Taught]) -> str:
    """The rule file of a model.

    Args:
        model: as learned.
        made: what it was learned from.
    """
    lines = [f"{kind} {weight} bias" for kind, weight in zip(model.kinds, model.bias, strict=True)]
    by_weight: dict[tuple[int, float], list[str]] = defaultdict(list)
    for piece, held in sorted(model.weights.items()):
        for place, weight in held:
            by_weight[place, weight].append(piece)
    for place, weight in sorted(by_weight, key=lambda key: (key[0], -key[1])):
        lines += _folded(f"{model.kinds[place]} {weight}", by_weight[place, weight])
    named = [
        line
        for kind in model.kinds
        for line in _folded(
            kind, [w + (f"×{n}" if n > 1 else "") for w, n in sorted(model.headings.get(kind, {}).items())]
        )
    ]
    sources = len({(each.part, each.source) for each in made})
    source = (
        f"{sum(map(len, model.weights.values())):,} weights of {len(model.weights):,} pieces, learned from "
        f"{len(made):,} labelled columns with values of {sources} invented systems, "
        f"parts {', '.join(PARTS)} of tests/classification/validation"
    )
    values = {name: getattr(model.deciding, name) for name in Deciding.__dataclass_fields__}
    text = _HEAD.format(deciding="{" + ", ".join(f"{name}: {value}" for name, value in values.items()) + "}")
    for name, held in (("weights", lines), ("headings", named)):
        text += f"  - name: {name}\n    value: |\n" + "".join(f"      {line}\n" for line in held)
        text += f"    source: {source}\n    valid_from: 2026-11-22\n    confidence: to be confirmed, 70%\n"
    return text


def _folded(before: str, words: Sequence[str]) -> list[str]:
    lines: list[str] = []
    for word in words:
        if not lines or len(lines[-1]) + len(word) > _LINE:
            lines.append(before)
        lines[-1] += f" {word}"
    return lines


def measure(made: Sequence[Taught], deciding: Deciding) -> None:
    """Print how right the model is by itself on parts it has not seen."""
    for part in PARTS:
        model = fit([each for each in made if each.part != part], deciding)
        pairs = []
        for each in made:
            if each.part == part:
                shares = likely(each.made_of, model)
                pairs.append((each.kind, max(shares, key=lambda kind: shares[kind])))
        print(f"  without {part}: weighted F1 {weighted_f1(by_class(pairs)):.3f} of {len(pairs)} columns")


def main(words: Sequence[str]) -> None:
    """Learn, and write or measure."""
    deciding = Deciding(**rule("learned", "deciding", IN_FORCE).value)
    made = examples()
    if "--measure" in words:
        measure(made, deciding)
        return
    (RULES / "learned.yaml").write_text(written(fit(made, deciding), made), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
