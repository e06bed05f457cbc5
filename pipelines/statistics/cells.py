"""Cells of a statistical dataset: how many units, and which, stand behind each figure.

Decides which cells must stay out because few units stand behind them or one of them gives most of a
figure. Which SQL can be counted at all is :mod:`pipelines.statistics.countable`'s decision; what counts as
few, and as most, :mod:`policies.disclosure`'s.

Rows whose identifier is missing or invalid are of nobody we could count, but of somebody: they count as
no further unit, a cell of such rows alone is small, and what they give may dominate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
from sqlglot import exp

from catalog.lineage.columns import kinds_behind
from contracts.model import Contract, Use
from pipelines.errors import Stopped
from pipelines.statistics import countable
from policies.disclosure import complementary, dominated, small
from policies.terms import Disclosure

# A canonical identifier beside a unit column of an input; NULL where the identifier is invalid.
CANONICAL: Final = "_c_{}"
# True in every row of an input; NULL where an outer join found no row.
HERE: Final = "_here"
_GROUP: Final = "_group_{}"
_UNITS: Final = "_units_{}"
_RESTS: Final = "_rest_{}"
_TOPS: Final = ("_first_{}", "_second_{}", "_total_{}")


@dataclass(frozen=True, slots=True)
class Traced:
    """SQL of a statistical dataset with what stands behind its cells in columns of their own.

    Attributes:
        sql: gives the dataset's columns and those named here.
        units: columns of distinct units, by unit column of the inputs and aggregate.
        rests: columns of distinct units that a count of values leaves out.
        tops: per unit column and aggregate, the columns of the largest and second largest absolute
            contribution of one unit and of all.
    """

    sql: str
    units: tuple[str, ...] = ()
    rests: tuple[str, ...] = ()
    tops: tuple[tuple[str, str, str], ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is not the dataset's own."""
        return (*self.units, *self.rests, *(name for names in self.tops for name in names))


@dataclass(frozen=True, slots=True)
class _Unit:
    """A unit column of an input: its canonical identifier, and whether the row is there."""

    id: exp.Column
    here: exp.Column


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
    tree = countable.aggregate(contract)
    units = [
        _Unit(
            *(
                exp.column(name, table=source.alias_or_name, quoted=True)
                for name in (CANONICAL.format(f), HERE)
            )
        )
        for source in countable.sources(contract, contracts, tree)
        for f in countable.unit_names(source, contracts)
    ]
    figures, groups = list(countable.figures(contract, tree)), countable.groups(tree)
    counts, rests = list(_counts(units, figures)), list(_rests(units, figures))
    counted = tuple(_UNITS.format(number) for number in range(len(counts)))
    left_out = tuple(_RESTS.format(number) for number in range(len(rests)))
    cells = tree.copy()
    for number, group in enumerate(groups):
        cells.select(exp.alias_(group.copy(), _GROUP.format(number)), copy=False)
    for name, count in zip((*counted, *left_out), (*counts, *rests), strict=True):
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
    return Traced(sql, counted, left_out, tuple(tops))


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
    given_away = [*_dominated(cells, behind, traced_as, terms), *_left_out(cells, behind, traced_as, terms)]
    hidden: set[tuple[Any, ...]] = set(given_away)
    for name in traced_as.units:
        counts = dict(zip(cells, behind[name].to_pylist(), strict=True))
        found = [c for c, n in counts.items() if small(n, terms.k)]
        hidden |= complementary(counts, [*found, *given_away], terms.k)
    return [cell not in hidden for cell in cells]


def _argument(figure: exp.AggFunc) -> exp.Expression | None:
    """What the figure adds up or counts; None where it counts rows."""
    inner = figure.this
    if isinstance(inner, exp.Distinct):
        inner = (
            inner.expressions[0] if len(inner.expressions) == 1 else exp.Tuple(expressions=inner.expressions)
        )
    return None if isinstance(inner, exp.Star | exp.Literal) or inner is None else inner


