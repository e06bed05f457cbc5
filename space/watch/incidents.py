"""Data security incidents 数据安全事件 and their steps: opened, contained, notified, resolved, closed.

Decides by ``policies/rules/procedures/incident.csv`` alone which step is open. A drill 演练 takes the same
steps, is marked in every act, and is counted in no figure. How one is opened is :mod:`space.watch.opening`'s.

Source: 数据安全法 Art 29; 网络数据安全管理条例 Art 11; 个人信息保护法 Art 57.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select, update

from catalog.evidence import record
from catalog.store.parts import Part, parted
from catalog.store.tables.watch import incident_steps, incidents
from policies.decision import Deny, Reason
from policies.machine import Machine, Office, machine
from space.errors import Refused, Unknown
from space.watch.exposure import Scope

CLOSED: Final = "closed"


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident as it stands; names as in :class:`space.watch.opening.Opening`.

    Attributes:
        id: of the incident.
        alert_id: that opened it.
        state: of the table.
        opened_by, opened_at: who and when.
        contained_at, notified_at, resolved_at, closed_at: when, once.
        proposed_by, closed_by: the two who close it.
        outcome: resolved or dismissed, once closing is proposed.
    """

    id: str
    drill: bool
    kind: str
    severity: str
    traits: tuple[str, ...]
    statement: str
    datasets: tuple[str, ...]
    grant_id: str | None
    organisation: str | None
    since: datetime
    until: datetime | None
    alert_id: str | None
    state: str
    opened_by: str
    opened_at: datetime
    contained_at: datetime | None
    notified_at: datetime | None
    resolved_at: datetime | None
    proposed_by: str | None
    closed_by: str | None
    closed_at: datetime | None
    outcome: str | None

    def scope(self, now: datetime) -> Scope:
        """What its exposure is looked for in: until it was contained, where no end is stated."""
        until = self.until or self.contained_at or now
        return Scope(self.since, until, self.datasets, self.grant_id, self.organisation)

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        found = {name: getattr(self, name) for name in self.__dataclass_fields__}
        dated = {name: value.isoformat() for name, value in found.items() if isinstance(value, date)}
        lists = {"traits": list(self.traits), "datasets": list(self.datasets)}
        steps = [f"{step.event} ({step.office})" for step in procedure().open_steps(self.state)]
        return found | dated | lists | {"open": steps}


def step(
    connection: Connection,
    incident: Incident,
    event: str,
    *,
    by: str,
    now: datetime,
    reason: str = "",
    office: Office = Office.SECURITY,
    stated: dict[str, Any] | None = None,
    **changed: Any,
) -> Incident:
    """Take a step: the one place where an incident changes its state.

    Args:
        connection: a writing transaction.
        incident: as it stands.
        event: of the table.
        by: the person.
        now: aware instant.
        reason: kept with the incident, never in the evidence log.
        office: in which the person acts.
        stated: what the evidence says beside: digests, counts, codes.
        changed: further columns.

    Raises:
        IllegalStep: no row of the table allows it; it names the steps that are open.
    """
    after = procedure().after(incident.state, event, office, incident.id)
    body = {"drill": incident.drill, "from": incident.state, "to": after, "by": by} | (stated or {})
    evidence_id = record(connection, event=f"space:incident:{event}", subject=incident.id, body=body, now=now)
    write_step(
        connection, incident.id, event, office, after, reason=reason, by=by, now=now, evidence_id=evidence_id
    )
    connection.execute(update(incidents).where(incidents.c.id == incident.id).values(state=after, **changed))
    return by_id(connection, incident.id)


def write_step(
    connection: Connection,
    incident_id: str,
    event: str,
    office: Office,
    state: str,
    *,
    reason: str,
    by: str,
    now: datetime,
    evidence_id: str,
) -> None:
    """Write a step that was taken, under the next number."""
    s = incident_steps.c
    last = connection.execute(select(func.max(s.number)).where(s.incident_id == incident_id)).scalar() or 0
    connection.execute(
        insert(incident_steps).values(
            incident_id=incident_id,
            number=last + 1,
            event=event,
            office=office.value,
            state=state,
            reason=reason.strip(),
            made_by=by,
            made_at=now,
            evidence_id=evidence_id,
        )
    )


def by_id(connection: Connection, incident_id: str) -> Incident:
    """The incident of that id.

    Raises:
        Unknown: there is none.
    """
    row = connection.execute(select(incidents).where(incidents.c.id == incident_id)).first()
    if row is None:
        raise Unknown("incident", incident_id, "`ybz incident list` shows them")
    return _incident(row)


def all_incidents(
    connection: Connection, *, closed: bool = False, part: Part | None = None
) -> tuple[Incident, ...]:
    """Incidents and drills, the newest first; with ``closed`` also those that are over."""
    i = incidents.c
    wanted = parted(select(incidents), part, i.opened_at, i.id, newest_first=True)
    rows = connection.execute(wanted if closed else wanted.where(i.state != CLOSED)).all()
    return tuple(_incident(row) for row in rows)


def figures(connection: Connection) -> dict[str, int]:
    """How many incidents stand in which state; drills are counted nowhere."""
    i = incidents.c
    rows = connection.execute(select(i.state, i.outcome).where(i.drill.is_(False))).all()
    counted = Counter(f"closed_{row.outcome}" if row.state == CLOSED else row.state for row in rows)
    return {"total": len(rows), **dict(sorted(counted.items()))}


def steps_of(connection: Connection, incident_id: str) -> tuple[dict[str, Any], ...]:
    """The steps of an incident, the first first."""
    s = incident_steps.c
    query = select(s.event, s.office, s.state, s.reason, s.made_by, s.made_at, s.evidence_id)
    rows = connection.execute(query.where(s.incident_id == incident_id).order_by(s.number)).all()
    return tuple({**row._mapping, "made_at": row.made_at.isoformat()} for row in rows)


def procedure() -> Machine:
    """The steps of an incident."""
    return machine("incident")


def needs_reason(reason: str) -> None:
    """Refuse an act that says nothing of why it is done.

    Raises:
        Refused: no reason is given.
    """
    if not reason.strip():
        raise Refused(Deny((_REASON,)))


_REASON: Final = Reason("incident.reason", "the act states its reason", "reason", "say why in one sentence")


def _incident(row: Any) -> Incident:
    values = {name: row._mapping[name] for name in Incident.__dataclass_fields__}
    return Incident(**values | {"traits": tuple(row.traits), "datasets": tuple(row.datasets)})
