"""The yearly report on risks 数据安全风险评估报告: figures, each with its definition and its instant.

Decides which rows each figure counts, as the dated rule ``risk_figures`` says in words. What is judged from
them, and what is done about it, is the writer's: the report holds facts alone.

Source: 数据安全法 第30条; 网络数据安全管理条例 第33条.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, and_, func, not_, or_, select

from catalog.clocks.place import place_on
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.forms import corrections
from catalog.store.tables.grants import grants
from catalog.store.tables.operation import operation_findings, operation_reviews, operation_scenarios
from catalog.store.tables.queries import refused_strangers, usages
from catalog.store.tables.supplies import grant_endings, stops, supplies
from catalog.store.tables.watch import alerts, incident_notices, incidents
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.evaluation import FILE
from policies.rulebook import rule
from policies.watching import words
from space.calls.metering import GIVEN
from space.errors import Refused
from space.evaluation import impact_register, important_data
from space.evaluation.important_data import held_at
from space.operation.facts import span
from space.watch.closing import DISMISSED
from space.watch.notices import WAIVED

_SIDES: Final = ("grantor", "grantee")
_HIGH: Final = "high"


@dataclass(frozen=True, slots=True)
class _Span:
    """A year as far as it has gone: ``begin`` ≤ t < ``end``; ``at`` is its last instant that is known."""

    begin: datetime
    end: datetime
    at: datetime

    @property
    def day(self) -> date:
        return local_date(self.at)


def compose(connection: Connection, year: int, *, now: datetime) -> dict[str, Any]:
    """The report of a year, from the ledger; of a year that runs, as far as it has gone.

    Args:
        connection: to read with.
        year: calendar year, Asia/Shanghai.
        now: aware instant.

    Raises:
        Refused: the year has not begun.
    """
    begin, end = span(date(year, 1, 1), date(year, 12, 31))
    if now < begin:
        raise Refused(Deny((_NOT_BEGUN,)))
    known = _Span(begin, end, min(now, end))
    stated = rule(FILE, "risk_figures", known.day, place_on(connection, known.day))
    list_ = important_data.compose(connection, at=known.at)
    register = impact_register.compose(connection, at=known.at)
    values = {
        **_catalogue(connection, known, list_, register), **_grants(connection, known),
        **_calls(connection, known), **_endings(connection, known), **_operation(connection, known),
        **_watched(connection, known),
    }  # fmt: skip
    figures = [
        {
            "code": code, "title": words["title"], "value": values[code], "unit": words["unit"],
            "definition": words["definition"], "source": stated.source,
            "as_of": known.at.isoformat(),
            "since": begin.isoformat() if words["span"] == "over" else None,
        }
        for code, words in stated.value.items()
    ]  # fmt: skip
    return {
        "kind": "risk-report",
        "year": year,
        "whole": now >= end,
        "as_of": known.at.isoformat(),
        "made_at": now.isoformat(),
        "source": stated.source,
        "figures": figures,
        "refusals": _refusals(connection, known),
        "stops": _stops(connection, known),
        "incidents": _incidents(connection, known),
        "important": [
            {name: row[name] for name in ("dataset", "title", "grade", "holder")}
            | {"receivers": len(row["receivers"]), "grounds": [one["why"] for one in row["grounds"]]}
            for row in list_["datasets"]
        ],
        "unassessed": register["unassessed"],
    }


def _one(connection: Connection, query: Any) -> int:
    return int(connection.execute(query).scalar() or 0)


def _catalogue(
    connection: Connection, known: _Span, list_: Mapping[str, Any], register: Mapping[str, Any]
) -> dict[str, int]:
    made = [each.contract for each in important_data.published(connection, known.at)]
    return {
        "datasets": len(made),
        "datasets_personal": sum(any(f.personal or f.sensitive for f in each.fields) for each in made),
        "datasets_sensitive": sum(any(f.sensitive for f in each.fields) for each in made),
        "datasets_important": len(list_["datasets"]),
        "datasets_unassessed": len(register["unassessed"]),
    }


def _grants(connection: Connection, known: _Span) -> dict[str, int]:
    g, n = grants.c, grant_endings.c
    held = connection.execute(select(g.grantee).where(held_at(known.at))).scalars().all()
    over = (n.ended_at >= known.begin, n.ended_at < known.end, n.ended_at <= known.at, n.side.in_(_SIDES))
    return {
        "grants": len(held),
        "receivers": len(set(held)),
        "grants_revoked": _one(connection, select(func.count()).select_from(grant_endings).where(*over)),
    }


def _calls(connection: Connection, known: _Span) -> dict[str, int]:
    u, r, e = usages.c, refused_strangers.c, evidence_entries.c
    query = select(u.outcome, func.count().label("calls")).where(
        u.at >= known.begin, u.at < known.end, u.at <= known.at
    )
    by_outcome = {row.outcome: int(row.calls) for row in connection.execute(query.group_by(u.outcome))}
    strangers = select(func.sum(r.count)).where(r.minute >= known.begin, r.minute < known.end)
    entries = select(func.count()).select_from(evidence_entries)
    return {
        "calls": sum(by_outcome.get(each, 0) for each in GIVEN),
        "calls_refused": by_outcome.get("refused", 0),
        "calls_lost": by_outcome.get("lost", 0) + by_outcome.get("failed", 0),
        "strangers": _one(connection, strangers.where(r.minute <= known.at)),
        "entries": _one(
            connection,
            entries.where(e.recorded_at >= known.begin, e.recorded_at < known.end, e.recorded_at <= known.at),
        ),
    }


def _endings(connection: Connection, known: _Span) -> dict[str, int]:
    s, t, c = supplies.c, stops.c, corrections.c
    count = select(func.count())
    made = (s.ready_at >= known.begin, s.ready_at < known.end, s.ready_at <= known.at)
    # A day is over once the next one has begun; what came after it came too late.
    overdue = (s.proof_due_on < known.day, or_(s.proved_at.is_(None), s.proved_at > known.at))
    stopped = (t.stopped_at >= known.begin, t.stopped_at < known.end, t.stopped_at <= known.at)
    open_ = (t.stopped_at <= known.at, or_(t.lifted_at.is_(None), t.lifted_at > known.at))
    due = connection.execute(
        select(c.answered_at, c.late).where(c.due_on >= local_date(known.begin), c.due_on < known.day)
    ).all()
    return {
        "supplies": _one(connection, count.select_from(supplies).where(*made)),
        "deletions_overdue": _one(connection, count.select_from(supplies).where(*overdue)),
        "stops": _one(connection, count.select_from(stops).where(*stopped)),
        "stops_open": _one(connection, count.select_from(stops).where(*open_)),
        "corrections_late": sum(
            row.answered_at is None or row.answered_at > known.at or bool(row.late) for row in due
        ),
    }


def _operation(connection: Connection, known: _Span) -> dict[str, int]:
    f, r, s = operation_findings.c, operation_reviews.c, operation_scenarios.c
    found = (
        select(func.count())
        .select_from(operation_findings.join(operation_reviews, r.id == f.review_id))
        .where(r.made_at <= known.at, or_(f.mended_at.is_(None), f.mended_at > known.at))
    )
    adopted = (
        s.adopted_at <= known.at, or_(s.ended_on.is_(None), s.ended_on > known.day), s.valid_to >= known.day
    )  # fmt: skip
    risks = connection.execute(select(s.risk).where(*adopted)).scalars()
    return {
        "findings_open": _one(connection, found),
        "scenarios_high": sum(risk["level"] == _HIGH for risk in risks),
    }


def _watched(connection: Connection, known: _Span) -> dict[str, int]:
    """Incidents, drills and alerts; what was agreed to be none by then is none."""
    i, n, a = incidents.c, incident_notices.c, alerts.c
    count = select(func.count())
    opened = (i.opened_at >= known.begin, i.opened_at < known.end, i.opened_at <= known.at)
    still = or_(i.closed_at.is_(None), i.closed_at > known.at)
    none = and_(i.closed_at.is_not(None), i.closed_at <= known.at, i.outcome == DISMISSED)
    real = (i.drill.is_(False), not_(none))
    least = next(iter(words("severities", known.day)))
    waived = and_(n.state == WAIVED, n.ended_at <= known.at)
    late = (
        n.due_at >= known.begin, n.due_at < known.end, n.due_at <= known.at,
        or_(n.sent_at.is_(None), n.sent_at > n.due_at), not_(waived), *real,
    )  # fmt: skip
    raised = (a.raised_at >= known.begin, a.raised_at < known.end, a.raised_at <= known.at)
    overdue = (
        a.due_on < known.day,
        a.raised_at <= known.at,
        or_(a.ended_at.is_(None), a.ended_at > known.at),
    )
    told = incident_notices.join(incidents, i.id == n.incident_id)
    return {
        "incidents": _one(connection, count.select_from(incidents).where(*opened, *real)),
        "incidents_graver": _one(
            connection, count.select_from(incidents).where(*opened, *real, i.severity != least)
        ),
        "incidents_open": _one(
            connection,
            count.select_from(incidents).where(i.opened_at <= known.at, i.drill.is_(False), still),
        ),
        "notices_late": _one(connection, count.select_from(told).where(*late)),
        "drills": _one(connection, count.select_from(incidents).where(*opened, i.drill.is_(True))),
        "alerts": _one(connection, count.select_from(alerts).where(*raised)),
        "alerts_overdue": _one(connection, count.select_from(alerts).where(*overdue)),
    }


def _incidents(connection: Connection, known: _Span) -> list[dict[str, Any]]:
    """Incidents of the year, without what was said to have happened."""
    i = incidents.c
    query = select(
        i.id, i.kind, i.severity, i.drill, i.opened_at, i.contained_at, i.closed_at, i.outcome
    ).where(i.opened_at >= known.begin, i.opened_at < known.end, i.opened_at <= known.at)
    found = []
    for row in connection.execute(query.order_by(i.opened_at, i.id)):
        closed = row.closed_at is not None and row.closed_at <= known.at
        contained = row.contained_at is not None and row.contained_at <= known.at
        found.append(
            {
                "id": row.id, "kind": row.kind, "severity": row.severity, "drill": row.drill,
                "opened_at": row.opened_at.isoformat(),
                "contained_at": row.contained_at.isoformat() if contained else None,
                "outcome": row.outcome if closed else None,
            }
        )  # fmt: skip
    return found


def _refusals(connection: Connection, known: _Span) -> list[dict[str, Any]]:
    """Refused calls of the year by reason code, the most frequent first."""
    u = usages.c
    query = (
        select(u.reason, func.count().label("calls"), func.count(u.organisation.distinct()).label("callers"))
        .where(
            u.outcome == "refused", u.at >= known.begin, u.at < known.end, u.at <= known.at
        )
        .group_by(u.reason)
    )  # fmt: skip
    rows = sorted(connection.execute(query).all(), key=lambda row: (-row.calls, row.reason or ""))
    return [{"reason": row.reason, "calls": int(row.calls), "callers": int(row.callers)} for row in rows]


def _stops(connection: Connection, known: _Span) -> list[dict[str, Any]]:
    t = stops.c
    query = select(t.id, t.kind, t.name, t.stopped_at, t.lifted_at).where(
        t.stopped_at >= known.begin, t.stopped_at < known.end, t.stopped_at <= known.at
    )
    return [
        {
            "id": row.id, "kind": row.kind, "name": row.name, "stopped_at": row.stopped_at.isoformat(),
            "lifted": row.lifted_at is not None and row.lifted_at <= known.at,
        }
        for row in connection.execute(query.order_by(t.stopped_at))
    ]  # fmt: skip


_NOT_BEGUN: Final = Reason(
    "report.not_begun",
    "the year has not begun",
    "year",
    "name this year or a former one",
)
