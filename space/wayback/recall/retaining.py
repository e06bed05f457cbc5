"""What the way back keeps beside the data, dropped when its time is over 到期删除; a recall then says so.

Decides by dated rules (``policies/rules/retention.yaml``) which postings and which handed-out sheets go. What
goes is in the evidence log by count and digest, written in the transaction that drops it; who was shown
something before that cannot be told any more, and a recall that may have needed it says "not retained".
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, delete, select

from catalog.evidence import record
from catalog.store import writing
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.form_workbooks import form_handout_sheets, form_handouts
from catalog.store.tables.recall import postings
from policies.clocks import local_date
from policies.rulebook import rule

RULES: Final = "retention"
POSTINGS: Final = "recall:postings:drop"
SHEETS: Final = "form:handout:drop"
# Rows dropped in one transaction.
_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Dropped:
    """What went: postings, and sheets of handed-out workbooks."""

    postings: int
    sheets: int


def drop_old(engine: Engine, now: datetime) -> Dropped:
    """Drop what is older than the rules ask to keep; each batch is an entry of the evidence log.

    Args:
        engine: the store.
        now: aware instant.
    """
    day = local_date(now)
    before = years_before(now, int(rule(RULES, "postings", day).value))
    handed_before = now - timedelta(days=int(rule(RULES, "handout_sheets", day).value))
    return Dropped(
        _until_none(engine, _drop_postings, before, now),
        _until_none(engine, _drop_sheets, handed_before, now),
    )


def dropped_before(connection: Connection) -> datetime | None:
    """The instant before which postings are not retained; None where none was ever dropped."""
    e = evidence_entries.c
    query = select(e.body).where(e.event == POSTINGS, e.subject == "postings").order_by(e.recorded_at.desc())
    body = connection.execute(query.limit(1)).scalar()
    return None if body is None else datetime.fromisoformat(json.loads(body)["before"])


def years_before(now: datetime, years: int) -> datetime:
    """The same day some years ago; 28 February where there is no 29th."""
    try:
        return now.replace(year=now.year - years)
    except ValueError:
        return now.replace(year=now.year - years, day=28)


def _until_none(engine: Engine, drop: Any, before: datetime, now: datetime) -> int:
    """Drop batch after batch; a job stopped in between drops the rest at its next turn."""
    total = 0
    while True:
        with writing(engine) as connection:
            went: int = drop(connection, before, now)
        total += went
        if went < _BATCH:
            return total


def _drop_postings(connection: Connection, before: datetime, now: datetime) -> int:
    p = postings.c
    query = select(p.id).where(p.posted_at < before).order_by(p.posted_at, p.id).limit(_BATCH)
    gone = list(connection.execute(query).scalars())
    if gone:
        connection.execute(delete(postings).where(p.id.in_(gone)))
        _said(connection, POSTINGS, "postings", gone, before, now)
    return len(gone)


def _drop_sheets(connection: Connection, before: datetime, now: datetime) -> int:
    s, h = form_handout_sheets.c, form_handouts.c
    query = (
        select(s.handout, s.number)
        .join(form_handouts, h.id == s.handout)
        .where(h.made_at < before)
        .order_by(s.handout, s.number)
        .limit(_BATCH)
    )
    gone = connection.execute(query).all()
    for handout in dict.fromkeys(row.handout for row in gone):
        numbers = [row.number for row in gone if row.handout == handout]
        connection.execute(delete(form_handout_sheets).where(s.handout == handout, s.number.in_(numbers)))
        _said(connection, SHEETS, handout, [f"{handout}/{number}" for number in numbers], before, now)
    return len(gone)


def _said(
    connection: Connection, event: str, subject: str, gone: list[str], before: datetime, now: datetime
) -> None:
    """What went, so that a copy of it could be told again: how many, and a digest of their ids."""
    told = {
        "before": before.isoformat(),
        "count": len(gone),
        "sha256": hashlib.sha256("\n".join(sorted(gone)).encode()).hexdigest(),
    }
    record(connection, event=event, subject=subject, body=told, now=now)
