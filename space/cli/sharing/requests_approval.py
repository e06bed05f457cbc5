"""Commands of who answers requests: ``ybz request chain``, ``delegate``, ``undelegate``, ``delegations``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from space.cli.refusal import refusals
from space.cli.wayback.options import acting, actor, as_json, document, open_installation, print_json

if TYPE_CHECKING:
    from sqlalchemy import Row

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def chain() -> None:
    """Chains of approval 审批链 of datasets, as their owners state them."""


@chain.command("set")
@click.argument("dataset")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--at-once", is_flag=True, help="What is shared without condition is given at once.")
@click.option("--withdraw", is_flag=True, help="Take the statement for this sharing type and grade back.")
@click.option("--share", default="any", show_default=True, help="For items of this sharing type.")
@click.option("--from-grade", default=0, show_default=True, help="For datasets of this grade and above.")
@click.option("--from-day", type=_DAY, default=None, help="First day (default: today).")
@click.option("--basis", required=True, help="The rule of the house it rests on.")
@actor
@as_json
def set_chain(
    dataset: str,
    file: Path | None,
    at_once: bool,
    withdraw: bool,
    share: str,
    from_grade: int,
    from_day: datetime | None,
    basis: str,
    by: str,
    as_json: bool,
) -> None:
    """State who answers requests for DATASET.

    FILE holds `seats:`, a list of stages in their order: first, then any of second, region, authority, each
    {stage, code, name, persons}. Requests filed from the first day on take it.
    """
    from catalog.store import writing
    from policies.clocks import local_date
    from space.requesting import chains

    if (file is not None) + at_once + withdraw != 1:
        raise click.UsageError("give FILE, --at-once or --withdraw")
    if share not in chains.SHARES:
        raise click.UsageError(f"--share is one of {', '.join(chains.SHARES)}")
    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        seats = [] if file is None else document(file).get("seats")
        stated = chains.Stated(
            dataset,
            share,
            from_grade,
            None if withdraw else chains.read_seats(seats),
            basis,
            local_date(now) if from_day is None else from_day.date(),
        )
        chains.state(connection, stated, by=acting(by), now=now)
        rows = chains.statements(connection, dataset)
    _tell(rows, as_json)


@chain.command("show")
@click.argument("dataset", required=False)
@as_json
def show_chain(dataset: str | None, as_json: bool) -> None:
    """What owners stated, of DATASET or of all, the oldest first."""
    from catalog.store import reading
    from space.requesting import chains

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        rows = chains.statements(connection, dataset)
    _tell(rows, as_json)


@click.command()
@click.argument("organisation", metavar="CODE")
@click.argument("person")
@click.argument("to")
@click.option("--from-day", type=_DAY, default=None, help="First day (default: today).")
@click.option("--until", type=_DAY, required=True, help="Last day.")
@click.option("--reason", required=True, help="Why.")
@actor
@as_json
def delegate(
    organisation: str,
    person: str,
    to: str,
    from_day: datetime | None,
    until: datetime,
    reason: str,
    by: str,
    as_json: bool,
) -> None:
    """Let TO stand in for the approver PERSON of the organisation CODE 委托审批."""
    from catalog.store import writing
    from policies.clocks import local_date
    from space.requesting import chains

    _home, engine, now = open_installation()
    first = local_date(now) if from_day is None else from_day.date()
    with refusals(as_json), writing(engine) as connection:
        made = chains.delegate(
            connection, organisation, person, to, span=(first, until.date()), reason=reason, by=acting(by),
            now=now,
        )  # fmt: skip
    if as_json:
        print_json({"id": made, "person": person, "delegate": to, "until": until.date().isoformat()})
        return
    click.echo(f"{made}  {to} for {person} until {until:%Y-%m-%d}")


@click.command()
@click.argument("delegation", metavar="ID")
@actor
@as_json
def undelegate(delegation: str, by: str, as_json: bool) -> None:
    """Take the delegation ID back from today on."""
    from catalog.store import writing
    from space.requesting import chains

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        chains.undelegate(connection, delegation, by=acting(by), now=now)
    if as_json:
        print_json({"id": delegation, "ended": True})
        return
    click.echo(f"{delegation} is taken back")


@click.command("delegations")
@as_json
def delegations(as_json: bool) -> None:
    """Every delegation, the oldest first."""
    from catalog.store import reading
    from space.requesting import chains

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        rows = [_plain(row) for row in chains.delegations(connection)]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        ended = f", taken back {row['ended_on']}" if row["ended_on"] else ""
        click.echo(
            f"{row['id']}  {row['organisation']}  {row['delegate']} for {row['person']}"
            f"  {row['first_on']}…{row['last_on']}{ended}"
        )


def _tell(rows: Sequence[Row[Any]], as_json: bool) -> None:
    plain = [_plain(row) for row in rows]
    if as_json:
        print_json(plain)
        return
    for row in plain:
        seats = "taken back" if row["seats"] is None else "at once" if not row["seats"] else ""
        if not seats:
            seats = " → ".join(
                f"{seat['stage']} {seat['name']} {'/'.join(seat['persons'])}".rstrip()
                for seat in row["seats"]
            )
        click.echo(
            f"{row['dataset']}  {row['share_type']}, grade {row['from_grade']} up, from {row['valid_from']}:"
            f" {seats}"
        )


def _plain(row: Row[Any]) -> dict[str, Any]:
    values = dict(row._mapping)
    return {key: value.isoformat() if hasattr(value, "isoformat") else value for key, value in values.items()}
