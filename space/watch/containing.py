"""Containment 处置 of an incident in one act: what it is about is stopped, in the transaction of the step.

Decides what is stopped where nobody says it: who received it (the organisation, or the holder of the grant),
else the datasets. Uses the one-act stop of the security officer (:mod:`space.granting.stopping`); a stop that
stands is counted in, not refused. A drill 演练 says what would be stopped, and stops nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, and_, func, insert, or_, select, update

from catalog.evidence import record
from catalog.lineage import graph
from catalog.lineage.granted import terms_of
from catalog.stops import ALL, DATASET, ORGANISATION
from catalog.store.tables.backflow import subscriptions
from catalog.store.tables.grants import HELD, grants
from catalog.store.tables.ledger import entries
from catalog.store.tables.queries import reservations
from catalog.store.tables.supplies import stops, supplies, supply_links
from catalog.store.tables.watch import incident_stops
from policies.decision import Deny, Reason
from space.errors import Refused, Unknown
from space.granting import stopping
from space.identity.organisations import organisation
from space.watch.exposure import digest, exposed
from space.watch.incidents import Incident, by_id, needs_reason, step
from space.watch.owing import owe, redraft


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """What is stopped.

    Attributes:
        kind: ``dataset``, ``organisation`` or ``all``.
        name: of the dataset, or code of the organisation.
    """

    kind: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Stopped:
    """What containment stopped; of a drill, what it would have stopped.

    Attributes:
        target: what.
        stop_id: of the stop; None of a drill.
        stood: whether it was stopped before.
        effects: datasets, grants, calls under way, addresses and subscriptions it closes, in counts.
    """

    target: Target
    stop_id: str | None
    stood: bool
    effects: dict[str, int]

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "kind": self.target.kind,
            "name": self.target.name,
            "stop": self.stop_id,
            "stood": self.stood,
            "simulated": self.stop_id is None,
            "effects": self.effects,
        }


def contain(
    connection: Connection,
    incident_id: str,
    targets: Iterable[Target] = (),
    *,
    reason: str,
    by: str,
    now: datetime,
) -> Incident:
    """Stop what an incident is about, or more of it, in one act.

    Args:
        connection: a writing transaction.
        incident_id: of the incident.
        targets: what is stopped; what follows from the incident where none is named.
        reason: why; kept with the incident and its stops.
        by: the security officer.
        now: aware instant, read inside the transaction.

    Raises:
        Refused: no reason is given, nothing is there to be stopped, or all of it is stopped under it already.
        IllegalStep: the incident is resolved or closed.
        Unknown: there is no such incident, dataset or organisation.
    """
    needs_reason(reason)
    incident = by_id(connection, incident_id)
    wanted = sorted(set(targets)) or _following(connection, incident)
    if not wanted:
        raise Refused(Deny((_TARGET,)))
    contained = {each.target for each in stops_of(connection, incident_id) if _holds(connection, each)}
    fresh = [target for target in wanted if target not in contained]
    if not fresh:
        raise Refused(Deny((_CONTAINED,)))
    for target in fresh:
        _known(connection, target)
    lines = exposed(connection, incident.scope(now))
    stated = {
        "targets": [[target.kind, target.name] for target in fresh],
        "simulated": incident.drill,
        "exposures": len(lines),
        "exposure_sha256": digest(lines),
    }
    after = step(
        connection, incident, "contain", by=by, now=now, reason=reason, stated=stated, contained_at=now
    )
    for target in fresh:
        _impose(connection, incident, target, reason, by, now)
    owe(connection, after, "opened", now)
    redraft(connection, after, now)
    return after


def stops_of(connection: Connection, incident_id: str) -> tuple[Stopped, ...]:
    """What containment of an incident stopped, or would have."""
    s = incident_stops.c
    query = select(incident_stops).where(s.incident_id == incident_id).order_by(s.made_at, s.kind, s.name)
    return tuple(
        Stopped(Target(row.kind, row.name), row.stop_id, row.stood, dict(row.effects))
        for row in connection.execute(query).all()
    )


def _impose(
    connection: Connection, incident: Incident, target: Target, reason: str, by: str, now: datetime
) -> None:
    effects = _effects(connection, target, now)
    standing = _standing(connection, target)
    stop_id = standing
    if not incident.drill and standing is None:
        why = f"{incident.id}: {reason.strip()}"
        stop_id = stopping.stop(connection, target.kind, target.name, reason=why, by=by, now=now).id
    values = {"stop_id": None if incident.drill else stop_id, "stood": standing is not None}
    body = {"kind": target.kind, "name": target.name, "effects": effects, "drill": incident.drill, **values}
    evidence_id = record(
        connection, event="space:incident:stop", subject=incident.id, body=body | {"by": by}, now=now
    )
    s = incident_stops.c
    mine = and_(s.incident_id == incident.id, s.kind == target.kind, s.name == target.name)
    kept = {**values, "effects": effects, "made_at": now, "evidence_id": evidence_id}
    if connection.execute(update(incident_stops).where(mine).values(**kept)).rowcount == 0:
        connection.execute(
            insert(incident_stops).values(incident_id=incident.id, kind=target.kind, name=target.name, **kept)
        )


def _following(connection: Connection, incident: Incident) -> list[Target]:
    """What is stopped where nobody says it: the receiver, else the datasets."""
    if incident.organisation is not None:
        return [Target(ORGANISATION, incident.organisation)]
    if incident.grant_id is not None:
        holder = select(grants.c.grantee).where(grants.c.id == incident.grant_id)
        return [Target(ORGANISATION, connection.execute(holder).scalar_one())]
    return [Target(DATASET, name) for name in incident.datasets]


def _effects(connection: Connection, target: Target, now: datetime) -> dict[str, int]:
    """What a stop closes at this instant, in counts."""
    closed = {target.name, *graph.impact(connection, target.name)} if target.kind == DATASET else set[str]()
    g, v, c, p, b = grants.c, reservations.c, supply_links.c, supplies.c, subscriptions.c
    rows = connection.execute(select(g.id, g.grantee, g.agreement).where(g.state.in_(HELD))).all()
    touched = [
        row.id
        for row in rows
        if target.kind == ALL
        or (target.kind == ORGANISATION and row.grantee == target.name)
        or not closed.isdisjoint(term.name for term in terms_of(row.agreement).datasets)
    ]
    calls = select(func.count()).where(v.grant_id.in_(touched), v.state == "reserved")
    open_links = (c.expires_at > now) & c.ended_at.is_(None)
    links = (
        select(func.count())
        .select_from(supply_links.join(supplies, p.id == c.supply_id))
        .where(p.grant_id.in_(touched), open_links)
    )
    subscribed = select(func.count()).where(b.state == "active")
    if target.kind != ALL:
        subscribed = subscribed.where(or_(b.dataset.in_(sorted(closed)), b.subscriber == target.name))
    return {
        "datasets": len(closed),
        "grants": len(touched),
        "calls_under_way": int(connection.execute(calls).scalar_one()),
        "addresses": int(connection.execute(links).scalar_one()),
        "subscriptions": int(connection.execute(subscribed).scalar_one()),
    }


def _standing(connection: Connection, target: Target) -> str | None:
    s = stops.c
    same = (s.kind == target.kind) & (s.name == target.name) & s.lifted_at.is_(None)
    found: str | None = connection.execute(select(s.id).where(same)).scalar()
    return found


def _holds(connection: Connection, stopped: Stopped) -> bool:
    """Whether a former containment holds: of a drill it does, of a stop while it is not lifted."""
    return stopped.stop_id is None or _standing(connection, stopped.target) == stopped.stop_id


def _known(connection: Connection, target: Target) -> None:
    if target.kind == ORGANISATION:
        organisation(connection, target.name)
    elif target.kind == DATASET:
        named = select(entries.c.name).where(entries.c.name == target.name)
        if connection.execute(named).first() is None:
            raise Unknown("dataset", target.name, "`ybz show` lists them")


_TARGET: Final = Reason(
    "incident.target",
    "the incident names nothing that could be stopped",
    "targets",
    "name a dataset or an organisation, or say that it is all of them",
)
_CONTAINED: Final = Reason(
    "incident.contained",
    "all of it is stopped under this incident already",
    "targets",
    "`ybz incident show` says what is stopped; name what is to be stopped beside",
)
