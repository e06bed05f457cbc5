"""Command ``edition``: close a period, check it, open it again, compare it with the last."""

from __future__ import annotations

import getpass
import json
import sys
from datetime import UTC, datetime

import click

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command()
@click.option("--period", required=True, metavar="YYYY-MM", help="账期.")
@click.option("--verify", is_flag=True, help="Check the period's latest edition instead of closing one.")
@click.option("--by", default="", metavar="NAME", help="Who closes it (default: the user logged in).")
@as_json
def edition(period: str, verify: bool, by: str, as_json: bool) -> None:
    """Close a period: the ledger's public view as signed Delta tables."""
    from catalog import keys
    from catalog.editions import closing as editions
    from catalog.home import Home
    from catalog.store import open_store, reading

    home = Home.find()
    engine = open_store(home)
    held = keys.load(home)
    problem = ""
    if verify:
        with reading(engine) as connection:
            closed = editions.find(connection, period)
        problem = editions.verify(home, closed, held.signer.public_raw).problem
    else:
        actor, now = by or getpass.getuser(), datetime.now(UTC)
        closed = editions.close(home, engine, period, keys=held, by=actor, now=now)
    if as_json:
        document = closed.to_document() | {"key_id": held.signer.key_id, "ok": not problem}
        click.echo(json.dumps(document, ensure_ascii=False))
    else:
        state = problem or ("verified" if verify else "closed")
        click.echo(f"edition {closed.period} no. {closed.number}: {state}")
        click.echo(f"digest {closed.digest}, key {held.signer.key_id}")
    if problem:
        sys.exit(1)
