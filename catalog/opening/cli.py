"""``ybz open``: datasets are opened to the public by a route of their own, and withdrawn."""

from __future__ import annotations

import getpass
import json
import sys
from datetime import UTC, datetime
from typing import Any, Final

import click

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
by_whom = click.option("--by", default="", metavar="NAME", help="Who does it (default: the user logged in).")
because = click.option("--reason", required=True, metavar="TEXT", help="Why.")
_QUESTIONS: Final = ("secrecy", "personal", "aggregation")


@click.group("open")
def open_() -> None:
    """Open data to the public 开放: propose, assess, check, approve, publish, withdraw."""


@open_.command()
@click.argument("name")
@click.option("--licence", required=True, metavar="ID", help="Of the controlled list, e.g. CC-BY-4.0.")
@click.option("--method", required=True, help="De-identification (GB/T 37964): none, aggregation, …")
@click.option(
    "--effect-grade", default=0, type=click.IntRange(0, 4), help="Of GB/T 42460; 0 for data about no unit."
)
@because
@by_whom
@as_json
def propose(
    name: str, licence: str, method: str, effect_grade: int, reason: str, by: str, as_json: bool
) -> None:
    """Propose the entry NAME; the steward's act."""
    from catalog.opening import route

    with _writing() as connection:
        done = route.propose(
            connection, name, licence=licence, method=method, effect_grade=effect_grade, reason=reason,
            by=_who(by), now=_now(),
        )  # fmt: skip
    _said(done, as_json, f"next: the security office assesses it — `ybz open assess {name}`")


@open_.command()
@click.argument("name")
@click.option("--secrecy", required=True, metavar="TEXT", help="What was found about secrets, and why.")
@click.option("--personal", required=True, metavar="TEXT", help="The same about personal information.")
@click.option(
    "--aggregation", required=True, metavar="TEXT", help="The same about joining it with other data."
)
@click.option(
    "--risk", "risks", multiple=True, type=click.Choice(_QUESTIONS), help="Where opening would do harm."
)
@by_whom
@as_json
def assess(
    name: str, secrecy: str, personal: str, aggregation: str, risks: tuple[str, ...], by: str, as_json: bool
) -> None:
    """Assess a proposal; the security office's act. One risk returns it."""
    from catalog.opening import route

    texts = dict(zip(_QUESTIONS, (secrecy, personal, aggregation), strict=True))
    answers = {word: route.Answer(word in risks, text) for word, text in texts.items()}
    with _writing() as connection:
        done = route.assess(connection, name, answers, by=_who(by), now=_now())
    more = "returned to the steward" if risks else f"next: `ybz open check {name}`"
    _said(done, as_json, more)


@open_.command()
@click.argument("name")
@by_whom
@as_json
def check(name: str, by: str, as_json: bool) -> None:
    """Let the machine check the newest release; exit 1 where it may not leave."""
    from catalog.home import Home
    from catalog.opening import route
    from catalog.store import open_store, writing

    home = Home.find()
    with writing(open_store(home)) as connection:
        done = route.check(home, connection, name, by=_who(by), now=_now())
    told = done.check or {}
    if as_json:
        _print_json(done.to_document())
    else:
        passed = (
            f"release {told['release_number']} may leave as {told['kind']}" if told["passed"] else "refused"
        )
        click.echo(f"{name}: {done.state}, {passed}", err=not told["passed"])
        for reason in told["reasons"]:
            at = f"{reason['where']}: " if reason["where"] else ""
            click.echo(f"    {at}{reason['message']} — {reason['allowed']}", err=True)
    if not told["passed"]:
        sys.exit(1)


@open_.command()
@click.argument("name")
@click.option(
    "--refuse", "event", flag_value="refuse", default="approve", help="Refuse it instead, for the reason."
)
@click.option("--return", "event", flag_value="return", help="Return it to the steward instead.")
@because
@by_whom
@as_json
def approve(name: str, event: str, reason: str, by: str, as_json: bool) -> None:
    """Approve a checked proposal, or refuse or return it; the authority's act."""
    from catalog.opening import route

    with _writing() as connection:
        done = route.decide(connection, name, event, reason=reason, by=_who(by), now=_now())
    _said(done, as_json, f"next: `ybz open publish {name}`" if event == "approve" else "")


