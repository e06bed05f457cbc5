"""``ybz lineage``: where the columns of a dataset come from and what is made from them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from catalog.lineage.graph import Direction


@click.command()
@click.argument("name", metavar="NAME[.FIELD]")
@click.option("--up", is_flag=True, help="What it is computed from, through every generation.")
@click.option("--down", is_flag=True, help="What is computed from it.")
@click.option("--depth", type=click.IntRange(1, 100), help="Most generations.")
@click.option(
    "--format", "form", type=click.Choice(["text", "mermaid", "json"]), default="text", show_default=True
)
@click.option(
    "--limit", default=200, show_default=True, type=click.IntRange(1, 10_000), help="Most columns shown."
)
@click.option("--offset", default=0, type=click.IntRange(0), help="Columns passed over, with --format json.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def lineage(
    name: str,
    up: bool,
    down: bool,
    depth: int | None,
    form: str,
    limit: int,
    offset: int,
    as_json: bool,
) -> None:
    """Show where the columns of a dataset come from, and what is made from it.

    A dataset alone is shown column by column; a column, a direction or a format is shown as far as the
    ledger goes.
    """
    from catalog.home import Home
    from catalog.store import open_store, reading

    directions: list[Direction] = [d for d, on in (("up", up), ("down", down)) if on]  # type: ignore[misc]
    plain = not (directions or depth or form != "text" or name.count(".") > 1)
    form = "json" if as_json else form
    with reading(open_store(Home.find())) as connection:
        if plain:
            _show_dataset(connection, name, form)
        else:
            _show_walk(connection, name, directions or ["up", "down"], (depth, limit, offset), form)


def _show_dataset(connection: Connection, name: str, form: str) -> None:
    from catalog import cli_tables, ledger_view

    document = ledger_view.lineage_of(connection, name)
    if form == "json":
        click.echo(json.dumps(document, ensure_ascii=False))
        return
    cli_tables.print_lineage(document)


def _show_walk(
    connection: Connection,
    name: str,
    directions: list[Direction],
    extent: tuple[int | None, int, int],
    form: str,
) -> None:
    from catalog.lineage import view as lineage_view

    depth, limit, offset = extent
    start = lineage_view.start_of(connection, name)
    walks: list[Any] = [
        lineage_view.walked(connection, start, direction, depth=depth, limit=limit, offset=offset)
        for direction in directions
    ]
    if form == "json":
        click.echo(json.dumps(lineage_view.as_document(start, walks, offset), ensure_ascii=False))
    elif form == "mermaid":
        click.echo("\n".join(lineage_view.mermaid(start, walks)))
    else:
        click.echo("\n".join(line for walk in walks for line in lineage_view.tree(start, walk)))
