"""Columns of a sheet by their letters: ``名单!A:E`` names the columns from the first to the fifth."""

from __future__ import annotations

import re

# A colon cannot be in a sheet's name, so the range is never mistaken for one.
_RANGE = re.compile(r"^(?P<sheet>.*)!(?P<first>[A-Z]{1,3}):(?P<last>[A-Z]{1,3})$", re.DOTALL)


def split_range(sheet: str) -> tuple[str, tuple[int, int] | None]:
    """Sheet name and 0-based first and last column of a source's ``sheet``.

    >>> split_range("名单!B:D"), split_range("名单")
    (('名单', (1, 3)), ('名单', None))
    """
    match = _RANGE.match(sheet)
    if match is None:
        return sheet, None
    return match["sheet"], (_column_number(match["first"]), _column_number(match["last"]))


def column_letters(number: int) -> str:
    """Spreadsheet letters of a 0-based column.

    >>> column_letters(0), column_letters(27)
    ('A', 'AB')
    """
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
