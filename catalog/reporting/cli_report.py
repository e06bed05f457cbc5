"""Command ``report``: the monthly report is drafted, replied to, closed and shown."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from catalog.reporting.monthly import Report

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
by_whom = click.option("--by", default="", metavar="NAME", help="Who does it (default: the user logged in).")
of_period = click.option("--period", required=True, metavar="YYYY-MM", help="Month.")


@click.group("report")
def report() -> None:
    """The monthly report of departments (月报), on two pages."""


@report.command()
@of_period
@by_whom
@as_json
def draft(period: str, by: str, as_json: bool) -> None:
    """Draft the report of a month, as the data authority; departments may reply to it."""
    from catalog.reporting import monthly

    with _writing() as connection:
        made = monthly.draft(connection, period, by=_who(by), now=_now())
    _done(made, as_json)


@report.command()
@click.argument("department", metavar="DEPARTMENT")
@of_period
@click.option("--text", required=True, metavar="TEXT", help="What the department says to its figures.")
@click.option("--as", "office", type=click.Choice(("steward", "head")), default="steward", help="Office.")
@by_whom
@as_json
def reply(department: str, period: str, text: str, office: str, by: str, as_json: bool) -> None:
    """Reply to the figures of a draft (申辩); it is printed beside them."""
    from catalog.reporting import monthly
    from policies.machine import Office

    with _writing() as connection:
        made = monthly.reply(
            connection, period, department, text, by=_who(by), now=_now(), office=Office(office)
        )
    _done(made, as_json, department)


@report.command()
@of_period
@by_whom
@as_json
def close(period: str, by: str, as_json: bool) -> None:
    """Close a report, as the data authority: its figures and replies are frozen."""
    from catalog.reporting import monthly

    with _writing() as connection:
        made = monthly.close(connection, period, by=_who(by), now=_now())
    _done(made, as_json)


@report.command()
@of_period
@click.option("--department", default="", metavar="NAME", help="The page of this department.")
@click.option("--html", "out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE")
@click.option("--english", is_flag=True, help="The page in English.")
@click.option("--authority", is_flag=True, help="With --json: every uncatalogued table by name.")
@as_json
def show(
    period: str, department: str, out: Path | None, english: bool, authority: bool, as_json: bool
) -> None:
    """Show a report: the ranking, or the two pages as HTML.

    It can be passed on: uncatalogued tables are named to their own department (--department) alone.
    """
    from catalog.reporting import monthly

    with _reading() as connection:
        found = monthly.find(connection, period)
    if out is not None:
        from catalog.reporting.page import page

        text = page(found, department=department, language="en" if english else "zh")
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
    if as_json:
        _print_json(found, None if authority else department)
    elif out is not None:
        click.echo(f"{out}: the report of {period}, two pages to print")
    else:
        _print(found, department)


def _print(found: Report, department: str) -> None:
    balance: dict[str, Any] = found.content["balance"]
    stages = ("systems", "tables", "entries", "live", "shared", "used")
    click.echo(f"{found.period} draft {found.number}: {found.state}, replies until {found.reply_until}")
    click.echo(" → ".join(f"{balance[name]:,} {name}" for name in stages))
    for line in found.content["ranking"]:
        if department and line["department"] != department:
            continue
        points = "—" if line["points"] is None else f"{line['points']:.1f}"
        lost = ", ".join(f"{x['indicator']} -{x['points']:.1f} ({x['count']})" for x in line["losses"])
        click.echo(f"{line['rank'] or '—':>4}  {points:>6}  {line['department']}  {lost}".rstrip())
    for each in found.replies:
        if not department or each.department == department:
            click.echo(f"reply of {each.department}: {each.text}")


def _print_json(made: Report, department: str | None) -> None:
    """As a department sees it; whole, as the authority does, where it is None."""
    from catalog.reporting.audience import seen_by

    document = made.to_document()
    if department is not None:
        document |= seen_by(made.content, department)
    click.echo(json.dumps(document, ensure_ascii=False))


def _done(made: Report, as_json: bool, department: str | None = None) -> None:
    if as_json:
        _print_json(made, department)
        return
    provisional = " (provisional)" if made.reply_provisional else ""
    click.echo(
        f"{made.period} draft {made.number}: {made.state}, {len(made.departments)} departments,"
        f" {len(made.replies)} replies, replies until {made.reply_until}{provisional}"
    )


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
