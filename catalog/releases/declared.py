"""What a contract declares of the protected form: its keys, its columns, what is coarsened, public bounds.

Decides nothing about rows; whether they keep it is :mod:`catalog.releases.facts`'s.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal

from contracts.model import Contract, Field, FieldType


def declared_keys(contract: Contract) -> tuple[tuple[str, ...], ...]:
    """Every set of fields declared unique: primary key, unique keys, unique fields."""
    declared = [contract.key] if contract.key else []
    declared += [*contract.unique_keys, *((f.name,) for f in contract.fields if f.unique)]
    return tuple(dict.fromkeys(declared))


def protected_columns(contract: Contract, key: Sequence[str]) -> tuple[str, ...]:
    """A key in columns of the protected table: a unit by its pseudonym."""
    return tuple(f"_u_{name}" if contract.field(name).unit is not None else name for name in key)


def is_coarsened(field: Field) -> bool:
    """Whether the protected table holds a field less exactly than the vault."""
    if field.type is FieldType.DATE:
        return field.grain not in (None, "day")
    if field.type is FieldType.TIMESTAMP:
        return True
    return field.type is FieldType.NUMBER and field.grain is not None


def public_bounds(field: Field) -> tuple[int | None, int | None]:
    """Public bounds of a measure in units of ``10**-scale``; None where not declared."""
    step = Decimal(10) ** field.scale
    low = None if field.minimum is None else math.ceil(Decimal(str(field.minimum)) * step)
    high = None if field.maximum is None else math.floor(Decimal(str(field.maximum)) * step)
    return low, high
