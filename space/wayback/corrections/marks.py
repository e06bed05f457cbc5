"""Marks on submitted forms that held the value a correction found wrong.

Decides which submissions those are: forms whose prefilled item was kept as the source had it, about the row
of the case, from a release that held the old value. A submission that corrected the item itself is none. The
mark goes when the value stands after all; what was submitted is never changed.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, insert, select, update

from catalog.evidence import record
from catalog.home import Home
from catalog.keys import row_reference
from catalog.lake import files_of
from catalog.store import reading, writing
from catalog.store.tables.corrections import submission_marks
from catalog.store.tables.forms import corrections, forms, submissions
from contracts.codes import canonical_id
from space.wayback.corrections.course import OUTCOMES
from space.wayback.recall.holders import looking_at, of_case
from space.wayback.recall.holdings import Looking
from space.wayback.recall.postings import of_rows
from space.wayback.recall.rows import row_at


def mark(home: Home, engine: Engine, correction_id: str, now: datetime) -> int:
    """Mark, or unmark, the forms that were submitted with the value of an answered case.

    Args:
        home: the installation.
        engine: its store.
        correction_id: the case.
        now: aware instant.

    Returns:
        How many forms bear its mark now.
    """
    with reading(engine) as connection:
        case = connection.execute(select(corrections).where(corrections.c.id == correction_id)).one()
        outcome = OUTCOMES.get(case.state)
        found = _submitted(home, connection, correction_id)
    if outcome is None:
        return 0
    m = submission_marks.c
    with writing(engine) as connection:
        known = set(
            connection.execute(select(m.submission_id).where(m.correction_id == correction_id)).scalars()
        )
        fresh = [one for one in found if one not in known] if outcome != "rejected" else []
        for submission in fresh:
            body = {"correction": correction_id, "item": case.field}
            evidence_id = record(
                connection, event="form:submission:mark", subject=submission, body=body, now=now
            )
            connection.execute(
                insert(submission_marks).values(
                    submission_id=submission, correction_id=correction_id, item=case.field, marked_at=now,
                    evidence_id=evidence_id,
                )
            )  # fmt: skip
        lifted = now if outcome == "rejected" else None
        stale = m.lifted_at.is_(None) if outcome == "rejected" else m.lifted_at.is_not(None)
        connection.execute(
            update(submission_marks).where(m.correction_id == correction_id, stale).values(lifted_at=lifted)
        )
        return len(marked(connection, correction_id=correction_id))


def marked(
    connection: Connection, *, correction_id: str | None = None, body: str | None = None
) -> tuple[tuple[str, str, str], ...]:
    """Submission, case and item of every mark that stands, of one case or of one body."""
    m, s = submission_marks.c, submissions.c
    query = (
        select(m.submission_id, m.correction_id, m.item)
        .join(submissions, s.id == m.submission_id)
        .where(m.lifted_at.is_(None))
        .order_by(s.submitted_at, m.submission_id, m.item)
    )
    if correction_id is not None:
        query = query.where(m.correction_id == correction_id)
    if body is not None:
        query = query.where(s.body == body)
    return tuple((row.submission_id, row.correction_id, row.item) for row in connection.execute(query))


def _submitted(home: Home, connection: Connection, correction_id: str) -> list[str]:
    """Ids of the submissions that kept the value of a case as they were shown it, oldest first."""
    case = connection.execute(select(corrections).where(corrections.c.id == correction_id)).one()
    looking = looking_at(home, connection)
    target = of_case(looking, case)
    evidence = {
        posted.posting.evidence
        for posted in of_rows(connection, target.dataset, target.names)
        if posted.posting.kind == "submission"
        and case.field in posted.posting.items
        and looking.held_version(target, posted.posting.version, case.field)
    }
    s = submissions.c
    query: Select[Any] = (
        select(submissions, forms.c["items"].label("asked"), forms.c.subject_kind)
        .join(forms, forms.c.code == s.form)
        .where(s.evidence_id.in_(sorted(evidence)), s.subject.in_(sorted(_subjects(looking, case))))
        .order_by(s.submitted_at, s.id)
    )
    secret = looking.secret
    return [row.id for row in connection.execute(query) if not _corrected(home, row, case, secret)]


def _subjects(looking: Looking, case: Row[Any]) -> set[str]:
    """How submissions name whom the row of a case is about."""
    release = looking.release(case.release_id)
    assert release is not None, "a case is about a release, which is kept"
    (row,) = row_at(looking.home, release, case.row_key).to_pylist() or [{}]
    units = [f for f in looking.contract(release).fields if f.unit is not None and f.name in row]
    named = [(f.unit.kind, canonical_id(f.unit.kind, str(row[f.name]))) for f in units if f.unit is not None]
    return {row_reference(looking.secret, f"form/{kind}", {"id": one}) for kind, one in named if one}


def _corrected(home: Home, submission: Any, case: Row[Any], secret: bytes) -> bool:
    """Whether a submission said itself that the value is another."""
    bound = (case.dataset, case.field)
    items = {item["name"] for item in submission.asked if (item.get("dataset"), item.get("field")) == bound}
    content = files_of(home).read(submission.path) or b""
    for line in map(json.loads, content.splitlines()):
        named = row_reference(secret, f"form/{submission.subject_kind}", {"id": line["subject"]})
        # Items bound through a standard element name no field: any item of the sheet may be this one.
        about = line["item"] in items or not items
        if about and line["state"] == "corrected" and named == submission.subject:
            return True
    return False
