"""Commands of demands for forms: ``ybz form overlap|ask|demands|decide|retract``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from space.cli.refusal import refusals
from space.cli.wayback.options import acting, actor, as_json, open_installation, print_json

if TYPE_CHECKING:
    from space.wayback.forms.demands import Demand

_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.command()
@_FILE
@as_json
def overlap(file: Path, as_json: bool) -> None:
    """What the form in FILE asks again, though the ledger or another form has it."""
    from space.cli.wayback.forms import print_overlap
    from space.wayback.forms.definition import read
    from space.wayback.forms.demands import compare

    with refusals(as_json):
        _home, engine, now = open_installation()
        found = compare(engine, read(file), now)
    if as_json:
        print_json(found.to_document())
        return
    print_overlap(found)


@click.command()
@_FILE
@click.option("--reason", required=True, metavar="TEXT", help="Why it is needed.")
@actor
@as_json
def ask(file: Path, reason: str, by: str, as_json: bool) -> None:
    """Ask for the form in FILE to be admitted; what it asks again is shown first."""
    from space.cli.wayback.forms import print_overlap
    from space.wayback.forms.definition import read
    from space.wayback.forms.demands import ask as demand

    with refusals(as_json):
        _home, engine, now = open_installation()
        made, found = demand(engine, read(file), reason=reason, by=acting(by), now=now)
    if as_json:
        print_json(made.to_document() | {"compared": found.to_document()})
        return
    print_overlap(found)
    click.echo(_line(made))


@click.command()
@click.option("--state", type=click.Choice(["asked", "admitted", "refused", "withdrawn"]), default=None)
@as_json
def demands(state: str | None, as_json: bool) -> None:
    """Demands for forms, with who decided and on what basis."""
    from catalog.store import reading
    from space.wayback.forms.demands import demands as listing

    with refusals(as_json):
        _home, engine, _now = open_installation()
        with reading(engine) as connection:
            found = listing(connection, state=state)
    if as_json:
        print_json([one.to_document() for one in found])
        return
    for one in found:
        click.echo(_line(one))


@click.command()
@click.argument("demand")
@click.option("--admit/--refuse", "admitted", required=True, default=None)
@click.option("--basis", required=True, metavar="TEXT", help="What the decision rests on.")
@click.option("--despite", default="", metavar="TEXT", help="Why it is admitted though it asks again.")
@actor
@as_json
def decide(demand: str, admitted: bool, basis: str, despite: str, by: str, as_json: bool) -> None:
    """Admit or refuse a DEMAND, for the authority."""
    from space.wayback.forms.demands import decide as answer

    with refusals(as_json):
        _home, engine, now = open_installation()
        done = answer(engine, demand, admitted=admitted, basis=basis, by=acting(by), now=now, despite=despite)
    if as_json:
        print_json(done.to_document())
        return
    click.echo(_line(done))


@click.command()
@click.argument("demand")
@actor
@as_json
def retract(demand: str, by: str, as_json: bool) -> None:
    """Take a DEMAND back, for its issuer."""
    from space.wayback.forms.demands import withdraw

    with refusals(as_json):
        _home, engine, now = open_installation()
        done = withdraw(engine, demand, by=acting(by), now=now)
    if as_json:
        print_json(done.to_document())
        return
    click.echo(_line(done))


def _line(made: Demand) -> str:
    who = f" by {made.decided_by}: {made.basis}" if made.decided_by else f", answer due {made.due_on}"
    temporary = " (temporary)" if made.form.temporary else ""
    return f"{made.id}  {made.form.code} {made.form.title}{temporary}  {made.state}{who}"


COMMANDS: Final = (overlap, ask, demands, decide, retract)
