"""What an own element says: its entry, whole or as a refinement of another element.

Decides that an own code has a dot and that a refinement is never looser than its base. When it counts
is :mod:`catalog.standards.life`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from catalog.errors import CatalogError
from contracts.elements import Element, element_of, elements
from contracts.elements_agree import conflicts
from contracts.model import Field


class StandardRefused(CatalogError):
    """An act on an own standard that cannot be taken.

    Attributes:
        code: of the standard.
    """

    def __init__(self, code: str, what: str, remedy: str) -> None:
        self.code = code
        super().__init__(f"standard {code}: {what} — {remedy}")


def whole(entry: Mapping[str, Any], own: Mapping[str, Element]) -> Element:
    """The proposed element, with what it does not say taken from its base.

    Args:
        entry: as in ``contracts/elements/*.yaml``.
        own: the city's own elements in force, by code.

    Raises:
        ContractError: the entry is malformed.
        StandardRefused: its code has no dot, or its base is unknown or loosened.
    """
    code, base = entry.get("code"), entry.get("base")
    if not isinstance(code, str) or "." not in code:
        remedy = "write the city and the element, e.g. yunzhou.household_grade"
        raise StandardRefused(str(code), "an own code has a dot", remedy)
    if base is None:
        return element_of(entry)
    known = elements().get(base) or own.get(base)
    if known is None:
        raise StandardRefused(code, f"there is no element {base} to refine", "see `ybz elements`")
    element = refined(known, entry)
    probe = _probe(element)
    for what, _remedy in conflicts(replace(probe, element=base), own={base: known}):
        raise StandardRefused(code, f"its base is loosened: it {what}", "be stricter, or leave base out")
    return element


def document_of(element: Element) -> dict[str, Any]:
    """An element as a plain document that :func:`contracts.elements.element_of` reads back."""
    values = {name: getattr(element, name) for name in Element.__dataclass_fields__}
    return values | {
        "type": element.type.value,
        "codes": dict(element.codes),
        "synonyms": list(element.synonyms),
        "examples": list(element.examples),
    }


def refined(base: Element, entry: Mapping[str, Any]) -> Element:
    """``base`` with what ``entry`` says in its place."""
    names = [n for n in Element.__dataclass_fields__ if n not in ("source", "confidence", "base")]
    said = {name: getattr(base, name) for name in names}
    if "codes" in entry or "pattern" in entry:
        said |= {"pattern": None, "codes": {}}
    return element_of({**said, **entry, "base": base.code})


def _probe(element: Element) -> Field:
    """A field that states all rules of an element itself."""
    return Field(
        name="x",
        type=element.type,
        check=element.check,
        pattern=element.pattern,
        min_length=element.min_length,
        max_length=element.max_length,
        minimum=element.minimum,
        maximum=element.maximum,
        allowed=tuple(element.codes),
    )
