"""Figures of the way back and of trust: what flowed back, forms filled in, challenges, duties overdue.

Decides how each is counted. Rows delivered and forms filed are about units: they are counted through the
public view of counts, and a challenge is told by dataset, never by the row it is about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select

from catalog.clocks.duties import duties
from catalog.reporting.scope import Counted, Scope, never_known, of_rows, share, unknown
from catalog.statistics import public_count, public_ratio
from catalog.store.tables.backflow import deliveries, subscriptions
from catalog.store.tables.corrections import correction_steps
from catalog.store.tables.forms import corrections, submissions

_NONE_SENT: Final = "nothing was delivered in the month"


def _within(column: Any, scope: Scope) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return column >= scope.month.begin, column < scope.cutoff


def _datasets(scope: Scope) -> Counted:
    s = subscriptions.c
    query = (
        select(s.dataset, func.count().label("n"))
        .where(s.opened_at < scope.cutoff, (s.ended_at.is_(None)) | (s.ended_at >= scope.cutoff))
        .group_by(s.dataset)
        .order_by(s.dataset)
    )
    return of_rows(
        [{"dataset": row.dataset, "subscriptions": row.n} for row in scope.connection.execute(query)]
    )


def _records(scope: Scope) -> Counted:
    d = deliveries.c
    query = (
        select(d.dataset, func.sum(d.delivered).label("n"))
        .where(*_within(d.sent_at, scope))
        .group_by(d.dataset)
        .order_by(d.dataset)
    )
    shown = [
        (row.dataset, public_count(int(row.n), has_units=True, on=scope.on))
        for row in scope.connection.execute(query)
    ]
    rows = tuple({"dataset": name, "records": figure.text} for name, figure in shown)
    return Counted(sum(figure.value or 0 for _, figure in shown), rows) if rows else unknown(_NONE_SENT)


def _bodies(scope: Scope) -> Counted:
    return of_rows([{"body": body, "deliveries": n} for body, _, n in _delivered(scope)])


def _levels(scope: Scope) -> Counted:
    levels = Counter(len(area) for _, area, _ in _delivered(scope))
    return of_rows([{"digits": digits, "areas": n} for digits, n in sorted(levels.items())])


def _delivered(scope: Scope) -> list[tuple[str, str, int]]:
    d, s = deliveries.c, subscriptions.c
    query = (
        select(s.subscriber, s.area, func.count().label("n"))
        .join(deliveries, d.subscription_id == s.id)
        .where(*_within(d.sent_at, scope))
        .group_by(s.subscriber, s.area)
        .order_by(s.subscriber, s.area)
    )
    return [(row.subscriber, row.area, row.n) for row in scope.connection.execute(query)]


def _acknowledged(scope: Scope) -> Counted:
    d = deliveries.c
    query = (
        select(d.dataset, func.count().label("sent"), func.count(d.acknowledged_at).label("acknowledged"))
        .where(*_within(d.sent_at, scope))
        .group_by(d.dataset)
        .order_by(d.dataset)
    )
    rows = [dict(row._mapping) for row in scope.connection.execute(query)]
    done, sent = (sum(row[name] for row in rows) for name in ("acknowledged", "sent"))
    return share(done, sent, rows, _NONE_SENT)


def _forms(scope: Scope) -> Counted:
    f = submissions.c
    query = (
        select(f.form, func.count().label("n"))
        .where(*_within(f.submitted_at, scope))
        .group_by(f.form)
        .order_by(f.form)
    )
    shown = [
        (row.form, public_count(int(row.n), has_units=True, on=scope.on))
        for row in scope.connection.execute(query)
    ]
    rows = tuple({"form": name, "filed": figure.text} for name, figure in shown)
    return Counted(sum(figure.value or 0 for _, figure in shown), rows)


def _prefilled(scope: Scope) -> Counted:
    f = submissions.c
    query = select(func.count(), func.sum(f.kept), func.sum(f.kept + f.corrected + f.added))
    filed, kept, items = scope.connection.execute(query.where(*_within(f.submitted_at, scope))).one()
    if not items:
        return unknown("no form was filed in the month")
    over = public_count(int(filed), has_units=True, on=scope.on)
    value = public_ratio(int(kept) / int(items), scope.on, over)
    return unknown("too few forms were filed to tell") if value is None else Counted(value)


def _challenges(*conditions: Any) -> Callable[[Scope], Counted]:
    def count(scope: Scope) -> Counted:
        c = corrections.c
        query = (
            select(c.dataset, c.department, func.count().label("challenges"))
            .where(*(condition(scope) for condition in conditions))
            .group_by(c.dataset, c.department)
            .order_by(c.dataset)
        )
        rows = [dict(row._mapping) for row in scope.connection.execute(query)]
        return Counted(sum(row["challenges"] for row in rows), tuple(rows))

    return count


def _is_open(scope: Scope) -> Any:
    c = corrections.c
    unanswered = (c.answered_at.is_(None)) | (c.answered_at >= scope.cutoff)
    return (c.opened_at < scope.cutoff) & unanswered


def _is_late(scope: Scope) -> Any:
    return _is_open(scope) & (corrections.c.due_on < scope.on)


def _was_accepted(scope: Scope) -> Any:
    c = corrections.c
    answered = (c.answered_at >= scope.month.begin) & (c.answered_at < scope.cutoff)
    return answered & c.state.in_(("accepted", "carried"))


def _not_carried(scope: Scope) -> Counted:
    """Releases that should have held an accepted value and did not, by the department that promised it."""
    c, s = corrections.c, correction_steps.c
    query = (
        select(c.dataset, c.department, func.count().label("releases"))
        .join(correction_steps, s.correction_id == c.id)
        .where(s.event.in_(("reopen", "miss")), *_within(s.acted_at, scope))
        .group_by(c.dataset, c.department)
        .order_by(c.dataset)
    )
    rows = [dict(row._mapping) for row in scope.connection.execute(query)]
    return Counted(sum(row["releases"] for row in rows), tuple(rows))


def _overdue(scope: Scope) -> Counted:
    if scope.cutoff < scope.now:
        return unknown("duties are told as of today: ask for the month that runs")
    late = [duty for duty in duties(scope.connection, scope.on) if duty.overdue]
    return of_rows(
        [{"what": d.what, "owner": d.owner, "due_on": d.due_on and d.due_on.isoformat()} for d in late]
    )


COUNTS: Final[Mapping[str, Callable[[Scope], Counted]]] = {
    "backflow_datasets": _datasets,
    "backflow_records": _records,
    "backflow_bodies": _bodies,
    "backflow_levels": _levels,
    "backflow_usage": _acknowledged,
    "forms_filed": _forms,
    "prefill_rate": _prefilled,
    "hours_saved": never_known("nobody measured how long filling in takes, with and without prefilling"),
    "objections_open": _challenges(_is_open),
    "objections_overdue": _challenges(_is_late),
    "corrections": _challenges(_was_accepted),
    "corrections_not_carried": _not_carried,
    "duties_overdue": _overdue,
    "security_events": never_known("security incidents are not kept in the ledger yet"),
    "visits": never_known("visits of the catalogue are not counted: nobody's reading is logged"),
    "ratings": never_known("no rating tied to a completed use is kept yet"),
}
