"""Commands ``inventory`` and ``lists``.

Whoever runs them holds the installation. ``inventory`` acts for the department whose tables they are;
exclusions name who approved them.
"""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from catalog.inventory.cli_lists import lists

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from catalog.inventory.balance import Balance

__all__ = ["inventory", "lists"]

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
by_whom = click.option("--by", default="", metavar="NAME", help="Who does it (default: the user logged in).")
_STATES: Final = ("catalogued", "excluded", "open")
# Lines of a long answer on the terminal; `--json` gives all.
_SHOWN: Final = 40


@click.group("inventory")
def inventory() -> None:
    """Systems and tables the ledger must account for (应编尽编)."""


@inventory.command()
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path), metavar="OUT.xlsx")
def template(out: Path) -> None:
    """Write the empty workbook departments list their systems and tables in."""
    from catalog.inventory.workbook import template as written
    from policies.clocks import local_date

    if out.suffix.lower() != ".xlsx":
        raise click.BadParameter("name a file that ends in .xlsx", param_hint="OUT.xlsx")
    written(out, local_date(_now()))
    click.echo(f"{out}: fill it in, then `ybz inventory import {out}`")


@inventory.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE.xlsx|csv")
@click.option("--complete", is_flag=True, help="The file lists every table of its systems: others are gone.")
@by_whom
@as_json
def import_(file: Path, complete: bool, by: str, as_json: bool) -> None:
    """Take a workbook of systems and tables; faulty cells are marked in a copy, and nothing is taken."""
    from catalog.inventory.importing import import_workbook, marked_copy
    from catalog.inventory.workbook import read
    from catalog.workbook.reading import WorkbookFaulty

    given = read(file)
    try:
        with _writing() as connection:
            done = import_workbook(connection, given, by=_who(by), now=_now(), complete=complete)
    except WorkbookFaulty as error:
        copy = file.with_name(f"{file.stem}.errors.xlsx")
        marked = marked_copy(given, error.faults, copy)
        if as_json:
            told = [
                {"sheet": f.sheet, "cell": f.cell, "what": f.what, "remedy": f.remedy} for f in error.faults
            ]
            _print({"ok": False, "faults": told, "marked": str(copy)})
        else:
            click.echo("\n".join(map(str, error.faults)), err=True)
        told_so = f"{file}: {marked} faults to correct, nothing was taken; they are marked in {copy}"
        click.echo(told_so, err=True)
        sys.exit(1)
    if as_json:
        _print(done.to_document())
        return
    for taken in done.systems:
        click.echo(_taken(taken.to_document()))
    click.echo(f"{done.confirmed} tables matched, {done.excluded} excluded")


@inventory.command()
@click.argument("url", metavar="URL|FILE")
@click.option("--system", required=True, metavar="NAME", help="Whose tables these are.")
@click.option("--department", default="", metavar="NAME", help="Of a system that is new.")
@click.option("--code", default="", metavar="USCC", help="Of that department.")
@click.option("--views", is_flag=True, help="List views, too.")
@by_whom
@as_json
def scan(url: str, system: str, department: str, code: str, views: bool, by: str, as_json: bool) -> None:
    """List a database read-only: names, types, comments and counts, never a row.

    Keep passwords out of the command line: ${NAME} in the URL is taken from the environment.
    """
    from catalog.inventory.connector import scan as scanned
    from catalog.inventory.listing import Listing
    from catalog.inventory.matching import match as matched
    from catalog.inventory.systems import department_of
    from catalog.inventory.taking import take
    from policies.clocks import local_date
    from policies.rulebook import rule

    now = _now()
    with _reading() as connection:
        owner = department_of(connection, system, department)
    limit = float(rule("completeness", "count_timeout_s", local_date(now)).value)
    found = scanned(url, count_timeout_s=limit, views=views)
    listing = Listing(system, owner, code, found.tables, True, "scan", address=found.address)
    with _writing() as connection:
        taken = take(connection, listing, by=_who(by), now=now)
        matches = matched(connection, by=_who(by), now=now)
    certain = sum(m.certain for m in matches)
    if as_json:
        new = {"matched": certain, "proposed": len(matches) - certain}
        _print(taken.to_document() | {"address": found.address} | new)
        return
    click.echo(_taken(taken.to_document()))
    for name, change in taken.changed.items():
        told = "; ".join(f"{what} {', '.join(names)}" for what, names in change.items() if names)
        click.echo(f"  changed  {name}: {told or 'order of columns'}")
    for name in taken.gone:
        click.echo(f"  gone     {name}")
    click.echo(f"{certain} tables matched with certainty, {len(matches) - certain} proposals to confirm")


