"""Where an embedded store stands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from catalog.store.schema import Instant

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Where an embedded store stands."""
    op.create_table(
        "store_places",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("file", sa.String(length=60), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("stated", sa.String(length=20), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("stated_by", sa.String(length=200), nullable=True),
        sa.Column("stated_at", Instant(), nullable=True),
        sa.Column("evidence_id", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_store_places")),
    )
