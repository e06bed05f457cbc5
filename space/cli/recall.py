"""Commands of recall 召回: who held the old version of a value, and who received data about somebody."""

from __future__ import annotations

import click

from space.cli.options import acting, actor, as_json, open_installation, print_json
from space.cli.refusal import refusals


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


@click.group()
def holders() -> None:
    """Who received data about somebody 持有人: ask, consent, show; two people, every look logged."""


@holders.command()
@click.option("--kind", type=click.Choice(["person", "household", "enterprise"]), default="person")
@click.option("--subject", default="", help="Identifier of whom; asked for if left out.")
@click.option("--reason", required=True, help="The case, the person's request, the audit.")
@actor
@as_json
def ask(kind: str, subject: str, reason: str, by: str, as_json: bool) -> None:
    """Ask who received data about somebody; another person consents."""
    from space.wayback.recall.people import ask as open_search

    home, engine, now = open_installation()
    with refusals(as_json):
        made = open_search(home, engine, kind, _whom(subject), reason=reason, by=acting(by), now=now)
    if as_json:
        print_json(made.to_document())
        return
    click.echo(f"{made.id}: another person consents with `ybz holders consent {made.id}`")


@holders.command()
@click.argument("search")
@actor
@as_json
def consent(search: str, by: str, as_json: bool) -> None:
    """Consent to the SEARCH another person asked for."""
    from space.wayback.recall.people import consent as agree

    _home, engine, now = open_installation()
    with refusals(as_json):
        made = agree(engine, search, by=acting(by), now=now)
    if as_json:
        print_json(made.to_document())
        return
    click.echo(f"{made.id}: may be looked at until {made.valid_until}")


@holders.command()
@click.argument("search")
@click.option("--subject", default="", help="Identifier of whom; asked for if left out.")
@actor
@as_json
def show(search: str, subject: str, by: str, as_json: bool) -> None:
    """Show who received data about whom the SEARCH was asked."""
    from space.wayback.recall.people import look

    home, engine, now = open_installation()
    with refusals(as_json):
        found = look(home, engine, search, _whom(subject), by=acting(by), now=now)
    if as_json:
        print_json([one.to_document() for one in found])
        return
    for one in found:
        days = f"{one.first_at:%Y-%m-%d} to {one.last_at:%Y-%m-%d}"
        click.echo(f"{one.receiver}  {one.name}  {one.dataset}  {one.way} ×{one.times}  {days}")
        click.echo(f"    {', '.join(one.items)}")
    click.echo(f"{len({one.receiver for one in found})} receivers")


def _whom(given: str) -> str:
    """An identifier, asked for without an echo where it is not given: it need not stand in a history."""
    return given or str(click.prompt("Identifier", hide_input=True, err=True))