@inventory.command("list")
@click.option("--system", default="", metavar="NAME", help="Only of this system.")
@click.option("--department", default="", metavar="NAME|CODE", help="Only of this department.")
@click.option("--state", type=click.Choice(_STATES), help="Only tables accounted for in this way.")
@as_json
def list_(system: str, department: str, state: str | None, as_json: bool) -> None:
    """List tables and how each is accounted for."""
    _list(system, department, state, as_json)


@inventory.command("open")
@click.option("--department", default="", metavar="NAME|CODE", help="Only of this department.")
@as_json
def open_(department: str, as_json: bool) -> None:
    """List tables that are neither catalogued nor excluded (目录之外)."""
    _list("", department, "open", as_json)


@inventory.command()
@by_whom
@as_json
def match(by: str, as_json: bool) -> None:
    """Look for the entries of open tables: certain ones hold, likely ones are proposed."""
    from catalog.inventory.matching import match as matched

    with _writing() as connection:
        found = matched(connection, by=_who(by), now=_now())
    if as_json:
        _print([m.to_document() for m in found])
        return
    for m in found[:_SHOWN]:
        kind = "matched " if m.certain else f"proposed {m.score:3}"
        click.echo(f"{kind}  {m.table} → {m.dataset}  ({m.why})")
    _more(len(found))
    if not found:
        click.echo("nothing new: `ybz inventory open` lists what no entry looks like")


@inventory.command()
@click.argument("table", metavar="SYSTEM/TABLE")
@click.argument("entry", metavar="NAME|CODE")
@by_whom
def confirm(table: str, entry: str, by: str) -> None:
    """Say that a table stands behind an entry."""
    from catalog.inventory.accounting import confirm as confirmed

    with _writing() as connection:
        confirmed(connection, table, entry, by=_who(by), now=_now())
    click.echo(f"{table} stands behind {entry}")


@inventory.command()
@click.argument("table", metavar="SYSTEM/TABLE")
@click.argument("entry", metavar="NAME|CODE")
@by_whom
def reject(table: str, entry: str, by: str) -> None:
    """Say that a table does not stand behind an entry; it is not proposed again."""
    from catalog.inventory.accounting import reject as rejected

    with _writing() as connection:
        rejected(connection, table, entry, by=_who(by), now=_now())
    click.echo(f"{table} does not stand behind {entry}")


