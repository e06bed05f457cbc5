"""Commands of ``authority`` on copies: which composed dataset may read one, by whose decision."""

from __future__ import annotations

import getpass
import json
from datetime import UTC, datetime
from typing import Any

import click

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
given_by = click.option("--by", default="", metavar="NAME", help="Who does it (default: the user logged in).")
rests_on = click.option("--basis", required=True, metavar="TEXT", help="Decision it rests on.")


@click.command("permit")
@click.argument("reader", metavar="DATASET.FIELD")
@click.option("--reads", required=True, metavar="DATASET.FIELD", help="The copy it reads.")
@rests_on
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Last day (default: none).")
@given_by
@as_json
def permit(reader: str, reads: str, basis: str, until: datetime | None, by: str, as_json: bool) -> None:
    """Allow a field of a composed dataset to be read from a copy, for the data authority."""
    from catalog.authority import permits

    day = None if until is None else until.date()
    with _writing() as connection:
        made = permits.permit(connection, reader, reads, basis=basis, by=_who(by), now=_now(), until=day)
    last = f" until {made.until}" if made.until else ""
    _say(made.to_document(), f"{made.id}: {reader} may read {reads}{last}", as_json)


@click.command("unpermit")
@click.argument("permit_id", metavar="ID")
@rests_on
@given_by
@as_json
def unpermit(permit_id: str, basis: str, by: str, as_json: bool) -> None:
    """End a permit: the next revision and release read the authoritative field."""
    from catalog.authority import permits

    with _writing() as connection:
        made = permits.end(connection, permit_id, basis=basis, by=_who(by), now=_now())
    _say(made.to_document(), f"{made.id}: ended, {made.reader} reads the authoritative field", as_json)


@click.command("permits")
@as_json
def listing(as_json: bool) -> None:
    """List which copies may be read, and were."""
    from catalog import beside
    from catalog.authority import permits
    from catalog.home import Home
    from catalog.store import open_store, reading

    with reading(open_store(Home.find())) as connection:
        found = permits.permits(connection, beside.details_seen(connection))
    if as_json:
        click.echo(json.dumps([each.to_document() for each in found], ensure_ascii=False))
        return
    if not found:
        click.echo("no copy may be read: every composed dataset reads the authoritative field")
    for each in found:
        end = "ended" if each.ended_at else f"until {each.until}" if each.until else "stands"
        click.echo(f"{each.id}: {each.reader} may read {each.reads}, {end} ({each.basis})")


def _writing() -> Any:
    from catalog.home import Home
    from catalog.store import open_store, writing

    return writing(open_store(Home.find()))


def _who(by: str) -> str:
    return by or getpass.getuser()


def _now() -> datetime:
    return datetime.now(UTC)


def _say(document: dict[str, Any], words: str, as_json: bool) -> None:
    click.echo(json.dumps(document, ensure_ascii=False) if as_json else words)
