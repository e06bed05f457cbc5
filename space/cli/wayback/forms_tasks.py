"""Commands of tasks: ``ybz form send|unsend|make|tasks|confirm|withdraw``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from space.cli.refusal import refusals
from space.cli.wayback.options import acting, actor, as_json, body_option, open_installation, print_json

if TYPE_CHECKING:
    from space.wayback.forms.tasks import Task


@click.command()
@click.argument("code")
@click.option("--body", "bodies", multiple=True, required=True, metavar="CODE", help="Who fills it.")
@click.option("--period", default=None, metavar="PERIOD", help="For this one only, e.g. 2026-09.")
@actor
@as_json
def send(code: str, bodies: tuple[str, ...], period: str | None, by: str, as_json: bool) -> None:
    """Send form CODE to bodies; one that comes again makes its later tasks itself."""
    from space.wayback.forms.sending import send as send_form

    with refusals(as_json):
        home, engine, now = open_installation()
        made = send_form(home, engine, code, bodies, by=acting(by), now=now, period=period)
    _print(made, as_json)


@click.command()
@click.argument("code")
@body_option
@actor
@as_json
def unsend(code: str, body: str, by: str, as_json: bool) -> None:
    """Send form CODE to a body no longer; its open tasks stay."""
    from space.wayback.forms.sending import stop_sending

    with refusals(as_json):
        _home, engine, now = open_installation()
        stop_sending(engine, code, body, by=acting(by), now=now)
    if as_json:
        print_json({"form": code, "body": body})
        return
    click.echo(f"{code} is sent to {body} no longer")


@click.command()
@as_json
def make(as_json: bool) -> None:
    """Make the tasks of forms that come again, as `ybz serve` does by itself."""
    from space.wayback.forms.sending import make_due

    with refusals(as_json):
        home, engine, now = open_installation()
        made = make_due(home, engine, now)
    _print(made, as_json)


@click.command()
@click.option("--body", default=None, metavar="CODE", help="Of one body.")
@click.option("--form", "code", default=None, metavar="CODE", help="Of one form.")
@click.option("--state", type=click.Choice(["open", "confirmed", "withdrawn"]), default=None)
@as_json
def tasks(body: str | None, code: str | None, state: str | None, as_json: bool) -> None:
    """Tasks, the one due first first."""
    from catalog.store import reading
    from space.wayback.forms.tasks import tasks as listing

    with refusals(as_json):
        _home, engine, _now = open_installation()
        with reading(engine) as connection:
            found = listing(connection, body_code=body, form=code, state=state)
    _print(found, as_json)


@click.command()
@click.argument("task")
@actor
@as_json
def confirm(task: str, by: str, as_json: bool) -> None:
    """Confirm a TASK: its sheets are submitted as they were shown, but those somebody has to look at."""
    from space.wayback.forms.together import confirm_ready

    with refusals(as_json):
        home, engine, now = open_installation()
        together = confirm_ready(home, engine, task, by=acting(by), now=now)
    if as_json:
        print_json(together.to_document())
        return
    done = together.done
    click.echo(
        f"{done.task}: {done.sheets} sheets confirmed, {done.before} submitted before;"
        f" {done.kept} items kept, {done.computed} computed"
    )
    if together.out:
        why = "; ".join(f"{one.words} ({one.item})" if one.item else one.words for one in together.out)
        click.echo(f"left out, the task stays open for them: {why}")


@click.command("withdraw")
@click.argument("task")
@click.option("--reason", required=True, metavar="TEXT", help="Why it need not be filled.")
@actor
@as_json
def withdraw_task(task: str, reason: str, by: str, as_json: bool) -> None:
    """Take an open TASK back, for its issuer."""
    from space.wayback.forms.confirming import withdraw

    with refusals(as_json):
        _home, engine, now = open_installation()
        done = withdraw(engine, task, reason=reason, by=acting(by), now=now)
    _print((done,), as_json)


def _print(found: tuple[Task, ...], as_json: bool) -> None:
    if as_json:
        print_json([one.to_document() for one in found])
        return
    for one in found:
        of = f"{one.filled} of {one.subjects}" if one.subjects is not None else f"{one.filled}"
        sheets = f"{of} sheets"
        click.echo(
            f"{one.id}  {one.form:16} {one.period:8} {one.body:20} {one.state:10} {sheets}, due {one.due_on}"
        )


COMMANDS: Final = (send, unsend, make, tasks, confirm, withdraw_task)
