"""``ybz library``: basic, theme and special-topic databases of the city."""

from __future__ import annotations

import getpass
import json
from datetime import UTC, datetime
from typing import Any, Final

import click

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
by_whom = click.option("--by", default="", metavar="NAME", help="Who does it (default: the user logged in).")
because = click.option("--reason", required=True, metavar="TEXT", help="Why.")
_OFFICES: Final = ("steward", "authority")


@click.group("library")
def library() -> None:
    """Keep basic 基础库, theme 主题库 and special-topic 专题库 databases."""


@library.command()
@click.argument("name")
@click.argument("kind", type=click.Choice(["basic", "theme", "special"]))
@click.option("--title", required=True, help="As people say it.")
@click.option("--subject", default="", help="basic, theme: which one, e.g. population.")
@click.option("--owner", required=True, metavar="NAME", help="The department that answers for it.")
@click.option("--owner-code", required=True, metavar="CODE", help="Its code.")
@click.option("--task", required=True, metavar="TEXT", help="What the library is needed for.")
@click.option("--basis", required=True, metavar="TEXT", help="The law, plan or decision it rests on.")
@click.option("--demand", default="", metavar="REFERENCE", help="The demand it answers.")
@click.option(
    "--ends-on", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="special: last day of its task."
)
@by_whom
@as_json
def add(name: str, kind: str, by: str, as_json: bool, **told: Any) -> None:
    """Open the library NAME of a KIND."""
    from catalog.libraries import keeping, kept
    from contracts.model import Party

    ends_on = told["ends_on"].date() if told["ends_on"] else None
    demand = kept.Demand(told["task"], told["basis"], told["demand"], ends_on)
    owner = Party(told["owner"], told["owner_code"])
    with _writing() as connection:
        made = keeping.add(
            connection, name, kind, title=told["title"], owner=owner, demand=demand, subject=told["subject"],
            by=_who(by), now=_now(),
        )  # fmt: skip
    if as_json:
        _print_json(made.to_document())
        return
    click.echo(f"{name}: {made.title}, {made.owner}; to be reviewed by {made.review_due_on}")
    click.echo(f"next: `ybz library member {name} DATASET` puts a dataset in")


@library.command()
@click.argument("name")
@click.argument("dataset")
@click.option("--part", type=click.Choice(["source", "composed"]), help="Default: as its contract says.")
@click.option("--source", "sources", multiple=True, metavar="DATASET", help="What it draws on.")
@click.option("--leave", default="", metavar="REASON", help="Take it out instead, for a reason.")
@by_whom
@as_json
def member(
    name: str, dataset: str, part: str | None, sources: tuple[str, ...], leave: str, by: str, as_json: bool
) -> None:
    """Put DATASET into the library NAME, or take it out."""
    from catalog import revisions
    from catalog.libraries import filling, kept
    from catalog.lineage import columns as lineage

    with _writing() as connection:
        if leave:
            filling.leave(connection, name, dataset, reason=leave, by=_who(by), now=_now())
        else:
            composed = revisions.current(connection, dataset).contract.composed
            part = part or ("composed" if composed else "source")
            named = sources or (lineage.inputs_of(composed.sql) if composed else ())
            filling.join(connection, name, dataset, part, named, by=_who(by), now=_now())
        found = kept.members(connection, name)
    if as_json:
        _print_json([each.to_document() for each in found])
        return
    click.echo(f"{name}: {dataset} {'left' if leave else 'joined'}, {len(found)} members")


@library.command()
@click.argument("name")
@click.option("--former", is_flag=True, help="Members that left, too.")
@as_json
def show(name: str, former: bool, as_json: bool) -> None:
    """Show a library: owner, demand, members with their sources."""
    from catalog import beside
    from catalog.libraries import kept

    with _reading() as connection:
        found, mine = kept.called(connection, name), beside.details_seen(connection)
        gone = former or found.closed_at is not None
        members = kept.told_members(connection, name, mine, former=gone)
    document = found.to_document() | {"members": [each.to_document() for each in members]}
    if as_json:
        _print_json(document)
        return
    what = f"{found.kind} of {found.subject}" if found.subject else found.kind
    click.echo(f"{found.name}: {found.title} ({what}), {found.state}")
    click.echo(f"    owner: {found.owner} {found.owner_code}, review due {found.review_due_on}")
    click.echo(
        f"    task: {found.task} — {found.basis}" + (f", demand {found.demand}" if found.demand else "")
    )
    if found.closed_at is not None:
        click.echo(f"    closed by {found.closed_by} on {found.closed_at:%Y-%m-%d}: {found.close_reason}")
    for each in members:
        left = f", left: {each.leave_reason}" if each.left_at is not None else ""
        click.echo(f"    {each.dataset}: {each.part}, from {', '.join(each.sources)}{left}")


@library.command("list")
@click.option("--all", "closed", is_flag=True, help="Closed ones, too.")
@as_json
def list_libraries(closed: bool, as_json: bool) -> None:
    """List libraries by kind."""
    from catalog.libraries import kept

    with _reading() as connection:
        found = kept.listing(connection, closed=closed)
    if as_json:
        _print_json([each.to_document() | {"members": members} for each, members in found])
        return
    if not found:
        click.echo("no library — `ybz library add` opens one")
    for each, members in found:
        line = f"{each.name}  {each.kind}: {each.title}, {each.owner}, {members} members, {each.state}"
        click.echo(line)


@library.command()
@click.argument("name")
@click.option("--as", "office", type=click.Choice(_OFFICES), default="steward", show_default=True)
@by_whom
@as_json
def check(name: str, office: str, by: str, as_json: bool) -> None:
    """Check a library: members published, authoritative sources named, review in time; exit 1 if not."""
    import sys

    from catalog.libraries import checking
    from policies.machine import Office

    with _writing() as connection:
        found = checking.check(connection, name, by=_who(by), now=_now(), office=Office(office))
    if as_json:
        _print_json(found.to_document())
    elif found.passed:
        click.echo(f"{name}: {found.members} members, nothing to mend")
    else:
        click.echo(f"{name}: {len(found.findings)} findings over {found.members} members", err=True)
        for each in found.findings:
            click.echo(f"    {each.where}: {each.message} — {each.allowed}", err=True)
    if not found.passed:
        sys.exit(1)


@library.command()
@click.argument("name")
@because
@by_whom
@as_json
def review(name: str, reason: str, by: str, as_json: bool) -> None:
    """Record the owner's review: the library is still needed, and why."""
    from catalog.libraries import keeping

    with _writing() as connection:
        found = keeping.review(connection, name, reason=reason, by=_who(by), now=_now())
    if as_json:
        _print_json(found.to_document())
        return
    click.echo(f"{name}: reviewed, next by {found.review_due_on}")


@library.command()
@click.argument("name")
@because
@click.option("--as", "office", type=click.Choice(_OFFICES), default="steward", show_default=True)
@by_whom
@as_json
def close(name: str, reason: str, office: str, by: str, as_json: bool) -> None:
    """Close a library; its history stays."""
    from catalog.libraries import keeping
    from policies.machine import Office

    with _writing() as connection:
        found = keeping.close(connection, name, reason=reason, by=_who(by), now=_now(), office=Office(office))
    if as_json:
        _print_json(found.to_document())
        return
    click.echo(f"{name}: closed; `ybz library show {name}` shows what it was")


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
