"""Group sizes that owner and grant ask for, as proofs of a block, and what becomes of smaller groups.

Decides from the rules of the tables a block reads, the strictest of each. In differentially private answers
a size is the least noisy count on which a key shows that is not public; noise protects all other groups.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from math import prod

from policies.composition import strictest
from policies.protection import SmallGroups, TableRule
from space.query.plan import GROUP_SIZE, Block, Method, Proof
from space.query.planning.proofs import Relation
from space.query.reasons import Refused


def sized(proofs: tuple[Proof, ...], relation: Relation, conditions: int) -> tuple[Proof, ...]:
    """The proofs with those that rules ask for: rows of a group, distinct values of a field.

    Args:
        proofs: of the units.
        relation: what is read.
        conditions: how many the block has.

    Raises:
        Refused: a field asked for has no stored form.
    """
    asked = _strictest(relation)
    made = list(proofs)
    rows: tuple[Method, ...] = tuple("key" for _ in range(conditions))
    values: tuple[Method, ...] = tuple("exact" for _ in range(conditions))
    if asked.min_group:
        made.append(Proof(f"{GROUP_SIZE}rows", "1", "1", rows, asked.min_group))
    for name, table in relation.scans.items():
        for field, least in table.rules.min_distinct:
            found = [c for c in (*table.columns, *table.ungranted) if c.name == field and c.physical]
            if not found:
                raise Refused("query.group_rule", field)
            sql = f'"{name}"."{found[0].physical}"'
            made.append(Proof(f"{GROUP_SIZE}{field}", sql, "1", values, least))
    return tuple(made)


def key_floor(relations: Iterable[Relation]) -> int:
    """Fewest rows, counted with noise, on which a key shows whose values are not public (private mode)."""
    return strictest(*(t.rules for relation in relations for t in relation.scans.values())).min_group


def settle_small(
    made: Sequence[Block],
    relations: Mapping[str, Relation],
    margins: Iterable[tuple[int, int]],
    max_rows: int,
) -> tuple[Block, ...]:
    """The blocks with what becomes of their small groups.

    Groups without figures show only where the keys are public and all fit into an answer: else a key that
    is there tells that somebody has it. The remainder of one grouping beside another, other than a grand
    total, would tell of the groups that both withhold. In both cases they are left out as usual.

    Args:
        made: the blocks.
        relations: what each reads, by its name.
        margins: pairs of places of blocks whose figures stand beside one another.
        max_rows: most rows of an answer.
    """
    beside = {place for pair in margins if all(made[p].keys for p in pair) for place in pair}
    return tuple(
        replace(block, small=_small(block, relations[block.name], place in beside, max_rows))
        for place, block in enumerate(made)
    )


def _small(block: Block, relation: Relation, beside: bool, max_rows: int) -> str:
    asked = _strictest(relation).small_groups
    if asked is None or block.kind != "threshold" or block.keys_only or not block.keys:
        return SmallGroups.DROP.value
    if asked is SmallGroups.REMAINDER:
        return (SmallGroups.DROP if beside else asked).value
    cells = prod(key.domain.size if key.domain is not None else max_rows + 1 for key in block.keys)
    return (asked if cells <= max_rows else SmallGroups.DROP).value


def _strictest(relation: Relation) -> TableRule:
    """What holds for a query over the tables of a relation."""
    return _of_rules(tuple(table.rules for table in relation.scans.values()))


@lru_cache(maxsize=1024)
def _of_rules(rules: tuple[TableRule, ...]) -> TableRule:
    return strictest(*rules)
