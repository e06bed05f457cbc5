"""Commands of the pipelines: ``build`` and ``quality``.

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
    from catalog.quality import RuleResult
    from pipelines.wave import Outcome

# Columns of a line where the output is a file or a pipe.
PLAIN_WIDTH = 160


@click.command()
@click.argument("names", nargs=-1, metavar="[NAMES]...")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Judge timeliness on this day.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def build(ctx: click.Context, names: tuple[str, ...], as_of: Any, as_json: bool) -> None:
    """Build datasets: land, check, classify, release, send back.

    Without NAMES all that changed. What moved flows back to the streets and villages that subscribed.
    A release stopped by a gate is an outcome (exit status 0); a dataset that failed is not (1).
    """
    from catalog.home import Home
    from pipelines.build import build as build_datasets

    strict = bool((ctx.obj or {}).get("debug"))
    with _told(as_json) as heard:
        outcomes = build_datasets(
            Home.find(), list(names) or None, as_of.date() if as_of else None, heard=heard, strict=strict
        )
        undelivered = _send_back(Home.find())
    if as_json:
        print(json.dumps([asdict(outcome) for outcome in outcomes], ensure_ascii=False, indent=2))
    else:
        _print_outcomes(outcomes)
    for name, why in undelivered.items():
        print(f"{name} not sent back: {why}", file=sys.stderr)
    if undelivered or any(outcome.state == "failed" for outcome in outcomes):
        raise click.exceptions.Exit(1)


@click.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def quality(name: str, as_json: bool) -> None:
    """Show what the last build of a dataset found: rules, dimensions, score."""
    from catalog.attempts import last_results
    from catalog.home import Home
    from catalog.quality import dimensions
    from catalog.revisions import current
    from catalog.store import open_store, reading

    with reading(open_store(Home.find())) as connection:
        current(connection, name)  # says so where the ledger has no such dataset
        results = last_results(connection, name)
    if as_json:
        document = {"name": name, "dimensions": dimensions(results), "rules": [asdict(r) for r in results]}
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return
    if not results:
        print(f"{name} has not been checked yet — run `ybz build {name}`")
        return
    _print_quality(name, results, dimensions(results))


def _send_back(home: Home) -> dict[str, str]:
    """Deliver what subscriptions are due; dataset → why nothing of it could be delivered."""
    from catalog.store import open_store
    from pipelines.backflow import deliver_due

    run = deliver_due(home, open_store(home), datetime.now(UTC))
    for sent in run.sent:
        print(f"{sent.dataset}: {sent.delivered} rows sent back to {sent.area}", file=sys.stderr)
    return run.failed


@contextmanager
def _told(as_json: bool) -> Iterator[Any]:
    """What hears of outcomes: a status line on a terminal, plain lines on stderr otherwise."""
    from rich.console import Console

    console = Console(stderr=True)
    if as_json or not console.is_terminal:
        yield lambda outcome: print(f"{outcome.name}: {outcome.state}", file=sys.stderr)
        return
    with console.status("building …") as status:
        done: list[str] = []

        def hear(outcome: Outcome) -> None:
            done.append(outcome.name)
            status.update(f"building … {len(done)} done, last {outcome.name} ({outcome.state})")

        yield hear


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


def _print_quality(name: str, results: Sequence[RuleResult], measured: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{name}: rules of the last build")
    for heading in ("rule", "dimension", "action", "good", "evaluated", "share"):
        table.add_column(heading, justify="right" if heading in ("good", "evaluated", "share") else "left")
    for r in results:
        share = _share(r.good / r.evaluated if r.evaluated else None)
        table.add_row(r.rule, r.dimension.value, r.action.value, f"{r.good:,}", f"{r.evaluated:,}", share)
    _wide(Console).print(table)
    for dimension, values in measured.items():
        print(f"{dimension:13} {_share(values['x'])}")


def _wide(console: type[Console]) -> Console:
    """A console that cuts nothing where the output is no terminal."""
    made = console()
    return made if made.is_terminal else console(width=PLAIN_WIDTH)


def _share(value: float | None) -> str:
    return "not assessed" if value is None else f"{value:.2%}"


@click.group()
def leases() -> None:
    """Who builds what now (租约)."""
