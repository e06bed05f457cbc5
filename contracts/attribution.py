"""How a dataset says which area each of its rows belongs to 属地归集.

Decides what a well-formed rule of attribution is. The rules of a dataset stand in priority order: the
first that tells an area of a row decides. What a rule finds is computed elsewhere
(:mod:`catalog.places.attributing`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from contracts.errors import ContractError

# Three areas of one person or enterprise that need not be the same.
MEANINGS: Final = ("residence", "registration", "workplace")


class Telling(StrEnum):
    """What tells the area of a row."""

    CODE = "code"  # a column that holds a region code
    REGISTER = "register"  # the person, household or enterprise register, by an identifier in the row
    ADDRESS = "address"  # the text of an address, by the standard address list
    COORDINATES = "coordinates"  # longitude and latitude, by the polygons of areas


# How many fields of the row each kind reads; None = one or more, read one after the other.
_FIELDS: Final = {Telling.CODE: 1, Telling.REGISTER: 1, Telling.ADDRESS: None, Telling.COORDINATES: 2}


@dataclass(frozen=True, slots=True)
class AttributionRule:
    """One rule of attribution.

    Attributes:
        by: what tells the area.
        fields: of the row: the code; the identifier; the parts of the address in order; longitude, latitude.
        meaning: residence 居住地, registration 户籍地 or workplace 工作地: which area it tells.
        dataset: of ``register``: the register, ``schema.table``.
        key: of ``register``: the field of the register that holds the identifier.
        as_of: of ``register``: the date of the row on which the register is asked; empty = the day the row
            was released.
    """

    by: Telling
    fields: tuple[str, ...]
    meaning: str = "residence"
    dataset: str = ""
    key: str = ""
    as_of: str = ""

    def __post_init__(self) -> None:
        count = _FIELDS[self.by]
        if not self.fields or (count is not None and len(self.fields) != count):
            wanted = {1: "one field", 2: "longitude and latitude", None: "at least one field"}[count]
            raise ContractError(f"attribution by {self.by} reads {wanted}", remedy="write fields: [...]")
        if self.meaning not in MEANINGS:
            raise ContractError(
                "attribution says no meaning that is known here", remedy=f"write one of {', '.join(MEANINGS)}"
            )
        linked = self.by is Telling.REGISTER
        if linked and not (self.dataset and self.key):
            raise ContractError("attribution by register names no register", remedy="write dataset and key")
        if not linked and (self.dataset or self.key or self.as_of):
            raise ContractError(
                f"attribution by {self.by} asks no register", remedy="remove dataset, key and asOf"
            )

    @property
    def reads(self) -> tuple[str, ...]:
        """Fields of the row it looks at."""
        return (*self.fields, *((self.as_of,) if self.as_of else ()))


def write_attribution(rule: AttributionRule) -> dict[str, Any]:
    """A rule as the plain mapping a contract file holds."""
    linked = {"dataset": rule.dataset, "key": rule.key, "asOf": rule.as_of}
    stated = {key: text for key, text in linked.items() if text}
    return {"by": rule.by.value, "fields": list(rule.fields), "meaning": rule.meaning, **stated}


def read_attribution(plain: Mapping[str, Any]) -> AttributionRule:
    """The rule in what :func:`write_attribution` made.

    Raises:
        ContractError: it is no rule.
        ValueError, KeyError, TypeError: it has another shape.
    """
    return AttributionRule(
        by=Telling(plain["by"]),
        fields=tuple(str(name) for name in plain["fields"]),
        meaning=str(plain.get("meaning", "residence")),
        dataset=str(plain.get("dataset", "")),
        key=str(plain.get("key", "")),
        as_of=str(plain.get("asOf", "")),
    )
