"""What is found in a file: tables, and what gives none.

A table carries how it must be read and the rows that reading it gives. Does not decide how a table is
found (:mod:`catalog.intake.tables.layout`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from catalog.intake.reading.records import Records
from contracts.model import Source


@dataclass(frozen=True, slots=True)
class Table:
    """One table of one file, read.

    Attributes:
        path: of the file, relative to the folder drafted.
        source: how it is read; its name is given later.
        records: what reading it gives.
        sha256: of the file.
        above: lines above the heading.
        problems: what a person must look at.
    """

    path: str
    source: Source
    records: Records
    sha256: str
    above: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def headings(self) -> tuple[str, ...]:
        """Headings of the columns that hold anything or carry a heading."""
        pairs = zip(self.records.headings, self.records.columns, strict=True)
        return tuple(h for h, c in pairs if not h.startswith("#") or c.null_count < len(c))


@dataclass(frozen=True, slots=True)
class Refused:
    """A file or sheet that gives no table, and why."""

    path: str
    problem: str
    sheet: str | None = None
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file while tables are looked for in it.

    Attributes:
        path: the file.
        where: its path relative to the folder drafted.
        sha256: of its content.
        note: why it is taken for its format, where its name says another.
        problems: what a person must look at.
        encoding: of text, as who drafts it names it; empty = to be found.
    """

    path: Path
    where: str
    sha256: str
    note: str = ""
    problems: tuple[str, ...] = field(default=())
    encoding: str = ""


def table(
    file: File,
    layout: Source,
    records: Records,
    above: tuple[str, ...],
    reasons: dict[str, str],
    problems: Sequence[str],
) -> Table:
    """A table of a file.

    Args:
        file: the file.
        layout: how it is read.
        records: what reading it gives.
        above: lines above the heading.
        reasons: why each of the layout's parts was chosen.
        problems: what a person must look at.
    """
    if file.note:
        reasons["format"] = file.note
    source = replace(layout, reasons=reasons | dict(layout.reasons))
    return Table(file.where, source, records, file.sha256, above, tuple(problems))
