"""Commands ``dcat`` and ``upward``: the ledger for harvesters and for the higher level."""

from __future__ import annotations

import getpass
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from catalog.exports.identity import Identity
    from catalog.home import Home

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command("dcat")
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--page-size", default=100, show_default=True, type=click.IntRange(1, 1000))
@click.option(
    "--changed-since",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"]),
    metavar="INSTANT",
    help="Only what changed since then (UTC), with what was withdrawn.",
)
@click.option("--base", metavar="IRI", help="Begin every identifier with it, from now on.")
@click.option("--title", help="Call the catalogue so, from now on.")
@click.option("--publisher", help="Who answers for the catalogue, from now on.")
@click.option("--files", metavar="URL", help="The folder `open` is served there, from now on.")
@as_json
def dcat(
    folder: Path | None,
    page_size: int,
    changed_since: datetime | None,
    base: str | None,
    title: str | None,
    publisher: str | None,
    files: str | None,
    as_json: bool,
) -> None:
    """Export the published ledger as DCAT-AP 3, in pages of JSON-LD.

    Pages are written into FOLDER as catalogue-0001.jsonld and so on; without one the first page is printed.
    """
    from catalog.exports import harvest
    from catalog.home import Home
    from catalog.store import open_store, reading

    home = Home.find()
    engine = open_store(home)
    said = _identity(home, {"base": base, "title": title, "publisher": publisher, "files": files})
    since = None if changed_since is None else changed_since.replace(tzinfo=UTC)
    now = datetime.now(UTC)
    with reading(engine) as connection:
        if folder is None:
            first = harvest.page(connection, said, now=now, size=page_size, changed_since=since)
            _print(first.document)
            return
        folder.mkdir(parents=True, exist_ok=True)
        written, count = [], 0
        for number, page in enumerate(
            harvest.pages(connection, said, now=now, size=page_size, changed_since=since), 1
        ):
            file = folder / _page_name(number)
            document = harvest.linked(page, file.name, _page_name(number + 1))
            file.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
            written.append(str(file))
            count += page.entries
    if as_json:
        _print({"files": written, "entries": count, "base": said.base})
    else:
        click.echo(f"{count} entries on {len(written)} pages in {folder}")


@click.command("upward")
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--period", default="", metavar="YYYY-MM", help="Of the closed edition that is reported.")
@click.option("--since", default="", metavar="YYYY-MM", help="Report only what changed since that edition.")
@click.option("--verify", is_flag=True, help="Check the package OUT instead of making one.")
@click.option("--by", default="", metavar="NAME", help="Who reports (default: the user logged in).")
@as_json
def upward(out: Path, period: str, since: str, verify: bool, by: str, as_json: bool) -> None:
    """Package a closed edition for the higher level (目录上报), signed, in the core items of the guide.

    OUT is a ZIP file: entries and items as JSON lines, the workbook a person reads, a signed manifest.
    """
    from catalog.exports import package
    from catalog.home import Home
    from catalog.store import open_store

    home = Home.find()
    if verify:
        found = package.verify(out)
    else:
        engine = open_store(home)
        found = package.make(
            home, engine, out, period=period, since=since, by=by or getpass.getuser(), now=datetime.now(UTC)
        )
    if as_json:
        _print(found.to_document())
    else:
        what = "verified" if verify else "written"
        click.echo(f"{out}: {what}, edition {found.period} no. {found.number}, {found.entries} entries,")
        click.echo(
            f"  {found.added} added, {found.changed} changed, {found.removed} withdrawn; key {found.key_id}"
        )


def _page_name(number: int) -> str:
    return f"catalogue-{number:04d}.jsonld"


def _identity(home: Home, given: Mapping[str, str | None]) -> Identity:
    from catalog import keys
    from catalog.exports import identity

    said = identity.identity(home, keys.load(home).signer.key_id)
    new = replace(said, **{name: value for name, value in given.items() if value is not None})
    if new != said:
        identity.keep(home, new)
    return new


def _print(document: object) -> None:
    click.echo(json.dumps(document, ensure_ascii=False))
