"""What follows on released cells, where it is no more than some of their columns under names of their own.

Decides only whether it is: then no statement is run, and nothing of the answer differs. Reads released
tables alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import pyarrow as pa

_NAME: Final = r'"(?:[^"]|"")+"'
_COLUMN: Final = rf"{_NAME}\.{_NAME}"
_ITEM: Final = rf"(?:{_COLUMN}|\({_COLUMN}\)) AS {_NAME}"
_WHOLE: Final = re.compile(rf"SELECT {_ITEM}(?:, {_ITEM})* FROM ({_NAME})")
_PARTS: Final = re.compile(rf"\(?({_NAME})\.({_NAME})\)? AS ({_NAME})")

# Types that come out of the engine as they went in.
_KEPT: Final = frozenset(
    {pa.string(), pa.int64(), pa.int32(), pa.float64(), pa.bool_(), pa.date32(), pa.timestamp("us")}
)


def projected(sql: str, released: Mapping[str, pa.Table]) -> pa.Table | None:
    """The columns that a SELECT names; None where it is anything else and has to be run.

    Args:
        sql: what follows on released tables.
        released: these, by name.
    """
    whole = _WHOLE.fullmatch(sql)
    table = released.get(_bare(whole[1])) if whole is not None else None
    if whole is None or table is None:
        return None
    items = [tuple(map(_bare, parts)) for parts in _PARTS.findall(sql)]
    columns, names = [column for _, column, _ in items], [name for _, _, name in items]
    if any(source != _bare(whole[1]) for source, _, _ in items) or len({n.lower() for n in names}) < len(
        names
    ):
        return None
    if any(table.column_names.count(c) != 1 or not _plain(table.schema.field(c)) for c in columns):
        return None
    return pa.table([table.column(column) for column in columns], names=names)


def _plain(field: pa.Field) -> bool:
    return field.type in _KEPT and field.nullable and not field.metadata


def _bare(name: str) -> str:
    return name[1:-1].replace('""', '"')
