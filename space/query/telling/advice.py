"""The nearest allowed form, told with the names, grains, grids and values of the grant's own contracts.

Decides wording only, from what the grant shows its holder anyway: never from the caller's text, never
from data. Where there is nothing more concrete to say, the constant wording of the code stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Final

from contracts.model import FieldType, Use
from policies.decision import Deny, Reason
from space.query.grammar.bins import width_of
from space.query.grammar.language import GRAINS
from space.query.schema import Column, QuerySchema, Table

# More names or values than these are not listed.
MAX_LISTED: Final = 12

_TIMES: Final = (FieldType.DATE, FieldType.TIMESTAMP)
_BEGINS: Final = {"year": "2020-01-01", "quarter": "2020-04-01", "month": "2020-05-01"}
_TRUNCATED: Final = ("year", "quarter", "month", "week", "day", "hour")


def advise(deny: Deny, schema: QuerySchema) -> Deny:
    """The refusal with every allowed form as concrete as the grant's contracts make it."""
    return Deny(tuple(_advised(reason, schema) for reason in deny.reasons))


def _advised(reason: Reason, schema: QuerySchema) -> Reason:
    of_grant, of_column = _OF_GRANT.get(reason.code), _OF_COLUMN.get(reason.code)
    said = of_grant(schema) if of_grant is not None else ""
    named = ((table, table.column(reason.where)) for table in schema.tables if reason.where)
    found = [(table, column) for table, column in named if column is not None]
    if of_column is not None and found:
        said = of_column(*found[0])
    return replace(reason, allowed=said) if said else reason


def _tables(schema: QuerySchema) -> str:
    """What may be named."""
    return "; ".join(f"{t.name} ({_listed(c.name for c in t.columns)})" for t in schema.tables[:MAX_LISTED])


def _joins(schema: QuerySchema) -> str:
    declared = [
        f"{j.left_dataset} JOIN {j.right_dataset} ON {_last(j.left_dataset)}.{j.left_field} = "
        f"{_last(j.right_dataset)}.{j.right_field}"
        for j in schema.joins
    ]
    return _listed(declared) or "the grant declares no join: aggregate each table, then join the answers"


def _groupable(schema: QuerySchema) -> str:
    """Keys of every table."""
    told = []
    for table in schema.tables[:MAX_LISTED]:
        keys = [_key(c) for c in table.columns if c.use in (Use.DIMENSION, Use.TIME)]
        if keys:
            told.append(f"{table.name}: {_listed(keys)}")
    return f"group by {'; '.join(told)}" if told else ""


def _key(column: Column) -> str:
    if column.type in _TIMES:
        part = _part(column)
        return f"{part}({column.name})" if part == "year" else f"date_trunc('{part}', {column.name})"
    return column.name


def _part(column: Column) -> str:
    grain = column.grain if column.grain in GRAINS else "day"
    return grain if grain in _TRUNCATED else "hour"


def _buckets(schema: QuerySchema) -> str:
    """Steps of measures."""
    measures = (c for t in schema.tables for c in t.columns if width_of(c) is not None)
    steps = [f"floor({c.name} / {c.grain})" for c in measures]
    return f"{_listed(steps)}, or a multiple of the step" if steps else ""


def _bins(_table: Table, column: Column) -> str:
    width = width_of(column)
    if width is None:
        return f"avg({column.name}): the column declares no bounds and grid, which bins need"
    binned = f"floor({column.name} / {width:f}) * {width:f}"
    return f"median({binned}), quantile_cont({binned}, 0.25) or histogram({binned})"


def _identifier(_table: Table, column: Column) -> str:
    if not column.physical:
        return "leave the column out: it names somebody and has no form to count by"
    return f"count(DISTINCT {column.name}), or a join the grant declares"


def _grain(_table: Table, column: Column) -> str:
    if column.type not in _TIMES:
        return ""
    part = _part(column)
    parts = [p for p in _TRUNCATED[: _TRUNCATED.index(part) + 1] if p != "week" or part in ("day", "hour")]
    return _listed([f"year({column.name})", *(f"date_trunc('{p}', {column.name})" for p in parts[1:])])


def _measure(_table: Table, column: Column) -> str:
    if column.use is not Use.MEASURE:
        return ""
    told = [f"sum({column.name})", f"avg({column.name})"]
    if column.grain is not None:
        told.append(f"{column.name} >= {_step(column)} and {column.name} < {_step(column, 2)}")
        told.append(f"floor({column.name} / {column.grain}) as a key")
    if (width := width_of(column)) is not None:
        told.append(f"median(floor({column.name} / {width:f}) * {width:f})")
    return _listed(told)


def _step(column: Column, times: int = 1) -> str:
    low = Decimal(str(column.minimum)) if isinstance(column.minimum, int | float) else Decimal(0)
    return format(low + times * Decimal(column.grain or "1"), "f")


def _constant(_table: Table, column: Column) -> str:
    """A constant that lies where one may."""
    if column.type in _TIMES:
        part = _part(column)
        begins = _BEGINS.get(part, "2020-05-04")
        return f"{column.name} >= DATE '{begins}': where a {part} begins, with >= or <"
    if column.use is Use.MEASURE and column.grain is not None:
        bounds = f" from {column.minimum} to {column.maximum}" if column.minimum is not None else ""
        return f"{column.name} >= {_step(column)}: steps of {column.grain}{bounds}, with >= or <"
    return ""


def _value(_table: Table, column: Column) -> str:
    return f"{column.name} IN ({_listed(repr(v) for v in column.domain)})" if column.domain else ""


def _sum(table: Table, column: Column) -> str:
    return _measure(table, column) if column.use is Use.MEASURE else _value(table, column)


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    return ", ".join(every[:MAX_LISTED]) + (", …" if len(every) > MAX_LISTED else "")


def _last(dataset: str) -> str:
    return dataset.rpartition(".")[2]


_OF_GRANT: Final[dict[str, Callable[[QuerySchema], str]]] = {
    "query.bucket": _buckets,
    "query.name": _tables,
    "query.join": _joins,
    "query.key": _groupable,
}
_OF_COLUMN: Final[dict[str, Callable[[Table, Column], str]]] = {
    "query.identifier": _identifier,
    "query.bins": _bins,
    "query.grain": _grain,
    "query.measure": _measure,
    "query.predicate": _sum,
    "query.predicate.domain": _value,
    "query.predicate.grid": _constant,
}
