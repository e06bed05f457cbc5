"""The history of a dataset's quality: what its builds found, release by release.

Decides which build speaks for a release and which attempt is the newest that ran the rules. Values of the
data are never read: the store holds counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, exists, select

from catalog.quality.rollup import RuleResult
from catalog.releases.attempts import results_of
from catalog.store.tables.releases import builds, quality_results, releases


@dataclass(frozen=True, slots=True)
class Assessment:
    """What one build found.

    Attributes:
        build: its id.
        state: ``released`` or ``stopped`` (or ``failed`` after the rules had run).
        reason: why it was not released; empty otherwise.
        at: when it ended.
        counts: ``lines_read``, ``landed``, ``typed``, ``quarantined``.
        score: 0–1, None where nothing was assessed.
        results: outcome of every rule.
    """

    build: str
    state: str
    reason: str
    at: datetime
    counts: Mapping[str, int]
    score: float | None
    results: tuple[RuleResult, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """One release on the way.

    Attributes:
        id, number: of the release.
        published_at: instant.
        rows: it holds.
        quarantined: rows that were kept out.
        score: 0–1, None where nothing was assessed.
        dimensions: dimension → ``{a, b, x}``.
    """

    id: str
    number: int
    published_at: datetime
    rows: int
    quarantined: int
    score: float | None
    dimensions: Mapping[str, Any]


def assessments(connection: Connection, dataset: str, last: int = 1) -> tuple[Assessment, ...]:
    """The newest attempts that ran the rules of a dataset, the newest first."""
    ran = exists().where(quality_results.c.build_id == builds.c.id)
    return _assessments(connection, dataset, last, ran)


def released(connection: Connection, dataset: str, last: int = 2) -> tuple[Assessment, ...]:
    """What the builds of the newest releases found, the newest first."""
    return _assessments(connection, dataset, last, builds.c.state == "released")


def trend(connection: Connection, dataset: str, last: int) -> tuple[Point, ...]:
    """The last releases of a dataset, the oldest of them first."""
    c = releases.c
    rows = connection.execute(
        select(c.id, c.number, c.published_at, c.row_count, c.quarantined, c.quality, c.dimensions)
        .where(c.dataset == dataset)
        .order_by(c.number.desc())
        .limit(last)
    ).all()
    points = [
        Point(
            row.id,
            row.number,
            row.published_at,
            row.row_count,
            row.quarantined,
            row.quality,
            row.dimensions,
        )
        for row in rows
    ]
    return tuple(reversed(points))


def _assessments(connection: Connection, dataset: str, last: int, which: Any) -> tuple[Assessment, ...]:
    rows: Sequence[Any] = connection.execute(
        select(builds)
        .where(builds.c.dataset == dataset, which)
        .order_by(builds.c.ended_at.desc(), builds.c.id)
        .limit(last)
    ).all()
    counted = ("lines_read", "landed", "typed", "quarantined")
    return tuple(
        Assessment(
            row.id,
            row.state,
            row.reason,
            row.ended_at,
            {name: getattr(row, name) for name in counted},
            row.quality,
            results_of(connection, row.id),
        )
        for row in rows
    )
