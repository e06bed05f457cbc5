"""Commands of digital contracts: ``ybz contract``, from the draft to the archive."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from space.cli.operation.contract_looking import (
    contract_terms,
    list_contracts,
    show_contract,
    tell,
    verify_contract,
)
from space.cli.operation.contract_signing import deleted, digest, seal, sign
from space.cli.refusal import refusals
from space.cli.wayback.options import acting, actor, as_json, document, open_installation, print_json

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from space.contracting.values import DigitalContract

_Command = TypeVar("_Command", bound=Callable[..., Any])

_id = click.argument("contract_id", metavar="ID")
_terms = click.argument("terms", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_party = click.option(
    "--party", required=True, type=click.Choice(["provider", "consumer"]), help="The side that acts."
)
_any_party = click.option(
    "--party",
    required=True,
    type=click.Choice(["provider", "consumer", "platform"]),
    help="The side that acts.",
)
_why = click.option("--why", required=True, help="Why; the other side reads it.")


@click.group()
def contract() -> None:
    """Digital contracts 数字合约: draft, negotiate, sign, suspend, end, archive."""


for _made in (digest, seal, sign, deleted, list_contracts, show_contract, contract_terms, verify_contract):
    contract.add_command(_made)


@contract.command("draft")
@_terms
@click.option("--to", required=True, metavar="CODE", help="Code of the organisation that will use the data.")
@click.option("--from", "provider", default=None, metavar="CODE", help="Granting body, where not clear.")
@click.option("--request", "request_id", default=None, metavar="ID", help="The permitted request it answers.")
@_party
@_why
@actor
@as_json
def draft_contract(
    terms: Path,
    to: str,
    provider: str | None,
    request_id: str | None,
    party: str,
    why: str,
    by: str,
    as_json: bool,
) -> None:
    """Draft a contract from the TERMS file; nobody is asked anything yet.

    TERMS is written as for `ybz grant new`, and names the persons in charge: in_charge {manager, user}.
    """
    from space.contracting.negotiating import draft
    from space.contracting.values import Side

    stated = document(terms)

    def act(connection: Connection, now: datetime) -> DigitalContract:
        return draft(
            connection, stated, to=to, side=Side(party), by=acting(by), why=why, now=now,
            request_id=request_id, provider=provider,
        )  # fmt: skip

    _do(act, as_json)


@contract.command("redraft")
@_id
@_terms
@_party
@_why
@actor
@as_json
def redraft_contract(contract_id: str, terms: Path, party: str, why: str, by: str, as_json: bool) -> None:
    """Write the draft ID anew, as the whole of the TERMS file."""
    from space.contracting import negotiating
    from space.contracting.values import Side

    stated = document(terms)
    _do(
        lambda connection, now: negotiating.redraft(
            connection, contract_id, stated, side=Side(party), by=acting(by), why=why, now=now
        ),
        as_json,
    )


@contract.command("offer")
@_id
@_party
@click.option("--why", default="", help="What to say with it.")
@actor
@as_json
def offer_contract(contract_id: str, party: str, why: str, by: str, as_json: bool) -> None:
    """Offer the draft ID to the other side as it stands."""
    from space.contracting import negotiating
    from space.contracting.values import Side

    _do(
        lambda connection, now: negotiating.offer(
            connection, contract_id, side=Side(party), by=acting(by), why=why, now=now
        ),
        as_json,
    )


@contract.command("counter")
@_id
@_terms
@_party
@_why
@actor
@as_json
def counter_offer(contract_id: str, terms: Path, party: str, why: str, by: str, as_json: bool) -> None:
    """Answer the last offer of ID with another, the whole of the TERMS file; what it changes is told."""
    from space.contracting import negotiating
    from space.contracting.values import Side

    stated = document(terms)
    _do(
        lambda connection, now: negotiating.counter(
            connection, contract_id, stated, side=Side(party), by=acting(by), why=why, now=now
        ),
        as_json,
    )


@contract.command("accept")
@_id
@click.option("--offer", "number", required=True, type=int, help="Number of the offer you have read.")
@_party
@click.option("--why", default="", help="What to say with it.")
@actor
@as_json
def accept_offer(contract_id: str, number: int, party: str, why: str, by: str, as_json: bool) -> None:
    """Accept the last offer of ID, made by the other side; then it can be signed."""
    from space.contracting import negotiating
    from space.contracting.values import Side

    _do(
        lambda connection, now: negotiating.accept(
            connection, contract_id, number, side=Side(party), by=acting(by), why=why, now=now
        ),
        as_json,
    )


@contract.command("withdraw")
@_id
@_any_party
@_why
@actor
@as_json
def withdraw_contract(contract_id: str, party: str, why: str, by: str, as_json: bool) -> None:
    """Leave the negotiation of ID, or do not sign after all; the platform refuses to witness."""
    from space.contracting import negotiating
    from space.contracting.values import Side

    _do(
        lambda connection, now: negotiating.withdraw(
            connection, contract_id, side=Side(party), by=acting(by), why=why, now=now
        ),
        as_json,
    )


def _performing(name: str, text: str) -> Callable[..., None]:
    """A command that takes one step of a contract in force."""

    def command(contract_id: str, party: str, why: str, by: str, as_json: bool) -> None:
        from space.contracting import breaches, performing
        from space.contracting.values import Side

        steps: dict[str, Callable[..., DigitalContract]] = {
            "suspend": performing.suspend,
            "resume": performing.resume,
            "breach": breaches.declare,
        }

        def act(connection: Connection, now: datetime) -> DigitalContract:
            said = {"side": Side(party), "by": acting(by), "why": why, "now": now}
            if name in steps:
                return steps[name](connection, contract_id, **said)
            return performing.finish(connection, contract_id, name, **said)  # type: ignore[arg-type]

        _do(act, as_json)

    command.__doc__ = text
    return contract.command(name)(_id(_any_party(_why(actor(as_json(command))))))


_performing(
    "suspend", "Suspend the contract ID (or of the grant ID): its grant answers nothing until resumed."
)
_performing("resume", "Put the suspended contract ID back into force, by the side that suspended it.")
_performing("complete", "Complete the contract ID before its last day: the user has what it needs.")
_performing("breach", "State that the contract ID is broken: what its terms say follows, else it ends.")
_performing("terminate", "Terminate the contract ID; it ends, and its grant with it.")


@contract.command("archive")
@_id
@_why
@actor
@as_json
def archive_contract(contract_id: str, why: str, by: str, as_json: bool) -> None:
    """Put the ended contract ID into the archive, once nothing is owed under it."""
    from space.contracting import performing

    _do(
        lambda connection, now: performing.archive(connection, contract_id, by=acting(by), why=why, now=now),
        as_json,
    )


def _do(act: Callable[[Connection, datetime], DigitalContract], as_json: bool) -> None:
    """Take one step in a transaction of its own, and tell how the contract then stands."""
    from catalog.store import writing

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        made = act(connection, now)
    if as_json:
        print_json(made.to_document())
    else:
        tell(made)
