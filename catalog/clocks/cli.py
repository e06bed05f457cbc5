"""Commands ``due`` and ``clock``."""

from __future__ import annotations

import getpass
import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from catalog.clocks.duties import Duty
    from catalog.clocks.running import Clock

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
given_by = click.option("--by", default="", metavar="NAME", help="Who does it (default: the user logged in).")
_COLOURS = ("red", "yellow", "green", "grey")


@click.command("due")
@click.option("--for", "organisation", metavar="ORGANISATION", help="Only what this one owes (code or name).")
@click.option(
    "--on", "day", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="As of a day (default: today)."
)
@click.option("--colour", type=click.Choice(_COLOURS), multiple=True, help="Only what is this pressing.")
@as_json
def due(organisation: str | None, day: datetime | None, colour: tuple[str, ...], as_json: bool) -> None:
    """List what is due, by whom: clocks, faults, requests, challenges, objections, renewals, updates."""
    from catalog.clocks import duties
    from catalog.home import Home
    from catalog.store import open_store, reading

    on = _today() if day is None else day.date()
    with reading(open_store(Home.find())) as connection:
        everybody = found = duties.duties(connection, on)
    if organisation is not None:
        found = duties.owned_by(found, organisation)
    if colour:
        found = tuple(duty for duty in found if duty.colour in colour)
    owners = duties.by_owner(found)
    if as_json:
        items = [duty.to_document() for duty in found]
        _print_json({"on": on.isoformat(), "total": len(items), "by_owner": owners, "items": items})
        return
    if not found:
        click.echo(f"nothing is owed on {on}" + _others(organisation, everybody))
        return
    for line in owners:
        counts = ", ".join(f"{line[name]} {name}" for name in _COLOURS if line[name])
        click.echo(f"{line['owner'] or '(nobody named)'} {line['owner_code']}: {line['total']} ({counts})")
        for duty in found:
            if (duty.owner, duty.owner_code) == (line["owner"], line["owner_code"]):
                click.echo(f"    {_line(duty)}")


def _others(organisation: str | None, everybody: tuple[Duty, ...]) -> str:
    """Who does owe something, where the one that was asked for does not."""
    owners = sorted({duty.owner or duty.owner_code for duty in everybody})
    return "" if organisation is None or not owners else f" by {organisation}; by others: {', '.join(owners)}"


@click.group("clock")
def clock() -> None:
    """Clocks of duties (时限): list, pause, resume, extend, recompute, day."""


@clock.command("list")
@click.argument("subject", required=False)
@as_json
def listing(subject: str | None, as_json: bool) -> None:
    """List open clocks, or every clock of SUBJECT (e.g. entry:people.residents)."""
    from catalog.clocks import running
    from catalog.home import Home
    from catalog.store import open_store, reading

    with reading(open_store(Home.find())) as connection:
        found = running.open_clocks(connection) if subject is None else running.clocks_of(connection, subject)
    if as_json:
        _print_json([each.to_document() for each in found])
        return
    if not found:
        click.echo("no clock" if subject else "no clock runs")
    for each in found:
        click.echo(_clock_line(each))


@clock.command()
@click.argument("subject")
@click.argument("rule")
@click.option("--reason", required=True, metavar="TEXT", help="What the other side owes.")
@given_by
@as_json
def pause(subject: str, rule: str, reason: str, by: str, as_json: bool) -> None:
    """Let the clock RULE of SUBJECT stand still from today on."""
    from catalog.clocks import running

    with _writing() as connection:
        made = running.pause(connection, subject=subject, rule=rule, reason=reason, by=_who(by), now=_now())
    _told(made, as_json)


@clock.command()
@click.argument("subject")
@click.argument("rule")
@given_by
@as_json
def resume(subject: str, rule: str, by: str, as_json: bool) -> None:
    """Let a paused clock run on; today counts again."""
    from catalog.clocks import running

    with _writing() as connection:
        made = running.resume(connection, subject=subject, rule=rule, by=_who(by), now=_now())
    _told(made, as_json)


