"""``ybz search``: published datasets by words, facets, data elements and codes, as others see them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from catalog.search import Found


@click.command()
@click.argument("words", nargs=-1)
@click.option(
    "--facet",
    "facets",
    multiple=True,
    metavar="FACET=VALUE",
    help="department, sharing, class, item, update_cycle, grade, open, tag or element; may be repeated.",
)
@click.option(
    "--element", "asked", multiple=True, metavar="NAME", help="With this data element: code or name."
)
@click.option(
    "--code", "codes", multiple=True, metavar="CODE", help="With this resource code, or one beginning so."
)
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000))
@click.option("--rebuild", is_flag=True, help="Make the index anew from the ledger first.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def search(
    words: tuple[str, ...],
    facets: tuple[str, ...],
    asked: tuple[str, ...],
    codes: tuple[str, ...],
    limit: int,
    rebuild: bool,
    as_json: bool,
) -> None:
    """Find published datasets whose title, names, department or fields contain every word.

    Words in quotes stay together. Without words, all datasets, to be narrowed by facets.
    """
    from catalog import search as index
    from catalog.home import Home
    from catalog.search.shown import facets_shown
    from catalog.store import open_store, reading, writing
    from policies.clocks import local_date

    engine = open_store(Home.find())
    narrowed = _narrowed(facets)
    if rebuild:
        with writing(engine) as connection:
            count = index.rebuild(connection)
        click.echo(f"{count:,} published datasets indexed", err=True)
    # The shell has taken the quotes off: what it left together stays together.
    parts = [f'"{word}"' if " " in word else word for word in words]
    parts += [*(f"element:{name}" for name in asked), *(f"code:{code}" for code in codes)]
    today = local_date(datetime.now(UTC))
    with reading(engine) as connection:
        found = index.find(connection, " ".join(parts), narrowed=narrowed, limit=limit, on=today)
        document = {
            "total": found.total,
            "facets": facets_shown(found),
            "hits": _hits(connection, found, today),
        }
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False))
        return
    from catalog import cli_tables

    cli_tables.print_found(document)


def _narrowed(facets: Sequence[str]) -> dict[str, list[str]]:
    from catalog.search.shown import narrowed_by

    for each in facets:
        if "=" not in each:
            raise click.UsageError(f"--facet {each}: write FACET=VALUE, e.g. sharing=conditional")
    return narrowed_by(facets)


def _hits(connection: Connection, found: Found, today: date) -> list[dict[str, Any]]:
    """The hits with their public figures: only of these are contracts and releases read."""
    from catalog import statistics
    from catalog.lineage.columns import known_inputs
    from catalog.revisions import current

    made = []
    for hit in found.hits:
        contracts = known_inputs(connection, current(connection, hit.name).contract)
        view = statistics.public_view_of(connection, hit.name, contracts, today).to_document()
        made.append({"code": hit.code, "title": hit.title, "score": hit.score, **view})
    return made
