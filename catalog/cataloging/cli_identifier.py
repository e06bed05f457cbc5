"""The group ``entry identifier``: what an entry is called in the data infrastructure 数据基础设施标识."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from catalog.cataloging.cli_acts import as_json, by_name, print_json, store

if TYPE_CHECKING:
    from catalog.identifiers import Identifier


@click.group("identifier")
def identifier() -> None:
    """The identifier of an entry in the data infrastructure: form its stem, record what the node gave."""


@identifier.command("form")
@click.argument("name")
@click.option("--kind", default="D", show_default=True, metavar="LETTER", help="Type of the thing.")
@click.option("--area", metavar="CODE", help="Division code of six digits (default: the installation's).")
@click.option(
    "--organisation", metavar="CODE", help="Organisation code (default: places 9-17 of the department's)."
)
@by_name
@as_json
def form(name: str, kind: str, area: str | None, organisation: str | None, by: str, as_json: bool) -> None:
    """Form the stem of an entry's identifier, once; the node that registers it adds the check characters."""
    from catalog import identifiers
    from catalog.cataloging.standing import standing
    from catalog.clocks.place import place_on
    from catalog.store import writing
    from policies.clocks import local_date
    from policies.rulebook import NATIONAL

    now = datetime.now(UTC)
    today = local_date(now)
    with writing(store()) as connection:
        found = standing(connection, name)
        place = area or place_on(connection, today)
        if place == NATIONAL:
            raise click.UsageError("the installation has no place yet: give --area")
        scheme = identifiers.DataInfrastructure(place, organisation or found.department_code[8:17], today)
        made = identifiers.form_stem(
            connection, scheme, found.name, kind, by=by or getpass.getuser(), now=now
        )
    _print(made, as_json)
    if not as_json and made.identifier is None:
        click.echo(f"next: announce it to the node, then `ybz entry identifier record {name} IDENTIFIER`")


@identifier.command("record")
@click.argument("name")
@click.argument("given", metavar="IDENTIFIER")
@click.option("--proof", required=True, metavar="REFERENCE", help="Of the node's answer.")
@by_name
@as_json
def record(name: str, given: str, proof: str, by: str, as_json: bool) -> None:
    """Record the whole identifier a node gave, with its proof; none is ever issued here."""
    from catalog import identifiers
    from catalog.cataloging.standing import standing
    from catalog.store import writing
    from policies.clocks import local_date

    now = datetime.now(UTC)
    with writing(store()) as connection:
        dataset = standing(connection, name).name
        made = identifiers.record(
            connection, dataset, given, proof=proof, by=by or getpass.getuser(), now=now, on=local_date(now)
        )
    _print(made, as_json)


@identifier.command("show")
@click.argument("name")
@as_json
def show(name: str, as_json: bool) -> None:
    """Show the stems and identifiers of an entry, by type."""
    from catalog import identifiers
    from catalog.cataloging.standing import standing
    from catalog.store import reading

    with reading(store()) as connection:
        found = identifiers.identifiers_of(connection, standing(connection, name).name)
    if as_json:
        print_json([_document(each) for each in found])
        return
    for each in found:
        _print(each, False)
    if not found:
        click.echo(f"{name} has none: `ybz entry identifier form {name}`")


def _document(made: Identifier) -> dict[str, Any]:
    return {
        "dataset": made.dataset, "kind": made.kind, "stem": made.stem, "identifier": made.identifier,
        "proof": made.proof,
    }  # fmt: skip


def _print(made: Identifier, as_json: bool) -> None:
    if as_json:
        print_json(_document(made))
        return
    given = f"{made.identifier}, {made.proof}" if made.identifier else "no identifier is given yet"
    click.echo(f"{made.dataset} ({made.kind}): stem {made.stem}; {given}")
