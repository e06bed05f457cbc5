"""Commands that decide: ``classify confirm|override|raise|lower|consent|refuse|withdraw|review``."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from catalog.classify.decisions import Decision, Signed
    from policies.machine import Office

_DATE: Final = click.DateTime(formats=["%Y-%m-%d"])
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_by = click.option("--by", default="", metavar="NAME", help="Who signs (default: the user logged in).")
_reason = click.option("--reason", required=True, metavar="TEXT", help="Why; kept with the decision.")
_basis = click.option("--basis", default="", metavar="TEXT", help="Law, standard or document it rests on.")
_until = click.option(
    "--until", type=_DATE, metavar="DATE", help="Last day it holds (default: until it changes)."
)
_any_office = click.option(
    "--as",
    "office",
    type=click.Choice(["steward", "security", "authority"]),
    default="steward",
    show_default=True,
)
_security = click.option(
    "--as", "office", type=click.Choice(["security", "authority"]), default="security", show_default=True
)
_on = click.argument("item", metavar="NAME.FIELD")
_found = click.option("--kind", required=True, metavar="KIND", help="The finding it is about.")


@click.command("confirm")
@_on
@_found
@_reason
@_basis
@_until
@_by
@_any_office
@_as_json
def confirm(item: str, kind: str, until: datetime | None, as_json: bool, **words: str) -> None:
    """A finding is right: the contract is to declare it."""
    from catalog.classify import decisions

    _act(item, kind, words, as_json, lambda c, s, signed: decisions.confirm(c, s, signed, _day(until)))


@click.command("override")
@_on
@_found
@_reason
@_basis
@_until
@_by
@_any_office
@_as_json
def override(item: str, kind: str, until: datetime | None, as_json: bool, **words: str) -> None:
    """A finding is a false positive; one that is sensitive waits for a second signature."""
    from catalog.classify import decisions

    _act(item, kind, words, as_json, lambda c, s, signed: decisions.override(c, s, signed, _day(until)))


@click.command("raise")
@_on
@click.option("--to", "grade", type=click.IntRange(2, 4), required=True, help="Grade.")
@_reason
@_basis
@_until
@_by
@_any_office
@_as_json
def raise_(item: str, grade: int, until: datetime | None, as_json: bool, **words: str) -> None:
    """Set a field above what is found, inherited and declared."""
    from catalog.classify import decisions

    _act(
        item,
        "*",
        words,
        as_json,
        lambda c, s, signed: decisions.raise_grade(c, s, signed, grade, _day(until)),
    )


@click.command("lower")
@_on
@click.option(
    "--kind", default="*", metavar="KIND", help="The finding it is about (default: the field as such)."
)
@click.option("--to", "grade", type=click.IntRange(1, 3), required=True, help="Grade.")
@_reason
@_basis
@_until
@_by
@_any_office
@_as_json
def lower(item: str, kind: str, grade: int, until: datetime | None, as_json: bool, **words: str) -> None:
    """Propose a lower grade; a second person consents with `ybz classify consent`."""
    from catalog.classify import decisions

    _act(item, kind, words, as_json, lambda c, s, signed: decisions.lower(c, s, signed, grade, _day(until)))


def _later(name: str, words: str, office: Callable[[Any], Any]) -> click.Command:
    """The command of a step on a decision that is there."""

    @click.command(name, help=words)
    @click.argument("decision")
    @_reason
    @_basis
    @_by
    @office
    @_as_json
    def step(decision: str, as_json: bool, **words: str) -> None:
        from catalog.classify import decisions
        from catalog.home import Home
        from catalog.store import open_store, writing

        act = getattr(decisions, name)
        with writing(open_store(Home.find())) as connection:
            made = act(connection, decision, _signed(words))
        _print(made, as_json)

    command: click.Command = step
    return command


consent = _later("consent", "Give the second signature; the decision is then in force.", _security)
refuse = _later("refuse", "Refuse the second signature.", _security)
withdraw = _later("withdraw", "Take a decision back; what it covered is not covered any more.", _any_office)


@click.command("review")
@click.argument("name")
@click.option("--accept", "event", flag_value="accept", help="The merge may be released.")
@click.option("--refuse", "event", flag_value="refuse", help="It may not.")
@_reason
@_basis
@_by
@_security
@_as_json
def review(name: str, event: str | None, as_json: bool, **words: str) -> None:
    """Decide whether a dataset may merge the personal sources it merges now."""
    from catalog.classify import reviews, view
    from catalog.home import Home
    from catalog.store import open_store, writing

    if event is None:
        raise click.UsageError("say --accept or --refuse")
    signed = _signed(words)
    with writing(open_store(Home.find())) as connection:
        merged, grade = view.merge(connection, name, _today(signed.now))
        opened = reviews.raise_review(connection, name, merged, grade, signed.now)
        made = reviews.decide_review(connection, opened.id, event, signed)
    if as_json:
        click.echo(json.dumps(view.review_line(made), ensure_ascii=False, default=str))
    else:
        click.echo(f"{made.id}: {name} merges {', '.join(made.sources)} — {made.state}")


COMMANDS: Final = (confirm, override, raise_, lower, consent, refuse, withdraw, review)


def _act(
    item: str,
    kind: str,
    words: dict[str, str],
    as_json: bool,
    act: Callable[[Connection, Any, Signed], Decision],
) -> None:
    from catalog.classify import view
    from catalog.home import Home
    from catalog.store import open_store, writing

    name, dot, field = item.rpartition(".")
    if not dot or "." not in name:
        raise click.BadParameter("write schema.table.field", param_hint="NAME.FIELD")
    signed = _signed(words)
    with writing(open_store(Home.find())) as connection:
        made = act(connection, view.subject(connection, name, field, kind, _today(signed.now)), signed)
    _print(made, as_json)


def _signed(words: dict[str, str]) -> Signed:
    from catalog.classify.decisions import Signed

    by = words["by"] or getpass.getuser()
    return Signed(by, _office(words["office"]), datetime.now(UTC), words["reason"], words["basis"])


def _office(name: str) -> Office:
    from policies.machine import Office

    return Office(name)


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment is not None else None


def _today(now: datetime) -> date:
    from policies.clocks import local_date

    return local_date(now)


def _print(made: Decision, as_json: bool) -> None:
    if as_json:
        from catalog.classify import view

        click.echo(json.dumps(view.decision_line(made), ensure_ascii=False, default=str))
        return
    click.echo(f"{made.id}: {made.dataset}.{made.field} {made.kind} {made.act} — {made.state}")
    if made.state == "awaiting":
        click.echo(
            f"next: another person of the security office or the authority: `ybz classify consent {made.id}`"
        )
