"""The shape of version 0.1.0: made where there is nothing, completed where an earlier version left less."""

from __future__ import annotations

from alembic import op

from catalog.store.frozen import complete, shape

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Add what the store lacks of 0.1.0, and take over what earlier versions kept in other tables."""
    connection = op.get_bind()
    made = complete(connection, shape(revision, connection.dialect.name))
    if "lineage_edges" in made:
        return  # the store was empty
    if "column_steps" in made:
        from catalog.lineage.former import take_over_edges

        take_over_edges(connection)
    if "contract_mentions" in made:
        from catalog.lineage.mentions import take_over

        take_over(connection)
