"""Commands of tasks and stand-ins of a body's people: ``ybz grassroots tasks`` and its neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from space.cli.refusal import refusals
from space.cli.wayback.options import acting, actor, as_json, body_option, open_installation, print_json

if TYPE_CHECKING:
    from space.wayback.grassroots.tasks import Task

DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@body_option
@click.option(
    "--person", default="", metavar="NAME", help="Only what this person may do, stand-ins included."
)
@click.option("--all", "closed_too", is_flag=True, help="Closed ones too.")
@as_json
def tasks(body: str, person: str, closed_too: bool, as_json: bool) -> None:
    """Tasks of a body and who has them today."""
    from catalog.store import reading
    from policies.clocks import local_date
    from space.wayback.grassroots.tasks import listing, mine

    _home, engine, now = open_installation()
    on = local_date(now)
    if person:
        found = mine(engine, body, person, on)
    else:
        with reading(engine) as connection:
            found = listing(connection, body, on, open_only=not closed_too)
    if as_json:
        print_json([_told(one) for one in found])
        return
    for one in found:
        late = "  overdue" if one.overdue else ""
        click.echo(f"{one.id}  {one.title:8} {one.subject}  {one.state} due {one.due_on}  {one.person}{late}")


@click.command()
@click.argument("subject", metavar="RECORD|FORM")
@body_option
@click.option("--kind", type=click.Choice(["verify", "visit", "fill"]), default="verify", show_default=True)
@click.option("--person", required=True, metavar="NAME", help="Who does it.")
@click.option("--due", required=True, type=DAY, help="Last day.")
@click.option("--title", default="", help="What is to be done, without anything of a person.")
@actor
@as_json
def assign(
    subject: str, body: str, kind: str, person: str, due: datetime, title: str, by: str, as_json: bool
) -> None:
    """Give a task to a person: a field check 核实 of a household, a visit, a form to fill."""
    from space.wayback.grassroots.handing import assign as give
    from space.wayback.grassroots.tasks import KINDS
    from space.wayback.grassroots.verifying import open_check

    _home, engine, now = open_installation()
    wanted = next(one for one in KINDS if one == kind)
    with refusals(as_json):
        if wanted == "verify" and not title:
            made = open_check(engine, body, subject, person=person, due_on=due.date(), by=acting(by), now=now)
        else:
            words = title or ("走访" if wanted == "visit" else "填报")
            made = give(
                engine, body, wanted, subject, title=words, person=person, due_on=due.date(), by=acting(by),
                now=now,
            )  # fmt: skip
    _say(made, as_json)


@click.command("hand-over")
@body_option
@click.option("--from", "giver", required=True, metavar="NAME")
@click.option("--to", "taker", required=True, metavar="NAME")
@click.option("--first", required=True, type=DAY, help="First day of the taker.")
@click.option("--last", type=DAY, default=None, help="Last day of the taker (default: for good).")
@click.option("--task", "chosen", multiple=True, metavar="ID", help="Only these (default: all open ones).")
@click.option("--reason", required=True)
@actor
@as_json
def hand_over(
    body: str,
    giver: str,
    taker: str,
    first: datetime,
    last: datetime | None,
    chosen: tuple[str, ...],
    reason: str,
    by: str,
    as_json: bool,
) -> None:
    """Hand open tasks over to another person, from a day on and, if wanted, until a day."""
    from space.wayback.grassroots.handing import hand_over as hand

    _home, engine, now = open_installation()
    with refusals(as_json):
        done = hand(
            engine, body, giver, taker, first_on=first.date(), last_on=last.date() if last else None,
            tasks=chosen, reason=reason, by=acting(by), now=now,
        )  # fmt: skip
    if as_json:
        print_json([_told(one) for one in done])
        return
    until = f" until {last:%Y-%m-%d}" if last else ""
    click.echo(f"{len(done)} tasks: {giver} → {taker} from {first:%Y-%m-%d}{until}")


@click.command()
@click.argument("task_id", metavar="TASK")
@actor
@as_json
def check(task_id: str, by: str, as_json: bool) -> None:
    """What a field check looks at: the household, its people, and what is checked already."""
    from catalog.store import reading
    from policies.clocks import local_date
    from policies.showing import showing
    from space.wayback.grassroots.items import kind_called
    from space.wayback.grassroots.records import shown
    from space.wayback.grassroots.tasks import task
    from space.wayback.grassroots.verifying import door

    _home, engine, now = open_installation()
    on = local_date(now)
    with refusals(as_json), reading(engine) as connection:
        owner = task(connection, task_id, on).body  # at the terminal of the installation sits no one body
        found = door(connection, owner, task_id, acting(by), on)
    lines = [
        {
            "record": one.id,
            "kind": one.kind,
            "identifier": shown(one, kind_called(one.kind, on), showing(on).masks),
            "checked": one.id in found.checked,
            "left": list(one.left),
        }
        for one in found.records
    ]
    if as_json:
        print_json({"task": _told(found.task), "records": lines})
        return
    for line in lines:
        mark = "checked" if line["checked"] else "to check"
        click.echo(f"{line['record']}  {line['kind']:9} {line['identifier']:20} {mark}")


@click.command()
@click.argument("task_id", metavar="TASK")
@click.option("--found", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=None,
              help="JSON: [{record, result, values, reason}].")  # fmt: skip
@click.option("--confirm-all", is_flag=True, help="Everything not told otherwise is as it stands.")
@click.option("--done", is_flag=True, help="Close the task.")
@actor
@as_json
def report(task_id: str, file: Path | None, confirm_all: bool, done: bool, by: str, as_json: bool) -> None:
    """Write down what a field check found: confirmed, changed, gone or absent."""
    from catalog.store import reading
    from policies.clocks import local_date
    from space.wayback.grassroots.tasks import task
    from space.wayback.grassroots.verifying import Found, door
    from space.wayback.grassroots.verifying import report as write_down

    home, engine, now = open_installation()
    with refusals(as_json):
        found = [] if file is None else _found(file)
        with reading(engine) as connection:
            owner = task(connection, task_id, local_date(now)).body
        if confirm_all:
            with reading(engine) as connection:
                seen = door(connection, owner, task_id, acting(by), local_date(now))
            told = {one.record for one in found} | seen.checked
            found += [Found(one.id, "confirmed") for one in seen.records if one.id not in told]
        kept = write_down(home, engine, owner, task_id, found, by=acting(by), now=now, done=done)
    if as_json:
        print_json([asdict(one) for one in kept])
        return
    challenges = sum(len(one.challenged) for one in kept)
    click.echo(f"{len(kept)} records, {challenges} challenges{', task closed' if done else ''}")


@click.command("stand-in")
@body_option
@click.option("--for", "person", required=True, metavar="NAME", help="Whose tasks are done (A角).")
@click.option("--by-person", "other", required=True, metavar="NAME", help="Who does them (B角).")
@click.option("--first", required=True, type=DAY)
@click.option("--last", required=True, type=DAY)
@click.option("--reason", required=True)
@actor
@as_json
def stand_in(
    body: str, person: str, other: str, first: datetime, last: datetime, reason: str, by: str, as_json: bool
) -> None:
    """Name a stand-in AB角 for some days."""
    from space.wayback.grassroots.stand_ins import name

    _home, engine, now = open_installation()
    with refusals(as_json):
        made = name(
            engine, body, person, other, first.date(), last.date(), reason=reason, by=acting(by), now=now
        )
    if as_json:
        print_json(_days(asdict(made)))
        return
    click.echo(f"{made.id}: {other} stands in for {person}, {made.first_on} to {made.last_on}")


@click.command("stand-ins")
@body_option
@click.option("--end", "ended", default="", metavar="ID", help="Take this one back from today on.")
@actor
@as_json
def stand_ins(body: str, ended: str, by: str, as_json: bool) -> None:
    """Stand-ins of a body, past ones too."""
    from catalog.store import reading
    from space.wayback.grassroots.stand_ins import end, listing

    _home, engine, now = open_installation()
    if ended:
        end(engine, ended, by=acting(by), now=now)
    with reading(engine) as connection:
        found = listing(connection, body)
    if as_json:
        print_json([_days(asdict(one)) for one in found])
        return
    for one in found:
        over = f", taken back on {one.ended_on}" if one.ended_on else ""
        click.echo(f"{one.id}  {one.stand_in} for {one.person}, {one.first_on} to {one.last_on}{over}")


def _found(file: Path) -> list[Any]:
    import json

    from space.wayback.grassroots.verifying import Found

    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        return [Found(**one) for one in told]
    except (ValueError, TypeError) as error:
        raise click.ClickException(f"{file} is not JSON of [{{record, result, values, reason}}]") from error


def _told(one: Task) -> dict[str, Any]:
    return _days(asdict(one))


def _days(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, date) else value for name, value in told.items()}


def _say(made: Task, as_json: bool) -> None:
    if as_json:
        print_json(_told(made))
        return
    click.echo(f"{made.id}: {made.title}, {made.person}, due {made.due_on}")
