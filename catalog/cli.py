"""Commands of the ledger: ``init``, ``catalog``, ``show``; ``search`` and ``lineage`` stand beside.

``show`` and ``lineage`` print the owner's exact view: whoever runs them holds the installation.
``search`` prints the public view, as anybody else sees it.
"""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from catalog.lineage.cli import lineage
from catalog.search.cli import search

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from catalog.cataloging.entering import Acts, Catalogued
    from catalog.home import Home
    from contracts.model import Contract

__all__ = ["catalog", "init", "lineage", "search", "show"]

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command()
@click.option(
    "--database",
    metavar="URL",
    help="Keep the store of a new installation there, e.g. postgresql+psycopg://user@host/name.",
)
@as_json
def init(database: str | None, as_json: bool) -> None:
    """Make an installation: folders, store, keys; or add what one of an earlier version lacks.

    Safe to run again: what is there stays.
    """
    from catalog import keys
    from catalog.home import Home
    from catalog.lake.storage import storage_of
    from catalog.store import create_store, elsewhere, settle
    from catalog.store.engine import refuse_lost

    home = Home.find()
    elsewhere.require(home, database)
    refuse_lost(home, database)
    storage_of(home.root)  # options that others may read are refused before anything is made
    if database:
        home.keep_database_url(database)
    places = {
        "folder": home.root,
        "lake": home.lake,
        "contracts": home.contracts,
        "store": home.database_file if home.database_file.exists() else home.root / "ybz.db",
        "signing key": home.keys / keys.SIGNING_FILE,
        "pseudonym key": home.keys / keys.PSEUDONYM_FILE,
    }
    missing = [name for name, place in places.items() if not place.exists()]
    added = () if "store" in missing else _lacking(home)
    settle(create_store(home))
    key_id = keys.load(home).signer.key_id
    made = [*(name for name in missing if places[name].exists()), *added]
    if as_json:
        _print_json({"home": str(home.root), "made": made, "key_id": key_id})
        return
    told = [*made[: len(made) - len(added)], *([_counted(added)] if added else [])]
    click.echo(f"{home.root}: made {', '.join(told)}" if told else f"{home.root}: complete, nothing to make")
    click.echo("next: `ybz draft FOLDER` writes contracts for your files, `ybz catalog` enters them")


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--by", default="", metavar="NAME", help="Who catalogues (default: the user logged in).")
@click.option("--signed-off-by", default="", metavar="NAME", help="Head of the department (default: --by).")
@click.option("--reviewed-by", default="", metavar="NAME", help="Of the data authority (default: --by).")
@click.option("--reason", default="contract file", metavar="TEXT", help="Why, kept with the revision.")
@click.option("--pia", default="", metavar="REFERENCE", help="The recorded impact assessment.")
@click.option(
    "--seen-added-condition", is_flag=True, help="State that conditions added after publication were seen."
)
@as_json
def catalog(
    paths: tuple[Path, ...],
    by: str,
    signed_off_by: str,
    reviewed_by: str,
    reason: str,
    pia: str,
    seen_added_condition: bool,
    as_json: bool,
) -> None:
    """Enter contracts into the ledger: compile, check, sign off, review, publish.

    PATHS are contract files or folders of them; without any, the installation's own contracts. A draft
    that lacks a sharing basis stays compiled: you can build and show it, nobody can find it. With people
    of their own for each office, use `ybz submit`, `ybz entry sign` and `ybz approve` instead; once commands
    are judged, a steward's catalogue comes as far as `ybz submit`.
    """
    from catalog.cataloging.entering import Acts
    from catalog.home import Home
    from catalog.store import open_store

    home = Home.find()
    engine = open_store(home)
    files = _contract_files(paths or (home.contracts,))
    acts = Acts(
        by or getpass.getuser(),
        reason,
        datetime.now(UTC),
        signed_off_by,
        reviewed_by,
        pia,
        seen_added_condition,
    )
    lines = _catalogue_files(engine, files, acts)
    if as_json:
        _print_json(lines)
    else:
        _print_catalogued(lines)
    if any(line["problem"] for line in lines):
        sys.exit(1)


@click.command()
@click.argument("name", required=False)
@as_json
def show(name: str | None, as_json: bool) -> None:
    """Show the ledger, or one dataset of it, with the owner's exact figures."""
    from catalog import ledger_view
    from catalog.home import Home
    from catalog.store import open_store, reading

    with reading(open_store(Home.find())) as connection:
        if name is None:
            document: Any = ledger_view.ledger(connection)
        else:
            document = ledger_view.dataset(connection, name)
    if as_json:
        _print_json(document)
        return
    from catalog import cli_tables

    cli_tables.print_ledger(document) if name is None else cli_tables.print_dataset(document)


