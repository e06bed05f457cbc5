"""Alerts 预警 and their cases: raised once for a rule, a subject and a window, then handled by a person.

Decides what an alert holds (codes and counts, never caller text or a value) and, by the table
``policies/rules/procedures/alert.csv`` alone, who may take which step of its case. What crosses a threshold
is :mod:`space.watch.counting`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select, update

from catalog.evidence import record
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.watch import alert_steps, alerts
from policies import clocks
from policies.decision import Deny, Reason
from policies.machine import Machine, Office, machine
from policies.watching import AlertRule
from space.errors import Refused, Unknown

ENDED: Final = ("closed", "escalated")


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert with its case.

    Attributes:
        id: of the alert.
        rule, source: what raised it, and what that rests on.
        subject: code of an organisation, id of a grant, ``strangers``.
        window: number of the slot it was raised in.
        organisation: whom it is about; empty where unknown.
        severity: low, medium, high.
        threshold, count: of the rule, and what was found.
        codes: what was counted, by code.
        first_at, last_at: of the window.
        office, handler: that handles it, and the person, once there is one.
        state: of the case.
        due_on, due_provisional: last day to handle it.
        raised_at, ended_at: of the case.
        incident_id: it was escalated to.
    """

    id: str
    rule: str
    source: str
    subject: str
    window: int
    organisation: str
    severity: str
    threshold: int
    count: int
    codes: Mapping[str, int]
    first_at: datetime
    last_at: datetime
    office: str
    handler: str | None
    state: str
    due_on: date
    due_provisional: bool
    raised_at: datetime
    ended_at: datetime | None
    incident_id: str | None

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        found = {name: getattr(self, name) for name in self.__dataclass_fields__}
        dated = {name: value.isoformat() for name, value in found.items() if isinstance(value, date)}
        return found | dated | {"codes": dict(self.codes), "open": _open(self.state)}


@dataclass(frozen=True, slots=True)
class Seen:
    """What an alert is raised for.

    Attributes:
        rule: that was crossed.
        subject, organisation: whom it is about.
        window: number of the slot.
        codes: what was counted.
        count: how many, or of how many percent.
        first_at, last_at: of the window.
    """

    rule: AlertRule
    subject: str
    organisation: str
    window: int
    codes: Mapping[str, int]
    count: int
    first_at: datetime
    last_at: datetime


def raise_alert(connection: Connection, seen: Seen, now: datetime) -> str | None:
    """Raise an alert, unless it was raised for that rule, subject and window.

    Args:
        connection: a writing transaction, the one that counted it.
        seen: what it is raised for.
        now: aware instant.

    Returns:
        Its id; None where it was raised before.
    """
    a, rule = alerts.c, seen.rule
    same = select(a.id).where(a.rule == rule.name, a.subject == seen.subject, a.window == seen.window)
    if connection.execute(same).first() is not None:
        return None
    made = new_id("alt")
    state = procedure().after(procedure().start, "raise", Office.CLOCK, made)
    due = clocks.due(clocks.local_date(now), rule.workdays, clocks.calendar())
    body = {"rule": rule.name, "subject": seen.subject, "window": seen.window, "severity": rule.severity}
    counted = {"count": seen.count, "threshold": rule.threshold, "codes": dict(seen.codes)}
    evidence_id = record(connection, event="space:alert:raise", subject=made, body=body | counted, now=now)
    connection.execute(
        insert(alerts).values(
            id=made,
            **body,
            **counted,
            organisation=seen.organisation,
            source=rule.source,
            first_at=seen.first_at,
            last_at=seen.last_at,
            office=rule.office.value,
            state=state,
            due_on=due.date,
            due_provisional=due.provisional,
            due_workdays=rule.workdays,
            raised_at=now,
            evidence_id=evidence_id,
        )
    )
    return made


def by_id(connection: Connection, alert_id: str) -> Alert:
    """The alert of that id.

    Raises:
        Unknown: there is none.
    """
    row = connection.execute(select(alerts).where(alerts.c.id == alert_id)).first()
    if row is None:
        raise Unknown("alert", alert_id, "`ybz alert list` shows them")
    return Alert(**{name: row._mapping[name] for name in Alert.__dataclass_fields__})


