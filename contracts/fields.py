"""The data items 信息项 of a contract and the units they identify.

Decides what a well-formed field is; an invalid one cannot be built. Rules a field implies are
:mod:`contracts.rules`'s, what an element lends it is :mod:`contracts.elements`'s.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from contracts.errors import ContractError
from contracts.vocabulary import FieldType, ItemType, ShareType, Use

# A name every engine we use (SQLite, PostgreSQL, DuckDB, Spark, Delta) takes unquoted.
SAFE_NAME: Final = re.compile(r"^[a-z][a-z0-9_]{0,62}$")
# Letters a field of each type may carry in the catalogue, the usual one first.
# Source: 政务信息资源目录编制指南（试行）, item 8; letters as in a water-ministry catalogue form.
LETTERS: Final[Mapping[FieldType, tuple[ItemType, ...]]] = {
    FieldType.STRING: (ItemType.TEXT, ItemType.MEMO, ItemType.GENERAL),
    FieldType.INTEGER: (ItemType.WHOLE, ItemType.NUMBER, ItemType.MONEY),
    FieldType.NUMBER: (ItemType.NUMBER, ItemType.MONEY, ItemType.DOUBLE, ItemType.FLOAT),
    FieldType.DATE: (ItemType.DATE,),
    FieldType.TIMESTAMP: (ItemType.INSTANT,),
    FieldType.BOOLEAN: (ItemType.LOGICAL,),
}


@dataclass(frozen=True, slots=True)
class UnitRef:
    """A column that identifies a unit.

    Attributes:
        kind: ``person``, ``household``, ``enterprise`` or another kind of unit.
        about: whether the row is *about* that unit (its rows are then numbered and bounded).
    """

    kind: str
    about: bool = True


@dataclass(frozen=True, slots=True)
class UnitRule:
    """Most rows one unit of a kind may have in a release (checked, never assumed)."""

    kind: str
    max_rows: int

    def __post_init__(self) -> None:
        if self.max_rows < 1:
            raise ContractError(f"max_rows of {self.kind} must be at least 1")


@dataclass(frozen=True, slots=True)
class Field:
    """One data item 信息项.

    Attributes:
        name: physical name, safe for every engine.
        business_name: the heading as printed in the source.
        type: logical type after the cast.
        required, unique: presence and uniqueness rules.
        key_position: 1-based place in the primary key, or None.
        element: code of the standard element 数据元 it follows, or None.
        check: check-digit code it carries (``resident_id``, ``uscc``, ``bank_card``, ``mobile``).
        pattern, min_length, max_length: rules for text.
        minimum, maximum: range; for measures these are the *public bounds*, in units of the field.
        allowed: closed list of values; also the public domain of a dimension.
        nulls: markers read as missing, beside the contract's own.
        format: how the source spells a date or instant where year-first forms do not cover it: a JDK
            pattern such as ``MM/dd/yyyy hh:mm:ss a``, or ``excel_serial``.
        unit: the unit this column identifies, or None.
        use: what an analyst may do with it.
        grain: time: ``year|quarter|month|day|hour|second``; number: step as text, e.g. ``0.01``.
        scale: decimal places kept; a measure is stored as an integer of ``10**-scale``.
        grade: declared level 1–4 of general data (GB/T 43697 Annex H), or None.
        personal, sensitive: personal information, sensitive personal information (PIPL 28).
        category: classification path, e.g. ``个人信息/身份``.
        sharing: item-level sharing type where it differs from the dataset's.
        item_type: type letter of the catalogue where it is not the usual one of ``type`` (``Y`` money,
            ``M`` memo, …); :attr:`letter` is the one that applies.
        description: one sentence.
        extra: ODCS keys we do not interpret, kept for writing back.
    """

    name: str
    business_name: str = ""
    type: FieldType = FieldType.STRING
    required: bool = False
    unique: bool = False
    key_position: int | None = None
    element: str | None = None
    check: str | None = None
    pattern: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    minimum: float | int | str | None = None
    maximum: float | int | str | None = None
    allowed: tuple[str, ...] = ()
    nulls: tuple[str, ...] = ()
    format: str | None = None
    unit: UnitRef | None = None
    use: Use = Use.NEVER
    grain: str | None = None
    scale: int = 0
    grade: int | None = None
    personal: bool = False
    sensitive: bool = False
    category: str = ""
    sharing: ShareType | None = None
    item_type: ItemType | None = None
    description: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        if not SAFE_NAME.match(self.name):
            raise ContractError(
                f"field name {self.name!r} is not safe for every engine",
                where=self.name,
                remedy="use lower-case letters, digits and underscores, a letter first",
            )
        if not self.business_name:
            object.__setattr__(self, "business_name", self.name)
        if self.grade is not None and self.grade not in (1, 2, 3, 4):
            raise ContractError(f"grade {self.grade} is not 1–4", where=self.name)
        if self.unit is not None and self.use is not Use.IDENTIFIER:
            raise ContractError(
                "a column that identifies a unit has use 'identifier'",
                where=self.name,
                remedy="set use: identifier or remove unit",
            )
        for low, high in (("minimum", "maximum"), ("min_length", "max_length")):
            least, most = getattr(self, low), getattr(self, high)
            if isinstance(least, int | float) and isinstance(most, int | float) and least > most:
                raise ContractError(f"its {low} is above its {high}", where=self.name, remedy="swap them")
        if self.use is Use.MEASURE and self.type not in (FieldType.INTEGER, FieldType.NUMBER):
            raise ContractError(f"a measure cannot be a {self.type}", where=self.name)
        if self.item_type is not None and self.item_type not in LETTERS[self.type]:
            raise ContractError(
                f"a {self.type} has no type letter {self.item_type}",
                where=self.name,
                remedy=f"write one of {', '.join(LETTERS[self.type])}, or remove itemType",
            )

    @property
    def letter(self) -> ItemType:
        """Type letter of the item in the catalogue 信息项数据类型."""
        return self.item_type or LETTERS[self.type][0]
