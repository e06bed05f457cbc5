"""Runs of standing queries 常设查询: each release once, within the plan, through the gateway like any query.

Decides that no release is run twice, which run a second try stands for, and what becomes of a run whose
gateway was stopped. Each is admitted, reserved and metered, and has its receipt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, insert, select, update

from catalog.evidence import record
from catalog.store import reading, writing
from catalog.store.tables.audits import standing_queries, standing_runs
from contracts.canonical import digest
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.rulebook import rule
from space.calls import metering
from space.calls.standing import Standing, by_id
from space.errors import EngineError
from space.granting.grants import by_id as grant_by_id
from space.identity.tokens import Caller
from space.query.admit import Question
from space.query.answered import Answered
from space.query.gateway import Gateway

RUNNING: Final = "running"
ANSWERED: Final = "answered"


@dataclass(frozen=True, slots=True)
class Run:
    """One run.

    Attributes:
        number: 1, 2, … within the query.
        outcome: ``running``, ``answered``, ``refused`` or ``lost``.
        releases: it ran on.
        receipt_id, reason: where there is one.
        at: when it began.
        answer: what it brought, where it ran just now.
    """

    number: int
    outcome: str
    releases: tuple[str, ...]
    receipt_id: str | None
    reason: str | None
    at: datetime
    answer: Answered | None = None

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        made: dict[str, Any] = {
            "number": self.number,
            "outcome": self.outcome,
            "releases": list(self.releases),
            "receipt": self.receipt_id,
            "reason": self.reason,
            "at": self.at.isoformat(),
        }
        return made if self.answer is None else made | {"answer": self.answer.to_document()}


def run(gateway: Gateway, standing_id: str) -> Run | Deny | None:
    """Run a standing query on the releases its grant sees now; None where it ran on these already.

    Raises:
        Unknown: there is none of that id.
        EngineError: the run brought no answer; it is recorded as lost.
    """
    with reading(gateway.engine) as connection:
        found = by_id(connection, standing_id)
        holder = grant_by_id(connection, found.grant_id).grantee
    caller, question = Caller(holder, channel="standing"), Question(found.grant_id, found.purpose, found.sql)
    explained = gateway.explain(caller, question)
    if isinstance(explained, Deny):
        return _turned_away(gateway, found, holder, explained)
    releases = tuple(explained.document["releases"])
    claimed = _claim(gateway, standing_id, releases, stored=explained.document["cost"]["stored_answer"])
    if isinstance(claimed, Deny):
        return _turned_away(gateway, found, holder, claimed)
    if claimed is None:
        return None
    number = claimed.number
    try:
        answer = gateway.ask(caller, question, standing=standing_id)
    except EngineError:
        _settle(gateway, standing_id, number, outcome="lost", reason="engine.no_answer")
        raise
    if isinstance(answer, Deny):
        reason = answer.reasons[0].code
        _settle(gateway, standing_id, number, back=claimed.taken, outcome="refused", reason=reason)
        return answer
    settled: dict[str, Any] = {"usage_id": answer.usage_id, "receipt_id": answer.receipt_id, "reason": None}
    _settle(gateway, standing_id, number, outcome=ANSWERED, **settled)
    return Run(number, ANSWERED, releases, answer.receipt_id, None, gateway.clock(), answer)


def lose_abandoned(engine: Engine, now: datetime) -> int:
    """Write down as lost every run whose gateway was stopped; how many.

    The run stays used; running the query again on these releases finds its answer, if there is one.
    """
    r = standing_runs.c
    over = select(standing_runs).where(r.outcome == RUNNING, r.at <= now - _patience(now))
    with reading(engine) as connection:
        if connection.execute(over.limit(1)).first() is None:
            return 0
    with writing(engine) as connection:
        rows = connection.execute(over).all()
        for row in rows:
            _write_down(
                connection,
                row.standing_id,
                row.number,
                now,
                back=False,
                outcome="lost",
                reason="gateway.died",
            )
    return len(rows)


@dataclass(frozen=True, slots=True)
class _Claimed:
    """A run, and whether it was taken from the plan now: a former try may have brought its answer."""

    number: int
    taken: bool


def _turned_away(gateway: Gateway, found: Standing, holder: str, refused: Deny) -> Deny:
    """Meter a run that was refused before it came to the gateway: it is a call like any other."""
    use = metering.Use(
        organisation=holder,
        outcome="refused",
        grant_id=found.grant_id,
        reason=refused.reasons[0].code,
        product="query",
    )
    with writing(gateway.engine) as connection:
        metering.meter(connection, use, gateway.clock())
    return refused


def _patience(now: datetime) -> timedelta:
    """How long a run may be on its way."""
    return timedelta(seconds=int(rule("grants", "reservation_deadline", local_date(now)).value))


def _claim(
    gateway: Gateway, standing_id: str, releases: Sequence[str], *, stored: bool
) -> _Claimed | Deny | None:
    """Take one run of the plan for these releases; ``stored`` where their answer is there already."""
    now = gateway.clock()
    s, r = standing_queries.c, standing_runs.c
    with writing(gateway.engine) as connection:
        row = connection.execute(select(standing_queries).where(s.id == standing_id)).one()
        if row.state != "in_force" or local_date(now) > row.last_day:
            return Deny((Reason("standing.ended", "the plan of the standing query has ended", "standing",
                                "register it again (`ybz standing new`)"),))  # fmt: skip
        same = connection.execute(
            select(standing_runs).where(
                r.standing_id == standing_id, r.releases_digest == digest(list(releases))
            )
        ).first()
        if same is not None and (
            same.outcome == ANSWERED or (same.outcome == RUNNING and now < same.at + _patience(now))
        ):
            return None
        # A former try had its answer stored and was stopped before it could say so: that was the run.
        taken = not (stored and same is not None and same.outcome != "refused")
        if taken and row.runs_used >= row.runs_limit:
            return Deny((Reason("standing.plan_used", "every run of the plan has been used", "runs",
                                "register it again with more runs"),))  # fmt: skip
        connection.execute(
            update(standing_queries).where(s.id == standing_id).values(runs_used=s.runs_used + int(taken))
        )
        number = same.number if same is not None else _last(connection, standing_id) + 1
        body = {"run": number, "releases": list(releases)}
        evidence = record(connection, event="space:standing:run", subject=standing_id, body=body, now=now)
        values = {"outcome": RUNNING, "reason": None, "at": now, "evidence_id": evidence}
        if same is not None:
            connection.execute(
                update(standing_runs).where(r.standing_id == standing_id, r.number == number).values(**values)
            )
        else:
            named = {"standing_id": standing_id, "number": number, "releases": list(releases)}
            connection.execute(
                insert(standing_runs).values(**named, releases_digest=digest(list(releases)), **values)
            )
        return _Claimed(number, taken)


def _last(connection: Connection, standing_id: str) -> int:
    r = standing_runs.c
    numbers = connection.execute(select(r.number).where(r.standing_id == standing_id)).scalars().all()
    return max(numbers, default=0)


def _settle(gateway: Gateway, standing_id: str, number: int, *, back: bool = False, **result: Any) -> None:
    """Write down what became of a run; ``back`` where it returns to the plan, having spent nothing."""
    with writing(gateway.engine) as connection:
        _write_down(connection, standing_id, number, gateway.clock(), back=back, **result)


def _write_down(
    connection: Connection, standing_id: str, number: int, now: datetime, *, back: bool, **result: Any
) -> None:
    s, r = standing_queries.c, standing_runs.c
    connection.execute(
        update(standing_runs).where(r.standing_id == standing_id, r.number == number).values(**result)
    )
    if back:
        connection.execute(
            update(standing_queries).where(s.id == standing_id).values(runs_used=s.runs_used - 1)
        )
    body = {"run": number, "outcome": result["outcome"], "receipt": result.get("receipt_id")}
    record(connection, event="space:standing:settle", subject=standing_id, body=body, now=now)


def runs_of(connection: Connection, standing_id: str) -> tuple[Run, ...]:
    """Its runs, the oldest first."""
    r = standing_runs.c
    rows = connection.execute(
        select(standing_runs).where(r.standing_id == standing_id).order_by(r.number)
    ).all()
    return tuple(
        Run(row.number, row.outcome, tuple(row.releases), row.receipt_id, row.reason, row.at) for row in rows
    )
