"""The SQL of a block, written from the plan's checked fragments.

Decides the shape of the statements; every fragment comes from the compiler, none from the caller.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from space.query.plan import Aggregate, Block, Key

# Operations that count; all others rest on values, which one unit may dominate.
COUNTED: Final = ("count", "units")
MOMENTS: Final = ("stddev_samp", "stddev_pop", "var_samp", "var_pop", "corr")


def rows(block: Block, *, with_units: bool = False) -> str:
    """One row per row of the relation: keys k, conditions c, values v, units u and their numbers n.

    Args:
        block: of a plan.
        with_units: leave out rows that name no unit of some kind (differential privacy).
    """
    columns = [f"{key.sql} AS {key.name}" for key in block.keys]
    columns += [f"({c.sql}) AS c{i}" for i, c in enumerate(block.conditions) if i]
    for a in block.aggregates:
        columns += [f"{value} AS v{i}_{a.name}" for i, value in enumerate(a.values)]
    for j, proof in enumerate(block.proofs):
        columns += [f"{proof.unit} AS u{j}", f"{proof.number} AS n{j}"]
    conditions = [f"({block.where_sql})"] if block.where_sql else []
    if with_units:
        conditions += [f"{proof.unit} IS NOT NULL" for proof in block.proofs]
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT {', '.join(columns) or '1 AS one'} FROM {block.from_sql}{where}"


def cells(block: Block) -> str:
    """Threshold mode, first pass: figures, rows and cheap proofs of every cell."""
    columns = [f"count(*){_filter(i)} AS r{i}" for i in range(len(block.conditions))]
    for j, proof in enumerate(block.proofs):
        columns += [f"{_proof(j, i, m)} AS p{j}_{i}" for i, m in enumerate(proof.methods)]
    for a in block.aggregates:
        columns += _figures(a)
        columns += _tops(block, a)
    return _grouped(block, columns, f"({rows(block)}) AS r")


def exact(block: Block, failing: str) -> str:
    """Threshold mode, second pass: exact numbers of units, for the cells whose cheap proof fails.

    Args:
        block: of a plan.
        failing: table of the keys of these cells.
    """
    columns = [f"count(DISTINCT u{j}){_filter(i)} AS p{j}_{i}" for j, i in numbered(block)]
    same = " AND ".join(f"f.{key.name} IS NOT DISTINCT FROM r.{key.name}" for key in block.keys) or "TRUE"
    source = f"({rows(block)}) AS r WHERE EXISTS (SELECT 1 FROM {failing} AS f WHERE {same})"
    return _grouped(block, columns, source)


def numbered(block: Block) -> list[tuple[int, int]]:
    """Proofs and conditions that are shown by row numbers."""
    return [(j, i) for j, p in enumerate(block.proofs) for i, m in enumerate(p.methods) if m == "number"]


def contributions(block: Block, aggregate: Aggregate, proof: int, value: int) -> str:
    """Per cell, the two largest totals of one unit within a sum; a row without a unit is one of its own."""
    return _largest(block, f"abs(sum(v{value}_{aggregate.name}){_filter(aggregate.condition)})", proof)


def deviations(block: Block, aggregate: Aggregate, proof: int, value: int) -> str:
    """Per cell, the two largest squared distances from the mean, and all of them together."""
    v, condition = f"v{value}_{aggregate.name}", _filter(aggregate.condition)
    keys = ", ".join(key.name for key in block.keys)
    mean = f"avg({v}){condition} OVER ({f'PARTITION BY {keys}' if keys else ''})"
    return _largest(block, f"sum(d){condition}", proof, f", pow({v} - {mean}, 2) AS d")


def _largest(block: Block, total: str, proof: int, more: str = "") -> str:
    keys = [key.name for key in block.keys]
    alone = f"CASE WHEN u{proof} IS NULL THEN row_number() OVER () END AS w"
    source = f"(SELECT *, {alone}{more} FROM ({rows(block)}) AS q) AS r"
    inner = _grouped_by([*keys, f"u{proof}", "w"], [f"{total} AS t"], source)
    return _grouped_by(keys, ["max(t, 2) AS top", "sum(t) AS total"], f"({inner}) AS s")


def parts(block: Block) -> Block:
    """The block of the same rows with each cell in its parts: rows that meet the same conditions.

    The key ``part`` has bit i where condition i is met; every summed value stands once, over all rows.
    """
    bits = [f"CASE WHEN ({c.sql}) THEN {1 << i} ELSE 0 END" for i, c in enumerate(block.conditions)]
    values = dict.fromkeys((v,) for a in block.aggregates if a.operation not in COUNTED for v in a.values)
    return replace(
        block,
        name=f"{block.name}_parts",
        keys=(*block.keys, Key("part", " + ".join(bits))),
        conditions=block.conditions[:1],
        aggregates=tuple(Aggregate(f"s{i}", "sum", 0, value) for i, value in enumerate(values)),
        proofs=tuple(replace(proof, methods=proof.methods[:1]) for proof in block.proofs),
    )


def private(block: Block) -> str:
    """Differentially private mode: exact figures, to be given noise before they leave the worker."""
    columns = ["count(*) AS r0"]
    for a in block.aggregates:
        condition = _filter(a.condition)
        if a.operation == "count":
            columns.append(f"count(*){condition} AS {a.name}")
        elif a.operation == "units":
            columns.append(f"count(DISTINCT v0_{a.name}){condition} AS {a.name}")
        else:
            columns.append(f"coalesce(sum(v0_{a.name}){condition}, 0) AS {a.name}")
    order = f" ORDER BY {', '.join(key.name for key in block.keys)}" if block.keys else ""
    return _grouped(block, columns, f"({rows(block, with_units=True)}) AS r") + order


def _proof(unit: int, condition: int, method: str) -> str:
    """The count of units of one kind under one condition, as its method allows."""
    where = "" if condition == 0 else f" AND c{condition}"
    if method == "key":
        return f"count(u{unit}){_filter(condition)}"
    if method == "number":
        return f"count(*) FILTER (WHERE n{unit} = 1 AND u{unit} IS NOT NULL{where})"
    return f"count(DISTINCT u{unit}){_filter(condition)}"


def _figures(a: Aggregate) -> list[str]:
    condition = _filter(a.condition)
    if a.operation == "count":
        return [f"count(*){condition} AS {a.name}"]
    if a.operation == "units":
        return [f"count(DISTINCT v0_{a.name}){condition} AS {a.name}"]
    magnitudes = [f"sum(abs(v{i}_{a.name})){condition} AS z{i}_{a.name}" for i in range(len(a.values))]
    if a.operation in MOMENTS:
        values = ", ".join(f"v{i}_{a.name}" for i in range(len(a.values)))
        return [f"{a.operation}({values}){condition} AS {a.name}", *magnitudes]
    return [f"sum(v0_{a.name}){condition} AS {a.name}", *magnitudes]


def _tops(block: Block, a: Aggregate) -> list[str]:
    """The two largest single values, where rows are units; else :func:`contributions` has them."""
    if a.operation in COUNTED:
        return []
    return [
        f"max(abs(v{i}_{a.name}), 2){_filter(a.condition)} AS m{i}_{j}_{a.name}"
        for j, proof in enumerate(block.proofs)
        if proof.methods[a.condition] == "key"
        for i in range(len(a.values))
    ]


def _filter(condition: int) -> str:
    return f" FILTER (WHERE c{condition})" if condition else ""


def _grouped(block: Block, columns: list[str], source: str) -> str:
    return _grouped_by([key.name for key in block.keys], columns, source)


def _grouped_by(keys: list[str], columns: list[str], source: str) -> str:
    group = f" GROUP BY {', '.join(keys)}" if keys else ""
    return f"SELECT {', '.join([*keys, *columns])} FROM {source}{group}"
