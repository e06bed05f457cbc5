"""Commands of data vouchers: ``ybz voucher``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from space.cli.refusal import refusals
from space.cli.wayback.options import acting, actor, as_json, document, open_installation, print_json

if TYPE_CHECKING:
    from space.money.voucher_rules import Batch
    from space.money.vouchers import Voucher

_firm = click.option("--firm", required=True, metavar="CODE", help="Code of the firm.")


@click.group()
def voucher() -> None:
    """Data vouchers 数据券: open, issue, claim, spend, expire, back, list, show."""


@voucher.command("open")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@actor
@as_json
def open_(file: Path, by: str, as_json: bool) -> None:
    """Open the batch FILE (YAML or JSON) describes.

    It names title, issuer, basis, budget_fen, cap_fen (most of one firm), share_percent (most of a price
    payable), claim_from, claim_to and spend_to; products and datasets where not every one is eligible.
    """
    from catalog.store import writing
    from space.money.voucher_batches import open_batch

    stated = document(file)
    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        made = open_batch(connection, stated, by=acting(by), now=now)
    _tell_batch(made, as_json)


@voucher.command("issue")
@click.argument("batch_id", metavar="BATCH")
@click.option("--count", type=int, required=True, help="How many.")
@click.option("--fen", type=int, required=True, help="What each is good for.")
@click.option("--to", "firm", default=None, metavar="CODE", help="The firm that alone may claim them.")
@actor
@as_json
def issue_vouchers(batch_id: str, count: int, fen: int, firm: str | None, by: str, as_json: bool) -> None:
    """Issue vouchers of BATCH: its unissued value becomes unclaimed."""
    from catalog.store import writing
    from space.money.vouchers import issue

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        made = issue(connection, batch_id, count=count, face_fen=fen, firm=firm, by=acting(by), now=now)
    _tell(made, as_json)


@voucher.command("claim")
@click.argument("batch_id", metavar="BATCH")
@_firm
@click.option(
    "--voucher", "voucher_id", default=None, metavar="ID", help="Which one (default: the first free)."
)
@actor
@as_json
def claim_voucher(batch_id: str, firm: str, voucher_id: str | None, by: str, as_json: bool) -> None:
    """Claim a voucher of BATCH for a firm."""
    from catalog.store import writing
    from space.money.vouchers import claim

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        made = claim(connection, batch_id, firm, voucher_id=voucher_id, by=acting(by), now=now)
    if as_json:
        print_json(made.to_document())
        return
    _tell((made,), as_json)


@voucher.command("spend")
@click.argument("voucher_id", metavar="VOUCHER")
@click.argument("number", metavar="INVOICE")
@_firm
@actor
@as_json
def spend_voucher(voucher_id: str, number: str, firm: str, by: str, as_json: bool) -> None:
    """Pay the INVOICE with a VOUCHER, as far as it goes."""
    from catalog.store import writing
    from space.money.voucher_spending import spend

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        made = spend(connection, voucher_id, number, firm, by=acting(by), now=now)
    if as_json:
        print_json(made.to_document())
        return
    click.echo(
        f"{voucher_id} paid {made.amount_fen} fen of {number}; still to pay {made.invoice.payable_fen} fen"
    )


@voucher.command("expire")
@actor
@as_json
def expire_vouchers(by: str, as_json: bool) -> None:
    """End every value that is over; safe to repeat."""
    from catalog.store import writing
    from space.money.voucher_spending import expire

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        ended = expire(connection, by=acting(by), now=now)
    if as_json:
        print_json(ended)
        return
    for batch_id, fen in ended.items():
        click.echo(f"{batch_id}: {fen} fen expired")
    if not ended:
        click.echo("nothing is over")


@voucher.command("back")
@click.argument("voucher_id", metavar="VOUCHER")
@click.option("--reason", required=True, help="Why; the firm reads it.")
@click.option("--spent", is_flag=True, help="Also what it paid: those invoices are owed in money again.")
@actor
@as_json
def take_voucher_back(voucher_id: str, reason: str, spent: bool, by: str, as_json: bool) -> None:
    """Take VOUCHER back; its value may be issued again while vouchers are claimed."""
    from catalog.store import writing
    from space.money.voucher_spending import take_back

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        made = take_back(connection, voucher_id, reason=reason, spent=spent, by=acting(by), now=now)
    if as_json:
        print_json(made.to_document())
        return
    _tell((made,), as_json)


@voucher.command("list")
@click.option("--firm", default=None, metavar="CODE", help="Vouchers of this firm.")
@click.option("--batch", "batch_id", default=None, metavar="ID", help="Vouchers of this batch.")
@as_json
def list_vouchers(firm: str | None, batch_id: str | None, as_json: bool) -> None:
    """Every batch; or the vouchers of a firm or batch."""
    from catalog.store import reading
    from space.money.voucher_batches import batches
    from space.money.vouchers import all_vouchers

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        if firm is not None or batch_id is not None:
            _tell(all_vouchers(connection, batch_id=batch_id, firm=firm), as_json)
            return
        found = batches(connection)
    if as_json:
        print_json([one.to_document() for one in found])
        return
    for one in found:
        _tell_batch(one, as_json)


@voucher.command("show")
@click.argument("named", metavar="ID")
@as_json
def show_voucher(named: str, as_json: bool) -> None:
    """The batch or voucher ID: where its value is."""
    from catalog.store import reading
    from space.money.voucher_batches import batch
    from space.money.vouchers import voucher as one

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        if named.startswith("vcb_"):
            _tell_batch(batch(connection, named), as_json)
            return
        found = one(connection, named)
    if as_json:
        print_json(found.to_document())
        return
    _tell((found,), as_json)


def _tell_batch(told: Batch, as_json: bool) -> None:
    stated: dict[str, Any] = told.to_document()
    if as_json:
        print_json(stated)
        return
    click.echo(f"{told.id}  {told.title}  by {told.issuer}  budget {told.budget_fen} fen")
    click.echo(
        f"  a firm at most {told.cap_fen} fen, {told.share_percent} % of a price;"
        f" claimed {told.claim_from} to {told.claim_to}, spent until {told.spend_to}"
    )
    parts = ", ".join(f"{part} {fen}" for part, fen in stated["value_fen"].items())
    click.echo(f"  {parts} fen")


def _tell(told: tuple[Voucher, ...], as_json: bool) -> None:
    if as_json:
        print_json([one.to_document() for one in told])
        return
    for one in told:
        left = f"{one.left_fen} of {one.face_fen} fen left, {one.spent_fen} spent"
        click.echo(f"{one.id}  {one.state:10}  {one.firm or 'any firm':18}  {left}")
