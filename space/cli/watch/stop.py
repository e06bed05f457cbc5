"""Command ``ybz stop``: the one-act stop of the security officer, and its lifting by two people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from space.cli.refusal import refusals
from space.cli.wayback.options import acting, actor, as_json, open_installation, print_json

if TYPE_CHECKING:
    from space.granting.stopping import Stop

_reason = click.option("--reason", required=True, help="Why; it is kept with the stop.")


@click.group()
def stop() -> None:
    """Stop what leaves at once 一键停用: a dataset, an organisation or everything; two people lift it."""


@stop.command()
@click.argument("name")
@_reason
@actor
@as_json
def dataset(name: str, reason: str, by: str, as_json: bool) -> None:
    """Stop the dataset NAME and what is composed from it: nothing of it leaves, whoever asks."""
    _impose("dataset", name, reason, by, as_json)


@stop.command()
@click.argument("code")
@_reason
@actor
@as_json
def organisation(code: str, reason: str, by: str, as_json: bool) -> None:
    """Stop the organisation CODE: nothing is handed to it."""
    _impose("organisation", code, reason, by, as_json)


@stop.command("all")
@_reason
@actor
@as_json
def everything(reason: str, by: str, as_json: bool) -> None:
    """Stop everything: nothing leaves."""
    _impose("all", "", reason, by, as_json)


@stop.command("list")
@click.option("--all", "every", is_flag=True, help="Also those that are lifted.")
@as_json
def list_stops(every: bool, as_json: bool) -> None:
    """The stops that stand, the oldest first."""
    from catalog.store import reading
    from space.granting.stopping import all_stops

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        found = all_stops(connection, standing=not every)
    if as_json:
        print_json([one.to_document() for one in found])
        return
    for one in found:
        _tell(one)


@stop.command()
@click.argument("stop_id", metavar="ID")
@_reason
@actor
@as_json
def lift(stop_id: str, reason: str, by: str, as_json: bool) -> None:
    """Propose to lift the stop ID; it stands until another person agrees."""
    from catalog.store import writing
    from policies.access import Act
    from policies.clocks import local_date
    from space.granting.stopping import propose_lift
    from space.identity.second_person import who_else

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        found = propose_lift(connection, stop_id, reason=reason, by=acting(by), now=now)
        others = who_else(connection, Act.SPACE_STOP, by=acting(by), on=local_date(now))
    _show(found, as_json)
    if not as_json:
        names = ", ".join(others)
        click.echo(
            f"  may agree: {names}, with `ybz stop agree {found.id}`"
            if others
            else "  nobody else may agree yet: enter a person in the role security,"
            " `ybz person enter PERSON CODE security`"
        )


@stop.command()
@click.argument("stop_id", metavar="ID")
@actor
@as_json
def agree(stop_id: str, by: str, as_json: bool) -> None:
    """Agree to lift the stop ID as the second person; from now on it is lifted."""
    from catalog.store import writing
    from space.granting.stopping import agree_lift

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        found = agree_lift(connection, stop_id, by=acting(by), now=now)
    _show(found, as_json)


def _impose(kind: str, name: str, reason: str, by: str, as_json: bool) -> None:
    from datetime import UTC, datetime

    from catalog.store import writing
    from space.granting.stopping import stop as impose

    _home, engine, _now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        now = datetime.now(UTC)  # inside: no answer stored before bears a later instant
        found = impose(connection, kind, name, reason=reason, by=acting(by), now=now)
    _show(found, as_json)


def _show(found: Stop, as_json: bool) -> None:
    if as_json:
        print_json(found.to_document())
    else:
        _tell(found)


def _tell(found: Stop) -> None:
    what = f"{found.kind} {found.name}".strip()
    click.echo(f"{found.id}  {found.state:8}  {what}  by {found.stopped_by}: {found.reason}")
    for name in found.datasets:
        if name != found.name:
            click.echo(f"  also {name}, composed from it")
    if found.state == "waits":
        click.echo(f"  {found.lift_proposed_by} would lift it: {found.lift_reason}; another person agrees")
    if found.state == "lifted":
        click.echo(f"  lifted by {found.lift_proposed_by} and {found.lifted_by}: {found.lift_reason}")
