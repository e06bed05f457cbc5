"""Command ``organisation``: the tree, its reforms, and the place of the installation."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click

from catalog.organisations import cli_looking
from catalog.organisations.cli_acting import as_json, given_by, looking, on_day, rests_on, rim

_KINDS = ("government", "department", "authority", "institution", "registrar", "grassroots", "office")


@click.group("organisation")
def organisation() -> None:
    """The organisation tree (机构): units, reforms, history."""


@organisation.command()
@click.argument("code")
@click.argument("name")
@click.option("--kind", type=click.Choice(_KINDS), default="department", show_default=True)
@click.option("--under", metavar="CODE", help="Unit above.")
@click.option("--region", metavar="DIVISION", help="Division code (GB/T 2260).")
@on_day
@rests_on
@given_by
@as_json
def add(
    code: str, name: str, kind: str, under: str | None, region: str | None, on: datetime | None, basis: str,
    by: str, as_json: bool,
) -> None:  # fmt: skip
    """Enter a unit: CODE (USCC) and NAME."""
    from catalog.organisations import units

    with rim(on, basis, by) as (connection, reform):
        made = units.add(
            connection, code=code, name=name, kind=units.UnitKind(kind), valid_from=reform.on, basis=basis,
            by=reform.by, now=reform.now, parent=under, region=region,
        )  # fmt: skip
    _say(made.to_document(), f"{made.code} {made.name}, from {made.valid_from} on", as_json)


@organisation.command()
@click.argument("code")
@click.argument("name")
@on_day
@rests_on
@given_by
@as_json
def rename(code: str, name: str, on: datetime | None, basis: str, by: str, as_json: bool) -> None:
    """Give a unit another NAME; what was published before keeps the former one."""
    from catalog.organisations import changes

    with rim(on, basis, by) as (connection, reform):
        event = changes.rename(connection, code, name, reform)
    _told(event, f"{code} is {name} from {reform.on} on", as_json)


@organisation.command()
@click.argument("code")
@click.option("--under", metavar="CODE", help="Unit above.")
@click.option("--region", metavar="DIVISION", help="Division code (GB/T 2260).")
@on_day
@rests_on
@given_by
@as_json
def move(
    code: str, under: str | None, region: str | None, on: datetime | None, basis: str, by: str, as_json: bool
) -> None:
    """Hang a unit below another one, or let it answer for another division."""
    from catalog.organisations import changes

    with rim(on, basis, by) as (connection, reform):
        event = changes.move(connection, code, reform, parent=under, region=region)
    _told(event, f"{code} moved from {reform.on} on", as_json)


@organisation.command()
@click.argument("codes", nargs=-1, required=True)
@click.option("--into", required=True, metavar="CODE", help="Who follows; may be new, or one of CODES.")
@click.option("--name", default="", help="Its name, where it is new.")
@click.option("--kind", type=click.Choice(_KINDS), default="department", show_default=True)
@on_day
@rests_on
@given_by
@as_json
def merge(
    codes: tuple[str, ...], into: str, name: str, kind: str, on: datetime | None, basis: str, by: str,
    as_json: bool,
) -> None:  # fmt: skip
    """Merge units into one; their entries pass to it."""
    from catalog.organisations import changes, units

    with rim(on, basis, by) as (connection, reform):
        unit = changes.NewUnit(into, name, units.UnitKind(kind))
        event = changes.merge(connection, codes, unit, reform)
    _told(event, f"{', '.join(codes)} merged into {into}", as_json)


@organisation.command()
@click.argument("code")
@click.option(
    "--into", multiple=True, required=True, metavar="CODE[=NAME]", help="Who follows; NAME where new."
)
@click.option("--entry", "assigned", multiple=True, metavar="DATASET=CODE", help="Who answers for an entry.")
@on_day
@rests_on
@given_by
@as_json
def split(
    code: str, into: tuple[str, ...], assigned: tuple[str, ...], on: datetime | None, basis: str, by: str,
    as_json: bool,
) -> None:  # fmt: skip
    """Split a unit; each of its entries is assigned to a successor."""
    from catalog.organisations import changes

    made = [changes.NewUnit(*part.partition("=")[::2]) for part in into]
    to = dict(_pair(part) for part in assigned)
    with rim(on, basis, by) as (connection, reform):
        event = changes.split(connection, code, made, to, reform)
    _told(event, f"{code} split into {', '.join(each.code for each in made)}", as_json)


@organisation.command()
@click.argument("code")
@click.option("--into", metavar="CODE", help="Who follows.")
@on_day
@rests_on
@given_by
@as_json
def abolish(code: str, into: str | None, on: datetime | None, basis: str, by: str, as_json: bool) -> None:
    """Abolish a unit; its entries pass to who follows."""
    from catalog.organisations import changes

    with rim(on, basis, by) as (connection, reform):
        event = changes.abolish(connection, code, reform, successor=into)
    _told(event, f"{code} is no more from {reform.on} on", as_json)


@organisation.command()
@click.argument("code")
@click.option("--to", required=True, metavar="CODE", help="Who answers from now on.")
@click.option("--entry", "datasets", multiple=True, required=True, metavar="DATASET")
@on_day
@rests_on
@given_by
@as_json
def transfer(
    code: str, to: str, datasets: tuple[str, ...], on: datetime | None, basis: str, by: str, as_json: bool
) -> None:
    """Pass the duty for entries to another unit."""
    from catalog.organisations import changes

    with rim(on, basis, by) as (connection, reform):
        event = changes.transfer(connection, code, to, datasets, reform)
    _told(event, f"{', '.join(datasets)}: {to} answers from {reform.on} on", as_json)


@organisation.command()
@click.option(
    "--from", "since", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="First day of new units."
)
@given_by
@as_json
def sync(since: datetime | None, by: str, as_json: bool) -> None:
    """Take over the departments the ledger names; settle what revisions have done."""
    from catalog.organisations.sync import sync as take_over

    with rim(None, "sync", by) as (connection, reform):
        first = None if since is None else since.date()
        done = take_over(connection, by=reform.by, now=reform.now, since=first)
    lines = [
        f"added {len(done.added)}, known {done.known}, settled {len(done.settled)}",
        *(f"    open: {each}" for each in done.unclear),
    ]
    _say(done.to_document(), "\n".join(lines), as_json)


@organisation.command()
@click.argument("place", metavar="DIVISION", required=False)
@on_day
@click.option("--basis", default="", metavar="TEXT", help="The document it rests on.")
@given_by
@as_json
def place(place: str | None, on: datetime | None, basis: str, by: str, as_json: bool) -> None:
    """Say where the installation is, so that local rules hold; without DIVISION show it."""
    from catalog.clocks import place as places
    from policies.rulebook import places as above

    with rim(on, basis, by) as (connection, reform):
        if place is None:
            code = places.place_on(connection, reform.on)
        else:
            code = places.set_place(
                connection, place, valid_from=reform.on, basis=basis, by=reform.by, now=reform.now
            )
    _say({"place": code, "rules": list(above(code))}, f"{code}: rules of {', '.join(above(code))}", as_json)


def _told(event: str, words: str, as_json: bool) -> None:
    """What a change did, and which entries it leaves to be revised."""
    from catalog.organisations import handover

    with looking() as connection:
        waiting = [each.to_document() for each in handover.pending(connection, change=event)]
    lines = [words, *(f"    to revise: {e['dataset']}, {e['to_name']} answers for it" for e in waiting)]
    _say({"change": event, "to_revise": waiting}, "\n".join(lines), as_json)


def _pair(text: str) -> tuple[str, str]:
    name, sign, code = text.partition("=")
    if not sign or not name or not code:
        raise click.BadParameter("write DATASET=CODE", param_hint="--entry")
    return name, code


def _say(document: dict[str, Any] | Sequence[Any], words: str, as_json: bool) -> None:
    click.echo(json.dumps(document, ensure_ascii=False) if as_json else words)


organisation.add_command(cli_looking.show)
organisation.add_command(cli_looking.tree)
organisation.add_command(cli_looking.entries)
organisation.add_command(cli_looking.division)
