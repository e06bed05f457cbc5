"""The SQL in which the cells of two sides are crossed, over one relation or over two that share a table.

Decides the shape of the statements: every part of a condition is asked once, and a row has a bit for each it
meets. Every fragment comes from the compiler, none from a caller.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from space.engines.auditing.sides import Sides
from space.query.auditing.conditions import BITS, Either, Rows
from space.query.auditing.grid import columns_in
from space.query.plan import Proof


def atoms(s: Sides) -> str:
    """The atoms: one row for rows that no key and no condition tells apart; perhaps more than are asked."""
    if by_values(s):
        return _by_values(s)
    figures = ["count(*) AS r"]
    figures += [f"{_proved(s, j)} AS p{at}" for at, j in enumerate(s.proofs)]
    if s.rows_are_units:
        for x, value in enumerate(s.values):
            size, kind = _size(s, value, f"v{x}")
            figures += [f"max({size}) AS t{x}", f"sum({size})::{kind} AS z{x}"]
    by = listed([*s.both, *_masks(s)])
    return f"SELECT {by}, {listed(figures)} FROM ({rows(s)}) AS a GROUP BY {by}"


def by_values(s: Sides) -> bool:
    """Whether every condition is looked at once a combination of values instead of once a row."""
    return all(f.few for f in s.formers) and not s.differing and all(map(s.adds, s.proofs))


def rows(s: Sides, chosen: Rows | Either | None = None, more: Rows | None = None) -> str:
    """The rows of a set: keys, bits, units, row numbers and values.

    Args:
        s: both sides.
        chosen: the set; None: every row that meets a condition of either side.
        more: a further set that the bits are to tell.
    """
    block, first = s.block, s.formers[0]
    units = [(j, block.proofs[j]) for j in s.proofs]
    if not s.elsewhere:
        wanted = Either(s.asked) if chosen is None else chosen
        bits = -1 if chosen is None else chosen.read | (0 if more is None else more.read)
        read = {bit: sql for bit, sql in s.parts.items() if bits >> bit & 1}
        where = wanted.over(s.parts)
        source = block.open_sql if where == "TRUE" else f"{block.open_sql} WHERE {where}"
        return _select(s, list(s.groups), read, units, s.values, source)
    here = _select(s, [k.sql for k in block.keys], s.parts, units, s.values, block.open_sql)
    there = [(j, Proof("", unit, number, ())) for j, unit, number in first.units]
    other = _select(s, first.keys, s.others, there, ["NULL"] * len(s.values), first.from_sql)
    made = _side_by_side(s, here, other)
    return made if chosen is None else f"SELECT * FROM ({made}) AS x WHERE {chosen.sql}"


def _by_values(s: Sides) -> str:
    """The atoms, looking at every condition once a combination of values instead of once a row."""
    read = sorted({c for sql in (*s.groups, *s.parts.values()) for c in columns_in(sql)})
    ((scan, _),) = s.block.scans
    figures, merged = ["count(*) AS _r"], ["sum(_r)::BIGINT AS r"]
    for at, j in enumerate(s.proofs):
        proof = s.block.proofs[j]
        numbered = f" FILTER (WHERE {proof.number} = 1)" if proof.alone == "number" else ""
        if s.known.never_null(proof.unit) and not numbered:
            merged.append(f"sum(_r)::BIGINT AS p{at}")
        else:
            figures.append(f"count({proof.unit}){numbered} AS _p{at}")
            merged.append(f"sum(_p{at})::BIGINT AS p{at}")
    if s.rows_are_units:
        for x, value in enumerate(s.values):
            size, kind = _size(s, value, value)
            figures += [f"max({size}) AS _t{x}", f"sum({size})::{kind} AS _z{x}"]
            merged += [f"max(_t{x}) AS t{x}", f"sum(_z{x})::{kind} AS z{x}"]
    stated = [*s.groups, *s.parts.values()]
    told = [_told(f'"{at}"."{column}"', stated) for at, column in read]
    named = [f'{sql} AS "{name}"' for sql, (_, name) in zip(told, read, strict=True)]
    group = f" GROUP BY {listed(told)}" if told else ""
    inner = f"SELECT {listed([*named, *figures])} FROM {s.block.open_sql}{group}"
    combined = _select(s, list(s.groups), s.parts, [], [], f'({inner}) AS "{scan}"', "*")
    by = listed([*s.both, *_masks(s)])
    return f"SELECT {by}, {listed(merged)} FROM ({combined}) AS a GROUP BY {by}"


def _size(s: Sides, value: str, named: str) -> tuple[str, str]:
    """The magnitude of a value, and the type of a sum of them: whole where that is known to have room."""
    size = named if s.known.never_negative(value) else f"abs({named})"
    return size, "BIGINT" if s.known.adds_up(value) else "DOUBLE"


def _proved(s: Sides, j: int) -> str:
    method = s.alone(j)
    if method == "key":
        return f"count(u{j})"
    if method == "number":
        return f"count(*) FILTER (WHERE n{j} = 1 AND u{j} IS NOT NULL)"
    return f"count(DISTINCT u{j})"


def _masks(s: Sides) -> list[str]:
    """The columns of bits."""
    return [f"m{n}" for n in range(max(1, -(-(len(s.parts) + len(s.others)) // BITS)))]


def _select(
    s: Sides,
    keys: Sequence[str],
    parts: Mapping[int, str],
    units: Sequence[tuple[int, Proof]],
    values: Sequence[str],
    source: str,
    more: str = "",
) -> str:
    found = [*([more] if more else []), *(f"{sql} AS g{n}" for n, sql in enumerate(keys))]
    for m, name in enumerate(_masks(s)):
        here = [(bit % BITS, sql) for bit, sql in parts.items() if bit // BITS == m]
        bits = " + ".join(f"CASE WHEN ({sql}) THEN {1 << bit} ELSE 0 END" for bit, sql in here)
        found.append(f"{bits or '0'} AS {name}")
    for j, proof in units:
        found += [f"{proof.unit} AS u{j}", f"{proof.number} AS n{j}"]
    found += [f"{value} AS v{x}" for x, value in enumerate(values)]
    return f"SELECT {listed(found)} FROM {source}"


def _side_by_side(s: Sides, here: str, other: str) -> str:
    """Rows of two relations, each row of the table they share once: told by its unit and number."""
    j, masks = s.proofs[0], _masks(s)
    some = " OR ".join(f"{m} <> 0" for m in masks)
    same = [f"a.{g} IS NOT DISTINCT FROM b.{g}" for g in s.near]
    same += [f"a.u{j} = b.u{j}", f"a.n{j} = b.n{j}"]
    found = [f"coalesce(a.{g}, b.{g}) AS {g}" for g in s.near]
    found += [f"coalesce(a.{m}, 0) + coalesce(b.{m}, 0) AS {m}" for m in masks]
    found += [f"coalesce(a.u{i}, b.u{i}) AS u{i}" for i in s.proofs]
    found += [f"a.v{x} AS v{x}" for x in range(len(s.values))]
    keys = [*s.near, *(f"u{i}" for i in s.proofs), f"n{j}"]
    once = ", ".join(f"bit_or({m}) AS {m}" for m in masks)
    once = f"SELECT {listed(keys)}, {once} FROM ({other}) AS o WHERE {some} GROUP BY {listed(keys)}"
    return (
        f"SELECT {listed(found)} FROM (SELECT * FROM ({here}) AS h WHERE {some}) AS a "
        f"FULL JOIN ({once}) AS b ON {' AND '.join(same)}"
    )


def _told(column: str, conditions: Sequence[str]) -> str:
    """What of a column the conditions tell apart: its values, or only whether there is one."""
    if all(sql.count(column) == sql.count(f"{column} IS NULL") for sql in conditions):
        return f"CASE WHEN {column} IS NULL THEN NULL ELSE 1 END"
    return column


def listed(parts: Sequence[str]) -> str:
    """Parts of a SELECT."""
    return ", ".join(parts)
