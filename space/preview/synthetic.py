"""Synthetic rows to develop against: made from the contract and a seed, never from rows of anybody.

Decides what a made-up value of each field looks like. Values are spread evenly over what the contract
allows: they tell the form of the data and nothing of its distribution. Units of one kind have the same
identifiers in every dataset, so that declared joins find partners; identity numbers lie in a division
no place has.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pyarrow as pa

from contracts.cast import arrow_type
from contracts.codes import luhn_holds, resident_check, uscc_check
from contracts.model import Contract, Field, FieldType, Use

MOST_ROWS: Final = 10_000
# A division of the region code no place has (GB/T 2260 has no 99).
_NOWHERE: Final = "990101"
_FIRST_DAY: Final = date(2020, 1, 1)
_LAST_DAY: Final = date(2025, 12, 31)
_BIRTHS: Final = (date(1940, 1, 1), date(2019, 12, 31))
# Share of missing values where a field need not be filled.
_MISSING: Final = 0.04
_LABELS: Final = 40


def sample(
    contract: Contract, rows: int, seed: int = 0, others: Mapping[str, Contract] | None = None
) -> pa.Table:
    """Made-up rows of a dataset, typed as its contract says.

    Args:
        contract: of the dataset.
        rows: how many are made; fewer come out where keys would repeat. At most :data:`MOST_ROWS`.
        seed: another seed gives other rows.
        others: contracts of datasets its declared joins name, so that they share values.

    Raises:
        ValueError: rows is not between 1 and :data:`MOST_ROWS`.
    """
    if not 1 <= rows <= MOST_ROWS:
        raise ValueError(f"a sample has 1 to {MOST_ROWS} rows")
    columns: dict[str, list[Any]] = {}
    for field in contract.fields:
        draw = np.random.default_rng([seed, zlib.crc32(f"{contract.name}.{field.name}".encode())])
        columns[field.name] = _values(_origin(contract, field, others or {}), rows, draw, contract)
        if not field.required and not field.key_position and field.unit is None:
            gone = draw.random(rows) < _MISSING
            columns[field.name] = [
                None if missing else value for value, missing in zip(columns[field.name], gone, strict=True)
            ]
    kept = _without_repeats(contract, columns, rows)
    return pa.table(
        {
            field.name: pa.array([columns[field.name][row] for row in kept], arrow_type(field))
            for field in contract.fields
        }
    )


def _origin(contract: Contract, field: Field, others: Mapping[str, Contract]) -> Field:
    """The field whose values it shares: that of a declared join, else its own."""
    for join in contract.joins:
        if join.field == field.name and join.dataset in others and field.unit is None:
            found = next((f for f in others[join.dataset].fields if f.name == join.other), None)
            if found is not None and found.type is field.type:
                return found
    return field


def _values(field: Field, rows: int, draw: np.random.Generator, contract: Contract) -> list[Any]:
    if field.unit is not None:
        return [_identity(field.unit.kind, number) for number in _units(field, rows, draw, contract)]
    if field.allowed:
        chosen = draw.integers(0, len(field.allowed), rows)
        return [_typed(field, field.allowed[place]) for place in chosen.tolist()]
    return _BY_TYPE[field.type](field, rows, draw)


def _units(field: Field, rows: int, draw: np.random.Generator, contract: Contract) -> list[int]:
    """Numbers of the units the rows name; those the rows are about have at most their declared rows."""
    assert field.unit is not None
    bound = next((u.max_rows for u in contract.units if u.kind == field.unit.kind), None)
    if not field.unit.about or bound is None:
        return [int(number) for number in draw.integers(0, max(1, rows), rows)]
    numbers: list[int] = []
    unit = 0
    while len(numbers) < rows:
        numbers += [unit] * int(draw.integers(1, min(bound, 12) + 1))
        unit += 1
    return numbers[:rows]


def _identity(kind: str, number: int) -> str:
    """The identifier of the n-th made-up unit of a kind: the same in every dataset."""
    if kind == "person":
        span = (_BIRTHS[1] - _BIRTHS[0]).days
        born = _BIRTHS[0] + timedelta(days=number * 7919 % span)
        serial = f"{_NOWHERE}{born:%Y%m%d}{number // span % 1000:03d}"
        return serial + resident_check(serial)
    if kind == "enterprise":
        serial = f"91{_NOWHERE}MA{number:07d}"
        return serial + uscc_check(serial)
    return f"{kind[:1].upper()}{number:08d}"


def _texts(field: Field, rows: int, draw: np.random.Generator) -> list[Any]:
    if field.check in _CODED:
        return [_CODED[field.check](int(number)) for number in draw.integers(0, 100_000, rows)]
    if field.use in (Use.FREE_TEXT, Use.NEVER) or field.use is Use.IDENTIFIER:
        return [f"样例{number:06d}" for number in range(rows)]
    if field.key_position:
        return [f"{field.name}-{number:06d}" for number in range(rows)]
    return [f"{field.name}-{number:02d}" for number in draw.integers(0, _LABELS, rows).tolist()]


def _numbers(field: Field, rows: int, draw: np.random.Generator) -> list[Any]:
    low = Decimal(str(field.minimum if field.minimum is not None else 0))
    high = Decimal(str(field.maximum if field.maximum is not None else low + 1000))
    step = Decimal(1).scaleb(-field.scale) if field.type is FieldType.NUMBER else Decimal(1)
    count = int((high - low) / step)
    made = [low + step * int(place) for place in draw.integers(0, max(1, count + 1), rows)]
    return [int(value) if field.type is FieldType.INTEGER else value for value in made]


def _days(field: Field, rows: int, draw: np.random.Generator) -> list[Any]:
    first, last = _bounds(field)
    span = (last - first).days + 1
    return [_coarse(first + timedelta(days=int(day)), field.grain) for day in draw.integers(0, span, rows)]


def _instants(field: Field, rows: int, draw: np.random.Generator) -> list[Any]:
    hours = draw.integers(0, 24, rows).tolist()
    days = _days(field, rows, draw)
    fine = field.grain in (None, "hour", "minute", "second")
    return [
        datetime(day.year, day.month, day.day, hour if fine else 0)
        for day, hour in zip(days, hours, strict=True)
    ]


def _truths(_field: Field, rows: int, draw: np.random.Generator) -> list[Any]:
    return [bool(value) for value in draw.integers(0, 2, rows)]


_BY_TYPE: Final[dict[FieldType, Callable[[Field, int, np.random.Generator], list[Any]]]] = {
    FieldType.STRING: _texts,
    FieldType.INTEGER: _numbers,
    FieldType.NUMBER: _numbers,
    FieldType.DATE: _days,
    FieldType.TIMESTAMP: _instants,
    FieldType.BOOLEAN: _truths,
}


def _typed(field: Field, value: str) -> Any:
    if field.type is FieldType.INTEGER:
        return int(value)
    if field.type is FieldType.NUMBER:
        return Decimal(value)
    if field.type is FieldType.BOOLEAN:
        return value.lower() in ("true", "1", "是")
    if field.type is FieldType.DATE:
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if field.type is FieldType.TIMESTAMP else value


def _bounds(field: Field) -> tuple[date, date]:
    first = date.fromisoformat(str(field.minimum)[:10]) if field.minimum else _FIRST_DAY
    last = date.fromisoformat(str(field.maximum)[:10]) if field.maximum else max(first, _LAST_DAY)
    return first, last


def _coarse(day: date, grain: str | None) -> date:
    if grain == "year":
        return day.replace(month=1, day=1)
    if grain == "quarter":
        return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return day.replace(day=1) if grain == "month" else day


def _card(number: int) -> str:
    body = f"622202{number:012d}"
    return next(body + digit for digit in "0123456789" if luhn_holds(body + digit))


_CODED: Final[dict[str | None, Callable[[int], str]]] = {
    "resident_id": lambda number: _identity("person", number),
    "uscc": lambda number: _identity("enterprise", number),
    "mobile": lambda number: f"1990{number:07d}",
    "bank_card": _card,
    "region": lambda number: f"9901{number % 20 + 1:02d}",
}


def _without_repeats(contract: Contract, columns: Mapping[str, list[Any]], rows: int) -> list[int]:
    """Rows to keep, so that every declared key is unique among them."""
    keys = [tuple(contract.key), *contract.unique_keys]
    keys += [(f.name,) for f in contract.fields if f.unique]
    kept = list(range(rows))
    for key in dict.fromkeys(key for key in keys if key):
        seen: set[tuple[Any, ...]] = set()
        fresh = []
        for row in kept:
            value = tuple(columns[name][row] for name in key)
            if value not in seen:
                seen.add(value)
                fresh.append(row)
        kept = fresh
    return kept
