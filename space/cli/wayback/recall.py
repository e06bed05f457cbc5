"""Commands of recall 召回: who held the old version of a value, and who received data about somebody."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from space.cli.refusal import refusals
from space.cli.wayback.options import acting, actor, as_json, open_installation, print_json

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from catalog.home import Home


@click.command()
@click.argument("correction_id", metavar="CORRECTION")
@click.option("--replaced", default="", metavar="CODE", help="Receiver that has replaced the value.")
@actor
@as_json
def recall(correction_id: str, replaced: str, by: str, as_json: bool) -> None:
    """Tell every holder of the value of CORRECTION, and show who holds it still.

    Prints receivers = notified + unreachable. Telling again tells nobody twice. With --replaced a receiver
    says that it has replaced the value, or holds it no more.
    """
    from space.wayback.recall.following import tell_of
    from space.wayback.recall.standing import replaced as say_replaced

    home, engine, now = open_installation()
    with refusals(as_json):
        if replaced:
            say_replaced(engine, correction_id, replaced, by=acting(by), now=now)
        found = tell_of(home, engine, correction_id, now)
    if as_json:
        print_json(found.to_document())
        return
    counts = f"{found.receivers} receivers = {found.notified} notified + {found.unreachable} unreachable"
    click.echo(f"{correction_id}  {found.outcome}: {counts}; {found.closed} done")
    if found.not_retained is not None:
        click.echo(f"  not retained: what was shown before {found.not_retained:%Y-%m-%d}")
    for one in found.told:
        state = one.unreachable or one.closed or f"replaces it by {one.due_on}"
        click.echo(f"  {one.receiver}  {one.name}  {', '.join(one.ways)}: {state}")


_organisation = click.option(
    "--organisation", default="", metavar="CODE", help="Whose auditor acts (default: your token's)."
)


@click.group()
def holders() -> None:
    """Who received data about somebody 持有人: ask, consent, show; two people, every look logged."""


@holders.command()
@click.option("--kind", type=click.Choice(["person", "household", "enterprise"]), default="person")
@click.option("--subject", default="", help="Identifier of whom; asked for if left out.")
@click.option("--reason", required=True, help="The case, the person's request, the audit.")
@_organisation
@actor
@as_json
def ask(kind: str, subject: str, reason: str, organisation: str, by: str, as_json: bool) -> None:
    """Ask who received data about somebody; another person consents."""
    from space.wayback.recall.people import ask as open_search

    home, engine, now = open_installation()
    mine = _auditing(home, engine, organisation, now)
    with refusals(as_json):
        made = open_search(
            home, engine, kind, _whom(subject), reason=reason, by=acting(by), now=now, organisation=mine
        )
    if as_json:
        print_json(made.to_document())
        return
    click.echo(f"{made.id}: another person consents with `ybz holders consent {made.id}`")


@holders.command()
@click.argument("search")
@_organisation
@actor
@as_json
def consent(search: str, organisation: str, by: str, as_json: bool) -> None:
    """Consent to the SEARCH another person asked for."""
    from space.wayback.recall.people import consent as agree

    home, engine, now = open_installation()
    mine = _auditing(home, engine, organisation, now)
    with refusals(as_json):
        made = agree(engine, search, by=acting(by), now=now, organisation=mine)
    if as_json:
        print_json(made.to_document())
        return
    click.echo(f"{made.id}: may be looked at until {made.valid_until}")


@holders.command()
@click.argument("search")
@click.option("--subject", default="", help="Identifier of whom; asked for if left out.")
@_organisation
@actor
@as_json
def show(search: str, subject: str, organisation: str, by: str, as_json: bool) -> None:
    """Show who received data about whom the SEARCH was asked."""
    from space.wayback.recall.people import look

    home, engine, now = open_installation()
    mine = _auditing(home, engine, organisation, now)
    with refusals(as_json):
        found = look(home, engine, search, _whom(subject), by=acting(by), now=now, organisation=mine)
    if as_json:
        print_json([one.to_document() for one in found])
        return
    for one in found:
        days = f"{one.first_at:%Y-%m-%d} to {one.last_at:%Y-%m-%d}"
        click.echo(f"{one.receiver}  {one.name}  {one.dataset}  {one.way} ×{one.times}  {days}")
        click.echo(f"    {', '.join(one.items)}")
    click.echo(f"{len({one.receiver for one in found})} receivers")


def _auditing(home: Home, engine: Engine, given: str, now: datetime) -> str:
    """Code of the organisation whose auditor acts: of the token where there is one, else as it is said."""
    from catalog.settings import reading as settings
    from catalog.store import reading
    from space.identity.callers import of_bearer

    token = settings.value("YBZ_TOKEN", home.root)
    issuer = settings.value("YBZ_PUBLIC_URL", home.root).rstrip("/")
    with reading(engine) as connection:
        who = of_bearer(connection, token, issuer=issuer, now=now) if token else None
    if who is not None and given not in ("", who.organisation):
        raise click.ClickException("your token is of another organisation — leave --organisation out")
    found = given if who is None else who.organisation
    if not found:
        raise click.UsageError("say whose auditor acts: --organisation CODE, or set YBZ_TOKEN")
    return found


def _whom(given: str) -> str:
    """An identifier, asked for without an echo where it is not given: it need not stand in a history."""
    return given or str(click.prompt("Identifier", hide_input=True, err=True))
