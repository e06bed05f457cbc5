"""What is kept of the row that stands for small groups, so that later questions are compared with it too.

Decides which rows are in it, as a condition: those whose group has too few units. The condition names no
unit, row or figure. Whether the row has figures is decided in the worker
(:mod:`space.engines.threshold.release`).
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Final

from policies.protection import SmallGroups
from space.query.auditing.audit import Record, asked_by, record
from space.query.auditing.former import Sample
from space.query.auditing.grid import columns_in
from space.query.plan import Block, Proof

# Which groups are small nobody can tell from constants: its conditions may turn anywhere.
_SOMEWHERE: Final = ("?",)


def merged(block: Block, k: int) -> Record | None:
    """What is kept of the merged row of a block; None where none can have figures.

    Args:
        block: paid for just now, compared with no former one.
        k: fewest units of a group that shows.
    """
    if block.small != SmallGroups.REMAINDER.value or not block.proofs:
        return None
    kept = record(block, k)
    small = _in_small_group(block, k)
    asked = [replace(one, sql=f"({one.sql}) AND {small}") for one in asked_by(block).values()]
    columns = sorted({f'"{scan}"."{name}"' for one in asked for scan, name in columns_in(one.sql)})
    body = {
        **kept.body,
        "keys": [],
        "labelled": [],
        "asked": [asdict(one) for one in asked],
        "samples": [asdict(Sample(column, "unknown", constants=_SOMEWHERE)) for column in columns],
    }
    return Record(kept.kinds, (), kept.datasets, body)


def _in_small_group(block: Block, k: int) -> str:
    """SQL that is true on rows whose group does not show."""
    columns = [f"{key.sql} AS {key.name}" for key in block.keys]
    columns += [f"{proof.unit} AS u{j}" for j, proof in enumerate(block.proofs)]
    stated = [f"({part})" for part in (block.filter_sql, block.where_sql) if part]
    where = f" WHERE {' AND '.join(stated)}" if stated else ""
    names = ", ".join(key.name for key in block.keys)
    few = " OR ".join(f"{_counted(proof, j)} < {proof.least or k}" for j, proof in enumerate(block.proofs))
    rows = f"SELECT {', '.join(columns)} FROM {block.open_sql}{where}"
    groups = f"SELECT {names} FROM ({rows}) AS r GROUP BY {names} HAVING {few}"
    same = " AND ".join(f"s.{key.name} IS NOT DISTINCT FROM ({key.sql})" for key in block.keys)
    return f"EXISTS (SELECT 1 FROM ({groups}) AS s WHERE {same})"


def _counted(proof: Proof, j: int) -> str:
    return f"count(u{j})" if proof.methods[0] == "key" else f"count(DISTINCT u{j})"