def _lacking(home: Home) -> tuple[str, ...]:
    """What the store of an earlier version lacks; nothing where there is none yet."""
    from catalog.errors import NotInitialised
    from catalog.store import open_store, reading
    from catalog.store.additions import lacking

    try:
        with reading(open_store(home)) as connection:
            return lacking(connection)
    except NotInitialised:
        return ()


def _counted(added: Sequence[str]) -> str:
    """What was added to the store: the first by name, the others as a number."""
    others = f" and {len(added) - 1} more" if len(added) > 1 else ""
    return f"what the store of an earlier version lacked: {added[0]}{others}"


def _contract_files(paths: Sequence[Path]) -> list[Path]:
    from catalog.cataloging.folders import in_folder

    files: dict[Path, None] = {}
    for path in paths:
        files |= dict.fromkeys(in_folder(path) if path.is_dir() else (path,))
    if not files:
        raise click.ClickException(
            f"no contract file in {', '.join(map(str, paths))} — run `ybz draft FOLDER`"
        )
    return list(files)


def _catalogue_files(engine: Engine, files: Sequence[Path], acts: Acts) -> list[dict[str, Any]]:
    """Catalogue every file that can be; what cannot be is named with its reason, and the rest goes on."""
    from catalog.cataloging.entering import catalogue_one
    from catalog.errors import CatalogError
    from catalog.lineage.columns import build_order
    from contracts.model import ContractError
    from contracts.odcs.files import read
    from policies.machine import IllegalStep

    lines = {file: _line(file) for file in files}
    contracts: dict[str, tuple[Contract, Path]] = {}
    upto = _last_step(engine, acts.now)
    for file in files:
        try:
            contract = read(file)
        except ContractError as error:
            lines[file]["problem"] = str(error)
            continue
        lines[file]["name"] = contract.name
        if contract.name in contracts:
            lines[file]["problem"] = f"{contract.name} is also in {contracts[contract.name][1]} — keep one"
            continue
        contracts[contract.name] = (contract, file)
    for name in build_order({name: contract for name, (contract, _) in contracts.items()}):
        contract, file = contracts[name]
        try:
            _fill(lines[file], catalogue_one(engine, contract, file, acts, upto=upto))
        except (CatalogError, IllegalStep) as error:
            lines[file]["problem"] = str(error)
    return list(lines.values())


def _last_step(engine: Engine, now: datetime) -> str:
    """How far whoever runs the command may take a contract: who may not publish leaves it submitted."""
    from catalog import beside
    from catalog.cataloging.acts import CHECK, PUBLISH
    from catalog.store import reading

    against = beside.judge()
    if against is None:
        return PUBLISH
    with reading(engine) as connection:
        return CHECK if against(connection, "approve", {"office": "authority"}, now) else PUBLISH


def _line(file: Path) -> dict[str, Any]:
    return {
        "path": str(file), "name": None, "code": None, "revision": None, "state": None, "changed": False,
        "open_points": [], "problem": "",
    }  # fmt: skip


def _fill(line: dict[str, Any], done: Catalogued) -> None:
    for name in ("name", "code", "revision", "state", "changed"):
        line[name] = getattr(done, name)
    line["open_points"] = list(done.open_points)


def _print_catalogued(lines: Sequence[dict[str, Any]]) -> None:
    from catalog.cataloging.cli_acts import as_typed

    for line in lines:
        if line["problem"]:
            named = line["problem"].startswith(line["path"])
            click.echo(line["problem"] if named else f"{line['path']}: {line['problem']}", err=True)
            continue
        news = f"revision {line['revision']}" if line["changed"] else "unchanged"
        click.echo(f"{line['code']}  {line['name']}: {line['state']}, {news}")
        for point in line["open_points"]:
            click.echo(f"    open: {as_typed(point, line['name'])}")
        if line["state"] == "checked":
            click.echo(f"    waits for the head of its department: `ybz entry sign {line['name']}`")
    if all(line["problem"] for line in lines):
        return
    if any(line["state"] == "compiled" for line in lines):
        click.echo(
            "a compiled dataset can be built and shown, but not found: state what is open, catalogue again"
        )
    waits = next((line for line in lines if line["state"] == "checked"), None)
    step = "" if waits is None else f"ybz entry sign {waits['name']} --revision {waits['revision']}"
    click.echo(f"next: the head of the department, `{step}`" if step else "next: `ybz build`")


def _print_json(document: object) -> None:
    click.echo(json.dumps(document, ensure_ascii=False))
