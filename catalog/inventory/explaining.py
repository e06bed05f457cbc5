"""A person's explanation of what falls out of a month's balance.

Decides for which months an explanation holds. It explains one kind of reason why a thing falls out of a
step, and no other it may have later. Whether such a thing may be explained at all is the balance's (rule
``balance_reasons``): a table nobody accounts for may not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, insert, select

from catalog import evidence
from catalog.inventory.errors import InventoryError
from catalog.inventory.periods import Period
from catalog.store.schema import new_id
from catalog.store.tables.inventory import inventory_explanations
from contracts.canonical import canonical
from policies.clocks import local_date
from policies.rulebook import rule

if TYPE_CHECKING:
    from catalog.inventory.balance import FallenOut


def explain(
    connection: Connection,
    fallen: Sequence[FallenOut],
    period: str,
    *,
    reason: str,
    by: str,
    now: datetime,
    until: str = "",
) -> int:
    """Record why things fall out of a month's balance.

    Args:
        connection: a writing transaction.
        fallen: what is explained, of that month's balance.
        period: ``YYYY-MM``.
        reason: why, one sentence.
        by: who explains.
        now: aware instant.
        until: last month it holds for; empty = this one only.

    Returns:
        How many were explained.

    Raises:
        InventoryError: nothing is explained, without a reason, or what cannot be explained away.
    """
    first, last = Period.of(period), Period.of(until or period)
    if last.first < first.first:
        raise InventoryError(f"{last.text} is before {first.text} — name a later month")
    if not reason.strip():
        raise InventoryError("an explanation says why (`reason`)")
    if not fallen:
        raise InventoryError(f"nothing of that name falls out of {period} — see `ybz inventory balance`")
    never = rule("completeness", "balance_reasons", local_date(now)).value["never_explained"]
    wrong = next((each for each in fallen if each.code in never), None)
    if wrong is not None:
        raise InventoryError(
            f"{wrong.what} cannot be explained away: {wrong.why} — catalogue or exclude the table, or declare"
            " the entry's external source"
        )
    things = sorted((each.stage, each.what, each.code) for each in fallen)
    digest = hashlib.sha256(canonical({"things": [list(each) for each in things]})).hexdigest()
    body = {
        "period": first.text, "until": last.text, "things": len(things), "digest": digest, "reason": reason,
        "actor": by,
    }  # fmt: skip
    evidence_id = evidence.record(
        connection, event="catalog:inventory:explain", subject=first.text, body=body, now=now
    )
    connection.execute(
        insert(inventory_explanations),
        [
            {
                "id": new_id("xpl"), "stage": stage, "what": what, "first_period": first.text,
                "last_period": last.text, "reason": reason, "explained_by": by, "explained_at": now,
                "evidence_id": evidence_id, "code": code,
            }
            for stage, what, code in things
        ],
    )  # fmt: skip
    return len(things)


def explanations(connection: Connection, period: str) -> dict[tuple[str, str, str], str]:
    """Stage, thing and kind of reason → the newest explanation that holds for a month.

    The kind is empty where the explanation was recorded before kinds were.
    """
    x = inventory_explanations.c
    query = select(x.stage, x.what, x.code, x.reason)
    query = query.where(x.first_period <= period, x.last_period >= period).order_by(x.explained_at)
    return {(row.stage, row.what, row.code or ""): row.reason for row in connection.execute(query)}
