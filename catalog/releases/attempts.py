"""Attempts to build a dataset, recorded whatever came of them, with what was measured on the way.

Decides the rows an attempt leaves: the build itself, the outcome of every rule, every finding. Values
of the data are never among them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, insert, select, update

from catalog.quality import RuleResult
from catalog.store.schema import new_id
from catalog.store.tables.quality_details import quality_details
from catalog.store.tables.releases import builds, findings, quality_results
from contracts.model import Action, Dimension


@dataclass(frozen=True, slots=True)
class FindingRow:
    """What one detector found in one column; ``evidence`` holds counts and ratios, never values."""

    field: str
    detector: str
    grade: int
    score: float
    evidence: Mapping[str, Any]
    beyond_declared: bool


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to build one dataset.

    Attributes:
        run: the run it was part of.
        state: ``released``, ``unchanged``, ``stopped`` or ``failed``.
        reason: why it was stopped or failed; empty otherwise.
        typed: rows that entered the release, or would have.
        timings: stage → milliseconds.
        results: outcome of every rule.
        found: findings of the detectors.
    """

    id: str
    run: str
    dataset: str
    state: str
    reason: str
    started_at: datetime
    ended_at: datetime
    lines_read: int = 0
    landed: int = 0
    typed: int = 0
    quarantined: int = 0
    quality: float | None = None
    grade: int | None = None
    timings: Mapping[str, float] = field(default_factory=dict)
    results: tuple[RuleResult, ...] = ()
    found: tuple[FindingRow, ...] = ()

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form, kept in an intent until the release is published."""
        document = asdict(self)
        for name in ("started_at", "ended_at"):
            document[name] = document[name].isoformat()
        return document

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Attempt:
        """The attempt :meth:`to_document` wrote."""
        values = dict(document)
        for name in ("started_at", "ended_at"):
            values[name] = datetime.fromisoformat(values[name])
        values["results"] = tuple(_result(r) for r in values["results"])
        values["found"] = tuple(FindingRow(**f) for f in values["found"])
        return cls(**values)


def record_attempt(connection: Connection, attempt: Attempt) -> None:
    """Write the rows of an attempt, in the caller's transaction."""
    row = {
        name: getattr(attempt, name)
        for name in ("id", "run", "dataset", "state", "reason", "lines_read", "landed", "typed")
    }
    row |= {"quarantined": attempt.quarantined, "quality": attempt.quality, "grade": attempt.grade}
    row |= {"timings": dict(attempt.timings), "started_at": attempt.started_at, "ended_at": attempt.ended_at}
    connection.execute(insert(builds).values(**row))
    if attempt.results:
        connection.execute(
            insert(quality_results),
            [
                {
                    "build_id": attempt.id,
                    "rule": r.rule,
                    "fields": list(r.fields),
                    "dimension": r.dimension.value,
                    "action": r.action.value,
                    "passed": r.passed,
                    "good": r.good,
                    "evaluated": r.evaluated,
                }
                for r in attempt.results
            ],
        )
        details = ("rule", "kind", "indicator", "tolerance", "note")
        connection.execute(
            insert(quality_details),
            [
                {"build_id": attempt.id, **{name: getattr(r, name) for name in details}}
                for r in attempt.results
            ],
        )
    if attempt.found:
        rows = [{"build_id": attempt.id, **asdict(f), "evidence": dict(f.evidence)} for f in attempt.found]
        connection.execute(insert(findings), rows)


def record_unchanged(
    connection: Connection, run: str, found: Sequence[tuple[str, Mapping[str, Any]]], now: datetime
) -> None:
    """Write the rows of datasets that had nothing new to build, in one statement.

    Args:
        connection: a writing transaction.
        run: the run that looked at them.
        found: name and figures of the release that stays in service.
        now: aware instant.
    """
    if not found:
        return
    same = {"run": run, "state": "unchanged", "reason": "", "timings": {}}
    times = {"started_at": now, "ended_at": now}
    rows = [{"id": new_id("bld"), "dataset": name, **figures, **same, **times} for name, figures in found]
    connection.execute(insert(builds), rows)


def add_timings(connection: Connection, attempt_id: str, timings: Mapping[str, float]) -> None:
    """Replace the timings of a recorded attempt, once its last stage is over."""
    connection.execute(update(builds).where(builds.c.id == attempt_id).values(timings=dict(timings)))


def last_results(connection: Connection, dataset: str) -> tuple[RuleResult, ...]:
    """Rule results of the newest attempt that ran the rules of ``dataset``, by rule."""
    newest = (
        select(builds.c.id)
        .join(quality_results, quality_results.c.build_id == builds.c.id)
        .where(builds.c.dataset == dataset)
        .order_by(builds.c.ended_at.desc())
        .limit(1)
    )
    build = connection.execute(newest).scalar_one_or_none()
    if build is None:
        return ()
    return results_of(connection, build)


def results_of(connection: Connection, build: str) -> tuple[RuleResult, ...]:
    """Rule results of one attempt, by rule."""
    d = quality_details.c
    same = and_(d.build_id == quality_results.c.build_id, d.rule == quality_results.c.rule)
    rows = connection.execute(
        select(quality_results, d.kind, d.indicator, d.tolerance, d.note)
        .outerjoin(quality_details, same)
        .where(quality_results.c.build_id == build)
        .order_by(quality_results.c.rule)
    ).all()
    return tuple(_result(row._mapping) for row in rows)


def last_attempts(connection: Connection, datasets: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """The newest build row of each dataset that has one."""
    statement = select(builds).where(builds.c.dataset.in_(datasets)).order_by(builds.c.ended_at)
    return {row.dataset: dict(row._mapping) for row in connection.execute(statement).all()}


def _result(row: Mapping[Any, Any]) -> RuleResult:
    return RuleResult(
        rule=row["rule"],
        fields=tuple(row["fields"]),
        dimension=Dimension(row["dimension"]),
        action=Action(row["action"]),
        good=row["good"],
        evaluated=row["evaluated"],
        passed=row["passed"],
        kind=row.get("kind") or "",
        indicator=row.get("indicator"),
        tolerance=row.get("tolerance") or 0.0,
        note=row.get("note") or "",
    )
