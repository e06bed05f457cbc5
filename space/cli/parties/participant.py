"""Commands ``ybz participant``: organisations that take part in the space."""

from __future__ import annotations

from typing import Any

import click

from space.cli.parties.person import by_option
from space.cli.refusal import refusals
from space.cli.wayback.options import acting, as_json, open_installation, print_json

_KINDS = ("department", "authority", "grassroots", "operator")


@click.group()
def participant() -> None:
    """Organisations of the space 主体: their code, kind, region and parent."""


@participant.command()
@click.argument("code")
@click.argument("name")
@click.option("--kind", type=click.Choice(_KINDS), required=True, help="Fixed from now on.")
@click.option("--region", default=None, metavar="DIVISION", help="Of one outside the organisation tree.")
@by_option
@as_json
def register(code: str, name: str, kind: str, region: str | None, by: str, as_json: bool) -> None:
    """Register an organisation: CODE (USCC, or of a unit of `ybz organisation tree`) and NAME."""
    from catalog.store import writing
    from policies.access import OrganisationKind
    from space.identity import participants

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        made = participants.enrol(
            connection, code, name, OrganisationKind(kind), by=acting(by), now=now, region=region
        )
    _say(made.to_document(), f"{made.code}  {made.name}  {made.kind.value}", as_json)


@participant.command("list")
@as_json
def list_participants(as_json: bool) -> None:
    """Every registered organisation, as it stands today."""
    from catalog.store import reading
    from policies.clocks import local_date
    from space.identity import participants

    _home, engine, now = open_installation()
    with reading(engine) as connection:
        found = participants.participants(connection, local_date(now), limit=100_000)
    lines = [f"{each.code}  {each.kind.value}  {each.region or '-'}  {each.name}" for each in found]
    _say([each.to_document() for each in found], "\n".join(lines) or "nobody yet", as_json)


@participant.command()
@click.argument("code")
@as_json
def show(code: str, as_json: bool) -> None:
    """A registered organisation as it stands today, and who acts for it."""
    from catalog.store import reading
    from policies.clocks import local_date
    from space.identity import memberships, participants

    _home, engine, now = open_installation()
    with refusals(as_json), reading(engine) as connection:
        found = participants.participant(connection, code, local_date(now))
        acting_for = memberships.of_organisation(connection, code, local_date(now))
    above = f", below {found.parent}" if found.parent else ""
    lines = [f"{found.code}  {found.name}  {found.kind.value}, in {found.region or 'no region'}{above}"]
    lines += [f"    {each.person}  {each.role.value}" for each in acting_for]
    document = found.to_document() | {"memberships": [each.to_document() for each in acting_for]}
    _say(document, "\n".join(lines), as_json)


def _say(document: Any, words: str, as_json: bool) -> None:
    if as_json:
        print_json(document)
    else:
        click.echo(words)
