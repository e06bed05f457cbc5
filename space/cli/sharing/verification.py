"""Command ``ybz verification run``."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import click

from space.cli.refusal import refuse
from space.cli.wayback.options import HERE, as_json, open_installation, print_json


@click.group()
def verification() -> None:
    """Say whether given records match 核验: match, mismatch or not found."""


@verification.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--grant", "grant_id", required=True, metavar="ID", help="The grant it is asked under.")
@click.option("--purpose", required=True, metavar="CODE", help="What it is asked for; the grant's.")
@click.option("--dataset", default=None, metavar="NAME", help="schema.table (default: the grant's only one).")
@click.option(
    "--as", "organisation", default=None, metavar="CODE", help="Who asks (default: the grant's holder)."
)
@as_json
def run(
    file: Path, grant_id: str, purpose: str, dataset: str | None, organisation: str | None, as_json: bool
) -> None:
    """Say of every record of FILE (CSV with a header, or a JSON list) whether it matches.

    A record gives the identifier of the unit the dataset is about, or its whole primary key, and at least
    one other granted field. One outcome for each record comes back, in order, with a receipt.
    """
    from datetime import UTC, datetime

    from catalog import keys
    from catalog.store import reading
    from policies.decision import Deny
    from space.engines.workers.pool import Pool
    from space.granting.grants import from_row
    from space.identity.tokens import Caller
    from space.store import grant_row
    from space.verification.prepare import Asked
    from space.verification.verifier import Verifier

    records = read_records(file)
    home, engine, _now = open_installation()
    with reading(engine) as connection:
        row = grant_row(connection, grant_id)
    # A grant that is not there opens nothing and is refused below, in the words every caller gets.
    holder = "" if row is None else row.grantee
    opened = () if row is None else tuple(term.name for term in from_row(row).terms.datasets)
    if dataset is None and len(opened) > 1:
        raise click.UsageError("the grant opens several datasets: say which with --dataset")
    asked = Asked(grant_id, purpose, dataset or "".join(opened), records)
    pool = Pool()
    try:
        verifier = Verifier(engine, home, keys.load(home), pool, lambda: datetime.now(UTC))
        answer = verifier.verify(Caller(organisation or holder, channel="cli", address=HERE), asked)
    finally:
        pool.close()
    if isinstance(answer, Deny):
        refuse(answer, as_json=as_json)
    if as_json:
        print_json(answer.to_document())
        return
    for number, outcome in enumerate(answer.outcomes, start=1):
        click.echo(f"{number}\t{outcome}")
    repeated = ", stored answer" if answer.repeated else ""
    click.echo(
        f"{len(answer.outcomes)} records{repeated}; {answer.price_fen} fen; receipt {answer.receipt_id}",
        err=True,
    )


def read_records(file: Path) -> list[dict[str, Any]]:
    """The records of a file, CSV or JSON; their values are repeated in no message."""
    try:
        text = file.read_text(encoding="utf-8-sig")
        listed = text.lstrip().startswith("[")
        found: list[Any] = json.loads(text) if listed else [*csv.DictReader(io.StringIO(text), strict=True)]
    except (UnicodeDecodeError, ValueError, csv.Error, RecursionError) as error:
        raise click.ClickException(f"{file} is neither CSV nor a JSON list in UTF-8") from error
    if not all(isinstance(record, dict) for record in found):
        raise click.ClickException(f"{file}: every entry of the list is an object, field → value")
    return found
