"""Command ``bulk``: many entries at once, in the departments' form; taking over; moving."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from catalog.bulk.reading import FormFaulty
    from catalog.cataloging.values import Catalogued

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
form = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
by = click.option("--by", default="", metavar="NAME", help="Who acts (default: the user logged in).")
marked = click.option(
    "--errors", type=click.Path(dir_okay=False, path_type=Path), metavar="COPY.xlsx",
    help="Where the copy with marked cells goes (default: beside FILE).",
)  # fmt: skip


@click.group("bulk")
def bulk() -> None:
    """Many entries at once (批量编目): the departments' form both ways, taking over, moving."""


@bulk.command("template")
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@as_json
def template(out: Path, as_json: bool) -> None:
    """Write the empty form (目录编制表) to OUT.xlsx: one row a data item."""
    from catalog.bulk import writing

    writing.template(out)
    _say({"file": str(out)}, f"{out}: fill it in, then `ybz bulk import {out}`", as_json)


@bulk.command("import")
@form
@click.option("--dry-run", is_flag=True, help="Only say what is wrong and what would come of it.")
@click.option("--submit", is_flag=True, help="Check the entries too and leave them to the head.")
@click.option("--publish", is_flag=True, help="Take every step up to publication (small installation).")
@click.option("--signed-off-by", default="", metavar="NAME", help="With --publish: head of the department.")
@click.option("--reviewed-by", default="", metavar="NAME", help="With --publish: of the data authority.")
@click.option("--reason", default="catalogue form", metavar="TEXT", help="Why, kept with the revisions.")
@by
@marked
@as_json
def import_(
    file: Path,
    dry_run: bool,
    submit: bool,
    publish: bool,
    signed_off_by: str,
    reviewed_by: str,
    reason: str,
    by: str,
    errors: Path | None,
    as_json: bool,
) -> None:
    """Enter the entries of a form (.xlsx, .xls, .csv, .json), all of them or none.

    An entry the ledger has (by code, dataset, or department and name) is changed to what the form says.
    """
    from catalog.bulk import entering, reading
    from catalog.cataloging.values import Acts

    engine = _engine()
    acts = Acts(by or getpass.getuser(), reason, datetime.now(UTC), signed_off_by, reviewed_by)
    try:
        given = entering.given_by(engine, reading.read(file))
        made = () if dry_run else entering.enter(engine, given, acts, submit=submit, publish=publish)
    except reading.FormFaulty as error:
        _faulty(file, error, errors, as_json)
        return
    if dry_run:
        lines = [
            {"name": one.contract.name, "title": one.contract.title, "known": one.known,
             "items": len(one.contract.fields)}
            for one in given
        ]  # fmt: skip
        _say(lines, f"{file}: {len(lines)} entries could be entered", as_json)
        return
    _entered(file, made, as_json)


@bulk.command("export")
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--department", metavar="NAME", help="Only entries of this department.")
@as_json
def export(out: Path, department: str | None, as_json: bool) -> None:
    """Write the ledger's entries in the departments' form to OUT (.xlsx, .csv or .json)."""
    from catalog.bulk import writing
    from catalog.store import reading

    with reading(_engine()) as connection:
        listed = writing.listed(connection, department)
    if not listed:
        raise click.ClickException("no such entry in the ledger — see `ybz show`")
    count = writing.write(out, listed)
    _say({"file": str(out), "entries": count}, f"{out}: {count} entries", as_json)


@bulk.command("adopt")
@form
@click.option("--origin", required=True, metavar="NAME", help="What the former catalogue is called.")
@click.option("--basis", required=True, metavar="TEXT", help="The decision to take it over.")
@click.option(
    "--history",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV of what happened there: 信息资源代码, 日期, 操作, 操作人, 说明.",
)
@by
@marked
@as_json
def adopt(
    file: Path, origin: str, basis: str, history: Path | None, by: str, errors: Path | None, as_json: bool
) -> None:
    """Take an existing catalogue over with its codes, days of publication, states and history.

    FILE is the form with 信息资源代码, 发布日期 and 目录状态 (已发布 or 未发布) of every entry.
    """
    from catalog.bulk import adoptable, adopting, reading
    from catalog.cataloging.values import Acts

    engine = _engine()
    acts = Acts(by or getpass.getuser(), basis, datetime.now(UTC))
    try:
        given = adoptable.given_by(engine, reading.read(file), acts)
        told = [] if history is None else adopting.read_history(history)
        made = adopting.adopt(engine, given, told, acts, origin=origin)
    except reading.FormFaulty as error:
        _faulty(file, error, errors, as_json)
        return
    _entered(file, made, as_json)
    strange = adoptable.foreign(given)
    if strange:
        click.echo(
            f"{len(strange)} codes are of another scheme than 分类码/顺序码, kept as issued: {strange[0]} …",
            err=True,
        )


