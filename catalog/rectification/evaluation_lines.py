"""The lines of a quarterly evaluation: one for each dataset, one for each department.

Decides which release speaks for a quarter and how a department's figure comes about: the plain mean over
its datasets that were assessed. A dataset without a release, or in which nothing was assessed, is said to
be so and is never counted as good.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Connection, func, select

from catalog import revisions
from catalog.quality import grade5, indicators
from catalog.rectification.builds import build_of
from catalog.rectification.counting import Figures, figures
from catalog.rectification.errors import EvaluationRefused
from catalog.releases import published
from catalog.releases.attempts import results_of
from catalog.releases.published import Release
from catalog.statistics import rows_of_one
from catalog.store.tables.releases import releases
from policies.clocks import ZONE

_PERIOD: Final = re.compile(r"^(\d{4})Q([1-4])$")
# Figures of cases that belong to a quarter; what is open is of the day it is asked.
_COUNTED: Final = ("found", "closed", "on_time", "reopened")

Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter 季度 of the calendar.

    Attributes:
        name: ``2026Q3``.
        first: its first day, Asia/Shanghai.
        last: its last day.
    """

    name: str
    first: date
    last: date

    @classmethod
    def parse(cls, name: str) -> Quarter:
        """The quarter of that name.

        >>> Quarter.parse("2026Q3").last
        datetime.date(2026, 9, 30)

        Raises:
            EvaluationRefused: it is no quarter.
        """
        found = _PERIOD.match(name)
        if found is None:
            raise EvaluationRefused(f"{name!r} is no quarter — write it as 2026Q3")
        year, number = int(found[1]), int(found[2])
        after = date(year + number // 4, number % 4 * 3 + 1, 1)
        return cls(name, date(year, number * 3 - 2, 1), after - timedelta(days=1))

    @property
    def ends_at(self) -> datetime:
        """The first instant that is no longer in it."""
        return datetime.combine(self.last + timedelta(days=1), time.min, ZONE)


def lines_of(connection: Connection, quarter: Quarter, *, now: datetime) -> list[Line]:
    """One line a dataset that was in the ledger at the quarter's end, by name."""
    cases = {
        each.dataset: each for each in figures(connection, now=now, first=quarter.first, last=quarter.last)
    }
    newest = _releases(connection, quarter.ends_at)
    found = []
    for entry in revisions.as_of(connection, quarter.ends_at - timedelta(microseconds=1)):
        contract, release = entry.contract, newest.get(entry.name)
        line = {
            "dataset": entry.name,
            "title": contract.title,
            "department": contract.department.name,
            "department_code": contract.department.code,
            # What is made from others may have units behind it, whatever it says.
            "unit_free": contract.unit_free and contract.composed is None,
            "published": entry.published_at is not None and entry.published_at < quarter.ends_at,
            "rows_of_one": rows_of_one(contract, quarter.last),
            "rectification": _counts(cases.get(entry.name)),
        }
        found.append(line | measured(connection, release, quarter.last))
    return found


def measured(connection: Connection, release: Release | None, on: date) -> Line:
    """What is measured of a release: score, grade, dimensions and indicators; nothing where there is none."""
    if release is None:
        return {
            "release": None, "published_at": None, "state": "no_release", "score": None, "grade": None,
            "rows": 0, "dimensions": {}, "indicators": {},
        }  # fmt: skip
    build = build_of(connection, release)
    results = () if build is None else results_of(connection, build)
    codes = {code: each for code, each in indicators(results, on).items() if each.b}
    return {
        "release": release.id,
        "published_at": release.published_at.isoformat(),
        "state": "not_assessed" if release.quality is None else "assessed",
        "score": release.quality,
        "rows": release.row_count,
        "grade": graded(release.quality, on),
        "dimensions": {name: dict(each) for name, each in release.dimensions.items()},
        "indicators": {
            code: {"name": each.name, "a": each.a, "b": each.b, "x": each.x} for code, each in codes.items()
        },
    }


def departments(lines: Sequence[Mapping[str, Any]], on: date) -> list[Line]:
    """One line a department, by code, from the lines of its datasets."""
    grouped: dict[str, list[Mapping[str, Any]]] = {}
    for line in lines:
        grouped.setdefault(line["department_code"] or line["department"], []).append(line)
    found = []
    for code in sorted(grouped):
        own = grouped[code]
        scores = [line["score"] for line in own if line["state"] == "assessed"]
        score = round(sum(scores) / len(scores), 6) if scores else None
        found.append(
            {
                "department": own[0]["department"],
                "department_code": own[0]["department_code"],
                "datasets": len(own),
                "assessed": len(scores),
                "score": score,
                "grade": graded(score, on),
                "rectification": {
                    name: sum(line["rectification"][name] for line in own) for name in _COUNTED
                },
            }
        )
    return found


def graded(score: float | None, on: date) -> Line | None:
    """The grade of a score on a day, or None where there is no score."""
    grade = grade5(score, on)
    return (
        None if grade is None else {"level": grade.level, "name": grade.name, "confidence": grade.confidence}
    )


def _counts(case_figures: Figures | None) -> dict[str, int]:
    return {name: 0 if case_figures is None else getattr(case_figures, name) for name in _COUNTED}


def _releases(connection: Connection, before: datetime) -> dict[str, Release]:
    """The newest release of every dataset that was published before an instant."""
    newest = (
        select(releases.c.dataset, func.max(releases.c.number).label("number"))
        .where(releases.c.published_at < before)
        .group_by(releases.c.dataset)
        .subquery()
    )
    query = select(releases.c.id).join(
        newest, (releases.c.dataset == newest.c.dataset) & (releases.c.number == newest.c.number)
    )
    found = [published.by_id(connection, each) for each in connection.execute(query).scalars().all()]
    return {release.dataset: release for release in found}
