"""What goes wrong in rectification and evaluation, one class per cause; no message holds a data value."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.errors import CatalogError

# Refused lines named in a message; the rest are counted.
_NAMED = 10


class UnknownCase(CatalogError):
    """There is no such case."""

    def __init__(self, case_id: str) -> None:
        super().__init__(f"no case {case_id} — see `ybz rectify list`")


class NotOpen(CatalogError):
    """The case is settled: nothing is sent or taken back."""


class NotYours(CatalogError):
    """Another department owns the case."""


class NoRows(CatalogError):
    """The fault is of the dataset as a whole, or of what it is made from: there are no rows to send."""


class RowsGone(CatalogError):
    """The landed rows the case speaks of cannot be read any more."""


class ReturnRefused(CatalogError):
    """A returned workbook is not taken; nothing of it was.

    Attributes:
        lines: what is wrong, each naming sheet and row.
    """

    def __init__(self, file: str, lines: Sequence[str]) -> None:
        self.lines = tuple(lines)
        more = len(lines) - _NAMED
        said = "; ".join(lines[:_NAMED]) + (f"; and {more} more" if more > 0 else "")
        super().__init__(f"{file}: {said} — nothing was taken: correct this and return the file again")


class EvaluationRefused(CatalogError):
    """An act on a quarterly evaluation that is not allowed now."""
