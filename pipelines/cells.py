"""Cells of a statistical dataset: how many units, and which, stand behind each figure.

Decides which SQL can be counted at all, and which cells must stay out because few units stand behind
them or one of them gives most of a figure. What counts as few, and as most, is
:mod:`policies.disclosure`'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import sqlglot
from sqlglot import exp

from catalog.lineage import kinds_behind
from contracts.model import Contract, Use
from pipelines.errors import Stopped
from policies.disclosure import complementary, dominated, small
from policies.terms import Disclosure

# A canonical identifier beside a unit column of an input; NULL where the identifier is invalid.
CANONICAL: Final = "_c_{}"
_GROUP: Final = "_group_{}"
_UNITS: Final = "_units_{}"
_TOPS: Final = ("_first_{}", "_second_{}", "_total_{}")
# Aggregates whose figures can be traced to units. A least or greatest value is one unit's own.
_AGGREGATES: Final = (exp.Count, exp.Sum, exp.Avg)
_ARGUMENTS: Final = (
    exp.Column, exp.Identifier, exp.Literal, exp.Paren, exp.Neg, exp.Add, exp.Sub, exp.Mul, exp.Div,
    exp.Cast, exp.DataType, exp.DataTypeParam, exp.Star, exp.Distinct,
)  # fmt: skip
# What makes or picks figures past the groups the units are counted in.
_UNTRACED: Final = (
    exp.Window, exp.Filter, exp.Anonymous, exp.AnonymousAggFunc, exp.GroupingSets, exp.Cube, exp.Rollup,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Traced:
    """SQL of a statistical dataset with what stands behind its cells in columns of their own.

    Attributes:
        sql: gives the dataset's columns and those named here.
        units: columns of distinct units, by unit column of the inputs and aggregate.
        tops: per unit column and aggregate, the columns of the largest and second largest absolute
            contribution of one unit and of all.
    """

    sql: str
    units: tuple[str, ...] = ()
    tops: tuple[tuple[str, str, str], ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is not the dataset's own."""
        return (*self.units, *(name for names in self.tops for name in names))


def traced(contract: Contract, contracts: Mapping[str, Contract]) -> Traced:
    """The SQL of a statistical dataset, traced to the units its rows are about.

    Args:
        contract: of the statistical dataset.
        contracts: of every dataset of the ledger, by name.

    Raises:
        Stopped: units cannot be counted; the sentence says how to write it.
    """
    assert contract.composed is not None
    if not kinds_behind(contract.name, contracts):
        return Traced(contract.composed.sql)
    tree = _aggregate(contract)
    units = [column for source in _sources(contract, tree) for column in _unit_columns(source, contracts)]
    figures, groups = list(_figures(contract, tree)), _groups(tree)
    counts = list(_counts(units, figures))
    counted = tuple(_UNITS.format(number) for number in range(len(counts)))
    cells = tree.copy()
    for number, group in enumerate(groups):
        cells.select(exp.alias_(group.copy(), _GROUP.format(number)), copy=False)
    for name, count in zip(counted, counts, strict=True):
        cells.select(exp.alias_(count, name), copy=False)
    cells.set("group", exp.Group(expressions=[group.copy() for group in groups]))
    tops, joins = [], []
    for number, (unit, figure) in enumerate((unit, figure) for unit in units for figure in figures):
        tops.append(_names(number))
        same = " AND ".join(f"cells.{g} IS NOT DISTINCT FROM top_{number}.{g}" for g in _grouping(groups))
        given = _contributions(tree, groups, unit, figure, tops[-1])
        joins.append(f"LEFT JOIN ({given}) AS top_{number} ON {same}")
    shown = ", ".join([f"cells.* EXCLUDE ({', '.join(_grouping(groups))})", *(n for ns in tops for n in ns)])
    sql = f"SELECT {shown} FROM ({cells.sql(dialect='duckdb')}) AS cells {' '.join(joins)}"
    return Traced(sql, counted, tuple(tops))


