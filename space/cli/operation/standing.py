"""Commands ``ybz standing new list show run end``: queries asked again on every release."""

from __future__ import annotations

import click

from space.cli.refusal import refuse
from space.cli.wayback.options import acting, actor, as_json, open_installation, print_json


@click.group()
def standing() -> None:
    """Queries asked again on every release, with a yearly budget plan."""


@standing.command()
@click.argument("sql")
@click.option("--grant", "grant_id", required=True, metavar="ID", help="The grant it is asked under.")
@click.option("--purpose", required=True, metavar="CODE", help="What it is asked for; the grant's.")
@click.option("--runs", required=True, type=int, metavar="N", help="Most releases of this year it runs on.")
@actor
@as_json
def new(sql: str, grant_id: str, purpose: str, runs: int, by: str, as_json: bool) -> None:
    """Register the SELECT statement SQL; nothing is run, a private plan keeps its whole budget."""
    from policies.decision import Deny
    from space.calls.standing import register
    from space.cli.operation.queries import _Wired

    with _Wired() as wired:
        caller, question = wired.question(grant_id, purpose, sql, None)
        made = register(wired.gateway, caller, question, runs=runs, by=acting(by))
    if isinstance(made, Deny):
        refuse(made, as_json=as_json)
    if as_json:
        print_json(made.to_document())
        return
    rho = f", rho {made.nrho_per_run / 1e9:g} each" if made.nrho_per_run else ""
    click.echo(f"{made.id}: {made.mode}, {made.runs_limit} runs until {made.last_day}{rho}")


@standing.command("list")
@click.option("--grant", "grant_id", default=None, metavar="ID", help="Of this grant only.")
@as_json
def list_(grant_id: str | None, as_json: bool) -> None:
    """Every standing query with what is left of its plan."""
    from catalog.store import reading
    from space.calls.standing import all_standing

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        found = all_standing(connection, grant_id)
    if as_json:
        print_json([each.to_document() for each in found])
        return
    for each in found:
        used = f"{each.runs_used} of {each.runs_limit} runs used"
        click.echo(f"{each.id}  {each.state}  {each.mode}  {used}, until {each.last_day}")


@standing.command()
@click.argument("standing_id", metavar="ID")
@as_json
def show(standing_id: str, as_json: bool) -> None:
    """The standing query ID, its plan and its runs."""
    from catalog.store import reading
    from space.calls.standing import by_id
    from space.calls.standing_runs import runs_of

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        found, runs = by_id(connection, standing_id), runs_of(connection, standing_id)
    if as_json:
        print_json(found.to_document() | {"runs": [each.to_document() for each in runs]})
        return
    click.echo(f"{found.id}  {found.state}  {found.mode}  grant {found.grant_id}")
    click.echo(f"  {' '.join(found.sql.split())}")
    click.echo(f"  {found.runs_used} of {found.runs_limit} runs used, until {found.last_day}")
    for each in runs:
        click.echo(f"  run {each.number}  {each.outcome}  {each.receipt_id or each.reason or ''}")


@standing.command()
@click.argument("standing_id", metavar="ID")
@as_json
def run(standing_id: str, as_json: bool) -> None:
    """Run ID on the releases its grant sees now; once on each."""
    from policies.decision import Deny
    from space.calls.answers import rows
    from space.calls.standing_runs import run as run_standing
    from space.cli.operation.queries import _print_table, _Wired

    with _Wired() as wired:
        made = run_standing(wired.gateway, standing_id)
    if isinstance(made, Deny):
        refuse(made, as_json=as_json)
    if as_json:
        print_json({"outcome": "nothing_new"} if made is None else made.to_document())
    elif made is None:
        click.echo("nothing new: it ran on these releases already")
    elif made.answer is not None:
        _print_table(made.answer.table.column_names, rows(made.answer.table))
        click.echo(f"run {made.number}; receipt {made.receipt_id}", err=True)


@standing.command()
@click.argument("standing_id", metavar="ID")
@actor
@as_json
def end(standing_id: str, by: str, as_json: bool) -> None:
    """End ID; the budget its plan kept is free again."""
    from catalog.store import writing
    from policies.decision import Deny
    from space.calls.standing import end as end_standing

    _home, engine, now = open_installation()
    with writing(engine) as connection:
        made = end_standing(connection, standing_id, by=acting(by), now=now)
    if isinstance(made, Deny):
        refuse(made, as_json=as_json)
    if as_json:
        print_json(made.to_document())
    else:
        click.echo(f"{made.id} ended; {made.runs_used} of {made.runs_limit} runs were used")
