"""Commands of ``entry`` that look: history, one day, the list, announcements."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from typing import Any

import click

from catalog.cataloging.cli_acts import as_json, by_name, print_json, store


@click.command("history")
@click.argument("name")
@as_json
def history(name: str, as_json: bool) -> None:
    """Show every act on an entry: who, as what, when, why."""
    from catalog.cataloging.telling import history as read
    from catalog.store import reading

    with reading(store()) as connection:
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


@click.command("show")
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
    with reading(store()) as connection:
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


@click.command("list")
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
    with reading(store()) as connection:
        documents = listed(connection, states)
    if as_json:
        print_json(documents)
        return
    for document in documents:
        _print_head(document)


@click.command("announcements")
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

    with reading(store()) as connection:
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


@click.command("acknowledge")
@click.argument("announcement_id", metavar="ID")
@by_name
@as_json
def acknowledge(announcement_id: str, by: str, as_json: bool) -> None:
    """Take note of an announced change."""
    from catalog.cataloging.announcing import acknowledge as take
    from catalog.store import writing

    with writing(store()) as connection:
        done = take(connection, announcement_id, by or getpass.getuser(), datetime.now(UTC))
    if as_json:
        print_json(done.as_document())
        return
    click.echo(f"{done.id}: acknowledged by {done.acknowledged_by}")


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
