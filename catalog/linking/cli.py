"""``ybz link``: entries are tied to live resources, tested, and counted.

Whoever ties a resource acts for the department; what probes may reach is the security office's act.
"""

from __future__ import annotations

import getpass
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from catalog.linking.settings import Settings

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
by_whom = click.option("--by", default="", metavar="NAME", help="Who does it (default: the user logged in).")
because = click.option("--reason", required=True, metavar="TEXT", help="Why.")
_KINDS: Final = ("release", "interface", "file", "job", "component")
_PLACES: Final = ("host", "network", "folder")


@click.group("link")
def link() -> None:
    """Tie entries to live resources 挂接, test them, and count the link rate."""


@link.command()
@click.argument("name")
@click.argument("kind", type=click.Choice(_KINDS))
@click.option("--url", default="", help="interface: its address.")
@click.option(
    "--method", default="GET", type=click.Choice(["GET", "POST"]), help="interface: how it is asked."
)
@click.option(
    "--field", "fields", multiple=True, metavar="NAME[=ANSWER]",
    help="interface: a field it returns, and its name there (default: all fields).",
)  # fmt: skip
@click.option("--rows", default="", metavar="a.b", help="interface: where the rows lie in its JSON.")
@click.option("--auth", default="", metavar="REFERENCE", help="interface: env:YBZ_SECRET_… or file:NAME.")
@click.option("--header", default="Authorization", show_default=True, help="interface: header of the secret.")
@click.option(
    "--scheme", default="Bearer", show_default=True, help="interface: word before the secret, or ''."
)
@click.option("--body", default="", metavar="REFERENCE", help="interface: body of a POST, by reference.")
@click.option("--may-be-empty", is_flag=True, help="interface: an answer without rows is fine.")
@click.option("--place", default="", metavar="PATH|URL", help="file, component: where it lies.")
@click.option("--sha256", default="", help="file, component: digest (default: taken now from the file).")
@click.option("--platform", default="", help="job: of which platform.")
@click.option("--job", default="", help="job: its id there.")
@click.option("--format", "format_", default="", help="component: format of the artefact.")
@click.option("--version", default="", help="component: version.")
@click.option("--health", default="", metavar="URL", help="component: health endpoint.")
@by_whom
@as_json
def add(name: str, kind: str, by: str, as_json: bool, **told: Any) -> None:
    """Tie the entry NAME to a resource of a KIND."""
    from catalog.home import Home
    from catalog.linking import tying
    from catalog.linking.secrets import secrets_of
    from catalog.store import open_store, writing

    home = Home.find()
    engine = open_store(home)
    with writing(engine) as connection:
        settings = _settings(connection, kind, told)
        made = tying.tie(connection, name, settings, by=_who(by), now=_now(), secrets=secrets_of(home))
    if as_json:
        _print_json(made.to_document())
        return
    click.echo(f"{made.id}  {name}: tied to {made.target}")
    click.echo(f"next: `ybz link probe {name}` tests it; it counts once it was tested")


@link.command("list")
@click.argument("name", required=False)
@as_json
def list_links(name: str | None, as_json: bool) -> None:
    """List links with their last test; NAME is an entry."""
    from catalog.linking import probing, tying

    with _reading() as connection:
        documents = []
        for each in tying.held(connection, name):
            last = probing.history(connection, each.id, 1)
            documents.append(each.to_document() | {"last_test": last[0] if last else None})
    if as_json:
        _print_json(documents)
        return
    if not documents:
        click.echo("no link — `ybz link probe` ties published entries to their releases by itself")
    for document in documents:
        last_test = document["last_test"]
        found = "not tested yet" if last_test is None else _found(last_test)
        click.echo(f"{document['id']}  {document['dataset']}  {document['kind']}: {found}")


@link.command()
@click.argument("link_id", metavar="ID")
@as_json
def show(link_id: str, as_json: bool) -> None:
    """Show a link and its last tests."""
    from catalog.linking import probing, tying

    with _reading() as connection:
        found = tying.link_called(connection, link_id)
        tests = probing.history(connection, link_id)
    document = found.to_document() | {"tests": tests}
    if as_json:
        _print_json(document)
        return
    click.echo(f"{found.id}  {found.dataset}: {found.kind.value}, {found.target}")
    click.echo(f"    tied by {found.tied_by} at {document['tied_at'][:19]}Z")
    for name, value in document["settings"].items():
        if value not in ("", None, {}, False):
            click.echo(f"    {name}: {value}")
    for test in tests:
        click.echo(f"    {test['tested_at'][:19]}Z  {_found(test)}")


