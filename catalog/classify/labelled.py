"""A set of columns that people labelled: CSV files of tables, and what each of their columns holds.

Reads the set and refuses one that contradicts itself. Decides nothing of the figures
(:mod:`catalog.classify.evaluation`).
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from catalog.errors import CatalogError

LABELS: Final = "labels.csv"
SPLITS: Final = ("held_out", "validation", "development", "all")
# Columns below this grade that are not sensitive cannot be under-classified in the sense of the figure.
_SENSITIVE_FROM: Final = 4
_MEANINGS: Final = ("yes", "no")


class NoLabelledSet(CatalogError):
    """There is no labelled set where one was looked for, or it cannot be read."""


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


def headings(root: Path, *parts: str) -> frozenset[str]:
    """Headings of parts of the set, folded.

    Args:
        root: folder of the set.
        parts: names of parts, e.g. those that makers of detectors may have seen.
    """
    files = [path for name in parts for path in (root / name).rglob(LABELS)]
    return frozenset(folded(_label(path, row)[1].heading) for path in files for row in _rows(path))


def folded(heading: str) -> str:
    """A heading without its case and its width.

    Args:
        heading: as in a file.
    """
    return unicodedata.normalize("NFKC", heading).casefold().strip()


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
        raise NoLabelledSet(f"{root}: no {LABELS} under {split} — name the folder of the set")
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