@bulk.command("history")
@click.argument("name")
@as_json
def history(name: str, as_json: bool) -> None:
    """Show what the catalogue an entry was taken over from says happened to it."""
    from catalog import revisions
    from catalog.bulk.adopting import history_of
    from catalog.store import reading

    with reading(_engine()) as connection:
        revisions.current(connection, name)
        acts = history_of(connection, name)
    if as_json:
        _print(list(acts))
        return
    for act in acts:
        click.echo(f"{act['day']}  {act['act']}  {act['actor']}  {act['words']}")
    if not acts:
        click.echo(f"{name} was not taken over, or without a history — `ybz entry history {name}`")


@bulk.command("pack")
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("names", nargs=-1)
@as_json
def pack(out: Path, names: Sequence[str], as_json: bool) -> None:
    """Write contracts (all, or NAMES) into the signed bundle OUT.zip, to move them elsewhere."""
    from catalog import keys
    from catalog.bulk import moving
    from catalog.home import Home

    home = Home.find()
    count = moving.pack(home, _engine(), out, names, now=datetime.now(UTC))
    key_id = keys.load(home).signer.key_id
    words = f"{out}: {count} contracts\nnext: there, `ybz bulk unpack {out.name} --from-key {key_id}`"
    _say({"file": str(out), "contracts": count, "key_id": key_id}, words, as_json)


@bulk.command("unpack")
@form
@click.option(
    "--from-key", required=True, metavar="KEY_ID",
    help="Id of the key the bundle is signed with: `ybz bulk pack` printed it where the bundle was made.",
)  # fmt: skip
@click.option("--submit", is_flag=True, help="Check the entries too and leave them to the head.")
@by
@as_json
def unpack(file: Path, from_key: str, submit: bool, by: str, as_json: bool) -> None:
    """Enter the contracts of a bundle from another installation, all of them or none."""
    from catalog.bulk import moving
    from catalog.cataloging.values import Acts
    from catalog.home import Home

    bundle = moving.opened(file)
    if bundle.key_id != from_key:
        raise moving.BundleError(
            f"{file}: it is signed by the key {bundle.key_id}, not {from_key} — ask the sender for theirs"
        )
    reason = f"moved from the installation with the key {bundle.key_id}"
    acts = Acts(by or getpass.getuser(), reason, datetime.now(UTC))
    _entered(file, moving.unpack(Home.find(), _engine(), bundle, acts, submit=submit), as_json)


def _engine() -> Engine:
    from catalog.home import Home
    from catalog.store import open_store

    return open_store(Home.find())


def _faulty(file: Path, error: FormFaulty, copy: Path | None, as_json: bool) -> None:
    """Say every fault, mark them in a copy, and fail."""
    from catalog.bulk import faults

    target = copy or file.with_name(f"{file.stem}.errors.xlsx")
    faults.mark(file, error.faults, target)
    if as_json:
        told = [{"sheet": f.sheet, "cell": f.cell, "what": f.what, "remedy": f.remedy} for f in error.faults]
        _print({"ok": False, "faults": told, "marked": str(target)})
    else:
        for fault in error.faults[:40]:
            click.echo(str(fault))
        if len(error.faults) > 40:
            click.echo(f"… and {len(error.faults) - 40} more")
    click.echo(
        f"{file}: {len(error.faults)} faults to correct, nothing was entered; they are marked in {target}",
        err=True,
    )
    sys.exit(1)


def _entered(file: Path, made: Sequence[Catalogued], as_json: bool) -> None:
    lines: list[dict[str, Any]] = [
        {
            "name": one.name, "code": one.code, "revision": one.revision, "state": one.state,
            "changed": one.changed, "open_points": list(one.open_points),
        }
        for one in made
    ]  # fmt: skip
    if as_json:
        _print({"ok": True, "entries": lines})
        return
    for line in lines[:40]:
        news = f"revision {line['revision']}" if line["changed"] else "unchanged"
        click.echo(f"{line['code']}  {line['name']}: {line['state']}, {news}")
        for point in line["open_points"]:
            click.echo(f"    open: {point}")
    if len(lines) > 40:
        click.echo(f"… and {len(lines) - 40} more")
    changed = sum(bool(line["changed"]) for line in lines)
    click.echo(f"{file}: {len(lines)} entries, {changed} new or changed")
    if any(line["state"] == "checked" for line in lines):
        click.echo("next: the head of the department, `ybz entry sign NAME --revision N`")


def _say(document: Any, words: str, as_json: bool) -> None:
    if as_json:
        _print(document)
    else:
        click.echo(words)


def _print(document: object) -> None:
    click.echo(json.dumps(document, ensure_ascii=False))
