"""The memory of the query-set audit: which base blocks an organisation was answered under thresholds.

Decides which of them a new block is compared with, and that a block is remembered from the transaction in
which it is paid: of two racing queries the later sees the earlier. Keeps conditions and group columns,
never units, rows or figures. How they are compared is :mod:`space.query.audit`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, select

from catalog.store.tables.audits import audited_blocks
from catalog.store.tables.queries import reservations
from contracts.canonical import digest
from policies.clocks import local_date
from policies.rulebook import rule
from policies.terms import Mode
from space.query.audit import Former, audited, compared, record
from space.query.plan import Block, Plan

# How many times as many rows are looked through: a block asked again stands in several.
_REPEATS: Final = 5


def note(connection: Connection, organisation: str, reservation_id: str, plan: Plan, now: datetime) -> Plan:
    """Remember the blocks of a plan that was paid just now.

    Args:
        connection: the writing transaction that reserved it.
        organisation: code of the grant's holder; grants of one organisation remember together.
        reservation_id: of the paid call.
        plan: about to run.
        now: aware instant.

    Returns:
        The plan with the formers its blocks are compared with.
    """
    if plan.mode is not Mode.THRESHOLD:
        return plan
    made = against(connection, organisation, plan, now)
    for block in audited(plan):
        kept = record(block, plan.limits.k)
        for kind in kept.kinds:
            connection.execute(
                insert(audited_blocks).values(
                    reservation_id=reservation_id,
                    organisation=organisation,
                    kind=kind,
                    columns=list(kept.columns),
                    columns_digest=digest(list(kept.columns)),
                    body=dict(kept.body),
                    digest=kept.digest,
                    at=now,
                )
            )
    return made


def against(connection: Connection, organisation: str, plan: Plan, now: datetime) -> Plan:
    """The plan with its formers, as far as they are paid by now; remembers nothing."""
    at_most = int(rule("disclosure", "audited_blocks", local_date(now)).value)
    formers: list[Former] = []
    for block in audited(plan):
        kept = record(block, plan.limits.k)
        bodies = _bodies(connection, organisation, kept.kinds, kept.columns, at_most)
        formers += compared(block, bodies, at_most)
    names = {former.block for former in formers}
    return replace(
        plan, formers=tuple(formers), blocks=tuple(_apart(b, b.name in names) for b in plan.blocks)
    )


def _apart(block: Block, compared_with_any: bool) -> Block:
    """A merged cell of small groups would show what the audit withholds: compared blocks leave them out."""
    return replace(block, small="drop") if compared_with_any and block.small == "remainder" else block


def _bodies(
    connection: Connection, organisation: str, kinds: Collection[str], columns: Collection[str], at_most: int
) -> list[Mapping[str, Any]]:
    """Bodies of the blocks that group by the same columns, by more or by fewer; the newest first."""
    b = audited_blocks.c
    ours = digest(list(columns))
    held = (
        select(b.number, b.columns, b.digest)
        .join(reservations, reservations.c.id == b.reservation_id)
        .where(b.organisation == organisation, b.kind.in_(kinds), reservations.c.state != "lost")
        .order_by(b.number.desc())
        .limit(at_most * _REPEATS)
    )
    same = connection.execute(held.where(b.columns_digest == ours)).all()
    others = connection.execute(held.where(b.columns_digest != ours)).all()
    mine = set(columns)
    nested = [row for row in others if mine < set(row.columns) or mine > set(row.columns)]
    wanted: list[int] = []
    for rows in (same, nested):
        newest = {row.digest: row.number for row in reversed(rows)}
        wanted += sorted(newest.values(), reverse=True)[:at_most]
    found = connection.execute(select(b.number, b.body).where(b.number.in_(wanted)))
    bodies = {row.number: row.body for row in found}
    return [bodies[number] for number in wanted]