@open_.command()
@click.argument("name")
@by_whom
@as_json
def publish(name: str, by: str, as_json: bool) -> None:
    """Publish the newest release as a dated export in the folder `open`; the authority's act."""
    from catalog.home import Home
    from catalog.opening import publishing
    from catalog.store import open_store

    home = Home.find()
    done = publishing.publish(home, open_store(home), name, by=_who(by), now=_now())
    if as_json:
        _print_json(done.to_document())
        return
    click.echo(f"{done.folder}: {done.csv}, {done.rows:,} rows, sha256 {done.sha256}")


@open_.command()
@click.argument("name")
@because
@click.option("--announcement", required=True, metavar="TEXT", help="What the public is told.")
@click.option(
    "--as", "office", type=click.Choice(["authority", "security"]), default="authority", show_default=True
)
@by_whom
@as_json
def withdraw(name: str, reason: str, announcement: str, office: str, by: str, as_json: bool) -> None:
    """Withdraw every export of NAME: files go, a tombstone stays."""
    from catalog.home import Home
    from catalog.opening import publishing
    from catalog.store import open_store
    from policies.machine import Office

    home = Home.find()
    gone = publishing.withdraw(
        home, open_store(home), name, reason=reason, announcement=announcement, by=_who(by), now=_now(),
        office=Office(office),
    )  # fmt: skip
    if as_json:
        _print_json({"dataset": name, "withdrawn": list(gone)})
        return
    click.echo(f"{name}: withdrawn, {len(gone)} exports removed")


@open_.command()
@click.argument("name")
@because
@by_whom
@as_json
def retract(name: str, reason: str, by: str, as_json: bool) -> None:
    """Take a proposal back before it is published; the steward's act."""
    from catalog.opening import route

    with _writing() as connection:
        done = route.retract(connection, name, reason=reason, by=_who(by), now=_now())
    _said(done, as_json, "")


@open_.command("list")
@as_json
def list_openings(as_json: bool) -> None:
    """List datasets that are open, on their way, or were withdrawn."""
    from catalog.opening import openings, publishing

    with _reading() as connection:
        found = openings.listing(connection)
        exports = publishing.exports(connection)
        stale = publishing.stale(connection)
    if as_json:
        _print_json([each.to_document() | {"stale": stale.get(each.dataset, "")} for each in found])
        return
    if not found:
        click.echo("nothing was proposed yet — `ybz open propose NAME`")
    for each in found:
        own = [e for e in exports if e["dataset"] == each.dataset and e["withdrawn_at"] is None]
        latest = f", latest {own[0]['folder']}" if own else ""
        click.echo(f"{each.dataset}: {each.state}, {each.licence}, {len(own)} exports{latest}")
        if each.dataset in stale:
            click.echo(f"    {stale[each.dataset]}")


@open_.command()
@click.argument("name")
@as_json
def show(name: str, as_json: bool) -> None:
    """Show an opening: its steps with reasons, and its exports."""
    from catalog.opening import openings, publishing

    with _reading() as connection:
        found = openings.called(connection, name)
        taken = openings.steps(connection, name)
        exports = publishing.exports(connection, name)
    document = found.to_document() | {"steps": taken, "exports": exports}
    if as_json:
        _print_json(document)
        return
    click.echo(f"{name}: {found.state}, {found.licence}, method {found.method}")
    for each in taken:
        done = f"{each['event']} by the {each['office']} ({each['actor']})"
        click.echo(f"    {each['at'][:19]}Z  {done}: {each['reason']}")
    for each in exports:
        gone = f", withdrawn: {each['withdraw_reason']}" if each["withdrawn_at"] else ""
        click.echo(f"    {each['folder']}: {each['rows']:,} rows, sha256 {each['sha256'][:12]}…{gone}")


def _said(done: Any, as_json: bool, more: str) -> None:
    if as_json:
        _print_json(done.to_document())
        return
    click.echo(f"{done.dataset}: {done.state}")
    if more:
        click.echo(more)


def _writing() -> Any:
    from catalog.home import Home
    from catalog.store import open_store, writing

    return writing(open_store(Home.find()))


def _reading() -> Any:
    from catalog.home import Home
    from catalog.store import open_store, reading

    return reading(open_store(Home.find()))


def _who(by: str) -> str:
    return by or getpass.getuser()


def _now() -> datetime:
    return datetime.now(UTC)


def _print_json(document: object) -> None:
    click.echo(json.dumps(document, ensure_ascii=False))
