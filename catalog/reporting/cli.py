"""Commands ``figures`` and ``report``."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Final

import click

from catalog.reporting.cli_report import report

__all__ = ["figures", "report"]

# Rows of a drill-down on the terminal; `--json` gives all.
_SHOWN: Final = 40


@click.command("figures")
@click.argument("name", metavar="[ID]", required=False, default="")
@click.option("--area", default="", metavar="AREA", help="Only figures of an area, e.g. inventory.")
@click.option("--period", default="", metavar="YYYY-MM", help="Month (default: the one that runs).")
@click.option("--rows", is_flag=True, help="The rows behind the figure.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def figures(name: str, area: str, period: str, rows: bool, as_json: bool) -> None:
    """Figures of the ledger, each with its definition, as-of time and the rows behind it."""
    from catalog.home import Home
    from catalog.inventory.periods import Period
    from catalog.reporting import figures as counted
    from catalog.store import open_store, reading

    if rows and not name:
        raise click.UsageError("name the figure whose rows are wanted")
    now = datetime.now(UTC)
    with reading(open_store(Home.find())) as connection:
        found = counted.figures(
            connection,
            period or Period.running(now).text,
            now,
            area=area,
            names=(name,) if name else (),
        )
    if as_json:
        documents = [each.to_document(rows=rows) for each in found]
        click.echo(json.dumps(documents[0] if name else documents, ensure_ascii=False))
        return
    at = found[0].as_of.isoformat(timespec="seconds")
    if not name:
        for each in found:
            click.echo(f"{each.area:14}{each.id:24}{each.title}  {each.text}")
        click.echo(f"{found[0].period} as of {at}; `ybz figures ID --rows` says what a figure counts")
        return
    (one,) = found
    click.echo(f"{one.title} ({one.title_en}): {one.text}")
    click.echo(f"{one.definition} ({one.definition_en})")
    if one.numerator:
        click.echo(f"= {one.numerator} / {one.denominator}")
    click.echo(f"{one.period} as of {at}; {one.source}")
    if not rows:
        click.echo(f"{len(one.rows)} rows behind it: `ybz figures {one.id} --rows`")
        return
    for row in one.rows[:_SHOWN]:
        click.echo("  ".join(f"{key} {value}" for key, value in row.items() if value not in ("", None)))
    if len(one.rows) > _SHOWN:
        click.echo(f"… and {len(one.rows) - _SHOWN:,} more (--json gives all)")
