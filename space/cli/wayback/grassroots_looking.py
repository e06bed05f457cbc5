"""Commands that look at a ledger, write it to Excel and read it back: ``ybz grassroots list`` and others."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from space.cli.refusal import refusals
from space.cli.wayback.options import (
    acting,
    actor,
    as_json,
    body_option,
    names,
    open_installation,
    pairs,
    print_json,
)

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from space.wayback.grassroots.records import Record

kind_option = click.option(
    "--kind", default="person", show_default=True, help="person, household, house or shop."
)
record_argument = click.argument("record_id", metavar="RECORD")


@click.command("list")
@body_option
@kind_option
@click.option("--where", multiple=True, metavar="ITEM=VALUE", help="Only records that hold this.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1))
@as_json
def list_records(body: str, kind: str, where: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Open records of a kind; identity numbers are masked."""
    from catalog.store import reading
    from space.wayback.backflow.bodies import body as body_of
    from space.wayback.grassroots.records import records

    wanted = pairs(where)
    _home, engine, now = open_installation()
    with reading(engine) as connection:
        body_of(connection, body)
        found = [
            one
            for one in records(connection, body, kind)
            if one.state == "open"
            and all(n in one.cells and one.cells[n].value == v for n, v in wanted.items())
        ]
        lines = [told(connection, one, now) for one in found[:limit]]
    if as_json:
        print_json({"total": len(found), "records": lines})
        return
    for one in lines:
        disputed = sum(cell["disputed"] for cell in one["cells"].values())
        said = f"{len(one['cells'])} items" + (f", {disputed} disputed" if disputed else "")
        click.echo(f"{one['id']}  {one['identifier']:20} {said}")
    click.echo(f"{len(found)} open records")


@click.command()
@record_argument
@body_option
@as_json
def show(record_id: str, body: str, as_json: bool) -> None:
    """One record: every item with its authority and as-of date, and what happened to it."""
    from catalog.store import reading
    from space.wayback.grassroots.records import history, record_of

    _home, engine, now = open_installation()
    with reading(engine) as connection:
        found = told(connection, record_of(connection, body, record_id), now)
        events = [{**one, "acted_at": str(one["acted_at"])} for one in history(connection, body, record_id)]
    if as_json:
        print_json({**found, "events": events})
        return
    click.echo(f"{found['id']} {found['kind']} {found['identifier']}: {found['state']}")
    for name, cell in found["cells"].items():
        flag = "  (disputed)" if cell["disputed"] else ""
        click.echo(f"  {name}: {cell['value'] or '—'}  [{cell['authority']}, as of {cell['as_of']}]{flag}")
    for name in found["left"]:
        click.echo(f"  {name} has removed it: field-check, then close or keep")
    for event in events:
        click.echo(f"  {event['number']:3} {event['act']:9} {event['as_of']}  {event['source']}")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@body_option
@kind_option
@click.option("--items", default="", metavar="A,B", help="Only these (default: all).")
@as_json
def export(file: Path, body: str, kind: str, items: str, as_json: bool) -> None:
    """Write the ledger to an Excel FILE, to be filled and read back."""
    from catalog.store import reading
    from space.wayback.grassroots.workbook import export as write

    _home, engine, now = open_installation()
    with refusals(as_json), reading(engine) as connection:
        count = write(connection, body, file, now=now, kind=kind, items=names(items))
    if as_json:
        print_json({"file": str(file), "records": count})
        return
    click.echo(f"{count} records written to {file} (it holds values: keep it closed)")


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@body_option
@kind_option
@click.option("--report", "faults_to", type=click.Path(dir_okay=False, path_type=Path), default=None,
              metavar="FILE", help="Gets a copy with every fault at its cell.")  # fmt: skip
@actor
@as_json
def take_back(file: Path, body: str, kind: str, faults_to: Path | None, by: str, as_json: bool) -> None:
    """Read an Excel FILE of the ledger back: only its differences are taken."""
    from space.wayback.grassroots.judging import Acting
    from space.wayback.grassroots.returning import take_back as take

    home, engine, now = open_installation()
    with refusals(as_json):
        done = take(home, engine, file, Acting(body, acting(by), now), kind=kind, report=faults_to)
    if as_json:
        print_json(asdict(done))
    else:
        click.echo(
            f"{done.rows} rows: {done.same} as they were, {done.changed} changed, {done.added} added,"
            f" {done.challenged} challenges"
        )
    for fault in done.faults:
        allowed = f" — {fault.allowed}" if fault.allowed else ""
        click.echo(f"{fault.cell}: {fault.code}: {fault.message}{allowed}", err=True)
    if done.faults:
        raise click.exceptions.Exit(1)


@click.command()
@body_option
@kind_option
@click.option("--by", "grouped", default="", metavar="A,B", help="ITEM, ITEM:year, ITEM:month or ITEM:age.")
@click.option("--where", multiple=True, metavar="ITEM=VALUE", help="Only records that hold this.")
@as_json
def count(body: str, kind: str, grouped: str, where: tuple[str, ...], as_json: bool) -> None:
    """The body's own statistics over its own records, made without asking anybody."""
    from catalog.store import reading
    from space.wayback.grassroots.counting import count as tally

    _home, engine, now = open_installation()
    with refusals(as_json), reading(engine) as connection:
        made = tally(connection, body, names(grouped), now=now, kind=kind, where=pairs(where))
    if as_json:
        print_json(asdict(made))
        return
    for group in made.groups:
        click.echo(f"{'  '.join(value or '—' for value in group.values):40} {group.records}")
    click.echo(f"{made.total} records")


def told(connection: Connection, one: Record, now: datetime) -> dict[str, Any]:
    """A record as JSON, its identifier masked, in its cells too."""
    from policies.clocks import local_date
    from policies.showing import showing
    from space.wayback.backflow.bodies import body as body_of
    from space.wayback.grassroots.items import items_of, kind_called
    from space.wayback.grassroots.masking import as_shown
    from space.wayback.grassroots.records import shown

    on = local_date(now)
    kind = kind_called(one.kind, on)
    items = items_of(connection, body_of(connection, one.body), one.kind, on)
    return {
        "id": one.id,
        "kind": one.kind,
        "identifier": shown(one, kind, showing(on).masks),
        "state": one.state,
        "household": one.household,
        "left": list(one.left),
        "cells": {name: asdict(cell) for name, cell in as_shown(one, kind, items).cells.items()},
    }
