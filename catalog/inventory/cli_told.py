"""Commands of ``lists`` about announcements: which changes were told to whom, and taking note."""

from __future__ import annotations

from typing import Final

import click

from catalog.inventory import cli_acts
from catalog.inventory.cli_acts import as_json, by_whom

_LISTS: Final = {"demand": "需求清单", "duty": "责任清单", "negative": "负面清单"}


@click.command()
@click.option(
    "--for", "organisation", default="", metavar="ORGANISATION", help="Code or name of who is told."
)
@click.option("--open", "open_only", is_flag=True, help="Only those nobody has acknowledged.")
@as_json
def announcements(organisation: str, open_only: bool, as_json: bool) -> None:
    """List changes of the lists and who was told of them."""
    from catalog.inventory.telling import announcements as read

    with cli_acts.reading() as connection:
        found = read(connection, organisation=organisation, open_only=open_only)
    if as_json:
        cli_acts.print_json([each.to_document() for each in found])
        return
    for each in found:
        taken = f"acknowledged by {each.acknowledged_by}" if each.acknowledged_by else "open"
        through = f"{each.kind} {each.target}".strip()
        click.echo(
            f"{each.id}  {_LISTS[each.list]} {each.what}: {each.organisation_name} ({through}), {taken}"
        )
        click.echo(f"    {each.words}")
    if not found:
        click.echo("nobody was told of a change of the lists")


@click.command()
@click.argument("announcement_id", metavar="ID")
@by_whom
@as_json
def acknowledge(announcement_id: str, by: str, as_json: bool) -> None:
    """Take note of an announced change of a list."""
    from catalog.inventory.telling import acknowledge as take

    with cli_acts.writing() as connection:
        done = take(connection, announcement_id, by=cli_acts.who(by), now=cli_acts.now())
    cli_acts.told(done.to_document(), f"{done.id}: acknowledged by {done.acknowledged_by}", as_json)
