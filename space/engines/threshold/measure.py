"""From a block to its cells: one scan for what is cheap, a second for the cells that it leaves open.

Decides how many units each figure surely rests on. A number of rows proves a number of units where each
unit has only so many rows; only cells that this neither shows nor rules out are counted exactly. Whether
they are enough is decided in :mod:`space.engines.threshold.release`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from space.engines.base import Base
from space.engines.threshold import statements, unit_by_unit
from space.engines.threshold.cells import Cells, Numbers, places
from space.engines.threshold.known import Known
from space.engines.threshold.statements import COUNTED, LARGEST, MOMENTS
from space.query.plan import Block

# Possible parts by the SQL that lists them, which reads no table: the same for every query of a process.
_POSSIBLE: Final[dict[str, tuple[int, ...]]] = {}
_KEPT: Final = 64


def measured(
    connection: Base, block: Block, known: Known, k: int, *, whole: bool, scanned: Cells | None = None
) -> tuple[Cells, Cells | None]:
    """The cells of a block, without ``whole`` only those that rest on k units; and their parts, if any.

    Args:
        connection: opens the protected files.
        block: of threshold mode.
        known: of its columns.
        k: fewest units.
        whole: whether small cells are asked for as well.
        scanned: all cells that hold rows, if some scan gave them already.
    """
    several = len({a.condition for a in block.aggregates}) > 1 and bool(block.proofs)
    if several and statements.different(block, known) == [0]:
        # All figures rest on the same rows, and by the contract there can be no others: nothing follows.
        several = possible_parts(connection, block) != ((1 << len(block.conditions)) - 1,)
    least = [] if whole else [proof.least or k for proof in block.proofs]
    parts = _scanned(connection, statements.parts(block, known), known, k, []) if several else None
    if parts is not None and _adds_up(block) and (block.keys or len(parts)):
        cells = _folded(block, parts, known, least)
    elif scanned is not None:
        cells = _completed(scanned, known)
    else:
        cells = _scanned(connection, block, known, k, least)
    _prove(connection, cells)
    if not whole and block.proofs:
        cells = cells.taken(
            np.logical_and.reduce([cells.columns[f"p{j}_0"] >= n for j, n in enumerate(least)])
        )
    return cells, parts


def possible_parts(connection: Base, block: Block) -> tuple[int, ...]:
    """The parts that a cell of a block can have by its conditions; none where nothing is told of them."""
    sql = block.possible_sql
    if sql and sql not in _POSSIBLE:
        if len(_POSSIBLE) >= _KEPT:
            _POSSIBLE.clear()
        _POSSIBLE[sql] = tuple(sorted(int(part) for (part,) in connection.sql(sql).fetchall()))
    return _POSSIBLE.get(sql, ())


def proved_parts(connection: Base, cells: Cells, parts: Cells) -> tuple[Cells, Numbers]:
    """The parts of the cells that show, with their units; and which cell each belongs to."""
    outer = parts.keys.select([key.name for key in cells.block.keys])
    home = places(cells.keys, outer) if cells.block.keys else np.zeros(len(parts), np.int64)
    inside = home >= 0
    inside[inside] = cells.shown[home[inside], 0]
    chosen = parts.taken(inside)
    _prove(connection, chosen)
    return chosen, home[inside]


def bits(parts: Cells) -> Numbers:
    """Which conditions each part meets."""
    found: Numbers = parts.keys.column("part").to_numpy()
    return found


def chosen_cells(connection: Base, cells: Cells, wanted: npt.NDArray[np.bool_]) -> str:
    """The name of a table of the keys of some cells; empty where it is all of them."""
    if not cells.block.keys or wanted.all():
        return ""
    name = f"chosen_{cells.block.name}"
    connection.register(name, cells.keys.take(pa.array(np.flatnonzero(wanted))))
    return name


def _scanned(connection: Base, block: Block, known: Known, k: int, least: list[int]) -> Cells:
    if least and unit_by_unit.better(block, known, k):
        sql = unit_by_unit.cells(block, known, least[0])
    else:
        sql = statements.cells(block, known, least)
    return _completed(Cells.of(block, connection.sql(sql).to_arrow_table(), k), known)


def _completed(cells: Cells, known: Known) -> Cells:
    """Names for what equals another column, and the units that numbers of rows prove."""
    block, columns = cells.block, cells.columns
    numbers = statements.values(block)
    for i in range(len(block.conditions)):
        columns[f"r{i}"] = columns[f"r{statements.same(block, known, i)}"]
    for j in range(len(block.proofs)):
        for i in range(len(block.conditions)):
            named = columns.get(f"u{j}_{statements.same(block, known, i)}", columns[f"r{i}"])
            columns[f"u{j}_{i}"] = named
            columns[f"p{j}_{i}"] = _units(cells, j, i)
    for a in block.aggregates:
        i = statements.same(block, known, a.condition)
        if a.operation == "count":
            columns[a.name] = columns[f"r{i}"]
        for v in (numbers[value] for value in a.values if a.operation not in COUNTED):
            columns.setdefault(f"z{v}_{i}", columns.get(f"s{v}_{i}", np.zeros(0, np.int64)))
            for name in "zm":
                columns[f"{name}{v}_{a.condition}"] = columns[f"{name}{v}_{i}"]
        if a.operation in ("sum", "avg"):
            columns[a.name] = columns[f"s{numbers[a.values[0]]}_{i}"]
            cells.missing[a.name] = columns[f"r{i}"] == 0
    return cells


def _units(cells: Cells, j: int, i: int) -> Numbers:
    """How many units of a kind the rows of a condition surely name."""
    proof, named = cells.block.proofs[j], cells.columns[f"u{j}_{i}"]
    counted = cells.columns.get(f"p{j}_{i}")
    if proof.methods[i] == "exact" and counted is not None:
        return counted
    if proof.methods[i] == "key":
        return named
    found = np.zeros_like(named) if counted is None else counted
    return np.maximum(found, -(-named // proof.rows)) if proof.rows else found


def _adds_up(block: Block) -> bool:
    """Whether cells follow from their parts by addition: neither moments nor distinct values do."""
    simple = all(a.operation not in (*MOMENTS, "units") for a in block.aggregates)
    return simple and all(method != "exact" for proof in block.proofs for method in proof.methods)


def _folded(block: Block, parts: Cells, known: Known, least: list[int]) -> Cells:
    """Cells from their parts, which are ordered by cell."""
    keys = [key.name for key in block.keys]
    starts = _starts(parts, keys)
    have = bits(parts)
    of_parts, columns = statements.values(parts.block), dict[str, Numbers]()
    folded = Cells(block, parts.keys.select(keys).take(pa.array(starts)), columns, k=parts.k)
    for i in range(len(block.conditions)):
        met = (have >> i & 1).astype(bool)
        columns[f"r{i}"] = _summed(parts.columns["r0"], met, starts)
        for j, proof in enumerate(block.proofs):
            columns[f"u{j}_{i}"] = _summed(parts.columns[f"u{j}_0"], met, starts)
            if statements.counted_by_number(proof, i):
                columns[f"p{j}_{i}"] = _summed(parts.columns[f"p{j}_0"], met, starts)
        for value, v in statements.values(block).items():
            for name in "sz":
                columns[f"{name}{v}_{i}"] = _summed(parts.columns[f"{name}{of_parts[value]}_0"], met, starts)
            largest = np.where(met, parts.columns[f"m{of_parts[value]}_0"], 0)
            columns[f"m{v}_{i}"] = np.maximum.reduceat(largest, starts) if len(starts) else largest
    enough = np.ones(len(starts), bool)
    for j, n in enumerate(least):
        enough &= columns[f"u{j}_0"] >= n
    return _completed(folded.taken(enough) if least and block.keys else folded, known)


def _starts(parts: Cells, keys: list[str]) -> Numbers:
    """The first part of every cell."""
    size = len(parts)
    if not keys:
        return np.zeros(min(1, size), np.int64)
    table = parts.keys.select(keys)
    changed = np.zeros(size, bool)
    changed[:1] = True
    for place in range(table.num_columns):
        codes = table.column(place).combine_chunks().dictionary_encode(null_encoding="encode")
        codes = codes.combine_chunks() if isinstance(codes, pa.ChunkedArray) else codes
        numbers = codes.indices.to_numpy(zero_copy_only=False)
        changed[1:] |= numbers[1:] != numbers[:-1]
    return np.flatnonzero(changed)


def _summed(column: Numbers, met: npt.NDArray[np.bool_], starts: Numbers) -> Numbers:
    """Of every cell the sum of its parts, cut off like theirs where 64 bits end."""
    found: Any = np.where(met, column, 0)
    if not len(starts):
        return np.asarray(found)
    size = np.add.reduceat(found.astype(np.float64), starts)
    ends = np.copysign(float(LARGEST), size).astype(np.int64)
    summed: Numbers = np.where(np.abs(size) < LARGEST, np.add.reduceat(found, starts), ends)
    return summed


def _prove(connection: Base, cells: Cells) -> None:
    """Count the units where a cheap proof shows too few, but there are rows enough for more."""
    block, columns = cells.block, cells.columns
    weak = statements.numbered(block)
    open_ = np.zeros(len(cells), bool)
    for j, i in weak:
        least = block.proofs[j].least or cells.k
        open_ |= (columns[f"p{j}_{i}"] < least) & (columns[f"u{j}_{i}"] >= least)
    if not open_.any():
        return
    chosen = chosen_cells(connection, cells, open_)
    table = connection.sql(statements.exact(block, chosen)).to_arrow_table()
    found = Cells.of(replace(block, aggregates=()), table, cells.k)
    at = places(cells.keys, found.keys) if block.keys else np.zeros(table.num_rows, np.int64)
    for j, i in weak:
        name = f"p{j}_{i}"
        columns[name] = columns[name].copy()
        columns[name][at[at >= 0]] = np.maximum(columns[name][at[at >= 0]], found.columns[name][at >= 0])
