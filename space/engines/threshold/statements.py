"""The SQL of a block, written from the plan's checked fragments.

Decides the shape of the statements; every fragment comes from the compiler, none from the caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from space.engines.threshold.known import NOTHING, Known
from space.query.plan import Aggregate, Block, Key, Method, Proof

# Operations that count; all others rest on values, which one unit may dominate.
COUNTED: Final = ("count", "units")
# Of two values at once.
PAIRED: Final = ("corr", "covar_pop", "covar_samp", "regr_slope", "regr_intercept", "regr_r2")
MOMENTS: Final = ("stddev_samp", "stddev_pop", "var_samp", "var_pop", *PAIRED)

# Far from where 64 bits end: a sum beyond it would make the mechanism fail, and the failure would tell of
# rows. Cutting off is a contraction, so it changes no sensitivity.
LARGEST: Final = 2**62

_TWO: Final = ((1, "first"), (2, "second"))

# A cell of no more rows is counted exactly sooner than row numbers are read for every cell.
_FEW_ROWS: Final = 2_000


def rows(block: Block, *, with_units: bool = False, known: Known = NOTHING, used: str | None = None) -> str:
    """One row per row of the relation: keys k, conditions c, values v, units u and their numbers n.

    Args:
        block: of a plan.
        with_units: leave out rows that name no unit of some kind (differential privacy).
        known: which of these tests need not be made.
        used: what reads it, to leave out units and numbers that are not read; None: all are given.
    """
    columns = [f"{key.sql} AS {key.name}" for key in block.keys]
    columns += [f"({c.sql}) AS c{i}" for i, c in enumerate(block.conditions) if i]
    columns += [f"{known.unclamped(value)} AS v{i}" for value, i in values(block).items()]
    for j, proof in enumerate(block.proofs):
        named = (f"u{j}", proof.unit), (f"n{j}", proof.number)
        columns += [f"{sql} AS {name}" for name, sql in named if used is None or name in used]
    conditions = [f"({block.where_sql})"] if block.where_sql else []
    if with_units:
        conditions += [f"{p.unit} IS NOT NULL" for p in block.proofs if not known.never_null(p.unit)]
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT {', '.join(columns) or '1 AS one'} FROM {block.from_sql}{where}"


def values(block: Block) -> dict[str, int]:
    """Every value some aggregate rests on, once, with its number."""
    found = dict.fromkeys(value for a in block.aggregates for value in a.values)
    return {value: i for i, value in enumerate(found)}


def cells(block: Block, known: Known = NOTHING, least: Sequence[int] = ()) -> str:
    """Threshold mode: rows, units and figures of every cell in one scan.

    Columns by condition i: rows ``r``, rows ``u`` that name a unit, and what proves units ``p``; of a value
    its sum ``s``, the sum of magnitudes ``z`` and the largest ``m``. What equals another column, as
    :mod:`space.engines.threshold.measure` knows, stands once.

    Args:
        block: of a plan.
        known: which of these need not be computed.
        least: of every proof, the fewest rows that name a unit in a cell; empty: every cell is asked for.
    """
    wanted = {f"r{i}": f"count(*){_filter(i)}" for i in different(block, known)}
    for j, proof in enumerate(block.proofs):
        for i, method in enumerate(proof.methods):
            wanted |= _units(block, known, j, i, method)
    for a in block.aggregates:
        wanted |= figures(block, known, a)
    columns = [f"{sql} AS {name}" for name, sql in wanted.items()]
    names_one = ["count(*)" if known.never_null(p.unit) else named(j) for j, p in enumerate(block.proofs)]
    enough = [f"{sql} >= {n}" for sql, n in zip(names_one, least, strict=False)]
    having = f" HAVING {' AND '.join(enough)}" if enough and block.keys else ""
    # A key that is a number is the same in every row: nothing is grouped by it.
    fixed = [f"{key.sql} AS {key.name}" for key in block.keys if key.sql.isdecimal()]
    names = [key.name for key in block.keys if not key.sql.isdecimal()]
    order = f" ORDER BY {', '.join(names)}" if names else ""
    source = rows(block, known=known, used=" ".join([*columns, having]))
    return grouped_by(names, [*fixed, *columns], f"({source}) AS r") + having + order


def different(block: Block, known: Known) -> list[int]:
    """The conditions that can tell rows apart; the first is every row of the cell."""
    return [i for i, c in enumerate(block.conditions) if not i or not known.always(c.sql)]


def same(block: Block, known: Known, condition: int) -> int:
    """The condition that stands for one: the cell itself where every row meets it."""
    return 0 if known.always(block.conditions[condition].sql) else condition


def counted_by_number(proof: Proof, condition: int, k: int = 0) -> bool:
    """Whether row numbers are counted: not where a few rows more than the fewest prove as much."""
    few = proof.rows and proof.rows * (proof.least or k) <= _FEW_ROWS
    return proof.methods[condition] == "number" and not few


def exact(block: Block, chosen: str) -> str:
    """Threshold mode, second pass: exact numbers of units, for the cells that a cheap proof leaves open.

    Args:
        block: of a plan.
        chosen: table of the keys of these cells; empty: all.
    """
    columns = [f"count(DISTINCT u{j}){_filter(i)} AS p{j}_{i}" for j, i in numbered(block)]
    return _grouped(block, columns, _of_cells(block, rows(block), chosen))


def numbered(block: Block) -> list[tuple[int, int]]:
    """Proofs and conditions that are shown by row numbers."""
    return [(j, i) for j, p in enumerate(block.proofs) for i, m in enumerate(p.methods) if m == "number"]


def tops(block: Block, aggregate: Aggregate, value: int, chosen: str) -> str:
    """Per cell the two largest single values, where rows are units."""
    v = values(block)[aggregate.values[value]]
    largest = f"max(abs(v{v}), 2){_filter(aggregate.condition)}"
    columns = [f"{largest}[{n}] AS {name}" for n, name in _TWO]
    return _grouped(block, columns, _of_cells(block, rows(block), chosen))


def contributions(block: Block, aggregate: Aggregate, proof: int, value: int, chosen: str = "") -> str:
    """Per cell, the two largest totals of one unit within a sum; a row without a unit is one of its own."""
    v = values(block)[aggregate.values[value]]
    total = bounded(f"abs(sum(v{v}){_filter(aggregate.condition)})")
    return _largest(block, total, proof, chosen)


def unbent(block: Block, aggregate: Aggregate, proof: int, value: int, chosen: str = "") -> str:
    """Per cell, the units with a value that no clamp has made the same as others."""
    v, flat = values(block)[aggregate.values[value]], ", ".join(aggregate.flat[value])
    counted = "" if block.proofs[proof].methods[aggregate.condition] == "key" else "DISTINCT "
    within = f"v{v} NOT IN ({flat})" + (f" AND c{aggregate.condition}" if aggregate.condition else "")
    column = f"count({counted}u{proof}) FILTER (WHERE {within}) AS first"
    return _grouped(block, [column], _of_cells(block, rows(block), chosen))


def deviations(block: Block, aggregate: Aggregate, proof: int, value: int, chosen: str = "") -> str:
    """Per cell, the two largest squared distances from the mean, and all of them together."""
    distance = f"pow({_from_mean(block, aggregate, value)}, 2)"
    return _largest(block, f"sum(d){_filter(aggregate.condition)}", proof, chosen, f", {distance} AS d")


def products(block: Block, aggregate: Aggregate, proof: int, chosen: str = "") -> str:
    """Per cell, the two largest products of the distances of two values from their means; and all."""
    distances = (_from_mean(block, aggregate, value) for value in range(2))
    product = f"abs({' * '.join(f'({d})' for d in distances)})"
    return _largest(block, f"sum(d){_filter(aggregate.condition)}", proof, chosen, f", {product} AS d")


def _from_mean(block: Block, aggregate: Aggregate, value: int) -> str:
    v, condition = f"v{values(block)[aggregate.values[value]]}", _filter(aggregate.condition)
    keys = ", ".join(key.name for key in block.keys)
    return f"{v} - avg({v}){condition} OVER ({f'PARTITION BY {keys}' if keys else ''})"


def _largest(block: Block, total: str, proof: int, chosen: str, more: str = "") -> str:
    keys = [key.name for key in block.keys]
    alone = f"CASE WHEN u{proof} IS NULL THEN row_number() OVER () END AS w"
    source = f"(SELECT *, {alone}{more} FROM {_of_cells(block, rows(block), chosen)}) AS r"
    inner = grouped_by([*keys, f"u{proof}", "w"], [f"{total} AS t"], source)
    columns = [*(f"max(t, 2)[{n}] AS {name}" for n, name in _TWO), "CAST(sum(t) AS DOUBLE) AS total"]
    return grouped_by(keys, columns, f"({inner}) AS s")


def _of_cells(block: Block, source: str, chosen: str) -> str:
    """The rows of the chosen cells."""
    if not chosen or not block.keys:
        return f"({source}) AS q"
    same_key = " AND ".join(f"f.{key.name} IS NOT DISTINCT FROM q.{key.name}" for key in block.keys)
    return f"({source}) AS q WHERE EXISTS (SELECT 1 FROM {chosen} AS f WHERE {same_key})"


def parts(block: Block, known: Known = NOTHING) -> Block:
    """The block of the same rows with each cell in its parts: rows that meet the same conditions.

    The key ``part`` has bit i where condition i is met; every summed value stands once, over all rows.
    """
    always = sum(1 << i for i, c in enumerate(block.conditions) if known.always(c.sql))
    bits = [f"CASE WHEN ({block.conditions[i].sql}) THEN {1 << i} ELSE 0 END"
            for i in different(block, known)[1:]]  # fmt: skip
    measured = [a for a in block.aggregates if a.operation not in COUNTED]
    # What squares or bends its values can show one unit that a sum of them does not.
    varied = {v for a in measured if a.clamped or a.operation in MOMENTS for v in a.values}
    found = {(v,): (v in varied, a.flat[i : i + 1]) for a in measured for i, v in enumerate(a.values)}
    return replace(
        block,
        name=f"{block.name}_parts",
        keys=(*block.keys, Key("part", " + ".join([str(always), *bits]))),
        conditions=block.conditions[:1],
        aggregates=tuple(
            Aggregate(f"s{i}", "sum", 0, value, clamped=clamped, flat=flat)
            for i, (value, (clamped, flat)) in enumerate(found.items())
        ),
        proofs=tuple(replace(proof, methods=proof.methods[:1]) for proof in block.proofs),
    )


def private(block: Block, known: Known = NOTHING) -> str:
    """Differentially private mode: exact figures, to be given noise before they leave the worker."""
    columns, numbers = ["count(*) AS r0"], values(block)
    for a in block.aggregates:
        condition = _filter(same(block, known, a.condition))
        if a.operation == "count":
            columns.append(f"count(*){condition} AS {a.name}")
        elif a.operation == "units":
            columns.append(f"count(DISTINCT v{numbers[a.values[0]]}){condition} AS {a.name}")
        else:
            total = f"coalesce(sum(v{numbers[a.values[0]]}){condition}, 0)"
            columns.append(f"{bounded(total)} AS {a.name}")
    order = f" ORDER BY {', '.join(key.name for key in block.keys)}" if block.keys else ""
    source = rows(block, with_units=True, known=known, used="")
    return _grouped(block, columns, f"({source}) AS r") + order


def bounded(total: str) -> str:
    """A sum as a whole number that always fits: what lies beyond :data:`LARGEST` is cut off; NULL stays NULL.

    A cast that fails for want of room would tell how many rows there are, to the last one.
    """
    beyond = f"CASE WHEN {total} > {LARGEST} THEN {LARGEST} WHEN {total} < -{LARGEST} THEN -{LARGEST}"
    return f"CAST({beyond} ELSE {total} END AS BIGINT)"


def named(unit: int, condition: int = 0) -> str:
    """The rows that name a unit of one kind, under one condition."""
    return f"count(u{unit}){_filter(condition)}"


def _units(block: Block, known: Known, j: int, condition: int, method: Method) -> dict[str, str]:
    """How the units of one kind are counted under one condition, and the rows that name one."""
    proof, i = block.proofs[j], same(block, known, condition)
    found = {} if known.never_null(proof.unit) else {f"u{j}_{i}": named(j, i)}
    if method == "key":
        return (
            {**found, f"p{j}_{condition}": _proof(j, i, method)} if not known.never_null(proof.unit) else {}
        )
    if method == "exact" or counted_by_number(proof, condition):
        found[f"p{j}_{condition}"] = _proof(j, i, method)
    return found


def _proof(unit: int, condition: int, method: Method) -> str:
    """The count of units of one kind under one condition, as its method allows."""
    if method == "key":
        return named(unit, condition)
    if method == "number":
        where = f" AND c{condition}" if condition else ""
        return f"count(*) FILTER (WHERE n{unit} = 1 AND u{unit} IS NOT NULL{where})"
    return f"count(DISTINCT u{unit}){_filter(condition)}"


def figures(block: Block, known: Known, a: Aggregate) -> dict[str, str]:
    """The columns an aggregate needs, by name; none for a count of rows."""
    i = same(block, known, a.condition)
    numbers = values(block)
    if a.operation == "count":
        return {}
    if a.operation == "units":
        return {a.name: f"count(DISTINCT v{numbers[a.values[0]]}){_filter(i)}"}
    found = {}
    for value in a.values:
        v = numbers[value]
        positive = known.never_negative(value)
        size = f"v{v}" if positive else f"abs(v{v})"
        found[f"m{v}_{i}"] = f"max({size}){_filter(i)}"
        if not positive:
            found[f"z{v}_{i}"] = bounded(f"sum({size}){_filter(i)}")
        if positive or a.operation not in MOMENTS:
            found[f"s{v}_{i}"] = bounded(f"sum(v{v}){_filter(i)}")
    if a.operation in MOMENTS:
        found[a.name] = f"{a.operation}({', '.join(f'v{numbers[v]}' for v in a.values)}){_filter(i)}"
    return found


def _filter(condition: int) -> str:
    return f" FILTER (WHERE c{condition})" if condition else ""


def _grouped(block: Block, columns: list[str], source: str) -> str:
    return grouped_by([key.name for key in block.keys], columns, source)


def grouped_by(keys: list[str], columns: list[str], source: str) -> str:
    """SELECT of keys and columns by these keys; one row where there are none."""
    group = f" GROUP BY {', '.join(keys)}" if keys else ""
    return f"SELECT {', '.join([*keys, *columns])} FROM {source}{group}"
