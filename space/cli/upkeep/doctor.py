"""Command ``ybz doctor``: what an installation lacks, and the override of missing walls."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

import click

from space.cli.refusal import refusals
from space.cli.wayback.options import acting, actor, as_json, open_installation, print_json

if TYPE_CHECKING:
    from space.walls import Override

# How a level of a finding reads at the beginning of its line.
_SHOWN = {"ok": "ok  ", "weak": "weak", "lack": "LACK"}


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
    from catalog.errors import CatalogError
    from catalog.settings.reading import SettingsError, listing
    from catalog.store import reading
    from catalog.store.looking import as_it_lies
    from space.doctor import examine
    from space.observing.finding import Case
    from space.observing.inventory import inventory, self_check
    from space.walls import overrides, standing

    home, opened, now = open_installation()
    engine = as_it_lies(opened)
    case = Case(home, engine, now)
    findings = examine(case)
    known: tuple[Override, ...] = ()
    with suppress(CatalogError), reading(engine) as connection:  # else the findings say what is wrong
        known = overrides(connection)
    ok = all(finding.ok for finding in findings)
    if as_json:
        try:
            settings = [one.to_document() for one in listing(home.root)]
        except SettingsError:  # the findings say which
            settings = []
        print_json(
            {
                "ok": ok,
                "findings": [finding.to_document() for finding in findings],
                "walls": standing(),
                "overrides": [one.to_document() for one in known],
                "settings": settings,
                "crypto": inventory(case),
                "self_check": self_check(case, findings),
            }
        )
    else:
        for finding in findings:
            click.echo(f"{_SHOWN[finding.level]}  {finding.name}: {finding.found}")
            if finding.todo:
                click.echo(f"      {finding.todo}")
        for one in known:
            _tell(one)
    if not ok:
        context.exit(1)


@doctor.command(name="settings")
@as_json
def settings_(as_json: bool) -> None:
    """List every setting, what it is here, and where that came from; no secret is shown."""
    from catalog.settings.reading import home_folder, listing

    found = listing(home_folder())
    if as_json:
        print_json([one.to_document() for one in found])
        return
    for one in found:
        click.echo(f"{one.name}={one.value}  ({one.origin}): {one.says}")


@doctor.command(name="self-check")
@as_json
def self_check_(as_json: bool) -> None:
    """Lay findings beside what GB/T 22239 and GB/T 39786 ask; it claims nothing."""
    from space.doctor import examine
    from space.observing.finding import Case
    from space.observing.inventory import NO_CLAIM, self_check

    case = Case(*open_installation())
    rows = self_check(case, examine(case))
    if as_json:
        print_json({"note": NO_CLAIM, "rows": rows})
        return
    click.echo(f"({NO_CLAIM})")
    for row in rows:
        click.echo(f"{row['source']}  {row['asks']}  [answered by: {row['answered_by']}]")
        for one in row["evidence"]:
            click.echo(f"      {one['finding']}: {one['level']}: {one['found']}")


@doctor.command()
@as_json
def crypto(as_json: bool) -> None:
    """List which cryptography is used where, and what is in use here."""
    from space.observing.finding import Case
    from space.observing.inventory import inventory

    found = inventory(Case(*open_installation()))
    if as_json:
        print_json(found)
        return
    for one in found["uses"]:
        click.echo(f"{one['what']}: {one['algorithm']} (key: {one['key']}; 国密: {one['domestic']})")
    for name, held in found["here"].items():
        click.echo(f"here: {name}: {held}")


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
