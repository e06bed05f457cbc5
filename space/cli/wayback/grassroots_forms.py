"""Commands of forms made from a ledger, and of its local items as a dataset."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from space.cli.refusal import refusals
from space.cli.wayback.options import acting, actor, as_json, body_option, open_installation, print_json

if TYPE_CHECKING:
    from space.wayback.grassroots.views import Line, View

period_option = click.option("--period", required=True, metavar="PERIOD", help="E.g. 2026-11, 2026-Q4.")


@click.command()
@click.argument("code")
@body_option
@period_option
@click.option("--all", "whole", is_flag=True, help="Every line, not only what differs.")
@as_json
def form(code: str, body: str, period: str, whole: bool, as_json: bool) -> None:
    """Form CODE made from the ledger, with what differs from the period before."""
    from catalog.store import reading
    from space.wayback.grassroots.confirming import made

    _home, engine, now = open_installation()
    with refusals(as_json), reading(engine) as connection:
        found = made(connection, body, code, period, now)
    lines = found.view.lines if whole else found.view.differences
    if as_json:
        print_json(
            {**_counts(found.view), "lacking": list(found.lacking), "lines": [asdict(one) for one in lines]}
        )
        return
    for line in lines:
        click.echo(f"{line.change:8} {line.record}  {line.identifier:20} {_differs(line, found.view)}")
    view = found.view
    said = ", ".join(f"{view.count(c)} {c}" for c in ("same", "added", "changed", "removed"))
    click.echo(f"{len(view.standing)} lines for {period}: {said} since {view.before}")
    for name in found.lacking:
        click.echo(f"lacking: {name} — keep it as a local item, or subscribe to its source", err=True)


@click.command("confirm-form")
@click.argument("code")
@body_option
@period_option
@actor
@as_json
def confirm_form(code: str, body: str, period: str, by: str, as_json: bool) -> None:
    """Confirm form CODE as it is made; its issuer may then pull it."""
    from space.wayback.grassroots.confirming import confirm

    home, engine, now = open_installation()
    with refusals(as_json):
        done = confirm(home, engine, body, code, period, by=acting(by), now=now)
    if as_json:
        print_json(asdict(done) | {"confirmed_at": done.confirmed_at.isoformat()})
        return
    click.echo(f"{done.id}: {done.rows} lines, {done.cells} cells nobody typed")


@click.command()
@click.argument("code")
@body_option
@period_option
@click.option("--department", required=True, metavar="CODE", help="That issues the form.")
@actor
@as_json
def pull(code: str, body: str, period: str, department: str, by: str, as_json: bool) -> None:
    """Pull the confirmed form CODE of a body, for the department that issues it."""
    from space.wayback.grassroots.confirming import pull as take

    home, engine, now = open_installation()
    with refusals(as_json):
        view = take(home, engine, department, body, code, period, by=acting(by), now=now)
    if as_json:
        print_json({**_counts(view), "lines": [asdict(one) for one in view.standing]})
        return
    for line in view.standing:
        values = "  ".join(cell.value or "—" for cell in line.cells)
        click.echo(f"{line.identifier:20} {values}")
    click.echo(f"{len(view.standing)} lines")


@click.command()
@body_option
@click.option("--kind", default="person", show_default=True, help="person, household, house or shop.")
@click.option("--assessment", default="", metavar="NUMBER", help="Reference of the impact assessment.")
@actor
@as_json
def register(body: str, kind: str, assessment: str, by: str, as_json: bool) -> None:
    """Enter the local items of a kind of record as a dataset, the body being its source department."""
    from space.wayback.grassroots.registering import register as enter

    home, engine, now = open_installation()
    with refusals(as_json):
        done = enter(home, engine, body, kind, by=acting(by), now=now, assessment=assessment)
    if as_json:
        print_json(asdict(done) | {"contract": str(done.contract)})
        return
    click.echo(f"{done.dataset}: {done.rows} rows, {done.state}; `ybz build` releases it")
    for point in done.open_points:
        click.echo(f"  open: {point}")


def _counts(view: View) -> dict[str, Any]:
    return {
        "body": view.body,
        "period": view.period,
        "before": view.before,
        "items": [item.name for item in view.items],
        **{change: view.count(change) for change in ("same", "added", "changed", "removed")},
    }


def _differs(line: Line, view: View) -> str:
    """What a changed line held before and holds now; of the others nothing."""
    if line.change != "changed":
        return ""
    pairs = zip(view.items, line.cells, strict=True)
    return "; ".join(
        f"{i.title}: {c.before or '—'} → {c.value or '—'}" for i, c in pairs if c.value != c.before
    )