def all_alerts(connection: Connection, *, ended: bool = False, part: Part | None = None) -> tuple[Alert, ...]:
    """Alerts, the one due first before the others; with ``ended`` also those whose case is over."""
    a = alerts.c
    wanted = parted(select(alerts), part, a.due_on, a.raised_at, a.id)
    if not ended:
        wanted = wanted.where(a.state.not_in(ENDED))
    rows = connection.execute(wanted).all()
    return tuple(Alert(**{name: row._mapping[name] for name in Alert.__dataclass_fields__}) for row in rows)


def steps_of(connection: Connection, alert_id: str) -> tuple[dict[str, Any], ...]:
    """The steps of a case, the first first."""
    s = alert_steps.c
    query = select(s.event, s.office, s.state, s.reason, s.made_by, s.made_at)
    rows = connection.execute(query.where(s.alert_id == alert_id).order_by(s.number)).all()
    return tuple({**row._mapping, "made_at": row.made_at.isoformat()} for row in rows)


def assign(connection: Connection, alert_id: str, *, to: str, by: str, now: datetime) -> Alert:
    """Give a case to a person.

    Raises:
        Refused: nobody is named.
        IllegalStep: its case is over.
    """
    if not to.strip():
        raise Refused(Deny((_NOBODY,)))
    return take(connection, alert_id, "assign", reason="", by=by, now=now, handler=to.strip())


def acknowledge(connection: Connection, alert_id: str, *, by: str, now: datetime) -> Alert:
    """Take a case: whoever acknowledges it handles it.

    Raises:
        IllegalStep: it is acknowledged, or its case is over.
    """
    return take(connection, alert_id, "acknowledge", reason="", by=by, now=now, handler=by)


def close(connection: Connection, alert_id: str, *, reason: str, by: str, now: datetime) -> Alert:
    """Close a case that was looked into.

    Raises:
        Refused: no reason is given.
        IllegalStep: nobody has acknowledged it, or its case is over.
    """
    if not reason.strip():
        raise Refused(Deny((_REASON,)))
    return take(connection, alert_id, "close", reason=reason, by=by, now=now, ended_at=now)


def take(
    connection: Connection, alert_id: str, event: str, *, reason: str, by: str, now: datetime, **changed: Any
) -> Alert:
    """Take a step of a case in the office that handles it.

    Args:
        connection: a writing transaction.
        alert_id: of the alert.
        event: of the table.
        reason: kept with the case, never in the evidence log.
        by: the person.
        now: aware instant.
        changed: further columns.

    Raises:
        IllegalStep: no row of the table allows it; it names the steps that are open.
    """
    alert = by_id(connection, alert_id)
    after = procedure().after(alert.state, event, Office(alert.office), alert_id)
    body = {"from": alert.state, "to": after, "by": by}
    noted = {name: changed[name] for name in ("handler", "incident_id") if name in changed}
    evidence_id = record(
        connection, event=f"space:alert:{event}", subject=alert_id, body=body | noted, now=now
    )
    s = alert_steps.c
    last = connection.execute(select(func.max(s.number)).where(s.alert_id == alert_id)).scalar() or 0
    connection.execute(
        insert(alert_steps).values(
            alert_id=alert_id,
            number=last + 1,
            event=event,
            office=alert.office,
            state=after,
            reason=reason.strip(),
            made_by=by,
            made_at=now,
            evidence_id=evidence_id,
        )
    )
    connection.execute(update(alerts).where(alerts.c.id == alert_id).values(state=after, **changed))
    return by_id(connection, alert_id)


def procedure() -> Machine:
    """The steps of a case."""
    return machine("alert")


def _open(state: str) -> list[str]:
    return list(dict.fromkeys(step.event for step in procedure().open_steps(state)))


_REASON: Final = Reason("alert.reason", "a case is closed with a reason", "reason", "say why in one sentence")
_NOBODY: Final = Reason("alert.handler", "a case is given to a person", "to", "name who handles it")
