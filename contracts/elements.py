"""Standard data elements 数据元 and their code lists.

Decides what a field that names an element inherits from it. The elements are data
(``elements/*.yaml``), each with the standard it follows and how sure we are of it. Does not decide a
grade: the one given here is a default that grading may only raise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from contracts.model import ContractError, Field, FieldType

FOLDER = Path(__file__).with_name("elements")


@dataclass(frozen=True, slots=True)
class Element:
    """One standard data element.

    Attributes:
        code: how a field names it.
        name: Chinese name.
        definition: one sentence.
        type: logical type.
        max_length: longest value in characters, or None.
        check: check-digit code (see :mod:`contracts.codes`), or None.
        pattern: RE2 pattern of a well-formed value, or None.
        codes: code → label, in the order of the standard; empty where there is no list.
        standard: national standard it follows, or ``""`` where it is practice.
        category: classification path.
        grade: default level 1–4 of general data.
        personal, sensitive: personal information, sensitive personal information (PIPL 28).
        confidence: share of certainty that this copies the standard rightly.
    """

    code: str
    name: str
    definition: str
    type: FieldType = FieldType.STRING
    max_length: int | None = None
    check: str | None = None
    pattern: str | None = None
    codes: Mapping[str, str] = field(default_factory=dict)
    standard: str = ""
    category: str = ""
    grade: int = 1
    personal: bool = False
    sensitive: bool = False
    confidence: float = 1.0


class UnknownElement(ContractError):
    """A field names an element the library does not have."""


@cache
def elements() -> Mapping[str, Element]:
    """All elements by code, in the order of the library.

    Raises:
        ContractError: a library file is malformed.
    """
    from ruamel.yaml import YAML

    made: dict[str, Element] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        for entry in YAML(typ="safe").load(path.read_text(encoding="utf-8"))["elements"]:
            element = _element(path.name, entry)
            if element.code in made:
                raise ContractError(f"element {element.code} is defined twice", where=path.name)
            made[element.code] = element
    return MappingProxyType(made)


def inherit(target: Field) -> Field:
    """``target`` with the check, pattern, code list and length of its element.

    A field that states a check, a pattern or allowed values of its own inherits none of the three.

    Raises:
        UnknownElement: its element is not in the library.
    """
    if target.element is None:
        return target
    element = elements().get(target.element)
    if element is None:
        raise UnknownElement(
            f"there is no data element {target.element}",
            where=target.name,
            remedy="name one of contracts/elements, or remove element",
        )
    if element.type is not target.type:
        return target
    own_length = target.min_length is not None or target.max_length is not None
    target = replace(target, max_length=target.max_length if own_length else element.max_length)
    if target.check or target.pattern or target.allowed:
        return target
    return replace(target, check=element.check, pattern=element.pattern, allowed=tuple(element.codes))


def _element(file: str, entry: Mapping[str, Any]) -> Element:
    values = dict(entry)
    values["type"] = FieldType(values.get("type", FieldType.STRING))
    codes = values.get("codes", {})
    if not all(isinstance(code, str) and isinstance(label, str) for code, label in codes.items()):
        raise ContractError("codes must be quoted texts", where=f"{file}: {values.get('code')}")
    try:
        return Element(**values)
    except TypeError as error:
        raise ContractError(str(error), where=f"{file}: {values.get('code')}") from None
