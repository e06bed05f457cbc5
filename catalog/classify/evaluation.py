"""How well columns are judged, against a set of columns that people labelled.

Decides the figures: precision, recall and F1 of every class, their weighted and macro means, how many
sensitive columns were judged too low, and what share of columns is judged at which confidence. What a
column holds is the judge's to say, the set is :mod:`catalog.classify.labelled`'s to read. Values of the set
are shown nowhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from catalog.classify.labelled import Label, folded, headings, tables
from catalog.classify.presumption import PRESUMED

# How the figures are to be read, by what the split is.
_UNSEEN: Final = (
    "split by source: no source of this part, and no heading counted, was used in making rules or in learning"
)
_SEEN: Final = "this split was used in making rules and in learning: too good to quote for columns never seen"
_CONFIDENCES: Final = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)


class Judged(Protocol):
    """What a judge says of a column."""

    @property
    def kind(self) -> str:
        """A class name or ``none``."""

    @property
    def grade(self) -> int:
        """1–4."""

    @property
    def sensitive(self) -> bool:
        """Sensitive personal information."""

    @property
    def score(self) -> float:
        """0–1."""


class Judge(Protocol):
    """Says what each column of one table holds."""

    def __call__(
        self, columns: Mapping[str, Sequence[str | None]], *, title: str = ""
    ) -> Mapping[str, Judged]:
        """Heading → judgement.

        Args:
            columns: heading → values.
            title: of the table.
        """


@dataclass(frozen=True, slots=True)
class Outcome:
    """A label and what the judge said.

    Attributes:
        presumed: the column is sensitive by presumption only.
    """

    label: Label
    kind: str
    grade: int
    sensitive: bool
    score: float
    presumed: bool = False

    @property
    def too_low(self) -> bool:
        """Whether a truly sensitive column was judged lower in grade, or not sensitive."""
        label = self.label
        return label.truly_sensitive and (
            self.grade < label.grade or (label.sensitive and not self.sensitive)
        )


@dataclass(frozen=True, slots=True)
class ByClass:
    """How one class was judged.

    Attributes:
        support: columns that truly hold it.
    """

    precision: float
    recall: float
    f1: float
    support: int


def evaluate(root: Path, split: str, judge: Judge) -> dict[str, Any]:
    """Judge every table of a split and report.

    Args:
        root: folder of the set.
        split: one of :data:`SPLITS`.
        judge: headings and values of one table → what each column holds.

    Raises:
        NoLabelledSet: there is none.
    """
    outcomes = list(judged(root, split, judge))
    if split != "held_out" or not (root / split).is_dir():
        return {"split": split, "how": _SEEN, **report(outcomes)}
    # A heading that others wrote down before is no unseen column: it is judged with its table, not counted.
    known = headings(root, "validation", "development")
    unseen = [one for one in outcomes if folded(one.label.heading) not in known]
    # Which ones were wrong is told of no column: whoever mends rules by it would have seen the set.
    made = {name: figure for name, figure in report(unseen).items() if name not in ("too_low", "wrong")}
    return {"split": split, "how": _UNSEEN, "not_counted": len(outcomes) - len(unseen), **made}


def judged(root: Path, split: str, judge: Judge) -> Iterator[Outcome]:
    """Every column of a split with what the judge says of it."""
    for columns, labels in tables(root, split):
        said = judge(columns, title=labels[0].table)
        for label in labels:
            one = said[label.heading]
            yield Outcome(label, one.kind, one.grade, one.sensitive, one.score, _presumed(one))


def report(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """All figures over judged columns."""
    pairs = [(o.label.kind, o.kind) for o in outcomes]
    classes = by_class(pairs)
    low, sensitive = [o for o in outcomes if o.too_low], sum(o.label.truly_sensitive for o in outcomes)
    return {
        "columns": len(outcomes),
        "weighted_f1": _rounded(weighted_f1(classes)),
        "macro_f1": _rounded(macro_f1(classes)),
        "accuracy": _rounded(_share(sum(a == b for a, b in pairs), len(pairs))),
        "under_classified": _rounded(_share(len(low), sensitive)),
        "sensitive_columns": sensitive,
        **_sensitivity(outcomes),
        "by_class": {
            kind: {
                "precision": _rounded(c.precision), "recall": _rounded(c.recall), "f1": _rounded(c.f1),
                "support": c.support,
            }
            for kind, c in classes.items()
        },
        "by_challenge": _by_challenge(outcomes),
        "coverage": coverage(outcomes),
        "confusion": _confusion(pairs),
        "too_low": [_case(o) for o in low],
        "wrong": [_case(o) for o in sorted(outcomes, key=lambda o: -o.score) if o.kind != o.label.kind],
    }  # fmt: skip


def _presumed(one: Judged) -> bool:
    return any(each.detector == PRESUMED for each in getattr(one, "evidence", ()))


def _sensitivity(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """What it costs to judge no sensitive column too low: columns that are called sensitive and are not."""
    said = [o for o in outcomes if o.sensitive]
    presumed = [o for o in outcomes if o.presumed]
    return {
        "sensitive_precision": _rounded(_share(sum(o.label.truly_sensitive for o in said), len(said))),
        "presumed": len(presumed),
        "presumed_rightly": sum(o.label.truly_sensitive for o in presumed),
        "under_classified_by_rules_alone": _rounded(
            _share(
                sum(o.too_low or (o.presumed and o.label.truly_sensitive) for o in outcomes),
                sum(o.label.truly_sensitive for o in outcomes),
            )
        ),
    }


def by_class(pairs: Sequence[tuple[str, str]]) -> dict[str, ByClass]:
    """Precision, recall and F1 of every class that is true or was said anywhere.

    Args:
        pairs: true class, said class, of each column.
    """
    true, said = Counter(t for t, _ in pairs), Counter(s for _, s in pairs)
    right = Counter(t for t, s in pairs if t == s)
    made = {}
    for kind in sorted(true | said):
        precision, recall = _share(right[kind], said[kind]), _share(right[kind], true[kind])
        both = precision + recall
        made[kind] = ByClass(precision, recall, 2 * precision * recall / both if both else 0.0, true[kind])
    return made


def weighted_f1(classes: Mapping[str, ByClass]) -> float:
    """Mean of the classes' F1, each weighted by the columns that truly hold it; ``none`` is a class."""
    support = sum(c.support for c in classes.values())
    return sum(c.f1 * c.support for c in classes.values()) / support if support else 0.0


