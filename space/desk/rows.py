"""Delivered rows as pages show them: whom a row is about, what differs, and what it said before.

Decides no value: rows come masked as they were delivered. A row is named by its first values, the number
that identifies it last, as people call each other by name.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from contracts.fields import Field
from contracts.model import Contract
from contracts.vocabulary import FieldType
from space.console.language import spoken

# How many values name a row.
_NAMING: Final = 2
_REGION: Final = "region"
_NUMBERS: Final = (FieldType.INTEGER, FieldType.NUMBER)
# Values a choice may have to be told as a list.
_MOST_CHOICES: Final = 200


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a row.

    Attributes:
        name: of the field.
        heading: as printed.
        text: the value as delivered.
        called: what a code of a place is called; empty where it is none.
        differs: whether it changed in this delivery.
        before: what it said before; None where that is not known, or looks the same under its mask.
        disputed: whether a correction of it is under way.
        naming: whether it stands in the name of the row.
    """

    name: str
    heading: str
    text: str
    called: str
    differs: bool
    before: str | None
    disputed: bool
    naming: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One delivered row.

    Attributes:
        reference: of the row.
        change: what happened to it.
        title: whom or what it is about.
        cells: in the order of the subscription.
    """

    reference: str
    change: str
    title: str
    cells: tuple[Cell, ...]

    @property
    def changed(self) -> tuple[Cell, ...]:
        """The cells that changed."""
        return tuple(one for one in self.cells if one.differs)

    @property
    def disputed(self) -> bool:
        """Whether a value of it is under correction."""
        return any(one.disputed for one in self.cells)

    def cell(self, name: str) -> Cell | None:
        """The cell of a field."""
        return next((one for one in self.cells if one.name == name), None)


def line(
    row: Mapping[str, Any],
    contract: Contract,
    areas: Mapping[str, str],
    before: Mapping[str, Mapping[str, str]],
    disputed: Collection[str] = (),
) -> Line:
    """A delivered row for a page.

    Args:
        row: as delivered.
        contract: of its release.
        areas: names of places by their codes.
        before: reference → field → what it said before.
        disputed: fields of the row that are challenged now; what was so on the day of delivery may be over.
    """
    fields = {field.name: field for field in contract.fields}
    differs = frozenset(filter(None, (row.get("_fields") or "").split(",")))
    was = before.get(row["_row"], {})
    texts = {
        name: "" if value is None else str(value) for name, value in row.items() if not name.startswith("_")
    }
    naming = _naming(texts, fields)
    cells = tuple(
        Cell(
            name=name,
            heading=fields[name].business_name or name if name in fields else name,
            text=text,
            called=areas.get(text, "") if name in fields and fields[name].check == _REGION else "",
            differs=name in differs,
            before=was[name] if name in was and was[name] != text else None,
            disputed=name in disputed,
            naming=name in naming,
        )
        for name, text in texts.items()
    )
    return Line(row["_row"], row["_change"], "　".join(texts[name] for name in naming), cells)


def hint(field: Field) -> str:
    """What a value of an item has to be, in words; empty where anything goes or a list is offered."""
    say = spoken()
    if field.type in _NUMBERS:
        told = say("填数字", "A number")
        if field.minimum is not None and field.maximum is not None:
            told += say(f"，{field.minimum} 到 {field.maximum}", f", {field.minimum} to {field.maximum}")
        return told
    named = {
        "resident_id": say("18 位公民身份号码", "An identity number of 18 digits"),
        "uscc": say("18 位统一社会信用代码", "A social credit code of 18 characters"),
        "mobile": say("11 位手机号码", "A mobile number of 11 digits"),
        _REGION: say("区划代码（村、社区 12 位）", "A region code (12 digits for a village)"),
        "bank_card": say("银行卡号", "A bank card number"),
    }
    return named.get(field.check or "", "")


def entry(field: Field) -> str:
    """How a value of an item is entered: ``choice``, ``date``, ``number`` or ``text``."""
    if 0 < len(field.allowed) <= _MOST_CHOICES:
        return "choice"
    if field.type is FieldType.DATE:
        return "date"
    return "number" if field.type in _NUMBERS else "text"


def _naming(texts: Mapping[str, str], fields: Mapping[str, Field]) -> tuple[str, ...]:
    """The first values; what identifies the row stands behind what it is called."""
    first = [name for name, text in texts.items() if text][:_NAMING]
    return tuple(sorted(first, key=lambda name: name in fields and fields[name].key_position is not None))
