"""The query-set audit of threshold mode: what an organisation was told before, and what it is compared with.

Decides which base blocks answered before a block of a plan is compared with, and writes down their
conditions and group columns. Every block counts of which a cell can be seen, also one whose cells are only
listed or counted. Never holds a unit, a row or a figure. What of a cell may then show is judged in the
worker (:mod:`space.engines.auditing.audit`).

Source: architecture, the way of a query; auditing of query sets (Chin and Özsoyoğlu 1982, IEEE TSE 8(6)).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from contracts.canonical import digest
from space.query.auditing.former import Asked, Former, Sample
from space.query.auditing.grid import COLUMN, columns_in, few, grid, merged, renamed
from space.query.auditing.spanning import spanning
from space.query.auditing.widened import in_our_words

if TYPE_CHECKING:
    from space.query.plan import Block, Plan

# Public values up to which a key that is no plain column may leave all rows in one group.
FEW_VALUES: Final = 24
# More than anybody writes into a query; a key whose labels are not listed has more.
_MOST_LABELS: Final = 100_000
# Stands before a column that only keys that are conditions read.
_CONDITION: Final = "?"


@dataclass(frozen=True, slots=True)
class Record:
    """What is kept of an answered block: see ``audited_blocks`` in the store.

    Attributes:
        kinds: of the units it is about.
        columns: what it groups by, as ``dataset.column``, sorted; with a mark where only keys that are
            conditions read it.
        datasets: it reads, sorted.
        body: conditions, group columns and relation, as plain data.
    """

    kinds: tuple[str, ...]
    columns: tuple[str, ...]
    datasets: tuple[str, ...]
    body: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """Equal for blocks that ask the same of the same rows."""
        return digest(self.body)


def audited(plan: Plan) -> tuple[Block, ...]:
    """The blocks of a plan of which something shows that rests on units and is not noisy.

    Which groups have k units is an answer too: of a list of groups, and of what is counted of them.
    """
    return tuple(b for b in plan.blocks if b.kind == "threshold" and (b.keys or b.aggregates))


def record(block: Block, k: int) -> Record:
    """What is kept of a block once it is paid for."""
    proofs = [p for p in block.proofs if p.of_units]
    conditional = _conditional(block)
    columns = _stated([key.sql for key in block.keys], conditional, dict(block.scans))
    body = {
        "k": k,
        "from": block.open_sql,
        "scans": [list(scan) for scan in block.scans],
        "keys": [key.sql for key in block.keys],
        "labelled": [key.sql for key in block.keys if key.name in block.labelled],
        "conditional": sorted(conditional),
        "asked": [asdict(asked) for asked in asked_by(block).values()],
        "proofs": [[p.kind, p.unit, p.number] for p in proofs],
        "alone": [p.alone for p in proofs],
        "samples": [asdict(sample) for sample in block.samples],
    }
    datasets = tuple(sorted({dataset for _, dataset in block.scans}))
    rows = f"row of {' '.join(datasets)}"
    kinds = {rows if p.kind == "row" else p.kind for p in proofs} or {rows}
    return Record(tuple(sorted(kinds)), tuple(sorted(columns)), datasets, body)


def asked_by(block: Block) -> dict[int, Asked]:
    """What the figures of a block rest on, by condition: row filter, WHERE and the condition together.

    What is left of the cell beside a condition follows by subtraction, so it was asked as well: it stands
    under the condition's negative place. Without figures it is asked which cells there are.
    """
    made: dict[int, Asked] = {}
    for place in sorted({a.condition for a in block.aggregates} or {0}):
        parts = [block.filter_sql, block.where_sql, block.conditions[place].sql]
        stated = [part for part in parts if part and part != "TRUE"]
        values = {
            v for a in block.aggregates if a.condition == place for v in a.values if a.operation != "units"
        }
        sql = " AND ".join(f"({part})" for part in stated) or "TRUE"
        told = {v for a in block.aggregates if a.condition == place for v in a.values}
        made[place] = Asked(
            sql, tuple(sorted(values)), not block.aggregates, place, tuple(sorted(told - values))
        )
    for place in [p for p in made if p and 0 in made]:
        rest = f"({made[0].sql}) AND ({block.conditions[place].sql}) IS NOT TRUE"
        values = {*made[0].values} & {*made[place].values}
        made[-place] = Asked(rest, tuple(sorted(values)), place=-place)
    return made


def compared(
    block: Block,
    records: Iterable[Mapping[str, Any]],
    at_most: int,
    beside: Mapping[str, str] | None = None,
) -> tuple[Former, ...]:
    """The formers of a block, the newest first.

    Args:
        block: of the plan.
        records: bodies of records of the same organisation and unit kind, the newest first.
        at_most: how many with its group columns; as many each with more or fewer, others, further datasets.
        beside: further datasets that may be opened to compare, each with its release.
    """
    ours = _stated([key.sql for key in block.keys], _conditional(block), dict(block.scans))
    found: dict[str, list[Former]] = {"same": [], "nested": [], "other": [], "further": []}
    here = {dataset for _, dataset in block.scans}
    seen: set[str] = set()
    for body in records:
        conditional = frozenset(body.get("conditional", body["labelled"]))
        how = related(ours, _stated(body["keys"], conditional, dict(body["scans"])))
        further = not {dataset for _, dataset in body["scans"]} <= here
        into = found["further" if further else how]
        if len(into) >= at_most or digest(body) in seen:
            continue
        former = _former(block, body, beside or {})
        if former is not None:
            seen.add(digest(body))
            into.append(former)
    return tuple(former for kind in found.values() for former in kind)


def related(ours: Collection[str], theirs: Collection[str]) -> Literal["same", "nested", "other"]:
    """How the group columns of two blocks stand to one another.

    Columns that only conditions read tell no group columns apart. Blocks by other columns are compared as
    well: what the one groups by may be held to one value by the conditions of the other.

    Args:
        ours: as :attr:`Record.columns` has them.
        theirs: of the other block.
    """
    found: Literal["nested", "other"] = "other"
    for one, other in ((_plain(ours), _plain(theirs)), (_read(ours), _read(theirs))):
        if one == other:
            return "same"
        if one < other or other < one:
            found = "nested"
    return found


def _plain(columns: Collection[str]) -> set[str]:
    return {c for c in columns if not c.startswith(_CONDITION)}


def _read(columns: Collection[str]) -> set[str]:
    return {c.removeprefix(_CONDITION) for c in columns}


def _stated(keys: Iterable[str], conditional: Collection[str], scans: Mapping[str, str]) -> set[str]:
    """The columns that keys read, marked where a key is but a condition."""
    return {
        f"{_CONDITION if sql in conditional else ''}{column}"
        for sql in keys
        for column in _columns(sql, scans)
    }


def _conditional(block: Block) -> frozenset[str]:
    """Keys that are conditions, labels or few public values: they can leave all rows in one group."""
    labels = dict(zip(block.labelled, block.labels, strict=True))
    return frozenset(
        key.sql
        for key in block.keys
        if 0 < labels.get(key.name, 0) <= _MOST_LABELS
        or (key.domain is not None and key.domain.size <= (1 if COLUMN.fullmatch(key.sql) else FEW_VALUES))
    )


def _former(block: Block, body: Mapping[str, Any], beside: Mapping[str, str]) -> Former | None:
    """The former of a record; None where the two have no rows in common that could be told."""
    said = in_our_words(block, body)
    if said is None:
        return _spanned(block, body, beside) or _elsewhere(block, body)
    asked = tuple(Asked.from_document(a) for a in said["asked"])
    samples = tuple(Sample.from_document(s) for s in said["samples"])
    keys = tuple(said["keys"])
    own = {key.sql: key.name for key in block.keys}
    common = [key for key in block.keys if key.sql in keys]
    alone = {*own, *keys} - {key.sql for key in common}
    labelled = {*said["labelled"], *(key.sql for key in block.keys if key.name in block.labelled)}
    nested = set(keys) <= set(own) or set(own) <= set(keys)
    both = merged([*block.samples, *samples])
    tried = grid([(k.sql, k.name) for k in common], [*asked_by(block).values(), *asked], both)
    return Former(
        block=block.name,
        k=int(body["k"]),
        keys=keys,
        asked=asked,
        grid_sql=tried[0],
        grid_keys=tried[1],
        zero=nested and not alone & labelled,
        few=few(block, keys, both),
        samples=samples,
        loose=_loose(block, said),
    )


def _loose(block: Block, body: Mapping[str, Any]) -> bool:
    """Whether the two are compared only because some of their keys are conditions."""
    ours = {c for key in block.keys for c in _columns(key.sql, dict(block.scans))}
    theirs = {c for sql in body["keys"] for c in _columns(sql, dict(body["scans"]))}
    return not (ours <= theirs or theirs <= ours)


def _spanned(block: Block, body: Mapping[str, Any], beside: Mapping[str, str]) -> Former | None:
    """A former that joins other tables, in a relation in which the rows of both stand."""
    found = spanning(block, body)
    if found is None or not found.alone or not set(found.more) <= set(beside):
        return None
    asked = [Asked.from_document(one) for one in found.body["asked"]]
    if found.theirs:
        asked = [
            replace(one, sql=found.theirs + (f" AND ({one.sql})" if one.sql != "TRUE" else ""))
            for one in asked
        ]
    return Former(
        block=block.name,
        k=int(body["k"]),
        keys=tuple(found.body["keys"]),
        asked=tuple(asked),
        samples=tuple(Sample.from_document(s) for s in found.body["samples"]),
        loose=_loose(block, found.body),
        open_sql=found.open_sql,
        present=found.ours,
        alone=found.alone,
        more=tuple((dataset, beside[dataset]) for dataset in found.more),
    )


def _elsewhere(block: Block, body: Mapping[str, Any]) -> Former | None:
    """A former over another relation with rows of the same table, by the same keys."""
    asked = tuple(Asked.from_document(a) for a in body["asked"])
    samples = tuple(Sample.from_document(s) for s in body["samples"])
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
        samples=samples,
    )
    if not _keeps_rows(block.open_sql, str(body["from"])):
        return former
    both = merged([*block.samples, *samples])
    tried = grid([(k.sql, k.name) for k in block.keys], [*asked_by(block).values(), *asked], both)
    return replace(former, grid_sql=tried[0], grid_keys=tried[1], zero=True)


def _keeps_rows(one: str, other: str) -> bool:
    """Whether one relation is the other with LEFT JOINs behind it, which take no row away."""
    short, long = sorted((one, other), key=len)
    more = long.removeprefix(short)
    return more != long and more.startswith(" LEFT JOIN ") and " INNER JOIN " not in more


def _columns(sql: str, scans: Mapping[str, str]) -> set[str]:
    return {f"{scans[scan]}.{column}" for scan, column in columns_in(sql) if scan in scans}


def _named(sql: str, scans: Mapping[str, str]) -> str:
    """The SQL with tables by their dataset."""
    return renamed(sql, lambda scan, column: f'"{scans.get(scan, scan)}"."{column}"')
