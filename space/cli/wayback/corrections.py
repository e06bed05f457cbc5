"""Commands of challenges of a value 校核: ``ybz correct``.

Opening, answering and following a case; appeals and evidence are joined in from
:mod:`space.cli.wayback.correction_appeals`.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from space.cli.refusal import refusals
from space.cli.wayback.correction_appeals import appeal, attach, decide, escalate, evidence, withdraw
from space.cli.wayback.options import (
    acting,
    actor,
    as_json,
    body_option,
    open_installation,
    pairs,
    print_json,
)


@click.group()
def correct() -> None:
    """Challenges of a value 校核: open, answer, appeal, evidence, workbook, check."""


@correct.command("open")
@body_option
@click.option("--dataset", required=True, metavar="SCHEMA.TABLE")
@click.option("--row", default="", metavar="REF", help="As a delivery or a prefilled form names it.")
@click.option("--field", required=True)
@click.option("--value", required=True, help="What it should be.")
@click.option("--reason", required=True, help="Why, and on what evidence.")
@click.option("--origin", default="", metavar="ID", help="Delivery, submission or receipt it was seen in.")
@click.option(
    "--record",
    multiple=True,
    metavar="FIELD=VALUE",
    help="With a receipt: names the record instead of --row.",
)
@actor
@as_json
def open_one(
    body: str,
    dataset: str,
    row: str,
    field: str,
    value: str,
    reason: str,
    origin: str,
    record: tuple[str, ...],
    by: str,
    as_json: bool,
) -> None:
    """Challenge a value; the source department answers within its clock."""
    from space.wayback.corrections.cases import open_challenge
    from space.wayback.corrections.challenges import Challenge

    if bool(row) == bool(record):
        raise click.UsageError("name the row with --row, or with a receipt the record with --record")
    home, engine, now = open_installation()
    challenge = Challenge(body, dataset, row, field, value, reason, origin, pairs(record))
    with refusals(as_json):
        made = open_challenge(home, engine, challenge, by=acting(by), now=now)
    if as_json:
        print_json(made.to_document())
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
    """Answer the challenge ID for its source department; whoever holds the value is told."""
    from space.wayback.corrections.cases import answer as settle
    from space.wayback.recall.following import tell_of

    home, engine, now = open_installation()
    with refusals(as_json):
        done = settle(
            engine,
            correction_id,
            department_code=department,
            accepted=accepted,
            reason=reason,
            by=acting(by),
            now=now,
        )
        told = tell_of(home, engine, correction_id, now)
    if as_json:
        print_json(done.to_document() | {"recall": told.to_document()})
        return
    click.echo(f"{done.id}: {done.state}{', late' if done.late else ''}")
    click.echo(f"  {told.notified} of {told.receivers} holders told")


@correct.command("list")
@click.option("--body", default=None, metavar="CODE", help="Only this asker's.")
@click.option("--department", default=None, metavar="CODE", help="Only this department's.")
@as_json
def list_challenges(body: str | None, department: str | None, as_json: bool) -> None:
    """Challenges, oldest first."""
    from catalog.store import reading
    from space.wayback.corrections.course import listing

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        found = listing(connection, asker=body, department_code=department)
    if as_json:
        print_json([one.to_document() for one in found])
        return
    for one in found:
        click.echo(f"{one.id}  {one.dataset}.{one.field}  {one.state:9} due {one.due_on}  {one.department}")


@correct.command()
@click.argument("correction_id", metavar="ID")
@as_json
def show(correction_id: str, as_json: bool) -> None:
    """Show the challenge ID: its steps, its evidence, and the forms that held the old value."""
    from catalog.store import reading
    from space.wayback.corrections.attachments import attachments
    from space.wayback.corrections.course import correction, history
    from space.wayback.corrections.marks import marked

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        case = correction(connection, correction_id)
        steps, files = history(connection, correction_id), attachments(connection, correction_id)
        forms = [submission for submission, _, _ in marked(connection, correction_id=correction_id)]
    if as_json:
        listed: dict[str, Any] = {
            "steps": [one.to_document() for one in steps],
            "evidence": [one.to_document() for one in files],
            "forms_with_the_old_value": forms,
        }
        print_json(case.to_document() | listed)
        return
    at = f", before the {case.level}" if case.level else ""
    click.echo(f"{case.id}  {case.dataset}.{case.field}  {case.state}{at}  due {case.due_on}")
    for step in steps:
        due = f"  due {step.due_on}" if step.due_on else ""
        click.echo(f"  {step.at:%Y-%m-%d}  {step.event} by the {step.office} ({step.by}): {step.after}{due}")
        if step.reason:
            click.echo(f"      {step.reason}")
    for file in files:
        click.echo(f"  {file.id}  {file.kind}  {file.size_bytes} bytes  {file.title}  ({file.by})")
    for submission in forms:
        click.echo(f"  submitted with the old value: {submission}")


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
    """Look for accepted values in the releases published since; whoever holds an old one is told."""
    from catalog.store import reading
    from space.wayback.corrections.carrying import check as look
    from space.wayback.recall.following import tell_of
    from space.wayback.recall.standing import waiting

    home, engine, now = open_installation()
    found = look(home, engine, now)
    with reading(engine) as connection:
        due = waiting(connection)
    for one in due:
        tell_of(home, engine, one, now)
    if as_json:
        print_json([asdict(each) for each in found])
        return
    for each in found:
        click.echo(f"{each.correction}  {each.dataset}  {each.outcome}")
    click.echo(f"{len(found)} accepted corrections looked for")


for _command in (appeal, decide, withdraw, escalate, attach, evidence):
    correct.add_command(_command)
