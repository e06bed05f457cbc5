"""Command ``authority``."""

from __future__ import annotations

import getpass
import json
from datetime import UTC, datetime
from typing import Any

import click

from catalog.authority import cli_permits

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
given_by = click.option("--by", default="", metavar="NAME", help="Who does it (default: the user logged in).")
rests_on = click.option("--basis", required=True, metavar="TEXT", help="Law or decision it rests on.")


@click.group("authority")
def authority() -> None:
    """One authoritative source per item (一数一源)."""


@authority.command("list")
@as_json
def listing(as_json: bool) -> None:
    """List the sources of items, and the conflicts that wait for the data authority."""
    from catalog import beside
    from catalog.authority import cases, naming

    with _looking() as connection:
        sources = naming.sources_told(connection, beside.details_seen(connection))
        conflicts = cases.open_cases(connection)
    if as_json:
        _print_json(
            {
                "sources": [each.to_document() for each in sources],
                "conflicts": [each.to_document() for each in conflicts],
            }
        )
        return
    if not sources:
        click.echo("no source is named — `ybz authority claim DATASET FIELD --basis …`")
    for source in sources:
        click.echo(f"{source.element} of {source.subject}: {source.place}, {source.department}")
    for case in conflicts:
        click.echo(f"open: {case.id} over {case.element} of {case.subject}, since {case.opened_at:%Y-%m-%d}")


@authority.command()
@click.argument("element")
@click.argument("subject", required=False)
@as_json
def show(element: str, subject: str | None, as_json: bool) -> None:
    """Show who answers and answered for an ELEMENT of a SUBJECT, and who claims it."""
    from catalog import beside
    from catalog.authority.told import told

    with _looking() as connection:
        found = told(connection, element, subject, codes=beside.details_seen(connection))
    if as_json:
        _print_json(
            {
                "element": element,
                "terms": [each.to_document() for each in found.terms],
                "claims": [each.to_document() for each in found.claims],
                "conflicts": [each.to_document() for each in found.conflicts],
            }
        )
        return
    if not found.terms and not found.claims:
        click.echo(f"nobody answers for {element}, and nobody claims it")
    for term in found.terms:
        until = f"to before {term.ended_on}" if term.ended_on else "on"
        click.echo(f"{term.subject}: {term.place} from {term.begun_on} {until} ({term.basis})")
    for claim in found.claims:
        click.echo(f"    {claim.item.place}: {claim.state}, {claim.department} ({claim.basis})")
    for case in found.conflicts:
        end = "open" if case.decided_at is None else f"decided for {case.decided_for or 'nobody'}"
        click.echo(f"    {case.id}: {end}" + (f" ({case.decision_basis})" if case.decision_basis else ""))


@authority.command()
@click.argument("dataset", metavar="DATASET[.FIELD]")
@click.argument("field", metavar="[FIELD]", default="")
@rests_on
@click.option(
    "--as", "office", type=click.Choice(["steward", "authority"]), default="steward", show_default=True,
    help="The authority names, a steward claims.",
)  # fmt: skip
@given_by
@as_json
def claim(dataset: str, field: str, basis: str, office: str, by: str, as_json: bool) -> None:
    """Claim that FIELD of DATASET answers for its item; where another does, a conflict is opened."""
    from catalog.authority import cases, claims
    from policies.machine import Office

    if not field:
        dataset, _, field = dataset.rpartition(".")
    if "." not in dataset:
        raise click.BadParameter("name the field: DATASET FIELD, or DATASET.FIELD", param_hint="FIELD")
    with _writing() as connection:
        made = claims.claim(
            connection, dataset, field, basis=basis, by=_who(by), now=_now(), office=Office(office)
        )
        conflict = next((c for c in cases.open_cases(connection) if c.key == made.item.key), None)
    if as_json:
        case = None if conflict is None else conflict.id
        _print_json(made.to_document() | {"conflict": case})
        return
    click.echo(f"{made.item.place}: {made.state} for {made.element} of {made.subject}")
    if conflict is not None and made.state == claims.CONTESTED:
        click.echo(
            f"    the data authority decides: `ybz authority decide {conflict.id} --for DATASET.FIELD`"
        )


@authority.command()
@click.argument("case_id", metavar="CASE")
@click.option("--for", "winner", required=True, metavar="DATASET.FIELD", help="Who answers from now on.")
@rests_on
@given_by
@as_json
def decide(case_id: str, winner: str, basis: str, by: str, as_json: bool) -> None:
    """Decide a conflict, for the data authority; whoever loses holds a copy."""
    from catalog.authority import claims

    with _writing() as connection:
        found = claims.decide(connection, case_id, winner, basis=basis, by=_who(by), now=_now())
    _say(found.to_document(), f"{found.place} answers for {found.element} of {found.subject}", as_json)


@authority.command()
@click.argument("element", metavar="ELEMENT|DATASET")
@click.argument("second", metavar="[SUBJECT|FIELD]", required=False)
@rests_on
@click.option(
    "--as", "office", type=click.Choice(["steward", "authority"]), default="authority", show_default=True,
    help="The authority withdraws the source of ELEMENT; a steward takes back the claim of DATASET FIELD.",
)  # fmt: skip
@given_by
@as_json
def withdraw(element: str, second: str | None, basis: str, office: str, by: str, as_json: bool) -> None:
    """Withdraw the source of an item, or take a contested claim back."""
    from catalog.authority import claims

    if office == "steward" and second is None:
        raise click.BadParameter("name the DATASET and its FIELD", param_hint="FIELD")
    with _writing() as connection:
        if office == "steward":
            made = claims.retract(connection, element, second or "", basis=basis, by=_who(by), now=_now())
            words, document = f"{made.item.place}: {made.state}", made.to_document()
        else:
            claims.withdraw(connection, element, second, basis=basis, by=_who(by), now=_now())
            words, document = f"nobody answers for {element} now", {"element": element, "subject": second}
    _say(document, words, as_json)


@authority.command()
@as_json
@click.pass_context
def check(context: click.Context, as_json: bool) -> None:
    """List forms and composed datasets that read a copy; exit status 1 where there is one."""
    from catalog.authority import reading
    from policies.clocks import local_date

    with _looking() as connection:
        found = reading.misread(connection, local_date(_now()))
    if as_json:
        _print_json([each.to_document() for each in found])
    elif not found:
        click.echo("every form and composed dataset reads the authoritative field, where one is named")
    else:
        for each in found:
            click.echo(f"{each.reader} reads {each.reads} — read {each.source} ({each.department}) instead")
    if found:
        context.exit(1)


def _looking() -> Any:
    from catalog.home import Home
    from catalog.store import open_store, reading

    return reading(open_store(Home.find()))


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


def _print_json(document: object) -> None:
    click.echo(json.dumps(document, ensure_ascii=False))


for _command in (cli_permits.permit, cli_permits.unpermit, cli_permits.listing):
    authority.add_command(_command)
