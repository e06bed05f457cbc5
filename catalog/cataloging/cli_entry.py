"""The group ``entry``: the steps of one entry, its history, announcements about it."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from catalog.cataloging.acts import Act, Who

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
by_name = click.option("--by", default="", metavar="NAME", help="Who acts (default: the user logged in).")
reasoned = click.option("--reason", required=True, metavar="TEXT", help="Why.")


def as_office(*offices: str) -> Callable[[Any], Any]:
    """``--as OFFICE``; the first is taken where none is given."""
    return click.option(
        "--as", "office", default=offices[0], show_default=True, metavar="OFFICE",
        type=click.Choice(["steward", "head", "authority"]), help=f"In which office: {' or '.join(offices)}.",
    )  # fmt: skip


def who(by: str, office: str) -> Who:
    """Who acts in which office."""
    from catalog.cataloging.acts import Who
    from policies.machine import Office

    return Who(by or getpass.getuser(), Office(office))


def print_json(document: object) -> None:
    """One JSON document on stdout."""
    click.echo(json.dumps(document, ensure_ascii=False))


@click.group("entry")
def entry() -> None:
    """Steps and history of one entry. NAME is schema.table, or its code."""


@entry.command("sign")
@click.argument("name")
@by_name
@as_office("head")
@click.option("--reason", default="", metavar="TEXT", help="A note on the sign-off.")
@as_json
def sign(name: str, by: str, office: str, reason: str, as_json: bool) -> None:
    """Sign a checked entry off, as head of its department."""
    from catalog.cataloging.steps import sign_off

    _print_act(sign_off(_store(), name, who(by, office), now=datetime.now(UTC), reason=reason), as_json)
    if not as_json:
        click.echo(f"next: the authority, `ybz approve {name}`")


@entry.command("return")
@click.argument("name")
@click.option(
    "--missing", "missing", multiple=True, required=True, metavar="[PLACE:] TEXT",
    help="What is missing, e.g. 'sharing.basis: cite the article'; name everything at once.",
)  # fmt: skip
@by_name
@as_office("authority", "head")
@as_json
def return_(name: str, missing: tuple[str, ...], by: str, office: str, as_json: bool) -> None:
    """Return an entry with one complete list of what is missing.

    What a program can tell is missing is added to the list. What stood in the entry at a former return,
    and was not asked for then, cannot be asked for now.
    """
    from catalog.cataloging.answering import return_ as take

    act = take(_store(), name, who(by, office), missing, now=datetime.now(UTC))
    _print_act(act, as_json)
    if not as_json:
        for one in act.details["missing"]:
            found = "" if one["by"] == "office" else " (found by the program)"
            click.echo(f"    {one['place']}: {one['what']}{found}{', asked for late' if one['late'] else ''}")


@entry.command("refuse")
@click.argument("name")
@click.option("--basis", required=True, metavar="TEXT", help="The law, rule or standard it rests on.")
@reasoned
@by_name
@as_office("authority")
@as_json
def refuse(name: str, basis: str, reason: str, by: str, office: str, as_json: bool) -> None:
    """Refuse a signed-off entry, with a cited basis. What is published stays in force."""
    from catalog.cataloging.answering import refuse as take

    act = take(_store(), name, who(by, office), basis=basis, reason=reason, now=datetime.now(UTC))
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
    _print_act(take(_store(), name, who(by, office), reason=reason, now=datetime.now(UTC)), as_json)


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

    engine = _store()
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


@entry.command("history")
@click.argument("name")
@as_json
def history(name: str, as_json: bool) -> None:
    """Show every act on an entry: who, as what, when, why."""
    from catalog.cataloging.telling import history as read
    from catalog.store import reading

    with reading(_store()) as connection:
        document = read(connection, name)
    if as_json:
        print_json(document)
        return
    _print_head(document)
    for act in document["acts"]:
        told = f": {act['reason']}" if act["reason"] else ""
        click.echo(
            f"{_moment(act['at'])}  revision {act['revision']}  {act['event']:9} {act['actor']}"
            f" ({act['office']}), {act['before']} → {act['after']}{told}"
        )
        for point in act["details"].get("missing", ()):
            click.echo(f"    missing  {point['place']}: {point['what']}")
        if basis := act["details"].get("basis"):
            click.echo(f"    basis  {basis}")
    for each in document["findings"]:
        seen = f"seen by {each['seen_by']}" if each["seen_by"] else "not yet seen by the authority"
        click.echo(f"condition added in revision {each['revision']}  {each['path']}: {each['what']}; {seen}")
    for clock in document["clocks"]:
        due = f"due {clock['due_on']}" if clock["due_on"] else "stands still"
        click.echo(f"clock {clock['rule']}  {clock['owner']}: {clock['state']}, {due}")


@entry.command("show")
@click.argument("name")
@click.option("--as-of", "as_of", metavar="DATE", help="The day, YYYY-MM-DD (default: today).")
@as_json
def show(name: str, as_of: str | None, as_json: bool) -> None:
    """Show an entry as it was at the end of a day."""
    from datetime import date

    from catalog.cataloging.telling import as_of as read
    from catalog.store import reading
    from policies.clocks import local_date

    try:
        on = date.fromisoformat(as_of) if as_of else local_date(datetime.now(UTC))
    except ValueError:
        raise click.BadParameter(f"{as_of!r} is no day — write YYYY-MM-DD", param_hint="--as-of") from None
    with reading(_store()) as connection:
        document = read(connection, name, on)
    if as_json:
        print_json(document)
        return
    contract = document["contract"]
    click.echo(f"{document['code']}  {document['name']} on {document['as_of']}: {contract.get('name', '')}")
    click.echo(f"    revision {document['revision']}, {document['state']}, by {document['made_by']}")
    if pending := document["pending"]:
        click.echo(f"    on its way: revision {pending['revision']}, {pending['state']}")
    for one in contract.get("customProperties", ()):
        if one["property"].startswith("share"):
            said = one["value"]
            click.echo(f"    {one['property']}: {', '.join(said) if isinstance(said, list) else said}")
    for field in contract["schema"][0]["properties"]:
        click.echo(f"    {field['name']}  {field.get('businessName', '')}  {field.get('logicalType', '')}")


@entry.command("list")
@click.option(
    "--state", "states", multiple=True, metavar="STATE", help="Only in this state; may be repeated."
)
@as_json
def list_(states: tuple[str, ...], as_json: bool) -> None:
    """List entries with what is in force and what is on its way."""
    from catalog.cataloging.standing import known_states
    from catalog.cataloging.telling import listed
    from catalog.store import reading

    if unknown := sorted(set(states) - set(known_states())):
        raise click.BadParameter(
            f"{', '.join(unknown)} is no state — one of {', '.join(known_states())}", param_hint="--state"
        )
    with reading(_store()) as connection:
        documents = listed(connection, states)
    if as_json:
        print_json(documents)
        return
    for document in documents:
        _print_head(document)


@entry.command("announcements")
@click.option(
    "--for", "organisation", default="", metavar="ORGANISATION", help="Code or name of who is told."
)
@click.option("--name", default="", metavar="DATASET", help="Only about this dataset.")
@click.option("--open", "open_only", is_flag=True, help="Only those nobody has acknowledged.")
@as_json
def announcements(organisation: str, name: str, open_only: bool, as_json: bool) -> None:
    """List breaking changes and who was told of them."""
    from catalog.cataloging.announcing import announcements as read
    from catalog.store import reading

    with reading(_store()) as connection:
        found = read(connection, organisation=organisation, name=name, open_only=open_only)
    if as_json:
        print_json([each.as_document() for each in found])
        return
    for each in found:
        taken = f"acknowledged by {each.acknowledged_by}" if each.acknowledged_by else "open"
        click.echo(
            f"{each.id}  {each.name} revision {each.from_revision} → {each.to_revision}:"
            f" {each.organisation_name} ({each.kind} {each.target}), {taken}"
        )
        for line in each.effects or each.reasons:
            click.echo(f"    {line}")


@entry.command("acknowledge")
@click.argument("announcement_id", metavar="ID")
@by_name
@as_json
def acknowledge(announcement_id: str, by: str, as_json: bool) -> None:
    """Take note of an announced change."""
    from catalog.cataloging.announcing import acknowledge as take
    from catalog.store import writing

    with writing(_store()) as connection:
        done = take(connection, announcement_id, by or getpass.getuser(), datetime.now(UTC))
    if as_json:
        print_json(done.as_document())
        return
    click.echo(f"{done.id}: acknowledged by {done.acknowledged_by}")


def _store() -> Engine:
    from catalog.home import Home
    from catalog.store import open_store

    return open_store(Home.find())


def _print_act(act: Act, as_json: bool) -> None:
    if as_json:
        print_json({"name": act.name, **act.as_document()})
        return
    held = act.details.get("same_person")
    note = f" (also acted as {', '.join(held)})" if held else ""
    click.echo(f"{act.name}: {act.after}, revision {act.revision}, {act.event} by {act.actor}{note}")


def _print_head(document: dict[str, Any]) -> None:
    pending = document["pending"]
    way = f"; on its way: revision {pending['revision']}, {pending['state']}" if pending else ""
    click.echo(
        f"{document['code']}  {document['name']}  {document['title']}  {document['department']}:"
        f" {document['state']}, revision {document['revision']}{way}"
    )


def _moment(text: str) -> str:
    from policies.clocks import ZONE

    return datetime.fromisoformat(text).astimezone(ZONE).strftime("%Y-%m-%d %H:%M")