@clock.command()
@click.argument("subject")
@click.argument("rule")
@click.option("--reason", required=True, metavar="TEXT", help="Why more time is needed.")
@click.option("--approved-by", required=True, metavar="NAME", help="Who consented.")
@click.option(
    "--days", type=click.IntRange(1), metavar="N", help="Working days (default: all the rule allows)."
)
@click.option("--rule", "extension", metavar="EXTENSION", help="The extension rule, where several fit.")
@given_by
@as_json
def extend(
    subject: str,
    rule: str,
    reason: str,
    approved_by: str,
    days: int | None,
    extension: str | None,
    by: str,
    as_json: bool,
) -> None:
    """Give the clock RULE of SUBJECT more time, once, with an approver."""
    from catalog.clocks import running

    known = running.extensions_of(rule, _today())
    if extension is None and len(known) != 1:
        what = f"name one of {', '.join(known)} with --rule" if known else "no rule extends it"
        raise running.ClockError(f"{subject}: {rule} cannot be extended as asked — {what}")
    with _writing() as connection:
        made = running.extend(
            connection, subject=subject, rule=rule, extension=extension or known[0], reason=reason,
            approved_by=approved_by, by=_who(by), now=_now(), workdays=days,
        )  # fmt: skip
    _told(made, as_json)


@clock.command()
@click.option("--amended", is_flag=True, help="Also due days that were not provisional.")
@given_by
@as_json
def recompute(amended: bool, by: str, as_json: bool) -> None:
    """Make open due days anew, when a calendar that was missing has come (rules/holidays.yaml)."""
    from catalog.clocks.recompute import recompute as make_anew

    with _writing() as connection:
        moved = make_anew(connection, by=_who(by), now=_now(), amended=amended)
    if as_json:
        _print_json([each.to_document() for each in moved])
        return
    click.echo(f"{len(moved)} due days made anew" if moved else "no due day changes")
    for each in moved:
        still = ", still provisional" if each.provisional else ""
        click.echo(f"    {each.subject} {each.rule}: {each.before} → {each.after}{still}")


@clock.command()
@given_by
@as_json
def day(by: str, as_json: bool) -> None:
    """Begin the day: mark what lapsed, start what falls due, list what is red; safe to run again."""
    from catalog.clocks.daily import begin

    with _writing() as connection:
        done = begin(connection, by=_who(by), now=_now())
    if as_json:
        _print_json(done.to_document())
        return
    click.echo(f"lapsed: {', '.join(done.lapsed) or 'nothing'}")
    for name in done.owed:
        click.echo(f"{name}: its first registration is owed")
    if done.moved or done.settled:
        click.echo(f"{len(done.moved)} due days made anew, {len(done.settled)} handovers settled")
    click.echo(f"owed: {', '.join(f'{count} {colour}' for colour, count in done.colours.items())}")
    for each in done.red:
        click.echo(f"    {_line(each)} — {each.owner} {each.owner_code}".rstrip())


def _line(duty: Duty) -> str:
    if duty.due_on is None or duty.days_left is None:
        when = "no day set"
    else:
        left = "today" if duty.days_left == 0 else f"{duty.days_left} working days left"
        left = f"{-duty.days_left} working days over" if duty.overdue else left
        when = f"{duty.due_on}{' (provisional)' if duty.provisional else ''}, {left}"
    return f"{duty.colour.value:6} {when}: {duty.what} [{duty.subject}] — {duty.rule}, {duty.source}"


def _clock_line(each: Clock) -> str:
    due = "no day set" if each.due_on is None else f"due {each.due_on}{' (provisional)' * each.provisional}"
    end = "" if each.on_time is None else (", on time" if each.on_time else ", late")
    owner = f"{each.owner} {each.owner_code}".strip()
    return f"{each.subject}  {each.rule}: {each.state}, {due}{end}; {owner}: {each.words}"


def _told(made: Clock, as_json: bool) -> None:
    if as_json:
        _print_json(made.to_document())
        return
    click.echo(_clock_line(made))


def _writing() -> Any:
    from catalog.home import Home
    from catalog.store import open_store, writing

    return writing(open_store(Home.find()))


def _who(by: str) -> str:
    return by or getpass.getuser()


def _now() -> datetime:
    return datetime.now(UTC)


def _today() -> date:
    from policies.clocks import local_date

    return local_date(_now())


def _print_json(document: object) -> None:
    click.echo(json.dumps(document, ensure_ascii=False))