def safe_cells(
    contract: Contract, rows: pa.Table, behind: pa.Table, traced_as: Traced, terms: Disclosure
) -> list[bool]:
    """Which cells may be shown: neither small nor dominated, nor found by subtracting from a total.

    Args:
        contract: of the statistical dataset.
        rows: its cells.
        behind: the traced columns of the same cells, in the same order.
        traced_as: what those columns are.
        terms: thresholds of the day.
    """
    cells = _labels(contract, rows)
    given_away = _dominated(cells, behind, traced_as, terms)
    hidden: set[tuple[Any, ...]] = set(given_away)
    for name in traced_as.units:
        counts = dict(zip(cells, behind[name].to_pylist(), strict=True))
        found = [c for c, n in counts.items() if small(n, terms.k)]
        hidden |= complementary(counts, [*found, *given_away], terms.k)
    return [cell not in hidden for cell in cells]


def _aggregate(contract: Contract) -> exp.Select:
    assert contract.composed is not None
    tree = sqlglot.parse_one(contract.composed.sql, dialect="duckdb")
    if not isinstance(tree, exp.Select) or tree.args.get("with_") or not tree.args.get("group"):
        raise Stopped(
            f"{contract.name} is statistical but its SQL is no single SELECT … GROUP BY over ledger "
            "datasets — write it as one, so that the units behind every cell can be counted"
        )
    refused = tree.find(*_UNTRACED)
    if refused is not None:
        raise Stopped(
            f"{contract.name} is statistical and uses {refused.key.upper()}, whose units cannot be counted — "
            "make the condition a column of GROUP BY"
        )
    return tree


def _sources(contract: Contract, tree: exp.Select) -> list[exp.Table]:
    found = [tree.args["from_"].this, *(join.this for join in tree.args.get("joins") or [])]
    if any(not isinstance(source, exp.Table) for source in found) or tree.find(exp.Subquery):
        raise Stopped(
            f"{contract.name} reads from a subquery: its units cannot be counted — join the datasets"
        )
    return found


def _unit_columns(source: exp.Table, contracts: Mapping[str, Contract]) -> Iterator[exp.Column]:
    for field in contracts[f"{source.db}.{source.name}"].unit_fields:
        if field.unit is not None and field.unit.about:
            yield exp.column(CANONICAL.format(field.name), table=source.alias_or_name, quoted=True)


def _figures(contract: Contract, tree: exp.Select) -> Iterator[exp.AggFunc]:
    """Every aggregate, those of HAVING and ORDER BY too: what they pick by shows as well."""
    for aggregate in tree.find_all(exp.AggFunc):
        inside = list(aggregate.walk())[1:]
        if not isinstance(aggregate, _AGGREGATES) or not all(isinstance(node, _ARGUMENTS) for node in inside):
            raise Stopped(
                f"{contract.name} is statistical over units: figures are count, sum or avg of columns and "
                f"their arithmetic, not {aggregate.key.upper()} of a condition or of single values — make "
                "the condition a column of GROUP BY"
            )
        yield aggregate


def _groups(tree: exp.Select) -> list[exp.Expression]:
    """What the cells are grouped by, as expressions over the inputs."""
    group = tree.args["group"]
    plain = [each.unalias() for each in tree.expressions]
    if group.args.get("all"):
        return [each for each in plain if not each.find(exp.AggFunc)]
    named = {each.alias: each.this for each in tree.expressions if isinstance(each, exp.Alias)}
    found = []
    for each in group.expressions:
        if isinstance(each, exp.Literal) and not each.is_string:
            found.append(plain[int(each.this) - 1])
        elif isinstance(each, exp.Column) and not each.table and each.name in named:
            found.append(named[each.name])
        else:
            found.append(each)
    return found


def _argument(figure: exp.AggFunc) -> exp.Expression | None:
    """What the figure adds up or counts; None where it counts rows or distinct values."""
    inner = figure.this
    return None if isinstance(inner, exp.Star | exp.Distinct) or inner is None else inner


