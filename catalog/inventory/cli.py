"""Commands ``inventory`` and ``lists``.

Whoever runs them holds the installation. Here: the workbook and the connector that tell of systems. What
is said of one table is in :mod:`catalog.inventory.cli_tables`, of a month in
:mod:`catalog.inventory.cli_balance`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from catalog.inventory import cli_acts, cli_balance, cli_tables
from catalog.inventory.cli_acts import as_json, by_whom
from catalog.inventory.cli_lists import lists

__all__ = ["inventory", "lists"]


@click.group("inventory")
def inventory() -> None:
    """Systems and tables the ledger must account for (应编尽编)."""


@inventory.command()
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path), metavar="OUT.xlsx")
@as_json
def template(out: Path, as_json: bool) -> None:
    """Write the empty workbook departments list their systems and tables in."""
    from catalog.inventory.workbook import template as written
    from policies.clocks import local_date

    if out.suffix.lower() != ".xlsx":
        raise click.BadParameter("name a file that ends in .xlsx", param_hint="OUT.xlsx")
    written(out, local_date(cli_acts.now()))
    words = f"{out}: fill it in, then `ybz inventory import {out}`"
    cli_acts.told({"file": str(out)}, words, as_json)


@inventory.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE.xlsx|csv")
@click.option("--complete", is_flag=True, help="The file lists every table of its systems: others are gone.")
@by_whom
@as_json
def import_(file: Path, complete: bool, by: str, as_json: bool) -> None:
    """Take a workbook of systems and tables; faulty cells are marked in a copy, and nothing is taken."""
    from catalog import beside
    from catalog.inventory.importing import import_workbook, marked_copy
    from catalog.inventory.row_acts import leaving_out
    from catalog.inventory.workbook import read
    from catalog.workbook.faults import WorkbookFaulty

    given, against, now = read(file), beside.judge(), cli_acts.now()
    judge = None if against is None else leaving_out(against, cli_acts.who(by), now)
    try:
        with cli_acts.writing() as connection:
            done = import_workbook(
                connection, given, by=cli_acts.who(by), now=now, complete=complete, judge=judge
            )
    except WorkbookFaulty as error:
        copy = file.with_name(f"{file.stem}.errors.xlsx")
        marked = marked_copy(given, error.faults, copy)
        if as_json:
            told = [
                {"sheet": f.sheet, "cell": f.cell, "what": f.what, "remedy": f.remedy} for f in error.faults
            ]
            cli_acts.print_json({"ok": False, "faults": told, "marked": str(copy)})
        else:
            click.echo("\n".join(map(str, error.faults)), err=True)
        told_so = f"{file}: {marked} faults to correct, nothing was taken; they are marked in {copy}"
        click.echo(told_so, err=True)
        sys.exit(1)
    if as_json:
        cli_acts.print_json(done.to_document())
        return
    for taken in done.systems:
        click.echo(_taken(taken.to_document()))
    click.echo(f"{done.confirmed} tables matched, {done.excluded} excluded")


@inventory.command()
@click.argument("url", metavar="URL|FILE")
@click.option("--system", required=True, metavar="NAME", help="Whose tables these are.")
@click.option("--department", default="", metavar="NAME", help="Of a system that is new.")
@click.option("--code", default="", metavar="USCC", help="Of that department.")
@click.option("--views", is_flag=True, help="List views, too.")
@by_whom
@as_json
def scan(url: str, system: str, department: str, code: str, views: bool, by: str, as_json: bool) -> None:
    """List a database read-only: names, types, comments and counts, never a row.

    Keep passwords out of the command line: ${NAME} in the URL is taken from the environment.
    """
    from catalog.inventory.connector import scan as scanned
    from catalog.inventory.listing import Listing
    from catalog.inventory.matching import match as matched
    from catalog.inventory.systems import department_of
    from catalog.inventory.taking import take
    from policies.clocks import local_date
    from policies.rulebook import rule

    now = cli_acts.now()
    with cli_acts.reading() as connection:
        owner = department_of(connection, system, department)
    limit = float(rule("completeness", "count_timeout_s", local_date(now)).value)
    found = scanned(url, count_timeout_s=limit, views=views)
    listing = Listing(system, owner, code, found.tables, True, "scan", address=found.address)
    with cli_acts.writing() as connection:
        taken = take(connection, listing, by=cli_acts.who(by), now=now)
        matches = matched(connection, by=cli_acts.who(by), now=now)
    certain = sum(m.certain for m in matches)
    if as_json:
        new = {"matched": certain, "proposed": len(matches) - certain}
        cli_acts.print_json(taken.to_document() | {"address": found.address} | new)
        return
    click.echo(_taken(taken.to_document()))
    for name, change in taken.changed.items():
        told = "; ".join(f"{what} {', '.join(names)}" for what, names in change.items() if names)
        click.echo(f"  changed  {name}: {told or 'order of columns'}")
    for name in taken.gone:
        click.echo(f"  gone     {name}")
    click.echo(f"{certain} tables matched with certainty, {len(matches) - certain} proposals to confirm")


def _taken(taken: dict[str, Any]) -> str:
    counts = ", ".join(f"{len(taken[k])} {k}" for k in ("new", "gone", "back", "changed"))
    again = f", {len(taken['refilled'])} no longer empty" if taken["refilled"] else ""
    return f"{taken['system']}: {taken['tables']} tables, {counts}{again}"


for _command in (
    cli_tables.list_, cli_tables.open_, cli_tables.match, cli_tables.confirm, cli_tables.reject,
    cli_tables.exclude, cli_tables.include, cli_tables.external, cli_balance.balance, cli_balance.explain,
):  # fmt: skip
    inventory.add_command(_command)
