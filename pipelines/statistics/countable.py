"""Which SQL of a statistical dataset can be counted: the form in which every figure comes from counted units.

Decides by allow-list what the SQL may be made of: one SELECT … GROUP BY over ledger datasets, whose figures
are count, sum or avg, whose rows nothing picks by a figure and nobody picks by an identifier. Does not
count (:mod:`pipelines.statistics.cells` does).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import sqlglot
from sqlglot import exp

from catalog.releases.protect import HIDDEN
from catalog.releases.unnamed import holds_unnamed_units
from contracts.model import Contract
from pipelines.errors import Stopped

# Aggregates whose figures can be traced to units. A least or greatest value is one unit's own.
_AGGREGATES: Final = (exp.Count, exp.Sum, exp.Avg)
_ARGUMENTS: Final = (
    exp.Column, exp.Identifier, exp.Literal, exp.Paren, exp.Neg, exp.Add, exp.Sub, exp.Mul, exp.Div,
    exp.Cast, exp.DataType, exp.DataTypeParam, exp.Star, exp.Distinct,
)  # fmt: skip
# Parts of a SELECT that can be counted. HAVING, LIMIT and DISTINCT ON would take cells away before those
# that few units stand behind are withheld, and with them the cells that must be withheld beside these.
_CLAUSES: Final = frozenset({"expressions", "from_", "joins", "where", "group", "order"})
# What makes or picks figures past the groups the units are counted in, or gives other rows each time.
_UNTRACED: Final = (
    exp.Window, exp.Filter, exp.Anonymous, exp.AnonymousAggFunc, exp.GroupingSets, exp.Cube, exp.Rollup,
    exp.Columns, exp.Dot, exp.Rand, exp.Uuid,
)  # fmt: skip


def aggregate(contract: Contract) -> exp.Select:
    """The SQL of a statistical dataset as a tree.

    Raises:
        Stopped: units cannot be counted in it; the sentence says how to write it.
    """
    assert contract.composed is not None
    tree = sqlglot.parse_one(contract.composed.sql, dialect="duckdb")
    if not isinstance(tree, exp.Select) or tree.args.get("with_") or not tree.args.get("group"):
        raise Stopped(
            f"{contract.name} is statistical but its SQL is no single SELECT … GROUP BY over ledger "
            "datasets — write it as one, so that the units behind every cell can be counted"
        )
    beyond = sorted(name for name, value in tree.args.items() if value and name not in _CLAUSES)
    if beyond:
        raise Stopped(
            f"{contract.name} is statistical and uses {', '.join(beyond).upper()}, which hides cells without "
            "their neighbours — leave it out: cells of few units are withheld by the build"
        )
    refused = tree.find(*_UNTRACED)
    if refused is not None:
        raise Stopped(
            f"{contract.name} is statistical and uses {refused.key.upper()}, whose units cannot be counted — "
            "make the condition a column of GROUP BY"
        )
    _check_names(contract, tree)
    return tree


def sources(contract: Contract, contracts: Mapping[str, Contract], tree: exp.Select) -> list[exp.Table]:
    """The datasets the SQL reads, as it names them.

    Raises:
        Stopped: it reads something else, or a dataset whose units are not named in it.
    """
    found = [tree.args["from_"].this, *(join.this for join in tree.args.get("joins") or [])]
    inner = [node for node in tree.find_all(exp.Query) if node is not tree]
    if inner or any(not _is_plain(source) for source in found):
        raise Stopped(
            f"{contract.name} reads from a subquery, a sample or a renamed table: its units cannot be "
            "counted — join the datasets"
        )
    for source in found:
        given = contracts[_name(source)]
        if holds_unnamed_units(given.name, contracts):
            raise Stopped(
                f"{contract.name} reads {given.name}, which is made from rows of units and names none — "
                "keep the identifier there, or read the datasets it is made from"
            )
    _check_conditions(contract, contracts, tree, found)
    return found


def unit_names(source: exp.Table, contracts: Mapping[str, Contract]) -> list[str]:
    """Fields that name the units a row of a source stands for: those it is about, else those it names."""
    fields = [f for f in contracts[_name(source)].unit_fields if f.unit is not None]
    return [f.name for f in fields if f.unit and f.unit.about] or [f.name for f in fields]


def figures(contract: Contract, tree: exp.Select) -> Iterator[exp.AggFunc]:
    """Every aggregate, those of ORDER BY too.

    Raises:
        Stopped: one of them cannot be traced to units.
    """
    for each in tree.find_all(exp.AggFunc):
        inside = list(each.walk())[1:]
        allowed = isinstance(each, _AGGREGATES) and all(isinstance(node, _ARGUMENTS) for node in inside)
        picked = not isinstance(each, exp.Count) and (each.this is None or each.find(exp.Distinct))
        if not allowed or picked:
            raise Stopped(
                f"{contract.name} is statistical over units: figures are count, sum or avg of columns and "
                f"their arithmetic, not {each.key.upper()} of a condition or of single values — make "
                "the condition a column of GROUP BY"
            )
        yield each


def groups(tree: exp.Select) -> list[exp.Expression]:
    """What the cells are grouped by, as expressions over the inputs."""
    group = tree.args["group"]
    plain = [each.unalias() for each in tree.expressions]
    if group.args.get("all"):
        return [each for each in plain if not each.find(exp.AggFunc)]
    named = {each.alias: each.this for each in tree.expressions if isinstance(each, exp.Alias)}
    found = []
    for each in group.expressions:
        if isinstance(each, exp.Literal) and not each.is_string:
            if not 1 <= int(each.this) <= len(plain):
                raise Stopped(f"GROUP BY {each.this} names no column of the SELECT — write the column itself")
            found.append(plain[int(each.this) - 1])
        elif isinstance(each, exp.Column) and not each.table and each.name in named:
            found.append(named[each.name])
        else:
            found.append(each)
    return found


def _check_names(contract: Contract, tree: exp.Select) -> None:
    """Names with an underscore first are the counting's own; a star could bring them, or hide them."""
    stars = [star for star in tree.find_all(exp.Star) if not isinstance(star.parent, exp.Count)]
    if stars or any(name.name.startswith("_") for name in tree.find_all(exp.Identifier)):
        raise Stopped(
            f"{contract.name} is statistical and names columns by * or with a leading underscore — "
            "name every column, by its own name"
        )


