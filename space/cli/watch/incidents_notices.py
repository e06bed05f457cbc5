"""Commands of ``ybz incident`` about whom it is told, and its end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from space.cli.refusal import refusals
from space.cli.watch.incidents import incident, local, tell
from space.cli.wayback.options import acting, actor, as_json, open_installation, print_json

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from space.watch.notices import Notice

__all__ = ["incident"]

_id = click.argument("incident_id", metavar="ID")
_notice = click.argument("notice_id", metavar="NOTICE")
_reason = click.option("--reason", required=True, metavar="TEXT", help="Why; kept with the incident.")
_office = click.option(
    "--office",
    type=click.Choice(["security", "authority"]),
    default="security",
    show_default=True,
    help="In which office you act.",
)


@incident.command()
@_id
@click.option("--text", "with_text", is_flag=True, help="With the drafts.")
@as_json
def notices(incident_id: str, with_text: bool, as_json: bool) -> None:
    """Whom the incident ID is told, by when, under which rule."""
    from catalog.store import reading
    from space.watch.incidents import by_id
    from space.watch.notices import notices_of

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        by_id(connection, incident_id)
        found = notices_of(connection, incident_id)
    if as_json:
        print_json([each.to_document() for each in found])
        return
    for each in found:
        _line(each)
        if with_text:
            click.echo(each.text + "\n")


@incident.command()
@_notice
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@actor
@as_json
def edit(notice_id: str, file: Path, by: str, as_json: bool) -> None:
    """Replace the draft NOTICE by the text in FILE."""
    from space.watch import notices

    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise click.ClickException(f"{file} is not text in UTF-8") from None
    _told(as_json, lambda c, now: notices.edit(c, notice_id, text, by=acting(by), now=now))


@incident.command()
@_notice
@click.option("--proof", required=True, metavar="TEXT", help="Number of the receipt, post or publication.")
@click.option("--at", "at", type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]),
              help="When it was sent, Asia/Shanghai (default: now).")  # fmt: skip
@actor
@as_json
def sent(notice_id: str, proof: str, at: datetime | None, by: str, as_json: bool) -> None:
    """Mark NOTICE as sent, with what proves it."""
    from policies.clocks import ZONE
    from space.watch import notices

    when = None if at is None else at.replace(tzinfo=ZONE)
    _told(
        as_json, lambda c, now: notices.send(c, notice_id, proof=proof, by=acting(by), now=now, sent_at=when)
    )


@incident.command()
@_notice
@_reason
@actor
@as_json
def waive(notice_id: str, reason: str, by: str, as_json: bool) -> None:
    """Leave NOTICE out for a reason, where its rule lets you."""
    from space.watch import notices

    _told(as_json, lambda c, now: notices.waive(c, notice_id, reason=reason, by=acting(by), now=now))


@incident.command()
@_id
@actor
@as_json
def notify(incident_id: str, by: str, as_json: bool) -> None:
    """State that everybody is told who has to know of the incident ID."""
    from space.watch import closing

    _step(as_json, lambda c, now: closing.notify(c, incident_id, by=acting(by), now=now))


@incident.command()
@_id
@_reason
@actor
@as_json
def resolve(incident_id: str, reason: str, by: str, as_json: bool) -> None:
    """State what removed the cause of the incident ID; clocks of final reports begin."""
    from space.watch import closing

    _step(as_json, lambda c, now: closing.resolve(c, incident_id, reason=reason, by=acting(by), now=now))


@incident.command()
@_id
@_reason
@actor
@as_json
def close(incident_id: str, reason: str, by: str, as_json: bool) -> None:
    """Propose to close the incident ID; another person agrees."""
    from space.watch import closing

    _step(as_json, lambda c, now: closing.propose(c, incident_id, reason=reason, by=acting(by), now=now))


@incident.command()
@_id
@_reason
@actor
@as_json
def dismiss(incident_id: str, reason: str, by: str, as_json: bool) -> None:
    """Propose to close the incident ID as none 误报; another person agrees."""
    from space.watch import closing

    _step(as_json, lambda c, now: closing.dismiss(c, incident_id, reason=reason, by=acting(by), now=now))


@incident.command()
@_id
@_office
@actor
@as_json
def agree(incident_id: str, office: str, by: str, as_json: bool) -> None:
    """Close the incident ID as the second person."""
    from policies.machine import Office
    from space.watch import closing

    _step(
        as_json, lambda c, now: closing.agree(c, incident_id, by=acting(by), now=now, office=Office(office))
    )


@incident.command()
@_id
@_office
@_reason
@actor
@as_json
def reopen(incident_id: str, office: str, reason: str, by: str, as_json: bool) -> None:
    """Take the incident ID up again instead of agreeing to its end."""
    from policies.machine import Office
    from space.watch import closing

    _step(
        as_json,
        lambda c, now: closing.reopen(
            c, incident_id, reason=reason, by=acting(by), now=now, office=Office(office)
        ),
    )


def _told(as_json: bool, act: Callable[[Connection, datetime], Notice]) -> None:
    found = _done(as_json, act)
    if as_json:
        print_json(found.to_document())
    else:
        _line(found)


def _step(as_json: bool, act: Callable[[Connection, datetime], Any]) -> None:
    found = _done(as_json, act)
    if as_json:
        print_json(found.to_document())
    else:
        tell(found)


def _done(as_json: bool, act: Callable[[Connection, datetime], Any]) -> Any:
    from catalog.store import writing

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        return act(connection, now)


def _line(each: Notice) -> None:
    state = f"{each.state}, late" if each.late else each.state
    whom = f"{each.addressee} {each.addressee_code}".strip()
    click.echo(f"{each.id}  {state:11}  {whom}, by {local(each.due_at)} — {each.rule}: {each.source}")
