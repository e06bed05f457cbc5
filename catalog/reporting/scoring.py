"""The ranking of departments in a month: what each did, what it lost points for, and where it stands.

Decides the method: a weighted mean over what can be assessed (``policies/rules/monthly_report.yaml``), on a
scale of 100. What cannot be assessed for a department is left out, and the others weigh the more; a
department of which too little can be assessed has no rank. Departments with equal points share a rank.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import or_, select

from catalog.inventory.accounting import OPEN
from catalog.reporting.figures_quality import timely
from catalog.reporting.scope import Scope
from catalog.store.tables.clocks import clocks
from policies.rulebook import rule

INDICATORS: Final = ("accounted", "linked", "timely", "quality", "duties")

# What points are lost for: its name, the kind of the reason, and a detail (``45/32`` days, a score).
Lacking = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Part:
    """One indicator of a department.

    Attributes:
        value: 0–1; None where nothing can be assessed.
        whole: what was assessed.
        lacking: what it lost points for, the worst first.
    """

    value: float | None
    whole: int
    lacking: tuple[Lacking, ...]


@dataclass(frozen=True, slots=True)
class Loss:
    """Points a department lost by one indicator.

    Attributes:
        indicator: of :data:`INDICATORS`.
        points: of 100.
        items: what for, the worst first.
    """

    indicator: str
    points: float
    items: tuple[Lacking, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A department in the ranking.

    Attributes:
        department: its name.
        rank: 1, 2, …; None where too little can be assessed.
        points: of 100; None as the rank.
        parts: indicator → value, None where not assessed.
        losses: the largest first.
    """

    department: str
    rank: int | None
    points: float | None
    parts: Mapping[str, float | None]
    losses: tuple[Loss, ...]

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "department": self.department,
            "rank": self.rank,
            "points": self.points,
            "parts": dict(self.parts),
            "losses": [
                {"indicator": x.indicator, "points": x.points, "items": [list(each) for each in x.items]}
                for x in self.losses
            ],
        }


def ranking(scope: Scope) -> tuple[Line, ...]:
    """Every department with a system or a published entry, ranked; those without rank last."""
    weights = {k: float(v) for k, v in rule("monthly_report", "weights", scope.on).value.items()}
    least = float(rule("monthly_report", "least_assessed", scope.on).value)
    parts = _parts(scope)
    lines = [_line(name, parts[name], weights, least) for name in sorted(parts)]
    ordered = sorted(lines, key=lambda x: (x.points is None, -(x.points or 0), x.department))
    points = [line.points for line in ordered if line.points is not None]
    return tuple(
        line if line.points is None else _ranked(line, 1 + sum(p > line.points for p in points))
        for line in ordered
    )


def _ranked(line: Line, rank: int) -> Line:
    return Line(line.department, rank, line.points, line.parts, line.losses)


def _line(department: str, parts: Mapping[str, Part], weights: Mapping[str, float], least: float) -> Line:
    known = {name: part for name, part in parts.items() if part.value is not None and name in weights}
    assessed, total = sum(weights[name] for name in known), sum(weights.values())
    values = {name: part.value for name, part in parts.items()}
    if not assessed or assessed / total < least:
        return Line(department, None, None, values, ())
    losses, points = [], 0.0
    for name, part in known.items():
        worth = 100 * weights[name] / assessed
        points += worth * (part.value or 0)
        lost = round(worth * (1 - (part.value or 0)), 2)
        if lost:
            losses.append(Loss(name, lost, part.lacking))
    losses.sort(key=lambda loss: (-loss.points, loss.indicator))
    return Line(department, None, round(points, 2), values, tuple(losses))


def _parts(scope: Scope) -> dict[str, dict[str, Part]]:
    """Department → indicator → what was found."""
    names = {t.department for t in scope.tables} | {e.department for e in scope.published.values()}
    found: dict[str, dict[str, list[tuple[float, Lacking]]]] = {
        name: {indicator: [] for indicator in INDICATORS} for name in names
    }

    def note(department: str, indicator: str, value: float, *lacking: str) -> None:
        name, code, detail = lacking
        found[department][indicator].append((value, (name, code, detail)))

    for table in scope.tables:
        note(table.department, "accounted", float(table.state != OPEN), table.label, "table_open", "")
    fallen = {f.what: f.code for f in scope.balance.fallen_out if f.stage in ("entries", "live")}
    for name, entry in scope.published.items():
        note(entry.department, "linked", float(name not in fallen), name, fallen.get(name, ""), "")
    for each in timely(scope):
        ages = f"{each.age_days}/{each.allowed_days}"
        note(each.department, "timely", float(each.on_time), each.dataset, "late", ages)
    for view in scope.views:
        if view.quality is not None:
            name = view.revision.name
            department = scope.published[name].department
            note(department, "quality", view.quality, name, "quality", f"{view.quality:.2f}")
    for owner, what, on_time in _duties(scope):
        if owner in found:
            note(owner, "duties", float(on_time), what, "duty_late", "")
    return {
        name: {indicator: _part(items) for indicator, items in parts.items()} for name, parts in found.items()
    }


def _part(items: list[tuple[float, Lacking]]) -> Part:
    if not items:
        return Part(None, 0, ())
    value = round(sum(value for value, _ in items) / len(items), 4)
    return Part(value, len(items), tuple(each for value, each in sorted(items) if value < 1))


def _duties(scope: Scope) -> list[tuple[str, str, bool]]:
    """Duties that ended in the month or were overdue at its end: owner, what, whether on time."""
    c = clocks.c
    ended = (c.ended_at >= scope.month.begin) & (c.ended_at < scope.cutoff) & c.on_time.is_not(None)
    late = (c.due_on <= scope.on) & or_(c.ended_at.is_(None), c.ended_at >= scope.cutoff)
    query = select(clocks).where(c.started_at < scope.cutoff, or_(ended, late)).order_by(c.started_at, c.id)
    made = []
    for row in scope.connection.execute(query):
        is_ended = row.on_time is not None and row.ended_at is not None and row.ended_at < scope.cutoff
        if is_ended:
            made.append((row.owner, f"{row.subject} {row.rule}", bool(row.on_time)))
        elif row.due_on < scope.on:
            made.append((row.owner, f"{row.subject} {row.rule}", False))
    return made