def macro_f1(classes: Mapping[str, ByClass]) -> float:
    """Mean of the F1 of the classes that truly occur, each counted once."""
    present = [c.f1 for c in classes.values() if c.support]
    return sum(present) / len(present) if present else 0.0


def coverage(outcomes: Sequence[Outcome]) -> list[dict[str, float]]:
    """At each confidence: what share of columns is judged at it or above, and how many of those rightly."""
    made = []
    for least in _CONFIDENCES:
        sure = [o for o in outcomes if o.score >= least]
        right = sum(o.kind == o.label.kind for o in sure)
        made.append(
            {
                "confidence": least,
                "coverage": _rounded(_share(len(sure), len(outcomes))),
                "accuracy": _rounded(_share(right, len(sure))),
            }
        )
    return made


def _by_challenge(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float]]:
    made = {}
    for name in sorted({o.label.challenge for o in outcomes}):
        some = [o for o in outcomes if o.label.challenge == name]
        right = sum(o.kind == o.label.kind for o in some)
        made[name or "plain"] = {"columns": len(some), "accuracy": _rounded(_share(right, len(some)))}
    return made


def _confusion(pairs: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    wrong = Counter(pair for pair in pairs if pair[0] != pair[1])
    ordered = sorted(wrong.items(), key=lambda item: (-item[1], item[0]))
    return [{"true": true, "said": said, "columns": count} for (true, said), count in ordered]


def _case(o: Outcome) -> dict[str, Any]:
    label = o.label
    return {
        "column": f"{label.source}/{label.table}: {label.heading}", "true": label.kind, "said": o.kind,
        "grade": label.grade, "said_grade": o.grade, "score": o.score,
    }  # fmt: skip


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _rounded(value: float) -> float:
    return round(value, 4)
