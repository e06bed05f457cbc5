"""Several base aggregates in one query: which may stand beside one another.

Decides that answers about the same units come from the same rows, as levels of one table, so that
complementary suppression can be applied; everything else is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf, prod

from sqlglot import exp, parse_one

from space.query.grammar.columns import plain
from space.query.grammar.written import DUCKDB, written
from space.query.plan import Block
from space.query.planning.proofs import Relation
from space.query.reasons import Refused


def merge_equal(tree: exp.Query, made: list[Block]) -> tuple[exp.Query, list[Block]]:
    """One block for equal ones, so that an answer written twice is made once."""
    kept: list[Block] = []
    renamed: dict[str, str] = {}
    for block in made:
        twin = next((b for b in kept if replace(block, name=b.name) == b and block.kind == "threshold"), None)
        if twin is None:
            kept.append(block)
        else:
            renamed[block.name] = twin.name
    for node in list(tree.find_all(exp.Table)):
        if node.name in renamed:
            alias = node.alias or node.name
            node.replace(exp.alias_(exp.to_table(renamed[node.name]), alias, table=True))
    return tree, kept


@dataclass(frozen=True, slots=True)
class Families:
    """Blocks over the same rows, told by how their cells relate: see :class:`space.query.plan.Plan`."""

    margins: tuple[tuple[int, int], ...] = ()
    covered: tuple[tuple[int, int], ...] = ()


def families(made: list[Block], relations: dict[str, Relation]) -> Families:
    """How the cells of the threshold blocks relate; where a finest level is missing it is added.

    Blocks over the same rows are levels of one table. The longest chain of levels, each made of the next,
    is a tree of totals and parts, of which complementary suppression can be shown to be enough. Every
    other level shows only what the finest shows anyway; so do all, where there are several conditions.

    Raises:
        Refused: two blocks are about the same units and are no levels of one table.
    """
    margins: list[tuple[int, int]] = []
    covered: list[tuple[int, int]] = []
    for group in _groups(made, relations):
        finest = _finest(made, group, relations)
        chain = _chain(made, finest, group) if _one_condition(made[finest]) else [finest]
        margins += [(total, part) for part, total in pairwise(chain)]
        covered += [(place, finest) for place in group if place not in chain]
    return Families(tuple(sorted(margins)), tuple(sorted(covered)))


def _groups(made: list[Block], relations: dict[str, Relation]) -> list[list[int]]:
    """Positions of blocks over the same rows, where there are several."""
    groups: list[list[int]] = []
    for place, block in enumerate(made):
        if block.kind != "threshold":
            continue
        kinds = _kinds(relations[block.name])
        if any(
            kinds & _kinds(relations[b.name]) and not _same_rows(block, b) for b in _of_groups(made, block)
        ):
            raise Refused("query.overlap")
        if block.keys_only:
            continue
        near = [g for g in groups if any(kinds & _kinds(relations[made[p].name]) for p in g)]
        if any(not _same(block, made[p]) for g in near for p in g):
            raise Refused("query.overlap")
        groups = [g for g in groups if g not in near] + [[p for g in near for p in g] + [place]]
    for group in groups:
        # Sums of one level alone add up to nothing; sums of some levels would be judged past the others.
        summed = sum(bool(_values(made[p])) for p in group)
        if summed not in (0, 1, len(group)):
            raise Refused("query.overlap")
    levels = [group for group in groups if len(group) > 1]
    if any(_picked([made[p] for p in group]) for group in levels):
        raise Refused("query.grouping_sets")
    return levels


def _picked(group: list[Block]) -> bool:
    """Whether WHERE asks something else of some groups than of others.

    A group of which it asks for few rows is withheld together with another; one of which it finds none is
    not there: beside their total the two would differ.
    """
    keys = {_columns(parse_one(key.sql, read=DUCKDB)) for block in group for key in block.keys}
    grouped = frozenset[str]().union(*keys)
    asked = (_columns(part) for part in _conjuncts(group[0]))
    return any(len(columns) > 1 and columns & grouped for columns in asked)


def _columns(node: exp.Expr) -> frozenset[str]:
    return frozenset(written(column) for column in node.find_all(exp.Column))


def _of_groups(made: list[Block], block: Block) -> list[Block]:
    """The other blocks, where it or they tell which groups have k units: of other rows, that is a figure."""
    telling = [b for b in made if b.kind == "threshold" and (b.keys or b.aggregates)]
    return [b for b in telling if block.keys_only or (b.keys_only and (block.keys or block.aggregates))]


def _same_rows(a: Block, b: Block) -> bool:
    """Whether both read the same rows; that a value which is only counted is there goes without saying."""
    if a.from_sql != b.from_sql:
        return False
    stated = {f"NOT {block.keys[-1].sql} IS NULL" for block in (a, b) if block.keys_only}
    return a.where_sql == b.where_sql or _parts(a) - stated == _parts(b) - stated


def _parts(block: Block) -> set[str]:
    return {written(part) for part in _conjuncts(block)}


def _conjuncts(block: Block) -> list[exp.Expr]:
    """What WHERE joins by AND."""
    if not block.where_sql:
        return []
    pending, found = [parse_one(block.where_sql, read=DUCKDB)], list[exp.Expr]()
    while pending:
        part = plain(pending.pop())
        if isinstance(part, exp.And):
            pending += [part.this, part.expression]
        else:
            found.append(part)
    return found


def _same(a: Block, b: Block) -> bool:
    """Whether both rest on the same rows, conditions and forms of values: only then do parts add up.

    A condition of one alone would leave a rest between total and parts that nobody has judged. Beside a
    second condition all figures must be the same: then every total is made of figures that show.
    """
    if not _same_rows(a, b) or _conditions(a) != _conditions(b):
        return False
    if not _one_condition(a):
        return _figures(a) == _figures(b)
    return _values(a) == _values(b) or not _values(a) or not _values(b)


def _one_condition(block: Block) -> bool:
    """Whether figures rest on one condition at most beside the cells themselves."""
    return len(_conditions(block) - {"TRUE"}) <= 1


def _figures(block: Block) -> set[tuple[str, tuple[str, ...], str]]:
    return {(a.operation, a.values, block.conditions[a.condition].sql) for a in block.aggregates}


def _finest(made: list[Block], group: list[int], relations: dict[str, Relation]) -> int:
    """The block with every key of the group; added, to be judged and not shown, where the query has none."""
    keys = {key.sql: key for place in group for key in made[place].keys}
    for place in group:
        if len(made[place].keys) == len(keys):
            return place
    renamed = tuple(replace(key, name=f"k{i}") for i, key in enumerate(keys.values()))
    model = min((made[place] for place in group), key=lambda block: len(_values(block)))
    added = replace(model, name=f"_f{len(made)}", keys=renamed)
    relations[added.name] = relations[model.name]
    made.append(added)
    group.append(len(made) - 1)
    return group[-1]


def _chain(made: list[Block], finest: int, group: list[int]) -> list[int]:
    """From the finest level up, each made of the former; of equals the one with the smaller public domain."""

    def size(place: int) -> float:
        return prod(key.domain.size if key.domain is not None else inf for key in made[place].keys)

    chain = [finest]
    while True:
        here = {key.sql for key in made[chain[-1]].keys}
        above = [p for p in group if {key.sql for key in made[p].keys} < here]
        if not above:
            return chain
        chain.append(min(above, key=lambda p: (-len(made[p].keys), size(p), p)))


def _conditions(block: Block) -> set[str]:
    return {block.conditions[a.condition].sql for a in block.aggregates}


def _values(block: Block) -> set[tuple[str, ...]]:
    return {a.values for a in block.aggregates if a.operation != "count"}


def _kinds(relation: Relation) -> set[str]:
    """Kinds of unit behind the rows; rows of a table without any are units of its own kind."""
    return {
        kind
        for t in relation.scans.values()
        for kind in ({u.kind for u in t.units} | set(t.derived_from) or {f"row of {t.name}"})
    }