def _counts(units: Sequence[exp.Column], figures: Sequence[exp.AggFunc]) -> Iterator[exp.Expression]:
    """Distinct units of a cell, and of those rows of it that give a figure its value."""
    arguments: dict[str, exp.Expression] = {}
    for figure in figures:
        argument = _argument(figure)
        if argument is not None and not isinstance(argument, exp.Literal):
            arguments[argument.sql()] = argument
    for unit in units:
        yield _distinct(unit.copy())
        for argument in arguments.values():
            present = exp.Not(this=exp.Is(this=argument.copy(), expression=exp.Null()))
            yield _distinct(exp.Case(ifs=[exp.If(this=present, true=unit.copy())]))


def _distinct(value: exp.Expression) -> exp.Expression:
    return exp.Count(this=exp.Distinct(expressions=[value]))


def _grouping(groups: Sequence[exp.Expression]) -> list[str]:
    return [_GROUP.format(number) for number in range(len(groups))]


def _names(number: int) -> tuple[str, str, str]:
    first, second, total = (name.format(number) for name in _TOPS)
    return first, second, total


def _contributions(
    tree: exp.Select,
    groups: Sequence[exp.Expression],
    unit: exp.Column,
    figure: exp.AggFunc,
    names: tuple[str, str, str],
) -> str:
    """Per cell, the largest contributions of one unit to a figure; an unknown unit is left out."""
    argument = _argument(figure)
    given: exp.Expression = exp.Literal.number(1)
    if argument is not None and not isinstance(figure, exp.Count):
        given = exp.Abs(this=argument.copy())
    elif argument is not None:
        given = exp.Count(this=argument.copy())
    inner = tree.copy()
    for part in ("expressions", "group", "having", "order", "limit", "distinct"):
        inner.set(part, None)
    grouping = _grouping(groups)
    selected = [exp.alias_(group.copy(), name) for group, name in zip(groups, grouping, strict=True)]
    gives = given if isinstance(given, exp.Count) else exp.Sum(this=given)
    inner = inner.select(*selected, exp.alias_(unit.copy(), "_unit"), exp.alias_(gives, "_given"))
    inner = inner.where(exp.Not(this=exp.Is(this=unit.copy(), expression=exp.Null())))
    inner.set("group", exp.Group(expressions=[*(group.copy() for group in groups), unit.copy()]))
    by = ", ".join(grouping)
    first, second, total = names
    return (
        f"SELECT {by}, max(_given)::DOUBLE AS {first}, coalesce(max(_given, 2)[2], 0)::DOUBLE AS {second}, "
        f"sum(_given)::DOUBLE AS {total} FROM ({inner.sql(dialect='duckdb')}) GROUP BY {by}"
    )


def _dominated(
    cells: Sequence[tuple[Any, ...]], behind: pa.Table, traced_as: Traced, terms: Disclosure
) -> list[tuple[Any, ...]]:
    found: dict[tuple[Any, ...], None] = {}
    for names in traced_as.tops:
        tops = zip(*(behind[name].to_pylist() for name in names), strict=True)
        for cell, (first, second, total) in zip(cells, tops, strict=True):
            if first is None or total is None:
                continue
            if dominated(first, second, total, terms.dominance_share, terms.p_percent):
                found[cell] = None
    return list(found)


def _labels(contract: Contract, rows: pa.Table) -> list[tuple[Any, ...]]:
    """What names each cell: the primary key, else every dimension.

    A column that only repeats another in other words (a code and its name) would hide which cells
    add up to one total; the key leaves it out.
    """
    dimensions = [f.name for f in contract.fields if f.use in (Use.DIMENSION, Use.TIME, Use.FILTER)]
    for names in (contract.key, tuple(dimensions)):
        cells = list(zip(*(rows[name].to_pylist() for name in names), strict=True))
        if names and len(set(cells)) == rows.num_rows:
            return cells
    raise Stopped(
        f"{contract.name} is statistical but its key and dimensions do not tell its cells apart — "
        "make every GROUP BY column a dimension or part of the primary key"
    )
