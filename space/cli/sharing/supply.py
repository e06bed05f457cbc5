"""Commands of supply to departments: ``ybz supply``."""

from __future__ import annotations

import secrets
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from space.cli.refusal import refusals, refuse
from space.cli.sharing.supply_exchange import add_exchange, exchanges
from space.cli.sharing.supply_telling import line, tell
from space.cli.wayback.options import acting, actor, as_json, open_installation, print_json

if TYPE_CHECKING:
    from space.identity.tokens import Caller
    from space.supply.making import Maker

_dataset = click.option(
    "--dataset", default=None, metavar="NAME", help="schema.table (default: the grant's only one)."
)


@click.group()
def supply() -> None:
    """Hand granted rows to departments 供数: as files, or as tables of their exchange databases."""


for _made in (add_exchange, exchanges):
    supply.add_command(_made)


@supply.command()
@click.argument("grant_id", metavar="GRANT")
@_dataset
@click.option("--form", type=click.Choice(["csv", "xlsx", "parquet"]), default="csv", show_default=True)
@actor
@as_json
def make(grant_id: str, dataset: str | None, form: str, by: str, as_json: bool) -> None:
    """Make a file of a dataset of GRANT for its holder; asked again it is the same file and receipt."""
    from policies.decision import Deny
    from space.supply.files import Form
    from space.supply.intents import Asked

    maker = _maker()
    asked = Asked(grant_id, dataset, Form(form), acting(by))
    made = maker.file(_holder(maker, grant_id), asked)
    if isinstance(made, Deny):
        refuse(made, as_json=as_json)
    tell(made, as_json)


@supply.command()
@click.argument("grant_id", metavar="GRANT")
@_dataset
@click.option("--exchange", "name", required=True, metavar="NAME", help="An exchange database of its holder.")
@click.option("--table", default=None, metavar="NAME", help="Name there (default: schema_table).")
@actor
@as_json
def push(grant_id: str, dataset: str | None, name: str, table: str | None, by: str, as_json: bool) -> None:
    """Push a dataset of GRANT as a table into an exchange database of its holder, in one transaction."""
    from catalog.store import reading
    from policies.decision import Deny
    from space.supply import databases, exchange
    from space.supply.files import Form
    from space.supply.intents import Asked

    maker = _maker()
    who = _holder(maker, grant_id)
    with reading(maker.engine) as connection:
        found = databases.called(connection, who.organisation, name)
    asked = Asked(grant_id, dataset, Form.TABLE, acting(by))
    made = exchange.supply_table(maker, who, asked, found, table)
    if isinstance(made, Deny):
        refuse(made, as_json=as_json)
    tell(made, as_json)


@supply.command("list")
@click.option("--to", default=None, metavar="CODE", help="Only this organisation's.")
@click.option("--grant", "grant_id", default=None, metavar="ID", help="Only of this grant.")
@as_json
def list_supplies(to: str | None, grant_id: str | None, as_json: bool) -> None:
    """Every supply, the oldest first."""
    from catalog.store import reading
    from space.supply.supplies import listing

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        found = listing(connection, receiver=to, grant_id=grant_id)
    if as_json:
        print_json([one.to_document() for one in found])
        return
    for one in found:
        click.echo(line(one))


@supply.command()
@click.argument("supply_id", metavar="ID")
@click.option("--receipt", is_flag=True, help="The signed delivery receipt alone, ready for a file.")
@as_json
def show(supply_id: str, receipt: bool, as_json: bool) -> None:
    """The supply ID: where it stands, its receipts and proofs."""
    from catalog.store import reading
    from space.supply.supplies import by_id

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        found = by_id(connection, supply_id)
    if receipt and found.receipt is not None:
        click.echo(found.receipt)
        return
    tell(found, as_json)


@supply.command()
@click.argument("supply_id", metavar="ID")
@click.option("--base", default="http://127.0.0.1:8700", show_default=True, help="Where `ybz serve` listens.")
@actor
@as_json
def link(supply_id: str, base: str, by: str, as_json: bool) -> None:
    """A signed address of the file of ID, good for a short time; it ends with the grant."""
    from catalog import keys
    from catalog.store import writing
    from space.supply.links import link as give

    home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        given = give(connection, keys.load(home).signer, supply_id, by=acting(by), receiver=None, now=now)
    if as_json:
        print_json(given.to_document(base.rstrip("/")))
        return
    click.echo(f"{base.rstrip('/')}{given.path}")
    click.echo(f"good until {given.expires_at:%Y-%m-%d %H:%M}Z", err=True)


