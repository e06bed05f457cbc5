"""The last step of a query: a paid answer becomes a stored one, with receipt, usage row and evidence.

Decides that nothing is handed out once the grant has ended, also while the query ran. Runs inside
the gateway's one writing transaction: everything here is stored together or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from sqlalchemy import Connection, Row

from catalog.keys import Signer
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.tariff import charge_fen
from space import store
from space.calls import budget, idempotency, metering, receipts
from space.errors import EngineError
from space.granting.grants import Grant

ENDED_MEANWHILE: Final = Reason(
    "grant.ended_meanwhile", "the grant ended while the query ran", "grant", "ask the granting body"
)


class Payable(Protocol):
    """What is handed out: the answer of a query, or of a verification."""

    @property
    def grant(self) -> Grant:
        """It is answered under."""

    @property
    def query(self) -> str:
        """Salted digest of what was asked, as it was written."""

    @property
    def mechanism(self) -> Mapping[str, Any]:
        """How it is made safe."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call whose answer is there.

    Attributes:
        organisation: who called.
        ready: what was asked.
        reservation_id: the paid call the answer comes from.
        now: aware instant.
        key: the ``Idempotency-Key`` that will stand for it, or None.
        records: how many are verified; None for a query.
    """

    organisation: str
    ready: Payable
    reservation_id: str
    now: datetime
    key: str | None = None
    records: int | None = None

    @property
    def calls(self) -> int:
        """What it takes of the quota, and is charged for."""
        return 1 if self.records is None else self.records


@dataclass(frozen=True, slots=True)
class Given:
    """What was stored of a call that is answered.

    Attributes:
        receipt_id, receipt: the signed receipt (JWS).
        usage_id: of the metered call.
        answer_sha256: of the stored answer.
        nrho: privacy budget this call spent, in billionths of rho.
        price_fen: what this call cost.
    """

    receipt_id: str
    receipt: str
    usage_id: str
    answer_sha256: str
    nrho: int
    price_fen: int


def settle(connection: Connection, signer: Signer, call: Call, answer_sha256: str) -> Given | Deny:
    """Store a fresh answer; lost, not handed out, if the grant has ended meanwhile.

    Raises:
        EngineError: it came so late that the call was lost already (:mod:`space.calls.abandoned`).
    """
    alive = store.settle(
        connection,
        call.reservation_id,
        day=local_date(call.now),
        now=call.now,
        answer_sha256=answer_sha256,
        mechanism=dict(call.ready.mechanism),
    )
    if not alive:
        if not budget.lose(connection, call.reservation_id, reason=ENDED_MEANWHILE.code, now=call.now):
            raise EngineError
        return Deny((ENDED_MEANWHILE,))
    return _give(connection, signer, call, "answered")


def repeat(connection: Connection, signer: Signer, call: Call) -> Given | Deny:
    """Hand out a stored answer once more: metered like a fresh one, no privacy budget."""
    denied = budget.repeat(connection, call.ready.grant.id, call.now, call.calls)
    if denied is None:
        return _give(connection, signer, call, "cached")
    refused = metering.Use(
        organisation=call.organisation,
        outcome="refused",
        grant_id=call.ready.grant.id,
        reason=denied.reasons[0].code,
        query=call.ready.query,
        records=call.records,
    )
    metering.meter(connection, refused, call.now)
    return denied


def _give(connection: Connection, signer: Signer, call: Call, outcome: metering.Outcome) -> Given:
    paid = store.reservation(connection, call.reservation_id)
    assert paid is not None  # settled just now, or found by its key before
    price_fen = charge_fen(call.calls, call.ready.grant.terms.price_fen_per_call)
    use = metering.Use(
        organisation=call.organisation,
        outcome=outcome,
        grant_id=call.ready.grant.id,
        reservation_id=call.reservation_id,
        calls=call.calls,
        nrho=paid.nrho if outcome == "answered" else 0,
        price_fen=price_fen,
        query=call.ready.query,
        records=call.records,
    )
    metered = metering.meter(connection, use, call.now)
    receipt = _receipt(call, paid, use, metered.leaf_hash)
    signed = receipts.issue(connection, signer, receipt, metered.id, call.now)
    if call.key is not None:
        idempotency.finish(connection, call.organisation, call.key, metered.id, call.now)
    return Given(receipt.id, signed, metered.id, paid.answer_sha256, use.nrho, price_fen)


def _receipt(call: Call, paid: Row[Any], use: metering.Use, leaf_hash: str) -> receipts.Receipt:
    return receipts.Receipt(
        id=receipts.fresh_id(),
        grant=call.ready.grant.id,
        terms=call.ready.grant.terms_digest,
        holder=call.organisation,
        query=call.ready.query,
        canonical=paid.canonical_digest,
        releases=tuple(paid.releases),
        mode=paid.mode,
        mechanism=paid.mechanism,
        nrho=use.nrho,
        price_fen=use.price_fen,
        time=receipts.time_bucket(call.now),
        answer=paid.answer_sha256,
        evidence=leaf_hash,
    )
