"""Writes sources of the labelled set: tables as CSV files, labels beside them.

Decides the file form and what a kind means where a column says nothing of its own. What headings and
values look like is each source's matter.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

# A maker gives the value of one cell from the random numbers of its column, what its row is about, and
# the number of the row; "" is a missing value.
Maker = Callable[[Random, Mapping[str, Any], int], str]
LABELS: Final = "labels.csv"
COLUMNS: Final = ("table", "place", "heading", "kind", "personal", "sensitive", "grade", "challenge")

_IDENTIFIERS: Final = (
    "resident_id", "residence_permit", "foreign_resident_permit", "hk_macao_permit", "taiwan_permit",
    "passport", "social_security_number", "driver_file_number", "income", "housing_certificate",
)  # fmt: skip
_SENSITIVE: Final = (
    "military_id",
    "bank_card",
    "medical",
    "religion",
    "biometric",
    "criminal_record",
    "minor",
)
_PERSONAL: Final = (
    "mobile", "email", "account", "plate", "vin", "imei", "person_name", "date_of_birth", "ip_address",
    "mac_address", "ethnic_group", "sex", "marital_status", "political_status", "education", "free_text",
)  # fmt: skip
_OF_PERSONS: Final = ("address", "landline")


@dataclass(frozen=True, slots=True)
class Col:
    """One column.

    Attributes:
        heading: as in the file.
        kind: what it holds.
        make: gives its values.
        challenge: what makes it hard.
        personal, sensitive, grade: where they are not the usual ones of the kind.
        missing: share of empty cells.
    """

    heading: str
    kind: str
    make: Maker
    challenge: str = ""
    personal: bool | None = None
    sensitive: bool | None = None
    grade: int | None = None
    missing: float = 0.03


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a source.

    Attributes:
        about: gives what a row is about; makers read it.
        persons: rows are about persons, so that addresses and telephone numbers are theirs.
        children: rows are children under 14.
    """

    name: str
    columns: tuple[Col, ...]
    rows: int = 36
    about: Callable[[Random, int], Mapping[str, Any]] = lambda r, i: {}
    persons: bool = False
    children: bool = False


def write(folder: Path, sources: Mapping[str, Sequence[Table]]) -> int:
    """Write every source anew; the number of columns."""
    count = 0
    for source, tables in sources.items():
        home = folder / source
        if home.exists():
            shutil.rmtree(home)
        home.mkdir(parents=True)
        labels: list[tuple[object, ...]] = []
        for table in tables:
            _write_table(home / f"{table.name}.csv", source, table)
            labels += [(table.name, place, *_label(table, col)) for place, col in enumerate(table.columns, 1)]
        _write_rows(home / LABELS, [COLUMNS, *labels])
        count += len(labels)
    return count


def _label(table: Table, col: Col) -> tuple[object, ...]:
    personal = col.kind in (*_IDENTIFIERS, *_SENSITIVE, *_PERSONAL)
    personal |= table.persons and col.kind in _OF_PERSONS
    personal = personal if col.personal is None else col.personal
    sensitive = personal and (col.kind in _SENSITIVE or table.children)
    sensitive = sensitive if col.sensitive is None else col.sensitive
    usual = 4 if sensitive else 3 if personal and col.kind in _IDENTIFIERS else 2 if personal else 1
    grade = usual if col.grade is None else col.grade
    return col.heading, col.kind, _yes(personal), _yes(sensitive), grade, col.challenge


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _write_table(path: Path, source: str, table: Table) -> None:
    rows = [table.about(Random(f"{source}/{table.name}/{i}"), i) for i in range(table.rows)]
    made = []
    for place, col in enumerate(table.columns):
        dice = Random(f"{source}/{table.name}/{place}/{col.heading}")
        cells = [col.make(dice, row, i) for i, row in enumerate(rows)]
        made.append(["" if dice.random() < col.missing else cell for cell in cells])
    _write_rows(path, [tuple(c.heading for c in table.columns), *zip(*made, strict=True)])


def _write_rows(path: Path, rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
