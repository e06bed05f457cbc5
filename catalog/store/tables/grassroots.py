"""Tables of the room `grassroots`: base records of a body and their events, local items, tasks, stand-ins.

``base_records.identifier`` and ``base_events.values`` hold what persons are: they are read by the body's own
ledger alone, and nothing of them enters evidence, notices or logs.
"""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from catalog.store.schema import Instant, Json, metadata

# Which kind of record a subscribed dataset feeds, and the field that identifies it.
base_bindings = Table(
    "base_bindings",
    metadata,
    Column("body", ForeignKey("grassroots_bodies.code"), primary_key=True),
    Column("dataset", String(130), primary_key=True),
    Column("kind", String(20), nullable=False),  # see policies/rules/grassroots.yaml
    Column("key_field", String(63), nullable=False),
    Column("household_field", String(63)),  # that names the household of the row
    Column("bound_by", String(200), nullable=False),
    Column("bound_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
)

# One person, household, house or shop of a body's ledger. What is known of it are its events.
base_records = Table(
    "base_records",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("body", ForeignKey("grassroots_bodies.code"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("reference", String(64), nullable=False),  # keyed hash of the identifier
    Column("identifier", Text, nullable=False),  # canonical; shown masked
    Column("opened_at", Instant, nullable=False),
    UniqueConstraint("body", "kind", "reference"),
)

# What happened to a record. Append only: what holds now is derived, see space/wayback/grassroots/records.py.
base_events = Table(
    "base_events",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("body", ForeignKey("grassroots_bodies.code"), nullable=False),
    Column("record_id", ForeignKey("base_records.id"), nullable=False),
    Column("number", Integer, nullable=False),  # 1, 2, … within the record
    Column("act", String(12), nullable=False),  # add, change, confirm, challenge, close
    Column("items", Json, nullable=False),  # names of the items it is about; of a confirmation none = all
    Column("values", Json, nullable=False),  # item -> value as text
    Column("authority", String(200), nullable=False),  # who answers for the values
    Column("authority_code", String(40), nullable=False),
    Column("dataset", String(130), nullable=False),  # '' = known to the body alone
    Column("row", String(64), nullable=False),  # keyed reference of the source's row; '' = none
    Column("as_of", String(20), nullable=False),  # a day, or the period of the source's row
    Column("household", String(40)),  # record of the household it belongs to, where the event says so
    Column("source", String(12), nullable=False),  # backflow, phone, excel, task
    Column("source_id", String(40)),  # delivery, import or task
    Column("correction_id", String(40)),  # of a challenge
    Column("reason", Text, nullable=False),
    Column("acted_by", String(200), nullable=False),
    Column("acted_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    UniqueConstraint("record_id", "number"),
    Index("ix_base_events_body", "body", "acted_at"),
)

# Deliveries that have become events, each once.
base_feeds = Table(
    "base_feeds",
    metadata,
    Column("delivery_id", String(40), primary_key=True),  # or of what was sent again
    Column("body", ForeignKey("grassroots_bodies.code"), nullable=False),
    Column("added", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("removed", Integer, nullable=False),
    Column("unplaced", Integer, nullable=False),  # rows without an identifier
    Column("fed_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
)

# Items a body keeps beyond those of the rules; it answers for them.
local_items = Table(
    "local_items",
    metadata,
    Column("body", ForeignKey("grassroots_bodies.code"), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("name", String(63), primary_key=True),
    Column("title", String(200), nullable=False),
    Column("type", String(12), nullable=False),
    Column("allowed", Json, nullable=False),
    Column("added_by", String(200), nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
)

# A monthly form made from the ledger, confirmed by the body: what a department pulls.
base_confirmations = Table(
    "base_confirmations",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("body", ForeignKey("grassroots_bodies.code"), nullable=False),
    Column("form", ForeignKey("forms.code"), nullable=False),
    Column("period", String(20), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("added", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("removed", Integer, nullable=False),
    Column("cells", Integer, nullable=False),
    Column("seal", String(64), nullable=False),  # keyed hash of what was confirmed
    Column("confirmed_by", String(200), nullable=False),
    Column("confirmed_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    UniqueConstraint("body", "form", "period"),
)

# Work of a body's people: a visit, a field check 核实 of a household, a form to fill.
base_tasks = Table(
    "base_tasks",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("body", ForeignKey("grassroots_bodies.code"), nullable=False),
    Column("kind", String(20), nullable=False),  # verify, visit, fill
    Column("subject", String(60), nullable=False),  # record, or code of a form
    Column("case_id", String(40)),  # of an alert it was opened for
    Column("title", String(200), nullable=False),
    Column("due_on", Date, nullable=False),
    Column("state", String(12), nullable=False),  # open, done, withdrawn
    Column("outcome", Json),  # counts by result
    Column("opened_by", String(200), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("closed_by", String(200)),
    Column("closed_for", String(200)),  # whose stand-in did it
    Column("closed_at", Instant),
    Column("evidence_id", String(40), nullable=False),
    Index("ix_base_tasks_body", "body", "state"),
)

# Who has a task from which day on, and until when; append only. The newest that covers a day holds.
base_task_moves = Table(
    "base_task_moves",
    metadata,
    Column("task_id", ForeignKey("base_tasks.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("person", String(200), nullable=False),
    Column("first_on", Date, nullable=False),
    Column("last_on", Date),  # None = until it is handed on
    Column("reason", Text, nullable=False),
    Column("moved_by", String(200), nullable=False),
    Column("moved_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
)

# Who does another's tasks for a time AB角.
stand_ins = Table(
    "stand_ins",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("body", ForeignKey("grassroots_bodies.code"), nullable=False),
    Column("person", String(200), nullable=False),
    Column("stand_in", String(200), nullable=False),
    Column("first_on", Date, nullable=False),
    Column("last_on", Date, nullable=False),
    Column("reason", Text, nullable=False),
    Column("named_by", String(200), nullable=False),
    Column("named_at", Instant, nullable=False),
    Column("ended_on", Date),  # first day without it, where it was taken back
    Column("evidence_id", String(40), nullable=False),
    Index("ix_stand_ins_body", "body", "stand_in"),
)
