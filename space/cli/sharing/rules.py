"""Commands of what owners ask of everyone: ``ybz grant rules set``, ``withdraw``, ``show``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from space.cli.refusal import refusals
from space.cli.wayback.options import acting, actor, as_json, open_installation, print_json

if TYPE_CHECKING:
    from policies.protection import DatasetRules
    from space.granting.owner_rules import OwnerRules

_party = click.option(
    "--to", "party", default=None, metavar="CODE", help="Only for this organisation, instead of the rest."
)


@click.group()
def rules() -> None:
    """Rules of a dataset's owner 使用规则: set, withdraw, show."""


@rules.command("set")
@click.argument("dataset")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_party
@click.option(
    "--from-day", type=click.DateTime(["%Y-%m-%d"]), default=None, help="First day (default: today)."
)
@actor
@as_json
def set_rules(
    dataset: str, file: Path, party: str | None, from_day: date | None, by: str, as_json: bool
) -> None:
    """State what the owner of DATASET asks of its users: FILE (YAML or JSON).

    It may name columns {field: {visibility, aggregates, roles, functions, on_breach, mask, generalise}},
    unlisted, min_group, min_distinct {field: number}, small_groups, join {demand, partners, keys, types},
    analyses, templates, receivers and follow_on. It holds beside every grant, from the next call on.
    """
    from contracts.yaml_document import load
    from space.granting.proposals import read_rules

    try:
        document = load(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise click.ClickException(f"{file} is not YAML or JSON in UTF-8") from error
    stated = _state(dataset, read_rules(document), party, from_day, by, as_json)
    _tell(stated, as_json)


@rules.command()
@click.argument("dataset")
@_party
@actor
@as_json
def withdraw(dataset: str, party: str | None, by: str, as_json: bool) -> None:
    """Take back what was asked of users of DATASET; an exception gives way to what holds for everyone."""
    _tell(_state(dataset, None, party, None, by, as_json), as_json)


@rules.command()
@click.argument("dataset")
@as_json
def show(dataset: str, as_json: bool) -> None:
    """Every statement about DATASET, the oldest first, and whether its signature holds."""
    from catalog import keys
    from catalog.store import reading
    from space.granting.owner_rules import history, verify

    home, engine, _now = open_installation()
    with reading(engine) as connection:
        found = history(connection, dataset)
        ring = keys.ring_of(connection, keys.load(home).signer)
    for stated in found:
        verify(stated, ring)
    if as_json:
        print_json([stated.to_document() for stated in found])
        return
    if not found:
        click.echo(f"nothing is asked of users of {dataset} beside what each grant says")
    for stated in found:
        _tell(stated, as_json=False)


def _state(
    dataset: str,
    stated: DatasetRules | None,
    party: str | None,
    from_day: date | None,
    by: str,
    as_json: bool,
) -> OwnerRules:
    from datetime import datetime

    from catalog import keys
    from catalog.store import writing
    from space.granting.owner_rules import set_rules as state

    home, engine, now = open_installation()
    signer = keys.load(home).signer
    first = from_day.date() if isinstance(from_day, datetime) else from_day
    with refusals(as_json), writing(engine) as connection:
        return state(
            connection, signer, dataset, stated, by=acting(by), now=now, party=party, valid_from=first
        )


def _tell(told: OwnerRules, as_json: bool) -> None:
    if as_json:
        print_json(told.to_document())
        return
    whom = told.party or "everyone"
    click.echo(f"{told.id}  {told.dataset}  to {whom} from {told.valid_from}, set by {told.set_by}")
    if told.rules is None:
        click.echo("  taken back")
        return
    for line in asked_of(told.rules):
        click.echo(f"  {line}")


def asked_of(stated: DatasetRules) -> Iterator[str]:
    """What rules ask, a line each."""
    from policies.protection_form import to_document

    for key, value in to_document(stated).items():
        if key == "columns":
            for name, asked in value.items():
                yield f"{name}: {', '.join(f'{k} {_words(v)}' for k, v in asked.items()) or 'as declared'}"
        else:
            yield f"{key}: {_words(value)}"


def _words(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_words(one)}" for key, one in value.items())
    if isinstance(value, list):
        return " or ".join(map(str, value)) or "none"
    return str(value)
