"""The group ``entry``: the steps of one entry; what looks at it is in :mod:`.cli_entry_views`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from catalog.cataloging import cli_entry_views, cli_identifier
from catalog.cataloging.cli_acts import (
    as_json,
    as_office,
    by_name,
    looked_at,
    print_json,
    reasoned,
    store,
    who,
)

if TYPE_CHECKING:
    from catalog.cataloging.acts import Act


@click.group("entry")
def entry() -> None:
    """Steps and history of one entry. NAME is schema.table, or its code."""


@entry.command("sign")
@click.argument("name")
@looked_at
@by_name
@as_office("head")
@click.option("--reason", default="", metavar="TEXT", help="A note on the sign-off.")
@as_json
def sign(name: str, revision: int | None, by: str, office: str, reason: str, as_json: bool) -> None:
    """Sign a checked entry off, as head of its department."""
    from catalog.cataloging.steps import sign_off

    act = sign_off(store(), name, who(by, office), now=datetime.now(UTC), reason=reason, revision=revision)
    _print_act(act, as_json)
    if not as_json:
        click.echo(f"next: the authority, `ybz approve {name} --revision {act.revision}`")


@entry.command("return")
@click.argument("name")
@click.option(
    "--missing", "missing", multiple=True, required=True, metavar="[PLACE:] TEXT",
    help="What is missing, e.g. 'sharing.basis: cite the article'; name everything at once.",
)  # fmt: skip
@looked_at
@by_name
@as_office("authority", "head")
@as_json
def return_(
    name: str, missing: tuple[str, ...], revision: int | None, by: str, office: str, as_json: bool
) -> None:
    """Return an entry with one complete list of what is missing.

    What a program can tell is missing is added to the list. What stood in the entry at a former return,
    and was not asked for then, cannot be asked for now.
    """
    from catalog.cataloging.answering import return_ as take

    act = take(store(), name, who(by, office), missing, now=datetime.now(UTC), revision=revision)
    _print_act(act, as_json)
    if not as_json:
        for one in act.details["missing"]:
            found = "" if one["by"] == "office" else " (found by the program)"
            click.echo(f"    {one['place']}: {one['what']}{found}{', asked for late' if one['late'] else ''}")


@entry.command("refuse")
@click.argument("name")
@click.option("--basis", required=True, metavar="TEXT", help="The law, rule or standard it rests on.")
@reasoned
@looked_at
@by_name
@as_office("authority")
@as_json
def refuse(
    name: str, basis: str, reason: str, revision: int | None, by: str, office: str, as_json: bool
) -> None:
    """Refuse a signed-off entry, with a cited basis. What is published stays in force."""
    from catalog.cataloging.answering import refuse as take

    act = take(
        store(), name, who(by, office), basis=basis, reason=reason, now=datetime.now(UTC), revision=revision
    )
    _print_act(act, as_json)


@entry.command("withdraw")
@click.argument("name")
@reasoned
@by_name
@as_office("steward", "authority")
@as_json
def withdraw(name: str, reason: str, by: str, office: str, as_json: bool) -> None:
    """Take a revision back before sign-off (steward), or withdraw a published entry (authority)."""
    from catalog.cataloging import answering

    take = answering.withdraw if office == "authority" else answering.retract
    _print_act(take(store(), name, who(by, office), reason=reason, now=datetime.now(UTC)), as_json)


@entry.command("trigger")
@click.argument("name")
@click.option("--kind", required=True, type=click.Choice(["law", "function", "system", "structure", "other"]))
@click.option("--what", required=True, metavar="TEXT", help="What happened.")
@by_name
@as_office("steward", "authority")
@as_json
def trigger(name: str, kind: str, what: str, by: str, office: str, as_json: bool) -> None:
    """Record what obliges the department to update a published entry; its clock starts."""
    from catalog.cataloging import clocks
    from catalog.cataloging.answering import trigger as take
    from catalog.clocks.running import clocks_of
    from catalog.store import reading

    engine = store()
    act = take(engine, name, who(by, office), kind=kind, what=what, now=datetime.now(UTC))
    with reading(engine) as connection:
        open_clocks = clocks_of(connection, clocks.subject(act.name), open_only=True)
        (clock,) = [each for each in open_clocks if each.rule == clocks.UPDATE]
    due = clock.due_on.isoformat() if clock.due_on else None
    if as_json:
        print_json({"name": act.name, **act.as_document(), "due_on": due, "provisional": clock.provisional})
        return
    word = " (provisional: no official calendar of that year yet)" if clock.provisional else ""
    click.echo(f"{act.name}: to be updated by {due}{word}, {clock.source}")
    click.echo(f"next: `ybz submit FILE`; more time with consent: `ybz clock extend {clock.subject} …`")


def _print_act(act: Act, as_json: bool) -> None:
    if as_json:
        print_json({"name": act.name, **act.as_document()})
        return
    held = act.details.get("same_person")
    note = f" (also acted as {', '.join(held)})" if held else ""
    click.echo(f"{act.name}: {act.after}, revision {act.revision}, {act.event} by {act.actor}{note}")


for _command in (
    cli_entry_views.history, cli_entry_views.show, cli_entry_views.list_, cli_entry_views.announcements,
    cli_entry_views.acknowledge, cli_identifier.identifier,
):  # fmt: skip
    entry.add_command(_command)
