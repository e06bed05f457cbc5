"""Places in a contract: ``sharing.basis``, ``fields.area.grade``; what stands there, as plain JSON.

Decides how a person points at a part of an entry, and what two revisions say there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, Final

from contracts.model import Contract

# The entry as a whole, where no part of it is named.
WHOLE: Final = "entry"
_FIELDS: Final = "fields"


def is_place(contract: Contract, path: str) -> bool:
    """Whether a text points at a part of a contract; a field need not exist in it."""
    head, _, rest = path.partition(".")
    if head == _FIELDS:
        name, _, attribute = rest.partition(".")
        known = {each.name for each in fields(contract.fields[0])}
        return bool(name) and (not attribute or attribute in known)
    if head not in {each.name for each in fields(contract)}:
        return False
    value = getattr(contract, head)
    return not rest or (is_dataclass(value) and rest in {each.name for each in fields(value)})


def place_of(contract: Contract, said: str) -> str | None:
    """The place a person means: as it is written in full, or an item by its name or its heading.

    Also ``basis``, ``condition`` and the like, for ``sharing.…``. None where it is no place.

    >>> from contracts.model import Field, Party
    >>> one = Contract("a", "b", "c", "d", Party("e"), (Field("f", business_name="金额"),))
    >>> place_of(one, "金额"), place_of(one, "f"), place_of(one, "basis"), place_of(one, "nothing")
    ('fields.f', 'fields.f', 'sharing.basis', None)
    """
    if is_place(contract, said):
        return said
    for item in contract.fields:
        if said and said in (item.name, item.business_name):
            return f"{_FIELDS}.{item.name}"
    within = f"sharing.{said}"
    return within if is_place(contract, within) else None


def value_at(contract: Contract, path: str) -> Any:
    """What a contract says at a place, as plain JSON; None where it says nothing.

    >>> from contracts.model import Field, Party
    >>> one = Contract("a", "b", "c", "d", Party("e"), (Field("f"),))
    >>> value_at(one, "department.name"), value_at(one, "fields.f.required"), value_at(one, "fields.g")
    ('e', False, None)
    """
    head, _, rest = path.partition(".")
    if head != _FIELDS:
        value = getattr(contract, head, None)
        return plain(getattr(value, rest, None) if rest else value)
    name, _, attribute = rest.partition(".")
    found = next((each for each in contract.fields if each.name == name), None)
    return plain(getattr(found, attribute, None) if attribute else found)


def plain(value: Any) -> Any:
    """A value of a contract as JSON carries it."""
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        said = {each.name: getattr(value, each.name) for each in fields(value) if each.compare}
        return {name: plain(one) for name, one in said.items() if one not in (None, "", (), {})}
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list | frozenset | set):
        return [plain(one) for one in value]
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)
