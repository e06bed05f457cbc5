"""Commands of queries: ``ybz query``, ``ybz explain``, ``ybz receipt``, ``ybz verify``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from space.cli.refusal import refuse
from space.cli.wayback.options import HERE, as_json, open_installation, print_json

if TYPE_CHECKING:
    from space.identity.tokens import Caller
    from space.query.admit import Question
    from space.query.gateway import Gateway

_Command = TypeVar("_Command", bound=Callable[..., Any])


def _asked(command: _Command) -> _Command:
    """The options every question has."""
    for option in (
        as_json,
        click.option(
            "--as",
            "organisation",
            default=None,
            metavar="CODE",
            help="Who asks (default: the grant's holder).",
        ),
        click.option("--purpose", required=True, metavar="CODE", help="What it is asked for; the grant's."),
        click.option("--grant", "grant_id", required=True, metavar="ID", help="The grant it is asked under."),
        click.argument("sql"),
    ):
        command = option(command)
    return command


@click.command()
@_asked
def query(sql: str, grant_id: str, purpose: str, organisation: str | None, as_json: bool) -> None:
    """Answer the SELECT statement SQL under a grant; a receipt comes with it."""
    from policies.decision import Deny
    from space.calls.answers import rows

    with _Wired() as wired:
        caller, question = wired.question(grant_id, purpose, sql, organisation)
        answer = wired.gateway.ask(caller, question)
    if isinstance(answer, Deny):
        refuse(answer, as_json=as_json)
    if as_json:
        print_json(answer.to_document())
        return
    _print_table(answer.table.column_names, rows(answer.table))
    for column in answer.accuracy:
        click.echo(f"{column.column}: {column.told()}", err=True)
    repeated = ", stored answer" if answer.repeated else ""
    click.echo(
        f"{answer.mode}{repeated}; rho {answer.rho:g}, {answer.price_fen} fen; receipt {answer.receipt_id}",
        err=True,
    )


@click.command()
@_asked
def explain(sql: str, grant_id: str, purpose: str, organisation: str | None, as_json: bool) -> None:
    """Say what would be done with SQL and what it would cost, without running or spending."""
    from policies.decision import Deny

    with _Wired() as wired:
        caller, question = wired.question(grant_id, purpose, sql, organisation)
        explained = wired.gateway.explain(caller, question)
    if isinstance(explained, Deny):
        refuse(explained, as_json=as_json)
    if as_json:
        print_json(explained.document)
    else:
        click.echo(json.dumps(explained.document, ensure_ascii=False, indent=2))


@click.command()
@click.argument("receipt_id", metavar="ID")
@as_json
def receipt(receipt_id: str, as_json: bool) -> None:
    """The receipt ID: with --json what it states, else the signed text, ready for a file."""
    from catalog import keys
    from catalog.store import reading
    from space.calls.receipts import by_id, verify

    home, engine, _now = open_installation()
    with reading(engine) as connection:
        found = by_id(connection, receipt_id)
    if as_json:
        with reading(engine) as connection:
            ring = keys.ring_of(connection, keys.load(home).signer)
        stated = verify(found.jws, ring)
        print_json({"id": found.id, "jws": found.jws, "states": stated})
    else:
        click.echo(found.jws)


@click.command()
@click.argument("receipt", metavar="FILE|ID")
@click.option(
    "--key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Public key (PEM) or published keys (default: those here); with it a FILE is checked offline.",
)
@click.option(
    "--replay", "replayed", is_flag=True, help="Compute answer and price once more from what is retained."
)
@click.option(
    "--records",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="With --replay of a verification: the records that were verified, as they were sent.",
)
@as_json
def verify(receipt: str, key: Path | None, replayed: bool, records: Path | None, as_json: bool) -> None:
    """Check the signature of a receipt, and its place in the evidence log where the log is here."""
    from space.cli.operation.verifying import check

    if records is not None and not replayed:
        raise click.UsageError("--records goes with --replay")
    verdict = check(receipt, key, replayed=replayed, records=records)
    if as_json:
        print_json(verdict)
    elif verdict["ok"]:
        click.echo(f"holds: {verdict['states']['id']}, {verdict['states']['time']}; {verdict['evidence']}")
        if "replay" in verdict:
            done = verdict["replay"]
            why = "".join(f" ({finding})" for finding in done["findings"])
            click.echo(f"replay: answer {done['answer']}, price {done['price']}{why}")
    else:
        click.echo(f"does not hold: {verdict['problem']}", err=True)
    if not verdict["ok"]:
        raise click.exceptions.Exit(1)


class _Wired:
    """The gateway of this installation, for the time of one command."""

    gateway: Gateway

    def __enter__(self) -> _Wired:
        from datetime import UTC, datetime

        from catalog import keys
        from space.calls import abandoned
        from space.engines.second import second_engine
        from space.engines.workers.pool import Pool
        from space.query.gateway import Gateway

        home, engine, now = open_installation()
        abandoned.sweep(engine, home, now)  # what a former command left when it was stopped
        self._pool = Pool(spare=False, engine=second_engine())
        self.gateway = Gateway(engine, home, keys.load(home).signer, self._pool, lambda: datetime.now(UTC))
        return self

    def __exit__(self, *_stop: object) -> None:
        self._pool.close()

    def question(self, grant_id: str, purpose: str, sql: str, who: str | None) -> tuple[Caller, Question]:
        """Who asks what; who works on the installation itself asks for the grant's holder."""
        from catalog.store import reading
        from space.identity.tokens import Caller
        from space.query.admit import Question
        from space.store import grant_row

        if who is None:
            with reading(self.gateway.engine) as connection:
                row = grant_row(connection, grant_id)
            who = "" if row is None else row.grantee
        return Caller(who, channel="cli", address=HERE), Question(grant_id, purpose, sql)


def _print_table(names: list[str], found: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*names)
    for row in found:
        table.add_row(*("" if row[name] is None else str(row[name]) for name in names))
    Console().print(table)
