"""The one gateway: every query, whoever sends it and however, passes here and nowhere else.

Decides the order: admit, bind and compile, reserve, run, store the answer with its receipt, meter.
What each step decides is decided there. No exact aggregate and no data value comes through here:
the worker hands over what is safe already.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, Engine

from catalog.home import Home
from catalog.keys import Signer
from catalog.stops import closed
from catalog.store import reading, writing
from policies.access import Act
from policies.clocks import local_date
from policies.decision import Deny
from policies.rulebook import rule
from space import store
from space.calls import answers, audits, budget, metering, receipts
from space.calls.budget import Reserved, Running
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
from space.query.answered import Answered, Explained
from space.query.plan import Plan
from space.query.prepare import Ready, opened, prepare
from space.query.telling.accuracy import of_answer
from space.query.telling.beforehand import beforehand
from space.workspace.opening import at_hand


@dataclass(frozen=True, slots=True)
class Gateway:
    """The gateway with what it needs, wired once.

    Attributes:
        engine: of the store.
        home: the installation.
        signer: signs receipts.
        pool: the workers that run plans.
        clock: gives the aware instant now.
    """

    engine: Engine
    home: Home
    signer: Signer
    pool: Pool
    clock: Callable[[], datetime]

    def ask(
        self, caller: Caller, question: Question, key: str | None = None, *, standing: str | None = None
    ) -> Answered | Deny:
        """Answer a question, or refuse it; both are metered and recorded.

        Args:
            caller: who asks.
            question: what is asked.
            key: the ``Idempotency-Key`` begun for it; from the transaction of the answer on it stands for it.
            standing: the standing query it is a run of, whose plan keeps its budget.

        Raises:
            EngineError: a paid call brought no answer; it is recorded as lost.
            AnswerLate: the same query is still running for another caller, or others of the grant took all
                the time it may wait; nothing was taken.
        """
        ready = self._prepare(caller, question, Act.QUERY_ASK)
        if isinstance(ready, Ready) and ready.unpinned:
            with writing(self.engine) as connection:
                pin(connection, ready.grant.id, ready.period, ready.unpinned, self.clock())
            # Another call may have been the first of the period: what it holds is what is read.
            ready = self._prepare(caller, question, Act.QUERY_ASK)
        if isinstance(ready, Turned):
            return self._refuse(caller, question, ready)
        with failing(self.engine, caller.organisation, ready, self.clock):
            with in_turn(self.engine, ready.key, self.pool.turn(ready.grant.id)):
                paid, plan = self._pay(ready, standing)
                if isinstance(paid, Deny):
                    return self._refuse(caller, question, Turned(paid, ready.grant))
                try:
                    fresh = self._run(replace(ready, plan=plan), paid) if isinstance(paid, Reserved) else None
                except CallEnded as ended:
                    return Deny((ended.reason,))
            # The clock is read after the run: the grant may have ended while it lasted.
            call = handout.Call(caller.organisation, ready, paid.id, self.clock(), key)
            return self._hand_out(ready, call, fresh)

    def explain(self, caller: Caller, question: Question) -> Explained | Deny:
        """Give the whole decision, cost included, without running or spending."""
        ready = self._prepare(caller, question, Act.QUERY_EXPLAIN)
        if isinstance(ready, Turned):
            return ready.decision
        with reading(self.engine) as connection:
            return beforehand(connection, ready, self.clock())

    def again(self, caller: Caller, question: Question, usage_id: str) -> Answered | Deny:
        """The answer of a call that was answered before, as it was handed out then; it is not a further call.

        Args:
            caller: who repeats the request.
            question: as it was asked then; must still be admitted, its quota apart.
            usage_id: of the call.

        Raises:
            Unknown: that call was not answered.
        """
        ready = self._prepare(caller, question, Act.QUERY_ASK, counted=False)
        if isinstance(ready, Turned):
            return self._refuse(caller, question, ready)
        with reading(self.engine) as connection:
            receipt = receipts.of_usage(connection, usage_id)
            call = metering.by_id(connection, usage_id)
            paid = store.reservation(connection, call.reservation_id or "")
        assert paid is not None  # a receipt has a stored answer
        table = answers.fetch(self.home, paid.id, paid.answer_sha256)
        return Answered(
            table=table,
            receipt_id=receipt.id,
            receipt=receipt.jws,
            usage_id=usage_id,
            mode=paid.mode,
            repeated=call.outcome == "cached",
            rho=call.nrho / 1e9,
            price_fen=call.price_fen,
            accuracy=of_answer(ready.plan, table),
        )

    def _prepare(
        self, caller: Caller, question: Question, act: Act, *, counted: bool = True
    ) -> Ready | Turned:
        with reading(self.engine) as connection:
            grant = admit(connection, caller, question, self.clock(), act, counted=counted)
            if isinstance(grant, Turned):
                return grant
            ready = prepare(connection, self.home, grant, question.sql, self.clock())
            stop = closed(connection, grant.grantee, ready.files if isinstance(ready, Ready) else ())
        if stop is not None:
            return Turned(Deny((stop,)), grant)
        if isinstance(ready, Ready) and ready.listed is None:
            lacking = self.pool.objection(ready.plan, ready.files)
            ready = ready if lacking is None else Deny((lacking,))
        return Turned(ready, grant) if isinstance(ready, Deny) else ready

    def _pay(self, ready: Ready, standing: str | None) -> tuple[Reserved | budget.Stored | Deny, Plan]:
        """Reserve the call; wait while another caller runs the same query.

        With it comes the plan to run: beside what the organisation was answered before.
        """
        gives_up = None
        while True:
            now = self.clock()
            with writing(self.engine) as connection:
                paid = budget.reserve(connection, ready.key, nrho=ready.nrho, now=now, standing=standing)
                if isinstance(paid, Reserved):
                    return paid, self._beside_former(connection, ready, paid, now)
            if not isinstance(paid, Running):
                return paid, ready.plan
            if gives_up is None:
                gives_up = time.monotonic() + (paid.deadline_at - now).total_seconds()
            if not until_settled(self.engine, paid, self.clock, gives_up):
                raise AnswerLate("the same query is still running for another caller — ask again later")

    def _beside_former(self, connection: Connection, ready: Ready, paid: Reserved, now: datetime) -> Plan:
        """The plan with the blocks that its organisation was answered before; its own are remembered."""
        releases = {name: release.id for name, release in ready.beside.items()}
        return audits.note(connection, ready.grant.grantee, paid.id, ready.plan, now, releases)

    def _run(self, ready: Ready, paid: Reserved) -> pa.Table:
        held, pool = Held.of(ready.grant.id, ready.grant.grantee, tuple(ready.files)), self.pool
        try:
            answers.keep_plan(self.home, paid.id, ready.plan.to_json())
            with watched(self.engine, held, lambda: pool.end(held.grant_id), self.clock):
                if ready.listed is not None:
                    return pool.vault.table(self._list_job(ready), ready.files, owner=ready.grant.id)
                return self._answer_in_time_buckets(ready)
        except BaseException as error:
            # Whatever went wrong, the paid call must not stay open; the failure goes on as it was.
            reason = "engine.no_answer" if isinstance(error, EngineError) else "gateway.stopped"
            reason = error.reason.code if isinstance(error, CallEnded) else reason
            with writing(self.engine) as connection:
                budget.lose(connection, paid.id, reason=reason, now=self.clock())
            raise

    def _answer_in_time_buckets(self, ready: Ready) -> pa.Table:
        """The worker's answer, or its failure, at the next full bucket: the time tells little of the rows."""
        bucket_s = int(rule("grants", "answer_time_bucket", local_date(self.clock())).value) / 1000
        began = time.monotonic()
        try:
            with at_hand(self.engine, self.home, opened(self.home, ready)) as files:
                return self.pool.run(ready.plan, files, owner=ready.grant.id).table
        finally:
            if bucket_s:
                time.sleep(bucket_s - (time.monotonic() - began) % bucket_s)

    def _list_job(self, ready: Ready) -> dict[str, Any]:
        bucket_ms = int(rule("verification", "time_bucket", local_date(self.clock())).value)
        return {"list": ready.plan.to_document(), "bucket_ms": bucket_ms}

    def _hand_out(self, ready: Ready, call: handout.Call, fresh: pa.Table | None) -> Answered | Deny:
        """Store a fresh answer or take a stored one; receipt, usage and evidence in one transaction."""
        kept = None if fresh is None else handout.keep(self.engine, self.home, call, fresh)
        # Read before the writers' queue is joined: where it is kept may be slow.
        raw = answers.raw_of(self.home, call.reservation_id) if fresh is None else None
        given: handout.Given | Deny | None = None
        try:
            with writing(self.engine) as connection:
                if kept is None:
                    given = handout.repeat(connection, self.signer, call)
                else:
                    given = handout.settle(connection, self.signer, call, kept.sha256)
                if fresh is None and not isinstance(given, Deny):
                    # Looked at before the call is charged for: a damaged answer costs nothing.
                    table = answers.checked(raw, given.answer_sha256)
                if not isinstance(given, Deny):
                    handout.count_out(connection, call, table if fresh is None else fresh)
        except Refused as refused:  # rolled back: the answer is more than the terms have left
            with writing(self.engine) as connection:
                given = handout.withhold(connection, call, refused.decision, fresh=fresh is not None)
        finally:
            # Whatever went wrong, an answer nobody is given does not stay; the failure goes on as it was.
            if kept is not None and not isinstance(given, handout.Given):
                answers.remove(self.home, call.reservation_id)
        if isinstance(given, Deny):
            return given
        shown = table if fresh is None else fresh
        return Answered(
            table=shown,
            receipt_id=given.receipt_id,
            receipt=given.receipt,
            usage_id=given.usage_id,
            mode=ready.mode,
            repeated=fresh is None,
            rho=given.nrho / 1e9,
            price_fen=given.price_fen,
            accuracy=of_answer(ready.plan, shown),
        )

    def _refuse(self, caller: Caller, question: Question, turned: Turned) -> Deny:
        grant = turned.grant
        refused = metering.Use(
            organisation=caller.organisation,
            outcome="refused",
            grant_id=None if grant is None else grant.id,
            reason=turned.decision.reasons[0].code,
            query=None if grant is None else grant.salted(question.sql),
        )
        with writing(self.engine) as connection:
            metering.meter(connection, refused, self.clock())
            breaches.after_refusal(connection, grant, turned.decision.reasons[0].code, self.clock())
        return turned.decision
