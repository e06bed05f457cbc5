"""More tables of the room `forms`: demands for forms, who receives them, tasks, drafts."""

from __future__ import annotations

from sqlalchemy import (
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
    text,
)

from catalog.store.schema import Instant, Json, metadata

# A demand 报表需求: a form that asks to be admitted; see policies/rules/procedures/form.csv.
form_demands = Table(
    "form_demands",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("code", String(60), nullable=False),
    Column("title", String(200), nullable=False),
    Column("issuer", String(200), nullable=False),
    Column("temporary", Boolean, nullable=False),
    Column("definition", Json, nullable=False),  # the form as its file says it
    Column("overlap", Json, nullable=False),  # as it was shown to the issuer
    Column("state", String(20), nullable=False),  # asked, admitted, refused, withdrawn
    Column("reason", Text, nullable=False),  # why it is needed
    Column("asked_by", String(200), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("due_provisional", Boolean, nullable=False),
    Column("decided_by", String(200)),
    Column("decided_at", Instant),
    Column("decision_basis", Text),
    Column("despite", Text),  # why it is admitted although it asks again
    Column("evidence_id", String(40), nullable=False),
    Index("ix_form_demands_state", "state", "asked_at"),
)

# Bodies a form that comes again is sent to, from `since` until before `ended_on`.
form_recipients = Table(
    "form_recipients",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("form", ForeignKey("forms.code"), nullable=False),
    Column("body", ForeignKey("grassroots_bodies.code"), nullable=False),
    Column("since", Date, nullable=False),
    Column("ended_on", Date),
    Column("sent_by", String(200), nullable=False),
    Column("sent_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    Index(
        "uq_form_recipients_open",
        "form",
        "body",
        unique=True,
        sqlite_where=text("ended_on IS NULL"),
        postgresql_where=text("ended_on IS NULL"),
    ),
)

# What a body has to fill, once a form and period. The unique constraint is the rule: never made twice.
form_tasks = Table(
    "form_tasks",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("form", ForeignKey("forms.code"), nullable=False),
    Column("period", String(20), nullable=False),
    Column("body", ForeignKey("grassroots_bodies.code"), nullable=False),
    Column("state", String(20), nullable=False),  # open, confirmed, withdrawn
    Column("subjects", Integer),  # on the roster when it was made; None = the form has none
    Column("due_on", Date, nullable=False),
    Column("due_provisional", Boolean, nullable=False),
    Column("made_by", String(200), nullable=False),  # a person, or `upkeep`
    Column("made_at", Instant, nullable=False),
    Column("closed_by", String(200)),
    Column("closed_at", Instant),
    Column("evidence_id", String(40), nullable=False),
    UniqueConstraint("form", "period", "body"),
    Index("ix_form_tasks_body", "body", "state"),
)

# What a filler saved before it is submitted. Holds values; every row goes when the form is submitted.
form_drafts = Table(
    "form_drafts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("form", ForeignKey("forms.code"), nullable=False),
    Column("period", String(20), nullable=False),
    Column("body", ForeignKey("grassroots_bodies.code"), nullable=False),
    Column("subject", String(64), nullable=False),  # keyed hash
    Column("version", Integer, nullable=False),  # 1, 2, …
    Column("subject_id", Text, nullable=False),
    Column("values", Json, nullable=False),
    Column("reasons", Json, nullable=False),
    Column("saved_by", String(200), nullable=False),
    Column("saved_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    UniqueConstraint("form", "period", "body", "subject", "version"),
    Index("ix_form_drafts_body", "body", "form", "period"),
)
