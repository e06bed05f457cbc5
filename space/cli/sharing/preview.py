"""Command ``ybz preview``: what a dataset offers before any grant."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from space.cli.refusal import refuse
from space.cli.wayback.options import as_json, open_installation, print_json


@click.group()
def preview() -> None:
    """Before any grant: a dataset's dictionary, a synthetic sample, a query tried on it."""


@preview.command()
@click.argument("name", metavar="NAME")
@as_json
def dictionary(name: str, as_json: bool) -> None:
    """The columns of the dataset NAME as a query sees them, with their public bounds."""
    from catalog.store import reading
    from policies.clocks import local_date
    from space.preview.dictionary import dictionary as told

    _home, engine, now = open_installation()
    with reading(engine) as connection:
        found = told(connection, name, local_date(now))
    if as_json:
        print_json(found)
        return
    _print(found)


@preview.command()
@click.argument("name", metavar="NAME")
@click.option("--rows", type=click.IntRange(1, 10_000), default=1_000, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Other rows.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="FILE.csv or FILE.parquet (default: CSV on the terminal).",
)
@as_json
def sample(name: str, rows: int, seed: int, out: Path | None, as_json: bool) -> None:
    """Synthetic rows of the dataset NAME, made from its contract and never from rows."""
    from catalog.store import reading
    from space.granting.kinds import published
    from space.preview.dictionary import contract_of
    from space.preview.synthetic import sample as made

    if out is not None and out.suffix not in (".csv", ".parquet"):
        raise click.UsageError("--out ends in .csv or .parquet")
    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        contract = contract_of(connection, name)
        others = published(connection, [join.dataset for join in contract.joins])
    table = made(contract, rows, seed, others)
    if out is None and as_json:
        print_json({"name": name, "rows": json.loads(json.dumps(table.to_pylist(), default=str))})
        return
    _write(table, out)
    if out is not None:
        told = {"name": name, "rows": table.num_rows, "file": str(out)}
        print_json(told) if as_json else click.echo(f"{out}: {table.num_rows} synthetic rows of {name}")


@preview.command("query")
@click.argument("sql")
@click.option("--dataset", "names", multiple=True, required=True, metavar="NAME", help="Granted; repeatable.")
@click.option(
    "--caller",
    type=click.Choice(("outside", "administration")),
    default="outside",
    show_default=True,
    help="Who would ask: an operator is outside, a department inside.",
)
@as_json
def try_query(sql: str, names: tuple[str, ...], caller: str, as_json: bool) -> None:
    """Try SQL as a grant of whole datasets would answer it, on synthetic rows; nothing is spent."""
    from catalog.store import reading
    from policies.access import Caller
    from policies.clocks import local_date
    from policies.decision import Deny
    from space.calls.answers import rows
    from space.engines.workers.pool import Pool
    from space.preview.trial import attempt

    _home, engine, now = open_installation()
    pool = Pool()
    try:
        with reading(engine) as connection:
            tried = attempt(connection, sql, list(names), Caller(caller), local_date(now), pool)
    finally:
        pool.close()
    if isinstance(tried, Deny):
        refuse(tried, as_json=as_json)
    if as_json:
        print_json({"synthetic": True, "rows": rows(tried.table), "plan": dict(tried.plan)})
        return
    from rich.console import Console
    from rich.table import Table

    shown = Table(*tried.table.column_names, title="synthetic rows: the form is right, the figures are not")
    for row in rows(tried.table):
        shown.add_row(*("" if value is None else str(value) for value in row.values()))
    Console().print(shown)
    click.echo(f"{tried.plan['mode']} mode; rho {tried.plan['rho']:g} if it were asked", err=True)


def _write(table: Any, out: Path | None) -> None:
    import sys

    from pyarrow import csv, parquet

    if out is not None and out.suffix == ".parquet":
        parquet.write_table(table, out)
        return
    if out is not None:
        csv.write_csv(table, out)
        return
    sys.stdout.flush()
    csv.write_csv(table, sys.stdout.buffer)


def _print(found: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(
        "column", "title", "type", "use", "values or bounds", title=f"{found['name']} {found['title']}"
    )
    for column in found["columns"]:
        table.add_row(column["name"], column["title"], column["type"], column["may"], _bounds(column))
    Console().print(table)
    units = ", ".join(f"{u['kind']} (at most {u['max_rows']} rows each)" for u in found["units"]) or "no unit"
    click.echo(f"rows are about: {units}")
    for join in found["joins"]:
        click.echo(f"joins: {join['field']} = {join['with']}")
    for caller, mode in found["modes"].items():
        click.echo(f"answers to the {caller}: {mode} mode at least")


def _bounds(column: dict[str, Any]) -> str:
    if column["values"]:
        shown = ", ".join(column["values"][:6])
        return shown + (f" … {len(column['values'])} values" if len(column["values"]) > 6 else "")
    stated = [
        f"{column['minimum']} – {column['maximum']}" if column["minimum"] is not None else "",
        f"grain {column['grain']}" if column["grain"] else "",
        f"pseudonym of a {column['unit']['kind']}" if column["unit"] else "",
    ]
    return ", ".join(part for part in stated if part)
