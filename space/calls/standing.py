"""Standing queries 常设查询: one query asked again on every release, within a plan for the year.

Decides that a plan fits the grant when it is registered, that no release is run twice, and that a run goes
through the gateway like any query: admitted, reserved, metered, with a receipt. In the private mode the
plan keeps the whole budget of its runs from the day it is registered. In threshold mode the pinned period of
the grant is the pace: what changed between two periods by few units is not withheld, which
``docs/what-thresholds-stop.md`` says.

Source: architecture, the way of a query: privacy ledger, one pinned release per period.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, insert, select, update

from catalog.evidence import record
from catalog.store import reading, writing
from catalog.store.schema import new_id
from catalog.store.tables.audits import standing_queries, standing_runs
from contracts.canonical import digest
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.privacy_budget import nrho_cost
from policies.rulebook import rule
from policies.terms import Mode, ReleasePeriod
from space import store
from space.errors import EngineError, Unknown
from space.granting.grants import Grant
from space.granting.grants import by_id as grant_by_id
from space.identity.tokens import Caller
from space.query.admit import Question
from space.query.gateway import Answered, Gateway

RUNNING: Final = "running"
ANSWERED: Final = "answered"


@dataclass(frozen=True, slots=True)
class Standing:
    """A registered query and its plan.

    Attributes:
        id: of it.
        grant_id, purpose, sql: what is asked.
        mode: how answers are made safe.
        year: of the plan.
        runs_limit, runs_used: of the plan.
        nrho_per_run: privacy budget of a run, in billionths of rho.
        state: ``in_force`` or ``ended``.
        last_day: of the plan.
        registered_by: who registered it.
    """

    id: str
    grant_id: str
    purpose: str
    sql: str
    mode: str
    year: int
    runs_limit: int
    runs_used: int
    nrho_per_run: int
    state: str
    last_day: date
    registered_by: str

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "id": self.id,
            "grant": self.grant_id,
            "purpose": self.purpose,
            "sql": self.sql,
            "mode": self.mode,
            "state": self.state,
            "plan": {
                "year": self.year,
                "last_day": self.last_day.isoformat(),
                "runs": {"used": self.runs_used, "limit": self.runs_limit},
                "rho": {"per_run": self.nrho_per_run / 1e9, "kept": self._kept / 1e9},
            },
            "registered_by": self.registered_by,
        }

    @property
    def _kept(self) -> int:
        left = self.runs_limit - self.runs_used if self.state == "in_force" else 0
        return left * self.nrho_per_run


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


def register(gateway: Gateway, caller: Caller, question: Question, *, runs: int, by: str) -> Standing | Deny:
    """Register a query for the rest of the year.

    Args:
        gateway: explains the query; nothing is run.
        caller: the holder of the grant.
        question: what will be asked on every release.
        runs: at most so many; each is one call, and in the private mode spends its budget.
        by: the person who registers it.
    """
    explained = gateway.explain(caller, question)
    if isinstance(explained, Deny):
        return explained
    now = gateway.clock()
    day = local_date(now)
    mode = str(explained.document["mode"])
    nrho = nrho_cost(explained.document["plan"]["rho"])
    with writing(gateway.engine) as connection:
        row = store.lock_grant(connection, question.grant_id)
        assert row is not None  # it explained the query
        held = grant_by_id(connection, question.grant_id)
        kept = store.kept_for_standing(connection, held.id, day)
        faults = _faults(held, row, Mode(mode), runs, nrho, kept)
        if faults:
            return Deny(faults)
        standing_id = new_id("stq")
        text = held.salted(question.sql)
        body = {"grant": held.id, "query": text, "runs": runs, "nrho": nrho, "by": by}
        evidence = record(
            connection, event="space:standing:register", subject=standing_id, body=body, now=now
        )
        connection.execute(
            insert(standing_queries).values(
                id=standing_id,
                grant_id=held.id,
                purpose=question.purpose,
                sql=question.sql,
                query=text,
                mode=mode,
                year=day.year,
                runs_limit=runs,
                runs_used=0,
                nrho_per_run=nrho,
                state="in_force",
                registered_by=by,
                registered_at=now,
                last_day=min(held.terms.valid_to, date(day.year, 12, 31)),
                evidence_id=evidence,
            )
        )
        return by_id(connection, standing_id)


def _faults(held: Grant, row: Row[Any], mode: Mode, runs: int, nrho: int, kept: int) -> tuple[Reason, ...]:
    """Why a plan does not fit its grant."""
    found = []
    if runs < 1:
        found.append(
            Reason("standing.runs", "a plan has at least one run", "runs", "state how many releases")
        )
    if row.calls_used + runs > row.calls_limit:
        found.append(
            Reason(
                "standing.calls",
                "the grant has fewer calls left than the plan has runs",
                "runs",
                "plan fewer",
            )
        )
    if nrho and row.nrho_spent + kept + runs * nrho > row.nrho_limit:
        found.append(
            Reason(
                "standing.budget",
                "the allowance of the grant does not cover every run of the plan",
                "runs",
                "plan fewer runs, or ask for a larger allowance",
            )
        )
    if mode is Mode.THRESHOLD and held.terms.release_period is ReleasePeriod.NONE:
        found.append(
            Reason(
                "standing.period",
                "a standing query under thresholds needs a grant that sees one release a period",
                "release_period",
                "ask for terms with release_period month, quarter or year",
            )
        )
    return tuple(found)


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
        return explained
    releases = tuple(explained.document["releases"])
    claimed = _claim(gateway, standing_id, releases, stored=explained.document["cost"]["stored_answer"])
    if not isinstance(claimed, _Claimed):
        return claimed
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


def end(connection: Connection, standing_id: str, *, by: str, now: datetime) -> Standing | Deny:
    """End a standing query; what its plan kept is free again.

    Raises:
        Unknown: there is none of that id.
    """
    by_id(connection, standing_id)
    s = standing_queries.c
    done = connection.execute(
        update(standing_queries)
        .where(s.id == standing_id, s.state == "in_force")
        .values(state="ended", ended_at=now, ended_by=by)
    )
    if done.rowcount != 1:
        return Deny((Reason("standing.not_in_force", "the standing query was ended already", "standing"),))
    record(connection, event="space:standing:end", subject=standing_id, body={"by": by}, now=now)
    return by_id(connection, standing_id)


def by_id(connection: Connection, standing_id: str) -> Standing:
    """The standing query of that id.

    Raises:
        Unknown: there is none.
    """
    row = connection.execute(select(standing_queries).where(standing_queries.c.id == standing_id)).first()
    if row is None:
        raise Unknown("standing query", standing_id, "`ybz standing list` shows them")
    return _standing(row)


def all_standing(connection: Connection, grant_id: str | None = None) -> tuple[Standing, ...]:
    """Every standing query, the oldest first; of one grant where given."""
    s = standing_queries.c
    wanted = select(standing_queries).order_by(s.registered_at, s.id)
    if grant_id is not None:
        wanted = wanted.where(s.grant_id == grant_id)
    return tuple(_standing(row) for row in connection.execute(wanted).all())


def runs_of(connection: Connection, standing_id: str) -> tuple[Run, ...]:
    """Its runs, the oldest first."""
    r = standing_runs.c
    rows = connection.execute(
        select(standing_runs).where(r.standing_id == standing_id).order_by(r.number)
    ).all()
    return tuple(
        Run(row.number, row.outcome, tuple(row.releases), row.receipt_id, row.reason, row.at) for row in rows
    )


def _standing(row: Row[Any]) -> Standing:
    return Standing(**{name: row._mapping[name] for name in Standing.__dataclass_fields__})