@inventory.command()
@click.argument("table", metavar="SYSTEM/TABLE")
@click.option("--reason", required=True, metavar="CODE", help="Of the controlled list.")
@click.option("--words", required=True, metavar="TEXT", help="Why, one sentence.")
@click.option("--approved-by", required=True, metavar="NAME", help="Another person.")
@click.option("--basis", default="", metavar="TEXT", help="The law, where the reason needs one.")
@click.option("--review-on", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Last day it holds.")
@by_whom
def exclude(
    table: str, reason: str, words: str, approved_by: str, basis: str, review_on: datetime | None, by: str
) -> None:
    """Leave a table out of the catalogue, for a reason of the controlled list."""
    from catalog.inventory.excluding import exclude as excluded

    day = None if review_on is None else review_on.date()
    with _writing() as connection:
        excluded(
            connection, table, reason=reason, words=words, approved_by=approved_by, by=_who(by), now=_now(),
            basis=basis, review_on=day,
        )  # fmt: skip
    click.echo(f"{table} is excluded as {reason}, approved by {approved_by}")


@inventory.command()
@click.argument("table", metavar="SYSTEM/TABLE")
@click.option("--reason", required=True, metavar="TEXT", help="Why the exclusion ends.")
@by_whom
def include(table: str, reason: str, by: str) -> None:
    """End the exclusion of a table: it is open again."""
    from catalog.inventory.excluding import include as included

    with _writing() as connection:
        included(connection, table, reason=reason, by=_who(by), now=_now())
    click.echo(f"{table} is open")


@inventory.command()
@click.argument("entry", metavar="NAME|CODE")
@click.option("--words", required=True, metavar="TEXT", help="Where its data comes from.")
@by_whom
def external(entry: str, words: str, by: str) -> None:
    """Declare that an entry's data comes from outside the surveyed systems."""
    from catalog.inventory.accounting import declare_external

    with _writing() as connection:
        declare_external(connection, entry, words=words, by=_who(by), now=_now())
    click.echo(f"{entry} has an external source")


@inventory.command()
@click.option("--period", default="", metavar="YYYY-MM", help="Month (default: the one that runs).")
@as_json
def balance(period: str, as_json: bool) -> None:
    """Balance a month: systems, tables, entries, live, shared, used; what fell out and why."""
    from catalog.inventory.balance import balance as balanced
    from catalog.inventory.periods import Period

    now = _now()
    with _reading() as connection:
        found = balanced(connection, period or Period.running(now).text, now)
    if as_json:
        _print(found.to_document())
    else:
        _balance(found)


@inventory.command()
@click.argument("what", nargs=-1)
@click.option("--period", required=True, metavar="YYYY-MM", help="First month it holds for.")
@click.option("--until", default="", metavar="YYYY-MM", help="Last month (default: the first).")
@click.option("--stage", required=True, metavar="STEP", help="The step it falls out of.")
@click.option("--why", "code", default="", metavar="CODE", help="Everything that falls out for this cause.")
@click.option("--reason", required=True, metavar="TEXT", help="The explanation, one sentence.")
@by_whom
def explain(
    what: tuple[str, ...], period: str, until: str, stage: str, code: str, reason: str, by: str
) -> None:
    """Explain why things fall out of a month's balance: WHAT by name, or all of a cause."""
    from catalog.inventory.balance import balance as balanced
    from catalog.inventory.errors import InventoryError
    from catalog.inventory.explaining import explain as explained

    if bool(what) == bool(code):
        raise click.UsageError("name what is explained, or a cause with --why")
    now = _now()
    with _writing() as connection:
        fallen = [f for f in balanced(connection, period, now).fallen_out if f.stage == stage]
        chosen = [f for f in fallen if f.what in what or f.code == code]
        unknown = [name for name in what if name not in {f.what for f in chosen}]
        if unknown:
            raise InventoryError(f"{unknown[0]} does not fall out of {stage} in {period}")
        count = explained(connection, chosen, period, reason=reason, by=_who(by), now=now, until=until)
    click.echo(f"{count} explained for {period}{f' to {until}' if until else ''}")


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


def _list(system: str, department: str, state: str | None, as_json: bool) -> None:
    from catalog.inventory.accounting import accounted
    from policies.clocks import local_date

    with _reading() as connection:
        found = accounted(connection, local_date(_now()), department=department)
    found = tuple(
        t for t in found if (not system or t.system == system) and (state is None or t.state == state)
    )
    if as_json:
        _print([table.to_document() for table in found])
        return
    for table in found[:_SHOWN]:
        rows = "rows unknown" if table.rows is None else f"{table.rows:,} rows"
        told = {
            "catalogued": f"→ {', '.join(table.datasets)}",
            "excluded": f"{table.reason}: {table.words}",
            "open": f"proposed: {', '.join(table.proposed)}" if table.proposed else "",
        }[table.state]
        click.echo(f"{table.state:10}  {table.label}  {table.comment}  {rows}  {told}".rstrip())
    _more(len(found))
    states = {s: sum(t.state == s for t in found) for s in _STATES}
    click.echo(f"{len(found):,} tables: " + ", ".join(f"{n:,} {s}" for s, n in states.items()))


def _taken(taken: dict[str, Any]) -> str:
    counts = ", ".join(f"{len(taken[k])} {k}" for k in ("new", "gone", "back", "changed"))
    again = f", {len(taken['refilled'])} no longer empty" if taken["refilled"] else ""
    return f"{taken['system']}: {taken['tables']} tables, {counts}{again}"


def _more(count: int) -> None:
    if count > _SHOWN:
        click.echo(f"… and {count - _SHOWN:,} more (--json gives all)")


@contextmanager
def _writing() -> Iterator[Connection]:
    from catalog.home import Home
    from catalog.store import open_store, writing

    with writing(open_store(Home.find())) as connection:
        yield connection


@contextmanager
def _reading() -> Iterator[Connection]:
    from catalog.home import Home
    from catalog.store import open_store, reading

    with reading(open_store(Home.find())) as connection:
        yield connection


def _who(by: str) -> str:
    return by or getpass.getuser()


def _now() -> datetime:
    return datetime.now(UTC)


def _print(document: Any) -> None:
    click.echo(json.dumps(document, ensure_ascii=False))
