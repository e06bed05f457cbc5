"""Command ``ybz workspace``: an operator's own tables, views and templates inside the space."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from space.cli.refusal import refusals
from space.cli.wayback.options import acting, actor, as_json, open_installation, print_json

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine

    from catalog.home import Home
    from catalog.keys import Keys

_Command = TypeVar("_Command", bound=Callable[..., Any])
_NAME = click.option("--name", required=True, metavar="NAME", help="SQL says workspace.NAME.")


def _under(command: _Command) -> _Command:
    return click.option("--grant", "grant_id", required=True, metavar="ID", help="Its grant.")(command)


@click.group()
def workspace() -> None:
    """An operator's own tables, views and templates inside the space."""


@workspace.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_under
@_NAME
@click.option("--key", required=True, metavar="COLUMN=KIND", help="Column that names the unit, its kind.")
@click.option("--category", "categories", multiple=True, metavar="COLUMN", help="Column to group by.")
@click.option("--measure", "measures", multiple=True, metavar="COL:MIN:MAX[:PLACES]", help="Bounded numbers.")
@actor
@as_json
def upload(
    file: Path,
    grant_id: str,
    name: str,
    key: str,
    categories: tuple[str, ...],
    measures: tuple[str, ...],
    by: str,
    as_json: bool,
) -> None:
    """Take FILE (CSV or Parquet) as workspace.NAME; identifiers become pseudonyms, other columns go."""
    from policies.clocks import local_date
    from policies.rulebook import rule
    from space.workspace import tables
    from space.workspace.form import read_form
    from space.workspace.reading import too_large

    home, engine, keys, now = _swept()
    with refusals(as_json):
        form = read_form(key, categories, measures)
        if file.stat().st_size > int(rule("workspace", "most_bytes", local_date(now)).value):
            raise too_large()
        brought = tables.Upload(grant_id, name, form, file.read_bytes(), parquet=True)
        told = tables.upload(engine, home, keys, brought, who=None, by=acting(by), now=now)
    _swept()  # what it replaced
    if as_json:
        print_json(told.to_document())
        return
    click.echo(f"workspace.{told.name}: {told.rows} rows of {told.units} units  ({told.id})")
    if told.invalid:
        click.echo(f"  left out: {told.invalid} rows without a valid identifier")
    if told.dropped:
        click.echo(f"  dropped, not stated: {', '.join(told.dropped)}")
    if not told.joinable:
        click.echo("  refused for joins: a unit stands in it more than once")


@workspace.command("list")
@_under
@click.option("--ended", is_flag=True, help="Also former versions and what was deleted.")
@as_json
def list_tables(grant_id: str, ended: bool, as_json: bool) -> None:
    """The tables of a grant; what is over is deleted first."""
    from catalog.store import reading
    from space.granting.grants import by_id
    from space.workspace.tables import document, tables

    _home, engine, _keys, _now = _swept()
    with reading(engine) as connection:
        by_id(connection, grant_id)
        found = [document(row) for row in tables(connection, grant_id, ended=ended)]
    if as_json:
        print_json(found)
        return
    for one in found:
        click.echo(_line(one))


@workspace.command()
@_under
@_NAME
@as_json
def show(grant_id: str, name: str, as_json: bool) -> None:
    """One table: what its columns are, how many rows; never a row."""
    from catalog.store import reading
    from space.workspace.tables import document, table

    _home, engine, _keys, _now = _swept()
    with reading(engine) as connection:
        found = document(table(connection, grant_id, name))
    if as_json:
        print_json(found)
        return
    click.echo(_line(found))
    form = found["form"]
    click.echo(f"  {form['key']}: identifier of a {form['kind']}")
    for category in form["categories"]:
        click.echo(f"  {category}: category")
    for measure, low, high, _places in form["measures"]:
        click.echo(f"  {measure}: measure, {low} to {high}")


