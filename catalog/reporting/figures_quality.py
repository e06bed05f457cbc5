"""Figures of timeliness and quality: updates on time, scores by dimension, problems found and closed.

Decides how each is counted; scores are those of the public view.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from catalog.rectification.counting import Figures
from catalog.rectification.counting import figures as rectified
from catalog.reporting.scope import Counted, Scope, share
from policies.clocks import local_date
from policies.rulebook import rule

_DIMENSIONS: Final = (
    "conformity", "completeness", "accuracy", "consistency", "timeliness", "accessibility",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Timely:
    """Whether a dataset was updated on time.

    Attributes:
        dataset, department: which, and whose.
        cycle: its update cycle.
        age_days: since its last release, or since it was published where there is none.
        allowed_days: at most.
    """

    dataset: str
    department: str
    cycle: str
    age_days: int
    allowed_days: int

    @property
    def on_time(self) -> bool:
        """Whether it is within its cycle."""
        return self.age_days <= self.allowed_days


def timely(scope: Scope) -> tuple[Timely, ...]:
    """Datasets that were due for an update by the day of judgement.

    A cycle without a row in ``policies/rules/freshness.yaml`` sets nothing due, and an entry younger than
    its cycle owes no release yet.
    """
    allowed = rule("freshness", "warn_age_days", scope.on).value
    found = []
    for entry in scope.published.values():
        most, released = allowed.get(entry.cycle), scope.released_on.get(entry.name)
        assert entry.published_at is not None
        if most is None:
            continue
        age = (scope.on - (released or local_date(entry.published_at))).days
        if released is not None or age > int(most):
            found.append(Timely(entry.name, entry.department, entry.cycle, age, int(most)))
    return tuple(found)


def _update_rate(scope: Scope) -> Counted:
    due = timely(scope)
    rows = [
        {
            "dataset": t.dataset, "department": t.department, "cycle": t.cycle, "age_days": t.age_days,
            "allowed_days": t.allowed_days, "on_time": t.on_time,
        }
        for t in due
    ]  # fmt: skip
    return share(sum(t.on_time for t in due), len(due), rows, "no update was due")


def _score(dimension: str, scope: Scope) -> Counted:
    rows: list[dict[str, Any]] = []
    for view in scope.views:
        value = view.dimensions.get(dimension) if dimension else view.quality
        if value is not None:
            contract = view.revision.contract
            rows.append(
                {"dataset": view.revision.name, "department": contract.department.name, "score": value}
            )
    total = sum(float(row["score"]) for row in rows)
    rows.sort(key=lambda row: (row["score"], row["dataset"]))
    return share(total, len(rows), rows, "no dataset was assessed")


def _problems(name: str, scope: Scope) -> Counted:
    lines = _rectified(scope)
    rows = [
        {"dataset": line.dataset, "department": line.department, name: getattr(line, name)}
        for line in lines
        if getattr(line, name)
    ]
    return Counted(sum(getattr(line, name) for line in lines), tuple(rows))


def _on_time(scope: Scope) -> Counted:
    lines = [line for line in _rectified(scope) if line.closed]
    rows = [
        {
            "dataset": line.dataset,
            "department": line.department,
            "closed": line.closed,
            "on_time": line.on_time,
        }
        for line in lines
    ]
    return share(
        sum(line.on_time for line in lines), sum(line.closed for line in lines), rows, "no case was closed"
    )


def _rectified(scope: Scope) -> tuple[Figures, ...]:
    return rectified(scope.connection, now=scope.now, first=scope.month.first, last=scope.on)


COUNTS: Final[Mapping[str, Callable[[Scope], Counted]]] = {
    "update_rate": _update_rate,
    "quality_score": partial(_score, ""),
    **{f"quality_{name}": partial(_score, name) for name in _DIMENSIONS},
    "problems_found": partial(_problems, "found"),
    "problems_closed": partial(_problems, "closed"),
    "problems_on_time": _on_time,
}
