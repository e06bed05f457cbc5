"""What follows on released cells, where it is no more than some of their columns, and means made of two.

Decides only whether it is: then no statement is run, and nothing of the answer differs. Reads released
tables alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

_NAME: Final = r'"(?:[^"]|"")+"'
_COLUMN: Final = rf"{_NAME}\.{_NAME}"
# A sum by the number of what was added, where that is one.
_MEAN: Final = rf"\(TRY_CAST\({_COLUMN} AS DOUBLE\) / CASE WHEN {_COLUMN} > 0 THEN {_COLUMN} END\)"
_ITEM: Final = rf"(?:{_COLUMN}|\({_COLUMN}\)|{_MEAN}) AS {_NAME}"
_WHOLE: Final = re.compile(rf"SELECT ({_ITEM}(?:, {_ITEM})*) FROM ({_NAME})")
_EACH: Final = re.compile(_ITEM)
_READ: Final = re.compile(rf"({_NAME})\.({_NAME})")
_NAMED: Final = re.compile(rf" AS ({_NAME})$")

# Types that come out of the engine as they went in.
_KEPT: Final = frozenset(
    {pa.string(), pa.int64(), pa.int32(), pa.float64(), pa.bool_(), pa.date32(), pa.timestamp("us")}
)
_NUMBERS: Final = frozenset({pa.int64(), pa.int32(), pa.float64()})


def projected(sql: str, released: Mapping[str, pa.Table]) -> pa.Table | None:
    """The columns that a SELECT names; None where it is anything else and has to be run.

    Args:
        sql: what follows on released tables.
        released: these, by name.
    """
    whole = _WHOLE.fullmatch(sql)
    table = released.get(_bare(whole[2])) if whole is not None else None
    if whole is None or table is None:
        return None
    items = [found[0] for found in _EACH.finditer(whole[1])]
    names = [_bare(named[1]) for item in items for named in _NAMED.finditer(item)]
    if len({name.lower() for name in names}) < len(items):
        return None
    columns = []
    for item in items:
        read = _READ.findall(_NAMED.sub("", item))
        if any(source != whole[2] or not _plain(table, _bare(column)) for source, column in read):
            return None
        given = [table.column(_bare(column)) for _, column in read]
        if len(given) > 1 and not all(c.type in _NUMBERS for c in given):
            return None
        columns.append(given[0] if len(given) == 1 else _mean(*given))
    return pa.table(columns, names=names)


def _mean(total: pa.ChunkedArray, number: pa.ChunkedArray, same: pa.ChunkedArray) -> pa.ChunkedArray:
    """A sum by the number of what was added; none where that is none."""
    by = pc.if_else(pc.greater(number, 0), same, None)
    return pc.divide(total.cast(pa.float64(), safe=False), by.cast(pa.float64(), safe=False))


def _plain(table: pa.Table, column: str) -> bool:
    """Whether a column comes out of the engine as it went in."""
    if table.column_names.count(column) != 1:
        return False
    field = table.schema.field(column)
    return field.type in _KEPT and field.nullable and not field.metadata


def _bare(name: str) -> str:
    return name[1:-1].replace('""', '"')
