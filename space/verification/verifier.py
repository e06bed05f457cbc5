"""The one way of a verification 核验: admit, prepare, reserve, run in the vault worker, store, receipt.

Decides the order, which is that of a query, with the same reservation, receipt, usage and evidence. One
outcome for each record and nothing else comes back; no value of the vault passes here.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
from sqlalchemy import Engine

from catalog.home import Home
from catalog.keys import Keys
from catalog.stops import closed
from catalog.store import reading, writing
from policies.clocks import local_date
from policies.decision import Deny
from policies.protection import Analysis
from policies.rulebook import rule
from space import store
from space.calls import answers, budget, metering, receipts
from space.calls.budget import Reserved, Running, Stored
from space.calls.failing import AnswerLate, failing
from space.calls.in_turn import in_turn
from space.calls.waiting import until_settled
from space.calls.watching import CallEnded, Held, watched
from space.contracting import breaches
from space.engines.workers.pool import Pool
from space.errors import EngineError, Refused
from space.granting.pins import pin
from space.identity.tokens import Caller
from space.query import handout
from space.query.admit import Question, Turned, admit
from space.verification.answered import post_answers
from space.verification.limits import RATE, take_records, take_tries
from space.verification.prepare import Asked, Verifiable, job, prepare


@dataclass(frozen=True, slots=True)
class Verified:
    """The outcomes of a batch and their receipt.

    Attributes:
        outcomes: ``match``, ``mismatch`` or ``not_found`` for each record, in order.
        receipt_id, receipt: the signed receipt (JWS).
        usage_id: of the metered call.
        repeated: whether the answer was stored already.
        price_fen: what this call cost.
    """

    outcomes: tuple[str, ...]
    receipt_id: str
    receipt: str
    usage_id: str
    repeated: bool
    price_fen: int

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "outcomes": list(self.outcomes),
            "mode": Analysis.VERIFY.value,
            "repeated": self.repeated,
            "cost": {"calls": len(self.outcomes), "price_fen": self.price_fen},
            "receipt": {"id": self.receipt_id, "jws": self.receipt},
        }


@dataclass(frozen=True, slots=True)
class Verifier:
    """Verification with what it needs, wired once.

    Attributes:
        engine: of the store.
        home: the installation.
        keys: sign receipts, and name subjects where their values may not appear.
        pool: the workers; verification runs in those of the vault.
        clock: gives the aware instant now.
    """

    engine: Engine
    home: Home
    keys: Keys
    pool: Pool
    clock: Callable[[], datetime]

    def verify(self, caller: Caller, asked: Asked, key: str | None = None) -> Verified | Deny:
        """Say of every record whether it matches, or refuse the batch; both are metered and recorded.

        Args:
            caller: who asks.
            asked: the batch.
            key: the ``Idempotency-Key`` begun for it, which then stands for the answer.

        Raises:
            EngineError: a paid call brought no answer; it is recorded as lost.
            AnswerLate: the same batch is still being answered for another caller, or others of the grant
                took all the time it may wait; nothing was taken.
        """
        ready = self._prepare(caller, asked)
        if isinstance(ready, Verifiable) and ready.unpinned:
            with writing(self.engine) as connection:
                pin(connection, ready.grant.id, ready.period, ready.unpinned, self.clock())
            ready = self._prepare(caller, asked)
        if isinstance(ready, Turned):
            return self._refuse(caller, asked, ready)
        with failing(self.engine, caller.organisation, ready, self.clock):
            with in_turn(self.engine, ready.key, self.pool.vault.turn(ready.grant.id)):
                paid = self._pay(caller, ready)
                if isinstance(paid, Deny):
                    return self._refuse(caller, asked, Turned(paid, ready.grant))
                try:
                    fresh = self._run(ready, paid) if isinstance(paid, Reserved) else None
                except CallEnded as ended:
                    return Deny((ended.reason,))
            # The clock is read after the run: the grant may have ended while it lasted.
            call = handout.Call(caller.organisation, ready, paid.id, self.clock(), key, ready.batch.size)
            return self._hand_out(caller, asked, call, fresh)

    def again(self, caller: Caller, asked: Asked, usage_id: str) -> Verified | Deny:
        """The answer of a call that was answered before, as it was handed out then; no further call.

        Raises:
            Unknown: that call was not answered.
        """
        ready = self._prepare(caller, asked, counted=False)
        if isinstance(ready, Turned):
            return self._refuse(caller, asked, ready)
        with reading(self.engine) as connection:
            receipt = receipts.of_usage(connection, usage_id)
            call = metering.by_id(connection, usage_id)
            paid = store.reservation(connection, call.reservation_id or "")
        assert paid is not None  # a receipt has a stored answer
        table = answers.fetch(self.home, paid.id, paid.answer_sha256)
        return Verified(
            _outcomes(table), receipt.id, receipt.jws, usage_id, call.outcome == "cached", call.price_fen
        )

    def _prepare(self, caller: Caller, asked: Asked, *, counted: bool = True) -> Verifiable | Turned:
        question = Question(asked.grant_id, asked.purpose, "")
        with reading(self.engine) as connection:
            grant = admit(
                connection,
                caller,
                question,
                self.clock(),
                counted=counted,
                calls=len(asked.records),
                analyses=frozenset({Analysis.VERIFY}),
            )
            if isinstance(grant, Turned):
                return grant
            ready = prepare(connection, self.home, grant, asked, self.clock())
            stop = closed(connection, grant.grantee, (asked.dataset,))
        if stop is not None:
            return Turned(Deny((stop,)), grant)
        return Turned(ready, grant) if isinstance(ready, Deny) else ready

    def _pay(self, caller: Caller, ready: Verifiable) -> Reserved | Stored | Deny:
        """Count and reserve the call; wait while another caller sends the same batch."""
        gives_up = None
        while True:
            now = self.clock()
            try:
                paid = self._reserve(caller, ready, now)
            except Refused as refused:  # rolled back: nothing was taken
                return refused.decision
            if not isinstance(paid, Running):
                return paid
            if gives_up is None:
                gives_up = time.monotonic() + (paid.deadline_at - now).total_seconds()
            if not until_settled(self.engine, paid, self.clock, gives_up):
                raise AnswerLate("the same batch is still being answered — ask again later")

    def _reserve(
        self, caller: Caller, ready: Verifiable, now: datetime
    ) -> Reserved | Stored | Running | Deny:
        with writing(self.engine) as connection:
            paid = budget.reserve(connection, ready.key, nrho=0, now=now, calls=ready.batch.size)
            if isinstance(paid, Reserved):
                take_records(connection, caller.organisation, ready.batch.size, now)
                subjects = ready.batch.subjects(self.keys.pseudonym)
                take_tries(connection, caller.organisation, subjects, now)
        return paid

    def _run(self, ready: Verifiable, paid: Reserved) -> pa.Table:
        batch = ready.batch
        bucket_ms = int(rule("verification", "time_bucket", local_date(self.clock())).value)
        asked = job(ready.source, batch, bucket_ms)
        held, pool = Held.of(ready.grant.id, ready.grant.grantee, (batch.dataset,)), self.pool
        try:
            answers.keep_plan(self.home, paid.id, ready.kept)
            with watched(self.engine, held, lambda: pool.end(held.grant_id), self.clock):
                table = pool.vault.table(asked, ready.files, owner=ready.grant.id)
            if table.num_rows != batch.size:
                raise EngineError
            return table
        except BaseException as error:
            # Whatever went wrong, the paid call must not stay open; the failure goes on as it was.
            reason = "engine.no_answer" if isinstance(error, EngineError) else "gateway.stopped"
            reason = error.reason.code if isinstance(error, CallEnded) else reason
            with writing(self.engine) as connection:
                budget.lose(connection, paid.id, reason=reason, now=self.clock())
            raise

    def _hand_out(
        self, caller: Caller, asked: Asked, call: handout.Call, fresh: pa.Table | None
    ) -> Verified | Deny:
        """Store a fresh answer or take a stored one; receipt, usage and evidence in one transaction."""
        kept = None if fresh is None else handout.keep(self.engine, self.home, call, fresh)
        # Read before the writers' queue is joined: where it is kept may be slow.
        raw = answers.raw_of(self.home, call.reservation_id) if fresh is None else None
        given: handout.Given | Deny | None = None
        try:
            with writing(self.engine) as connection:
                if kept is not None:
                    given = handout.settle(connection, self.keys.signer, call, kept.sha256)
                else:
                    take_records(connection, call.organisation, call.calls, call.now)
                    given = handout.repeat(connection, self.keys.signer, call)
                if fresh is None and not isinstance(given, Deny):
                    # Looked at before the call is charged for: a damaged answer costs nothing.
                    fresh = answers.checked(raw, given.answer_sha256)
                if not isinstance(given, Deny):
                    assert fresh is not None  # run just now, or fetched
                    handout.count_out(connection, call, fresh)
                    post_answers(connection, self.keys.pseudonym, call, fresh, given.usage_id)
        except Refused as refused:  # rolled back: nothing was taken but what a paid call took before
            if kept is None:
                return self._refuse(caller, asked, Turned(refused.decision, call.ready.grant))
            with writing(self.engine) as connection:
                given = handout.withhold(connection, call, refused.decision, fresh=True)
        finally:
            # Whatever went wrong, an answer nobody is given does not stay; the failure goes on as it was.
            if kept is not None and not isinstance(given, handout.Given):
                answers.remove(self.home, call.reservation_id)
        if isinstance(given, Deny):
            return given
        assert fresh is not None  # run just now, or fetched
        return Verified(
            outcomes=_outcomes(fresh),
            receipt_id=given.receipt_id,
            receipt=given.receipt,
            usage_id=given.usage_id,
            repeated=kept is None,
            price_fen=given.price_fen,
        )

    def _refuse(self, caller: Caller, asked: Asked, turned: Turned) -> Deny:
        """Record a refusal; what comes too fast is counted by the minute instead."""
        grant, code = turned.grant, turned.decision.reasons[0].code
        refused = metering.Use(
            organisation=caller.organisation,
            outcome="refused",
            grant_id=None if grant is None else grant.id,
            reason=code,
            records=len(asked.records),
        )
        with writing(self.engine) as connection:
            if code == RATE:
                metering.count_stranger(connection, code, self.clock())
            else:
                metering.meter(connection, refused, self.clock())
                breaches.after_refusal(connection, grant, code, self.clock())
        return turned.decision


def _outcomes(table: pa.Table) -> tuple[str, ...]:
    return tuple(table["outcome"].to_pylist())
