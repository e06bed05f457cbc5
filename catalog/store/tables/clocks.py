"""Running clocks 时限: what is due from whom, under which rule, and when it stood still."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from catalog.store.schema import Instant, metadata

# One row per duty. `subject` names what it is about: `entry:people.residents`, `registration:reg_…`.
clocks = Table(
    "clocks",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("subject", String(200), nullable=False),
    Column("rule", String(60), nullable=False),  # name of the deadline rule
    Column("place", String(20), nullable=False),
    Column("workdays", Integer, nullable=False),  # of the rule on the day of receipt
    Column("source", Text, nullable=False),
    Column("owner", String(200), nullable=False),  # who owes it
    Column("owner_code", String(40), nullable=False),
    Column("words", Text, nullable=False),  # what is owed, one phrase
    Column("received_on", Date, nullable=False),
    Column("due_on", Date),  # None while it stands still
    Column("provisional", Boolean, nullable=False),
    Column("state", String(20), nullable=False),  # running, paused, done, cancelled
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("on_time", Boolean),
    Index("ix_clocks_state", "state", "due_on"),
    Index("ix_clocks_subject", "subject"),
)

# When a clock stood still; `last_on` None while it still does. Both days are paused.
clock_pauses = Table(
    "clock_pauses",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("clock_id", ForeignKey("clocks.id"), nullable=False),
    Column("first_on", Date, nullable=False),
    Column("last_on", Date),
    Column("reason", Text, nullable=False),
    Column("made_by", String(200), nullable=False),
)

# Working days that were added, each with its approver.
clock_extensions = Table(
    "clock_extensions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("clock_id", ForeignKey("clocks.id"), nullable=False),
    Column("rule", String(60), nullable=False),
    Column("workdays", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("approved_by", String(200), nullable=False),
    Column("made_at", Instant, nullable=False),
)

# Where an installation is: its local rules go before the national ones from `valid_from` on. The row with
# the latest day that has begun counts.
installation_places = Table(
    "installation_places",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("place", String(20), nullable=False),  # division code, or `national`
    Column("valid_from", Date, nullable=False),
    Column("basis", Text, nullable=False),
    Column("set_by", String(200), nullable=False),
    Column("set_at", Instant, nullable=False),
)