@link.command("probe")
@click.argument("name", required=False)
@click.option("--kind", "kinds", multiple=True, type=click.Choice(_KINDS), help="Only links of this kind.")
@by_whom
@as_json
def probe_links(name: str | None, kinds: tuple[str, ...], by: str, as_json: bool) -> None:
    """Test every link, or those of the entry NAME."""
    from catalog.home import Home
    from catalog.linking.probing import probe
    from catalog.linking.settings import Kind
    from catalog.store import open_store

    home = Home.find()
    chosen = [Kind(kind) for kind in kinds] or list(Kind)
    done = probe(home, open_store(home), by=_who(by), now=_now(), dataset=name, kinds=chosen)
    documents = [each.to_document() for each in done]
    if as_json:
        _print_json(documents)
    else:
        for document in documents:
            click.echo(f"{document['dataset']}  {document['kind']}: {_found(document)}")
        alive = sum(document["alive"] for document in documents)
        click.echo(f"{alive} of {len(documents)} links live — `ybz link rate` shows the link rate")


@link.command()
@click.argument("link_id", metavar="ID")
@because
@by_whom
@as_json
def remove(link_id: str, reason: str, by: str, as_json: bool) -> None:
    """End a link; its tests stay."""
    from catalog.home import Home
    from catalog.linking import tying
    from catalog.store import open_store, writing

    with writing(open_store(Home.find())) as connection:
        gone = tying.remove(connection, link_id, reason=reason, by=_who(by), now=_now())
    _print_json(gone.to_document()) if as_json else click.echo(f"{gone.id}: {gone.dataset} is no longer tied")


@link.command()
@click.option(
    "--on", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="As of the end of a day (default: today)."
)
@as_json
def rate(on: datetime | None, as_json: bool) -> None:
    """Show the link rate 挂接率: published entries with a resource tested and alive."""
    from catalog.linking import live
    from policies.clocks import local_date

    with _reading() as connection:
        found = live.rate(connection, on.date() if on else local_date(_now()))
    document = found.to_document()
    if as_json:
        _print_json(document)
        return
    # Of the counts: a share that was rounded before would be rounded twice.
    share = f"{found.alive / found.entries:.1%}" if found.entries else "no entry yet"
    click.echo(
        f"{share}: {found.alive} alive of {found.entries} published, {found.tested} tested, {found.on}"
    )
    for name, part in document["by_department"].items():
        click.echo(f"    {name}: {part['alive']} of {part['entries']}")
    for name, why in found.not_live.items():
        click.echo(f"    {name}: {why}")


@link.command()
@click.argument("kind", type=click.Choice(_PLACES))
@click.argument("value")
@because
@click.option("--end", is_flag=True, help="End the allowance instead.")
@by_whom
@as_json
def allow(kind: str, value: str, reason: str, end: bool, by: str, as_json: bool) -> None:
    """Allow probes a host, network or folder; the security office's act."""
    from catalog.home import Home
    from catalog.linking import destinations
    from catalog.store import open_store, writing

    with writing(open_store(Home.find())) as connection:
        if end:
            destinations.disallow(connection, kind, value, reason=reason, by=_who(by), now=_now())
        else:
            value = destinations.allow(connection, kind, value, reason=reason, by=_who(by), now=_now())
    if as_json:
        _print_json({"kind": kind, "value": value, "allowed": not end})
        return
    click.echo(f"probes may {'no longer ' if end else ''}reach the {kind} {value}")


@link.command("destinations")
@as_json
def list_destinations(as_json: bool) -> None:
    """List what probes may reach."""
    from catalog.linking import destinations

    with _reading() as connection:
        found = destinations.listing(connection)
    if as_json:
        _print_json(found)
        return
    if not found:
        click.echo("probes may reach nothing outside the installation — `ybz link allow` names what they may")
    for each in found:
        click.echo(f"{each['kind']} {each['value']}: {each['reason']} ({each['by']}, {each['at'][:10]})")


def _settings(connection: Any, kind: str, told: dict[str, Any]) -> Settings:
    from catalog.linking import alive_component, alive_file, destinations
    from catalog.linking import settings as kinds
    from catalog.linking.verdict import limits
    from policies.clocks import local_date

    if kind == "release":
        return kinds.ReleaseLink()
    if kind == "interface":
        fields = dict((f.split("=", 1) if "=" in f else (f, f)) for f in told["fields"])
        names = ("url", "method", "rows", "auth", "header", "scheme", "body", "may_be_empty")
        return kinds.InterfaceLink(fields=fields, **{name: told[name] for name in names})
    if kind == "job":
        return kinds.JobLink(told["platform"], told["job"])
    bounds, given, size, modified = limits(local_date(_now())), told["sha256"], None, None
    if told["place"] and not kinds.is_address(told["place"]) and not given:
        allowed = destinations.allowed(connection)
        given, size, _, modified = alive_file.found(told["place"], allowed, bounds)
    if kind == "file":
        return kinds.FileLink(told["place"], given, size, modified)
    if told["place"]:
        alive_component.check_format(told["format_"], bounds)
    return kinds.ComponentLink(told["version"], told["place"], given, told["format_"], told["health"])


def _found(test: Any) -> str:
    took = "" if test["latency_ms"] is None else f" ({test['latency_ms']} ms, {test['latency_class']})"
    return f"{'alive' if test['alive'] else 'NOT ALIVE'}, {test['why']}{took}"


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
