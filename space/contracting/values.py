"""A digital contract 数字合约 as frozen values: its sides, its offers, its signatures.

Decides nothing; how contracts are read is :mod:`space.contracting.contracts`'s, what may be done with one
is that of the modules of its steps.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from policies.machine import Machine, machine
from policies.terms import Terms
from policies.terms_form import to_document as terms_document

# States in which the grant exists and its term is not over.
LIVING: Final = ("in_force", "suspended_by_provider", "suspended_by_consumer", "suspended_by_platform")


class Side(StrEnum):
    """Who takes a step of a contract."""

    PROVIDER = "provider"  # 提供方
    CONSUMER = "consumer"  # 使用方
    PLATFORM = "platform"  # 空间运营方: witness, and keeper of the terms
    CLOCK = "clock"  # nobody: a term ran out


# The sides that negotiate.
PARTIES: Final = (Side.PROVIDER, Side.CONSUMER)


def procedure() -> Machine:
    """The table of lawful steps: state × event × side."""
    return machine("contract", Side)


@dataclass(frozen=True, slots=True)
class Offer:
    """One complete set of terms.

    Attributes:
        number: 1, 2, …
        side: that made it.
        made_by, made_at, why: who, when and why.
        terms: the whole.
        terms_digest: SHA-256 of them.
        differences: what it changes of the offer before, in words.
    """

    number: int
    side: Side
    made_by: str
    made_at: datetime
    why: str
    terms: Terms
    terms_digest: str
    differences: tuple[str, ...]

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "number": self.number,
            "side": self.side.value,
            "by": self.made_by,
            "at": self.made_at.isoformat(),
            "why": self.why,
            "terms": terms_document(self.terms),
            "terms_digest": self.terms_digest,
            "differences": list(self.differences),
        }


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature of one side over its statement of the agreement.

    Attributes:
        side, organisation, signed_by: who.
        key_id, algorithm: with which key.
        signature: base64.
        statement: the bytes that were signed, canonical JSON.
        signed_at: when it was received.
    """

    side: Side
    organisation: str
    signed_by: str
    key_id: str
    algorithm: str
    signature: str
    statement: str
    signed_at: datetime

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "side": self.side.value,
            "organisation": self.organisation,
            "by": self.signed_by,
            "key": self.key_id,
            "algorithm": self.algorithm,
            "signature": self.signature,
            "statement": self.statement,
            "at": self.signed_at.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class DigitalContract:
    """One contract as it stands.

    Attributes:
        id: of the contract.
        kind: ``sharing`` or ``operation``.
        request_id: the request it answers.
        provider, consumer: codes of the parties.
        state: see ``policies/rules/procedures/contract.csv``.
        offers: how many were made; the last one counts.
        grant_id: the grant's, which exists from the moment the contract is in force.
        agreement: canonical JSON of the ODRL agreement, once an offer was accepted.
        agreement_digest: SHA-256 of it.
        provider_person, consumer_person: the persons in charge of both sides.
        drafted_at, changed_at: when.
    """

    id: str
    kind: str
    request_id: str
    provider: str
    consumer: str
    state: str
    offers: int
    grant_id: str
    agreement: str | None
    agreement_digest: str | None
    provider_person: str
    consumer_person: str
    drafted_at: datetime
    changed_at: datetime

    @property
    def living(self) -> bool:
        """Whether its grant exists and has not ended."""
        return self.state in LIVING

    def party(self, side: Side) -> str:
        """Code of the organisation on a side that signs with a key of its own."""
        return {Side.PROVIDER: self.provider, Side.CONSUMER: self.consumer}[side]

    def person(self, side: Side) -> str:
        """The person in charge of a side."""
        return {Side.PROVIDER: self.provider_person, Side.CONSUMER: self.consumer_person}[side]

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "id": self.id,
            "kind": self.kind,
            "request": self.request_id,
            "provider": self.provider,
            "consumer": self.consumer,
            "state": self.state,
            "offers": self.offers,
            "grant": self.grant_id,
            "agreement_digest": self.agreement_digest,
            "agreement": None if self.agreement is None else json.loads(self.agreement),
            "in_charge": {"manager": self.provider_person, "user": self.consumer_person},
            "drafted_at": self.drafted_at.isoformat(),
            "changed_at": self.changed_at.isoformat(),
            "open": [f"{step.event} ({step.office})" for step in procedure().open_steps(self.state)],
        }
