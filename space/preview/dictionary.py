"""The dictionary of a dataset as a query sees it: names, uses, grains and public bounds.

Decides nothing: it says what contracts promise and what the dated rules would ask of each kind of caller.
Nothing here comes from rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection

from contracts.model import Contract, Field, Use
from policies.access import Caller
from policies.modes import required
from space.errors import Unknown
from space.granting.kinds import kinds_behind, published

# What a query may do with a column of each use.
_USES: Final = {
    Use.IDENTIFIER: "joined as declared, counted with count(DISTINCT …)",
    Use.DIMENSION: "grouped by, compared with constants",
    Use.MEASURE: "summed and averaged within its bounds, compared on its grid",
    Use.TIME: "grouped by and compared at its grain or coarser",
    Use.FILTER: "compared with constants only",
    Use.PLAIN: "any use",
    Use.FREE_TEXT: "never queried",
    Use.NEVER: "never queried",
}


def dictionary(connection: Connection, name: str, on: date) -> dict[str, Any]:
    """The dictionary of a published dataset.

    Args:
        connection: any transaction.
        name: ``schema.table``.
        on: day whose rules say the modes.

    Raises:
        Unknown: no such dataset is published.
    """
    contract = contract_of(connection, name)
    kinds = kinds_behind(connection, {name: contract})
    joined = published(connection, [join.dataset for join in contract.joins])
    return {
        "name": contract.name,
        "title": contract.title,
        "units": [{"kind": unit.kind, "max_rows": unit.max_rows} for unit in contract.units],
        "kinds": sorted(kinds),
        "modes": {caller.value: required(caller, kinds, on).mode.value for caller in Caller},
        "columns": [_column(field) for field in contract.fields],
        "unique_keys": [list(key) for key in contract.unique_keys],
        "joins": [
            {"field": join.field, "with": f"{join.dataset}.{join.other}"}
            for join in contract.joins
            if join.dataset in joined
        ],
    }


def contract_of(connection: Connection, name: str) -> Contract:
    """The contract in force of a published dataset.

    Raises:
        Unknown: no such dataset is published.
    """
    found: Mapping[str, Contract] = published(connection, [name])
    if name not in found:
        raise Unknown("dataset", name, "`ybz search` finds published ones")
    return found[name]


def _column(field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "title": field.business_name,
        "type": field.type.value,
        "use": field.use.value,
        "may": _may(field),
        "unit": None if field.unit is None else {"kind": field.unit.kind, "about": field.unit.about},
        "values": list(field.allowed),
        "minimum": field.minimum,
        "maximum": field.maximum,
        "grain": field.grain or ("day" if field.use is Use.TIME else None),
        "required": field.required,
        "element": field.element,
        "description": field.description,
    }


def _may(field: Field) -> str:
    """What a query may do with a field; an identifier that names no unit has no protected form."""
    if field.use is Use.IDENTIFIER and field.unit is None:
        return _USES[Use.NEVER]
    return _USES[field.use]
