"""Threshold mode inside the worker: which cells show, and how they are rounded.

Decides per aggregate whether its figure may leave (:mod:`policies.disclosure` has the rules); a figure
that may not is NULL, and a row whose cell may not show at all is left out, whatever the reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from space.engines.auditing import audit, one_reading, one_scan
from space.engines.auditing.overlaps import Overlaps
from space.engines.auditing.sides import Sides
from space.engines.base import Base
from space.engines.threshold import (
    distinct,
    dominance,
    doubts,
    footers,
    levels,
    nested,
    rounding,
    small_groups,
)
from space.engines.threshold.cells import Cells
from space.engines.threshold.known import Known
from space.engines.threshold.measure import measured
from space.query.auditing.former import Former
from space.query.plan import Block, Limits, Plan

Files = Mapping[str, Sequence[Path]]


def release(connection: Base, plan: Plan, files: Files) -> dict[str, pa.Table]:
    """Released tables of the threshold blocks of a plan, by block name.

    Args:
        connection: opens the protected files.
        plan: checked.
        files: by dataset, as the connection opens them.
    """
    in_margin = {place for pair in (*plan.margins, *plan.covered) for place in pair}
    judged: dict[int, Cells] = {}
    compared: dict[str, list[Former]] = {}
    doubtful: dict[str, list[int]] = {}
    for place, block in enumerate(plan.blocks):
        if block.kind == "threshold":
            formers = [former for former in plan.formers if former.block == block.name]
            # Of groups that are only counted the audit looks at those that are too small as well.
            whole = place in in_margin or (block.keys_only and bool(formers))
            beside = audit.compared(block, formers, footers.known(_unfiltered(block), files))
            read = one_reading.read(connection, beside, footers.paths(_unfiltered(block), files))
            made = _crossed(connection, beside, read, footers.known(block, files))
            scanned = None if made is None else one_scan.cells(made, plan.limits.k)
            cells = _judged(connection, block, plan.limits, files, beside=whole, scanned=scanned)
            doubtful[block.name] = audit.withhold(connection, cells, beside, plan.limits, made, read)
            compared[block.name] = formers
            judged[place] = cells
    changed = True
    while changed:  # what is withheld in one margin may be a part of another
        changed = False
        for total, part in plan.margins:
            changed |= levels.complement(judged[total], judged[part], plan.limits)
    for above, finest in plan.covered:
        levels.cover(judged[above], judged[finest])
    for total, part in (*plan.margins, *plan.covered):
        distinct.beside_total(judged[total], judged[part], plan.limits.k)
    return {
        cells.block.name: doubts.flagged(
            cells, rounding.shown(cells, plan.limits), doubtful[cells.block.name]
        )
        if cells.block.keys_only
        else _released(connection, cells, plan.limits, files, compared[cells.block.name])
        for cells in judged.values()
    }


def _crossed(
    connection: Base, beside: Sequence[Sides], read: Sequence[pa.Table | None], known: Known
) -> Overlaps | None:
    """Overlaps with former cells from which the cells of a block follow, if any do."""
    found = [n for n, sides in enumerate(beside) if one_scan.possible(sides, known)]
    return Overlaps(connection, beside[found[0]], read[found[0]]) if found else None


def _unfiltered(block: Block) -> Block:
    return replace(block, from_sql=block.open_sql)


def _released(
    connection: Base, cells: Cells, limits: Limits, files: Files, formers: Sequence[Former]
) -> pa.Table:
    """The released table, small groups as the block says."""
    table = rounding.shown(cells, limits)
    if cells.block.small == "null":
        return small_groups.padded(connection, cells.block, table)
    if cells.block.small != "remainder":
        return table
    rest = small_groups.rest(connection, cells)
    merged = _judged(connection, rest, limits, files, beside=False)
    small_groups.keep_apart(cells, merged)
    if small_groups.comparable(cells.block, formers):
        merged.shown[:] = False  # no former answer is known to hold what is merged here
    return pa.concat_tables([table, small_groups.without_keys(rounding.shown(merged, limits), table)])


def _judged(
    connection: Base,
    block: Block,
    limits: Limits,
    files: Files,
    *,
    beside: bool,
    scanned: Cells | None = None,
) -> Cells:
    """Which conditions of each cell show: k units each, and no combination of them that rests on fewer.

    ``beside``: other levels of the same table stand beside it. ``scanned``: the cells that hold rows, if some
    scan gave them already.
    """
    known = footers.known(block, files)
    cells, parts = measured(
        connection, block, known, limits.k, whole=beside or not block.keys, scanned=scanned
    )
    every = range(len(block.conditions))
    cells.shown = np.ones((len(cells), len(block.conditions)), bool)
    if block.proofs:
        cells.shown = np.stack([cells.all_units(i) >= limits.k for i in every], axis=1)
        cells.shown &= cells.shown[:, :1]
    dominance.judge(connection, cells, limits, exact=beside)
    if parts is not None:
        nested.judge(connection, cells, parts, limits)
    distinct.judge(connection, cells, limits.k)
    return cells
