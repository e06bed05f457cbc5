"""The monthly report 月报: drafted, replied to by the departments, closed; one a month for the whole city.

Decides who may take which step (``policies/rules/procedures/monthly_report.csv``), that a report is closed
only when its month is over and every department had its days to reply 申辩, and that nothing of a closed
report changes: its figures, the ranking and the replies are frozen with it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from catalog import evidence
from catalog.clocks.place import place_on
from catalog.errors import CatalogError
from catalog.inventory.errors import NotAccepted
from catalog.inventory.periods import Period
from catalog.reporting.content import content_of
from catalog.store.schema import new_id
from catalog.store.tables.reporting import monthly_replies, monthly_reports
from contracts.canonical import canonical
from policies.clocks import due_by, local_date
from policies.decision import Deny, Reason
from policies.machine import Machine, Office, machine

CLOSED: Final = "closed"
RULE: Final = "monthly_report_reply"
# Longest reply, in characters: it is printed beside the figures.
LONGEST: Final = 500

# Reason codes.
MONTH_RUNS: Final = "report.month_runs"
REPLIES_OPEN: Final = "report.replies_open"
NO_DEPARTMENT: Final = "report.no_department"
NO_TEXT: Final = "report.no_text"


class NoReport(CatalogError):
    """No report of that month was drafted."""

    def __init__(self, period: str) -> None:
        super().__init__(f"no report of {period} is drafted — draft it first")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a department says to the figures.

    Attributes:
        department: its name.
        text: its words.
        to_digest: of the draft it replied to.
        replied_by: who.
        replied_at: when.
    """

    department: str
    text: str
    to_digest: str
    replied_by: str
    replied_at: datetime

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "department": self.department, "text": self.text, "to_digest": self.to_digest,
            "replied_by": self.replied_by, "replied_at": self.replied_at.isoformat(),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Report:
    """A month's report.

    Attributes:
        id: of its row.
        period: ``YYYY-MM``.
        number: of the draft.
        state: ``drafted`` or ``closed``.
        content: balance, figures, ranking, changes; with the replies once it is closed.
        digest: SHA-256 of the canonical content.
        reply_until: last day for replies.
        reply_provisional: that day may move: a calendar is missing.
        replies: of the departments, the first first.
        drafted_at, closed_at: instants.
    """

    id: str
    period: str
    number: int
    state: str
    content: Mapping[str, Any]
    digest: str
    reply_until: date
    reply_provisional: bool
    replies: tuple[Reply, ...]
    drafted_at: datetime
    closed_at: datetime | None

    @property
    def departments(self) -> tuple[str, ...]:
        """Departments of the ranking."""
        return tuple(line["department"] for line in self.content["ranking"])

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "period": self.period, "number": self.number, "state": self.state, "digest": self.digest,
            "reply_until": self.reply_until.isoformat(), "reply_provisional": self.reply_provisional,
            "drafted_at": self.drafted_at.isoformat(),
            "closed_at": None if self.closed_at is None else self.closed_at.isoformat(),
            **self.content, "replies": [reply.to_document() for reply in self.replies],
        }  # fmt: skip


def procedure() -> Machine:
    """The procedure of a report."""
    return machine("monthly_report")


def draft(
    connection: Connection, period: str, *, by: str, now: datetime, office: Office = Office.AUTHORITY
) -> Report:
    """Draft the report of a month, or draft it again; the days to reply begin when its content is new.

    Args:
        connection: a writing transaction.
        period: ``YYYY-MM``.
        by: who drafts it.
        now: aware instant.
        office: in which ``by`` acts.

    Raises:
        IllegalStep: it is closed, or that office does not draft it.
        InventoryError: the period is no month, or has not begun.
    """
    month, row = Period.of(period), _row(connection, period)
    before = procedure().start if row is None else row.state
    state = procedure().after(before, "draft", office, f"report of {period}")
    former = _row(connection, month.former.text)
    content = content_of(connection, month, now, None if former is None else json.loads(former.content))
    text = canonical(content).decode()
    digest = hashlib.sha256(text.encode()).hexdigest()
    number = 1 if row is None else row.number + 1
    evidence_id = _record(connection, "draft", period, by, now, {"number": number, "digest": digest})
    values: dict[str, Any] = {
        "number": number, "state": state, "content": text, "digest": digest, "drafted_by": by,
        "drafted_at": now, "evidence_id": evidence_id,
    }  # fmt: skip
    today = local_date(now)
    until = due_by(RULE, today, place_on(connection, today))
    if row is None:
        days = {"reply_until": until.date, "reply_provisional": until.provisional}
        connection.execute(insert(monthly_reports).values(id=new_id("rpt"), period=period, **values, **days))
    else:
        if row.digest != digest:
            values |= {"reply_until": until.date, "reply_provisional": until.provisional}
        connection.execute(update(monthly_reports).where(monthly_reports.c.id == row.id).values(**values))
    return find(connection, period)


