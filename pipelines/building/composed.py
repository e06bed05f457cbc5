"""Rows of composed datasets: SQL over the published rows of their inputs.

Decides what the SQL may read (the inputs' published vault versions, nothing else) and, for a
statistical dataset, which cells stay out because too few units stand behind them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pyarrow as pa

from catalog.duck import connect
from catalog.home import Home
from catalog.lineage.columns import Edge, column_lineage, inputs_of, kinds_behind
from catalog.releases import units
from catalog.releases.charges import Charge
from catalog.releases.noise import Noise
from catalog.releases.published import Release, read_vault
from contracts.cast import arrow_type
from contracts.model import Composition, Contract
from pipelines.errors import CheckFailed
from pipelines.statistics.cells import CANONICAL, HERE, Traced, safe_cells, traced
from policies.disclosure import defaults

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class ComposedRows:
    """What the SQL of a composed dataset gave.

    Attributes:
        rows: fields of the contract in their types, ordered.
        withheld: cells of a statistical dataset that stayed out.
        edges: column lineage.
        derived_from: unit kinds behind a statistical dataset.
        noise, charge: of one that was made with noise.
    """

    rows: pa.Table
    withheld: int
    edges: tuple[Edge, ...]
    derived_from: tuple[str, ...]
    noise: Noise | None = None
    charge: Charge | None = None


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
    cells = traced(contract, contracts) if statistical else Traced(contract.composed.sql)
    found = run(home, contract, contracts, inputs, cells.sql)
    rows = typed(contract, found)
    withheld = 0
    if cells.units:
        keep = safe_cells(contract, rows, found.select(list(cells.columns)), cells, defaults(as_of))
        withheld = rows.num_rows - sum(keep)
        rows = rows.filter(pa.array(keep, pa.bool_()))
    kinds = sorted(kinds_behind(contract.name, contracts)) if statistical else ()
    return ComposedRows(rows, withheld, column_lineage(contract, contracts), tuple(kinds))


def run(
    home: Home, contract: Contract, contracts: Mapping[str, Contract], inputs: Mapping[str, Release], sql: str
) -> pa.Table:
    """What a SELECT over the published rows of the inputs gives, in an order that follows from them.

    Args:
        home: the installation.
        contract: of the composed dataset.
        contracts: of every dataset of the ledger, by name.
        inputs: the release each input is read at.
        sql: names inputs as ``schema.table``.

    Raises:
        CheckFailed: it fails.
    """
    # What does not fit memory goes to a folder of its own: the one DuckDB takes by itself lies where the
    # command was started, is not emptied, and stays open to the SQL.
    with TemporaryDirectory(prefix="compose-", dir=home.root) as spill, connect() as connection:
        connection.execute("SET temp_directory = $spill", {"spill": spill})
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
        found: pa.Table = connection.sql(f"SELECT * FROM (\n{sql}\n) ORDER BY ALL").to_arrow_table()
    except duckdb.Error as error:
        raise CheckFailed(f"{name}: its SQL failed ({type(error).__name__})") from None
    return found


def _input(home: Home, contract: Contract, release: Release) -> pa.Table:
    rows = read_vault(home, release)
    for field in contract.unit_fields:
        if field.unit is None:
            continue
        ids = units.canonical(field.unit.kind, rows[field.name])
        rows = rows.append_column(CANONICAL.format(field.name), ids)
    return rows.append_column(HERE, pa.array([True] * rows.num_rows, pa.bool_()))


def typed(contract: Contract, found: pa.Table) -> pa.Table:
    """The contract's fields in their types.

    Raises:
        CheckFailed: one of them is not there, or of another type.
    """
    missing = [f.name for f in contract.fields if f.name not in found.column_names]
    if missing:
        raise CheckFailed(f"{contract.name}: its SQL gives no column {', '.join(missing)}")
    try:
        columns = {f.name: found[f.name].cast(arrow_type(f)) for f in contract.fields}
    except pa.ArrowInvalid:
        raise CheckFailed(f"{contract.name}: its SQL gives other types than the contract says") from None
    return pa.table(columns)
