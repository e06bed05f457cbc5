"""Tables of the room `notices`: what is mailed to the people on duty, and what waits to be mailed."""

from __future__ import annotations

from sqlalchemy import Column, Date, Index, Integer, String, Table, Text

from catalog.store.schema import Instant, Json, metadata

# Who is on duty 值守: a person of the register, all who hold a role, or an office. Both days are included.
duty_turns = Table(
    "duty_turns",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("person_id", String(40)),  # whose contact is written to
    Column("role", String(30)),  # or everybody who holds this role
    Column("address", String(200)),  # or the address of an office
    Column("kinds", Json, nullable=False),  # kinds of notices, sorted
    Column("first_day", Date, nullable=False),
    Column("last_day", Date),
    Column("entered_by", String(200), nullable=False),
    Column("entered_at", Instant, nullable=False),
    Column("ended_by", String(200)),
    Column("ended_at", Instant),
    Column("evidence_id", String(40), nullable=False),
    Index("ix_duty_turns_first_day", "first_day"),
)

# The outbox: one row for a notice and whoever is told. It holds counts and identifiers, no value of the data.
notices = Table(
    "mailed_notices",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("kind", String(20), nullable=False),  # digest, alert, incident, trouble, trial
    Column("source", String(120), nullable=False),  # what it is about: an alert, a day
    Column("turn_id", String(40), nullable=False),
    Column("recipient", String(40), nullable=False),  # the person; empty: the turn's address
    Column("facts", Json, nullable=False),  # what the template is given
    Column("state", String(20), nullable=False),  # waiting, sent, dead
    Column("attempts", Integer, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("next_at", Instant),  # when it is tried again
    Column("ended_at", Instant),
    Column("last_problem", String(200)),  # in fixed words
    Column("reference", Text),  # Message-ID it was sent with
    Index("ix_mailed_notices_state", "state", "next_at"),
    Index("ix_mailed_notices_source", "kind", "source", "turn_id", "recipient", unique=True),
)
