"""Commands of forms 一表通: ``ybz form``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from space.cli.options import (
    acting,
    actor,
    as_json,
    body_option,
    open_installation,
    pairs,
    print_json,
)

if TYPE_CHECKING:
    from space.wayback.forms.admission import Form


@click.group()
def form() -> None:
    """Forms on the admission list 报表准入清单: admit, list, prefill, submit."""


@form.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@actor
@as_json
def admit(file: Path, by: str, as_json: bool) -> None:
    """Put the form in FILE (YAML) on the admission list."""
    from space.wayback.forms.admission import admit as put_on_list
    from space.wayback.forms.admission import read

    _home, engine, now = open_installation()
    admitted = put_on_list(engine, read(file), by=acting(by), now=now)
    if as_json:
        print_json(_listed(admitted))
        return
    click.echo(f"{admitted.code} {admitted.title}: admitted until {admitted.valid_to}")


@form.command("list")
@as_json
def list_forms(as_json: bool) -> None:
    """Forms of the admission list."""
    from catalog.store import reading
    from space.wayback.forms.admission import listing

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        found = listing(connection)
    if as_json:
        print_json([_listed(one) for one in found])
        return
    for one in found:
        click.echo(f"{one.code:20} {one.title}  ({one.issuer}, {one.period}, until {one.valid_to})")


@form.command()
@click.argument("code")
@body_option
@click.option("--subject", prompt=True, help="Identifier of the person, household or enterprise.")
@as_json
def prefill(code: str, body: str, subject: str, as_json: bool) -> None:
    """The items of form CODE for one subject: value, source department, as-of date."""
    from space.wayback.forms.prefill import prefill as fill

    home, engine, now = open_installation()
    items = fill(home, engine, code, body, subject, now)
    if as_json:
        print_json([asdict(item) for item in items])
        return
    for item in items:
        source = f"{item.department}, as of {item.as_of}" if item.source_responsible else "to be filled"
        flag = "  (disputed)" if item.disputed else ""
        click.echo(f"{item.name:20} {item.title}: {item.value or '—'}  [{source}]{flag}")


@form.command()
@click.argument("code")
@body_option
@click.option("--subject", prompt=True, help="Identifier of the person, household or enterprise.")
@click.option("--period", required=True, metavar="PERIOD", help="E.g. 2026-09.")
@click.option("--set", "values", multiple=True, metavar="ITEM=VALUE", help="What differs; the rest is kept.")
@click.option("--reason", "reasons", multiple=True, metavar="ITEM=TEXT", help="Why it differs.")
@actor
@as_json
def submit(
    code: str,
    body: str,
    subject: str,
    period: str,
    values: tuple[str, ...],
    reasons: tuple[str, ...],
    by: str,
    as_json: bool,
) -> None:
    """Submit the differences of form CODE; those on prefilled items become challenges."""
    from space.wayback.forms.filling import Filled
    from space.wayback.forms.filling import submit as hand_in

    home, engine, now = open_installation()
    filled = Filled(code, period, body, subject, pairs(values), pairs(reasons))
    done = hand_in(home, engine, filled, by=acting(by), now=now)
    if as_json:
        print_json(asdict(done))
        return
    click.echo(f"{done.id}: {done.kept} kept, {done.corrected} corrected, {done.added} added")
    for challenge in done.challenges:
        click.echo(f"  challenge {challenge} sent to its source department")


def _listed(form: Form) -> dict[str, Any]:
    """A form of the admission list as JSON: days as text."""
    return asdict(form) | {"valid_from": form.valid_from.isoformat(), "valid_to": form.valid_to.isoformat()}
