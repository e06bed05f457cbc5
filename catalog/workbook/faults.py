"""What is wrong with a workbook a person filled in, cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.errors import CatalogError


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a workbook; as text it is one line."""

    sheet: str
    cell: str
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        place = f"{self.sheet}!{self.cell}" if self.cell else self.sheet
        line = f"{place}: {self.what}" if place else self.what
        return f"{line} — {self.remedy}" if self.remedy else line


class WorkbookFaulty(CatalogError):
    """A workbook that cannot be taken as it is.

    Attributes:
        faults: all of them, in the order of the sheets; never empty.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, faults)))
