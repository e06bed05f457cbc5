"""Commands of burden and satisfaction: ``ybz burden``."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from space.cli.refusal import refusals
from space.cli.wayback.options import (
    acting,
    actor,
    as_json,
    body_option,
    names,
    open_installation,
    print_json,
)

if TYPE_CHECKING:
    from space.wayback.burden.figures import Burden


@click.group()
def burden() -> None:
    """Burden 基层负担 and satisfaction: show, rate, publish."""


@burden.command()
@click.option("--by", "axes", default="body,department,month", show_default=True, metavar="A,B",
              help="body, department, month: what is told apart; the rest is summed.")  # fmt: skip
@click.option("--first", default="", metavar="MONTH", help="E.g. 2026-01.")
@click.option("--last", default="", metavar="MONTH")
@click.option("--body", default="", metavar="CODE", help="Of this body only.")
@click.option("--department", default="", metavar="NAME", help="Of this department only.")
@as_json
def show(axes: str, first: str, last: str, body: str, department: str, as_json: bool) -> None:
    """Cells prefilled, computed and typed, forms stopped, challenges answered on time, ratings."""
    from catalog.store import reading
    from space.wayback.burden.figures import AXES, figures

    wanted = names(axes)
    if set(wanted) - set(AXES):
        raise click.UsageError(f"--by takes {', '.join(AXES)}")
    _home, engine, now = open_installation()
    with reading(engine) as connection:
        found = figures(
            connection,
            now=now,
            by=[axis for axis in AXES if axis in wanted],
            first=first,
            last=last,
            body=body,
            department=department,
        )
    if as_json:
        shares = ("typed_share", "on_time_share")
        print_json([asdict(one) | {name: getattr(one, name) for name in shares} for one in found])
        return
    for one in found:
        click.echo(_line(one))


@burden.command()
@click.argument("kind", type=click.Choice(["form", "correction", "task"]))
@click.argument("subject", metavar="ID")
@click.argument("score", type=int)
@body_option
@actor
@as_json
def rate(kind: str, subject: str, score: int, body: str, by: str, as_json: bool) -> None:
    """Rate a completed use of one's own, once: a submitted form, an answered challenge, a task done."""
    from space.wayback.burden.ratings import KINDS
    from space.wayback.burden.ratings import rate as give

    _home, engine, now = open_installation()
    wanted = next(one for one in KINDS if one == kind)
    with refusals(as_json):
        made = give(engine, wanted, subject, score, body=body, by=acting(by), now=now)
    if as_json:
        print_json(asdict(made))
        return
    click.echo(f"{made.id}: {made.score} for {made.department}, {made.month}")


@burden.command()
@click.option("--authority", required=True, metavar="CODE", help="The data authority that publishes.")
@actor
@as_json
def publish(authority: str, by: str, as_json: bool) -> None:
    """Enter the table of the months that are over as a dataset; `ybz build` releases it."""
    from space.wayback.burden.publishing import publish as enter

    home, engine, now = open_installation()
    with refusals(as_json):
        done = enter(home, engine, authority, by=acting(by), now=now)
    if as_json:
        print_json(asdict(done) | {"contract": str(done.contract)})
        return
    click.echo(f"{done.dataset}: {done.rows} lines, {done.state}; `ybz build` releases it")


def _line(one: Burden) -> str:
    group = "  ".join(text for text in (one.month, one.body, one.department) if text) or "all"
    share = "" if one.typed_share is None else f" ({one.typed_share:.0%} typed)"
    cells = f"{one.prefilled} prefilled, {one.computed} computed, {one.typed} typed{share}"
    answered = f"{one.on_time} of {one.answered} answers on time, {one.overdue} overdue"
    few = " (small sample)" if one.small_sample else ""
    rated = f"{one.score} of {one.ratings} ratings{few}" if one.ratings else "not rated"
    stopped = f"{one.forms_stopped} forms stopped, {one.duplicates_avoided} duplicates avoided"
    return f"{group}: {one.forms} forms: {cells}; {stopped}; {answered}; {rated}"
