"""Tables of the room `recall`: who was shown which version of a value, and who was told of its correction.

Never a value: rows stand under their keyed pseudonym.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from catalog.store.schema import Instant, Json, metadata

# What a receiver was shown of one row of one release. Deliveries and supplies leave none: who holds a row
# of them is computed from what they say of themselves.
postings = Table(
    "postings",
    metadata,
    Column("id", String(32), primary_key=True),  # digest of what it says: the same said twice is one row
    Column("kind", String(20), nullable=False),  # prefill, submission, verification, unmasking
    Column("dataset", String(130), nullable=False),
    Column("row", String(32), nullable=False),  # keyed pseudonym of the row's primary key
    Column("items", Text, nullable=False),  # names of the fields shown, sorted, with commas between
    Column("version", String(40), nullable=False),  # id of the release the values stood in
    Column("receiver", String(40), nullable=False),  # code of the organisation
    Column("evidence_id", String(40), nullable=False),  # entry of the evidence log of the showing
    Column("posted_at", Instant, nullable=False),
    Index("ix_postings_row", "row", "dataset"),
    Index("ix_postings_receiver", "receiver", "posted_at"),
    Index("ix_postings_dataset", "dataset", "posted_at"),
)

# One row per receiver of the value of a case: told, or not to be reached, never both and never neither.
recall_notices = Table(
    "recall_notices",
    metadata,
    Column("correction_id", ForeignKey("corrections.id"), primary_key=True),
    Column("receiver", String(40), primary_key=True),  # who holds the value
    Column("told", String(20), nullable=False),  # state of the case it was told of
    Column("told_to", String(40)),  # the receiver, or who stands in its place
    Column("notice_id", String(40)),
    Column("unreachable", String(200)),  # why nobody could be told
    Column("told_at", Instant, nullable=False),
    Column("due_on", Date),  # last day to replace the value; None where it stands
    Column("due_provisional", Boolean),
    Column("due_rule", String(200)),
    Column("closed_at", Instant),
    Column("closed_how", String(20)),  # redelivered, replaced, stands
    Column("closed_by", String(200)),  # the person, where one said so
    Column("evidence_id", String(40), nullable=False),
    CheckConstraint(
        "(notice_id IS NULL AND unreachable IS NOT NULL) OR (notice_id IS NOT NULL AND unreachable IS NULL)",
        name="ck_recall_notices_told",
    ),
    Index("ix_recall_notices_receiver", "receiver", "closed_at"),
)

# On which ways a receiver came to the value, each with what gave it anew.
recall_holdings = Table(
    "recall_holdings",
    metadata,
    Column("correction_id", String(40), primary_key=True),
    Column("receiver", String(40), primary_key=True),
    Column("way", String(20), primary_key=True),  # backflow, file, table, list, prefill, …
    Column("under", String(40), primary_key=True),  # subscription or grant; '' where there is none
    Column("release_id", String(40), nullable=False),  # the newest that held the value
    Column("named", String(40), nullable=False),  # delivery, supply, usage or posting
    Column("evidence_id", String(40), nullable=False),  # of the handing over
    Column("replaced_by", String(40)),  # what gave the value anew
    Column("replaced_at", Instant),
    ForeignKeyConstraint(
        ["correction_id", "receiver"], ["recall_notices.correction_id", "recall_notices.receiver"]
    ),
)

# A question who received data about somebody; asked by one person, consented to by another.
holder_searches = Table(
    "holder_searches",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("kind", String(20), nullable=False),  # person, household, enterprise
    Column("subject", String(32), nullable=False),  # keyed pseudonym of the identifier
    Column("reason", Text, nullable=False),
    Column("asked_by", String(200), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("consented_by", String(200)),
    Column("consented_at", Instant),
    Column("valid_until", Date),  # last day the answer may be looked at
    Column("looked", Integer, nullable=False),  # how often it was
    Column("found", Json),  # receivers of the last look, in codes
    Column("evidence_id", String(40), nullable=False),
)
