"""Command ``ybz doctor``: what an installation lacks, and the override of missing walls."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from space.cli.options import acting, actor, as_json, open_installation, print_json
from space.cli.refusal import refusals

if TYPE_CHECKING:
    from space.walls import Override


@click.group(invoke_without_command=True)
@as_json
@click.pass_context
def doctor(context: click.Context, as_json: bool) -> None:
    """Say what this installation lacks; exit status 1 if anything has to be done.

    Grants to operators are signed only where the walls around query workers stand, or where two people
    override: `ybz doctor override`, then `ybz doctor agree` by another.
    """
    if context.invoked_subcommand is not None:
        return
    from catalog.store import reading
    from space.doctor import Case, examine
    from space.walls import overrides, standing

    home, engine, now = open_installation()
    findings = examine(Case(home, engine, now))
    with reading(engine) as connection:
        known = overrides(connection)
    ok = all(finding.ok for finding in findings)
    if as_json:
        print_json(
            {
                "ok": ok,
                "findings": [finding.to_document() for finding in findings],
                "walls": standing(),
                "overrides": [one.to_document() for one in known],
            }
        )
    else:
        for finding in findings:
            click.echo(f"{'ok  ' if finding.ok else 'LACK'}  {finding.name}: {finding.found}")
            if finding.todo:
                click.echo(f"      {finding.todo}")
        for one in known:
            _tell(one)
    if not ok:
        context.exit(1)


@doctor.command()
@click.option("--reason", required=True, help="Why operators are granted all the same.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Last day, YYYY-MM-DD.")
@actor
@as_json
def override(reason: str, until: datetime, by: str, as_json: bool) -> None:
    """Ask to do without the missing walls; another person must agree."""
    from catalog.store import writing
    from space.walls import propose, standing

    _home, engine, now = open_installation()
    standing()  # a worker is asked before the store is locked
    with refusals(as_json), writing(engine) as connection:
        found = propose(connection, reason=reason, valid_to=until.date(), by=acting(by), now=now)
    _show(found, as_json)


@doctor.command()
@click.argument("override_id", metavar="ID")
@actor
@as_json
def agree(override_id: str, by: str, as_json: bool) -> None:
    """Agree to the override ID as the second person."""
    from catalog.store import writing
    from space.walls import agree as second

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        found = second(connection, override_id, by=acting(by), now=now)
    _show(found, as_json)


@doctor.command()
@click.argument("override_id", metavar="ID")
@actor
@as_json
def withdraw(override_id: str, by: str, as_json: bool) -> None:
    """Take the override ID back."""
    from catalog.store import writing
    from space.walls import withdraw as end

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        found = end(connection, override_id, by=acting(by), now=now)
    _show(found, as_json)


def _show(found: Override, as_json: bool) -> None:
    if as_json:
        print_json(found.to_document())
    else:
        _tell(found)


def _tell(found: Override) -> None:
    state = (
        "withdrawn" if found.withdrawn_by else "in force" if found.agreed_by else "waits for a second person"
    )
    click.echo(
        f"{found.id}: without {', '.join(found.missing)} until {found.valid_to}, {state}: {found.reason}"
    )
