"""Commands of cataloguing: ``submit``, ``approve``, ``diff``; the group ``entry`` is in :mod:`.cli_entry`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from catalog.cataloging.cli_acts import as_json, as_office, as_typed, by_name, looked_at, print_json, who
from catalog.cataloging.cli_entry import entry

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from catalog.cataloging.values import Catalogued

__all__ = ["approve", "diff", "entry", "submit"]


@click.command("submit")
@click.argument("given", nargs=-1, required=True, metavar="NAME|FILE|FOLDER…")
@by_name
@as_office("steward")
@click.option("--reason", default="contract file", metavar="TEXT", help="Why, kept with the revision.")
@click.option("--pia", default="", metavar="REFERENCE", help="The recorded impact assessment.")
@as_json
def submit(given: tuple[str, ...], by: str, office: str, reason: str, pia: str, as_json: bool) -> None:
    """Submit entries: compile and check them, for the head of the department to sign off.

    A FILE is a contract, a FOLDER holds some; a NAME takes the revision on its way, e.g. after it was
    returned. What is published stays in force until the new revision is.
    """
    from catalog.home import Home
    from catalog.store import open_store

    engine = open_store(Home.find())
    each_one = [one for each in given for one in _one_by_one(each)]
    lines = [_submitted(engine, each, who(by, office), reason, pia) for each in each_one]
    if as_json:
        print_json(lines)
    else:
        for line in lines:
            _print_submitted(line)
    if any(line["problem"] or line["state"] == "compiled" for line in lines):
        sys.exit(1)


@click.command("approve")
@click.argument("name")
@looked_at
@by_name
@as_office("authority")
@click.option("--reason", default="", metavar="TEXT", help="A note on the review.")
@click.option(
    "--seen-added-condition", is_flag=True, help="State that conditions added after publication were seen."
)
@as_json
def approve(
    name: str, revision: int | None, by: str, office: str, reason: str, seen_added_condition: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Review and publish a signed-off entry."""
    from catalog.cataloging.steps import approve as take
    from catalog.home import Home
    from catalog.store import open_store

    done = take(
        open_store(Home.find()), name, who(by, office), now=datetime.now(UTC), reason=reason,
        seen_added_condition=seen_added_condition, looked=revision,
    )  # fmt: skip
    if as_json:
        print_json(_document(done) | {"told": done.told})
        return
    click.echo(f"{done.code}  {done.name}: published, revision {done.revision}")
    if done.told:
        click.echo(f"    {done.told} users are told of what breaks: `ybz entry announcements`")


@click.command("diff")
@click.argument("code")
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@as_json
def diff(code: str, first: str, second: str, as_json: bool) -> None:
    """Compare two revisions of an entry, field by field, in words.

    CODE is a resource code or schema.table; A and B are revision numbers, or days (YYYY-MM-DD) on which
    a revision was in force.
    """
    from catalog.cataloging.differing import difference
    from catalog.home import Home
    from catalog.store import open_store, reading

    with reading(open_store(Home.find())) as connection:
        document = difference(connection, code, first, second)
    if as_json:
        print_json(document)
        return
    click.echo(f"{document['code']}  {document['name']}: revision {document['from']} → {document['to']}")
    for made in document["revisions"]:
        published = f", published {made['published_at'][:10]}" if made["published_at"] else ""
        click.echo(f"    {made['revision']}: {made['by']}, {made['at'][:10]}{published}: {made['reason']}")
    for change in document["changes"]:
        click.echo(f"{'BREAKS' if change['breaking'] else '      '}  {change['path']}: {change['what']}")
        if "before" in change or "after" in change:
            click.echo(f"            {_said(change, 'before')} → {_said(change, 'after')}")
    count = len(document["changes"])
    click.echo(f"verdict: {document['verdict']}, {count} change{'' if count == 1 else 's'}")


def _one_by_one(given: str) -> tuple[str, ...]:
    """The contracts of a folder, one by one; anything else as it is."""
    from catalog.cataloging.folders import in_folder

    return tuple(map(str, in_folder(Path(given)))) or (given,)


def _submitted(engine: Engine, given: str, actor: Any, reason: str, pia: str) -> dict[str, Any]:
    """Submit one; what cannot be is told with its reason, and the rest goes on."""
    from catalog.cataloging.steps import submit as take
    from catalog.errors import CatalogError
    from contracts.model import ContractError
    from contracts.odcs.files import read
    from policies.machine import IllegalStep

    path = Path(given)
    line: dict[str, Any] = {"given": given, "name": None, "state": None, "open_points": [], "problem": ""}
    try:
        wanted = (read(path), path) if path.suffix in (".yaml", ".yml") or path.is_file() else given
        done = take(engine, wanted, actor, reason=reason, now=datetime.now(UTC), assessment=pia)
    except (CatalogError, ContractError, IllegalStep) as error:
        return line | {"problem": str(error)}
    return line | _document(done)


def _print_submitted(line: dict[str, Any]) -> None:
    if line["problem"]:
        click.echo(f"{line['given']}: {line['problem']}", err=True)
        return
    click.echo(f"{line['code']}  {line['name']}: {line['state']}, revision {line['revision']}")
    for point in line["open_points"]:
        click.echo(f"    open: {as_typed(point, line['name'])}")
    if line["state"] == "compiled":
        click.echo(f"{line['name']} is not submitted: state what is open, submit again", err=True)
    else:
        click.echo(
            f"next: the head of the department, `ybz entry sign {line['name']} --revision {line['revision']}`"
        )


def _document(done: Catalogued) -> dict[str, Any]:
    return {
        "name": done.name, "code": done.code, "revision": done.revision, "state": done.state,
        "changed": done.changed, "in_force": done.in_force, "open_points": list(done.open_points),
    }  # fmt: skip


def _said(change: dict[str, Any], which: str) -> str:
    import json

    value = change.get(which)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return "nothing" if value is None else text if len(text) <= 80 else text[:79] + "…"
