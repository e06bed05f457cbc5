"""One relation in which the rows of two stand, though each joins tables that the other does not.

Decides when there is one: both read a table of which no join gives a row more than one partner. Every join of
either is hung on it as a LEFT JOIN, which takes no row away and adds none; a row is of one side where all
partners are there that its inner joins ask for. So cells by any keys, totals and parts are compared row by
row. Reads what the compiler wrote; looks at no row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from space.query.auditing.grid import columns_in
from space.query.auditing.widened import joined, of_relation, renamed_body

if TYPE_CHECKING:
    from space.query.plan import Block, Method

_PIECE: Final = re.compile(
    r'(?:(?P<kind>LEFT|INNER) JOIN )?(?P<table>.*?AS "(?P<scan>t\d+)")(?: ON (?P<on>[^()]*))?', re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Spanning:
    """The relation, and what tells whose its rows are.

    Attributes:
        open_sql: the relation.
        ours, theirs: condition that a row is of the plan's block, or of the former; empty where all are.
        body: record of the former, by the names of the relation.
        alone: of every proof of units that both sides have, its place in the block and what proves any rows.
        more: datasets that the former alone reads.
    """

    open_sql: str
    ours: str
    theirs: str
    body: Mapping[str, Any]
    alone: tuple[tuple[int, Method], ...]
    more: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Join:
    """One join, seen from the table that is there already."""

    near: str
    scan: str
    table: str
    pairs: tuple[tuple[str, str], ...]
    inner: bool

    @property
    def sql(self) -> str:
        on = " AND ".join(f'"{self.near}"."{a}" = "{self.scan}"."{b}"' for a, b in self.pairs)
        return f" LEFT JOIN {self.table} ON {on}"

    @property
    def present(self) -> str:
        return f'NOT "{self.scan}"."{self.pairs[0][1]}" IS NULL'


def spanning(block: Block, body: Mapping[str, Any]) -> Spanning | None:
    """The relation that spans those of a block and of a former one; None where there is none.

    Args:
        block: of the plan.
        body: record of the former.
    """
    theirs = {str(dataset): str(scan) for scan, dataset in body["scans"]}
    ours = {dataset: scan for scan, dataset in block.scans}
    if len(ours) < len(block.scans) or len(theirs) < len(body["scans"]):
        return None  # of a table that is read twice no row stands once
    for dataset, here in ours.items():
        there = theirs.get(dataset, "")
        if there and _stands_once(_methods(block), here) and _stands_once(_methods(body), there):
            found = _hung_on(block, body, here, there)
            if found is not None:
                return found
    return None


def _methods(of: Block | Mapping[str, Any]) -> dict[tuple[str, str], Method]:
    """What proves the units of a kind in any rows, by kind and column."""
    if isinstance(of, Mapping):
        told = of.get("alone", ["exact"] * len(of["proofs"]))
        return {(kind, unit): how for (kind, unit, _), how in zip(of["proofs"], told, strict=True)}
    return {(proof.kind, proof.unit): proof.alone for proof in of.proofs if proof.of_units}


def _stands_once(methods: Mapping[tuple[str, str], Method], scan: str) -> bool:
    """Whether no join gives a row of a table more than one partner."""
    return any(how != "exact" and _scan_of(unit) == scan for (_, unit), how in methods.items())


def _scan_of(unit: str) -> str:
    return next((scan for scan, _ in columns_in(unit)), "")


def _hung_on(block: Block, body: Mapping[str, Any], here: str, there: str) -> Spanning | None:
    mine, others = _hung(block.open_sql, here), _hung(str(body["from"]), there)
    names = {there: here}
    if mine is None or others is None or of_relation(others[0], names) != mine[0]:
        return None
    added, fresh = list[_Join](), 1 + max(int(scan[1:]) for scan, _ in block.scans)
    for join in others[1]:
        near = names[join.near]
        same = next((each for each in mine[1] if _same(join, each, near, names)), None)
        names[join.scan] = f"t{fresh + len(added)}" if same is None else same.scan
        if same is None:
            table = of_relation(join.table, names)
            added.append(replace(join, near=near, scan=names[join.scan], table=table))
    present = [replace(join, scan=names[join.scan]).present for join in others[1] if join.inner]
    told = renamed_body(body, names)
    return Spanning(
        open_sql=mine[0] + "".join(join.sql for join in (*mine[1], *added)),
        ours=" AND ".join(f"({join.present})" for join in mine[1] if join.inner),
        theirs=" AND ".join(f"({condition})" for condition in present),
        body={**told, "proofs": [[kind, of_relation(unit, names), n] for kind, unit, n in body["proofs"]]},
        alone=_of_both(block, body, names),
        more=tuple(
            sorted({dataset for _, dataset in body["scans"]} - {dataset for _, dataset in block.scans})
        ),
    )


def _of_both(
    block: Block, body: Mapping[str, Any], names: Mapping[str, str]
) -> tuple[tuple[int, Method], ...]:
    """The proofs of the block of which the former has one for the same column."""
    theirs = {(kind, of_relation(unit, names)): how for (kind, unit), how in _methods(body).items()}
    found = list[tuple[int, "Method"]]()
    for j, proof in enumerate(block.proofs):
        how = theirs.get((proof.kind, proof.unit)) if proof.of_units else None
        if how is not None:
            found.append((j, "exact" if how == "exact" else proof.alone))
    return tuple(found)


def _same(join: _Join, ours: _Join, near: str, names: Mapping[str, str]) -> bool:
    """Whether a join of theirs is one of ours: the same table, hung on the same one by the same columns."""
    if ours.near != near or ours.pairs != join.pairs or ours.scan in names.values():
        return False
    return of_relation(join.table, {**names, join.scan: ours.scan}) == ours.table


def _hung(relation: str, base: str) -> tuple[str, Sequence[_Join]] | None:
    """The table of a name in a relation, and all joins as they lead away from it; None where one cannot."""
    tables, waiting = dict[str, str](), list[_Join]()
    for piece in joined(relation):
        found = _PIECE.fullmatch(piece)
        if found is None:
            return None
        tables[found["scan"]] = found["table"]
        if found["kind"]:
            waiting.append(_join(found["scan"], found["on"] or "", inner=found["kind"] == "INNER"))
    placed, joins = {base}, list[_Join]()
    while waiting:
        following = next((each for each in waiting if (each.near in placed) != (each.scan in placed)), None)
        if following is None:
            return None
        waiting.remove(following)
        if following.near not in placed:
            if not following.inner:
                return None  # rows of the other table stand there without this one
            turned = tuple((b, a) for a, b in following.pairs)
            following = replace(following, near=following.scan, scan=following.near, pairs=turned)
        placed.add(following.scan)
        joins.append(replace(following, table=tables[following.scan]))
    return tables[base], joins


def _join(scan: str, on: str, *, inner: bool) -> _Join:
    columns = columns_in(on)
    sides = [(one, other) for one, other in zip(columns[::2], columns[1::2], strict=True)]
    sides = [(one, other) if other[0] == scan else (other, one) for one, other in sides]
    pairs = tuple(sorted((one[1], other[1]) for one, other in sides))
    return _Join(sides[0][0][0], scan, "", pairs, inner)
