"""Tables of the room `jobs`: long work asked for over HTTP, and the answers of acts kept for repetition."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from catalog.store.schema import Instant, Json, metadata

# Long work. A row is taken by one process at a time, for as long as it says so again and again.
jobs = Table(
    "jobs",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("organisation", String(40), nullable=False),  # who asked
    Column("role", String(40), nullable=False),  # in which it asked
    Column("asked_by", String(200), nullable=False),  # the person
    Column("kind", String(40), nullable=False),
    Column("wanted", Json, nullable=False),  # arguments; never a row of data
    Column("state", String(20), nullable=False),  # waiting, running, done, failed, cancelled
    Column("done", BigInteger, nullable=False),
    Column("total", BigInteger),  # of its steps, once known
    Column("result", Json),  # what came of it
    Column("result_type", String(100)),  # media type of the file that came of it, where one did
    Column("problem", Json),  # of a job that failed: code, title, detail, reasons
    Column("attempts", Integer, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("started_at", Instant),
    Column("ended_at", Instant),
    Column("taken_until", Instant),  # a process that runs it says so before
    Column("cancel_at", Instant),  # when it was asked to stop
    Column("expires_at", Instant),  # its files and its row are gone after it
    Column("evidence_id", String(40), nullable=False),
    Index("ix_jobs_state", "state", "asked_at"),
    Index("ix_jobs_organisation", "organisation", "asked_at"),
)

# What an act answered under its `Idempotency-Key`, as long as the key stands for it.
act_answers = Table(
    "act_answers",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("answer", Text, nullable=False),  # the JSON document
    Column("expires_at", Instant, nullable=False),
    Index("ix_act_answers_expires_at", "expires_at"),
)
