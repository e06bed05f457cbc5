"""Cells of files that people open as sheets: what a program writes must not be taken for a formula."""

from __future__ import annotations

import re
from typing import Any, Final

# What a spreadsheet takes for the beginning of a formula. Source: OWASP, CSV Injection.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# A number with its sign is none.
_NUMBER: Final = re.compile(r"^[+-]\d+(\.\d+)?$")


def safe(cell: Any) -> Any:
    """A cell no spreadsheet takes for a formula: such a text has an apostrophe before it.

    >>> safe("=1+1"), safe("-3.5"), safe(-3)
    ("'=1+1", '-3.5', -3)
    """
    if not isinstance(cell, str) or not cell.startswith(_FORMULA):
        return cell
    return cell if _NUMBER.match(cell) else f"'{cell}"
