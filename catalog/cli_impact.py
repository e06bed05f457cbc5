"""``ybz impact``: what a new contract would change for those who use the data."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from catalog.impact import Felt, Impact


@click.command()
@click.argument("file", metavar="CONTRACT.yaml", type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Exit 1 if anybody's use breaks.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def impact(file: Path, check: bool, as_json: bool) -> None:
    """What a new contract (契约) would change for subscribers, grants and composed datasets.

    The file is compared with the revision the ledger has of its dataset. Nothing is changed and nobody
    is told.
    """
    from catalog.home import Home
    from catalog.impact import as_document, impact_of
    from catalog.store import open_store, reading
    from contracts.odcs import read
    from policies.clocks import local_date

    contract = read(file)
    with reading(open_store(Home.find())) as connection:
        found = impact_of(connection, contract, local_date(datetime.now(UTC)))
    if as_json:
        click.echo(json.dumps(as_document(found), ensure_ascii=False))
    else:
        _print(found)
    if check and found.breaks:
        raise SystemExit(1)


def _print(found: Impact) -> None:
    verdict = "breaking" if any(finding.breaking for finding in found.found) else "compatible"
    click.echo(f"{found.dataset} revision {found.revision}: {verdict}; {found.step.sentence()}")
    for finding in found.found:
        click.echo(f"  {'breaks' if finding.breaking else 'changes'}: {finding}")
    groups = (
        ("subscriber", "area", found.subscribers),
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
