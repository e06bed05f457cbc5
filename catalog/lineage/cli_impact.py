"""``ybz impact``: what a new contract would change for those who use the data, or what reads a column."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from catalog.lineage.affected import Affected
    from catalog.lineage.impact import Felt, Impact


@click.command()
@click.argument("what", metavar="CONTRACT.yaml | NAME[.FIELD]")
@click.option("--check", is_flag=True, help="Exit 1 if anybody's use breaks.")
@click.option("--depth", type=click.IntRange(1, 100), help="Of a column: most generations.")
@click.option(
    "--limit",
    default=1000,
    show_default=True,
    type=click.IntRange(0),
    help="Of a column: most columns and most users listed.",
)
@click.option(
    "--offset",
    default=0,
    type=click.IntRange(0),
    help="With --json: how many columns and users are passed over; the page says the next.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def impact(what: str, check: bool, depth: int | None, limit: int, offset: int, as_json: bool) -> None:
    """What a new contract (契约) would change, or what breaks if a column changes.

    A contract file is compared with the revision the ledger has of its dataset. A dataset or one of its
    columns in the ledger is followed to all that read it: composed datasets, grants, forms, subscriptions,
    rules of other contracts, authoritative items, libraries, links. Nothing is changed, nobody is told.
    """
    file = Path(what)
    if file.exists() or file.suffix in (".yaml", ".yml"):
        breaks = _of_contract(file, as_json)
    else:
        breaks = _of_column(what, depth, limit, offset, as_json)
    if check and breaks:
        raise SystemExit(1)


def _of_contract(file: Path, as_json: bool) -> bool:
    from catalog.home import Home
    from catalog.lineage.impact import as_document, impact_of
    from catalog.store import open_store, reading
    from contracts.odcs.files import read
    from policies.clocks import local_date

    contract = read(file)
    with reading(open_store(Home.find())) as connection:
        found = impact_of(connection, contract, local_date(datetime.now(UTC)))
    if as_json:
        click.echo(json.dumps(as_document(found), ensure_ascii=False))
    else:
        _print(found)
    return found.breaks


def _of_column(name: str, depth: int | None, limit: int, offset: int, as_json: bool) -> bool:
    from catalog.home import Home
    from catalog.lineage.affected import affected_by, as_document
    from catalog.lineage.view import start_of
    from catalog.store import open_store, reading
    from policies.clocks import local_date

    today = local_date(datetime.now(UTC))
    with reading(open_store(Home.find())) as connection:
        start = start_of(connection, name)
        found = affected_by(
            connection, start.dataset, start.field, today, depth=depth, limit=limit, after=offset
        )
    if as_json:
        click.echo(json.dumps(as_document(found, limit, offset), ensure_ascii=False))
    else:
        _print_affected(name, found, limit)
    return bool(found.total or found.uses)


def _print_affected(name: str, found: Affected, limit: int) -> None:
    left = limit
    for dataset in found.datasets:
        rows = " and which rows there are" if dataset.rows else ""
        generation = "" if dataset.hops == 1 else f", {dataset.hops} generations on"
        click.echo(f"composed dataset {dataset.dataset}: {dataset.columns} columns{rows}{generation}")
        for column in found.columns:
            if column.dataset == dataset.dataset and column.field != "*" and left > 0:
                left -= 1
                click.echo(f"  {column.field}")
    for use in found.uses[:limit]:
        click.echo(f"{use.kind} {use.id} of {use.who}: {use.through} {use.column} ({use.detail})")
    if len(found.uses) > limit or sum(d.columns for d in found.datasets) > limit:
        click.echo(f"the nearest {limit:,} of each are listed — raise --limit, or page with --json --offset")
    users = len({(use.kind, use.id) for use in found.uses})
    counted = ", ".join(
        (
            f"{_many(found.total, 'column')} of {_many(len(found.datasets), 'composed dataset')}",
            _many(users, "other user"),
        )
    )
    click.echo(f"if {name} changes: {counted}" if users or found.total else f"nothing reads {name}", err=True)


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def _print(found: Impact) -> None:
    verdict = "breaking" if any(finding.breaking for finding in found.found) else "compatible"
    click.echo(f"{found.dataset} revision {found.revision}: {verdict}; {found.step.sentence()}")
    for finding in found.found:
        click.echo(f"  {'breaks' if finding.breaking else 'changes'}: {finding}")
    groups = (
        ("subscriber", "area", found.subscribers),
        ("form", "title", found.forms),
        ("grant", "purpose", found.grants),
        ("composed dataset", "kind", found.composed),
    )
    for kind, detail, users in groups:
        for felt in users:
            if felt.effects:
                _print_felt(kind, detail, felt)
    broken = sum(felt.breaks for felt in found.users)
    quiet = sum(not felt.effects for felt in found.users)
    number = len(found.users)
    counted = "1 user" if number == 1 else f"{number} users"
    click.echo(f"{counted}: {broken} broken, {quiet} notice nothing", err=True)


def _print_felt(kind: str, detail: str, felt: Felt) -> None:
    click.echo(f"{kind} {felt.id} of {felt.who} ({detail} {felt.detail})")
    for effect in felt.effects:
        where = f"{effect.through} {effect.field}" if effect.field else effect.through
        click.echo(f"  {'breaks' if effect.breaking else 'feels'}: {where}: {effect.what}")
