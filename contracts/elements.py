"""Standard data elements 数据元 and their code lists.

Decides what a field that names an element inherits from it. The elements are data
(``elements/*.yaml``), each with the standard it follows, where we have it from and how sure we are
of it. Does not decide a grade: the one given here is a default that grading may only raise. A city's
own elements have a dot in their code (``yunzhou.household_grade``); they are passed in by the caller
(:mod:`catalog.standards` keeps them), none is remembered here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from contracts.elements_text import plain_entry
from contracts.errors import ContractError
from contracts.model import Field, FieldType, Use

FOLDER = Path(__file__).with_name("elements")
# What parts the synonyms and the examples of an element where they are written as one text.
_PARTS: Final = re.compile(r"\s*[、,，;；]\s*")
_LINE: Final = re.compile(r"^(\S+)\s+(\S.*)$")
# How a file of the library parts its entries, and where it says what they were taken from.
_ENTRY: Final = re.compile(r"^  - code: (\w+)\n", re.MULTILINE)
_SOURCE: Final = re.compile(r"^source: (.+)$", re.MULTILINE)
_CODE: Final = re.compile(r"^(?:[a-z][a-z0-9_]{0,29}\.)?[a-z][a-z0-9_]{0,62}$")


@dataclass(frozen=True, slots=True)
class Element:
    """One standard data element.

    Attributes:
        code: internal identifier 内部标识符; how a field names it.
        name: Chinese name.
        definition: one sentence.
        english: English name.
        synonyms: other headings it goes by 同义名称.
        type: logical type.
        min_length, max_length: shortest and longest value in characters, or None.
        minimum, maximum: range of numbers and dates, or None.
        check: check-digit code (see :mod:`contracts.codes`), or None.
        pattern: RE2 pattern of a well-formed value, or None.
        codes: code → label, in the order of the standard; empty where there is no list.
        unit: unit of measure, e.g. ``元``, ``μg/m³``; empty where there is none.
        crs: coordinate reference system of a coordinate, e.g. ``CGCS2000``.
        examples: well-formed values, made up.
        standard: national standard it follows, or ``""`` where it is practice.
        version: edition of the code list where the standard's number does not say it.
        category: classification path.
        grade: default level 1–4 of general data.
        personal, sensitive: personal information, sensitive personal information (PIPL 28).
        source: where the entry was taken from.
        confidence: share of certainty that this copies the standard rightly.
        base: code of the element that a city's own one refines; empty where there is none.
    """

    code: str
    name: str
    definition: str
    english: str = ""
    synonyms: tuple[str, ...] = ()
    type: FieldType = FieldType.STRING
    min_length: int | None = None
    max_length: int | None = None
    minimum: float | int | str | None = None
    maximum: float | int | str | None = None
    check: str | None = None
    pattern: str | None = None
    codes: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    crs: str = ""
    examples: tuple[str, ...] = ()
    standard: str = ""
    version: str = ""
    category: str = ""
    grade: int = 1
    personal: bool = False
    sensitive: bool = False
    source: str = ""
    confidence: float = 1.0
    base: str = ""

    @property
    def own(self) -> bool:
        """Whether it is a city's own, not of the library."""
        return "." in self.code

    def __post_init__(self) -> None:
        if not _CODE.match(self.code):
            raise ContractError(
                "its code is no safe name",
                where=f"element {self.code}",
                remedy="use lower-case letters, digits and underscores, a letter first",
            )
        if self.grade not in (1, 2, 3, 4) or not 0 < self.confidence <= 1:
            raise ContractError("its grade is not 1–4 or its confidence not 0–1", where=self.code)
        if self.type is not FieldType.STRING and (self.codes or self.pattern or self.check):
            raise ContractError(
                f"a {self.type} has no code list, pattern or check digit",
                where=self.code,
                remedy="codes are texts: set type: string",
            )


class UnknownElement(ContractError):
    """A field names an element the library does not have."""