def _check_conditions(
    contract: Contract, contracts: Mapping[str, Contract], tree: exp.Select, found: list[exp.Table]
) -> None:
    """Which rows count may not hang on who somebody is: the figure without one unit shows that unit."""
    hidden = {f.name for s in found for f in contracts[_name(s)].fields if f.unit or f.use in HIDDEN}
    places = [tree.args.get("where"), *(join.args.get("on") for join in tree.args.get("joins") or [])]
    for column in (column for place in places if place for column in place.find_all(exp.Column)):
        above = column.parent
        joined = isinstance(above, exp.EQ) and all(
            isinstance(side, exp.Column) for side in above.args.values()
        )
        if column.name.lower() in hidden and not (joined or isinstance(above, exp.Is)):
            raise Stopped(
                f"{contract.name} is statistical and picks rows by {column.name}, which tells units apart — "
                "leave the condition out, or make it a column of GROUP BY"
            )


def _is_plain(source: exp.Expression) -> bool:
    """Whether a source is a dataset by its name and at most an alias, its columns not renamed."""
    if not isinstance(source, exp.Table):
        return False
    alias = source.args.get("alias")
    renamed = alias is not None and alias.args.get("columns")
    return not renamed and not any(v for k, v in source.args.items() if k not in ("this", "db", "alias"))


def _name(source: exp.Table) -> str:
    return f"{source.db}.{source.name}"
