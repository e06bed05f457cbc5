"""Commands of the pipelines: ``build`` and ``leases``.

Exit status of ``build``: 0 when every dataset has a stated outcome (released, unchanged, or stopped by
a gate, which is printed), 1 when a dataset failed or could not be sent back to those who subscribed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

    from catalog.home import Home
    from catalog.releases.leases import Holding
    from pipelines.building.outcome import Outcome

# Columns of a line where the output is a file or a pipe.
PLAIN_WIDTH = 160


@click.command()
@click.argument("names", nargs=-1, metavar="[NAMES]...")
@click.option(
    "--select",
    metavar="SELECTION",
    default="",
    help="Datasets in the words of Dagster's page: +civil/population, group:civil, tag:update_cycle=daily.",
)
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Judge timeliness on this day.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def build(ctx: click.Context, names: tuple[str, ...], select: str, as_of: Any, as_json: bool) -> None:
    """Build datasets: land, check, classify, release, send back.

    Without NAMES or a SELECTION all that changed; an entry whose contract names no source is left out unless
    it is among NAMES. What moved flows back to the streets and villages that
    subscribed. A release stopped by a gate is an outcome (exit status 0); a dataset that failed is not (1).
    A build that was ended halfway goes on where it stopped when it is started again.
    """
    from catalog.home import Home
    from pipelines.build import build as build_datasets

    strict = bool((ctx.obj or {}).get("debug"))
    bare: list[str] = []
    with _told(as_json) as (heard, planned):
        outcomes = build_datasets(
            Home.find(),
            list(names) or None,
            as_of.date() if as_of else None,
            select=select,
            heard=heard,
            planned=planned,
            left_out=bare.extend,
            strict=strict,
        )
        undelivered = _send_back(Home.find())
    if as_json:
        print(json.dumps([asdict(outcome) for outcome in outcomes], ensure_ascii=False, indent=2))
    else:
        _print_outcomes(outcomes)
    if bare:
        print(_names_no_source(len(bare)), file=sys.stderr)
    for name, why in undelivered.items():
        print(f"{name} not sent back: {why}", file=sys.stderr)
    if undelivered or any(outcome.state == "failed" for outcome in outcomes):
        raise click.exceptions.Exit(1)


def _names_no_source(count: int) -> str:
    """What a build says of the entries it left out."""
    entries = "entry names" if count == 1 else "entries name"
    return f"{count} {entries} no source yet, left out: `ybz draft` files, or `ybz link` what serves them"


def _send_back(home: Home) -> dict[str, str]:
    """Deliver what subscriptions are due; dataset → why nothing of it could be delivered."""
    from catalog.store import open_store
    from pipelines.backflow.delivering import deliver_due

    run = deliver_due(home, open_store(home), datetime.now(UTC))
    for sent in run.sent:
        print(f"{sent.dataset}: {sent.delivered} rows sent back to {sent.area}", file=sys.stderr)
    return run.failed


@contextmanager
def _told(as_json: bool) -> Iterator[Any]:
    """What hears of outcomes and of the plan: a bar on a terminal, plain lines on stderr otherwise."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if as_json or not console.is_terminal:
        yield (
            lambda outcome: print(f"{outcome.name}: {outcome.state}", file=sys.stderr),
            lambda due, asked: asked > 1 and print(f"{due} of {asked} datasets to build", file=sys.stderr),
        )
        return
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("building …", total=None)
        yield (
            lambda outcome: progress.update(task, advance=1, description=f"{outcome.name}: {outcome.state}"),
            lambda _due, asked: progress.update(task, total=asked),
        )


def _print_outcomes(outcomes: Sequence[Outcome]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title="build")
    for heading in ("dataset", "state", "lines", "landed", "typed", "quarantined", "quality", "grade"):
        table.add_column(
            heading, justify="left" if heading in ("dataset", "state") else "right", no_wrap=True
        )
    for o in outcomes:
        counts = (f"{n:,}" for n in (o.lines_read, o.landed, o.typed, o.quarantined))
        table.add_row(o.name, o.state, *counts, _share(o.quality), "" if o.grade is None else str(o.grade))
    _wide(Console).print(table)
    for o in outcomes:
        if o.reason:
            print(f"{o.name} {o.state}: {o.reason}")


def _wide(console: type[Console]) -> Console:
    """A console that cuts nothing where the output is no terminal."""
    made = console()
    return made if made.is_terminal else console(width=PLAIN_WIDTH)


def _share(value: float | None) -> str:
    return "not assessed" if value is None else f"{value:.2%}"


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def leases(as_json: bool) -> None:
    """Show who builds what now (租约): the process that holds each dataset, and whether it still runs."""
    from catalog.home import Home
    from catalog.releases.leases import holdings
    from catalog.store import open_store

    found = holdings(open_store(Home.find()), now=datetime.now(UTC))
    if as_json:
        print(json.dumps([_holding(each) for each in found], ensure_ascii=False, indent=2))
        return
    if not found:
        print("nothing is being built")
        return
    _print_holdings(found)


def _holding(each: Holding) -> dict[str, Any]:
    holder = each.holder
    started = (
        None if holder is None or holder.started is None else datetime.fromtimestamp(holder.started, UTC)
    )
    return {
        "dataset": each.dataset,
        "host": None if holder is None else holder.host,
        "process": None if holder is None else holder.process,
        "started": None if started is None else started.isoformat(),
        "life": each.life,
        "expires_at": each.expires_at.isoformat(),
        "free": each.expired,
        "fence": each.fence,
    }


def _print_holdings(found: Sequence[Holding]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title="who builds what")
    for heading in ("dataset", "holder", "its process", "expires (UTC)", "free for others"):
        table.add_column(heading, no_wrap=True)
    for each in found:
        who = "unknown" if each.holder is None else each.holder.label
        until = f"{each.expires_at:%Y-%m-%d %H:%M:%S}"
        table.add_row(each.dataset, who, each.life, until, "yes, at once" if each.expired else "no")
    _wide(Console).print(table)