def _counts(units: Sequence[_Unit], figures: Sequence[exp.AggFunc]) -> Iterator[exp.Expression]:
    """Distinct units of a cell, and of those rows of it that give a figure its value (a sum: not nought)."""
    given: dict[str, exp.Expression] = {}
    for figure in figures:
        argument = _argument(figure)
        if argument is None:
            continue
        if isinstance(figure, exp.Count):
            condition: exp.Expression = exp.Not(this=exp.Is(this=argument.copy(), expression=exp.Null()))
        else:
            condition = exp.NEQ(this=exp.paren(argument.copy()), expression=exp.Literal.number(0))
        given[condition.sql()] = condition
    for unit in units:
        for each in (None, *given.values()):
            yield exp.Greatest(this=_distinct(unit.id, each), expressions=[_somebody(unit, each)])


def _rests(units: Sequence[_Unit], figures: Sequence[exp.AggFunc]) -> Iterator[exp.Expression]:
    """Distinct units of the rows that a count of values leaves out: the whole less the count shows them."""
    lacking: dict[str, exp.Expression] = {}
    for figure in figures:
        argument = _argument(figure)
        if (
            argument is not None
            and isinstance(figure, exp.Count)
            and not isinstance(figure.this, exp.Distinct)
        ):
            condition = exp.Is(this=argument.copy(), expression=exp.Null())
            lacking[condition.sql()] = condition
    for unit in units:
        for each in lacking.values():
            yield exp.Greatest(this=_distinct(unit.id, each), expressions=[_somebody(unit, each)])


def _distinct(value: exp.Column, condition: exp.Expression | None) -> exp.Expression:
    return exp.Count(this=exp.Distinct(expressions=[_where(value, condition)]))


def _somebody(unit: _Unit, condition: exp.Expression | None) -> exp.Expression:
    """1 where there is a row at all, though nobody knows whose."""
    rows = exp.Count(this=_where(unit.here, condition))
    return exp.Least(this=rows, expressions=[exp.Literal.number(1)])


def _where(value: exp.Column, condition: exp.Expression | None) -> exp.Expression:
    return (
        value.copy()
        if condition is None
        else exp.Case(ifs=[exp.If(this=condition.copy(), true=value.copy())])
    )


def _grouping(groups: Sequence[exp.Expression]) -> list[str]:
    return [_GROUP.format(number) for number in range(len(groups))]


def _names(number: int) -> tuple[str, str, str]:
    first, second, total = (name.format(number) for name in _TOPS)
    return first, second, total


def _contributions(
    tree: exp.Select,
    groups: Sequence[exp.Expression],
    unit: _Unit,
    figure: exp.AggFunc,
    names: tuple[str, str, str],
) -> str:
    """Per cell, the largest contributions of one unit to a figure; all unknown units are one."""
    argument = _argument(figure)
    given: exp.Expression = exp.Literal.number(1)
    if argument is not None and not isinstance(figure, exp.Count):
        given = exp.Abs(this=argument.copy())
    elif argument is not None:
        given = exp.Count(this=figure.this.copy())
    inner = tree.copy()
    for part in ("expressions", "group", "order"):
        inner.set(part, None)
    grouping = _grouping(groups)
    selected = [exp.alias_(group.copy(), name) for group, name in zip(groups, grouping, strict=True)]
    gives = given if isinstance(given, exp.Count) else exp.Sum(this=given)
    inner = inner.select(*selected, exp.alias_(unit.id.copy(), "_unit"), exp.alias_(gives, "_given"))
    inner = inner.where(exp.Not(this=exp.Is(this=unit.here.copy(), expression=exp.Null())))
    inner.set("group", exp.Group(expressions=[*(group.copy() for group in groups), unit.id.copy()]))
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


def _left_out(
    cells: Sequence[tuple[Any, ...]], behind: pa.Table, traced_as: Traced, terms: Disclosure
) -> Iterator[tuple[Any, ...]]:
    for name in traced_as.rests:
        yield from (c for c, n in zip(cells, behind[name].to_pylist(), strict=True) if small(n, terms.k))


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
