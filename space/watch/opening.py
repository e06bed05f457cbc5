"""Opening an incident: by a person, or by an alert that is escalated; with the notices it owes from then on.

Decides what an incident has to state, in words of dated lists.

Source: 数据安全法 Art 29; 网络数据安全管理条例 Art 11; ``policies/rules/incidents.yaml``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, insert, select

from catalog.evidence import record
from catalog.store.schema import new_id
from catalog.store.tables.grants import grants
from catalog.store.tables.ledger import entries
from catalog.store.tables.watch import incidents
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.machine import Office
from policies.watching import words
from space.errors import Refused, Unknown
from space.identity.organisations import organisation
from space.watch import alerts
from space.watch.incidents import Incident, by_id, needs_reason, procedure, write_step
from space.watch.owing import owe

PERSONAL: Final = "personal"


@dataclass(frozen=True, slots=True)
class Opening:
    """What an incident is opened with.

    Attributes:
        kind, severity, traits: codes of ``incidents.yaml``.
        statement: what happened; kept with the incident, never in the evidence log nor in a draft.
        since: first instant of the exposure.
        until: last instant; None until it is contained.
        datasets, grant, organisation: what it is about; empty or None where it is not bounded by it.
        drill: 演练.
    """

    kind: str
    severity: str
    statement: str
    since: datetime
    until: datetime | None = None
    traits: tuple[str, ...] = (PERSONAL,)
    datasets: tuple[str, ...] = ()
    grant: str | None = None
    organisation: str | None = None
    drill: bool = False


def open_incident(
    connection: Connection, opening: Opening, *, by: str, now: datetime, alert_id: str | None = None
) -> Incident:
    """Open an incident with the notices it owes.

    Args:
        connection: a writing transaction.
        opening: what it states.
        by: the person.
        now: aware instant.
        alert_id: of the alert that opens it.

    Raises:
        Refused: a word is none of the dated list, nothing is stated, or the span lies ahead or backwards.
        Unknown: there is no such dataset, grant or organisation.
    """
    _known(connection, opening)
    needs_reason(opening.statement)
    refused = tuple(_objections(opening, alert_id, now))
    if refused:
        raise Refused(Deny(refused))
    made = new_id("inc")
    values = {
        "drill": opening.drill,
        "kind": opening.kind,
        "severity": opening.severity,
        "traits": sorted(set(opening.traits)),
        "datasets": sorted(set(opening.datasets)),
        "grant_id": opening.grant,
        "organisation": opening.organisation,
        "alert_id": alert_id,
    }
    state = procedure().after(procedure().start, "open", Office.SECURITY, made)
    evidence_id = record(
        connection, event="space:incident:open", subject=made, body=values | {"by": by}, now=now
    )
    connection.execute(
        insert(incidents).values(
            id=made,
            **values,
            statement=opening.statement.strip(),
            since=opening.since,
            until=opening.until,
            state=state,
            opened_by=by,
            opened_at=now,
            evidence_id=evidence_id,
        )
    )
    write_step(
        connection, made, "open", Office.SECURITY, state, reason="", by=by, now=now, evidence_id=evidence_id
    )
    found = by_id(connection, made)
    owe(connection, found, "opened", now)
    return found


def escalate(connection: Connection, alert_id: str, opening: Opening, *, by: str, now: datetime) -> Incident:
    """Make an incident of an alert, in one transaction with the end of its case.

    Args:
        connection: a writing transaction.
        alert_id: of the alert.
        opening: of the incident; where it is bounded by nothing, by whom the alert is about.
        by: the person.
        now: aware instant.

    Raises:
        IllegalStep: the case of the alert is over.
        Refused, Unknown: as in :func:`open_incident`.
    """
    made = open_incident(connection, opening, by=by, now=now, alert_id=alert_id)
    alerts.take(
        connection, alert_id, "escalate", reason=opening.statement, by=by, now=now, handler=by,
        incident_id=made.id, ended_at=now,
    )  # fmt: skip
    return made


def of_alert(
    connection: Connection,
    alert_id: str,
    *,
    kind: str,
    severity: str,
    statement: str,
    traits: tuple[str, ...],
) -> Opening:
    """The opening that follows from an alert: its organisation or grant, from the first it counted on."""
    alert = alerts.by_id(connection, alert_id)
    granted = connection.execute(select(grants.c.id).where(grants.c.id == alert.subject)).first()
    return Opening(
        kind,
        severity,
        statement,
        alert.first_at,
        traits=traits,
        grant=None if granted is None else alert.subject,
        organisation=alert.organisation or None,
    )


_SPAN: Final = Reason(
    "incident.span",
    "the span of the incident lies ahead, or ends before it begins",
    "since",
    "give a first instant that is past, and a last one after it",
)
_DRILL: Final = Reason(
    "incident.drill", "a drill is opened by a person, not by an alert", "drill", "open it as a drill"
)


def _objections(opening: Opening, alert_id: str | None, now: datetime) -> Iterator[Reason]:
    today = local_date(now)
    for name, given in (
        ("kinds", (opening.kind,)),
        ("severities", (opening.severity,)),
        ("traits", opening.traits),
    ):
        known = words(name, today)
        if not set(given) <= set(known):
            yield Reason(
                "incident.word",
                "the word is none of the dated list",
                name,
                f"one of {', '.join(known)}",
            )
    if opening.since > now or (opening.until is not None and opening.until < opening.since):
        yield _SPAN
    if opening.drill and alert_id is not None:
        yield _DRILL


def _known(connection: Connection, opening: Opening) -> None:
    for name in opening.datasets:
        if connection.execute(select(entries.c.name).where(entries.c.name == name)).first() is None:
            raise Unknown("dataset", name, "`ybz show` lists them")
    if opening.organisation is not None:
        organisation(connection, opening.organisation)
    if opening.grant is not None:
        found = connection.execute(select(grants.c.id).where(grants.c.id == opening.grant)).first()
        if found is None:
            raise Unknown("grant", opening.grant, "`ybz grant list` shows them")
