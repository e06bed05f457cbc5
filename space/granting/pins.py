"""One release a period: which release of each dataset a grant sees until the period ends.

Decides the period a day lies in and remembers the release that was in force at the grant's first query of
it, or that another grant of the same organisation holds by then. Two releases that differ by few units would
tell of them by subtraction.

Source: architecture, the way of a query: query-set audit of threshold mode.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from sqlalchemy import Connection, insert, select

from catalog.evidence import record
from catalog.store.tables.grants import grants, pinned_releases
from policies.clocks import local_date
from policies.terms import ReleasePeriod


def period_of(period: ReleasePeriod, on: date) -> str:
    """The period a day lies in; empty where releases are not held.

    >>> period_of(ReleasePeriod.QUARTER, date(2026, 9, 24)), period_of(ReleasePeriod.NONE, date(2026, 9, 24))
    ('2026-Q3', '')
    """
    return {
        ReleasePeriod.NONE: "",
        ReleasePeriod.MONTH: f"{on:%Y-%m}",
        ReleasePeriod.QUARTER: f"{on:%Y}-Q{(on.month + 2) // 3}",
        ReleasePeriod.YEAR: f"{on:%Y}",
    }[period]


def pinned(connection: Connection, grant_id: str, period: str) -> dict[str, str]:
    """Dataset → release a grant sees in a period, of the datasets it has asked about in it."""
    p = pinned_releases.c
    rows = connection.execute(
        select(p.dataset, p.release_id).where(p.grant_id == grant_id, p.period == period)
    ).all()
    return {row.dataset: row.release_id for row in rows}


def pin(
    connection: Connection, grant_id: str, period: str, releases: Mapping[str, str], now: datetime
) -> None:
    """Remember the releases of a grant's first query in a period; what is remembered already stays.

    What another grant of the organisation holds on that day is held here too, until its period ends.

    Args:
        connection: a writing transaction.
        grant_id: of the grant.
        period: see :func:`period_of`.
        releases: dataset → id of its release.
        now: aware instant.
    """
    known = pinned(connection, grant_id, period)
    fresh = {dataset: release for dataset, release in sorted(releases.items()) if dataset not in known}
    if not fresh:
        return
    fresh |= _held_beside(connection, grant_id, fresh, now)
    body = {"period": period, "releases": fresh}
    evidence = record(connection, event="space:grant:pin", subject=grant_id, body=body, now=now)
    for dataset, release in fresh.items():
        connection.execute(
            insert(pinned_releases).values(
                grant_id=grant_id,
                dataset=dataset,
                period=period,
                release_id=release,
                pinned_at=now,
                evidence_id=evidence,
            )
        )


def _held_beside(
    connection: Connection, grant_id: str, datasets: Iterable[str], now: datetime
) -> dict[str, str]:
    """Dataset → release that other grants of the organisation hold now; of several the one held last."""
    p, day = pinned_releases.c, local_date(now)
    holder = select(grants.c.grantee).where(grants.c.id == grant_id).scalar_subquery()
    current = {period_of(period, day) for period in ReleasePeriod} - {""}
    rows = connection.execute(
        select(p.dataset, p.release_id)
        .join(grants, grants.c.id == p.grant_id)
        .where(grants.c.grantee == holder, p.grant_id != grant_id)
        .where(p.dataset.in_(sorted(datasets)), p.period.in_(sorted(current)))
        .order_by(p.pinned_at, p.grant_id)
    )
    return {row.dataset: row.release_id for row in rows}
