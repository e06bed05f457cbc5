"""The query-set audit of threshold mode: what an organisation was told before, and what it is compared with.

Decides which base blocks answered before a block of a plan is compared with, and writes down their
conditions and group columns. Never holds a unit, a row or a figure. What of a cell may then show is judged
in the worker (:mod:`space.engines.audit`).

Source: architecture, the way of a query; auditing of query sets (Chin and Özsoyoğlu 1982, IEEE TSE 8(6)).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from math import prod
from typing import TYPE_CHECKING, Any, Final, Literal

from contracts.canonical import digest

if TYPE_CHECKING:
    from space.query.plan import Block, Plan

# Combinations of values tried to see whether two conditions can differ at all.
MAX_COMBINATIONS: Final = 20_000

COLUMN: Final = re.compile(r'"(t\d+)"\."((?:[^"]|"")+)"')
# Stands in a grid for the cells of the answer, whose keys are values too.
CELLS: Final = "_cells"


@dataclass(frozen=True, slots=True)
class Sample:
    """Values of a column that can make conditions over it differ, known without looking at any row.

    Attributes:
        column: SQL of the column.
        kind: ``listed`` where its values are public or few, ``text`` and ``number`` where only constants
            count, else ``unknown``.
        listed, size: SELECT giving them, and how many.
        constants: that conditions compare it with.
    """

    column: str
    kind: Literal["listed", "text", "number", "unknown"]
    listed: str = ""
    size: int = 0
    constants: tuple[str, ...] = ()

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Sample:
        """The sample as it was written down."""
        return cls(**{**document, "constants": tuple(document["constants"])})


@dataclass(frozen=True, slots=True)
class Asked:
    """Rows that figures of a block rest on.

    Attributes:
        sql: condition over the relation, true on these rows.
        values: SQL of what was summed over them.
    """

    sql: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Former:
    """A block answered before, as a block of the plan is compared with it.

    Attributes:
        block: name of the block of the plan.
        k: fewest units its cells showed with.
        keys: SQL of its group columns.
        asked: what its figures rest on.
        from_sql: its relation; empty where it is that of the block of the plan.
        units: where the relations differ, (position of the proof, unit, row number) of the rows both have.
        grid_sql: SELECT of combinations of values with p0, p1, … for the block of the plan and q0, q1, … for
            what was asked; empty where it cannot be worked out.
        grid_keys: names of the keys the grid has.
        zero: whether rows that differ but are none may be left out of account, as far as the keys go.
        few: whether the columns that keys and conditions read have few combinations of values, all public.
    """

    block: str
    k: int
    keys: tuple[str, ...]
    asked: tuple[Asked, ...]
    from_sql: str = ""
    units: tuple[tuple[int, str, str], ...] = ()
    grid_sql: str = ""
    grid_keys: tuple[str, ...] = ()
    zero: bool = False
    few: bool = False

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Former:
        """The former as a plan holds it."""
        return cls(
            **{
                **document,
                "keys": tuple(document["keys"]),
                "asked": tuple(Asked(a["sql"], tuple(a["values"])) for a in document["asked"]),
                "units": tuple((int(j), unit, number) for j, unit, number in document["units"]),
                "grid_keys": tuple(document["grid_keys"]),
            }
        )


@dataclass(frozen=True, slots=True)
class Record:
    """What is kept of an answered block: see ``audited_blocks`` in the store.

    Attributes:
        kinds: of the units it is about.
        columns: what it groups by, as ``dataset.column``, sorted.
        body: conditions, group columns and relation, as plain data.
    """

    kinds: tuple[str, ...]
    columns: tuple[str, ...]
    body: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """Equal for blocks that ask the same of the same rows."""
        return digest(self.body)


def audited(plan: Plan) -> tuple[Block, ...]:
    """The blocks of a plan whose figures rest on units and are not noisy."""
    return tuple(b for b in plan.blocks if b.kind == "threshold" and not b.keys_only and b.aggregates)


def record(block: Block, k: int) -> Record:
    """What is kept of a block once it is paid for."""
    proofs = [p for p in block.proofs if p.of_units]
    columns = {c for key in block.keys for c in _columns(key.sql, dict(block.scans))}
    body = {
        "k": k,
        "from": block.open_sql,
        "scans": [list(scan) for scan in block.scans],
        "keys": [key.sql for key in block.keys],
        "labelled": [key.sql for key in block.keys if key.name in block.labelled],
        "asked": [asdict(asked) for asked in asked_by(block).values()],
        "proofs": [[p.kind, p.unit, p.number] for p in proofs],
        "samples": [asdict(sample) for sample in block.samples],
    }
    datasets = " ".join(sorted({dataset for _, dataset in block.scans}))
    kinds = {f"row of {datasets}" if p.kind == "row" else p.kind for p in proofs} or {f"row of {datasets}"}
    return Record(tuple(sorted(kinds)), tuple(sorted(columns)), body)


def asked_by(block: Block) -> dict[int, Asked]:
    """What the figures of a block rest on, by condition: row filter, WHERE and the condition together.

    What is left of the cell beside a condition follows by subtraction, so it was asked as well: it stands
    under the condition's negative place.
    """
    made: dict[int, Asked] = {}
    for place in sorted({a.condition for a in block.aggregates}):
        parts = [block.filter_sql, block.where_sql, block.conditions[place].sql]
        stated = [part for part in parts if part and part != "TRUE"]
        values = {
            v for a in block.aggregates if a.condition == place for v in a.values if a.operation != "units"
        }
        made[place] = Asked(" AND ".join(f"({part})" for part in stated) or "TRUE", tuple(sorted(values)))
    for place in [p for p in made if p and 0 in made]:
        rest = f"({made[0].sql}) AND ({block.conditions[place].sql}) IS NOT TRUE"
        made[-place] = Asked(rest, tuple(sorted({*made[0].values} & {*made[place].values})))
    return made


def compared(block: Block, records: Iterable[Mapping[str, Any]], at_most: int) -> tuple[Former, ...]:
    """The formers of a block, the newest first.

    Args:
        block: of the plan.
        records: bodies of records of the same organisation and unit kind, the newest first.
        at_most: how many of those that share its group columns; as many again of those that have more or
            fewer of them.
    """
    ours = {c for key in block.keys for c in _columns(key.sql, dict(block.scans))}
    same: list[Former] = []
    nested: list[Former] = []
    seen: set[str] = set()
    for body in records:
        theirs = {c for sql in body["keys"] for c in _columns(sql, dict(body["scans"]))}
        into = same if theirs == ours else nested if theirs < ours or ours < theirs else None
        if into is None or len(into) >= at_most or digest(body) in seen:
            continue
        former = _former(block, body)
        if former is not None:
            seen.add(digest(body))
            into.append(former)
    return (*same, *nested)


def _former(block: Block, body: Mapping[str, Any]) -> Former | None:
    """The former of a record; None where the two have no rows in common that could be told."""
    asked = tuple(Asked(a["sql"], tuple(a["values"])) for a in body["asked"])
    keys = tuple(body["keys"])
    if body["from"] != block.open_sql:
        return _elsewhere(block, body, asked)
    own = {key.sql: key.name for key in block.keys}
    common = [key for key in block.keys if key.sql in keys]
    alone = {*own, *keys} - {key.sql for key in common}
    labelled = {*body["labelled"], *(key.sql for key in block.keys if key.name in block.labelled)}
    nested = set(keys) <= set(own) or set(own) <= set(keys)
    merged = _merged([*block.samples, *(Sample.from_document(s) for s in body["samples"])])
    grid = _grid([(k.sql, k.name) for k in common], list(asked_by(block).values()), asked, merged)
    return Former(
        block=block.name,
        k=int(body["k"]),
        keys=keys,
        asked=asked,
        grid_sql=grid[0],
        grid_keys=grid[1],
        zero=nested and not alone & labelled,
        few=_few(block, keys, merged),
    )


def _few(block: Block, keys: Iterable[str], samples: Mapping[str, Sample]) -> bool:
    """Whether conditions can be looked at once a combination of values instead of once a row."""
    # Without constants it is asked only whether the value is there.
    plenty = MAX_COMBINATIONS + 1
    size = prod(s.size if s.kind == "listed" else plenty if s.constants else 2 for s in samples.values())
    bare = {key.sql: key.domain.size for key in block.keys if key.domain is not None}
    for sql in {*keys, *(key.sql for key in block.keys)} - set(samples):
        size *= bare.get(sql, plenty) if COLUMN.fullmatch(sql) else plenty
    return len(block.scans) == 1 and size <= MAX_COMBINATIONS


def _elsewhere(block: Block, body: Mapping[str, Any], asked: tuple[Asked, ...]) -> Former | None:
    """A former over another relation with rows of the same table, by the same keys."""
    here, there = dict(block.scans), dict(body["scans"])
    if not set(there.values()) <= set(here.values()):
        return None  # the plan cannot read what the former rests on
    by_name = {_named(sql, there): sql for sql in body["keys"]}
    if set(by_name) != {_named(key.sql, here) for key in block.keys}:
        return None
    stood = {(kind, _named(unit, there)): (unit, number) for kind, unit, number in body["proofs"]}
    units = tuple(
        (j, *stood[p.kind, _named(p.unit, here)])
        for j, p in enumerate(block.proofs)
        if p.of_units and (p.kind, _named(p.unit, here)) in stood and p.number != "1"
    )
    if not units:
        return None
    former = Former(
        block=block.name,
        k=int(body["k"]),
        keys=tuple(by_name[_named(key.sql, here)] for key in block.keys),
        asked=asked,
        from_sql=str(body["from"]),
        units=units,
    )
    if not _keeps_rows(block.open_sql, str(body["from"])):
        return former
    merged = _merged([*block.samples, *(Sample.from_document(s) for s in body["samples"])])
    grid = _grid([(k.sql, k.name) for k in block.keys], list(asked_by(block).values()), asked, merged)
    return replace(former, grid_sql=grid[0], grid_keys=grid[1], zero=True)


def _keeps_rows(one: str, other: str) -> bool:
    """Whether one relation is the other with LEFT JOINs behind it, which take no row away."""
    short, long = sorted((one, other), key=len)
    more = long.removeprefix(short)
    return more != long and more.startswith(" LEFT JOIN ") and " INNER JOIN " not in more


def _columns(sql: str, scans: Mapping[str, str]) -> set[str]:
    return {f"{scans[scan]}.{column}" for scan, column in COLUMN.findall(sql) if scan in scans}


def _named(sql: str, scans: Mapping[str, str]) -> str:
    """The SQL with tables by their dataset."""
    return COLUMN.sub(lambda m: f'"{scans.get(m[1], m[1])}"."{m[2]}"', sql)


def _merged(samples: Iterable[Sample]) -> dict[str, Sample]:
    """One sample a column, with the constants of all."""
    found: dict[str, Sample] = {}
    for sample in samples:
        known = found.get(sample.column)
        if known is None or (known.kind != sample.kind and sample.kind == "unknown"):
            found[sample.column] = sample
        elif known.kind == sample.kind:
            constants = tuple(sorted({*known.constants, *sample.constants}))
            found[sample.column] = replace(known, constants=constants)
    return found


def _grid(
    keys: list[tuple[str, str]], ours: list[Asked], theirs: tuple[Asked, ...], samples: Mapping[str, Sample]
) -> tuple[str, tuple[str, ...]]:
    """Combinations of values with the conditions they meet, by those common keys that conditions read.

    Missing values are left out: whether any value is missing is not hidden. Empty where a column's values
    cannot be told, or are too many.
    """
    read = [s for c, s in sorted(samples.items()) if any(c in asked.sql for asked in (*ours, *theirs))]
    shown = [(sql, name) for sql, name in keys if any(s.column in sql for s in read)]
    bare = {sql: name for sql, name in shown if any(sql == s.column for s in read)}
    derived = [s for s in read if any(s.column in sql for sql, _ in shown if sql not in bare)]
    sources: dict[str, list[str]] = {}
    size = 1
    for sample in read:
        found = COLUMN.fullmatch(sample.column)
        values, number = _values(sample)
        if found is None or not values or (sample in derived and sample.kind != "listed"):
            return "", ()
        scan, column = found.groups()
        if sample.column in bare:
            values = f'SELECT DISTINCT {bare[sample.column]} AS v FROM "{CELLS}"'
            sources.setdefault(scan, []).append(f'(SELECT v AS "{column}" FROM ({values}) AS d)')
            continue
        size *= number
        sources.setdefault(scan, []).append(
            f'(SELECT v AS "{column}" FROM ({values}) AS d WHERE v IS NOT NULL)'
        )
    if size > MAX_COMBINATIONS:
        return "", ()
    columns = [f"{sql} AS {name}" for sql, name in shown]
    columns += [f"({a.sql}) IS TRUE AS p{i}" for i, a in enumerate(ours)]
    columns += [f"({a.sql}) IS TRUE AS q{i}" for i, a in enumerate(theirs)]
    tables = [
        f'(SELECT * FROM {" CROSS JOIN ".join(f"{s} AS s{i}" for i, s in enumerate(made))}) AS "{scan}"'
        for scan, made in sources.items()
    ]
    source = f" FROM {' CROSS JOIN '.join(tables)}" if tables else ""
    return f"SELECT DISTINCT {', '.join(columns)}{source}", tuple(name for _, name in shown)


def _values(sample: Sample) -> tuple[str, int]:
    """SELECT of a sample's values and how many there are; empty where they cannot be told."""
    if sample.kind == "listed":
        return sample.listed, sample.size
    if sample.kind == "text":
        # No value of a contract begins so: it stands for every other text.
        texts = [f"'{text.replace(chr(39), chr(39) * 2)}'" for text in (*sample.constants, "\u25a1")]
        return f"SELECT DISTINCT v FROM (VALUES {', '.join(f'({t})' for t in texts)}) AS c(v)", len(texts)
    if sample.kind == "number":
        near = [f"{sign}{step}" for step in sample.constants or ("0",) for sign in ("", "-")]
        steps = [f"{step}{more}" for step in near for more in ("", " - 1", " + 1")]
        return f"SELECT DISTINCT v FROM (VALUES {', '.join(f'({s})' for s in steps)}) AS c(v)", len(steps)
    return "", 0
