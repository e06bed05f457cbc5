"""Acts that wait for a second signature."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from catalog.store.schema import Instant

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Acts that wait for a second signature."""
    op.create_table(
        "second_signatures",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("door", sa.String(length=200), nullable=False),
        sa.Column("places", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("first_name", sa.String(length=200), nullable=False),
        sa.Column("first_person", sa.String(length=40), nullable=True),
        sa.Column("first_program", sa.String(length=40), nullable=True),
        sa.Column("first_organisation", sa.String(length=40), nullable=False),
        sa.Column("first_role", sa.String(length=30), nullable=False),
        sa.Column("second_person", sa.String(length=40), nullable=False),
        sa.Column("among", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("evidence_id", sa.String(length=40), nullable=False),
        sa.Column("close_evidence_id", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["first_person"], ["people.id"], name=op.f("fk_second_signatures_first_person")
        ),
        sa.ForeignKeyConstraint(
            ["second_person"], ["people.id"], name=op.f("fk_second_signatures_second_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_signatures")),
    )
    with op.batch_alter_table("second_signatures", schema=None) as batch_op:
        batch_op.create_index("ix_second_signatures_first", ["first_person", "state"], unique=False)
        batch_op.create_index("ix_second_signatures_second", ["second_person", "state"], unique=False)
