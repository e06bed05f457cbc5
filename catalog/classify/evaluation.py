"""How well columns are judged, against a set of columns that people labelled.

Decides the figures: precision, recall and F1 of every class, their weighted and macro means, how many
sensitive columns were judged too low, and what share of columns is judged at which confidence. Reads a
set of CSV files; what a column holds is the judge's to say. Values of the set are shown nowhere.
"""

from __future__ import annotations

import csv
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from catalog.errors import CatalogError

LABELS: Final = "labels.csv"
NONE: Final = "none"
SPLITS: Final = ("held_out", "validation", "development", "all")
# Columns below this grade that are not sensitive cannot be under-classified in the sense of the figure.
_SENSITIVE_FROM: Final = 4
_CONFIDENCES: Final = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
_MEANINGS: Final = ("yes", "no")


class NoLabelledSet(CatalogError):
    """There is no labelled set where one was looked for, or it cannot be read."""


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
class Label:
    """What a column of the set holds, by those who labelled it.

    Attributes:
        source, table, heading: where it stands.
        challenge: what makes it hard; empty otherwise.
    """

    source: str
    table: str
    heading: str
    kind: str
    personal: bool
    sensitive: bool
    grade: int
    challenge: str = ""

    @property
    def truly_sensitive(self) -> bool:
        """Whether judging it lower would be under-classification."""
        return self.sensitive or self.grade >= _SENSITIVE_FROM


@dataclass(frozen=True, slots=True)
class Outcome:
    """A label and what the judge said."""

    label: Label
    kind: str
    grade: int
    sensitive: bool
    score: float

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
        return {"split": split, **report(outcomes)}
    # A heading that others wrote down before is no unseen column: it is judged with its table, not counted.
    known = _headings(root)
    unseen = [one for one in outcomes if _folded(one.label.heading) not in known]
    return {"split": split, "not_counted": len(outcomes) - len(unseen), **report(unseen)}


def _headings(root: Path) -> frozenset[str]:
    """Headings of the parts that makers of detectors may have seen."""
    files = [path for name in ("validation", "development") for path in (root / name).rglob(LABELS)]
    return frozenset(_folded(_label(path, row)[1].heading) for path in files for row in _rows(path))


def _folded(heading: str) -> str:
    """A heading without its case and its width."""
    return unicodedata.normalize("NFKC", heading).casefold().strip()


def judged(root: Path, split: str, judge: Judge) -> Iterator[Outcome]:
    """Every column of a split with what the judge says of it."""
    for columns, labels in tables(root, split):
        said = judge(columns, title=labels[0].table)
        for label in labels:
            one = said[label.heading]
            yield Outcome(label, one.kind, one.grade, one.sensitive, one.score)


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


def tables(root: Path, split: str) -> Iterator[tuple[dict[str, list[str | None]], tuple[Label, ...]]]:
    """Every table of a split: heading → values, and its labels.

    Args:
        root: folder of the set, or of one part of it, which is then read whatever the split.
        split: one of :data:`SPLITS`.

    Raises:
        NoLabelledSet: there is none, or a label is at fault.
    """
    folders = [root / name for name in SPLITS[:-1] if split in (name, "all")]
    if not any((root / name).is_dir() for name in SPLITS):
        folders = [root]
    found = [path for folder in folders for path in sorted(folder.rglob(LABELS))]
    if not found:
        raise NoLabelledSet(f"{root}: no {LABELS} under {split} — name the folder of the set with --set")
    for path in found:
        by_table: dict[str, list[tuple[int, Label]]] = {}
        for row in _rows(path):
            place, label = _label(path, row)
            by_table.setdefault(label.table, []).append((place, label))
        for table, labels in by_table.items():
            yield _columns(path.parent / f"{table}.csv", labels), tuple(label for _, label in labels)


def _columns(path: Path, labels: Sequence[tuple[int, Label]]) -> dict[str, list[str | None]]:
    if not path.is_file():
        raise NoLabelledSet(f"{path}: the table is missing, but it is labelled")
    with path.open(encoding="utf-8", newline="") as file:
        heading, *lines = csv.reader(file)
    for place, label in labels:
        if not 1 <= place <= len(heading) or heading[place - 1] != label.heading:
            raise NoLabelledSet(f"{path}: column {place} is not {label.heading}, as {LABELS} says")
    return {name: [line[place] or None for line in lines] for place, name in enumerate(heading)}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _label(path: Path, row: Mapping[str, str]) -> tuple[int, Label]:
    try:
        place, grade = int(row["place"]), int(row["grade"])
        personal, sensitive = (_MEANINGS.index(row[name]) == 0 for name in ("personal", "sensitive"))
        label = Label(
            path.parent.name, row["table"], row["heading"], row["kind"], personal, sensitive, grade,
            row.get("challenge") or "",
        )  # fmt: skip
    except (KeyError, ValueError):
        raise NoLabelledSet(f"{path}: a row is not as the set's README says") from None
    return place, label


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
