"""What an answered 核验 leaves behind: a posting per record that was found, never a value.

Decides that who is told whether a record matches learns of its fields, also where it did not match;
of a record that is not there nothing was shown. A record is posted under the reference of the fields that
identified it: its key, or the unit it is about.
"""

from __future__ import annotations

import pyarrow as pa
from sqlalchemy import Connection, select

from catalog.keys import row_reference
from catalog.store.tables.queries import usages
from space.query.handout import Call
from space.verification.prepare import Verifiable
from space.wayback.recall.postings import Posting, post_all


def post_answers(
    connection: Connection, secret: bytes, call: Call, answered: pa.Table, usage_id: str
) -> None:
    """Post the records a batch was answered about, in the transaction that hands the answer out.

    Args:
        connection: a writing transaction.
        secret: the pseudonym key.
        call: the answered call.
        answered: outcomes of its records, in order.
        usage_id: of the metered call.
    """
    ready = call.ready
    assert isinstance(ready, Verifiable), "what is answered here is a verification"
    batch = ready.batch
    evidence = connection.execute(select(usages.c.evidence_id).where(usages.c.id == usage_id)).scalar_one()
    (release,) = ready.key.releases
    named = batch.rows.select(list(batch.by)).to_pylist()
    post_all(
        connection,
        (
            Posting(
                "verification", batch.dataset, row_reference(secret, batch.dataset, one),
                (*batch.by, *batch.compared), release, call.organisation, evidence,
            )
            for one, outcome in zip(named, answered["outcome"].to_pylist(), strict=True)
            if outcome != "not_found"
        ),
        now=call.now,
    )  # fmt: skip
