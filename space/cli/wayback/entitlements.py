"""Commands of alerts of life events: ``ybz entitlement``."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import click

from space.cli.refusal import refusals
from space.cli.wayback.options import acting, actor, as_json, open_installation, pairs, print_json


@click.group()
def entitlement() -> None:
    """Alerts of life events: lists compared with the population register; cases, not decisions."""


@entitlement.command("open")
@click.argument("name", metavar="ENTITLEMENT")
@click.option("--list", "dataset", required=True, metavar="SCHEMA.TABLE", help="The department's own list.")
@click.option("--register", required=True, metavar="SCHEMA.TABLE", help="The population register.")
@click.option(
    "--other", "others", multiple=True, metavar="NAME=SCHEMA.TABLE", help="Another list of the rule."
)
@click.option("--department", required=True, metavar="CODE")
@click.option("--purpose", required=True, help="What it is compared for.")
@click.option("--basis", required=True, help="Legal basis 使用依据.")
@actor
@as_json
def open_one(
    name: str,
    dataset: str,
    register: str,
    others: tuple[str, ...],
    department: str,
    purpose: str,
    basis: str,
    by: str,
    as_json: bool,
) -> None:
    """Open a comparison for ENTITLEMENT, a row of the rules; others' data is read under grants."""
    from space.wayback.entitlements.comparisons import Wanted, open_comparison

    _home, engine, now = open_installation()
    wanted = Wanted(name, dataset, register, department, purpose, basis, pairs(others))
    with refusals(as_json):
        made = open_comparison(engine, wanted, by=acting(by), now=now)
    if as_json:
        print_json(_told(asdict(made)))
        return
    under = ", ".join(f"{name} under {grant}" for name, grant in made.grants.items()) or "own data only"
    click.echo(f"{made.id}: {made.dataset} with {made.register} ({under})")


@entitlement.command("list")
@as_json
def list_all(as_json: bool) -> None:
    """Comparisons, the oldest first."""
    from catalog.store import reading
    from space.wayback.entitlements.comparisons import listing

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        found = listing(connection)
    if as_json:
        print_json([_told(asdict(one)) for one in found])
        return
    for one in found:
        over = "  ended" if one.ended_at else ""
        click.echo(f"{one.id}  {one.entitlement}  {one.dataset} with {one.register}  {one.department}{over}")


@entitlement.command()
@click.argument("comparison", metavar="ID")
@actor
@as_json
def run(comparison: str, by: str, as_json: bool) -> None:
    """Compare what is published now; every new finding becomes a case."""
    from space.wayback.entitlements.alerts import run as compare

    home, engine, now = open_installation()
    with refusals(as_json):
        done = compare(home, engine, comparison, by=acting(by), now=now)
    if as_json:
        print_json(asdict(done))
        return
    for name, number in done.found.items():
        click.echo(f"{name:20} {number}")
    again = " (these releases were compared before)" if done.repeated else ""
    click.echo(f"{done.compared} persons compared: {done.opened} cases opened, {done.gone} gone{again}")


@entitlement.command("end")
@click.argument("comparison", metavar="ID")
@actor
@as_json
def end_one(comparison: str, by: str, as_json: bool) -> None:
    """End a comparison; its cases stay."""
    from space.wayback.entitlements.comparisons import end

    _home, engine, now = open_installation()
    end(engine, comparison, by=acting(by), now=now)
    if as_json:
        print_json({"id": comparison, "ended_at": now.isoformat()})
        return
    click.echo(f"{comparison}: ended")


@entitlement.command()
@click.option("--department", default="", metavar="CODE", help="Only this department's.")
@click.option("--body", default="", metavar="CODE", help="Only this body's.")
@click.option("--open", "open_only", is_flag=True, help="Only open ones.")
@as_json
def cases(department: str, body: str, open_only: bool, as_json: bool) -> None:
    """Cases, the soonest due first; a case names nobody, and decides nothing."""
    from catalog.store import reading
    from policies.clocks import local_date
    from space.wayback.entitlements.cases import listing

    _home, engine, now = open_installation()
    with reading(engine) as connection:
        found = listing(connection, local_date(now), department=department, body=body, open_only=open_only)
    if as_json:
        print_json([_told(asdict(one)) for one in found])
        return
    for one in found:
        late = "  overdue" if one.overdue else ""
        where = one.area or "no area"
        click.echo(
            f"{one.id}  {one.finding:16} {one.confidence:9} {where:12} {one.state} due {one.due_on}{late}"
        )


@entitlement.command()
@click.argument("case", metavar="CASE")
@click.option("--body", required=True, metavar="CODE", help="Of the area.")
@click.option("--person", required=True, metavar="NAME", help="Who goes.")
@click.option("--due", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Last day.")
@actor
@as_json
def check(case: str, body: str, person: str, due: datetime, by: str, as_json: bool) -> None:
    """Have a case checked at the door 核实, by the body of its area."""
    from space.wayback.entitlements.cases import check as have_checked

    _home, engine, now = open_installation()
    with refusals(as_json):
        made = have_checked(engine, case, body=body, person=person, due_on=due.date(), by=acting(by), now=now)
    if as_json:
        print_json(_told(asdict(made)))
        return
    click.echo(f"{made.id}: {made.title}, {made.person}, due {made.due_on}")


@entitlement.command()
@click.argument("case", metavar="CASE")
@click.option("--department", required=True, metavar="CODE")
@click.option("--outcome", required=True, type=click.Choice(["confirmed", "unfounded", "unclear"]))
@click.option("--answer", required=True, help="Why, and what follows; without anything of the person.")
@actor
@as_json
def settle(case: str, department: str, outcome: str, answer: str, by: str, as_json: bool) -> None:
    """Say what became of a case, for the department that answers for the list."""
    from space.wayback.entitlements.cases import OUTCOMES
    from space.wayback.entitlements.cases import settle as close

    _home, engine, now = open_installation()
    said = next(one for one in OUTCOMES if one == outcome)
    with refusals(as_json):
        done = close(engine, case, department=department, outcome=said, answer=answer, by=acting(by), now=now)
    if as_json:
        print_json(_told(asdict(done)))
        return
    click.echo(f"{done.id}: {done.state}, {done.outcome}")


def _told(found: dict[str, Any]) -> dict[str, Any]:
    """As JSON: days and instants as text."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in found.items()}
