"""Command ``edition``: close a period, check its balance, verify it, open it again, compare it."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from catalog.editions.closing import Edition
    from catalog.editions.difference import Difference
    from catalog.home import Home
    from catalog.inventory.balance import Balance

# Lines printed of a list; --json has them all.
_LINES: Final = 40
_STAGES: Final = ("systems", "tables", "entries", "live", "shared", "used")


@click.command()
@click.option("--period", default="", metavar="YYYY-MM", help="账期 (default: the month we are in).")
@click.option("--number", type=click.IntRange(1), help="An edition of the period that is not its latest.")
@click.option("--check", "act", flag_value="check", help="Say how the period balances, and close nothing.")
@click.option("--verify", "act", flag_value="verify", help="Check digest and signature of a closed edition.")
@click.option("--diff", "act", flag_value="diff", help="What changed since the edition before.")
@click.option("--list", "act", flag_value="list", help="Every edition there is.")
@click.option("--open", "table", metavar="TABLE", help="Print a table of a closed edition, as it was then.")
@click.option("--by", default="", metavar="NAME", help="Who closes it (default: the user logged in).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def edition(
    period: str, number: int | None, act: str | None, table: str | None, by: str, as_json: bool
) -> None:
    """Close a period (账期): the ledger's public view as signed Delta tables.

    It says how the period balances from systems to use, and what changed since the edition before.
    With --check, --verify, --diff, --list or --open nothing is closed.
    """
    from catalog.home import Home
    from catalog.store import open_store
    from policies.clocks import local_date

    home = Home.find()
    engine = open_store(home)
    now = datetime.now(UTC)
    month = period or f"{local_date(now):%Y-%m}"
    if table is not None:
        _open(home, engine, month, number, table)
    elif act == "list":
        _list(engine, as_json)
    elif act == "check":
        _check(engine, month, now, as_json)
    elif act == "diff":
        _diff(home, _found(engine, month, number), engine, as_json)
    elif act == "verify":
        _verify(home, _found(engine, month, number), as_json)
    else:
        _close(home, engine, month, by or getpass.getuser(), now, as_json)


def _close(home: Home, engine: Engine, period: str, by: str, now: datetime, as_json: bool) -> None:
    from catalog import keys
    from catalog.editions import closing

    held = keys.load(home)
    closed = closing.close(home, engine, period, keys=held, by=by, now=now)
    changed = _difference(home, engine, closed)
    stages = {row["stage"]: row["count"] for row in closing.read(home, closed, "balance").to_pylist()}
    balanced = bool(stages.pop("balanced"))
    if as_json:
        more = {"key_id": held.signer.key_id, "ok": True, "balance": stages, "balanced": balanced}
        _print(closed.to_document() | more | _document(changed))
        return
    click.echo(f"edition {closed.period} no. {closed.number}: closed")
    click.echo(f"digest {closed.digest}, key {held.signer.key_id}")
    click.echo(_balance_line(stages, balanced))
    _print_lines(changed.words)


def _verify(home: Home, closed: Edition, as_json: bool) -> None:
    from catalog import keys
    from catalog.editions import closing
    from catalog.store import open_store, reading

    held = keys.load(home)
    with reading(open_store(home)) as connection:
        ring = keys.ring_of(connection, held.signer)
    problem = closing.verify(home, closed, ring).problem
    if as_json:
        _print(closed.to_document() | {"key_id": held.signer.key_id, "ok": not problem, "problem": problem})
    else:
        click.echo(f"edition {closed.period} no. {closed.number}: {problem or 'verified'}")
        click.echo(f"digest {closed.digest}, key {held.signer.key_id}")
    if problem:
        sys.exit(1)


def _check(engine: Engine, period: str, now: datetime, as_json: bool) -> None:
    from catalog.editions.closing import first_day
    from catalog.inventory.balance import balance
    from catalog.store import reading

    first_day(period)
    with reading(engine) as connection:
        found = balance(connection, period, now)
    if as_json:
        _print(_balance_document(found))
    else:
        stages = {stage: getattr(found, stage) for stage in _STAGES}
        click.echo(f"{period}: {_balance_line(stages, found.balanced)}")
        # What has no reason first: it is what there is to do.
        told = sorted(found.fallen_out, key=lambda out: out.explained)
        _print_lines(
            [
                f"{out.stage}: {out.what} — {out.why}"
                + ("" if out.explained else f" [{out.code}: UNEXPLAINED]")
                for out in told
            ]
        )
    if not found.balanced:
        click.echo(
            f"{period} does not balance — account for what fell out without a reason"
            " (`ybz inventory open`, `external`, `explain --why CODE`), then check again",
            err=True,
        )
        sys.exit(1)


def _diff(home: Home, closed: Edition, engine: Engine, as_json: bool) -> None:
    changed = _difference(home, engine, closed)
    if as_json:
        _print({"period": closed.period, "number": closed.number} | _document(changed))
        return
    _print_lines(changed.words)


def _open(home: Home, engine: Engine, period: str, number: int | None, table: str) -> None:
    from catalog.editions import closing

    closed = _found(engine, period, number)
    for row in closing.read(home, closed, table).to_pylist():
        _print(row)


def _list(engine: Engine, as_json: bool) -> None:
    from catalog.editions import closing
    from catalog.store import reading

    with reading(engine) as connection:
        every = closing.all_closed(connection)
    if as_json:
        _print([closed.to_document() for closed in every])
        return
    for closed in every:
        click.echo(f"{closed.period} no. {closed.number}  {closed.closed_at:%Y-%m-%d}  {closed.digest}")
    if not every:
        click.echo("no edition is closed yet — `ybz edition --period YYYY-MM` closes one")


def _found(engine: Engine, period: str, number: int | None) -> Edition:
    from catalog.editions import closing
    from catalog.store import reading

    closing.first_day(period)
    with reading(engine) as connection:
        return closing.find(connection, period, number)


def _difference(home: Home, engine: Engine, closed: Edition) -> Difference:
    from catalog.editions import closing
    from catalog.editions.difference import difference
    from catalog.store import reading

    with reading(engine) as connection:
        former = closing.before(connection, closed.period)
    older = {} if former is None else closing.tables_of(home, former)
    return difference(older, closing.tables_of(home, closed))


def _document(changed: Difference) -> dict[str, Any]:
    changes = [
        {
            "dataset": c.dataset, "field": c.field, "kind": c.kind, "what": c.what, "before": c.before,
            "after": c.after, "words": c.words,
        }
        for c in changed.changes
    ]  # fmt: skip
    numbers = {name: {"before": old, "after": new} for name, (old, new) in changed.numbers.items()}
    return {"numbers": numbers, "changes": changes}


def _balance_document(found: Balance) -> dict[str, Any]:
    out = [
        {"stage": o.stage, "what": o.what, "why": o.why, "code": o.code, "explained": o.explained}
        for o in found.fallen_out
    ]
    stages = {stage: getattr(found, stage) for stage in _STAGES}
    return {"period": found.period, **stages, "balanced": found.balanced, "fallen_out": out}


def _balance_line(stages: Mapping[str, int], balanced: bool) -> str:
    chain = " → ".join(f"{count} {stage}" for stage, count in stages.items())
    return f"{chain}: {'balanced' if balanced else 'not balanced'}"


def _print_lines(lines: tuple[str, ...] | list[str]) -> None:
    for line in lines[:_LINES]:
        click.echo(f"  {line}")
    if len(lines) > _LINES:
        click.echo(f"  … and {len(lines) - _LINES} more (--json has them all)")


def _print(document: object) -> None:
    click.echo(json.dumps(document, ensure_ascii=False))