@supply.command()
@click.argument("supply_id", metavar="ID")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The file to write.")
@as_json
def fetch(supply_id: str, out: Path, as_json: bool) -> None:
    """Hand the file of ID out on this machine; its bytes are metered like any download."""
    from datetime import UTC

    from catalog.lake.kept import kept_of
    from catalog.lake.storage import StorageDamaged
    from catalog.store import reading
    from policies.decision import Deny
    from space.supply.links import require_open
    from space.supply.supplies import by_id
    from space.supply.transfers import Transfer, span

    home, engine, now = open_installation()
    with refusals(as_json), reading(engine) as connection:
        found = by_id(connection, supply_id)
        require_open(connection, found, now)
    whole = span(None, int(found.size_bytes or 0))
    assert whole is not None  # only a range can lie outside
    transfer = Transfer(engine, lambda: datetime.now(UTC), found, kept_of(home), whole, None)
    draft = out.with_name(f".{out.name}.{secrets.token_hex(4)}")
    transfer.begin()
    try:
        with draft.open("xb") as stream:
            for part in transfer.chunks():
                stream.write(part)
        # What broke off, or was stopped, leaves nothing that could be taken for the file.
        if transfer.stopped is None:
            if transfer.sent < whole.size:
                raise StorageDamaged(
                    f"the file of {found.id} is shorter than it was — restore it from backup"
                )
            draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)
        transfer.end()
    if transfer.stopped is not None:
        refuse(Deny((transfer.stopped,)), as_json=as_json)
    if as_json:
        print_json({"supply": found.id, "file": str(out), "bytes": transfer.sent})
    else:
        click.echo(f"{out}: {found.rows} rows, {transfer.sent} bytes")


@supply.command()
@click.argument("supply_id", metavar="ID")
@click.option("--rows", type=int, required=True, help="As the receiver counted them.")
@click.option("--sha256", default=None, help="Of the file as the receiver has it.")
@actor
@as_json
def ack(supply_id: str, rows: int, sha256: str | None, by: str, as_json: bool) -> None:
    """Count the supply ID back 对账; fails where both sides do not agree."""
    from catalog import keys
    from catalog.store import writing
    from space.supply.answering import acknowledge

    home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        found = acknowledge(
            connection,
            keys.load(home).signer,
            supply_id,
            rows=rows,
            sha256=sha256,
            by=acting(by),
            receiver=None,
            now=now,
        )
    tell(found, as_json)
    if found.received_state == "disputed":
        raise click.exceptions.Exit(1)


@supply.command()
@click.argument("supply_id", metavar="ID")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Day of deletion, YYYY-MM-DD.")
@actor
@as_json
def deleted(supply_id: str, on: datetime, by: str, as_json: bool) -> None:
    """State for its receiver that the supply ID was deleted there; an open one ends with it."""
    from catalog import keys
    from catalog.store import writing
    from space.supply.answering import prove_deletion
    from space.supply.ending import sweep

    home, engine, now = open_installation()
    signer = keys.load(home).signer
    with refusals(as_json), writing(engine) as connection:
        found = prove_deletion(
            connection, signer, supply_id, on=on.date(), by=acting(by), receiver=None, now=now
        )
    sweep(engine, home, signer, now)
    tell(found, as_json)


@supply.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dataset", required=True, metavar="NAME", help="schema.table its rows are of.")
@as_json
def trace(file: Path, dataset: str, as_json: bool) -> None:
    """Say of which supply FILE (CSV, workbook or Parquet) is a copy, by the order of its rows.

    Exit status 1 where it is none, or too few rows are left to tell.
    """
    from space.supply.tracing import trace as find

    maker = _maker()
    found = find(maker.engine, maker.home, maker.keys, file, dataset, maker.clock())
    if as_json:
        print_json(found.to_document())
    else:
        for one in found.matches:
            told = f"{one.agreeing} of {one.pairs} pairs in its order"
            click.echo(f"{one.supply}  {one.receiver}  {told}  {'THIS ONE' if one.found else ''}".rstrip())
    if not any(one.found for one in found.matches):
        click.echo("no supply is recognised: sorted, or too few rows of it are left", err=True)
        raise click.exceptions.Exit(1)


def _maker() -> Maker:
    from datetime import UTC

    from catalog import keys
    from space.supply.making import Maker

    home, engine, _now = open_installation()
    return Maker(engine, home, keys.load(home), lambda: datetime.now(UTC))


def _holder(maker: Maker, grant_id: str) -> Caller:
    """The holder of a grant; a grant that is not there is refused later, in the words every caller gets."""
    from catalog.store import reading
    from space.identity.tokens import Caller
    from space.store import grant_row

    with reading(maker.engine) as connection:
        row = grant_row(connection, grant_id)
    return Caller("" if row is None else row.grantee, channel="cli")
