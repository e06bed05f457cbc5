"""Rows of composed datasets: SQL over the published rows of their inputs.

Decides what the SQL may read (the inputs' published vault versions, nothing else) and, for a
statistical dataset, which cells stay out because too few units stand behind them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import sqlglot
from sqlglot import exp

from catalog import units
from catalog.duck import connect
from catalog.home import Home
from catalog.lineage import Edge, column_lineage, inputs_of, kinds_behind
from catalog.releases import Release, read_vault
from contracts.cast import arrow_type
from contracts.model import Composition, Contract, Use
from pipelines.errors import CheckFailed, Stopped
from policies.disclosure import complementary, defaults, small

if TYPE_CHECKING:
    import duckdb

# A canonical identifier beside a unit column of an input; NULL where the identifier is invalid.
_CANONICAL: Final = "_c_{}"


@dataclass(frozen=True, slots=True)
class ComposedRows:
    """What the SQL of a composed dataset gave.

    Attributes:
        rows: fields of the contract in their types, ordered.
        withheld: cells of a statistical dataset that stayed out.
        edges: column lineage.
        derived_from: unit kinds behind a statistical dataset.
    """

    rows: pa.Table
    withheld: int
    edges: tuple[Edge, ...]
    derived_from: tuple[str, ...]


def compose(
    home: Home,
    contract: Contract,
    contracts: Mapping[str, Contract],
    inputs: Mapping[str, Release],
    as_of: date,
) -> ComposedRows:
    """Run the SQL of a composed dataset over published versions.

    Args:
        home: the installation.
        contract: of the composed dataset.
        contracts: of every dataset of the ledger, by name.
        inputs: the release each input is read at.
        as_of: day whose disclosure rules apply.

    Raises:
        CheckFailed: the SQL fails, or does not give the contract's fields.
    """
    assert contract.composed is not None
    statistical = contract.composed.kind is Composition.STATISTICAL
    sql = contract.composed.sql
    counted: tuple[str, ...] = ()
    if statistical:
        sql, counted = with_unit_counts(contract, contracts)
    found = _run(home, contract, contracts, inputs, sql)
    rows = _typed(contract, found)
    withheld = 0
    if counted:
        keep = _safe_cells(contract, rows, found.select(list(counted)), defaults(as_of).k)
        withheld = rows.num_rows - sum(keep)
        rows = rows.filter(pa.array(keep, pa.bool_()))
    kinds = sorted(kinds_behind(contract.name, contracts)) if statistical else ()
    return ComposedRows(rows, withheld, column_lineage(contract, contracts), tuple(kinds))


def with_unit_counts(contract: Contract, contracts: Mapping[str, Contract]) -> tuple[str, tuple[str, ...]]:
    """The SQL with one more column per unit column its rows are about: units behind each cell.

    Raises:
        Stopped: the SQL is no single aggregate over ledger datasets, so units cannot be counted.
    """
    assert contract.composed is not None
    tree = sqlglot.parse_one(contract.composed.sql, dialect="duckdb")
    kinds = kinds_behind(contract.name, contracts)
    if not kinds:
        return contract.composed.sql, ()
    if not isinstance(tree, exp.Select) or tree.args.get("with_") or not tree.args.get("group"):
        raise Stopped(
            f"{contract.name} is statistical but its SQL is no single SELECT … GROUP BY over ledger "
            "datasets — write it as one, so that the units behind every cell can be counted"
        )
    sources = [tree.args["from_"].this, *(join.this for join in tree.args.get("joins") or [])]
    names: list[str] = []
    for source in sources:
        if not isinstance(source, exp.Table):
            raise Stopped(
                f"{contract.name} reads from a subquery: its units cannot be counted — join the datasets"
            )
        for field in contracts[f"{source.db}.{source.name}"].unit_fields:
            if field.unit is None or not field.unit.about:
                continue
            name = f"_units_{len(names)}"
            column = exp.column(_CANONICAL.format(field.name), table=source.alias_or_name, quoted=True)
            tree.select(exp.alias_(exp.Count(this=exp.Distinct(expressions=[column])), name), copy=False)
            names.append(name)
    return tree.sql(dialect="duckdb"), tuple(names)


def _run(
    home: Home, contract: Contract, contracts: Mapping[str, Contract], inputs: Mapping[str, Release], sql: str
) -> pa.Table:
    with connect() as connection:
        for name in inputs_of(sql):
            schema, _, table = name.partition(".")
            connection.register("published", _input(home, contracts[name], inputs[name]))
            connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
            connection.execute(f'CREATE TABLE "{schema}"."{table}" AS SELECT * FROM published')
            connection.unregister("published")
        return sealed(connection, contract.name, sql)


def sealed(connection: duckdb.DuckDBPyConnection, name: str, sql: str) -> pa.Table:
    """Run a steward's SQL where it sees the loaded tables and nothing else of this machine.

    Raises:
        CheckFailed: it fails; DuckDB's text may quote a value, so only the kind of error is passed on.
    """
    import duckdb

    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    try:
        found: pa.Table = connection.sql(f"SELECT * FROM ({sql}) ORDER BY ALL").to_arrow_table()
    except duckdb.Error as error:
        raise CheckFailed(f"{name}: its SQL failed ({type(error).__name__})") from None
    return found


def _input(home: Home, contract: Contract, release: Release) -> pa.Table:
    rows = read_vault(home, release)
    for field in contract.unit_fields:
        if field.unit is None:
            continue
        ids = units.canonical(field.unit.kind, rows[field.name])
        rows = rows.append_column(_CANONICAL.format(field.name), ids)
    return rows


def _typed(contract: Contract, found: pa.Table) -> pa.Table:
    missing = [f.name for f in contract.fields if f.name not in found.column_names]
    if missing:
        raise CheckFailed(f"{contract.name}: its SQL gives no column {', '.join(missing)}")
    try:
        columns = {f.name: found[f.name].cast(arrow_type(f)) for f in contract.fields}
    except pa.ArrowInvalid:
        raise CheckFailed(f"{contract.name}: its SQL gives other types than the contract says") from None
    return pa.table(columns)


def _safe_cells(contract: Contract, rows: pa.Table, counts_of: pa.Table, k: int) -> list[bool]:
    """Which cells may be shown: not small for any kind, nor found by subtracting from a total."""
    cells = _cell_labels(contract, rows)
    hidden: set[tuple[Any, ...]] = set()
    for name in counts_of.column_names:
        counts = dict(zip(cells, counts_of[name].to_pylist(), strict=True))
        hidden |= complementary(counts, [c for c, n in counts.items() if small(n, k)], k)
    return [cell not in hidden for cell in cells]


def _cell_labels(contract: Contract, rows: pa.Table) -> list[tuple[Any, ...]]:
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
