"""The atoms of a block beside several sets of former ones, from one reading of the protected files.

Decides when they can be read so: one bare table whose rows are units, keys and conditions of one column
each, sums of bare columns. Then every key and condition is asked once of every *value* of its column, and
a row is only added up at its place. Otherwise each comparison is a statement of its own
(:mod:`space.engines.auditing.crossing`). Holds exact figures: nothing here leaves the worker.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from space.engines.auditing.atoms import numbered
from space.engines.auditing.crossing import by_values
from space.engines.auditing.sides import Sides
from space.engines.base import Base
from space.engines.threshold.cells import Numbers
from space.query.auditing.conditions import BITS
from space.query.auditing.grid import columns_in

# Rows and values of a column that are held in memory; beyond them the engine is asked.
_MOST_ROWS: Final = 1 << 23
_MOST_VALUES: Final = 1 << 16
# Places at which rows are added up: so many in any case, and no more than rows four times over.
_FEW_PLACES: Final = 1 << 16
_MOST_PLACES: Final = 1 << 22
# Rows added up at a time, so that what is written of them stays near.
_AT_A_TIME: Final = 1 << 18
# The table of the values of one column, and the place of each in it.
_VALUES: Final = "values_of_a_column"
_PLACE: Final = "place of a value"


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of the table: which of its values every row has, and of every value what is asked of it."""

    codes: Numbers
    told: Mapping[str, pa.ChunkedArray]


@dataclass(frozen=True, slots=True)
class _Axis:
    """Values of a column that one comparison tells apart: where a row goes, and what stands there.

    Attributes:
        steps: by value, how far its rows lie from the first place.
        size: how many kinds of values there are.
        stride: how far they lie from one another.
        told: keys g…, bits m… of every kind.
    """

    column: str
    steps: Numbers
    size: int
    stride: int
    told: pa.Table


def read(connection: Base, beside: Sequence[Sides], paths: Sequence[Path]) -> list[pa.Table | None]:
    """The atoms of some comparisons; None where a comparison needs a statement of its own.

    Args:
        connection: asks conditions of values.
        beside: comparisons of one block.
        paths: files of its table.
    """
    found: list[pa.Table | None] = [None for _ in beside]
    fit = [n for n, sides in enumerate(beside) if _fits(sides)]
    asked = _asked(beside[n] for n in fit)
    summed = sorted({name for n in fit for name in _summed(beside[n])})
    table = _read(paths, sorted(asked), summed) if asked else None
    if table is None:
        return found
    scan = beside[fit[0]].known.scan
    columns = {name: _told(connection, scan, table.column(name), name, asked[name]) for name in asked}
    told = {name: column for name, column in columns.items() if column is not None}
    values = {name: table.column(name).to_numpy().astype(np.int64, copy=False) for name in summed}
    for n in fit:
        axes = _axes(beside[n], told)
        if axes is not None:
            found[n] = _added_up(beside[n], axes, told, values, table.num_rows)
    return found


def _fits(s: Sides) -> bool:
    """Whether the atoms of a comparison are told by the values of single columns."""
    if s.elsewhere or s.spanning or not s.known.scan or not 0 < s.known.rows <= _MOST_ROWS or by_values(s):
        return False
    units = all(s.known.never_null(s.block.proofs[j].unit) for j in s.proofs)
    whole = all(s.known.adds_up(s.known.unclamped(value)) for value in s.values)
    told = [*s.groups, *s.parts.values()]
    alone = all(len(set(columns_in(sql))) == 1 and "SELECT" not in sql.upper() for sql in told)
    return bool(told) and units and whole and alone and s.rows_are_units


def _asked(beside: Iterable[Sides]) -> dict[str, list[str]]:
    """By column, what is asked of it, each once: keys, and whether conditions are met."""
    found: dict[str, dict[str, None]] = {}
    for s in beside:
        for sql in (*s.groups, *map(_met, s.parts.values())):
            found.setdefault(_column(sql), {})[sql] = None
    return {name: list(asked) for name, asked in found.items()}


def _summed(s: Sides) -> list[str]:
    """The column of every value."""
    return [_column(s.known.unclamped(value)) for value in s.values]


def _column(sql: str) -> str:
    return columns_in(sql)[0][1]


def _met(sql: str) -> str:
    return f"({sql}) IS TRUE"


