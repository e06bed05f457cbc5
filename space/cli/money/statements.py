"""Commands ``ybz statement``: monthly statements of both sides."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from space.cli.money.common import FILE, Shown, key_option, ring_given, signer_of
from space.cli.refusal import refusals
from space.cli.wayback.options import acting, actor, as_json, open_installation, print_json

if TYPE_CHECKING:
    from space.money.signed import Signed


@click.group(cls=Shown)
def statement() -> None:
    """Monthly statements 对账单: `ybz statement GRANT|ORGANISATION MONTH`, close, check, receipts."""


@statement.command()
@click.argument("whose", metavar="GRANT|ORGANISATION")
@click.argument("month")
@click.option(
    "--to", type=click.Path(dir_okay=False, path_type=Path), default=None, help="Write it to this file."
)
@as_json
def show(whose: str, month: str, to: Path | None, as_json: bool) -> None:
    """The statement of MONTH (YYYY-MM), signed: the closed one, else as it stands now."""
    from catalog.store import reading
    from space.money.statements import of_grant, of_organisation

    home, engine, now = open_installation()
    of = of_grant if whose.startswith("grt_") else of_organisation
    with refusals(as_json), reading(engine) as connection:
        _tell_statement(of(connection, signer_of(home), whose, month, now), to, as_json)


@statement.command()
@click.argument("organisation")
@click.argument("month")
@actor
@as_json
def close(organisation: str, month: str, by: str, as_json: bool) -> None:
    """Close ORGANISATION's MONTH, if its calls reconcile; a closed statement never changes."""
    from catalog.store import writing
    from space.money.statements import close as settle

    home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        made = settle(connection, signer_of(home), organisation, month, by=acting(by), now=now)
    _tell_statement(made, None, as_json)


@statement.command("check")
@click.argument("file", type=FILE)
@click.option(
    "--receipts",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="Folder of your own receipts: signed texts, or the JSON answers came in.",
)
@key_option
@as_json
def check_statement(file: Path, receipts: Path, key: Path | None, as_json: bool) -> None:
    """Check the statement FILE against your own receipts; needs nothing but the public key."""
    from space.money.signed import read_file
    from space.money.statement_check import check

    found = check(read_file(file), receipts, ring_given(key))
    if as_json:
        print_json(found.to_document())
    else:
        stated = f"the statement says {found.stated_fen}"
        click.echo(f"{found.receipts} receipts give {found.recomputed_fen} fen; {stated}")
    for line in found.differences:
        click.echo(f"differs: {line}", err=True)
    if found.differences:
        raise click.exceptions.Exit(1)


@statement.command("receipts")
@click.argument("organisation")
@click.argument("month")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@as_json
def write_receipts(organisation: str, month: str, folder: Path, as_json: bool) -> None:
    """Write the receipts of ORGANISATION's MONTH into FOLDER, one file each."""
    from catalog.store import reading
    from space.money.statements import receipts_of

    _home, engine, _now = open_installation()
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    with reading(engine) as connection:
        for receipt_id, signed in receipts_of(connection, organisation, month):
            (folder / f"{receipt_id}.jws").write_text(signed, encoding="ascii")
            written += 1
    if as_json:
        print_json({"receipts": written, "folder": str(folder)})
        return
    click.echo(f"{written} receipts in {folder}")


@statement.command("list")
@click.argument("organisation")
@as_json
def list_statements(organisation: str, as_json: bool) -> None:
    """The closed months of ORGANISATION."""
    from catalog.store import reading
    from space.money.statements import by_organisation

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        found = by_organisation(connection, organisation)
    if as_json:
        print_json([dict(one) for one in found])
        return
    for one in found:
        click.echo(f"{one['month']}  {one['total_fen']:>12} fen  {one['id']}  closed by {one['closed_by']}")


def _tell_statement(told: Signed, to: Path | None, as_json: bool) -> None:
    import json

    if to is not None:
        to.write_text(json.dumps(told.to_document(), ensure_ascii=False, indent=1), encoding="utf-8")
    if as_json:
        print_json(told.to_document())
        return
    document = told.document
    who = document["organisation"]
    click.echo(
        f"{document['month']}  {who['name']} {who['code']}  {document['state']}  as of {document['as_of']}"
    )
    for section in document["grants"]:
        price, amount = section["price"]["fen"], section["amount_fen"]
        click.echo(f"  {section['grant']}  {section['purpose']}  {price} fen a unit  {amount} fen")
        for line in section["lines"]:
            idle = ", ".join(f"{n} {outcome}" for outcome, n in line["not_charged"].items())
            most = f"ceiling {line['ceiling']['fen']} a {line['unit']}"
            asked = f"{line['answers']} answers, {line['calls']} calls, {line['amount_fen']} fen ({most})"
            click.echo(f"    {line['product']:12} {asked}" + (f"; not charged: {idle}" if idle else ""))
    click.echo(f"  total {document['total_fen']} fen; digest {told.digest}")
