"""The thirteen core items 核心元数据 of a catalogue entry, and which of them a contract leaves unsaid.

Decides what to tell a steward before cataloguing; nothing here refuses a contract. The items and where
each stands are data (``core_items.yaml``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from contracts.codes import valid
from contracts.model import Contract, ShareType

FILE: Final = Path(__file__).with_name("core_items.yaml")
# Source: Semantic Versioning 2.0.0, without its build part.
SEMANTIC: Final = re.compile(r"(\d+)\.(\d+)\.(\d+)(?:-[0-9A-Za-z.-]+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class CoreItem:
    """One core item.

    Attributes:
        number, name: of the guide.
        given_by: ``contract``, or ``ledger`` where cataloguing gives it.
        needed: a contract that does not say it is told so.
        keys: ODCS keys that carry it, from the top of the document.
        properties, item_properties: our custom properties that carry it, of the dataset and of a field.

    Source: 政务信息资源目录编制指南（试行）.
    """

    number: int
    name: str
    given_by: str
    needed: bool
    keys: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()
    item_properties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """What a contract leaves unsaid: the key it belongs to, what is missing and what to add."""

    key: str
    what: str
    remedy: str


@cache
def core_items() -> tuple[CoreItem, ...]:
    """The thirteen, in their order."""
    from ruamel.yaml import YAML

    (rule,) = YAML(typ="safe").load(FILE.read_text(encoding="utf-8"))["rules"]
    return tuple(
        CoreItem(
            number=entry["number"],
            name=entry["name"],
            given_by=entry["given_by"],
            needed=entry["needed"],
            keys=tuple(entry.get("keys", ())),
            properties=tuple(entry.get("properties", ())),
            item_properties=tuple(entry.get("item_properties", ())),
        )
        for entry in rule["value"]
    )


def gaps(contract: Contract, stated: Collection[str]) -> Iterator[Gap]:
    """What a contract leaves unsaid of the items it should give, in their order.

    Args:
        contract: a well-formed one.
        stated: names of the custom properties its document has: some have a usual value that nobody
            may have thought about.
    """
    for item in core_items():
        if item.needed:
            for key, what, remedy in _FINDERS[item.number](contract, stated):
                yield Gap(key, f"{item.number} {item.name}: {what}", remedy)
    if not SEMANTIC.fullmatch(contract.version):
        yield Gap("version", "the version is no semantic one", "write three numbers, e.g. 1.0.0")


_Found = Iterator[tuple[str, str, str]]


def _classification(contract: Contract, _: Collection[str]) -> _Found:
    if not contract.classification:
        yield "customProperties", "is not stated", "add the property classification, e.g. 基础/人口"


def _title(contract: Contract, _: Collection[str]) -> _Found:
    if contract.title == contract.table:
        yield "name", "is the name of the table", "add name: what people call the dataset"


def _office(contract: Contract, _: Collection[str]) -> _Found:
    if not contract.department.office:
        yield "customProperties", "the unit inside is not stated", "add the property departmentOffice"


def _code(contract: Contract, _: Collection[str]) -> _Found:
    if not contract.department.code:
        yield "customProperties", "is not stated", "add the property departmentCode"
    elif not valid("uscc", contract.department.code):
        yield "customProperties", "is no unified social credit code", "correct departmentCode (GB 32100)"


def _summary(contract: Contract, _: Collection[str]) -> _Found:
    if not contract.summary:
        yield "description", "is not stated", "add description: {purpose: one or two sentences}"


def _format(contract: Contract, _: Collection[str]) -> _Found:
    if not contract.sources and contract.composed is None and contract.entry.format is None:
        yield "customProperties", "is not stated", "add a server, or the property resourceFormat"


def _items(contract: Contract, _: Collection[str]) -> _Found:
    bare = [field.name for field in contract.fields if field.business_name == field.name]
    if bare:
        some = ", ".join(bare[:3]) + (f" and {len(bare) - 3} more" if len(bare) > 3 else "")
        yield "schema", f"{some} have no name people use", "add businessName to each"


def _sharing(contract: Contract, stated: Collection[str]) -> _Found:
    sharing, key = contract.sharing, "customProperties"
    if "shareType" not in stated:
        yield key, "the type is not stated, conditional is taken", "add the property shareType"
    if sharing.type is ShareType.CONDITIONAL and not sharing.condition:
        yield key, "the condition is not stated", "add the property shareCondition"
    if sharing.type is not ShareType.UNCONDITIONAL and not sharing.basis:
        yield key, "the law or policy is not stated", "add the property shareBasis"
    if sharing.type is not ShareType.WITHHELD and not sharing.methods:
        yield key, "no way of sharing is stated", "add the property shareMethods, e.g. [tables, interface]"


def _open(_: Contract, stated: Collection[str]) -> _Found:
    if "open" not in stated:
        yield "customProperties", "is not stated, no is taken", "add the property open: true or false"


def _cycle(_: Contract, stated: Collection[str]) -> _Found:
    if "updateCycle" not in stated:
        yield "customProperties", "is not stated, irregular is taken", "add the property updateCycle"


_FINDERS: Final[dict[int, Callable[[Contract, Collection[str]], _Found]]] = {
    1: _classification,
    2: _title,
    4: _office,
    5: _code,
    6: _summary,
    7: _format,
    8: _items,
    9: _sharing,
    10: _open,
    11: _cycle,
}