@workspace.command()
@_under
@_NAME
@as_json
def delete(grant_id: str, name: str, as_json: bool) -> None:
    """Delete a table; the receipt of its deletion can be checked by `ybz verify`."""
    from catalog.store import reading, writing
    from space.workspace import tables

    _home, engine, _keys, now = _swept()
    with writing(engine) as connection:
        version = tables.delete(connection, grant_id, name, now)
    _swept()
    with reading(engine) as connection:
        rows = tables.tables(connection, grant_id, ended=True)
        found = next(tables.document(row) for row in rows if row.id == version)
    if as_json:
        print_json(found)
    else:
        click.echo(f"{found['name']}: deleted, receipt {found['deletion']['id']}")


@workspace.group()
def view() -> None:
    """SELECTs with a name, written out wherever a query of the grant names them."""


@view.command("save")
@click.argument("sql")
@_under
@click.option("--name", required=True, metavar="NAME", help="Queries say it in FROM.")
@actor
@as_json
def save_view(sql: str, grant_id: str, name: str, by: str, as_json: bool) -> None:
    """Save the SELECT statement SQL as a view, if it is answered under the grant."""
    _save("view", sql, grant_id, name, by, as_json)


@view.command("list")
@_under
@as_json
def list_views(grant_id: str, as_json: bool) -> None:
    """The views of a grant."""
    _list("view", grant_id, as_json)


@view.command("delete")
@_under
@click.option("--name", required=True, metavar="NAME", help="Of the view.")
@as_json
def delete_view(grant_id: str, name: str, as_json: bool) -> None:
    """End a view."""
    from catalog.store import writing
    from space.workspace import texts

    _home, engine, _keys, now = _swept()
    with writing(engine) as connection:
        texts.delete_view(connection, grant_id, name, now)
    if as_json:
        print_json({"name": name, "state": "ended"})
    else:
        click.echo(f"{name}: ended")


@workspace.group()
def template() -> None:
    """Queries by their digest, which terms or owners' rules can list."""


@template.command("save")
@click.argument("sql")
@_under
@click.option("--name", required=True, metavar="NAME", help="Of the template.")
@actor
@as_json
def save_template(sql: str, grant_id: str, name: str, by: str, as_json: bool) -> None:
    """Record the SELECT statement SQL and the digest by which `templates` of terms and rules list it."""
    _save("template", sql, grant_id, name, by, as_json)


@template.command("list")
@_under
@as_json
def list_templates(grant_id: str, as_json: bool) -> None:
    """The templates of a grant, with their digests."""
    _list("template", grant_id, as_json)


def _save(kind: str, sql: str, grant_id: str, name: str, by: str, as_json: bool) -> None:
    from catalog.store import writing
    from space.workspace import texts
    from space.workspace.admitting import usable

    home, engine, _keys, now = _swept()
    save = texts.save_view if kind == "view" else texts.save_template
    with refusals(as_json), writing(engine) as connection:
        grant = usable(connection, grant_id, None, now)
        saved = texts.document(save(connection, home, grant, name, sql, by=acting(by), now=now))
    if as_json:
        print_json(saved)
    else:
        click.echo(f"{name}  {saved['digest']}" if kind == "template" else f"{name}: saved")


def _list(kind: str, grant_id: str, as_json: bool) -> None:
    from catalog.store import reading
    from space.granting.grants import by_id
    from space.workspace import texts

    _home, engine, _keys, _now = _swept()
    with reading(engine) as connection:
        by_id(connection, grant_id)
        found = texts.texts(connection, grant_id, "view" if kind == "view" else "template")
        shown = [texts.document(row) for row in found]
    if as_json:
        print_json(shown)
        return
    for one in shown:
        click.echo("  ".join(str(one[each]) for each in ("name", "digest", "sql") if each in one))


def _line(one: dict[str, Any]) -> str:
    joins = "" if one["joinable"] else ", refused for joins"
    line = f"{one['name']}  {one['state']}  {one['rows']} rows of {one['units']} units{joins}  {one['id']}"
    proof = one.get("deletion")
    return line + (f"  {one['ended']}, receipt {proof['id']}" if proof else "")


def _swept() -> tuple[Home, Engine, Keys, datetime]:
    """The installation, once every table that is over is deleted."""
    from catalog import keys
    from space.workspace.ending import sweep

    home, engine, now = open_installation()
    held = keys.load(home)
    sweep(engine, home, held.signer, now)
    return home, engine, held, now
