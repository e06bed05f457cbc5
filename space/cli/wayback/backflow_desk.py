"""Commands of a clerk's desk: who sees to what, notes, un-masking; below ``ybz backflow``."""

from __future__ import annotations

from dataclasses import asdict

import click

from space.cli.refusal import refusals
from space.cli.wayback.options import (
    acting,
    actor,
    as_json,
    body_option,
    names,
    open_installation,
    print_json,
)

row_option = click.option("--row", default="", metavar="REFERENCE", help="One row of it (default: all).")


@click.command()
@click.argument("subject")
@body_option
@click.option("--to", required=True, metavar="NAME", help="Who sees to it.")
@click.option("--task", required=True, help="What is to be done.")
@click.option("--due", "due_on", default="", metavar="DAY", help="YYYY-MM-DD.")
@row_option
@actor
@as_json
def assign(
    subject: str, body: str, to: str, task: str, due_on: str, row: str, by: str, as_json: bool
) -> None:
    """Give SUBJECT (a delivery, or what a notice is about) of the inbox to one person."""
    from space.wayback.backflow.tasks import assign as assign_task

    _home, engine, now = open_installation()
    with refusals(as_json):
        made = assign_task(
            engine, body, subject, to=to, task=task, by=acting(by), now=now, row=row, due_on=due_on
        )
    if as_json:
        print_json(asdict(made) | {"assigned_at": made.assigned_at.isoformat()})
    else:
        click.echo(f"{made.id}: {made.assignee} sees to {made.subject}")


@click.command()
@body_option
@click.option("--to", default="", metavar="NAME", help="Only of this person.")
@click.option("--open", "open_only", is_flag=True)
@as_json
def tasks(body: str, to: str, open_only: bool, as_json: bool) -> None:
    """Tasks of a body, oldest first."""
    from catalog.store import reading
    from space.wayback.backflow.tasks import tasks_of

    _home, engine, _now = open_installation()
    with refusals(as_json), reading(engine) as connection:
        found = tasks_of(connection, body, assignee=to, open_only=open_only)
    if as_json:
        print_json([asdict(one) | {"assigned_at": one.assigned_at.isoformat()} for one in found])
        return
    for one in found:
        due = f"  due {one.due_on}" if one.due_on else ""
        click.echo(f"{one.id}  {one.subject}  {one.assignee}  {one.state}{due}  {one.task}")


@click.command()
@click.argument("task")
@actor
@as_json
def done(task: str, by: str, as_json: bool) -> None:
    """Say that a TASK is done."""
    from space.wayback.backflow.tasks import close

    _home, engine, now = open_installation()
    with refusals(as_json):
        found = close(engine, task, by=acting(by), now=now)
    if as_json:
        print_json({"id": found.id, "state": found.state})
    else:
        click.echo(f"{found.id} {found.state}")


@click.command()
@click.argument("subject")
@click.argument("text")
@body_option
@row_option
@actor
@as_json
def note(subject: str, text: str, body: str, row: str, by: str, as_json: bool) -> None:
    """Write TEXT beside SUBJECT of the inbox; it stays in the body."""
    from catalog import keys
    from space.wayback.backflow.tasks import annotate

    home, engine, now = open_installation()
    with refusals(as_json):
        secret = keys.load(home).pseudonym
        made = annotate(engine, body, subject, text, secret=secret, by=acting(by), now=now, row=row)
    if as_json:
        print_json({"id": made.id, "subject": made.subject, "row": made.row})
    else:
        click.echo(f"{made.id} written")


@click.command()
@click.argument("subject")
@body_option
@as_json
def notes(subject: str, body: str, as_json: bool) -> None:
    """Notes of a body beside SUBJECT, oldest first."""
    from catalog.store import reading
    from space.wayback.backflow.tasks import notes_of

    _home, engine, _now = open_installation()
    with refusals(as_json), reading(engine) as connection:
        found = notes_of(connection, body, subject)
    if as_json:
        print_json([asdict(one) | {"written_at": one.written_at.isoformat()} for one in found])
        return
    for one in found:
        click.echo(f"{one.written_at:%Y-%m-%d %H:%M}Z  {one.written_by}: {one.text}")


@click.command()
@click.argument("subscription")
@click.argument("row")
@click.option("--fields", required=True, metavar="A,B", help="Of the subscription.")
@click.option("--reason", required=True, help="Why the whole value is needed.")
@click.option("--hours", default=0, help="For how long (default: the longest allowed).")
@click.option("--task", default="", metavar="ID", help="The task of the inbox it serves.")
@actor
@as_json
def unmask(
    subscription: str, row: str, fields: str, reason: str, hours: int, task: str, by: str, as_json: bool
) -> None:
    """Ask for leave to look at masked values of one ROW; `reveal` shows them."""
    from space.wayback.backflow.unmasking import Asked
    from space.wayback.backflow.unmasking import unmask as ask

    home, engine, now = open_installation()
    asked = Asked(subscription, row, names(fields), reason, hours, task)
    with refusals(as_json):
        made = ask(home, engine, asked, by=acting(by), now=now)
    if as_json:
        print_json({"id": made.id, "fields": list(made.fields), "expires_at": made.expires_at.isoformat()})
    else:
        click.echo(f"{made.id}: {', '.join(made.fields)} until {made.expires_at:%Y-%m-%d %H:%M}Z")


@click.command()
@click.argument("unmasking")
@actor
@as_json
def reveal(unmasking: str, by: str, as_json: bool) -> None:
    """Show the values of an UNMASKING to the person who asked; every look is logged."""
    from space.wayback.backflow.unmasking import reveal as look

    home, engine, now = open_installation()
    with refusals(as_json):
        values = look(home, engine, unmasking, by=acting(by), now=now)
    if as_json:
        print_json(dict(values))
        return
    for name, value in values.items():
        click.echo(f"{name}: {value or ''}")


@click.command()
@body_option
@as_json
def unmaskings(body: str, as_json: bool) -> None:
    """What people of a body had un-masked, and why, oldest first."""
    from catalog.store import reading
    from space.wayback.backflow.unmasking import listing

    _home, engine, _now = open_installation()
    with refusals(as_json), reading(engine) as connection:
        found = listing(connection, body)
    if as_json:
        times = ("asked_at", "expires_at")
        print_json([asdict(one) | {name: getattr(one, name).isoformat() for name in times} for one in found])
        return
    for one in found:
        click.echo(f"{one.id}  {one.asked_at:%Y-%m-%d %H:%M}Z  {one.asked_by}  {one.dataset}  {one.reason}")


DESK = (assign, tasks, done, note, notes, unmask, reveal, unmaskings)
