"""Commands ``ybz meter``: reconciliation, tariff, costs and excess income."""

from __future__ import annotations

from typing import Any

import click

from space.cli.money.common import signer_of
from space.cli.refusal import refusals
from space.cli.wayback.options import acting, actor, as_json, open_installation, print_json


@click.group()
def meter() -> None:
    """Metering 计量: reconcile every call; tariff, costs and excess income."""


@meter.command()
@as_json
def reconcile(as_json: bool) -> None:
    """Count every call, counter and amount anew from evidence and receipts.

    Whatever differs is named by grant and row, and the command exits with 1. `calls` are the calls the
    evidence log knows, `rows` the usage rows, `counters` what the grants' counters of calls come to; `billed`
    is what was charged, `recomputed` the same from receipts, terms and tariff, in fen.
    """
    from space.money.reconcile import reconcile as count

    home, engine, _now = open_installation()
    made = count(engine, signer_of(home))
    document = made.to_document()
    if as_json:
        print_json(document)
    else:
        click.echo(f"calls       {document['calls']} in evidence, {document['rows']} usage rows")
        click.echo(
            f"counters    {document['counters']} calls taken; rows give {document['taken']}"
            f" and {document['open']} under way"
        )
        click.echo(
            f"money       {document['billed']} fen charged; {document['recomputed']} fen from receipts and"
            f" tariff; {document['invoiced']} fen invoiced"
        )
        click.echo(f"difference  {document['difference']}")
    for one in made.differences:
        told = f"{one.what}: {one.stated or '—'} / {one.found or '—'}"
        click.echo(f"differs: {one.grant or 'no grant'} {one.row}: {told}", err=True)
    if not made.ok:
        raise click.exceptions.Exit(1)


@meter.command("tariff")
@click.option("--on", default=None, metavar="DAY", help="As of this day (default: today).")
@as_json
def show_tariff(on: str | None, as_json: bool) -> None:
    """The tariff of a day: ceilings with their sources, units, steps, trial fee, rounding."""
    from datetime import UTC, date, datetime

    from catalog.home import Home
    from policies.clocks import local_date
    from policies.tariff import tariff

    Home.find()  # whose own rules count
    try:
        day = local_date(datetime.now(UTC)) if on is None else date.fromisoformat(on)
    except ValueError:
        raise click.UsageError("a day is written YYYY-MM-DD") from None
    stated = tariff(day).to_document()
    if as_json:
        print_json({"on": day.isoformat(), **stated})
        return
    trial = " (on trial)" if stated["trial"]["ceilings"] else ""
    for unit, by_class in stated["ceilings"].items():
        most = ", ".join(f"{name} {fen}" for name, fen in by_class.items())
        click.echo(f"ceiling per {unit}{trial}: {most} fen\n  {stated['sources'][unit]}")
    click.echo(
        "charged by: " + ", ".join(f"{product} by {unit}" for product, unit in stated["units"].items())
    )
    steps = ", ".join(f"above {step['above']}: {step['percent']} %" for step in stated["volume_steps"])
    click.echo(f"volume in a month: {steps}; rounded {stated['rounding']} to whole fen a unit")


@meter.command()
@click.argument("organisation")
@click.argument("year", type=int)
@click.option(
    "--kind", type=click.Choice(["cost", "subsidy", "tax", "income"]), required=True, help="Of what."
)
@click.option("--fen", type=int, required=True, help="Amount; below zero takes an earlier one back.")
@click.option("--basis", required=True, help="The account it is taken from.")
@actor
@as_json
def state(organisation: str, year: int, kind: Any, fen: int, basis: str, by: str, as_json: bool) -> None:
    """Enter a cost, subsidy, tax or income of ORGANISATION in YEAR."""
    from catalog.store import writing
    from space.money.income import state as enter

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        made = enter(connection, organisation, year, kind, fen, basis=basis, by=acting(by), now=now)
    if as_json:
        print_json({"id": made})
        return
    click.echo(f"{made}  {organisation} {year}: {kind} {fen} fen")


@meter.command()
@click.argument("organisation")
@click.argument("year", type=int)
@as_json
def excess(organisation: str, year: int, as_json: bool) -> None:
    """Excess income 超额收益 of ORGANISATION in YEAR: above cost, permitted profit and tax."""
    from catalog.store import reading
    from space.money.income import income

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        found = income(connection, organisation, year)
    if as_json:
        print_json(found.to_document())
        return
    lines = (
        ("income", found.income, f"{found.billed} billed here, {found.stated_income} stated"),
        ("cost", found.base, f"{found.cost} stated, {found.fees} fees paid, less {found.subsidy} subsidy"),
        ("profit", found.profit, f"{found.profit_percent} % are permitted: {found.profit_source}"),
        (
            "permitted",
            found.permitted,
            f"with {found.tax} tax, less {found.deducted} excess of the year before",
        ),
        ("excess", found.excess, "is taken off the next year's permitted income"),
    )
    for name, fen, said in lines:
        click.echo(f"{name:10} {fen:>14} fen  {said}")
