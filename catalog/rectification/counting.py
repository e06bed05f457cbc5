"""Figures of rectification for the ledger: found, closed, on time, reopened, by department and dataset.

Decides what each figure counts; the events of the cases are what is counted, so that a period's figures
stay what they were.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Connection, func, select

from catalog.rectification.cases import listing
from catalog.store.tables.quality import rectification_cases, rectification_events
from policies.clocks import ZONE, local_date

# Days on which no case can have anything.
_BEFORE: Final = date(1900, 1, 1)
_AFTER: Final = date(2999, 12, 31)


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of the cases of a dataset, or of several.

    Attributes:
        found: cases opened in the period.
        closed: closings in the period.
        on_time: of them by the due day.
        reopened: cases that came back in the period.
        open: cases owed now.
        overdue: of them past their due day.
        items: items that fail now, over the cases owed.
    """

    department: str
    department_code: str
    dataset: str | None
    found: int = 0
    closed: int = 0
    on_time: int = 0
    reopened: int = 0
    open: int = 0
    overdue: int = 0
    items: int = 0

    @property
    def on_time_share(self) -> float | None:
        """Closings by their due day among all closings; None where nothing was closed."""
        return round(self.on_time / self.closed, 4) if self.closed else None

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return asdict(self) | {"on_time_share": self.on_time_share}


def figures(
    connection: Connection,
    *,
    now: datetime,
    department_code: str | None = None,
    first: date | None = None,
    last: date | None = None,
) -> tuple[Figures, ...]:
    """Figures of every dataset that ever had a case, by department and dataset.

    Args:
        connection: to read with.
        now: aware instant; what is owed and overdue is judged by it.
        department_code: only of this department.
        first: first day of the period, Asia/Shanghai; None = from the beginning.
        last: its last day, included; None = until now.
    """
    made: dict[tuple[str, str], Figures] = {}
    today = local_date(now)
    for case in listing(connection, department_code=department_code):
        key = (case.department_code, case.dataset)
        line = made.setdefault(key, Figures(case.department, case.department_code, case.dataset))
        if case.owed:
            late = case.overdue(today)
            made[key] = replace(
                line, open=line.open + 1, overdue=line.overdue + late, items=line.items + case.remaining
            )
    for (code, dataset), counts in _happened(connection, first, last).items():
        if (code, dataset) in made:
            made[code, dataset] = replace(made[code, dataset], **counts)
    return tuple(made[key] for key in sorted(made))


def by_department(lines: Iterable[Figures]) -> tuple[Figures, ...]:
    """The figures of datasets, summed up by department."""
    names = ("found", "closed", "on_time", "reopened", "open", "overdue", "items")
    made: dict[str, Figures] = {}
    for line in lines:
        total = made.get(line.department_code, Figures(line.department, line.department_code, None))
        sums = {name: getattr(total, name) + getattr(line, name) for name in names}
        made[line.department_code] = replace(total, **sums)
    return tuple(made[code] for code in sorted(made))


def _happened(
    connection: Connection, first: date | None, last: date | None
) -> dict[tuple[str, str], dict[str, Any]]:
    cases, events = rectification_cases.c, rectification_events.c
    query = (
        select(cases.department_code, cases.dataset, events.event, events.on_time, func.count().label("n"))
        .join(rectification_events, events.case_id == cases.id)
        .where(events.event.in_(("open", "close", "reopen")))
        .group_by(cases.department_code, cases.dataset, events.event, events.on_time)
    )
    # Days at the ends of the calendar have no instant in every zone; nothing happened then.
    if first is not None and first > _BEFORE:
        query = query.where(events.at >= datetime.combine(first, time.min, ZONE))
    if last is not None and last < _AFTER:
        query = query.where(events.at < datetime.combine(last + timedelta(days=1), time.min, ZONE))
    counted: dict[tuple[str, str], dict[str, Any]] = {}
    called = {"open": "found", "close": "closed", "reopen": "reopened"}
    for row in connection.execute(query).all():
        line = counted.setdefault((row.department_code, row.dataset), {})
        name = called[row.event]
        line[name] = line.get(name, 0) + row.n
        if row.event == "close" and row.on_time:
            line["on_time"] = line.get("on_time", 0) + row.n
    return counted
