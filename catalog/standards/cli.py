"""``ybz standard``: the life cycle of a city's own standards, and how far standards are adopted."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from catalog.standards.life import Standard

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
by_option = click.option("--by", default="", metavar="NAME", help="Who acts (default: the user logged in).")
reason_option = click.option("--reason", required=True, metavar="TEXT", help="Why, kept with the act.")
on_option = click.option(
    "--on", "on", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="As of a day (default: today)."
)


@click.group()
def standard() -> None:
    """A city's own standards (标准): propose, publish, put in force, withdraw; adoption rate (贯标率)."""


@standard.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@by_option
@reason_option
@as_json
def propose(file: Path, by: str, reason: str, as_json: bool) -> None:
    """Propose the elements in FILE (YAML: elements: [{code: city.name, name, definition, …}])."""
    from catalog.home import Home
    from catalog.standards import life
    from catalog.store import open_store, writing
    from contracts.elements import entries_in

    entries = entries_in(file)
    with writing(open_store(Home.find())) as connection:
        made = [
            life.propose(connection, entry, by=by or getpass.getuser(), reason=reason, now=_now())
            for entry in entries
        ]
    _say([_line(each, _today()) for each in made], as_json)


@standard.command()
@click.argument("code")
@by_option
@reason_option
@as_json
def publish(code: str, by: str, reason: str, as_json: bool) -> None:
    """Publish the proposed version of CODE."""
    from catalog.standards import life

    _acted(lambda c, who: life.publish(c, code, by=who, reason=reason, now=_now()), by, as_json)


@standard.command()
@click.argument("code")
@click.option(
    "--from", "starts", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="First day in force."
)
@by_option
@reason_option
@as_json
def enforce(code: str, starts: datetime | None, by: str, reason: str, as_json: bool) -> None:
    """Put the published version of CODE in force from a day on (default: today)."""
    from catalog.standards import life

    day = _day(starts)
    _acted(
        lambda c, who: life.enforce(c, code, starts_on=day, by=who, reason=reason, now=_now()), by, as_json
    )


@standard.command()
@click.argument("code")
@click.option(
    "--from", "ends", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="First day without it."
)
@by_option
@reason_option
@as_json
def withdraw(code: str, ends: datetime | None, by: str, reason: str, as_json: bool) -> None:
    """Withdraw the newest version of CODE, from a day on (default: today)."""
    from catalog.standards import life

    day = _day(ends)
    _acted(lambda c, who: life.withdraw(c, code, ends_on=day, by=who, reason=reason, now=_now()), by, as_json)


@standard.command("list")
@on_option
@as_json
def list_(on: datetime | None, as_json: bool) -> None:
    """List the versions of all own standards, and where they stand on a day."""
    from catalog.home import Home
    from catalog.standards import life
    from catalog.store import open_store, reading

    with reading(open_store(Home.find())) as connection:
        lines = [_line(each, _day(on)) for each in life.versions(connection)]
    if not lines and not as_json:
        click.echo("no own standard yet — `ybz standard propose FILE.yaml` proposes the first")
        return
    _say(lines, as_json)


@standard.command()
@click.argument("code")
@on_option
@as_json
def show(code: str, on: datetime | None, as_json: bool) -> None:
    """Show every version of CODE and who did what to it."""
    from catalog.home import Home
    from catalog.standards import entries, life
    from catalog.store import open_store, reading

    documents: list[dict[str, Any]] = []
    with reading(open_store(Home.find())) as connection:
        for each in life.versions(connection, code):
            done = [
                {
                    "act": act.act,
                    "by": act.made_by,
                    "reason": act.reason,
                    "on": None if act.effective_on is None else act.effective_on.isoformat(),
                    "at": act.made_at.isoformat(),
                }
                for act in life.acts(connection, each)
            ]
            document: dict[str, Any] = {"element": entries.document_of(each.element), "acts": done}
            documents.append(_line(each, _day(on)) | document)
    if not documents:
        raise entries.StandardRefused(code, "is not known here", "see `ybz standard list`")
    if as_json:
        click.echo(json.dumps(documents, ensure_ascii=False, indent=2))
        return
    for document in documents:
        _say([document], False)
        for each_act in document["acts"]:
            day = f" (from {each_act['on']})" if each_act["on"] else ""
            click.echo(
                f"  {each_act['at'][:10]}  {each_act['act']}{day}  {each_act['by']}: {each_act['reason']}"
            )


@standard.command()
@on_option
@as_json
def adoption(on: datetime | None, as_json: bool) -> None:
    """Measure how far standards are followed (贯标率), by department and in all."""
    from catalog import beside
    from catalog.home import Home
    from catalog.standards.figures import measured
    from catalog.standards.printing import document_of, print_report
    from catalog.store import open_store, reading

    with reading(open_store(Home.find())) as connection:
        report = measured(connection, _day(on), beside.details_seen(connection))
    if as_json:
        click.echo(json.dumps(document_of(report), ensure_ascii=False, indent=2))
    else:
        print_report(report)


@standard.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@on_option
@as_json
def export(file: Path, on: datetime | None, as_json: bool) -> None:
    """Write the own elements in force to FILE (YAML), for `ybz lint --elements FILE`."""
    from ruamel.yaml import YAML

    from catalog.home import Home
    from catalog.standards import entries, life
    from catalog.store import open_store, reading

    with reading(open_store(Home.find())) as connection:
        own = life.in_force(connection, _day(on))
    writer = YAML()
    writer.allow_unicode = True
    with file.open("w", encoding="utf-8") as out:
        writer.dump({"elements": [entries.document_of(each) for each in own.values()]}, out)
    if as_json:
        click.echo(json.dumps({"file": str(file), "elements": list(own)}, ensure_ascii=False))
    else:
        click.echo(f"{file}: {len(own)} element(s) in force")


def _acted(act: Callable[[Any, str], Standard], by: str, as_json: bool) -> None:
    from catalog.home import Home
    from catalog.store import open_store, writing

    with writing(open_store(Home.find())) as connection:
        made = act(connection, by or getpass.getuser())
    _say([_line(made, _today())], as_json)


def _line(each: Standard, on: date) -> dict[str, Any]:
    return {
        "code": each.code,
        "version": each.number,
        "name": each.element.name,
        "state": each.state,
        "in_force": each.in_force(on),
        "starts_on": None if each.starts_on is None else each.starts_on.isoformat(),
        "ends_on": None if each.ends_on is None else each.ends_on.isoformat(),
        "base": each.element.base,
    }


def _say(lines: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(lines, ensure_ascii=False, indent=2))
        return
    for line in lines:
        days = f" from {line['starts_on']}" if line["starts_on"] else ""
        days += f" to {line['ends_on']}" if line["ends_on"] else ""
        force = ", in force" if line["in_force"] else ""
        click.echo(f"{line['code']} v{line['version']}  {line['name']}  {line['state']}{days}{force}")


def _now() -> datetime:
    return datetime.now(UTC)


def _today() -> date:
    from policies.clocks import local_date

    return local_date(_now())


def _day(given: datetime | None) -> date:
    return _today() if given is None else given.date()
