"""Commands of sheets: ``ybz form workbook|take|draft|drafts|drop-draft|result``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Final, TextIO

import click

from space.cli.refusal import refusals
from space.cli.wayback.options import (
    acting,
    actor,
    as_json,
    body_option,
    open_installation,
    pairs,
    print_json,
)

_PERIOD = click.option("--period", required=True, metavar="PERIOD", help="E.g. 2026-09.")
_SUBJECT = click.option("--subject", prompt=True, help="Identifier of the person, household or enterprise.")


@click.command()
@click.argument("code")
@click.argument("out", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@body_option
@_PERIOD
@click.option("--subjects", type=click.File(encoding="utf-8"), default=None,
              help="Identifiers, one a line; the form's roster where left out.")  # fmt: skip
@actor
@as_json
def workbook(code: str, out: Path, body: str, period: str, subjects: TextIO | None, by: str,
             as_json: bool) -> None:  # fmt: skip
    """Write form CODE as a workbook OUT: one prefilled row a subject the body is asked for."""
    from catalog.store import reading
    from space.wayback.forms.asking import asked
    from space.wayback.forms.workbooks import write_workbook

    named = [line.strip() for line in subjects if line.strip()] if subjects is not None else []
    with refusals(as_json):
        home, engine, now = open_installation()
        with reading(engine) as connection:
            look = asked(home, connection, code, body, named, by=acting(by), now=now)
        made = write_workbook(home, engine, (code, period, body), out, now, look, named)
    if as_json:
        print_json(asdict(made) | {"path": str(made.path)})
        return
    click.echo(
        f"{made.path}: {made.sheets} rows; {made.prefilled} cells prefilled, {made.computed} computed,"
        f" {made.blank} blank"
    )


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--marked", type=click.Path(dir_okay=False, writable=True, path_type=Path), default=None,
              help="Gets a copy with every fault marked in its cell.")  # fmt: skip
@actor
@as_json
def take(file: Path, marked: Path | None, by: str, as_json: bool) -> None:
    """Submit every row of a filled workbook FILE, or none."""
    from space.wayback.forms.workbook_reading import SheetFaulty, submit_workbook

    copy = marked or file.with_name(f"{file.stem}-错误.xlsx")
    with refusals(as_json):
        home, engine, now = open_installation()
        try:
            made = submit_workbook(home, engine, file, by=acting(by), now=now, copy=copy)
        except SheetFaulty as faulty:
            if as_json:
                faults = [asdict(one) for one in faulty.faults]
                print_json({"ok": False, "faults": faults, "marked": str(faulty.copy)})
            raise
    if as_json:
        print_json([asdict(one) for one in made])
        return
    totals = [sum(getattr(one, name) for one in made) for name in ("kept", "corrected", "added")]
    click.echo("{} sheets: {} kept, {} corrected, {} added".format(len(made), *totals))


@click.command()
@click.argument("code")
@body_option
@_SUBJECT
@_PERIOD
@click.option("--set", "values", multiple=True, metavar="ITEM=VALUE", help="What is filled so far.")
@click.option("--reason", "reasons", multiple=True, metavar="ITEM=TEXT", help="Why it differs.")
@click.option("--over", type=int, default=None, metavar="VERSION", help="The version it was written over.")
@actor
@as_json
def draft(
    code: str,
    body: str,
    subject: str,
    period: str,
    values: tuple[str, ...],
    reasons: tuple[str, ...],
    over: int | None,
    by: str,
    as_json: bool,
) -> None:
    """Save a sheet of form CODE as far as it is filled; without --set, show what is saved."""
    from catalog.store import reading
    from space.errors import Unknown
    from space.wayback.forms import drafts

    given, why, wanted = pairs(values), pairs(reasons), (code, period, body, subject)
    with refusals(as_json):
        home, engine, now = open_installation()
        with reading(engine) as connection:
            before = drafts.latest(home, connection, wanted, now)
        if given or why:
            old = ({}, {}) if before is None else (before.values, before.reasons)
            found = drafts.save(
                home,
                engine,
                wanted,
                {**old[0], **given},
                {**old[1], **why},
                by=acting(by),
                now=now,
                seen=over,
            )
        elif before is None:
            raise Unknown("draft of form", code, "save one with --set")
        else:
            found = before
    if as_json:
        print_json(asdict(found) | {"saved_at": found.saved_at.isoformat()})
        return
    click.echo(f"{found.form} {found.period}: version {found.version}, {len(found.values)} items filled")
    for name, value in found.values.items():
        click.echo(f"  {name:20} {value}")


@click.command("drafts")
@body_option
@as_json
def list_drafts(body: str, as_json: bool) -> None:
    """Drafts of a body, the last saved first."""
    from catalog.store import reading
    from space.wayback.forms import drafts

    with refusals(as_json):
        _home, engine, _now = open_installation()
        with reading(engine) as connection:
            found = drafts.listing(connection, body)
    if as_json:
        print_json([asdict(one) | {"saved_at": one.saved_at.isoformat()} for one in found])
        return
    for one in found:
        click.echo(f"{one.form:20} {one.period:8} {one.subject}  version {one.version}, by {one.saved_by}")


@click.command("drop-draft")
@click.argument("code")
@body_option
@_SUBJECT
@_PERIOD
@actor
@as_json
def drop_draft(code: str, body: str, subject: str, period: str, by: str, as_json: bool) -> None:
    """Throw the draft of a sheet away."""
    from space.wayback.forms import drafts

    with refusals(as_json):
        home, engine, now = open_installation()
        drafts.drop(home, engine, (code, period, body, subject), by=acting(by), now=now)
    if as_json:
        print_json({"form": code, "period": period, "dropped": True})
        return
    click.echo(f"{code} {period}: the draft is gone")


@click.command()
@click.argument("code")
@actor
@as_json
def result(code: str, by: str, as_json: bool) -> None:
    """Enter the dataset of the answers of form CODE as it is now; the first answers do so by themselves."""
    from catalog import revisions
    from catalog.store import reading
    from space.wayback.forms.results import renew_result

    with refusals(as_json):
        home, engine, now = open_installation()
        name = renew_result(home, engine, code, by=acting(by), now=now)
        with reading(engine) as connection:
            found = revisions.current(connection, name)
    if as_json:
        print_json({"dataset": name, "revision": found.number, "state": found.state})
        return
    click.echo(f"{name}: {found.state}, revision {found.number}")


COMMANDS: Final = (workbook, take, draft, list_drafts, drop_draft, result)
