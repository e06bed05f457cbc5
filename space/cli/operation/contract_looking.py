"""Commands that look at contracts: ``ybz contract list``, ``show``, ``terms``, ``verify``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from space.cli.wayback.options import as_json, document, open_installation, pairs, print_json

if TYPE_CHECKING:
    from space.contracting.values import DigitalContract


@click.command("list")
@click.option("--of", "organisation", default=None, metavar="CODE", help="Only this party's.")
@as_json
def list_contracts(organisation: str | None, as_json: bool) -> None:
    """Every contract, the oldest first."""
    from catalog.store import reading
    from space.contracting.contracts import all_contracts

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        found = all_contracts(connection, organisation)
    if as_json:
        print_json([one.to_document() for one in found])
        return
    for one in found:
        click.echo(
            f"{one.id}  {one.state:21}  {one.kind:9}  {one.provider} → {one.consumer}  offers {one.offers}"
        )


@click.command("show")
@click.argument("contract_id", metavar="ID")
@as_json
def show_contract(contract_id: str, as_json: bool) -> None:
    """The contract ID: its offers with what each changes, its signatures, its steps, what is open now."""
    from catalog.store import reading
    from space.contracting.contracts import by_id, offers_of, signatures_of, steps_of

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        found = by_id(connection, contract_id)
        offers = offers_of(connection, found.id)
        signatures, steps = signatures_of(connection, found.id), steps_of(connection, found.id)
    if as_json:
        parts = {
            "offers": [one.to_document() for one in offers],
            "signatures": [one.to_document() for one in signatures],
            "steps": list(steps),
        }
        print_json(found.to_document() | parts)
        return
    tell(found)
    for offer in offers:
        click.echo(f"  offer {offer.number} by the {offer.side} ({offer.made_by}): {offer.why}")
        for line in offer.differences:
            click.echo(f"    {line}")
    for one in signatures:
        click.echo(f"  signed for the {one.side} by {one.signed_by}, key {one.key_id} ({one.algorithm})")
    for step in steps:
        why = f": {step['why']}" if step["why"] else ""
        click.echo(f"  {step['at'][:19]}  {step['event']} by the {step['side']} → {step['to']}{why}")


@click.command("terms")
@click.argument("contract_id", metavar="ID")
@click.option("--offer", "number", type=int, default=None, help="Of this offer (default: the last).")
@as_json
def contract_terms(contract_id: str, number: int | None, as_json: bool) -> None:
    """The complete terms of an offer of ID, as a file to edit for a counter-offer."""
    import json

    from catalog.store import reading
    from policies.terms_form import to_document
    from space.contracting.contracts import by_id, offer_of

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        found = by_id(connection, contract_id)
        stated = to_document(offer_of(connection, found.id, number or found.offers).terms)
    click.echo(json.dumps(stated, ensure_ascii=False, indent=None if as_json else 2))


@click.command("verify")
@click.argument("named", metavar="ID|FILE")
@click.option(
    "--key",
    "keys",
    multiple=True,
    metavar="SIDE=PEM",
    help="Public key of a side; with them a FILE of `ybz contract show --json` is checked offline.",
)
@as_json
def verify_contract(named: str, keys: tuple[str, ...], as_json: bool) -> None:
    """Check that the agreement of a contract is the one accepted, and every signature over it."""
    told, signed = _checked_offline(named, keys) if keys else _checked_here(named)
    wrong = told["problems"]
    if as_json:
        print_json(told)
    elif not wrong:
        click.echo(f"holds: {told['id']}, signed by {', '.join(signed) or 'nobody'}")
    for line in wrong:
        click.echo(f"does not hold: {line}", err=True)
    if wrong:
        raise click.exceptions.Exit(1)


def _checked_here(named: str) -> tuple[dict[str, Any], list[str]]:
    """A stored contract, with the keys the installation knows."""
    from catalog.keys import load, ring_of
    from catalog.store import reading
    from space.contracting.contracts import by_id, signatures_of
    from space.contracting.signing import problems

    home, engine, _now = open_installation()
    with reading(engine) as connection:
        found = by_id(connection, named)
        signed = [one.side.value for one in signatures_of(connection, found.id)]
        wrong = problems(connection, found, ring_of(connection, load(home).signer))
    return _verdict(found.id, found.agreement_digest, signed, wrong), signed


def _checked_offline(named: str, keys: tuple[str, ...]) -> tuple[dict[str, Any], list[str]]:
    """The document of a contract, with the keys that are given; no installation is asked."""
    from catalog.keys import public_from_pem
    from space.contracting.offline import document_problems

    given = {side: public_from_pem(Path(file).read_bytes()) for side, file in pairs(keys).items()}
    shown = document(Path(named))
    signed = [str(one.get("side")) for one in shown.get("signatures", ()) if isinstance(one, dict)]
    wrong = document_problems(shown, given)
    return _verdict(shown.get("id"), shown.get("agreement_digest"), signed, wrong), signed


def _verdict(named: Any, digest: Any, signed: list[str], wrong: tuple[str, ...]) -> dict[str, Any]:
    return {
        "id": named,
        "ok": not wrong,
        "agreement_digest": digest,
        "signed": signed,
        "problems": list(wrong),
    }


def tell(told: DigitalContract) -> None:
    """Print how a contract stands, and what is open now."""
    from space.contracting.contracts import open_words

    click.echo(f"{told.id}  {told.state}  {told.kind}  {told.provider} → {told.consumer}")
    click.echo(f"  in charge: {told.provider_person} manages, {told.consumer_person} uses")
    if told.agreement_digest:
        click.echo(f"  agreement {told.agreement_digest}")
    click.echo(f"  grant {told.grant_id}" + ("" if told.living else " (not in force)"))
    click.echo(f"  open now: {open_words(told.state)}")
