"""How a value is spelt in a cell of a form, and read back: labels for codes, the form's unit, days as days.

Decides the spelling both ways, so that what comes back unchanged is no difference.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Final

from contracts.codes import to_half_width
from contracts.elements import Element
from contracts.elements_index import NUMBERS, label_codes
from contracts.model import Field, FieldType
from space.wayback.forms.compiling.labels import label
from space.wayback.forms.compiling.patching import Value
from space.wayback.forms.compiling.words import Words

_NO_CODES: Final[Mapping[str, str]] = MappingProxyType({})
_DAY: Final = re.compile(r"^(\d{4})[年./-](\d{1,2})(?:[月./-](\d{1,2})日?|月)?$")
# Boxes of a choice, empty and ticked.
EMPTY: Final = "□☐○◯▢"
TICKED: Final = "☑✔✓√■●"
BOXES: Final = re.compile(rf"[{EMPTY}{TICKED}]")


@dataclass(frozen=True, slots=True)
class Spelling:
    """How an item is spelt in its cell.

    Attributes:
        codes: code → label, where the source holds codes.
        labels: label → code, where what is typed has to become a code.
        factor: from the source's unit to the form's.
        number: it is a number.
        day: it is a day.
        dated: the cell's own format is a date's.
    """

    codes: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    factor: Decimal = Decimal(1)
    number: bool = False
    day: bool = False
    dated: bool = False

    def shown(self, text: str | None) -> Value:
        """A value as the cell holds it."""
        if text is None or text == "":
            return None
        if self.number:
            try:
                return _plain(Decimal(text) * self.factor)
            except InvalidOperation:
                return text
        if self.day and self.dated:
            try:
                return date.fromisoformat(text)
            except ValueError:
                return text
        return self.codes.get(text, text)

    def given(self, text: str) -> str:
        """What somebody typed, as the form's items take it."""
        plain = to_half_width(text).strip()
        if self.number and self.factor != 1:
            try:
                return str(_plain(Decimal(plain.replace(",", "")) / self.factor))
            except InvalidOperation:
                return plain
        if self.number:
            return plain.replace(",", "")
        if self.day:
            return _iso(plain)
        return self.labels.get(plain, plain)


def spelling(
    source: Field | None, element: Element | None, unit: str, *, dated: bool, words: Words
) -> Spelling:
    """How an item is spelt.

    Args:
        source: field it comes from; None where it is typed.
        element: it follows, or None.
        unit: the form states.
        dated: the cell's format is a date's.
        words: of the day.
    """
    kind = source.type if source is not None else element.type if element is not None else FieldType.STRING
    listed = element.codes if element is not None else _NO_CODES
    coded = listed if source is None or _holds_codes(source, listed) else _NO_CODES
    labels = label_codes(element) if element is not None and coded else _NO_CODES
    source_unit = _unit(source, element, words)
    factor = Decimal(str(words.turned.get(source_unit, {}).get(unit, 1)))
    return Spelling(coded, labels, factor, kind in NUMBERS, kind is FieldType.DATE, dated)


def _holds_codes(source: Field, listed: Mapping[str, str]) -> bool:
    """Whether a source holds codes of the element: it says so by its list, or follows the element."""
    if source.allowed:
        return set(source.allowed) <= set(listed)
    return source.element is not None


def as_typed(cell: object) -> str:
    """What stands in a cell of a returned workbook, as one text: days ISO, whole numbers without ``.0``."""
    from catalog.workbook.cells import as_text

    return as_text(cell).strip()


def as_shown(value: Value) -> str:
    """The text a cell shows for a value that was written into it."""
    return "" if value is None else value.isoformat() if isinstance(value, date) else str(value)


def ticked(text: str, options: tuple[str, ...], value: str) -> str:
    """A text with boxes, the box of a value ticked; as it was where no option is the value."""
    if value not in options:
        return text
    at = list(BOXES.finditer(text))
    if len(at) != len(options):
        return text
    place = at[options.index(value)].start()
    return f"{text[:place]}☑{text[place + 1 :]}"


def chosen(text: str, options: tuple[str, ...]) -> str:
    """What is ticked in a text with boxes, joined by 、 where several are; empty where none is."""
    at = list(BOXES.finditer(text))
    if len(at) != len(options):
        return ""
    return "、".join(each for each, box in zip(options, at, strict=True) if box[0] in TICKED)


def _plain(number: Decimal) -> int | Decimal:
    whole = number.to_integral_value()
    return int(whole) if whole == number else number.normalize()


def _iso(text: str) -> str:
    """A day as people write it: 1950年1月1日, 1950.1.1; a month keeps no day."""
    match = _DAY.match(text.replace(" ", "").removesuffix("00:00:00"))
    if match is None:
        return text
    year, month, day = match.groups()
    return f"{year}-{int(month):02d}" + (f"-{int(day):02d}" if day else "")


def _unit(source: Field | None, element: Element | None, words: Words) -> str:
    stated = label(source.business_name, words).unit if source is not None else ""
    return stated or (element.unit if element is not None else "")
