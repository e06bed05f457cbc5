"""Commands of ``inventory`` on a month: its balance, and why things fall out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from catalog.inventory import cli_acts
from catalog.inventory.cli_acts import as_json, by_whom

if TYPE_CHECKING:
    from catalog.inventory.balance import Balance


@click.command()
@click.option("--period", default="", metavar="YYYY-MM", help="Month (default: the one that runs).")
@as_json
def balance(period: str, as_json: bool) -> None:
    """Balance a month: systems, tables, entries, live, shared, used; what fell out and why."""
    from catalog.inventory.balance import balance as balanced
    from catalog.inventory.periods import Period

    now = cli_acts.now()
    with cli_acts.reading() as connection:
        found = balanced(connection, period or Period.running(now).text, now)
    if as_json:
        cli_acts.print_json(found.to_document())
    else:
        _balance(found)


@click.command()
@click.argument("what", nargs=-1)
@click.option("--period", required=True, metavar="YYYY-MM", help="First month it holds for.")
@click.option("--until", default="", metavar="YYYY-MM", help="Last month (default: the first).")
@click.option("--stage", required=True, metavar="STEP", help="The step it falls out of.")
@click.option("--why", "code", default="", metavar="CODE", help="Everything that falls out for this cause.")
@click.option("--reason", required=True, metavar="TEXT", help="The explanation, one sentence.")
@by_whom
@as_json
def explain(
    what: tuple[str, ...], period: str, until: str, stage: str, code: str, reason: str, by: str,
    as_json: bool,
) -> None:  # fmt: skip
    """Explain why things fall out of a month's balance: WHAT by name, or all of a cause."""
    from catalog.inventory.balance import balance as balanced
    from catalog.inventory.errors import InventoryError
    from catalog.inventory.explaining import explain as explained

    if bool(what) == bool(code):
        raise click.UsageError("name what is explained, or a cause with --why")
    now = cli_acts.now()
    with cli_acts.writing() as connection:
        fallen = [f for f in balanced(connection, period, now).fallen_out if f.stage == stage]
        chosen = [f for f in fallen if f.what in what or f.code == code]
        unknown = [name for name in what if name not in {f.what for f in chosen}]
        if unknown:
            raise InventoryError(f"{unknown[0]} does not fall out of {stage} in {period}")
        count = explained(
            connection, chosen, period, reason=reason, by=cli_acts.who(by), now=now, until=until
        )
    done = {"explained": count, "stage": stage, "period": period, "until": until or period}
    cli_acts.told(done, f"{count} explained for {period}{f' to {until}' if until else ''}", as_json)


def _balance(found: Balance) -> None:
    click.echo(f"{found.period}: {'balanced' if found.balanced else 'NOT balanced'}")
    click.echo(f"{'step':10}{'came':>8}{'fell':>8}{'left':>8}")
    for step in found.steps:
        click.echo(f"{step.stage:10}{step.came:8,}{step.fell:8,}{step.left:8,}")
    counts: dict[tuple[str, str, bool], list[str]] = {}
    for each in found.fallen_out:
        counts.setdefault((each.stage, each.code, each.explained), []).append(each.what)
    for (stage, code, explained), names in counts.items():
        some = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        told = "explained" if explained else "UNEXPLAINED"
        click.echo(f"{stage:10}{code}: {len(names)} {told} — {some}")
