"""What a body has completed and not rated yet: forms, answered challenges, tasks, each asked about once.

Decides that a form of many sheets is one use, rated through one of its sheets, and that nothing is asked
about after the days in which it may be rated.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, select

from catalog.store.tables.burden import use_ratings
from catalog.store.tables.forms import corrections, forms, submissions
from catalog.store.tables.forms_filling import form_tasks
from catalog.store.tables.grassroots import base_tasks
from policies.clocks import local_date
from policies.rulebook import rule
from space.wayback.burden.ratings import RULES, UseKind
from space.wayback.forms.tasks import CONFIRMED


@dataclass(frozen=True, slots=True)
class Unrated:
    """A completed use nobody has rated.

    Attributes:
        kind, subject: as :func:`space.wayback.burden.ratings.rate` takes them.
        title: of it, without anything of a person.
        at: when it was completed.
    """

    kind: UseKind
    subject: str
    title: str
    at: datetime


def scores(on: date) -> tuple[int, int]:
    """The lowest and the highest score."""
    least, most = rule(RULES, "scores", on).value
    return int(least), int(most)


def unrated(connection: Connection, body: str, now: datetime, limit: int) -> tuple[Unrated, ...]:
    """Completed uses of a body that may still be rated and are not, the newest first.

    Args:
        connection: a reading transaction.
        body: code of the body.
        now: aware instant.
        limit: how many at most.
    """
    since = now - timedelta(days=int(rule(RULES, "rating_days", local_date(now)).value))
    found = [
        *_forms(connection, body, since, limit),
        *_corrections(connection, body, since, limit),
        *_tasks(connection, body, since, limit),
    ]
    return tuple(sorted(found, key=lambda one: (one.at, one.subject), reverse=True)[:limit])


def _forms(connection: Connection, body: str, since: datetime, limit: int) -> list[Unrated]:
    s, t, u = submissions.c, form_tasks.c, use_ratings.c
    rated = select(s.task_id).join(use_ratings, u.subject == s.id).where(u.kind == "form", s.body == body)
    query = (
        select(func.min(s.id), forms.c.title, t.period, t.closed_at)
        .join(form_tasks, t.id == s.task_id)
        .join(forms, forms.c.code == t.form)
        .where(t.body == body, t.state == CONFIRMED, t.closed_at >= since, t.id.not_in(rated))
        .group_by(t.id, forms.c.title, t.period, t.closed_at)
        .order_by(t.closed_at.desc())
        .limit(limit)
    )
    return [Unrated("form", named, f"{title} {period}", at) for named, title, period, at in
            connection.execute(query)]  # fmt: skip


def _corrections(connection: Connection, body: str, since: datetime, limit: int) -> list[Unrated]:
    c, u = corrections.c, use_ratings.c
    query = (
        select(c.id, c.dataset, c.field, c.answered_at)
        .where(c.asker == body, c.answered_at >= since)
        .where(c.id.not_in(select(u.subject).where(u.kind == "correction")))
        .order_by(c.answered_at.desc())
        .limit(limit)
    )
    return [Unrated("correction", named, f"{dataset}.{field}", at) for named, dataset, field, at in
            connection.execute(query)]  # fmt: skip


def _tasks(connection: Connection, body: str, since: datetime, limit: int) -> list[Unrated]:
    t, u = base_tasks.c, use_ratings.c
    query = (
        select(t.id, t.title, t.closed_at)
        .where(t.body == body, t.state == "done", t.closed_at >= since)
        .where(t.id.not_in(select(u.subject).where(u.kind == "task")))
        .order_by(t.closed_at.desc())
        .limit(limit)
    )
    return [Unrated("task", named, title, at) for named, title, at in connection.execute(query)]
