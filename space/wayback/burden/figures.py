"""Burden 基层负担 as figures: prefilled, computed and really typed, stopped, avoided, answered, rated.

Decides how each is counted, from the rows of the acts themselves and nothing else; a figure nobody can count
is None, never 0. By street, department and month, or any of them. What may be published of it is
:mod:`space.wayback.burden.publishing`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection, Select, func, select

from catalog.store.tables.burden import use_ratings
from catalog.store.tables.forms import corrections, forms, submissions
from catalog.store.tables.forms_filling import form_demands
from catalog.store.tables.grassroots import base_confirmations
from policies.clocks import local_date
from policies.rulebook import rule
from space.wayback.burden.ratings import RULES

Axis = Literal["body", "department", "month"]
AXES: Final[tuple[Axis, ...]] = ("body", "department", "month")
# Forms that were asked for and are not asked: refused by the authority, or taken back by their issuer.
_STOPPED: Final = ("refused", "withdrawn")


@dataclass(frozen=True, slots=True)
class Burden:
    """The figures of one group.

    Attributes:
        body: code of the street or village; empty over all of them, or of what concerns none.
        department: name; empty over all of them.
        month: ``2026-11``; empty over all of them.
        forms: sheets submitted, and monthly forms confirmed as made from the ledger.
        prefilled: cells shown with their source's value, and kept.
        computed: cells nobody typed because others say them.
        typed: cells really typed: filled by hand, or corrected.
        forms_stopped: forms asked for that were refused, or taken back.
        duplicates_avoided: items of those that somebody has already.
        challenged: challenges opened.
        answered: of the challenges, those answered.
        on_time: of the answered, those within the clock.
        overdue: of the challenges, those whose day is over without an answer.
        ratings: completed uses that were rated.
        score: mean of them; None where there is none.
        small_sample: there are too few of them to tell anything.
    """

    body: str = ""
    department: str = ""
    month: str = ""
    forms: int = 0
    prefilled: int = 0
    computed: int = 0
    typed: int = 0
    forms_stopped: int = 0
    duplicates_avoided: int = 0
    challenged: int = 0
    answered: int = 0
    on_time: int = 0
    overdue: int = 0
    ratings: int = 0
    score: float | None = None
    small_sample: bool = True

    @property
    def typed_share(self) -> float | None:
        """Share of the cells that were really typed."""
        cells = self.prefilled + self.computed + self.typed  # a corrected cell counts as typed alone
        return self.typed / cells if cells else None

    @property
    def on_time_share(self) -> float | None:
        """Share of the answered challenges that were answered within the clock."""
        return self.on_time / self.answered if self.answered else None


# One counted thing: where it belongs, and what it adds to which figure.
_Part = tuple[str, str, str, dict[str, int]]
_SUMMED: Final = tuple(
    field.name for field in fields(Burden) if field.name not in (*AXES, "score", "small_sample")
)


def figures(
    connection: Connection,
    *,
    now: datetime,
    by: Collection[Axis] = AXES,
    first: str = "",
    last: str = "",
    body: str = "",
    department: str = "",
) -> tuple[Burden, ...]:
    """The figures of burden.

    Args:
        connection: a reading transaction.
        now: aware instant: what is overdue is told by it.
        by: what is told apart; the rest is summed.
        first: month, included; unbounded where empty.
        last: month, included; unbounded where empty.
        body: of this body only.
        department: of this department only, by name.

    Returns:
        One line a group, by month, body and department.
    """
    sums: dict[tuple[str, str, str], dict[str, int]] = {}
    for count in _COUNTS:
        for of_body, of_department, month, parts in count(connection, now):
            inside = (not first or month >= first) and (not last or month <= last)
            if not inside or (body and of_body != body) or (department and of_department != department):
                continue
            group = (
                of_body if "body" in by else "",
                of_department if "department" in by else "",
                month if "month" in by else "",
            )
            total = sums.setdefault(group, {})
            for name, number in parts.items():
                total[name] = total.get(name, 0) + number
    few = int(rule(RULES, "small_sample", local_date(now)).value)
    ordered = sorted(sums.items(), key=lambda item: (item[0][2], item[0][0], item[0][1]))
    return tuple(_burden(group, total, few) for group, total in ordered)


def _burden(group: tuple[str, str, str], total: dict[str, int], few: int) -> Burden:
    ratings = total.get("ratings", 0)
    counts: dict[str, Any] = {name: total.get(name, 0) for name in _SUMMED}
    return Burden(
        *group,
        **counts,
        score=round(total["points"] / ratings, 2) if ratings else None,
        small_sample=ratings < few,
    )


def _month(at: datetime) -> str:
    return f"{local_date(at):%Y-%m}"


def _submitted(connection: Connection, _now: datetime) -> Iterator[_Part]:
    s = submissions.c
    names = (s.body, forms.c.issuer, s.submitted_at, s.kept, s.corrected, s.added, s.computed)
    query: Select[Any] = select(*names).join(forms, forms.c.code == s.form)
    for row in connection.execute(query):
        computed = row.computed or 0
        counts = {"prefilled": row.kept, "computed": computed, "typed": row.corrected + row.added}
        yield row.body, row.issuer, _month(row.submitted_at), {"forms": 1, **counts}


def _confirmed(connection: Connection, _now: datetime) -> Iterator[_Part]:
    c, s = base_confirmations.c, submissions.c
    # Cells that were handed in sheet by sheet as well are counted there.
    sheets = (
        select(func.coalesce(func.sum(s.kept + s.corrected + s.added + func.coalesce(s.computed, 0)), 0))
        .where(s.form == c.form, s.period == c.period, s.body == c.body)
        .scalar_subquery()
    )
    names = (c.body, forms.c.issuer, c.confirmed_at, (c.cells - sheets).label("cells"))
    for row in connection.execute(select(*names).join(forms, forms.c.code == c.form)):
        if row.cells > 0:
            yield row.body, row.issuer, _month(row.confirmed_at), {"forms": 1, "prefilled": row.cells}


def _stopped(connection: Connection, _now: datetime) -> Iterator[_Part]:
    d = form_demands.c
    query = select(d.issuer, d.decided_at, d.asked_at, d.overlap).where(d.state.in_(_STOPPED))
    for row in connection.execute(query):
        avoided = sum(int(row.overlap.get(name, 0)) for name in ("prefilled", "computed", "again"))
        counts = {"forms_stopped": 1, "duplicates_avoided": avoided}
        yield "", row.issuer, _month(row.decided_at or row.asked_at), counts


def _challenged(connection: Connection, now: datetime) -> Iterator[_Part]:
    c = corrections.c
    query = select(c.asker, c.department, c.opened_at, c.answered_at, c.late, c.due_on)
    for row in connection.execute(query):
        answered = row.answered_at is not None
        counts = {
            "challenged": 1,
            "answered": int(answered),
            "on_time": int(answered and not row.late),
            "overdue": int(not answered and local_date(now) > row.due_on),
        }
        yield row.asker, row.department, _month(row.opened_at), counts


def _rated(connection: Connection, _now: datetime) -> Iterator[_Part]:
    u = use_ratings.c
    for row in connection.execute(select(u.body, u.department, u.month, u.score)):
        yield row.body, row.department, row.month, {"ratings": 1, "points": row.score}


_COUNTS: Final[tuple[Callable[[Connection, datetime], Iterator[_Part]], ...]] = (
    _submitted,
    _confirmed,
    _stopped,
    _challenged,
    _rated,
)
