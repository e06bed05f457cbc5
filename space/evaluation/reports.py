"""Reports kept as they were made, with evidence of their digest.

Decides nothing of what they say.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from catalog.evidence import record
from catalog.store.schema import new_id
from catalog.store.tables.evaluation import evaluation_reports
from contracts.canonical import canonical, digest
from policies.clocks import local_date


def keep(connection: Connection, document: Mapping[str, Any], *, by: str, now: datetime) -> str:
    """Keep a report; returns its id.

    Args:
        connection: a writing transaction.
        document: of a risk report, the register or the list.
        by: who made it.
        now: aware instant.
    """
    made, stated = new_id("rpt"), digest(document)
    year = int(document.get("year", local_date(now).year))
    body = {"kind": document["kind"], "year": year, "digest": stated, "actor": by}
    entry = record(connection, event="space:report:keep", subject=made, body=body, now=now)
    connection.execute(
        insert(evaluation_reports).values(
            id=made, kind=document["kind"], year=year, document=canonical(document).decode(), digest=stated,
            made_by=by, made_at=now, evidence_id=entry,
        )
    )  # fmt: skip
    return made
