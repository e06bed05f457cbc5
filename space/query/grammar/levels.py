"""GROUP BY read as levels: plain grouping has one, ROLLUP, CUBE and GROUPING SETS have several.

Decides which expressions are grouped by and in which combinations. Does not judge what a key may be, nor
which figures of several levels may stand beside one another (:mod:`space.query.planning.overlap` does).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

from sqlglot import exp

from space.query.grammar.columns import number, plain
from space.query.grammar.language import LEVELS, is_aggregate
from space.query.reasons import Refused

# Every level is a base aggregate of its own over the same rows.
MAX_LEVELS: Final = 16


@dataclass(frozen=True, slots=True)
class Grouping:
    """What a SELECT groups by.

    Attributes:
        keys: every expression of any level, once.
        levels: positions of the keys of each level; one level with all keys where grouping is plain.
    """

    keys: tuple[exp.Expr, ...]
    levels: tuple[frozenset[int], ...]

    @property
    def several(self) -> bool:
        """Whether totals stand beside their parts."""
        return len(self.levels) > 1 or len(self.levels[0]) < len(self.keys)


def read_grouping(select: exp.Select) -> Grouping:
    """The grouping of a SELECT; constants group nothing.

    Raises:
        Refused: it neither groups nor aggregates, or has too many levels.
    """
    group = select.args.get("group")
    outputs = [item.unalias() for item in select.expressions]
    if group is None:
        if not holds_figures(outputs):
            raise Refused("query.rows")
        return Grouping((), (frozenset(),))
    if group.args.get("all"):
        found = [[e for e in outputs if not any(is_aggregate(n) for n in e.walk())]]
    else:
        found = _product([_alternatives(part, outputs) for part in group.expressions])
    keys = list(dict.fromkeys(plain(e) for level in found for e in level if _varies(e)))
    places = {key: place for place, key in enumerate(keys)}
    levels = [frozenset(places[plain(e)] for e in level if _varies(e)) for level in found]
    return Grouping(tuple(keys), tuple(dict.fromkeys(levels)))


def holds_figures(outputs: Iterable[exp.Expr]) -> bool:
    """Whether something is aggregated in what a SELECT gives."""
    return any(is_aggregate(n) for e in outputs for n in e.walk())


def few(levels: int) -> bool:
    """Whether so many levels may be grouped by at once."""
    return levels <= MAX_LEVELS


def _varies(node: exp.Expr) -> bool:
    return node.find(exp.Column) is not None


def _alternatives(part: exp.Expr, outputs: list[exp.Expr]) -> list[list[exp.Expr]]:
    """The levels one element of GROUP BY stands for."""
    if isinstance(part, exp.GroupingSets):
        return [level for item in part.expressions for level in _alternatives(item, outputs)]
    if isinstance(part, exp.Rollup):
        groups = [_members(item, outputs) for item in part.expressions]
        return [[e for group in groups[:n] for e in group] for n in range(len(groups), -1, -1)]
    if isinstance(part, exp.Cube):
        groups = [_members(item, outputs) for item in part.expressions]
        return [[e for group in chosen for e in group] for chosen in _subsets(groups)]
    return [_members(part, outputs)]


def _members(item: exp.Expr, outputs: list[exp.Expr]) -> list[exp.Expr]:
    """One expression, or the several of a tuple; a number means a column of the output."""
    if isinstance(item, exp.Tuple):
        return [e for inner in item.expressions for e in _members(inner, outputs)]
    if isinstance(item, LEVELS):
        raise Refused("query.grouping_sets")
    place = number(item)
    if place is not None and place == int(place) and 1 <= place <= len(outputs):
        return [outputs[int(place) - 1]]
    return [item]


def _subsets(groups: list[list[exp.Expr]]) -> Iterator[list[list[exp.Expr]]]:
    if not few(2 ** len(groups)):
        raise Refused("query.grouping_sets")
    for chosen in product((True, False), repeat=len(groups)):
        yield [group for group, taken in zip(groups, chosen, strict=True) if taken]


def _product(parts: Iterable[list[list[exp.Expr]]]) -> list[list[exp.Expr]]:
    """Every combination of one level of each element."""
    levels: list[list[exp.Expr]] = [[]]
    for alternatives in parts:
        if not few(len(levels) * len(alternatives)):
            raise Refused("query.grouping_sets")
        levels = [[*level, *more] for level in levels for more in alternatives]
    return levels
