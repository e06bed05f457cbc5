"""The later steps of an incident: told, resolved, closed by two people, or dismissed as none.

Decides what each step needs beside its row in the table: everybody told before it is notified and before it
is closed, another person to agree. What a stop closed stays closed until two people lift it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from policies.decision import Deny, Reason
from policies.machine import Office
from space.errors import Refused
from space.identity.one_person import is_one
from space.watch.exposure import digest, exposed
from space.watch.incidents import Incident, by_id, needs_reason, procedure, step
from space.watch.notices import drop, require_told
from space.watch.owing import owe

RESOLVED: Final = "resolved"
DISMISSED: Final = "dismissed"


def notify(connection: Connection, incident_id: str, *, by: str, now: datetime) -> Incident:
    """State that everybody is told.

    Raises:
        Refused: somebody is not told.
        IllegalStep: it is not contained.
    """
    incident = by_id(connection, incident_id)
    procedure().after(incident.state, "notify", Office.SECURITY, incident_id)
    require_told(connection, incident_id)
    return step(connection, incident, "notify", by=by, now=now, stated=_list(connection, incident, now),
                notified_at=now)  # fmt: skip


def resolve(connection: Connection, incident_id: str, *, reason: str, by: str, now: datetime) -> Incident:
    """State that what caused it is removed; the clocks of final reports begin.

    Raises:
        Refused: it is not said what was done.
        IllegalStep: not everybody is told.
    """
    needs_reason(reason)
    incident = by_id(connection, incident_id)
    after = step(connection, incident, "resolve", by=by, now=now, reason=reason, resolved_at=now)
    owe(connection, after, "resolved", now)
    return after


def propose(connection: Connection, incident_id: str, *, reason: str, by: str, now: datetime) -> Incident:
    """Propose to close an incident; another person agrees.

    Raises:
        Refused: no reason is given, or a final report is not sent.
        IllegalStep: it is not resolved.
    """
    needs_reason(reason)
    incident = by_id(connection, incident_id)
    procedure().after(incident.state, "propose", Office.SECURITY, incident_id)
    require_told(connection, incident_id)
    return step(connection, incident, "propose", by=by, now=now, reason=reason,
                stated=_list(connection, incident, now), proposed_by=by, outcome=RESOLVED)  # fmt: skip


def dismiss(connection: Connection, incident_id: str, *, reason: str, by: str, now: datetime) -> Incident:
    """Propose to close as no incident 误报 what was not contained; another person agrees.

    Raises:
        Refused: no reason is given.
        IllegalStep: it is contained already.
    """
    needs_reason(reason)
    incident = by_id(connection, incident_id)
    return step(
        connection, incident, "dismiss", by=by, now=now, reason=reason, proposed_by=by, outcome=DISMISSED
    )


def agree(
    connection: Connection, incident_id: str, *, by: str, now: datetime, office: Office = Office.SECURITY
) -> Incident:
    """Close an incident as the second person.

    Raises:
        Refused: the same person proposed it.
        IllegalStep: nobody has proposed it.
    """
    incident = by_id(connection, incident_id)
    procedure().after(incident.state, "agree", office, incident_id)
    if is_one(connection, incident.proposed_by, by):
        raise Refused(Deny((_SAME,)))
    after = step(connection, incident, "agree", by=by, now=now, office=office,
                 stated={"outcome": incident.outcome}, closed_by=by, closed_at=now)  # fmt: skip
    if incident.outcome == DISMISSED:
        drop(connection, incident_id)
    return after


def reopen(
    connection: Connection,
    incident_id: str,
    *,
    reason: str,
    by: str,
    now: datetime,
    office: Office = Office.SECURITY,
) -> Incident:
    """Take an incident up again instead of agreeing to its end.

    Raises:
        Refused: no reason is given.
        IllegalStep: nobody has proposed to close it.
    """
    needs_reason(reason)
    incident = by_id(connection, incident_id)
    return step(connection, incident, "reopen", by=by, now=now, reason=reason, office=office,
                proposed_by=None, outcome=None,
                contained_at=None, notified_at=None, resolved_at=None)  # fmt: skip


def _list(connection: Connection, incident: Incident, now: datetime) -> dict[str, Any]:
    lines = exposed(connection, incident.scope(now))
    return {"exposures": len(lines), "exposure_sha256": digest(lines)}


_SAME: Final = Reason(
    "incident.same_person",
    "who proposed to close the incident does not agree to it",
    "by",
    "have another person agree",
)
