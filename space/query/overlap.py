"""Several base aggregates in one query: which may stand beside one another.

Decides that two answers about the same units come from the same rows, one a total of the other, so that
complementary suppression can be applied; everything else is refused.
"""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from space.query.plan import Block
from space.query.proofs import Relation
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


def margins(made: list[Block], relations: dict[str, Relation]) -> tuple[tuple[int, int], ...]:
    """Pairs (total, part) of threshold blocks whose cells add up.

    Raises:
        Refused: two blocks are about the same units in any other way.
    """
    found = []
    for first, a in enumerate(made):
        for second in range(first + 1, len(made)):
            b = made[second]
            if (
                not _compared(a)
                or not _compared(b)
                or not _kinds(relations[a.name]) & _kinds(relations[b.name])
            ):
                continue
            keys_a, keys_b = {k.sql for k in a.keys}, {k.sql for k in b.keys}
            same_rows = (a.from_sql, a.where_sql) == (b.from_sql, b.where_sql) and _same_figures(a, b)
            if same_rows and keys_a < keys_b:
                found.append((first, second))
            elif same_rows and keys_b < keys_a:
                found.append((second, first))
            else:
                raise Refused("query.overlap")
    return tuple(found)


def _compared(block: Block) -> bool:
    return block.kind == "threshold" and not block.keys_only


def _same_figures(a: Block, b: Block) -> bool:
    """Whether both rest on the same conditions and forms of values: only then do parts add up to a total.

    A condition of one alone would leave a rest between total and parts that nobody has judged.
    """
    return _conditions(a) == _conditions(b) and _values(a) == _values(b)


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
