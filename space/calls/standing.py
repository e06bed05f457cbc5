"""Standing queries 常设查询: one query asked again on every release, within a plan for the year.

Decides that a plan fits the grant when it is registered. In the private mode the plan keeps the whole budget
of its runs from that day on. In threshold mode the pinned period of the grant is the pace: what changed
between two periods by few units is not withheld, which ``docs/what-thresholds-stop.md`` says. A run of it is
:mod:`space.calls.standing_runs`'.

Source: architecture, the way of a query: privacy ledger, one pinned release per period.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from catalog.evidence import record
from catalog.store import writing
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.audits import standing_queries
from catalog.store.tables.grants import grants
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.privacy_budget import nrho_cost
from policies.terms import Mode, ReleasePeriod
from space import store
from space.errors import Unknown
from space.granting.grants import Grant
from space.granting.grants import by_id as grant_by_id
from space.identity.tokens import Caller
from space.query.admit import Question
from space.query.gateway import Gateway


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


def all_standing(
    connection: Connection, grant_id: str | None = None, *, grantee: str | None = None,
    part: Part | None = None,
) -> tuple[Standing, ...]:  # fmt: skip
    """Every standing query, the oldest first.

    Args:
        connection: to read with.
        grant_id: only under this grant.
        grantee: only under grants of this organisation.
        part: of them, by id and in this order.
    """
    s, wanted = standing_queries.c, select(standing_queries)
    if grant_id is not None:
        wanted = wanted.where(s.grant_id == grant_id)
    if grantee is not None:
        wanted = wanted.where(s.grant_id.in_(select(grants.c.id).where(grants.c.grantee == grantee)))
    key = (s.registered_at, s.id) if part is None else (s.id,)
    return tuple(_standing(row) for row in connection.execute(parted(wanted, part, *key)).all())


def _standing(row: Row[Any]) -> Standing:
    return Standing(**{name: row._mapping[name] for name in Standing.__dataclass_fields__})
