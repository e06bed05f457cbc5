"""Landed rows cleaned and typed, batch by batch, so that a large delivery never stands in memory.

Decides which landed rows are typed at all and whether a column changed its type. Cleaning is
:mod:`contracts.cleaning`'s, types are :mod:`contracts.cast`'s.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from catalog.intake.landing.drift import type_changes
from catalog.intake.landing.landed import Drifted, Landed
from catalog.intake.reading.spill import Sink
from contracts.cast import OPERATION, REJECTED, Cast, cast, typed_schema
from contracts.cleaning import clean
from contracts.model import Contract

# Rows typed at a time: enough to be fast, few enough to be small.
BATCH_ROWS: Final = 131_072


@dataclass(frozen=True, slots=True)
class TypedRows:
    """What became of the landed rows: ``typed.num_rows + rejected.num_rows`` is their number.

    Attributes:
        typed: the fields in order, ``_file``, ``_line`` and, for change logs, ``_op``.
        rejected: rows that left, with their first reason: those of :attr:`Landed.rejected`, then those
            a value of which does not fit its type.
        cleaned: id of each cleaning step → cells it changed.
        drift: of the landing, and columns most values of which no longer fit their type.
        cells: field → cells whose value fits its type, cells that hold a value; of all rows typed.
    """

    typed: pa.Table
    rejected: pa.Table
    cleaned: Mapping[str, int]
    drift: tuple[Drifted, ...] = ()
    cells: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def typed_rows(
    contract: Contract, landed: Landed, *, spill: Path | None = None, as_of: date | None = None
) -> TypedRows:
    """Clean and type the landed rows.

    Args:
        contract: cleaning steps, names and types of the fields, what a type change does.
        landed: as :func:`catalog.intake.landing.landing.land` gives it.
        spill: folder for rows that outgrow memory; None keeps them there.
        as_of: day of the dated rules; the newest ones where None.

    Returns:
        Typed and rejected rows, both in the order they came.

    Raises:
        SchemaDrifted: a column changed its type and the contract stops at that.
        NoRoom: the disk cannot take the rows.
    """
    changed: Counter[str] = Counter({step.id: 0 for step in contract.cleaning})
    lost: Counter[tuple[str, str]] = Counter()
    present: Counter[tuple[str, str]] = Counter()
    values: Counter[str] = Counter()
    unfit: Counter[str] = Counter()
    schema = typed_schema(contract)
    if OPERATION in landed.table.column_names:
        schema = schema.append(pa.field(OPERATION, pa.string()))
    with Sink(schema, spill) as typed, Sink(REJECTED, spill) as rejected:
        rejected.add(landed.rejected)
        for rows in _typable(landed):
            cleaned = clean(contract, rows)
            changed.update(cleaned.changed)
            made = cast(contract, cleaned.table)
            typed.add(made.typed)
            rejected.add(made.rejected)
            _count(made, rows, lost, present)
            values.update(made.present)
            unfit.update({name: pc.sum(gone).as_py() or 0 for name, (gone, _) in made.lost.items()})
        drift = type_changes(contract, lost, present, as_of)
        cells = {name: (number - unfit[name], number) for name, number in values.items()}
        return TypedRows(typed.table(), rejected.table(), dict(changed), (*landed.drift, *drift), cells)


def _typable(landed: Landed) -> Iterator[pa.Table]:
    """The rows that are typed, some at a time; rows of one batch are of one file where they are many."""
    table = landed.table
    gone = pa.array([f.path for f in landed.files if f.quarantined], pa.string())
    known = OPERATION in table.column_names
    pieces = [table] if table.num_rows <= BATCH_ROWS else _pieces(table)
    for rows in pieces:
        if len(gone):
            rows = rows.filter(pc.invert(pc.is_in(rows["_file"], value_set=gone)))
        if known:
            rows = rows.filter(pc.is_valid(rows[OPERATION]))
        if rows.num_rows or rows is table:
            yield rows


def _pieces(table: pa.Table) -> Iterator[pa.Table]:
    for batch in table.to_batches(max_chunksize=BATCH_ROWS):
        yield pa.Table.from_batches([batch])


def _count(
    made: Cast, rows: pa.Table, lost: Counter[tuple[str, str]], present: Counter[tuple[str, str]]
) -> None:
    """Values present and lost by file and field; of several files: of fields that lost some."""
    files = rows["_file"]
    if not rows.num_rows:
        return
    first = files[0].as_py()
    if files[len(files) - 1].as_py() == first and pc.all(pc.equal(files, first)).as_py():
        for name, number in made.present.items():
            present[first, name] += number
        for name, (gone, _) in made.lost.items():
            lost[first, name] += pc.sum(gone).as_py()
        return
    for name, (gone, there) in made.lost.items():
        for mask, counted in ((gone, lost), (there, present)):
            for entry in pc.value_counts(files.filter(mask)).to_pylist():
                counted[entry["values"], name] += entry["counts"]