def reply(
    connection: Connection,
    period: str,
    department: str,
    text: str,
    *,
    by: str,
    now: datetime,
    office: Office = Office.STEWARD,
) -> Report:
    """Record what a department says to its figures; a later reply stands beside the earlier one.

    Args:
        connection: a writing transaction.
        period: ``YYYY-MM``.
        department: of the ranking, by name.
        text: its words, at most :data:`LONGEST` characters.
        by: who replies.
        now: aware instant.
        office: ``steward`` or ``head``.

    Raises:
        NoReport: none is drafted.
        IllegalStep: it is closed, or that office does not reply.
        NotAccepted: the department is not in the report, or says nothing or too much.
    """
    report = find(connection, period)
    procedure().after(report.state, "reply", office, f"report of {period}")
    reasons = []
    if department not in report.departments:
        allowed = "name a department of the ranking"
        reasons.append(Reason(NO_DEPARTMENT, "the report has no such department", allowed=allowed))
    if not text.strip() or len(text) > LONGEST:
        allowed = f"write up to {LONGEST} characters"
        reasons.append(
            Reason(NO_TEXT, "a reply says something that fits beside the figures", allowed=allowed)
        )
    if reasons:
        raise NotAccepted(f"reply of {department}", Deny(tuple(reasons)))
    digest = hashlib.sha256(text.encode()).hexdigest()
    details = {"department": department, "text": digest, "to": report.digest}
    evidence_id = _record(connection, "reply", period, by, now, details)
    connection.execute(
        insert(monthly_replies).values(
            id=new_id("rpy"), report_id=report.id, department=department, text=text.strip(),
            to_digest=report.digest, replied_by=by, replied_at=now, evidence_id=evidence_id,
        )
    )  # fmt: skip
    return find(connection, period)


def close(
    connection: Connection, period: str, *, by: str, now: datetime, office: Office = Office.AUTHORITY
) -> Report:
    """Close a report: its figures and replies are frozen.

    Raises:
        NoReport: none is drafted.
        IllegalStep: it is closed already, or that office does not close it.
        NotAccepted: the month runs, it was drafted before the month was over, or replies may still come.
    """
    report = find(connection, period)
    state = procedure().after(report.state, "close", office, f"report of {period}")
    reasons, month = [], Period.of(period)
    if report.drafted_at < month.end:
        allowed = "draft it again once the month is over"
        reasons.append(Reason(MONTH_RUNS, "the draft was made while the month ran", allowed=allowed))
    # Who replied to figures that have changed since has not replied to these.
    heard = {each.department for each in report.replies if each.to_digest == report.digest}
    silent = set(report.departments) - heard
    if silent and local_date(now) <= report.reply_until:
        allowed = f"close it after {report.reply_until}, or when {len(silent)} more departments replied"
        reasons.append(Reason(REPLIES_OPEN, "departments may still reply", allowed=allowed))
    if reasons:
        raise NotAccepted(f"report of {period}", Deny(tuple(reasons)))
    replies = [each.to_document() for each in report.replies]
    text = canonical({**report.content, "replies": replies}).decode()
    digest = hashlib.sha256(text.encode()).hexdigest()
    evidence_id = _record(connection, "close", period, by, now, {"digest": digest, "replies": len(replies)})
    connection.execute(
        update(monthly_reports)
        .where(monthly_reports.c.id == report.id)
        .values(
            state=state, content=text, digest=digest, closed_by=by, closed_at=now, evidence_id=evidence_id
        )
    )
    return find(connection, period)


def find(connection: Connection, period: str) -> Report:
    """The report of a month.

    Raises:
        NoReport: none is drafted.
        InventoryError: the period is no month.
    """
    row = _row(connection, Period.of(period).text)
    if row is None:
        raise NoReport(period)
    content: dict[str, Any] = json.loads(row.content)
    frozen = content.pop("replies", None)
    return Report(
        row.id, row.period, row.number, row.state, content, row.digest, row.reply_until,
        row.reply_provisional, _replies(connection, row.id) if frozen is None else _thawed(frozen),
        row.drafted_at, row.closed_at,
    )  # fmt: skip


def _replies(connection: Connection, report_id: str) -> tuple[Reply, ...]:
    y = monthly_replies.c
    query = select(y.department, y.text, y.to_digest, y.replied_by, y.replied_at)
    rows = connection.execute(query.where(y.report_id == report_id).order_by(y.replied_at, y.id))
    return tuple(Reply(*row) for row in rows)


def _thawed(frozen: list[dict[str, Any]]) -> tuple[Reply, ...]:
    return tuple(
        Reply(**{**each, "replied_at": datetime.fromisoformat(each["replied_at"])}) for each in frozen
    )


def _row(connection: Connection, period: str) -> Row[Any] | None:
    query = select(monthly_reports).where(monthly_reports.c.period == period)
    return connection.execute(query).one_or_none()


def _record(
    connection: Connection, act: str, period: str, by: str, now: datetime, details: Mapping[str, Any]
) -> str:
    body = {"period": period, "actor": by, **details}
    return evidence.record(connection, event=f"catalog:report:{act}", subject=period, body=body, now=now)
