"""Ratings of completed uses: one a use, by the body it was done for.

Decides what counts as completed: a submitted form (rated for its issuer), an answered challenge (for the
department that answered), a task that is done (for the body itself).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import Connection, Engine, insert, select

from catalog.evidence import record
from catalog.store import writing
from catalog.store.schema import new_id
from catalog.store.tables.burden import use_ratings
from catalog.store.tables.forms import corrections, forms, submissions
from catalog.store.tables.grassroots import base_tasks
from catalog.store.tables.identity import organisations
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.rulebook import rule
from space.errors import Refused, SpaceError, Unknown

RULES: Final = "burden"
UseKind = Literal["form", "correction", "task"]
KINDS: Final[tuple[UseKind, ...]] = ("form", "correction", "task")


class AlreadyRated(SpaceError):
    """The use was rated: one rating a use."""


@dataclass(frozen=True, slots=True)
class Rating:
    """One rating.

    Attributes:
        kind, subject: the completed use.
        body: that rates.
        department: it was done for or by.
        month: of the completion.
        score: see ``policies/rules/burden.yaml``.
    """

    id: str
    kind: str
    subject: str
    body: str
    department: str
    month: str
    score: int


@dataclass(frozen=True, slots=True)
class _Completed:
    """A completed use: whose, for whom, when."""

    body: str
    department: str
    at: datetime


def rate(
    engine: Engine, kind: UseKind, subject: str, score: int, *, body: str, by: str, now: datetime
) -> Rating:
    """Rate one completed use.

    Args:
        engine: the store.
        kind: ``form``, ``correction`` or ``task``.
        subject: id of the submission, challenge or task.
        score: within the rule's scores.
        body: code of the body that rates; the use is its own.
        by: the person who rates.
        now: aware instant.

    Raises:
        Unknown: the body has no such use that is completed.
        AlreadyRated: it was rated.
        Refused: the score is none, or the use was completed too long ago.
    """
    on = local_date(now)
    least, most = rule(RULES, "scores", on).value
    if not least <= score <= most:
        raise Refused(Deny((Reason("burden.score", "no such score", "score", f"{least} to {most}"),)))
    with writing(engine) as connection:
        done = _completed(connection, kind, subject, body)
        days = int(rule(RULES, "rating_days", on).value)
        if on > local_date(done.at) + timedelta(days=days):
            raise Refused(
                Deny((Reason("burden.late", f"it was completed more than {days} days ago", subject),))
            )
        u = use_ratings.c
        if connection.execute(select(u.id).where(u.kind == kind, u.subject == subject)).first():
            raise AlreadyRated(f"{subject} was rated — one rating a use")
        made = Rating(
            new_id("rtg"), kind, subject, body, done.department, f"{local_date(done.at):%Y-%m}", score
        )
        told = {"kind": kind, "subject": subject, "body": body, "score": score, "by": by}
        evidence_id = record(connection, event="burden:use:rate", subject=made.id, body=told, now=now)
        connection.execute(
            insert(use_ratings).values(
                id=made.id,
                kind=kind,
                subject=subject,
                body=body,
                department=made.department,
                month=made.month,
                score=score,
                rated_by=by,
                rated_at=now,
                evidence_id=evidence_id,
            )
        )
    return made


def _completed(connection: Connection, kind: UseKind, subject: str, body: str) -> _Completed:
    s, c, t = submissions.c, corrections.c, base_tasks.c
    if kind == "form":
        query = select(s.body, forms.c.issuer, s.submitted_at).join(forms, forms.c.code == s.form)
        query = query.where(s.id == subject, s.body == body)
    elif kind == "correction":
        query = select(c.asker, c.department, c.answered_at).where(c.id == subject, c.asker == body)
        query = query.where(c.answered_at.is_not(None))
    else:
        query = select(t.body, organisations.c.name, t.closed_at).join(
            organisations, organisations.c.code == t.body
        )
        query = query.where(t.id == subject, t.body == body, t.state == "done")
    row = connection.execute(query).first()
    if row is None:
        raise Unknown(f"completed {kind}", subject, "only what is done, and one's own, is rated")
    return _Completed(*row)
