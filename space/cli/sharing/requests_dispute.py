"""Commands of disputes over what was refused: ``ybz request dispute``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from space.cli.refusal import refusals
from space.cli.wayback.options import acting, actor, as_json, names, open_installation, print_json

if TYPE_CHECKING:
    from space.requesting.requests import Request

_WORDS = click.option("--reason", required=True, help="Why.")


@click.group()
def dispute() -> None:
    """Dispute a refusal 争议: negotiation, then the authority, its superior, the government."""


@dispute.command("open")
@click.argument("case_id", metavar="CASE")
@click.option("--items", default="", metavar="ITEMS", help="DATASET.FIELD,… (default: all that was refused).")
@_WORDS
@actor
@as_json
def open_dispute(case_id: str, items: str, reason: str, by: str, as_json: bool) -> None:
    """Dispute what was refused in CASE; the applicant's act. Both sides negotiate first."""
    from catalog.store import writing
    from space.requesting import disputing
    from space.requesting.requests import by_id

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        case = disputing.dispute(
            connection, case_id, items=names(items) or None, reason=reason, by=acting(by), now=now
        )
        told = by_id(connection, case.request_id)
    _tell(told, as_json)


@dispute.command()
@click.argument("case_id", metavar="CASE")
@_WORDS
@actor
@as_json
def escalate(case_id: str, reason: str, by: str, as_json: bool) -> None:
    """Take the dispute over CASE to the next level; the applicant's act."""
    _move("escalate", case_id, reason, by, as_json)


@dispute.command()
@click.argument("case_id", metavar="CASE")
@_WORDS
@actor
@as_json
def refer(case_id: str, reason: str, by: str, as_json: bool) -> None:
    """Hand the dispute over CASE, across levels or regions, to the common superior; the authority's act."""
    _move("refer", case_id, reason, by, as_json)


@dispute.command()
@click.argument("case_id", metavar="CASE")
@_WORDS
@actor
@as_json
def accept(case_id: str, reason: str, by: str, as_json: bool) -> None:
    """Let the refusal in CASE stand; the applicant's act."""
    _move("accept", case_id, reason, by, as_json)


@dispute.command("decide")
@click.argument("case_id", metavar="CASE")
@click.option("--yield", "event", flag_value="yield", help="The provider gives in.")
@click.option("--overrule", "event", flag_value="overrule", help="The refusal is overruled.")
@click.option("--uphold", "event", flag_value="uphold", help="The refusal is upheld.")
@click.option(
    "--items", default="", metavar="ITEMS", help="What is permitted after all (default: all disputed)."
)
@click.option("--basis", required=True, help="What the decision rests on.")
@actor
@as_json
def decide_dispute(case_id: str, event: str | None, items: str, basis: str, by: str, as_json: bool) -> None:
    """Decide the dispute over CASE at the level it is at: --yield, --overrule or --uphold."""
    from catalog.store import writing
    from space.requesting import disputing

    if event is None:
        raise click.UsageError("say --yield, --overrule or --uphold")
    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        told = disputing.decide(
            connection, case_id, event, items=names(items) or None, basis=basis, by=acting(by), now=now
        )
    _tell(told, as_json)


def _move(verb: str, case_id: str, reason: str, by: str, as_json: bool) -> None:
    from catalog.store import writing
    from space.requesting import disputing
    from space.requesting.requests import by_id

    moves = {"escalate": disputing.escalate, "refer": disputing.refer, "accept": disputing.accept}
    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        case = moves[verb](connection, case_id, reason=reason, by=acting(by), now=now)
        told = by_id(connection, case.request_id)
    _tell(told, as_json)


def _tell(told: Request, as_json: bool) -> None:
    if as_json:
        print_json(told.to_document())
        return
    click.echo(f"{told.id}  {told.state}")
    for case in told.cases:
        click.echo(f"  case {case.id}  {case.state}")
        for item in case.items:
            click.echo(f"    {item.name}  {item.answer or 'waits'}")
