"""Commands that show: ``list show files standing package``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from catalog.registration import cli_acts
from catalog.registration.cli_acts import as_json, file_option
from catalog.registration.errors import FilesBroken

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from catalog.keys import Ring
    from catalog.registration.rows import Application, Registration


@click.command("list")
@click.option("--open", "only_open", is_flag=True, help="Only applications that wait for a step.")
@as_json
def list_(only_open: bool, as_json: bool) -> None:
    """List registrations with their applications."""
    from catalog.registration import rows

    with cli_acts.read() as (_, connection):
        found = [_lines(connection, each) for each in rows.all_registrations(connection)]
    if only_open:
        waiting = {"applied", "returned", "supplemented", "accepted", "reviewed", "noticed", "contested"}
        for each in found:
            each["applications"] = [a for a in each["applications"] if a["state"] in waiting]
        found = [each for each in found if each["applications"]]
    if as_json:
        cli_acts.print_json(found)
        return
    if not found:
        click.echo("nothing waits" if only_open else "nothing was ever applied for — `ybz register apply`")
    for each in found:
        until = f", until {each['valid_until']}" if each["valid_until"] else ""
        code = f"  {each['code']}" if each["code"] else ""
        click.echo(f"{each['id']}  {each['name']}: {each['object']}, {each['state']}{until}{code}")
        for case in each["applications"]:
            click.echo(f"    {case['id']}  {case['kind']}: {case['state']}, filed {case['filed_at'][:10]}")


@click.command()
@click.argument("named", metavar="ID|NAME")
@as_json
def show(named: str, as_json: bool) -> None:
    """Show a registration and every application of it: steps, clocks, objections, files."""
    from catalog.registration import rows

    with cli_acts.read() as (_, connection):
        of = _of(connection, named)
        document = of.to_document() | {
            "applications": [_case(connection, each) for each in rows.applications_of(connection, of.id)]
        }
    if as_json:
        cli_acts.print_json(document)
        return
    click.echo(f"{of.id}  {of.title} ({of.name}): {of.object}, {of.state}")
    click.echo(f"    registrant {of.registrant_name} {of.registrant_code}")
    if of.code:
        click.echo(f"    code {of.code}, query code {of.query_code}, {of.coded_on} to {of.valid_until}")
    for case in document["applications"]:
        _print_case(case)


@click.command("files")
@click.argument("named", metavar="ID|NAME", required=False)
@as_json
def files_(named: str | None, as_json: bool) -> None:
    """Check the files that were handed in, of one registration or of all: each still as it was kept."""
    from catalog.registration import files, rows

    with cli_acts.read() as (home, connection):
        chosen = rows.all_registrations(connection) if named is None else (_of(connection, named),)
        found = [
            {"application": case.id} | _plain(each, ("role", "name", "digest"))
            | {"intact": files.is_intact(home, each["digest"])}
            for of in chosen
            for case in rows.applications_of(connection, of.id)
            for each in rows.files_of(connection, case.id)
        ]  # fmt: skip
    broken = [each for each in found if not each["intact"]]
    if as_json:
        cli_acts.print_json({"files": found, "broken": len(broken)})
    else:
        for each in broken:
            click.echo(f"{each['application']}  {each['role']} {each['name']}: is not what was handed in")
        click.echo(f"{len(found) - len(broken)} of {len(found)} files are as they were handed in")
    if broken:
        raise FilesBroken(f"{len(broken)} files of registration are missing or changed — restore them")


@click.command()
@as_json
def standing(as_json: bool) -> None:
    """Show how much of what is in authorised operation is registered, and what expires."""
    from catalog.registration import standing as figures

    at = cli_acts.now()
    with cli_acts.read() as (_, connection):
        found = figures.standing(connection, cli_acts.today(at))
    if as_json:
        cli_acts.print_json(found.to_document())
        return
    share = "" if found.share is None else f" ({found.share:.1%})"
    click.echo(f"in authorised operation: {found.authorised}, registered: {found.registered}{share}")
    click.echo(f"by state: {', '.join(f'{word} {n}' for word, n in found.by_state.items()) or 'nothing'}")
    for name in found.unregistered:
        click.echo(f"    not registered: {name}" + ("" if name in found.owed else " (encouraged)"))
    for each in found.expiring:
        renewal = f"renewal {each.renewal}" if each.renewal else "no renewal filed"
        click.echo(f"    expires {each.valid_until}: {each.name}, {renewal}")


@click.command()
@click.argument("named", metavar="ID", required=False)
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR|ZIP", help="Where to write it.")
@click.option(
    "--verify", "given", type=click.Path(exists=True, path_type=Path), metavar="FILE", help="Check one."
)
@click.option("--key", type=file_option, metavar="PEM", help="Public key of whoever signed (default: ours).")
@as_json
def package(named: str | None, out: Path | None, given: Path | None, key: Path | None, as_json: bool) -> None:
    """Write the registration package of an application, or check one."""
    from catalog.keys import load, public_from_pem
    from catalog.registration import packages

    if (given is None) == (named is None or out is None):
        raise click.UsageError("name an application and --out, or --verify FILE")
    if given is not None:
        trusted = public_from_pem(key.read_bytes()) if key else _own_keys()
        document = packages.verify(given, trusted)
        if as_json:
            cli_acts.print_json({"ok": True, "package": str(given), "content": document})
        else:
            application = document["application"]
            click.echo(f"{given}: signed and unchanged; {application['kind_title']} {application['id']}")
        return
    assert named is not None
    assert out is not None
    with cli_acts.read() as (home, connection):
        files = packages.build(connection, named, load(home).signer)
    packages.save(files, out)
    if as_json:
        cli_acts.print_json({"package": str(out), "files": sorted(files)})
    else:
        click.echo(f"{out}: {', '.join(sorted(files))}; hand it in with the attachments it names")


COMMANDS: Final = (list_, show, files_, standing, package)


def _own_keys() -> Ring:
    from catalog.errors import NotInitialised
    from catalog.home import Home
    from catalog.keys import Ring, load, ring_of
    from catalog.store import open_store, reading

    home = Home.find()
    signer = load(home).signer
    try:
        engine = open_store(home)
    except NotInitialised:
        return Ring.single(signer.public_raw)
    with reading(engine) as connection:
        return ring_of(connection, signer)


def _lines(connection: Connection, of: Registration) -> dict[str, Any]:
    from catalog.registration import rows

    keys = ("id", "object", "name", "title", "registrant_name", "state", "code", "query_code", "valid_until")
    return {key: rows.plain(getattr(of, key)) for key in keys} | {
        "applications": [
            {"id": a.id, "kind": a.kind, "state": a.state, "filed_at": a.filed_at.isoformat()}
            for a in rows.applications_of(connection, of.id)
        ]
    }


def _of(connection: Connection, named: str) -> Registration:
    from catalog.registration import rows

    if named.startswith("rap_"):
        return rows.registration(connection, rows.application(connection, named).registration_id)
    return rows.registration(connection, named)


def _case(connection: Connection, case: Application) -> dict[str, Any]:
    from catalog.clocks import running
    from catalog.registration import rows, terms

    subjects = [case.id, *(each["id"] for each in rows.objections_of(connection, case.id))]
    clocks = [clock for subject in subjects for clock in running.clocks_of(connection, terms.of(subject))]
    return case.to_document() | {
        "acts": [_plain(each, ("act", "state", "office", "made_by", "made_at", "reason"))
                 for each in rows.acts_of(connection, case.id)],
        "objections": [_plain(each, ("id", "state", "made_at", "statement", "reason", "basis"))
                       for each in rows.objections_of(connection, case.id)],
        "files": [_plain(each, ("role", "name", "digest", "size_bytes"))
                  for each in rows.files_of(connection, case.id)],
        "clocks": [
            {"rule": c.rule, "state": c.state, "owner": c.owner, "due_on": rows.plain(c.due_on),
             "provisional": c.provisional, "on_time": c.on_time}
            for c in clocks
        ],
    }  # fmt: skip


def _plain(row: Any, keys: tuple[str, ...]) -> dict[str, Any]:
    from catalog.registration import rows

    return {key: rows.plain(row[key]) for key in keys}


def _print_case(case: dict[str, Any]) -> None:
    click.echo(
        f"{case['id']}  {case['kind']}: {case['state']}, filed by {case['filed_by']} as {case['office']}"
    )
    for each in case["returned"] or ():
        click.echo(f"    sent back for: {each}")
    if case["notice_until"]:
        provisional = " (provisional)" if case["notice_provisional"] else ""
        click.echo(f"    public notice {case['notice_from']} to {case['notice_until']}{provisional}")
    if case["basis"]:
        click.echo(f"    refused: {case['basis']}: {case['reason']}")
    for each in case["acts"]:
        why = f": {each['reason']}" if each["reason"] else ""
        click.echo(f"    {each['made_at'][:19]}Z  {each['act']} by {each['made_by']} → {each['state']}{why}")
    for each in case["objections"]:
        click.echo(f"    objection {each['id']}: {each['state']}; {each['statement']}")
    for each in case["clocks"]:
        if each["state"] in ("running", "paused"):
            due = each["due_on"] or "stands still"
            provisional = " (provisional)" if each["provisional"] else ""
            click.echo(f"    due {due}{provisional}: {each['owner']} ({each['rule']})")
