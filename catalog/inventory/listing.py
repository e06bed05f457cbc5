"""What a workbook or a scan says of a system: its tables by name, comment, columns and counts of rows.

Decides when two listings of a table differ. Values of a table have no place here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from contracts.canonical import canonical


class RowsHow(StrEnum):
    """How a count of rows came about."""

    STATED = "stated"  # a person wrote it
    ESTIMATED = "estimated"  # the database's own statistics
    COUNTED = "counted"  # count(*)
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ListedColumn:
    """A column by name, type and comment."""

    name: str
    type: str = ""
    comment: str = ""

    def to_document(self) -> dict[str, str]:
        """Plain JSON-able form."""
        return {"name": self.name, "type": self.type, "comment": self.comment}


@dataclass(frozen=True, slots=True)
class ListedTable:
    """A table of a system.

    Attributes:
        name: ``schema.table`` or ``table``, as the database spells it.
        kind: ``table`` or ``view``.
        comment: what the database or the department calls it.
        columns: in order; none where they were not listed.
        rows: count, or None.
        rows_how: how it came about.
    """

    name: str
    kind: str = "table"
    comment: str = ""
    columns: tuple[ListedColumn, ...] = ()
    rows: int | None = None
    rows_how: RowsHow = RowsHow.UNKNOWN

    @property
    def digest(self) -> str:
        """SHA-256 over names and types of the columns; empty where none are listed."""
        if not self.columns:
            return ""
        pairs = [[column.name, column.type] for column in self.columns]
        return hashlib.sha256(canonical({"columns": pairs})).hexdigest()


@dataclass(frozen=True, slots=True)
class Listing:
    """A system with tables.

    Attributes:
        system: its name.
        code: of the department's own register, or empty.
        department, department_code: whose system it is.
        tables: of it.
        complete: whether every table of the system is here, so that others are gone.
        source: ``workbook`` or ``scan``.
        address: where it was scanned, without user and password; empty for a workbook.
    """

    system: str
    department: str
    department_code: str
    tables: tuple[ListedTable, ...]
    complete: bool
    source: str
    code: str = ""
    address: str = ""


def column_changes(
    before: list[Mapping[str, Any]], after: tuple[ListedColumn, ...]
) -> dict[str, tuple[str, ...]]:
    """Names of the columns that are new, gone or of another type; empty lists where nothing changed."""
    was = {str(column["name"]): str(column["type"]) for column in before}
    now = {column.name: column.type for column in after}
    return {
        "added": tuple(sorted(set(now) - set(was))),
        "removed": tuple(sorted(set(was) - set(now))),
        "retyped": tuple(sorted(name for name in set(was) & set(now) if was[name] != now[name])),
    }
