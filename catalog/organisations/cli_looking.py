"""Commands that show the tree as of a day, the life of one unit, entries that wait, and divisions."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import click

from catalog.organisations.cli_acting import as_json, given_by, looking, on_day, rests_on, rim

if TYPE_CHECKING:
    from sqlalchemy import Connection

as_of = click.option("--as-of", "on", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="As of a day.")


@click.command()
@click.argument("code")
@as_of
@as_json
def show(code: str, on: datetime | None, as_json: bool) -> None:
    """Show the life of a unit: names, changes, who follows it, what is still in its name."""
    from catalog import beside
    from catalog.organisations import handover, held, tree, units
    from catalog.organisations.errors import UnknownUnit

    day = _day(on)
    with looking() as connection:
        spans = units.spans_of(connection, code)
        if not spans:
            raise UnknownUnit(code)
        follow, mine = tree.successors(connection, code, day), beside.details_seen(connection)
        named = held.held_by(connection, code, day) if _is_told(connection, code) else ()
        document: dict[str, Any] = {
            "code": code,
            "name": tree.name_of(connection, code, day),
            "exists": any(each.holds(day) for each in spans),
            "successors": [
                {"code": c, "name": tree.name_of(connection, c, day)} for c in follow if c != code
            ],
            "spans": [each.to_document() for each in spans],
            "changes": [each.to_document() for each in tree.changes(connection, code)],
            "to_revise": [each.to_document() for each in handover.pending(connection, code, codes=mine)],
            "in_its_name": [each.to_document() for each in named],
        }
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False))
        return
    click.echo(f"{code} {document['name']}" + ("" if document["exists"] else f": not there on {day}"))
    for span in spans:
        until = f"to before {span.valid_to}" if span.valid_to else "on"
        below = f", below {span.parent}" if span.parent else ""
        click.echo(f"    from {span.valid_from} {until}: {span.name}{below}")
    for change in document["changes"]:
        names = f"{', '.join(change['predecessors'])} → {', '.join(change['successors']) or 'nobody'}"
        click.echo(f"    {change['effective_on']} {change['kind']}: {names} ({change['basis']})")
    for each in document["successors"]:
        click.echo(f"    now: {each['code']} {each['name']}")
    for each in document["to_revise"]:
        click.echo(f"    to revise: {each['dataset']} (was {each['from_name']})")
    for each in document["in_its_name"]:
        click.echo(f"    in its name: {each['words']}")


def _is_told(connection: Connection, code: str) -> bool:
    """Whether inner details of a unit are told to whoever runs the command."""
    from catalog import beside

    against = beside.judge()
    return against is None or not against(
        connection, "entry announcements", {"organisation": code}, datetime.now(UTC)
    )


@click.command()
@as_of
@as_json
def tree(on: datetime | None, as_json: bool) -> None:
    """Show the tree as it is, or was on a day."""
    from catalog.organisations import tree as trees

    with looking() as connection:
        lines = trees.lines(trees.units_on(connection, _day(on)))
    if as_json:
        documents = [span.to_document() | {"depth": depth} for depth, span in lines]
        click.echo(json.dumps(documents, ensure_ascii=False))
        return
    if not lines:
        click.echo("no unit that day — `ybz organisation sync` takes over the departments the ledger names")
    for depth, span in lines:
        click.echo(f"{'    ' * depth}{span.code}  {span.name}  {span.kind.value}")


@click.command()
@click.option("--for", "code", metavar="CODE", help="Only what passed to this unit.")
@as_json
def entries(code: str | None, as_json: bool) -> None:
    """List entries that need a revision, because another unit answers for them."""
    from catalog import beside
    from catalog.organisations import handover

    with looking() as connection:
        waiting = handover.pending(connection, code, codes=beside.details_seen(connection))
    if as_json:
        click.echo(json.dumps([each.to_document() for each in waiting], ensure_ascii=False))
        return
    if not waiting:
        click.echo("no entry waits for a revision")
    for each in waiting:
        names = f"{each.from_name} → {each.to_name}"
        click.echo(f"{each.dataset}  {names}, {each.change} of {each.opened_on} ({each.basis})")


@click.group()
def division() -> None:
    """Division codes (GB/T 2260) with their years."""


@division.command("keep")
@click.argument("code")
@click.argument("name")
@on_day
@rests_on
@given_by
@as_json
def keep(code: str, name: str, on: datetime | None, basis: str, by: str, as_json: bool) -> None:
    """Keep a division CODE with its NAME from a day on."""
    from catalog.organisations import regions

    with rim(on, basis, by) as (connection, reform):
        regions.keep(
            connection, code=code, name=name, valid_from=reform.on, basis=basis, by=reform.by, now=reform.now
        )
    words = f"{code} {name}, from {reform.on} on"
    click.echo(json.dumps({"code": code, "name": name}, ensure_ascii=False) if as_json else words)


@division.command("end")
@click.argument("code")
@click.option("--into", metavar="DIVISION", help="Its successor.")
@on_day
@rests_on
@given_by
@as_json
def end(code: str, into: str | None, on: datetime | None, basis: str, by: str, as_json: bool) -> None:
    """A division CODE is no more from a day on."""
    from catalog.organisations import regions

    with rim(on, basis, by) as (connection, reform):
        regions.end(
            connection, code=code, on=reform.on, successor=into, basis=basis, by=reform.by, now=reform.now
        )
    words = f"{code} ends on {reform.on}" + (f", {into} follows" if into else "")
    click.echo(json.dumps({"code": code, "successor": into}, ensure_ascii=False) if as_json else words)


@division.command("list")
@as_of
@as_json
def listing(on: datetime | None, as_json: bool) -> None:
    """List the division codes kept, all or as of a day."""
    from catalog.organisations import regions

    with looking() as connection:
        kept = regions.listing(connection, None if on is None else on.date())
    if as_json:
        click.echo(json.dumps(kept, ensure_ascii=False))
        return
    for each in kept:
        until = f" to before {each['valid_to']}" if each["valid_to"] else ""
        follows = f", then {each['successor']}" if each["successor"] else ""
        click.echo(f"{each['code']}  {each['name']}  from {each['valid_from']}{until}{follows}")


def _day(on: datetime | None) -> date:
    from policies.clocks import local_date

    return local_date(datetime.now(UTC)) if on is None else on.date()
