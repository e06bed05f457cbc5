"""A sheet of the workbook and its columns, as values; which there are: :mod:`catalog.workbook.columns`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from catalog.workbook.cells import Spelling

# Key of the column that counts what another sheet lists.
COUNTED: Final = "items"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet.

    Attributes:
        key: of the flat value it shows (:mod:`catalog.workbook.rows`).
        heading: as printed.
        spelling: of its cells.
        note: the comment on its heading.
        width: in characters.
    """

    key: str
    heading: str
    spelling: Spelling
    note: str = ""
    width: int = 14

    @property
    def fixed(self) -> bool:
        """Whether it only informs: a change of it is not taken back."""
        return self.key == COUNTED


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: a row for each ``item`` of a contract; the dataset's name is its first column."""

    title: str
    item: str
    columns: tuple[Column, ...]
