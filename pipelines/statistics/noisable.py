"""Which SQL of a statistical dataset can be made with noise, and what of it is computed on exact rows.

Decides the base figures (counts, and sums of measures within public bounds), the public keys, and the SQL
that makes the dataset's columns from noisy figures. Its form is that of
:mod:`pipelines.statistics.countable`; how much one unit contributes is
:mod:`pipelines.statistics.contribution`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Final

from sqlglot import exp

from catalog.lineage.columns import kinds_behind
from catalog.releases.declared import public_bounds
from contracts.model import Contract, Field, FieldType, Use
from pipelines.errors import Stopped
from pipelines.statistics import contribution, countable
from pipelines.statistics.cells import CANONICAL

# Cells of public keys up to which all of them are released, with rows or without.
MOST_CELLS: Final = 10_000
# The public bound of any one value, so that sums fit into 63 bits; and where a sum is cut off, which changes
# no sensitivity: far from where 64 bits end.
_MOST_STORED: Final = 10**15
_LARGEST: Final = 2**62

# The column of the rows of a cell, as the query counts them itself.
ROWS: Final = "_rows"
_ALL: Final = exp.Count(this=exp.Star())
_WRAPPERS: Final = (exp.Cast, exp.Round, exp.Paren)


@dataclass(frozen=True, slots=True)
class Figure:
    """A base figure.

    Attributes:
        name: its column.
        sql: over the rows of a cell.
        per_row: the most one row changes it by (integer form).
        factor: what its integers are divided by.
        bounds: of a sum, what every value lies between (integer form).
        counted: of a sum, the figure that counts its values.
    """

    name: str
    sql: str
    per_row: int = 1
    factor: int = 1
    bounds: tuple[int, int] | None = None
    counted: str = ""

    def sensitivity(self, bound: int) -> float:
        """The most one unit changes it by, of so many rows."""
        return float(bound * self.per_row)


@dataclass(frozen=True, slots=True)
class Noisable:
    """What a build with noise computes.

    Attributes:
        sql: exact figures of every cell: keys, ``_rows`` and the figures.
        keys: their columns, each with the expression it is.
        figures: see :class:`Figure`.
        domain_sql: SELECT of all cells of public keys; empty where keys are not public.
        shown_sql: the dataset's columns over ``noised``, the cells with noise.
        bound: most rows of one unit.
        hides: kinds of unit the rows are about.
        told: field → the figure it is, rounded at most.
        rows: the figure of all rows of a cell, that none of its counts exceeds; empty where none is noised.
    """

    sql: str
    keys: tuple[tuple[str, str], ...]
    figures: tuple[Figure, ...]
    domain_sql: str
    shown_sql: str
    bound: int
    hides: tuple[str, ...]
    told: Mapping[str, Figure]
    rows: str


def noisable(contract: Contract, contracts: Mapping[str, Contract]) -> Noisable:
    """What is computed of a statistical dataset to make it with noise.

    Raises:
        Stopped: it cannot be; the sentence says how to write it.
    """
    tree = countable.aggregate(contract)
    sources = countable.sources(contract, contracts, tree)
    read = {source.alias_or_name: contracts[f"{source.db}.{source.name}"] for source in sources}
    _check_sources(contract, contracts, read)
    groups = countable.groups(tree)
    found: dict[str, Figure] = {}
    for each in countable.figures(contract, tree):
        _base(contract, read, each, found)
    keys = tuple((f"_k{number}", group.sql(dialect="duckdb")) for number, group in enumerate(groups))
    figures = tuple(found.values())
    base, domain = _base_sql(tree, read, groups, figures), _domain_sql(contract, tree, groups)
    return Noisable(
        sql=_every_cell(domain, base, keys, figures) if domain else base,
        keys=keys,
        figures=figures,
        domain_sql=domain,
        shown_sql=_shown_sql(tree, groups, found),
        bound=contribution.bound(contract.name, tree, read),
        hides=tuple(sorted({kind for source in read.values() for kind in contribution.about(source)})),
        told=_told(tree, found),
        rows=found[_ALL.sql()].name if _ALL.sql() in found else "" if domain else ROWS,
    )


def _check_sources(
    contract: Contract, contracts: Mapping[str, Contract], read: Mapping[str, Contract]
) -> None:
    for source in read.values():
        if not source.unit_fields and kinds_behind(source.name, contracts):
            raise Stopped(
                f"{contract.name} is built with noise and reads {source.name}, whose rows are figures about "
                "units — read the datasets it is made from"
            )


def _base(
    contract: Contract, read: Mapping[str, Contract], node: exp.AggFunc, found: dict[str, Figure]
) -> None:
    """Add the base figures of an aggregate."""
    if isinstance(node, exp.Count):
        _counted(node, found)
        return
    argument = node.this
    place = contribution.source_of(argument, read) if isinstance(argument, exp.Column) else None
    field = read[place[0]].field(place[1]) if place is not None else None
    if field is None or field.use is not Use.MEASURE:
        raise Stopped(
            f"{contract.name} is built with noise and adds up something else than a measure — sum or average "
            "a measure of one input, and compute with it in a dataset made from this one"
        )
    low, high = public_bounds(field)
    if low is None or high is None or max(abs(low), abs(high)) > _MOST_STORED:
        raise Stopped(
            f"{contract.name} is built with noise and adds up {field.name}, which has no public bounds — "
            "state its minimum and maximum in the contract it comes from"
        )
    count = exp.Count(this=argument.copy())
    _counted(count, found)
    name, factor = argument.sql(dialect="duckdb"), 10**field.scale
    cut = f"CAST(round(least(greatest({name}, {low} / {factor}), {high} / {factor}) * {factor}) AS BIGINT)"
    total = f"sum(CASE WHEN {name} IS NULL THEN NULL ELSE {cut} END)"
    sql = f"CAST(greatest(least(coalesce({total}, 0), {_LARGEST}), -{_LARGEST}) AS BIGINT)"
    key = exp.Sum(this=argument.copy()).sql()
    found.setdefault(
        key,
        Figure(
            f"_f{len(found)}", sql, max(abs(low), abs(high), 1), factor, (low, high), found[count.sql()].name
        ),
    )


def _counted(node: exp.Count, found: dict[str, Figure]) -> None:
    found.setdefault(node.sql(), Figure(f"_f{len(found)}", node.sql(dialect="duckdb")))


def _base_sql(
    tree: exp.Select,
    read: Mapping[str, Contract],
    groups: Sequence[exp.Expression],
    figures: Sequence[Figure],
) -> str:
    """Exact figures of the cells that have rows; rows that name no unit are left out."""
    made = tree.copy()
    for part in ("expressions", "group", "order"):
        made.set(part, None)
    made = made.select(
        *(exp.alias_(group.copy(), f"_k{number}") for number, group in enumerate(groups)),
        f"count(*) AS {ROWS}",
        *(f"{figure.sql} AS {figure.name}" for figure in figures),
        dialect="duckdb",
    )
    for source, contract in read.items():
        for field in contribution.about(contract).values():
            named = exp.column(CANONICAL.format(field), table=source, quoted=True)
            made = made.where(exp.Not(this=exp.Is(this=named, expression=exp.Null())))
    made.set("group", exp.Group(expressions=[group.copy() for group in groups]))
    return str(made.sql(dialect="duckdb"))


def _every_cell(domain: str, base: str, keys: Sequence[tuple[str, str]], figures: Sequence[Figure]) -> str:
    """The exact figures of every cell of public keys, nought where no row is."""
    names = [name for name, _ in keys]
    shown = [f"d.{name}" for name in names]
    shown += [f"coalesce(e.{name}, 0) AS {name}" for name in (ROWS, *(figure.name for figure in figures))]
    same = " AND ".join(f"d.{name} IS NOT DISTINCT FROM e.{name}" for name in names)
    return f"SELECT {', '.join(shown)} FROM ({domain}) AS d LEFT JOIN ({base}) AS e ON {same}"


def _domain_sql(contract: Contract, tree: exp.Select, groups: Sequence[exp.Expression]) -> str:
    """SELECT of every combination of keys; empty where one of them has no public list of values."""
    fields = [_field_of(contract, tree, group) for group in groups]
    listed = [_values(contract, field) for field in fields if field is not None]
    if len(listed) < len(groups) or not all(listed) or prod(len(v) for v in listed) > MOST_CELLS:
        return ""
    tables = [
        f"(VALUES {', '.join(f'({v})' for v in values)}) AS d{i}(_k{i})" for i, values in enumerate(listed)
    ]
    return f"SELECT {', '.join(f'_k{i}' for i in range(len(listed)))} FROM {' CROSS JOIN '.join(tables)}"


def _field_of(contract: Contract, tree: exp.Select, group: exp.Expression) -> Field | None:
    """The field a group is shown as."""
    names = [each.alias_or_name for each in tree.expressions if each.unalias() == group]
    return next((f for f in contract.fields if f.name in names), None)


def _values(contract: Contract, field: Field) -> list[str]:
    """The public values of a field as SQL, the missing one among them where it may be."""
    kind = {FieldType.STRING: "VARCHAR", FieldType.INTEGER: "BIGINT"}.get(field.type)
    if kind is None or not field.allowed:
        return []
    values = [f"CAST({exp.Literal.string(v).sql(dialect='duckdb')} AS {kind})" for v in field.allowed]
    always = field.required or field.name in contract.key
    return values if always else [*values, f"CAST(NULL AS {kind})"]


def _shown_sql(tree: exp.Select, groups: Sequence[exp.Expression], found: Mapping[str, Figure]) -> str:
    """The dataset's columns from keys and noisy figures."""

    def shown(node: exp.Expression) -> exp.Expression:
        if node in groups:
            return exp.column(f"_k{list(groups).index(node)}")
        return _figure_of(node, found) if isinstance(node, exp.AggFunc) else node

    columns = [
        exp.alias_(each.unalias().copy().transform(shown), each.alias_or_name) for each in tree.expressions
    ]
    return str(exp.select(*columns).from_("noised").sql(dialect="duckdb"))


def _figure_of(node: exp.AggFunc, found: Mapping[str, Figure]) -> exp.Expression:
    if isinstance(node, exp.Count):
        return exp.column(found[node.sql()].name)
    total = found[exp.Sum(this=node.this.copy()).sql()]
    value: exp.Expression = exp.column(total.name)
    if total.factor != 1 or isinstance(node, exp.Avg):
        value = exp.Div(this=exp.cast(value, exp.DType.DOUBLE), expression=exp.Literal.number(total.factor))
    if isinstance(node, exp.Sum):
        return exp.paren(value)
    count = exp.column(total.counted)
    mean = exp.Div(this=exp.paren(value), expression=count)
    some = exp.GT(this=count.copy(), expression=exp.Literal.number(0))
    return exp.Case(ifs=[exp.If(this=some, true=mean)])


def _told(tree: exp.Select, found: Mapping[str, Figure]) -> dict[str, Figure]:
    """Fields that are one count or sum, as it is or rounded."""
    told = {}
    for each in tree.expressions:
        node = each.unalias()
        while isinstance(node, _WRAPPERS):
            node = node.this
        if isinstance(node, exp.Count | exp.Sum):
            told[each.alias_or_name] = found[node.sql()]
    return told
