"""The stored answer a receipt was issued for, to hold against what somebody took away.

Decides that an answer is found by its receipt alone, and only while what is stored is what the receipt names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, select

from catalog.home import Home
from catalog.store.tables.queries import receipts, usages
from space import store
from space.calls import answers
from space.calls.answers import AnswerDamaged, AnswerUnreachable


def of_receipt(connection: Connection, home: Home, receipt_id: str, sha256: str) -> pa.Table | None:
    """The answer a receipt was issued for; None where it is kept no longer.

    Args:
        connection: to read with.
        home: of the installation.
        receipt_id: of the receipt.
        sha256: digest of the answer, as the receipt states it.
    """
    call = _call(connection, receipt_id)
    paid = None if call is None else store.reservation(connection, call)
    if paid is None or paid.answer_sha256 != sha256:
        return None
    try:
        return answers.fetch(home, paid.id, sha256)
    except AnswerUnreachable:  # it may well be kept
        raise
    except AnswerDamaged:  # what cannot be held against anything decides nothing
        return None


def plan_of_receipt(connection: Connection, home: Home, receipt_id: str) -> Mapping[str, Any] | None:
    """What was run for the answer of a receipt; None where it is kept no longer."""
    call = _call(connection, receipt_id)
    return None if call is None else answers.plan_of(home, call)


def _call(connection: Connection, receipt_id: str) -> str | None:
    """The paid call behind a receipt."""
    found: str | None = connection.execute(
        select(usages.c.reservation_id)
        .join(receipts, receipts.c.usage_id == usages.c.id)
        .where(receipts.c.id == receipt_id)
    ).scalar()
    return found
