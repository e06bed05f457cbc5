"""The last step of a release: what one transaction writes when a version is published, or its intent ends.

When that step is taken is decided by :mod:`catalog.releases.publication`.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, update

from catalog import evidence
from catalog.cataloging.drafts import Intent
from catalog.errors import CatalogError
from catalog.releases import charges
from catalog.releases.attempts import Attempt, record_attempt
from catalog.releases.published import Release, latest
from catalog.store.tables.releases import intents, releases


class IntentClosed(CatalogError):
    """The intent was settled by another process before it was finished."""


def insert_release(connection: Connection, intent: Intent, now: datetime) -> Release:
    """Release row, evidence, lineage, build rows; the intent is closed."""
    close_intent(connection, intent, "published", now)
    document = intent.document
    row = dict(document["row"])
    entry = evidence.record(
        connection,
        event="dataset:release:publish",
        subject=intent.dataset,
        body={
            "release": row["id"],
            "dataset": intent.dataset,
            "number": document["number"],
            "revision": row["revision"],
            "vault_version": intent.vault_version,
            "protected_version": intent.protected_version,
            "content": document["seal"],
            "grade": row["grade"],
            "fence": intent.fence,
        },
        now=now,
    )
    connection.execute(
        insert(releases).values(
            **row,
            dataset=intent.dataset,
            number=document["number"],
            vault_version=intent.vault_version,
            protected_version=intent.protected_version,
            published_at=now,
            evidence_id=entry,
        )
    )
    if document.get("charge") is not None:
        charge = charges.Charge.from_document(document["charge"])
        charges.take(connection, intent.dataset, row["revision"], row["id"], charge, now)
    if document["edges"] is not None:
        from catalog.lineage.columns import Edge, record_edges  # brings a SQL parser; few datasets need it

        record_edges(connection, intent.dataset, tuple(Edge(**edge) for edge in document["edges"]))
    record_attempt(connection, Attempt.from_document(document["attempt"]))
    made = latest(connection, intent.dataset)
    assert made is not None
    return made


def close_intent(connection: Connection, intent: Intent, outcome: str, now: datetime) -> None:
    """Close an intent, once.

    Raises:
        IntentClosed: another process settled it.
    """
    closed = connection.execute(
        update(intents)
        .where(intents.c.id == intent.id, intents.c.outcome.is_(None))
        .values(outcome=outcome, closed_at=now)
    )
    if closed.rowcount != 1:
        raise IntentClosed(f"{intent.dataset}: the release was settled by another process — build again")
