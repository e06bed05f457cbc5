"""Commands of challenges of a value 校核: ``ybz correct``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from space.cli.options import acting, actor, as_json, body_option, open_installation, print_json


@click.group()
def correct() -> None:
    """Challenges of a value 校核: open, answer, list, workbook, check."""


@correct.command("open")
@body_option
@click.option("--dataset", required=True, metavar="SCHEMA.TABLE")
@click.option("--row", required=True, metavar="REF", help="As a delivery or a prefilled form names it.")
@click.option("--field", required=True)
@click.option("--value", required=True, help="What it should be.")
@click.option("--reason", required=True, help="Why, and on what evidence.")
@actor
@as_json
def open_one(
    body: str, dataset: str, row: str, field: str, value: str, reason: str, by: str, as_json: bool
) -> None:
    """Challenge a value; the source department answers within its clock."""
    from space.wayback.corrections.cases import open_challenge
    from space.wayback.corrections.challenges import Challenge

    home, engine, now = open_installation()
    challenge = Challenge(body, dataset, row, field, value, reason)
    made = open_challenge(home, engine, challenge, by=acting(by), now=now)
    if as_json:
        print_json(_told(made))
    else:
        click.echo(f"{made.id}: {made.department} answers by {made.due_on}")


@correct.command()
@click.argument("correction_id", metavar="ID")
@click.option("--department", required=True, metavar="CODE", help="Code of the answering department.")
@click.option("--accept/--reject", "accepted", required=True, default=None)
@click.option("--reason", required=True, help="Told to the asker.")
@actor
@as_json
def answer(correction_id: str, department: str, accepted: bool, reason: str, by: str, as_json: bool) -> None:
    """Answer the challenge ID for its source department."""
    from space.wayback.corrections.cases import answer as settle

    _home, engine, now = open_installation()
    done = settle(
        engine,
        correction_id,
        department_code=department,
        accepted=accepted,
        reason=reason,
        by=acting(by),
        now=now,
    )
    if as_json:
        print_json(_told(done))
    else:
        click.echo(f"{done.id}: {done.state}{', late' if done.late else ''}")


@correct.command("list")
@click.option("--body", default=None, metavar="CODE", help="Only this asker's.")
@click.option("--department", default=None, metavar="CODE", help="Only this department's.")
@as_json
def list_challenges(body: str | None, department: str | None, as_json: bool) -> None:
    """Challenges, oldest first."""
    from catalog.store import reading
    from space.wayback.corrections.cases import listing

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        found = listing(connection, asker=body, department_code=department)
    if as_json:
        print_json([_told(one) for one in found])
        return
    for one in found:
        click.echo(f"{one.id}  {one.dataset}.{one.field}  {one.state:9} due {one.due_on}  {one.department}")


@correct.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--department", required=True, metavar="CODE")
@as_json
def workbook(file: Path, department: str, as_json: bool) -> None:
    """Write the accepted corrections of a department into an Excel FILE."""
    from space.wayback.corrections.carrying import write_workbook

    _home, engine, _now = open_installation()
    count = write_workbook(engine, department, file)
    if as_json:
        print_json({"file": str(file), "corrections": count})
        return
    click.echo(f"{count} accepted corrections written to {file} (it holds values: keep it closed)")


@correct.command()
@as_json
def check(as_json: bool) -> None:
    """Look for accepted values in the releases published since."""
    from space.wayback.corrections.carrying import check as look

    home, engine, now = open_installation()
    found = look(home, engine, now)
    if as_json:
        print_json([asdict(one) for one in found])
        return
    for one in found:
        click.echo(f"{one.correction}  {one.dataset}  {one.outcome}")
    click.echo(f"{len(found)} accepted corrections looked for")


def _told(correction: Any) -> Mapping[str, Any]:
    """A challenge as JSON: days and instants as text."""
    return {
        name: value if value is None or isinstance(value, str | bool) else str(value)
        for name, value in asdict(correction).items()
    }
