"""What receivers of a corrected value owe: to replace it, until the day of their notice.

Decides that a notice is owed by whoever was told, and as long as it is open; of a receiver nobody could tell
nothing is owed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import Connection, select

from catalog.clocks.owed import Owed, stated
from catalog.store.tables.forms import corrections
from catalog.store.tables.identity import organisations
from catalog.store.tables.recall import recall_notices


def of_recalls(connection: Connection, _on: date) -> Iterator[Owed]:
    """Values that were found wrong and are still with a receiver."""
    n, c, o = recall_notices.c, corrections.c, organisations.c
    query = (
        select(recall_notices, c.dataset, c.field, o.name)
        .join(corrections, c.id == n.correction_id)
        .join(organisations, o.code == n.told_to)
        .where(n.closed_at.is_(None), n.due_on.is_not(None))
        .order_by(n.due_on, n.correction_id, n.receiver)
    )
    for row in connection.execute(query):
        name, source, days = stated(row.due_rule or "")
        yield Owed(
            f"replace a corrected value of {row.dataset}.{row.field}", f"correction:{row.correction_id}",
            row.name, row.told_to, row.due_on, bool(row.due_provisional), name, source, days,
        )  # fmt: skip
