"""A returned workbook with its faults in it: cells at fault coloured, with what is wrong as a comment."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from catalog.intake.reading import workbooks
from space.wayback.forms.compiling.returned_cells import CellFault

_WRONG: Final = "FFC7CE"
# The largest workbook that is marked; smaller ones alone are read.
_BOUNDS: Final = workbooks.Bounds(64 * 2**20, 512 * 2**20, 4_000_000)


def marked(path: Path, faults: Sequence[CellFault]) -> bytes:
    """A copy of a returned workbook with its faults.

    Args:
        path: as it was returned.
        faults: of any file; those of this one are marked.
    """
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    book = workbooks.cells(path, path.name, _BOUNDS)
    for fault in faults:
        if fault.file != path.name or fault.sheet not in book.sheetnames:
            continue
        cell: Any = book[fault.sheet][fault.cell]
        cell.fill = PatternFill("solid", fgColor=_WRONG)
        said = f"{fault.what} — {fault.remedy}"
        if cell.comment is not None:
            said = f"{cell.comment.text}\n{said}"
        cell.comment = Comment(said, "ybz", height=90, width=260)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
