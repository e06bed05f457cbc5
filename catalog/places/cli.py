"""Commands of the lists of places 地名地址: ``ybz places``."""

from __future__ import annotations

import getpass
import json
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path

import click


@click.group()
def places() -> None:
    """Lists that rows are attributed by 地名地址: divisions, their successions, names, polygons."""


@places.command()
@click.argument("kind", type=click.Choice(["divisions", "successions", "names", "polygons"]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", required=True, help="Decree, standard or office it comes from.")
@click.option("--by", default="", metavar="NAME", help="Who enters it (default: the login name).")
@click.option("--json", "as_json", is_flag=True, help="Machine output.")
def enter(kind: str, file: Path, source: str, by: str, as_json: bool) -> None:
    """Enter a list of a KIND from FILE (.csv, .xlsx, .parquet; polygons: GeoJSON)."""
    from catalog.home import Home
    from catalog.places.ledger import enter as enter_list
    from catalog.places.lists import read
    from catalog.store import open_store

    entries = read(file, kind)  # type: ignore[arg-type]
    done = enter_list(
        open_store(Home.find()),
        kind,  # type: ignore[arg-type]
        entries,
        source=source,
        by=by or getpass.getuser(),
        now=datetime.now(UTC),
    )
    if as_json:
        click.echo(json.dumps(asdict(done), ensure_ascii=False))
        return
    click.echo(f"{done.id}: {done.rows} {kind}, {done.new} new or otherwise, {done.replaced} replaced")
    click.echo("  counts for what is attributed from now on: the next release of each dataset")


@places.command("list")
@click.option("--json", "as_json", is_flag=True, help="Machine output.")
def list_(as_json: bool) -> None:
    """Every list that was entered, oldest first."""
    from catalog.home import Home
    from catalog.places.ledger import lists
    from catalog.store import open_store, reading

    with reading(open_store(Home.find())) as connection:
        found = lists(connection)
    if as_json:
        rows = [{**row, "entered_at": row["entered_at"].isoformat()} for row in found]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in found:
        click.echo(f"{row['entered_at']:%Y-%m-%d}  {row['kind']:12} {row['rows']:>8}  {row['source']}")


@places.command()
@click.argument("address")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Day (default: today).")
@click.option("--json", "as_json", is_flag=True, help="Machine output.")
def locate(address: str, on: datetime | None, as_json: bool) -> None:
    """Which division an ADDRESS lies in, how surely, and by what it was told."""
    from catalog.home import Home
    from catalog.places.ledger import places as read_places
    from catalog.store import open_store, reading
    from policies.clocks import local_date

    now = datetime.now(UTC)
    day: date = on.date() if on else local_date(now)
    with reading(open_store(Home.find())) as connection:
        known = read_places(connection, day, now)
    told = known.addresses.locate(address)
    if as_json:
        click.echo(json.dumps(asdict(told), ensure_ascii=False))
    elif told.code is None:
        near = f", surely within {told.near}" if told.near else ""
        click.echo(f"no street can be told: {told.how}{near}")
    else:
        names = [
            known.tree.known[code].name for code in known.tree.chain(told.code) if code in known.tree.known
        ]
        click.echo(f"{told.code}  {''.join(reversed(names))}  {told.confidence:.2f}  {told.how}")
    if told.code is None:
        raise click.exceptions.Exit(1)
