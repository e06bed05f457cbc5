"""What stands in a cell for a value, and what value a cell stands for.

Decides the spelling of numbers, flags and choices in a cell and what is wrong with one that cannot be
read; several values in one are :mod:`catalog.workbook.several`'s.
Knows no sheets: :mod:`catalog.workbook.columns` says which column is spelt how.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, Final

from catalog.workbook.labels import labels

# Longest text of a cell. Source: Microsoft, Excel specifications and limits.
LONGEST: Final = 32_767
# Digits a number in a cell keeps. Source: as above.
_DIGITS: Final = 15
_CUT: Final = "…（过长，此处不可改）"
_ILLEGAL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPE: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
# What parts several values of one cell.
PARTS: Final = re.compile(r"\s*[；;\n]\s*")

YES, NO = "是", "否"


class BadCell(Exception):
    """A cell that cannot be read.

    Attributes:
        what: what is wrong with it; never what stands in it.
        remedy: what to write instead.
    """

    def __init__(self, what: str, remedy: str) -> None:
        self.what, self.remedy = what, remedy
        super().__init__(f"{what} — {remedy}")


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a kind of value is written in a cell.

    Attributes:
        show: value → text of the cell, ``""`` for nothing.
        read: stripped, non-empty text → value; raises :class:`BadCell`.
        empty: the value of an empty cell.
        options: what the drop-down offers; none = no drop-down.
        number: whether the cell holds a number where it can.
        strict: whether nothing else than the options may be chosen.
    """

    show: Callable[[Any], str]
    read: Callable[[str], Any]
    empty: Any = None
    options: tuple[str, ...] = ()
    number: bool = False
    strict: bool = True


def shown(text: str) -> str:
    """``text`` as a cell can carry it: without characters XML forbids, cut at the longest."""
    text = _ILLEGAL.sub("\ufffd", text)
    return text if len(text) <= LONGEST else text[: LONGEST - len(_CUT)] + _CUT


def as_text(cell: Any) -> str:
    """What stands in a cell, as one text: numbers without a needless ``.0``, days as ``2024-03-05``."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return YES if cell else NO
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def exact(cell: Any) -> str:
    """What stands in a cell, as one text.

    Raises:
        BadCell: a number so long that Excel has put zeros for its last digits.
    """
    if isinstance(cell, int | float) and abs(cell) >= 10**_DIGITS:
        remedy = "format the cell as text and write it again"
        raise BadCell(f"is a number of more than {_DIGITS} digits, of which a cell keeps no more", remedy)
    return as_text(cell)


def same(cell: Any, text: str) -> bool:
    """Whether a cell still shows a text; ends of lines and escapes are each program's own."""
    return _folded(as_text(cell)) == _folded(shown(text))


def _folded(text: str) -> str:
    text = _ESCAPE.sub(lambda part: chr(int(part[1], 16)), text)
    return _ILLEGAL.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def _same(value: Any) -> str:
    return "" if value is None else str(value)


TEXT: Final = Spelling(_same, str, "")
MAYBE: Final = Spelling(_same, str, None)


def whole_number(text: str) -> int:
    """A whole number from its text.

    Raises:
        BadCell: it is none.
    """
    try:
        return int(text)
    except ValueError:
        raise BadCell("is no whole number", "write digits only") from None


def _number(text: str) -> int | float:
    try:
        return int(text) if re.fullmatch(r"-?\d+", text) else float(text)
    except ValueError:
        raise BadCell("is no number", "write a number without unit") from None


def _bound(text: str) -> int | float | str:
    try:
        return _number(text)
    except BadCell:
        return text


def _flag(text: str) -> bool:
    words = {YES: True, NO: False, "true": True, "false": False, "y": True, "n": False, "1": True, "0": False}
    if text.lower() not in words:
        raise BadCell("is neither 是 nor 否", "choose from the list")
    return words[text.lower()]


def _shown_flag(value: Any) -> str:
    return YES if value else ""


WHOLE: Final = Spelling(_same, whole_number, None, number=True)
COUNT: Final = Spelling(lambda value: _same(value) if value else "", whole_number, 0, number=True)
NUMBER: Final = Spelling(_same, _number, None, number=True)
SHARE: Final = Spelling(lambda value: _same(value) if value else "", _number, 0.0, number=True)
BOUND: Final = Spelling(_same, _bound, None, number=True)
FLAG: Final = Spelling(_shown_flag, _flag, False, (YES, NO))


def whole(usual: int) -> Spelling:
    """A whole number with a usual value that an empty cell stands for."""
    return Spelling(_same, whole_number, usual, number=True)


def number(usual: float) -> Spelling:
    """A number with a usual value that an empty cell stands for."""
    return Spelling(_same, _number, usual, number=True)


def choice(vocabulary: type[StrEnum], empty: StrEnum | None) -> Spelling:
    """One value of a closed vocabulary, by its label; its own name is taken too."""
    words = labels(vocabulary)
    values = {label: vocabulary(value) for value, label in words.items()}
    values |= {value: vocabulary(value) for value in words}

    def read(text: str) -> StrEnum:
        if text not in values:
            raise BadCell("is not in the list", f"choose one of {', '.join(words.values())}")
        return values[text]

    return Spelling(lambda v: words.get(v, _same(v)), read, empty, tuple(words.values()))


def choices(vocabulary: type[StrEnum]) -> Spelling:
    """Several values of a closed vocabulary, by their labels."""
    one = choice(vocabulary, None)
    return Spelling(
        lambda values: "；".join(one.show(value) for value in values),
        lambda text: tuple(one.read(part) for part in PARTS.split(text) if part),
        (),
    )


def one_of(options: tuple[str, ...], *, strict: bool = True) -> Spelling:
    """A text that a drop-down offers, up to its first blank: ``sex 性别`` stands for ``sex``."""
    by_code = {option.split(" ")[0]: option for option in options}

    def show(value: str | None) -> str:
        return by_code.get(value or "", value or "")

    def read(text: str) -> str:
        return text.split(" ")[0]

    return Spelling(show, read, None, options, strict=strict)


_SIGNS: Final = {
    "\t": "制表符",
    ",": "逗号",
    ";": "分号",
    "|": "竖线",
    '"': "双引号",
    "'": "单引号",
    " ": "空格",
}


def sign(*, empty: str | None, none: str) -> Spelling:
    """One character of a text file by its name.

    Args:
        empty: what an empty cell stands for.
        none: the word for "there is none".
    """
    values: dict[str, str | None] = {name: character for character, name in _SIGNS.items()} | {none: None}

    def show(value: str | None) -> str:
        return none if value is None else _SIGNS.get(value, value)

    return Spelling(show, lambda text: values.get(text, text), empty, tuple(values), strict=False)
