"""Rules of a dataset as constraints of an ODRL target, and back without loss.

Decides the left operands of our profile for :class:`policies.protection.DatasetRules`. A rule that
states nothing writes nothing, so that agreements from before these rules read as they did.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any, Final

from policies.protection import DatasetRules
from policies.protection_form import from_document, to_document

# Key of the document: left operand and operator.
OPERANDS: Final[Mapping[str, tuple[str, str]]] = {
    "columns": ("ybz:columnRule", "isAllOf"),
    "unlisted": ("ybz:unlistedColumn", "eq"),
    "min_group": ("ybz:groupSize", "gteq"),
    "min_distinct": ("ybz:distinctValues", "gteq"),
    "small_groups": ("ybz:smallGroups", "eq"),
    "analyses": ("ybz:analysis", "isAnyOf"),
    "templates": ("ybz:template", "isAnyOf"),
    "receivers": ("recipient", "isAnyOf"),
    "follow_on": ("ybz:followOn", "eq"),
}
JOIN_OPERANDS: Final[Mapping[str, tuple[str, str]]] = {
    "demand": ("ybz:joinDemand", "eq"),
    "partners": ("ybz:joinPartner", "isAnyOf"),
    "keys": ("ybz:joinKey", "isAnyOf"),
    "types": ("ybz:joinType", "isAnyOf"),
}


def constraints(rules: DatasetRules) -> list[dict[str, Any]]:
    """The rules as constraints."""
    document = to_document(rules)
    join = document.pop("join", {})
    stated = [(OPERANDS[key], value) for key, value in document.items()]
    stated += [(JOIN_OPERANDS[key], value) for key, value in join.items()]
    return [{"leftOperand": left, "operator": op, "rightOperand": value} for (left, op), value in stated]


def take(stated: MutableMapping[tuple[str, str], Any]) -> DatasetRules:
    """The rules among stated constraints, by left operand and operator; they are taken out.

    Raises:
        ValueError: a word of them is not known.
    """
    document = {key: stated.pop(name) for key, name in OPERANDS.items() if name in stated}
    join = {key: stated.pop(name) for key, name in JOIN_OPERANDS.items() if name in stated}
    if join:
        document["join"] = join
    return from_document(document)
