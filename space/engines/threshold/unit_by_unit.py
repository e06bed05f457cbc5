"""Cells counted unit by unit in one scan, where rows would leave most of them open.

Decides when that is sooner than first the rows of every cell and then the units of those that rows neither
show nor rule out: it decides speed alone, the figures are the same.
"""

from __future__ import annotations

from math import prod

from space.engines.threshold.known import Known
from space.engines.threshold.statements import bounded, different, figures, grouped_by, rows
from space.query.plan import Block


def better(block: Block, known: Known, k: int) -> bool:
    """Whether a cell of average size has rows enough for k units, and too few to be sure of them."""
    if len(block.proofs) != 1 or different(block, known) != [0] or not block.keys:
        return False
    (proof,) = block.proofs
    adds_up = all(a.operation in ("count", "sum", "avg") for a in block.aggregates)
    if any(method != "number" for method in proof.methods) or not adds_up:
        return False
    if any(key.domain is None or key.sql.isdecimal() for key in block.keys):
        return False
    least = proof.least or k
    average = known.rows // prod(key.domain.size for key in block.keys if key.domain is not None)
    return least <= average <= (least - 1) * proof.rows


def cells(block: Block, known: Known, least: int) -> str:
    """The same as :func:`space.engines.threshold.statements.cells` for a block that :func:`better` names.

    Args:
        block: of a plan.
        known: which columns need not be computed.
        least: fewest units of a cell that is asked for.
    """
    keys = [key.name for key in block.keys]
    wanted = {"r0": "count(*)"}
    for a in block.aggregates:
        wanted |= figures(block, known, a)
    inner = [f"{sql} AS {name}" for name, sql in wanted.items()]
    of_unit = grouped_by(["u0", *keys], inner, f"({rows(block, known=known)}) AS r")
    columns = [
        f"max({name}) AS {name}" if name.startswith("m") else f"{bounded(f'sum({name})')} AS {name}"
        for name in wanted
    ]
    if not known.never_null(block.proofs[0].unit):
        columns.append("CAST(coalesce(sum(r0) FILTER (WHERE u0 IS NOT NULL), 0) AS BIGINT) AS u0_0")
    columns += [f"count(u0) AS p0_{i}" for i in range(len(block.conditions))]
    order = f" HAVING count(u0) >= {least} ORDER BY {', '.join(keys)}"
    return grouped_by(keys, columns, f"({of_unit}) AS s") + order
