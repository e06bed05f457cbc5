"""Signing a contract: the persons in charge of both sides with keys of their own, then the platform.

Decides whose signature counts: that of the person the terms put in charge of the side (谁管理谁负责、
谁使用谁负责), by a key its organisation has registered, over the statement of the agreement. The platform
signs last, as witness, and from that transaction on the contract is in force and its grant exists.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection

from catalog.errors import CatalogError
from catalog.keys import Ring, Signer, check_party_signature
from contracts.canonical import canonical, digest
from policies import odrl
from policies.decision import Deny, Reason
from policies.terms import Terms
from space.contracting import steps
from space.contracting.contracts import by_id, signatures_of
from space.contracting.statements import SignatureUnreadable, decoded, keep_signature, statement
from space.contracting.telling import tell
from space.contracting.values import PARTIES, DigitalContract, Side, Signature
from space.errors import Refused
from space.granting.examining import examine
from space.granting.grants import Grant, agreement_of, enter
from space.granting.revocation import close_expired


def to_sign(contract: DigitalContract, side: Side, person: str = "") -> bytes:
    """The statement a side signs: bytes to be signed anywhere, with any tool that holds the key.

    Args:
        contract: with an accepted offer.
        side: provider, consumer or platform.
        person: who signs for the platform; for a party it is the person in charge.

    Raises:
        Refused: no offer was accepted yet.
    """
    if contract.agreement is None:
        raise Refused(Deny((_NOT_AGREED,)))
    return statement(contract, side, person if side is Side.PLATFORM else contract.person(side))


def sign(
    connection: Connection, named: str, *, side: Side, by: str, key_id: str, signature: bytes, now: datetime
) -> DigitalContract:
    """Hand in the signature of a party.

    Args:
        connection: a writing transaction.
        named: id of the contract.
        side: provider or consumer.
        by: who signed; must be the person the terms name in charge of the side.
        key_id: of the registered key.
        signature: over the statement of :func:`to_sign`.
        now: aware instant.

    Raises:
        Refused: the step is not open, or another person signed.
        KeyTrouble: the key is not the party's, does not count now, or did not sign this.
        Unknown: there is no such contract.
    """
    contract = by_id(connection, named, lock=True)
    steps.allowed(contract, "sign", side)
    person = _person(odrl.read(json.loads(contract.agreement or "")).terms, side)
    if by != person:
        raise Refused(Deny((_SIGNER,)))
    signed = to_sign(contract, side)
    key = check_party_signature(
        connection,
        organisation=contract.party(side),
        named=key_id,
        message=signed,
        signature=signature,
        at=now,
    )
    keep_signature(
        connection, contract, side, person=person, key_id=key.key_id, algorithm=key.algorithm,
        signature=signature, signed=signed, now=now,
    )  # fmt: skip
    stated = {"agreement": contract.agreement_digest, "key": key.key_id}
    made = steps.take(connection, contract, "sign", side, by=by, why="", now=now, stated=stated)
    tell(connection, made, side, "was signed by the other side", now)
    return made


def conclude(connection: Connection, signer: Signer, named: str, *, by: str, now: datetime) -> Grant:
    """Sign for the platform, as the last: the contract is in force and its grant exists from now on.

    Args:
        connection: a writing transaction.
        signer: the platform's.
        named: id of the contract.
        by: the person who signs for the platform.
        now: aware instant.

    Raises:
        Refused: the step is not open, a signature does not hold, or the terms may no longer be granted.
        Unknown: there is no such contract.
    """
    close_expired(connection, now)
    contract = by_id(connection, named, lock=True)
    steps.allowed(contract, "sign", Side.PLATFORM)
    terms = odrl.read(json.loads(contract.agreement or "")).terms
    found = examine(
        connection, terms, to=contract.consumer, now=now, request_id=contract.request_id,
        grantor=contract.provider,
    )  # fmt: skip
    agreement = agreement_of(found, contract.grant_id)
    if broken := problems(connection, contract, None):
        raise Refused(Deny(tuple(_broken(problem) for problem in broken)))
    key, signed = signer.fixed(), to_sign(contract, Side.PLATFORM, by)
    keep_signature(
        connection, contract, Side.PLATFORM, person=by, key_id=key.key_id, algorithm=key.algorithm,
        signature=key.sign(signed), signed=signed, now=now,
    )  # fmt: skip
    stated = {"agreement": contract.agreement_digest, "key": key.key_id, "grant": contract.grant_id}
    steps.take(connection, contract, "sign", Side.PLATFORM, by=by, why="", now=now, stated=stated)
    return enter(connection, signer, found, contract.grant_id, agreement, by=by, now=now)


def problems(connection: Connection, contract: DigitalContract, ring: Ring | None) -> tuple[str, ...]:
    """What does not hold of an agreement and its signatures, in words; empty where all does.

    Args:
        connection: to read signatures and keys with.
        contract: as it stands.
        ring: every key the platform signed with; its signature is not looked at where None.
    """
    if contract.agreement is None:
        return ()
    return tuple(_problems(connection, contract, ring))


def _problems(connection: Connection, contract: DigitalContract, ring: Ring | None) -> Iterator[str]:
    stated = json.loads(contract.agreement or "")
    if canonical(stated).decode() != contract.agreement or digest(stated) != contract.agreement_digest:
        yield "the agreement is not the one that was accepted"
    for one in signatures_of(connection, contract.id):
        if one.statement.encode() != statement(contract, one.side, one.signed_by):
            yield f"the {one.side} signed another statement"
        elif one.side in PARTIES and not _party_holds(connection, one):
            yield f"the signature of the {one.side} does not hold"
        elif one.side is Side.PLATFORM and ring is not None and (wrong := _platform_problem(one, ring)):
            yield f"the signature of the platform: {wrong}"


def _party_holds(connection: Connection, one: Signature) -> bool:
    try:
        check_party_signature(
            connection,
            organisation=one.organisation,
            named=one.key_id,
            message=one.statement.encode(),
            signature=decoded(one.signature),
            at=one.signed_at,
        )
    except (CatalogError, SignatureUnreadable):
        return False
    return True


def _platform_problem(one: Signature, ring: Ring) -> str | None:
    try:
        return ring.problem(one.key_id, one.statement.encode(), decoded(one.signature), one.signed_at)
    except SignatureUnreadable as error:
        return str(error)


def _person(terms: Terms, side: Side) -> str:
    """The person the terms put in charge of a side; nobody else signs for it."""
    if terms.in_charge is None:
        return ""
    return terms.in_charge.manager if side is Side.PROVIDER else terms.in_charge.user


_NOT_AGREED = Reason(
    "contract.not_agreed", "no offer was accepted, so there is nothing to sign", "contract",
    "have the other side accept the last offer (`ybz contract accept`)",
)  # fmt: skip
_SIGNER = Reason(
    "contract.signer", "the person who signed is not in charge of this side", "by",
    "have the person sign whom the terms name under in_charge",
)  # fmt: skip


def _broken(problem: str) -> Reason:
    return Reason(
        "contract.signature",
        "what was signed does not hold",
        problem,
        "withdraw the contract and negotiate it anew",
    )
