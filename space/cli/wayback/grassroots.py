"""Commands of the grass-roots ledger 基层台账: ``ybz grassroots``.

Looking and Excel are in :mod:`space.cli.wayback.grassroots_looking`, tasks and stand-ins in
:mod:`space.cli.wayback.grassroots_tasks`, forms and datasets in :mod:`space.cli.wayback.grassroots_forms`.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from space.cli.refusal import refusals
from space.cli.wayback.grassroots_forms import confirm_form, form, pull, register
from space.cli.wayback.grassroots_looking import (
    count,
    export,
    kind_option,
    list_records,
    record_argument,
    show,
    take_back,
    told,
)
from space.cli.wayback.grassroots_tasks import assign, check, hand_over, report, stand_in, stand_ins, tasks
from space.cli.wayback.options import (
    acting,
    actor,
    as_json,
    body_option,
    names,
    open_installation,
    pairs,
    print_json,
)

if TYPE_CHECKING:
    from space.wayback.grassroots.keeping import Kept


@click.group()
def grassroots() -> None:
    """Grass-roots ledger 基层台账: feed, list, add, confirm, change, close, export, count, tasks."""


for _command in (
    *(count, export, list_records, show, take_back),
    *(form, confirm_form, pull, register),
    *(assign, check, hand_over, report, stand_in, stand_ins, tasks),
):
    grassroots.add_command(_command)


@grassroots.command()
@body_option
@click.option("--dataset", required=True, metavar="SCHEMA.TABLE", help="The body subscribes to it.")
@kind_option
@click.option("--key", default="", metavar="FIELD", help="That identifies the record (default: by its unit).")
@actor
@as_json
def bind(body: str, dataset: str, kind: str, key: str, by: str, as_json: bool) -> None:
    """Let a subscribed dataset feed one kind of record."""
    from space.wayback.grassroots.setting_up import bind as let_feed

    _home, engine, now = open_installation()
    with refusals(as_json):
        made = let_feed(engine, body, dataset, kind, key, by=acting(by), now=now)
    if as_json:
        print_json(asdict(made))
        return
    click.echo(f"{made.dataset} feeds records of {made.kind} by {made.key_field}")


@grassroots.command()
@body_option
@actor
@as_json
def feed(body: str, by: str, as_json: bool) -> None:
    """Take deliveries into the ledger, each once: rows become events of its records."""
    from space.wayback.grassroots.feeding import feed as take_in

    home, engine, now = open_installation()
    with refusals(as_json):
        done = take_in(home, engine, body, by=acting(by), now=now)
    if as_json:
        print_json([asdict(one) for one in done])
        return
    for one in done:
        click.echo(
            f"{one.delivery}  {one.dataset:40} +{one.added} ~{one.changed} -{one.removed}"
            f"{f'  ({one.unplaced} without an identifier)' if one.unplaced else ''}"
        )
    if not done:
        click.echo("nothing new was delivered")


@grassroots.command("items")
@body_option
@kind_option
@as_json
def list_items(body: str, kind: str, as_json: bool) -> None:
    """Items of a kind of record, and who answers for each."""
    from catalog.store import reading
    from policies.clocks import local_date
    from space.wayback.backflow.bodies import body as body_of
    from space.wayback.grassroots.items import items_of, kind_called

    _home, engine, now = open_installation()
    with refusals(as_json), reading(engine) as connection:
        kind_called(kind, local_date(now))
        found = items_of(connection, body_of(connection, body), kind, local_date(now)).values()
    if as_json:
        print_json([asdict(one) for one in found])
        return
    for one in found:
        click.echo(f"{one.name:50} {one.title}  [{one.authority}]")


@grassroots.command("item")
@click.argument("name")
@body_option
@kind_option
@click.option("--title", required=True, help="As printed.")
@click.option(
    "--type", "holds", default="text", show_default=True, help="text, date, number, yes_no, choice."
)
@click.option("--allowed", default="", metavar="A,B", help="Values of a choice.")
@actor
@as_json
def add_item(
    name: str, body: str, kind: str, title: str, holds: str, allowed: str, by: str, as_json: bool
) -> None:
    """Keep one more local item NAME; the body answers for it."""
    from space.wayback.grassroots.items import LedgerItem, Type
    from space.wayback.grassroots.setting_up import add_item as keep

    if holds not in {one.value for one in Type}:
        raise click.UsageError(f"--type is one of {', '.join(one.value for one in Type)}")
    _home, engine, now = open_installation()
    item = LedgerItem(name, title, "", "", type=Type(holds), allowed=names(allowed))
    with refusals(as_json):
        made = keep(engine, body, kind, item, by=acting(by), now=now)
    if as_json:
        print_json(asdict(made))
        return
    click.echo(f"{made.name} {made.title}: {made.authority} answers for it")


@grassroots.command()
@click.option("--identifier", prompt=True, help="Of the person, household, house or shop.")
@body_option
@kind_option
@click.option("--set", "values", multiple=True, metavar="ITEM=VALUE", help="Local items.")
@click.option("--household", default="", metavar="RECORD", help="It belongs to.")
@actor
@as_json
def add(
    identifier: str, body: str, kind: str, values: tuple[str, ...], household: str, by: str, as_json: bool
) -> None:
    """Enter somebody or something only the body knows."""
    from catalog.store import reading
    from space.wayback.grassroots.judging import Acting
    from space.wayback.grassroots.keeping import add as enter

    home, engine, now = open_installation()
    with refusals(as_json):
        made = enter(
            home, engine, Acting(body, acting(by), now), kind, identifier, pairs(values), household=household
        )
    with reading(engine) as connection:
        found = told(connection, made, now)
    if as_json:
        print_json(found)
        return
    click.echo(f"{found['id']} {found['kind']} {found['identifier']}: {found['state']}")


@grassroots.command()
@record_argument
@body_option
@click.option("--items", default="", metavar="A,B", help="Only these (default: all).")
@actor
@as_json
def confirm(record_id: str, body: str, items: str, by: str, as_json: bool) -> None:
    """State that a record is as it stands."""
    from space.wayback.grassroots.judging import Acting
    from space.wayback.grassroots.keeping import confirm as state

    _home, engine, now = open_installation()
    with refusals(as_json):
        kept = state(engine, Acting(body, acting(by), now), record_id, names(items))
    _say(kept, "confirmed", as_json)


@grassroots.command()
@record_argument
@body_option
@click.option("--set", "values", multiple=True, required=True, metavar="ITEM=VALUE")
@click.option("--reason", default="", help="Why; needed where a department answers for the item.")
@actor
@as_json
def change(record_id: str, body: str, values: tuple[str, ...], reason: str, by: str, as_json: bool) -> None:
    """Change items; those of a department become challenges to it."""
    from space.wayback.grassroots.judging import Acting
    from space.wayback.grassroots.keeping import change as alter

    home, engine, now = open_installation()
    with refusals(as_json):
        kept = alter(home, engine, Acting(body, acting(by), now), record_id, pairs(values), reason=reason)
    _say(kept, "changed", as_json)


@grassroots.command()
@record_argument
@body_option
@click.option("--reason", required=True)
@actor
@as_json
def close(record_id: str, body: str, reason: str, by: str, as_json: bool) -> None:
    """Close a record; its events stay."""
    from space.wayback.grassroots.judging import Acting
    from space.wayback.grassroots.keeping import close as shut

    _home, engine, now = open_installation()
    with refusals(as_json):
        kept = shut(engine, Acting(body, acting(by), now), record_id, reason=reason)
    _say(kept, "closed", as_json)


def _say(kept: Kept, done: str, as_json: bool) -> None:
    if as_json:
        print_json(asdict(kept))
        return
    changed = f": {', '.join(kept.changed)}" if kept.changed else ""
    click.echo(f"{kept.record} {done}{changed}")
    for name, challenge in kept.challenged.items():
        click.echo(f"  {name}: challenge {challenge} sent to its source department")
