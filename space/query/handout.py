"""The last step of a query: a paid answer becomes a stored one, with receipt, usage row and evidence.

Decides that nothing is handed out once the grant has ended, also while the query ran. Runs inside
the gateway's one writing transaction: everything here is stored together or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import pyarrow as pa
from sqlalchemy import Connection, Engine, Row

from catalog.home import Home
from catalog.keys import Signer
from catalog.stops import closed
from catalog.store import writing
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space import store
from space.calls import answers, audits, budget, idempotency, metering, pricing, receipts
from space.calls.watching import ENDED, Held, over
from space.errors import EngineError
from space.granting import counters
from space.granting.grants import Grant


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

    @property
    def files(self) -> Mapping[str, Any]:
        """What it reads, by dataset."""

    @property
    def measure(self) -> pricing.Measure:
        """What its price may depend on."""


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
    """Store a fresh answer; lost, not handed out, if the grant has ended meanwhile or was stopped.

    Raises:
        EngineError: it came so late that the call was lost already (:mod:`space.calls.abandoned`).
    """
    cut = _cut_off(connection, call)
    alive = cut is None and store.settle(
        connection,
        call.reservation_id,
        day=local_date(call.now),
        now=call.now,
        answer_sha256=answer_sha256,
        mechanism=dict(call.ready.mechanism),
    )
    if not alive:
        reason = cut or ENDED
        lost = budget.lose(connection, call.reservation_id, reason=reason.code, now=call.now)
        if not lost and cut is None:
            raise EngineError
        return Deny((reason,))
    return _give(connection, signer, call, "answered")


def keep(engine: Engine, home: Home, call: Call, fresh: pa.Table) -> answers.Kept:
    """Store a fresh answer; where it cannot be, its paid call is lost at once: nobody need wait for it."""
    try:
        return answers.keep(home, call.reservation_id, fresh)
    except BaseException:  # whatever it was, it goes on as it was
        with writing(engine) as connection:
            budget.lose(connection, call.reservation_id, reason="gateway.stopped", now=call.now)
        raise


def count_out(connection: Connection, call: Call, shown: pa.Table) -> None:
    """Count what is handed out against the volumes of the terms.

    Args:
        connection: the writing transaction that hands it out, to be rolled back where this refuses.
        call: it is handed out for.
        shown: the released rows.

    Raises:
        Refused: a volume does not leave as much.
    """
    held = call.ready.grant
    if held.terms.volumes:
        stored = len(answers.file_bytes(shown))
        size = counters.Size(shown.num_rows, shown.num_columns, stored)
        counters.take_volume(connection, held.id, held.terms, size, call.now)


def withhold(connection: Connection, call: Call, denied: Deny, *, fresh: bool) -> Deny:
    """Record that an answer is not handed out: a paid call is lost, a repeated one was refused."""
    if fresh:
        audits.keep(connection, call.reservation_id)
        budget.lose(connection, call.reservation_id, reason=denied.reasons[0].code, now=call.now)
    else:
        _refused(connection, call, denied)
    return denied


def _cut_off(connection: Connection, call: Call) -> Reason | None:
    """What has ended or stopped the call while it ran; None where nothing has."""
    held = Held.of(call.ready.grant.id, call.organisation, tuple(call.ready.files))
    return over(connection, held, local_date(call.now))


def repeat(connection: Connection, signer: Signer, call: Call) -> Given | Deny:
    """Hand out a stored answer once more: metered like a fresh one, no privacy budget."""
    stop = closed(connection, call.organisation, tuple(call.ready.files))
    denied = None if stop is None else Deny((stop,))
    denied = denied or budget.repeat(connection, call.ready.grant.id, call.now, call.calls)
    if denied is None:
        return _give(connection, signer, call, "cached")
    _refused(connection, call, denied)
    return denied


def _refused(connection: Connection, call: Call, denied: Deny) -> None:
    refused = metering.Use(
        organisation=call.organisation,
        outcome="refused",
        grant_id=call.ready.grant.id,
        reason=denied.reasons[0].code,
        query=call.ready.query,
        records=call.records,
        product=call.ready.measure.product,
        size_class=call.ready.measure.size_class,
        cells=call.ready.measure.cells,
    )
    metering.meter(connection, refused, call.now)


def _give(connection: Connection, signer: Signer, call: Call, outcome: metering.Outcome) -> Given:
    paid = store.reservation(connection, call.reservation_id)
    assert paid is not None  # settled just now, or found by its key before
    held, measure = call.ready.grant, call.ready.measure
    fresh = outcome == "answered"
    priced = pricing.price(connection, held.id, held.terms, measure, fresh=fresh, now=call.now)
    use = metering.Use(
        organisation=call.organisation,
        outcome=outcome,
        grant_id=held.id,
        reservation_id=call.reservation_id,
        calls=call.calls,
        nrho=paid.nrho if fresh else 0,
        price_fen=priced.charge.fen,
        query=call.ready.query,
        records=call.records,
        purpose=held.terms.purpose,
        product=measure.product,
        size_class=measure.size_class,
        cells=measure.cells,
        month_place=priced.place,
        month_before=priced.before,
    )
    metered = metering.meter(connection, use, call.now)
    receipt = _receipt(call, paid, use, priced, metered)
    signed = receipts.issue(connection, signer, receipt, metered.id, call.now)
    if call.key is not None:
        idempotency.finish(connection, call.organisation, call.key, metered.id, call.now)
    return Given(receipt.id, signed, metered.id, paid.answer_sha256, use.nrho, use.price_fen)


def _receipt(
    call: Call, paid: Row[Any], use: metering.Use, priced: pricing.Priced, metered: metering.Metered
) -> receipts.Receipt:
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
        evidence=metered.leaf_hash,
        entry=metered.evidence_id,
        use=_stated(call, use, priced, metered),
    )


def _stated(
    call: Call, use: metering.Use, priced: pricing.Priced, metered: metering.Metered
) -> dict[str, Any]:
    terms, day = call.ready.grant.terms, local_date(call.now)
    return pricing.stated(call.ready.measure, priced, terms, use.outcome, metered.id, day)
