"""What Alembic runs to reach the store: the connection it is given, and its transaction.

Decides nothing but that: which revision is wanted, and under which lock, :mod:`catalog.store.migrating` says.
"""

from __future__ import annotations

from alembic import context

import catalog.store.tables  # noqa: F401  (registers every table with the metadata)
from catalog.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes a column by making its table anew
)
with context.begin_transaction():
    context.run_migrations()