def _read(paths: Sequence[Path], told: Sequence[str], summed: Sequence[str]) -> pa.Table | None:
    """Some columns of the files, texts by number; None where one is not stored as it is asked for."""
    pieces, names = list[pa.Table](), list(dict.fromkeys((*told, *summed)))
    for path in paths:
        schema = pq.read_schema(path)
        if not all(name in schema.names and _plain(schema.field(name).type) for name in names):
            return None
        texts = [name for name in told if pa.types.is_string(schema.field(name).type)]
        with pq.ParquetFile(path, read_dictionary=texts) as file:
            pieces.append(file.read(names, use_threads=False))
    if any(piece.schema != pieces[0].schema for piece in pieces):
        return None
    table = pa.concat_tables(pieces)
    return None if any(table.column(name).null_count for name in summed) else table


def _plain(kind: pa.DataType) -> bool:
    """Whether a type means the same to the engine and where it is read."""
    return bool(pa.types.is_string(kind) or pa.types.is_integer(kind) or pa.types.is_date32(kind))


def _told(
    connection: Base, scan: str, column: pa.ChunkedArray, name: str, asked: Sequence[str]
) -> _Column | None:
    """What is asked of a column, for each of its values; None where it has too many."""
    one = column.unify_dictionaries().combine_chunks()
    one = one if pa.types.is_dictionary(one.type) else one.dictionary_encode()
    values, codes = one.dictionary, one.indices
    if codes.null_count:
        codes, values = codes.fill_null(len(values)), pa.concat_arrays([values, pa.nulls(1, values.type)])
    if len(values) > _MOST_VALUES:
        return None
    connection.register(_VALUES, pa.table({name: values, _PLACE: np.arange(len(values))}))
    columns = ", ".join(f"{sql} AS e{n}" for n, sql in enumerate(asked))
    sql = f'SELECT {columns} FROM {_VALUES} AS "{scan}" ORDER BY "{_PLACE}"'
    try:
        told = connection.sql(sql).to_arrow_table()
    except duckdb.Error:  # perhaps of a value that no row has: the rows are asked
        return None
    return _Column(codes.to_numpy(), {each: told.column(n) for n, each in enumerate(asked)})


def _axes(s: Sides, columns: Mapping[str, _Column]) -> list[_Axis] | None:
    """How the places of a comparison lie; None where they are too many."""
    axes, places, rows = list[_Axis](), 1, s.known.rows
    for name in dict.fromkeys(_column(sql) for sql in (*s.groups, *s.parts.values())):
        if name not in columns:
            return None
        told = _kinds(s, name, columns[name])
        ids, firsts = numbered(told, told.column_names)
        kinds = told.take(pa.array(firsts))
        axes.append(_Axis(name, ids * places, len(firsts), places, kinds))
        places *= len(firsts)
        if places > max(_FEW_PLACES, min(_MOST_PLACES, 4 * rows)):
            return None
    return axes


def _kinds(s: Sides, name: str, column: _Column) -> pa.Table:
    """Keys and bits of every value of a column."""
    keys = {g: column.told[sql] for sql, g in s.groups.items() if _column(sql) == name}
    found = {g: key.combine_chunks().dictionary_encode(null_encoding="encode") for g, key in keys.items()}
    for bit, sql in s.parts.items():
        if _column(sql) == name:
            met = column.told[_met(sql)].to_numpy().astype(np.int64) << bit % BITS
            found[f"m{bit // BITS}"] = met + found.get(f"m{bit // BITS}", 0)
    return pa.table(found)


def _added_up(
    s: Sides,
    axes: Sequence[_Axis],
    columns: Mapping[str, _Column],
    values: Mapping[str, Numbers],
    rows: int,
) -> pa.Table:
    """The atoms of a comparison: every row at its place."""
    size = axes[-1].stride * axes[-1].size
    summed = [values[name] for name in _summed(s)]
    counts = np.zeros(size, np.int64)
    totals, tops = (np.zeros((len(summed), size), np.int64) for _ in range(2))
    for start in range(0, rows, _AT_A_TIME):
        here = slice(start, start + _AT_A_TIME)
        place = axes[0].steps.take(columns[axes[0].column].codes[here])
        for axis in axes[1:]:
            place += axis.steps.take(columns[axis.column].codes[here])
        counts += np.bincount(place, minlength=size)
        for x, each in enumerate(summed):
            np.add.at(totals[x], place, each[here])
            np.maximum.at(tops[x], place, each[here])
    there = np.flatnonzero(counts)
    made: dict[str, Any] = {}
    for axis in axes:
        kinds = axis.told.take(pa.array(there // axis.stride % axis.size))
        for name in kinds.column_names:
            column = kinds.column(name)
            made[name] = column.to_numpy() + made.get(name, 0) if name.startswith("m") else column
    made.setdefault("m0", np.zeros(len(there), np.int64))
    made |= {"r": counts[there], **{f"p{at}": counts[there] for at in range(len(s.proofs))}}
    for x in range(len(summed)):
        made |= {f"t{x}": tops[x][there], f"z{x}": totals[x][there]}
    return pa.table(made)