class _Library(Mapping[str, Element]):
    """The library, each entry read when it is asked for: most commands need few of them."""

    def __init__(self) -> None:
        self._texts: dict[str, tuple[str, str, str]] = {}
        self._made: dict[str, Element] = {}
        for path in sorted(FOLDER.glob("*.yaml")):
            head, *entries = _ENTRY.split(path.read_text(encoding="utf-8"))
            source = _SOURCE.search(head)
            for code, text in zip(entries[::2], entries[1::2], strict=True):
                if code in self._texts:
                    raise ContractError(f"element {code} is defined twice", where=path.name)
                self._texts[code] = (path.name, source[1] if source else "", text)

    def __getitem__(self, code: str) -> Element:
        if code not in self._made:
            file, source, text = self._texts[code]
            entry = plain_entry(text)
            if entry is None:
                from ruamel.yaml import YAML

                entry = YAML(typ="safe").load(text)
            self._made[code] = element_of({"source": source, "code": code, **entry}, file)
        return self._made[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


@cache
def elements() -> Mapping[str, Element]:
    """All elements by code, in the order of the library.

    Raises:
        ContractError: a library file is malformed (on reading the entry that is).
    """
    return _Library()


def inherit(target: Field, *, own: Mapping[str, Element] = MappingProxyType({})) -> Field:
    """``target`` with the rules of its element: check, pattern, code list, length and range.

    A field that states a check, a pattern or allowed values of its own inherits none of the three; one
    that states a length, or a bound, inherits no length, or no bound. A measure keeps its own public
    bounds: those are for the department to set.

    Args:
        target: a field of a contract.
        own: the city's own elements by code. One that is not among them leaves the field as it is: the
            ledger writes the rules of own elements into a contract when it takes it.

    Raises:
        UnknownElement: its element is not in the library.
    """
    if target.element is None:
        return target
    element = own.get(target.element) or elements().get(target.element)
    if element is None and "." in target.element:
        return target
    if element is None:
        raise UnknownElement(
            f"there is no data element {target.element}",
            where=target.name,
            remedy="name one that `ybz elements` or `ybz standard list` shows, or remove element",
        )
    if element.type is not target.type:
        return target
    if target.min_length is None and target.max_length is None:
        target = replace(target, min_length=element.min_length, max_length=element.max_length)
    if target.minimum is None and target.maximum is None and target.use is not Use.MEASURE:
        target = replace(target, minimum=element.minimum, maximum=element.maximum)
    if target.check or target.pattern or target.allowed:
        return target
    return replace(target, check=element.check, pattern=element.pattern, allowed=tuple(element.codes))


def element_of(entry: Mapping[str, Any], where: str = "") -> Element:
    """An element as its YAML entry says it.

    ``codes`` is a mapping, or a text with one ``code label`` a line; ``synonyms`` and ``examples`` are
    lists, or one text with 、 between them.

    Raises:
        ContractError: a key is unknown or a value has the wrong shape.
    """
    values = dict(entry)
    place = f"{where}: {values.get('code', 'an element')}" if where else str(values.get("code", "element"))
    for key in ("code", "name", "definition"):
        if not isinstance(values.get(key), str) or not values[key]:
            raise ContractError(f"{key} is missing or no text", where=place, remedy=f"add {key}: …")
    try:
        values["type"] = FieldType(values.get("type", FieldType.STRING))
    except ValueError:
        raise ContractError(
            "its type is not known", where=place, remedy=f"write one of {', '.join(FieldType)}"
        ) from None
    values["codes"] = MappingProxyType(_codes(values.get("codes", {}), place))
    for key in ("synonyms", "examples"):
        values[key] = _texts(values.get(key, ()), key, place)
    try:
        return Element(**values)
    except TypeError as error:
        unknown = sorted(set(values) - set(Element.__dataclass_fields__))
        what = f"{unknown[0]} is not known here" if unknown else str(error)
        raise ContractError(what, where=place, remedy="see docs/elements.md") from None


def entries_in(path: Path) -> list[dict[str, Any]]:
    """The entries of a YAML file of elements: ``elements: [{code: …}, …]``, a list, or one entry.

    Raises:
        ContractError: the file is no such list.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    remedy = "write elements: with code, name and definition; see docs/elements.md"
    try:
        document = YAML(typ="safe").load(path.read_text(encoding="utf-8-sig"))
    except (YAMLError, ValueError, OSError):
        raise ContractError("cannot be read as YAML", where=str(path), remedy=remedy) from None
    entries = document.get("elements", [document]) if isinstance(document, dict) else document
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ContractError("holds no elements", where=str(path), remedy=remedy)
    return entries


def read_elements(path: Path) -> Mapping[str, Element]:
    """The elements of a YAML file by code, each whole: what a city's own library looks like outside it.

    Raises:
        ContractError: the file is malformed.
    """
    made = [element_of(entry, path.name) for entry in entries_in(path)]
    return MappingProxyType({element.code: element for element in made})


def _codes(given: Any, where: str) -> dict[str, str]:
    if isinstance(given, str):
        lines = [_LINE.match(line.strip()) for line in given.splitlines() if line.strip()]
        if None in lines:
            raise ContractError(f"line {lines.index(None) + 1} of codes is not `code label`", where=where)
        pairs = [(line[1], line[2]) for line in lines if line is not None]
    elif isinstance(given, Mapping):
        pairs = list(given.items())
    else:
        raise ContractError("codes is no list of codes", where=where, remedy="write one `code label` a line")
    if not all(isinstance(code, str) and isinstance(label, str) for code, label in pairs):
        raise ContractError("codes must be quoted texts", where=where)
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ContractError("a code is listed twice", where=where, remedy="remove one of the two")
    return made


def _texts(given: Any, key: str, where: str) -> tuple[str, ...]:
    parts = _PARTS.split(given.strip()) if isinstance(given, str) else given
    if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
        raise ContractError(f"{key} is no list of texts", where=where, remedy=f"write {key}: [a, b]")
    return tuple(part for part in parts if part)
