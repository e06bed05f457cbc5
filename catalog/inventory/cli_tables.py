"""Commands of ``inventory`` on single tables: listed, matched with entries, excluded, declared external.

They act for the department whose tables they are; exclusions name who approved them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import click

from catalog.inventory import cli_acts
from catalog.inventory.cli_acts import as_json, by_whom

_STATES: Final = ("catalogued", "excluded", "open")


@click.command("list")
@click.option("--system", default="", metavar="NAME", help="Only of this system.")
@click.option("--department", default="", metavar="NAME|CODE", help="Only of this department.")
@click.option("--state", type=click.Choice(_STATES), help="Only tables accounted for in this way.")
@as_json
def list_(system: str, department: str, state: str | None, as_json: bool) -> None:
    """List tables and how each is accounted for."""
    _list(system, department, state, as_json)


@click.command("open")
@click.option("--department", default="", metavar="NAME|CODE", help="Only of this department.")
@as_json
def open_(department: str, as_json: bool) -> None:
    """List tables that are neither catalogued nor excluded (目录之外)."""
    _list("", department, "open", as_json)


@click.command()
@by_whom
@as_json
def match(by: str, as_json: bool) -> None:
    """Look for the entries of open tables: certain ones hold, likely ones are proposed."""
    from catalog.inventory.matching import match as matched

    with cli_acts.writing() as connection:
        found = matched(connection, by=cli_acts.who(by), now=cli_acts.now())
    if as_json:
        cli_acts.print_json([m.to_document() for m in found])
        return
    for m in found[: cli_acts.SHOWN]:
        kind = "matched " if m.certain else f"proposed {m.score:3}"
        click.echo(f"{kind}  {m.table} → {m.dataset}  ({m.why})")
    cli_acts.more(len(found))
    if not found:
        click.echo("nothing new: `ybz inventory open` lists what no entry looks like")


@click.command()
@click.argument("table", metavar="SYSTEM/TABLE")
@click.argument("entry", metavar="NAME|CODE")
@by_whom
@as_json
def confirm(table: str, entry: str, by: str, as_json: bool) -> None:
    """Say that a table stands behind an entry."""
    from catalog.inventory.accounting import confirm as confirmed

    with cli_acts.writing() as connection:
        confirmed(connection, table, entry, by=cli_acts.who(by), now=cli_acts.now())
    done = {"table": table, "entry": entry, "state": "confirmed"}
    cli_acts.told(done, f"{table} stands behind {entry}", as_json)


@click.command()
@click.argument("table", metavar="SYSTEM/TABLE")
@click.argument("entry", metavar="NAME|CODE")
@by_whom
@as_json
def reject(table: str, entry: str, by: str, as_json: bool) -> None:
    """Say that a table does not stand behind an entry; it is not proposed again."""
    from catalog.inventory.accounting import reject as rejected

    with cli_acts.writing() as connection:
        rejected(connection, table, entry, by=cli_acts.who(by), now=cli_acts.now())
    done = {"table": table, "entry": entry, "state": "rejected"}
    cli_acts.told(done, f"{table} does not stand behind {entry}", as_json)


@click.command()
@click.argument("table", metavar="SYSTEM/TABLE")
@click.option("--reason", required=True, metavar="CODE", help="Of the controlled list.")
@click.option("--words", required=True, metavar="TEXT", help="Why, one sentence.")
@click.option("--approved-by", required=True, metavar="NAME", help="Another person.")
@click.option("--basis", default="", metavar="TEXT", help="The law, where the reason needs one.")
@click.option("--review-on", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Last day it holds.")
@by_whom
@as_json
def exclude(
    table: str, reason: str, words: str, approved_by: str, basis: str, review_on: datetime | None, by: str,
    as_json: bool,
) -> None:  # fmt: skip
    """Leave a table out of the catalogue, for a reason of the controlled list."""
    from catalog.inventory.excluding import exclude as excluded

    day = None if review_on is None else review_on.date()
    with cli_acts.writing() as connection:
        made = excluded(
            connection, table, reason=reason, words=words, approved_by=approved_by, by=cli_acts.who(by),
            now=cli_acts.now(), basis=basis, review_on=day,
        )  # fmt: skip
    done = {
        "id": made, "table": table, "state": "excluded", "reason": reason, "approved_by": approved_by,
        "review_on": None if day is None else day.isoformat(),
    }  # fmt: skip
    cli_acts.told(done, f"{table} is excluded as {reason}, approved by {approved_by}", as_json)


@click.command()
@click.argument("table", metavar="SYSTEM/TABLE")
@click.option("--reason", required=True, metavar="TEXT", help="Why the exclusion ends.")
@by_whom
@as_json
def include(table: str, reason: str, by: str, as_json: bool) -> None:
    """End the exclusion of a table: it is open again."""
    from catalog.inventory.excluding import include as included

    with cli_acts.writing() as connection:
        included(connection, table, reason=reason, by=cli_acts.who(by), now=cli_acts.now())
    cli_acts.told({"table": table, "state": "open"}, f"{table} is open", as_json)


@click.command()
@click.argument("entry", metavar="NAME|CODE")
@click.option("--words", required=True, metavar="TEXT", help="Where its data comes from.")
@by_whom
@as_json
def external(entry: str, words: str, by: str, as_json: bool) -> None:
    """Declare that an entry's data comes from outside the surveyed systems."""
    from catalog.inventory.external import declare_external

    with cli_acts.writing() as connection:
        declare_external(connection, entry, words=words, by=cli_acts.who(by), now=cli_acts.now())
    cli_acts.told({"entry": entry, "source": words}, f"{entry} has an external source", as_json)


def _list(system: str, department: str, state: str | None, as_json: bool) -> None:
    from catalog.inventory.asked import Asked, counts, listing
    from catalog.store.parts import Part
    from policies.clocks import local_date

    asked = Asked(local_date(cli_acts.now()), system, department, state)
    with cli_acts.reading() as connection:
        found = listing(connection, asked, None if as_json else Part(None, cli_acts.SHOWN))
        states = counts(connection, asked)
    if as_json:
        cli_acts.print_json([table.to_document() for table in found])
        return
    for table in found[: cli_acts.SHOWN]:
        rows = "rows unknown" if table.rows is None else f"{table.rows:,} rows"
        told = {
            "catalogued": f"→ {', '.join(table.datasets)}",
            "excluded": f"{table.reason}: {table.words}",
            "open": f"proposed: {', '.join(table.proposed)}" if table.proposed else "",
        }[table.state]
        click.echo(f"{table.state:10}  {table.label}  {table.comment}  {rows}  {told}".rstrip())
    many = sum(states.values())
    cli_acts.more(many)
    click.echo(f"{many:,} tables: " + ", ".join(f"{n:,} {s}" for s, n in states.items()))
