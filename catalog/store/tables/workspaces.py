"""Tables of the room `workspaces`: what an operator keeps inside the space under a grant."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from catalog.store.schema import Instant, Json, metadata

# One version of an operator's own table. The row is there before its file, and stays after it.
workspace_tables = Table(
    "workspace_tables",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("grant_id", ForeignKey("grants.id"), nullable=False),
    Column("name", String(63), nullable=False),
    Column("state", String(20), nullable=False),  # writing, ready, ending, deleted
    Column("form", Json, nullable=False),  # what its columns are, as the operator states it
    Column("facts", Json, nullable=False),  # what was checked of the protected form
    Column("rows", Integer, nullable=False),
    Column("units", Integer, nullable=False),
    Column("joinable", Boolean, nullable=False),  # its key names every unit once
    Column("size_bytes", BigInteger),
    Column("sha256", String(64)),  # of the file, which holds the protected form only
    Column("uploaded_by", String(200), nullable=False),
    Column("uploaded_at", Instant, nullable=False),
    Column("deadline_at", Instant, nullable=False),  # of writing the file
    Column("evidence_id", String(40), nullable=False),
    Column("ended_at", Instant),
    Column("end_reason", String(20)),  # replaced, deleted, revoked, over, unfinished
    Column("deleted_at", Instant),
    Column("deletion_id", String(40)),
    Column("deletion", Text),  # JWS of the receipt of deletion
    Index("ix_workspace_tables_grant_id_state", "grant_id", "state"),
    Index("ix_workspace_tables_deletion_id", "deletion_id"),
)

# Views and templates: SQL with a name. Append only but for the end of a row.
workspace_texts = Table(
    "workspace_texts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("grant_id", ForeignKey("grants.id"), nullable=False),
    Column("kind", String(10), nullable=False),  # view, template
    Column("name", String(63), nullable=False),
    Column("sql", Text, nullable=False),
    Column("digest", String(64), nullable=False),  # of a template as rules list it; of a view's text, salted
    Column("saved_by", String(200), nullable=False),
    Column("saved_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    Column("ended_at", Instant),
    Index("ix_workspace_texts_grant_id_kind", "grant_id", "kind"),
)
