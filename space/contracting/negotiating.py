"""Negotiating a contract: draft, offer, counter-offer, acceptance, withdrawal.

Decides that an offer is a complete set of terms that may be granted that day, that a counter-offer changes
something, and that only the last offer is accepted, by the other side (the table of steps). Signing is
:mod:`space.contracting.signing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from catalog.store.schema import new_id
from contracts.canonical import canonical, digest
from policies.decision import Deny, Reason
from policies.terms import Terms
from policies.usage_terms import InCharge
from space.contracting import offering, steps
from space.contracting.contracts import by_id, offer_of
from space.contracting.telling import tell
from space.contracting.values import DigitalContract, Offer, Side
from space.errors import Refused
from space.granting.examining import Examined, examine
from space.granting.grants import agreement_of

# Told of an offer to whoever answers it.
WAITS: Final = "has an offer that waits for your answer"


def draft(
    connection: Connection,
    document: Mapping[str, Any],
    *,
    to: str,
    side: Side,
    by: str,
    why: str,
    now: datetime,
    request_id: str | None = None,
    provider: str | None = None,
) -> DigitalContract:
    """Draft a contract: nobody is asked anything yet.

    Args:
        connection: a writing transaction.
        document: terms as people write them.
        to: code of the consumer.
        side: that drafts it.
        by: the person.
        why: what it is for.
        now: aware instant.
        request_id: the request it answers; the newest permitted one that covers the terms where None.
        provider: code of the granting organisation, where not clear.

    Raises:
        Refused: the terms may not be granted, with every reason, or name no persons in charge.
        TermsUnreadable: the document does not read as terms.
    """
    found = examine(connection, document, to=to, now=now, request_id=request_id, grantor=provider)
    contract = offering.open_contract(
        connection,
        kind=found.kind,
        request_id=found.request.id,
        provider=found.grantor,
        consumer=found.grantee.code,
        grant_id=new_id("grt"),
        in_charge=_in_charge(found.terms),
        now=now,
    )
    steps.allowed(contract, "draft", side)
    number = offering.add_offer(connection, contract, found.terms, None, side=side, by=by, why=why, now=now)
    return steps.take(
        connection, contract, "draft", side, by=by, why=why, now=now, stated={"offer": number}, offers=number
    )


def redraft(
    connection: Connection,
    named: str,
    document: Mapping[str, Any],
    *,
    side: Side,
    by: str,
    why: str,
    now: datetime,
) -> DigitalContract:
    """Write a draft anew, by the side that wrote it.

    Raises:
        Refused: the step is not open, the terms may not be granted, or nothing is changed.
        Unknown: there is no such contract.
    """
    return _restate(connection, named, document, "redraft", side=side, by=by, why=why, now=now)


def offer(
    connection: Connection, named: str, *, side: Side, by: str, why: str, now: datetime
) -> DigitalContract:
    """Offer the draft as it stands to the other side.

    Raises:
        Refused: the step is not open, or the terms may no longer be granted.
        Unknown: there is no such contract.
    """
    contract = by_id(connection, named, lock=True)
    steps.allowed(contract, "offer", side)
    last = offer_of(connection, contract.id, contract.offers)
    _examine(connection, contract, last.terms, now)
    stated = {"offer": last.number, "terms": last.terms_digest}
    made = steps.take(connection, contract, "offer", side, by=by, why=why, now=now, stated=stated)
    tell(connection, made, side, WAITS, now, why)
    return made


def counter(
    connection: Connection,
    named: str,
    document: Mapping[str, Any],
    *,
    side: Side,
    by: str,
    why: str,
    now: datetime,
) -> DigitalContract:
    """Answer an offer with another: a complete set of terms, with what it changes in words.

    Raises:
        Refused: the step is not open, the terms may not be granted, or nothing is changed.
        Unknown: there is no such contract.
    """
    return _restate(connection, named, document, "counter", side=side, by=by, why=why, now=now)


def accept(
    connection: Connection, named: str, number: int, *, side: Side, by: str, why: str, now: datetime
) -> DigitalContract:
    """Accept the last offer of the other side; the agreement to sign is fixed by it.

    Args:
        connection: a writing transaction.
        named: id of the contract.
        number: of the offer that was read; refused where it is not the last.
        side: that accepts.
        by: the person.
        why: may be empty.
        now: aware instant.

    Raises:
        Refused: the step is not open, a later offer was made, or the terms may no longer be granted.
        Unknown: there is no such contract.
    """
    contract = by_id(connection, named, lock=True)
    steps.allowed(contract, "accept", side)
    if number != contract.offers:
        raise Refused(Deny((_superseded(contract.offers),)))
    last = offer_of(connection, contract.id, number)
    agreement = agreement_of(_examine(connection, contract, last.terms, now), contract.grant_id)
    persons, stated = _in_charge(last.terms), digest(agreement)
    made = steps.take(
        connection, contract, "accept", side, by=by, why=why, now=now,
        stated={"offer": number, "agreement": stated},
        agreement=canonical(agreement).decode(), agreement_digest=stated,
        provider_person=persons.manager, consumer_person=persons.user,
    )  # fmt: skip
    tell(connection, made, side, "is agreed and waits for both signatures", now, why)
    return made


def withdraw(
    connection: Connection, named: str, *, side: Side, by: str, why: str, now: datetime
) -> DigitalContract:
    """Leave the negotiation, or do not sign after all; by the platform: refuse to witness.

    Raises:
        Refused: the step is not open, or no reason is given.
        Unknown: there is no such contract.
    """
    steps.needs_reason(why)
    event = "refuse" if side is Side.PLATFORM else "withdraw"
    contract = by_id(connection, named, lock=True)
    offered = not contract.state.startswith("draft_")
    made = steps.take(connection, contract, event, side, by=by, why=why, now=now)
    if offered:  # of a draft the other side never knew
        tell(connection, made, side, "is negotiated no further", now, why)
    return made


def _restate(
    connection: Connection,
    named: str,
    document: Mapping[str, Any],
    event: str,
    *,
    side: Side,
    by: str,
    why: str,
    now: datetime,
) -> DigitalContract:
    steps.needs_reason(why)
    contract = by_id(connection, named, lock=True)
    steps.allowed(contract, event, side)
    former = offer_of(connection, contract.id, contract.offers)
    found = _examine(connection, contract, document, now)
    _changes_something(former, found.terms)
    persons = _in_charge(found.terms)
    number = offering.add_offer(
        connection, contract, found.terms, former.terms, side=side, by=by, why=why, now=now
    )
    made = steps.take(
        connection, contract, event, side, by=by, why=why, now=now, stated={"offer": number}, offers=number,
        provider_person=persons.manager, consumer_person=persons.user,
    )  # fmt: skip
    if event == "counter":
        tell(connection, made, side, WAITS, now, why)
    return made


def _examine(
    connection: Connection, contract: DigitalContract, stated: Mapping[str, Any] | Terms, now: datetime
) -> Examined:
    return examine(
        connection,
        stated,
        to=contract.consumer,
        now=now,
        request_id=contract.request_id,
        grantor=contract.provider,
    )


def _in_charge(terms: Terms) -> InCharge:
    """The persons in charge, whom a negotiated contract always names.

    Raises:
        Refused: it names none.
    """
    if terms.in_charge is not None:
        return terms.in_charge
    reason = Reason(
        "contract.in_charge",
        "a contract names the person in charge of either side",
        "in_charge",
        "in_charge: {manager: …, user: …} in the terms",
    )
    raise Refused(Deny((reason,)))


def _changes_something(former: Offer, terms: Terms) -> None:
    if former.terms == terms:
        reason = Reason(
            "contract.offer.same", "the offer is the one before", "terms", "accept that one, or change a term"
        )
        raise Refused(Deny((reason,)))


def _superseded(last: int) -> Reason:
    return Reason(
        "contract.offer.superseded",
        "the offer is not the last one",
        "offer",
        f"read offer {last} (`ybz contract show`) and accept that one",
    )
