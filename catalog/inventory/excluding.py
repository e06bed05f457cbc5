"""Leaving a table out of the catalogue: why, approved by whom, until when.

Decides that an exclusion names a reason of the controlled, dated list and what that reason needs. A table
that stands behind an entry is not excluded; one excluded as empty is open again when rows are found.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from catalog import evidence
from catalog.inventory.accounting import find_table, matches
from catalog.inventory.errors import InventoryError, NotAccepted
from catalog.store.schema import new_id
from catalog.store.tables.inventory import inventory_exclusions, inventory_tables
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.four_eyes import same_name
from policies.rulebook import rule

UNKNOWN_REASON: Final = "inventory.exclusion.reason"
LACKS: Final = "inventory.exclusion.lacks"
ONE_PERSON: Final = "inventory.exclusion.one_person"
NOT_EMPTY: Final = "inventory.exclusion.not_empty"
IS_CATALOGUED: Final = "inventory.exclusion.catalogued"


def exclude(
    connection: Connection,
    table: str,
    *,
    reason: str,
    words: str,
    approved_by: str,
    by: str,
    now: datetime,
    basis: str = "",
    review_on: date | None = None,
    signed: bool = False,
) -> str:
    """Leave a table out of the catalogue, for a reason of the controlled list.

    Args:
        connection: a writing transaction.
        table: ``system/table`` or its id.
        reason: code of ``policies/rules/completeness.yaml``, rule ``exclusion_reasons``.
        words: why, one sentence.
        approved_by: who approves it.
        by: who asks for it.
        now: aware instant.
        basis: the law cited, where the reason needs one.
        review_on: last day it holds, where the reason needs one.
        signed: whether whoever approves it has signed; else the one who asks states it, and evidence says so.

    Returns:
        Id of the exclusion.

    Raises:
        InventoryError: no such table.
        NotAccepted: the reason is not in the list, or lacks what it needs; the table is catalogued.
    """
    row, today = find_table(connection, table), local_date(now)
    reasons = _against(connection, row, reason, words, approved_by, by, basis, review_on, today)
    if reasons:
        raise NotAccepted(table, Deny(tuple(reasons)))
    _end_exclusions(connection, [row.id], "replaced", now)
    body = {
        "table": row.id, "reason": reason, "words": words, "basis": basis, "approved_by": approved_by,
        "review_on": None if review_on is None else review_on.isoformat(), "actor": by,
        "consent": "signed" if signed else "stated",
    }  # fmt: skip
    evidence_id = evidence.record(
        connection, event="catalog:inventory:exclude", subject=row.label, body=body, now=now
    )
    exclusion_id = new_id("exc")
    connection.execute(
        insert(inventory_exclusions).values(
            id=exclusion_id, table_id=row.id, reason=reason, words=words, basis=basis, review_on=review_on,
            excluded_by=by, approved_by=approved_by, excluded_at=now, evidence_id=evidence_id,
        )
    )  # fmt: skip
    return exclusion_id


def include(connection: Connection, table: str, *, reason: str, by: str, now: datetime) -> None:
    """End the exclusion of a table: it is open again.

    Raises:
        InventoryError: no such table, or it is not excluded.
    """
    row = find_table(connection, table)
    if not _end_exclusions(connection, [row.id], reason, now):
        raise InventoryError(f"{row.label} is not excluded — see `ybz inventory list`")
    body = {"table": row.id, "reason": reason, "actor": by}
    evidence.record(connection, event="catalog:inventory:include", subject=row.label, body=body, now=now)


def end_exclusions_of_filled(
    connection: Connection, system_id: str, filled: Collection[str], now: datetime
) -> tuple[str, ...]:
    """End the exclusions that hold for empty tables only, where rows were found.

    Args:
        connection: a writing transaction.
        system_id: whose tables.
        filled: names of its tables that have rows.
        now: aware instant.

    Returns:
        Names of the tables that are open again.
    """
    reasons = rule("completeness", "exclusion_reasons", local_date(now)).value
    ending = [code for code, each in reasons.items() if each.get("ends") == "rows"]
    t, e = inventory_tables.c, inventory_exclusions.c
    query = select(t.id, t.name).join(inventory_exclusions, e.table_id == t.id)
    query = query.where(t.system_id == system_id, e.ended_at.is_(None), e.reason.in_(ending))
    found = {row.id: row.name for row in connection.execute(query) if row.name in filled}
    _end_exclusions(connection, list(found), "rows were found", now)
    return tuple(sorted(found.values()))


def _against(
    connection: Connection,
    row: Row[Any],
    reason: str,
    words: str,
    approved_by: str,
    by: str,
    basis: str,
    review_on: date | None,
    today: date,
) -> list[Reason]:
    """Every reason against an exclusion."""
    listed = rule("completeness", "exclusion_reasons", today).value
    found: list[Reason] = []
    if reason not in listed:
        message = "the reason is not in the controlled list"
        return [Reason(UNKNOWN_REASON, message, where=reason, allowed=f"one of {', '.join(listed)}")]
    given = {"words": words.strip(), "approved_by": approved_by.strip(), "basis": basis.strip()}
    given["review_on"] = "" if review_on is None or review_on < today else review_on.isoformat()
    needed = ("words", "approved_by", *listed[reason]["needs"])
    lacking = [name for name in needed if not given[name]]
    if lacking:
        options = ", ".join(f"--{name.replace('_', '-')}" for name in lacking)
        allowed = f"state {options}; a day of review lies ahead"
        found.append(Reason(LACKS, "the exclusion lacks what its reason needs", allowed=allowed))
    two = rule("completeness", "exclusion_by_two", today).value
    if two and approved_by.strip() and same_name(approved_by, by):
        allowed = "have another person approve it"
        found.append(Reason(ONE_PERSON, "who asks for an exclusion does not approve it", allowed=allowed))
    if listed[reason].get("ends") == "rows" and row.rows:
        allowed = "catalogue it, or name the reason that holds"
        found.append(Reason(NOT_EMPTY, "the table has rows, so it is not left out as empty", allowed=allowed))
    if any(m.state == "confirmed" for m in matches(connection, [row.id]).get(row.id, ())):
        allowed = "withdraw the match first: `ybz inventory reject TABLE ENTRY`"
        found.append(Reason(IS_CATALOGUED, "the table stands behind an entry", allowed=allowed))
    return found


def _end_exclusions(connection: Connection, table_ids: list[str], reason: str, now: datetime) -> int:
    if not table_ids:
        return 0
    e = inventory_exclusions
    ending = update(e).where(e.c.table_id.in_(table_ids), e.c.ended_at.is_(None))
    return connection.execute(ending.values(ended_at=now, end_reason=reason)).rowcount
