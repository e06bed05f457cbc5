"""Tables of the room `watch`: alerts with their cases, and data security incidents 数据安全事件.

No table here holds caller text or a value of the data: codes, counts, identifiers, and what people wrote.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from catalog.store.schema import Instant, Json, metadata

# How far each stream was read: the last position of the log, the last minute, the last day.
alert_cursors = Table(
    "alert_cursors",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("place", BigInteger, nullable=False),
)

# What was counted of a subject under a rule, by slot: a twelfth of the rule's window. Old slots are deleted.
alert_counts = Table(
    "alert_counts",
    metadata,
    Column("rule", String(60), primary_key=True),
    Column("subject", String(200), primary_key=True),
    Column("slot", BigInteger, primary_key=True, autoincrement=False),
    Column("codes", Json, nullable=False),  # code -> how often
)

# An alert and its case: raised once for a rule, a subject and a window.
alerts = Table(
    "alerts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("rule", String(60), nullable=False),
    Column("subject", String(200), nullable=False),  # code of an organisation, id of a grant, `strangers`
    Column("window", BigInteger, nullable=False),  # number of the slot it was raised in
    Column("organisation", String(40), nullable=False),  # whom it is about; empty where unknown
    Column("severity", String(10), nullable=False),
    Column("source", Text, nullable=False),  # of the rule
    Column("threshold", Integer, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("codes", Json, nullable=False),  # code -> how often
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("office", String(20), nullable=False),  # that handles it
    Column("handler", String(200)),  # the person
    Column("state", String(20), nullable=False),  # see policies/rules/procedures/alert.csv
    Column("due_on", Date, nullable=False),
    Column("due_provisional", Boolean, nullable=False),
    Column("due_workdays", Integer, nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("incident_id", String(40)),  # it was escalated to
    Column("evidence_id", String(40), nullable=False),
    UniqueConstraint("rule", "subject", "window"),
    Index("ix_alerts_state", "state", "due_on"),
)

alert_steps = Table(
    "alert_steps",
    metadata,
    Column("alert_id", ForeignKey("alerts.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("event", String(20), nullable=False),
    Column("office", String(20), nullable=False),
    Column("state", String(20), nullable=False),  # it led to
    Column("reason", Text, nullable=False),
    Column("made_by", String(200), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
)

# An incident. What it is about is empty where it is not bounded by it.
incidents = Table(
    "incidents",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("drill", Boolean, nullable=False),  # 演练
    Column("kind", String(30), nullable=False),
    Column("severity", String(20), nullable=False),
    Column("traits", Json, nullable=False),  # personal, important, critical
    Column("statement", Text, nullable=False),
    Column("datasets", Json, nullable=False),
    Column("grant_id", String(40)),
    Column("organisation", String(40)),
    Column("since", Instant, nullable=False),  # span of the exposure
    Column("until", Instant),  # None: until it was contained
    Column("alert_id", String(40)),
    Column("state", String(20), nullable=False),  # see policies/rules/procedures/incident.csv
    Column("opened_by", String(200), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("contained_at", Instant),
    Column("notified_at", Instant),
    Column("resolved_at", Instant),
    Column("proposed_by", String(200)),  # the first of the two who close it
    Column("closed_by", String(200)),
    Column("closed_at", Instant),
    Column("outcome", String(20)),  # resolved, dismissed
    Column("evidence_id", String(40), nullable=False),
    Index("ix_incidents_state", "state"),
)

incident_steps = Table(
    "incident_steps",
    metadata,
    Column("incident_id", ForeignKey("incidents.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("event", String(20), nullable=False),
    Column("office", String(20), nullable=False),
    Column("state", String(20), nullable=False),  # it led to
    Column("reason", Text, nullable=False),
    Column("made_by", String(200), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
)

# What containment stopped; of a drill, what it would have stopped.
incident_stops = Table(
    "incident_stops",
    metadata,
    Column("incident_id", ForeignKey("incidents.id"), primary_key=True),
    Column("kind", String(20), primary_key=True),  # dataset, organisation, all
    Column("name", String(130), primary_key=True),
    Column("stop_id", ForeignKey("stops.id")),  # None of a drill
    Column("stood", Boolean, nullable=False),  # it was stopped before
    Column("effects", Json, nullable=False),  # counts of what it closed
    Column("made_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
)

# Whom an incident has to be told, by when, under which rule.
incident_notices = Table(
    "incident_notices",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("incident_id", ForeignKey("incidents.id"), nullable=False),
    Column("rule", String(60), nullable=False),
    Column("addressee", String(200), nullable=False),
    Column("addressee_code", String(40), nullable=False),  # empty where it is no organisation of the ledger
    Column("source", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("provisional", Boolean, nullable=False),
    Column("state", String(10), nullable=False),  # draft, sent, waived, dropped
    Column("text", Text, nullable=False),
    Column("edited_by", String(200)),
    Column("edited_at", Instant),
    Column("ended_by", String(200)),  # who sent or waived it
    Column("ended_at", Instant),
    Column("sent_at", Instant),
    Column("proof", Text),  # number of the receipt, of the post, of the file; or why it was waived
    Column("evidence_id", String(40), nullable=False),
    UniqueConstraint("incident_id", "rule", "addressee", "addressee_code"),
    Index("ix_incident_notices_state", "state", "due_at"),
)
