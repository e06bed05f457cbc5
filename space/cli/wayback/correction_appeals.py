"""Commands of a case beside its answer: appeal, decide, withdraw, escalate, and evidence attached."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from space.cli.refusal import refusals
from space.cli.wayback.options import acting, actor, as_json, open_installation, print_json

if TYPE_CHECKING:
    from space.wayback.corrections.course import Correction

_ID = click.argument("correction_id", metavar="ID")
_REPORTER = click.option("--body", required=True, metavar="CODE", help="Code of its reporter.")
_REASON = click.option("--reason", required=True, help="Why.")


@click.command()
@_ID
@_REPORTER
@_REASON
@actor
@as_json
def appeal(correction_id: str, body: str, reason: str, by: str, as_json: bool) -> None:
    """Take a refusal to the next level 异议复核: the authority, its superior, the government."""
    from catalog.store import writing
    from space.wayback.corrections.appeals import appeal as take_up

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        done = take_up(connection, correction_id, asker=body, reason=reason, by=acting(by), now=now)
    _tell(done, as_json)


@click.command()
@_ID
@click.option("--level", required=True, type=click.Choice(["authority", "superior", "government"]))
@click.option("--overturn/--uphold", "overturn", required=True, default=None)
@click.option("--basis", required=True, help="What the decision rests on.")
@actor
@as_json
def decide(correction_id: str, level: str, overturn: bool, basis: str, by: str, as_json: bool) -> None:
    """Decide an appeal, or an overdue challenge, at the level it is before."""
    from catalog.store import writing
    from space.wayback.corrections.appeals import decide as settle
    from space.wayback.corrections.course import Bench
    from space.wayback.recall.following import tell_of

    home, engine, now = open_installation()
    with refusals(as_json):
        with writing(engine) as connection:
            done = settle(
                connection, correction_id, level=Bench(level), overturn=overturn, basis=basis, by=acting(by),
                now=now,
            )  # fmt: skip
        tell_of(home, engine, correction_id, now)
    _tell(done, as_json)


@click.command()
@_ID
@_REPORTER
@_REASON
@actor
@as_json
def withdraw(correction_id: str, body: str, reason: str, by: str, as_json: bool) -> None:
    """Take a challenge or an appeal back; its reporter's act."""
    from catalog.store import writing
    from space.wayback.corrections.appeals import withdraw as take_back

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        done = take_back(connection, correction_id, asker=body, reason=reason, by=acting(by), now=now)
    _tell(done, as_json)


@click.command()
@as_json
def escalate(as_json: bool) -> None:
    """Let every case that is late go up one level; `ybz serve` does so by itself."""
    from space.wayback.corrections.appeals import escalate as move

    _home, engine, now = open_installation()
    moved = move(engine, now)
    if as_json:
        print_json([one.to_document() for one in moved])
        return
    for one in moved:
        click.echo(f"{one.id}  {one.dataset}.{one.field}  {one.state}, now before the {one.level}")
    click.echo(f"{len(moved)} overdue cases went up")


@click.command()
@_ID
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--for", "organisation", required=True, metavar="CODE", help="Reporter or source department.")
@click.option("--title", default="", help="What it is (default: the file's name).")
@actor
@as_json
def attach(correction_id: str, file: Path, organisation: str, title: str, by: str, as_json: bool) -> None:
    """Attach FILE as evidence to the challenge ID; it is kept sealed."""
    from catalog.store import writing
    from space.wayback.corrections.attachments import attach as seal

    home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        made = seal(
            home, connection, correction_id, file.read_bytes(), title=title or file.name,
            organisation=organisation, by=acting(by), now=now,
        )  # fmt: skip
    if as_json:
        print_json(made.to_document())
        return
    click.echo(f"{made.id}: {made.kind}, {made.size_bytes} bytes, sealed as {made.sha256[:12]}…")


@click.command()
@click.argument("attachment", metavar="ATTACHMENT")
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--for", "organisation", default="", metavar="CODE", help="Party that looks (default: a level)."
)
@actor
@as_json
def evidence(attachment: str, out: Path, organisation: str, by: str, as_json: bool) -> None:
    """Unseal an ATTACHMENT into the file OUT; the look is logged."""
    from space.wayback.corrections.attachments import unsealed

    home, engine, now = open_installation()
    with refusals(as_json):
        content = unsealed(home, engine, attachment, organisation=organisation, by=acting(by), now=now)
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    if as_json:
        print_json({"attachment": attachment, "file": str(out), "size_bytes": len(content)})
        return
    click.echo(f"{len(content)} bytes written to {out} (it may show persons: keep it closed)")


def _tell(case: Correction, as_json: bool) -> None:
    if as_json:
        print_json(case.to_document())
        return
    click.echo(f"{case.id}: {case.state}{f', before the {case.level}' if case.level else ''}")
