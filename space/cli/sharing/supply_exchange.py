"""Commands ``ybz supply exchange`` and ``exchanges``: the exchange databases of departments."""

from __future__ import annotations

import click

from space.cli.refusal import refusals
from space.cli.wayback.options import acting, actor, as_json, open_installation, print_json


@click.command("exchange")
@click.argument("code")
@click.argument("name")
@click.option("--url", required=True, help="SQLAlchemy URL; write ${NAME} where its password stands.")
@click.option("--schema", "place", default="", help="Schema of its tables (default: the URL's own).")
@actor
@as_json
def add_exchange(code: str, name: str, url: str, place: str, by: str, as_json: bool) -> None:
    """Enter the exchange database NAME of the organisation CODE."""
    from catalog.store import writing
    from space.supply.databases import register

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        found = register(connection, code, name, url, place=place, by=acting(by), now=now)
    if as_json:
        print_json(found.to_document())
    else:
        click.echo(f"{found.id}  {found.organisation}  {found.name}  {found.url}")


@click.command()
@click.option("--of", "code", default=None, metavar="CODE", help="Only this organisation's.")
@as_json
def exchanges(code: str | None, as_json: bool) -> None:
    """Exchange databases, by organisation and name."""
    from catalog.store import reading
    from space.supply.databases import listing

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        found = listing(connection, None if code is None else {code})
    if as_json:
        print_json([one.to_document() for one in found])
        return
    for one in found:
        click.echo(f"{one.id}  {one.organisation}  {one.name}  {one.url}")
