"""Commands ``ybz invoice``: invoices and credit notes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from space.cli.money.common import FILE, Shown, key_option, ring_given, signer_of
from space.cli.refusal import refusals
from space.cli.wayback.options import acting, actor, as_json, open_installation, pairs, print_json

if TYPE_CHECKING:
    from space.money.invoices import Invoice


@click.group(cls=Shown)
def invoice() -> None:
    """Invoices 账单: issue, credit, show (also as a page to print), check, list."""


@invoice.command("issue")
@click.argument("organisation")
@click.argument("month")
@actor
@as_json
def issue_invoices(organisation: str, month: str, by: str, as_json: bool) -> None:
    """Bill ORGANISATION's closed MONTH: one invoice for each granting body something is owed to."""
    from catalog.store import writing
    from space.money.invoices import issue

    home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        made = issue(connection, signer_of(home), organisation, month, by=acting(by), now=now)
    if as_json:
        print_json([one.to_document() for one in made])
        return
    for one in made:
        _tell_invoice(one)


@invoice.command("credit")
@click.argument("number")
@click.option("--line", "lines", multiple=True, required=True, metavar="LINE=FEN", help="What to take off.")
@click.option("--reason", required=True, help="Why; stands on the note.")
@actor
@as_json
def credit_invoice(number: str, lines: tuple[str, ...], reason: str, by: str, as_json: bool) -> None:
    """Take money off lines of the invoice NUMBER by a credit note of its own number."""
    from catalog.store import writing
    from space.money.invoices import credit

    try:
        taken_off = {int(line): int(fen) for line, fen in pairs(lines).items()}
    except ValueError:
        raise click.UsageError("write --line LINE=FEN in whole numbers") from None
    home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        made = credit(connection, signer_of(home), number, taken_off, reason=reason, by=acting(by), now=now)
    if as_json:
        print_json(made.to_document())
        return
    _tell_invoice(made)


@invoice.command("show")
@click.argument("number")
@click.option(
    "--html", type=click.Path(dir_okay=False, path_type=Path), default=None, help="Write it as a page."
)
@as_json
def show_invoice(number: str, html: Path | None, as_json: bool) -> None:
    """The invoice or credit note NUMBER; with --html as a page to print, with its check digest."""
    from catalog.store import reading
    from space.money.invoice_page import page
    from space.money.invoices import by_number

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        found = by_number(connection, number)
    if html is not None:
        html.write_text(page(found.signed), encoding="utf-8")
    if as_json:
        print_json(found.to_document())
        return
    _tell_invoice(found)


@invoice.command("check")
@click.argument("file", type=FILE)
@key_option
@as_json
def check_invoice(file: Path, key: Path | None, as_json: bool) -> None:
    """Check the page or JSON FILE of an invoice: digest, signature, and that it shows what was signed."""
    from space.money.invoice_page import check_page
    from space.money.signed import INVOICE_TYPE, read_file, require

    ring = ring_given(key)
    if file.suffix == ".json":
        signed = read_file(file)
        require(signed, ring, INVOICE_TYPE)
    else:
        signed = check_page(file.read_text(encoding="utf-8"), ring)
    document = signed.document
    if as_json:
        told = {"ok": True, "number": document["number"], "total_fen": document["total_fen"]}
        print_json({**told, "digest": signed.digest})
        return
    click.echo(f"{document['number']} holds: {document['total_capitals']} ({document['total_fen']} fen)")


@invoice.command("list")
@click.option("--payer", default=None, metavar="CODE", help="Only of this organisation.")
@click.option("--issuer", default=None, metavar="CODE", help="Only by this body.")
@click.option("--year", type=int, default=None, help="Only use of this year.")
@as_json
def list_invoices(payer: str | None, issuer: str | None, year: int | None, as_json: bool) -> None:
    """Invoices and credit notes, the oldest first."""
    from catalog.store import reading
    from space.money.invoices import all_invoices

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        found = all_invoices(connection, payer=payer, issuer=issuer, year=year)
    if as_json:
        print_json([one.to_document() for one in found])
        return
    for one in found:
        _tell_invoice(one)


def _tell_invoice(told: Invoice) -> None:
    document = told.signed.document
    of = f"  of {told.corrects}" if told.corrects else ""
    click.echo(f"{told.number}  {told.kind}  {told.month}  {told.payer}  {told.total_fen} fen{of}")
    click.echo(
        f"  {document['total_capitals']}; still to pay {told.payable_fen} fen; digest {told.signed.digest}"
    )
