"""A department's table as text cells, and what was planted in it.

Decides which rows a fault may touch: each row carries at most one planted fault, so that the
counts of faults add up to the counts of rows.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

SEED: Final = 20_260_930
FULL_WIDTH: Final = str.maketrans("0123456789Xx.,-", "０１２３４５６７８９Ｘｘ．，－")


def stream(name: str) -> np.random.Generator:
    """A random stream of its own for each name, so that one table's size moves no other table."""
    return np.random.default_rng([SEED, zlib.crc32(name.encode())])


@dataclass
class Table:
    """Cells of one dataset.

    Attributes:
        name: ``schema.table`` of the dataset.
        cells: printed heading → one text per row.
        subject: per row, the index of the person or enterprise it is about; -1 where there is none.
        good: per row, whether it must reach the release.
        kept: planted faults the cast or the ledger must cope with, by kind → rows.
        spoilt: planted faults that keep a row out of the release, by kind → rows.
    """

    name: str
    cells: dict[str, list[str]]
    subject: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    good: np.ndarray = field(init=False)
    kept: dict[str, int] = field(default_factory=dict)
    spoilt: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.good = np.ones(self.rows, dtype=bool)
        if not len(self.subject):
            self.subject = np.full(self.rows, -1, dtype=np.int64)
        self._untouched = stream(self.name + "/faults").permutation(self.rows).tolist()

    @property
    def rows(self) -> int:
        """Rows the table holds now."""
        return len(next(iter(self.cells.values())))

    def reserve(self, rows: Iterable[int]) -> None:
        """Keep ``rows`` free of faults from here on."""
        taken = set(rows)
        self._untouched = [row for row in self._untouched if row not in taken]

    def plant(
        self,
        kind: str,
        count: int,
        heading: str,
        change: Callable[[str], str],
        *,
        spoils: bool = False,
        among: Callable[[int], bool] = lambda _: True,
    ) -> list[int]:
        """Change one cell in ``count`` untouched rows.

        Args:
            kind: name of the fault.
            count: rows to change.
            heading: the column to change.
            change: old text → new text; the text must differ.
            spoils: whether such a row must be kept out of the release.
            among: which rows qualify.

        Returns:
            The rows changed.
        """
        column = self.cells[heading]
        rows: list[int] = []
        for row in self._untouched:
            if len(rows) == count:
                break
            if among(row) and change(column[row]) != column[row]:
                rows.append(row)
        if len(rows) < count:
            raise ValueError(f"{self.name}: only {len(rows)} rows qualify for {kind}")
        for row in rows:
            column[row] = change(column[row])
        self.reserve(rows)
        counts = self.spoilt if spoils else self.kept
        counts[kind] = counts.get(kind, 0) + count
        if spoils:
            self.good[rows] = False
        return rows

    def repeat(self, count: int) -> list[int]:
        """Send ``count`` untouched rows a second time, at the end; only the first may be released."""
        rows = [row for row in self._untouched if self.good[row]][:count]
        for column in self.cells.values():
            column.extend([column[row] for row in rows])
        self.reserve(rows)
        self.good = np.r_[self.good, np.zeros(count, dtype=bool)]
        self.subject = np.r_[self.subject, self.subject[rows]]
        self.spoilt["duplicate"] = self.spoilt.get("duplicate", 0) + count
        return rows

    def drop(self, rows: Iterable[int]) -> None:
        """Take rows out."""
        gone = set(rows)
        keep = [row for row in range(self.rows) if row not in gone]
        self.good, self.subject = self.good[keep], self.subject[keep]
        for heading, column in self.cells.items():
            self.cells[heading] = [column[row] for row in keep]

    def append(self, cells: dict[str, list[str]], subject: Sequence[int]) -> None:
        """Add good rows at the end; ``cells`` has the same headings."""
        count = len(next(iter(cells.values())))
        for heading, column in self.cells.items():
            column.extend(cells[heading])
        self.good = np.r_[self.good, np.ones(count, dtype=bool)]
        self.subject = np.r_[self.subject, np.asarray(subject, dtype=np.int64)]

    @property
    def good_subjects(self) -> np.ndarray:
        """Subjects of the rows that must be released, in row order, the missing ones left out."""
        found: np.ndarray = self.subject[self.good & (self.subject >= 0)]
        return found


def wrong_check_digit(text: str) -> str:
    """An identity number or credit code whose last character does not fit."""
    return text[:-1] + ("1" if text[-1] != "1" else "2")


def cut_short(text: str) -> str:
    """A number that lost its last two characters."""
    return text[:-2]


def full_width(text: str) -> str:
    """Digits as an input method in full-width mode writes them: ``１２３``."""
    return text.translate(FULL_WIDTH)


def spoken_date(text: str) -> str:
    """``2024-03-05`` as ``2024年3月5日``."""
    year, month, day = text[:10].split("-")
    return f"{year}年{int(month)}月{int(day)}日"


def slashed_date(text: str) -> str:
    """``2024-03-05`` as ``2024/3/5``."""
    year, month, day = text[:10].split("-")
    return f"{year}/{int(month)}/{int(day)}"


def fifteen_digits(text: str) -> str:
    """The identity number of the same person before 1999: 15 digits, no century, no check digit."""
    return text[:6] + text[8:17]


def const(value: str) -> Callable[[str], str]:
    """A change that writes ``value`` whatever was there."""
    return lambda _: value
