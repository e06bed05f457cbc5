"""The memory of the query-set audit: which base blocks an organisation was answered under thresholds.

Decides which of them a new block is compared with, and that a block is remembered from the transaction in
which it is paid: of two racing queries the later sees the earlier. Keeps conditions and group columns,
never units, rows or figures, and forgets them when they can no longer be compared with anything. How they
are compared is :mod:`space.query.auditing.audit`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, update

from catalog.store.tables.audits import audited_blocks
from catalog.store.tables.queries import reservations
from contracts.canonical import digest
from policies.clocks import local_date
from policies.rulebook import rule
from policies.terms import Mode
from space.query.auditing.audit import Record, audited, compared, record, related
from space.query.auditing.former import Former
from space.query.auditing.merged import merged
from space.query.plan import Block, Plan

_ROW: Final = audited_blocks.c
_PAID: Final = reservations
_OF: Final = _PAID.c.id == _ROW.reservation_id
# Of a lost call nothing was told, unless its answer was there and was more than could be handed out.
_TOLD: Final = or_(_PAID.c.state != "lost", _ROW.withheld == 1)


def note(
    connection: Connection,
    organisation: str,
    reservation_id: str,
    plan: Plan,
    now: datetime,
    beside: Mapping[str, str] | None = None,
) -> Plan:
    """Remember the blocks of a plan that was paid just now.

    Args:
        connection: the writing transaction that reserved it.
        organisation: code of the grant's holder; grants of one organisation remember together.
        reservation_id: of the paid call.
        plan: about to run.
        now: aware instant.
        beside: further datasets that may be opened to compare, each with its release.

    Returns:
        The plan with the formers its blocks are compared with.
    """
    if plan.mode is not Mode.THRESHOLD:
        return plan
    made = against(connection, organisation, plan, now, beside)
    shown = {block.name: block for block in made.blocks}
    for block in audited(plan):
        _remember(connection, organisation, reservation_id, record(block, plan.limits.k), now)
        rest = merged(shown[block.name], plan.limits.k)
        if rest is not None:
            _remember(connection, organisation, reservation_id, rest, now)
    return made


def _remember(
    connection: Connection, organisation: str, reservation_id: str, kept: Record, now: datetime
) -> None:
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
                datasets_digest=digest(list(kept.datasets)),
            )
        )
        _forget(connection, organisation, kind, kept, now)


def keep(connection: Connection, reservation_id: str) -> None:
    """Remember the blocks of a call though it is lost: that its answer is too large tells of its cells.

    Args:
        connection: the writing transaction in which it is lost.
        reservation_id: of the paid call.
    """
    connection.execute(update(audited_blocks).where(_ROW.reservation_id == reservation_id).values(withheld=1))


def against(
    connection: Connection,
    organisation: str,
    plan: Plan,
    now: datetime,
    beside: Mapping[str, str] | None = None,
) -> Plan:
    """The plan with its formers, as far as they are paid by now; remembers nothing."""
    at_most = int(rule("disclosure", "audited_blocks", local_date(now)).value)
    formers: list[Former] = []
    for block in audited(plan):
        further = frozenset(beside or {})
        bodies = _bodies(connection, organisation, record(block, plan.limits.k), at_most, further)
        formers += compared(block, bodies, at_most, beside)
    names = {former.block for former in formers}
    return replace(
        plan, formers=tuple(formers), blocks=tuple(_apart(b, b.name in names) for b in plan.blocks)
    )


def _apart(block: Block, compared_with_any: bool) -> Block:
    """A merged cell of small groups would show what the audit withholds: compared blocks leave them out."""
    return replace(block, small="drop") if compared_with_any and block.small == "remainder" else block


def _bodies(
    connection: Connection, organisation: str, asked: Record, at_most: int, beside: Collection[str]
) -> list[Mapping[str, Any]]:
    """Bodies of the blocks that group by the same columns, by more or fewer, and by others; the newest first.

    Each kind comes apart, and so do those that read further datasets, of ``beside``: they push none of the
    others out of sight. A block asked again counts once, and blocks of other datasets, with which nothing is
    compared, push none of these out of sight.
    """
    held = (_ROW.organisation == organisation, _ROW.kind.in_(asked.kinds), _TOLD)
    tables = select(func.max(_ROW.number)).join(_PAID, _OF).where(*held)
    newest = connection.execute(tables.group_by(_ROW.columns_digest, _ROW.datasets_digest)).scalars().all()
    told = connection.execute(select(audited_blocks).where(_ROW.number.in_(newest))).all()
    kinds: dict[str, list[ColumnElement[bool]]] = {"same": [], "nested": [], "other": [], "further": []}
    here = set(asked.datasets)
    for row in told:
        theirs = {dataset for _, dataset in row.body["scans"]}
        table = _table(row.columns_digest, row.datasets_digest)
        if row.datasets_digest is None or theirs <= here:
            kinds[related(asked.columns, row.columns)].append(table)
        elif theirs & here and theirs <= here | set(beside):
            kinds["further"].append(table)
    wanted = [
        number
        for tables_of in kinds.values()
        if tables_of
        for number in _newest(connection, (*held, or_(*tables_of)), at_most)
    ]
    found = connection.execute(select(_ROW.number, _ROW.body).where(_ROW.number.in_(wanted)))
    bodies = {row.number: row.body for row in found}
    return [bodies[number] for number in wanted]


def _table(columns_digest: str, datasets_digest: str | None) -> ColumnElement[bool]:
    """Blocks of the same datasets that group by the same columns."""
    return and_(
        _ROW.columns_digest == columns_digest, _ROW.datasets_digest.is_not_distinct_from(datasets_digest)
    )


def _newest(connection: Connection, where: Iterable[ColumnElement[bool]], at_most: int) -> list[int]:
    """The numbers of the newest different blocks, the newest first."""
    number = func.max(_ROW.number)
    chosen = select(number).join(_PAID, _OF).where(*where).group_by(_ROW.digest).order_by(number.desc())
    return list(connection.execute(chosen.limit(at_most)).scalars())


def _forget(connection: Connection, organisation: str, kind: str, like: Record, now: datetime) -> None:
    """Delete what can be compared with nothing any more: behind enough newer blocks, and long ago.

    Nothing of the calendar year goes, for which a grant may hold a release. A block is seen in the newest
    of its rows; where that is of a call still running, which may be lost, the last answered row stays too.
    """
    day = local_date(now)
    days = max(int(rule("disclosure", "audited_blocks_kept", day).value), day.timetuple().tm_yday)
    table = (
        _ROW.organisation == organisation,
        _ROW.kind == kind,
        _table(digest(list(like.columns)), digest(list(like.datasets))),
    )
    old = (*table, _ROW.at < now - timedelta(days=days))
    if connection.execute(select(_ROW.number).where(*old).limit(1)).first() is None:
        return
    at_most = int(rule("disclosure", "audited_blocks", day).value)
    kept = [
        number
        for state in (_TOLD, _PAID.c.state == "answered")
        for number in _newest(connection, (*table, state), at_most)
    ]
    connection.execute(delete(audited_blocks).where(*old, _ROW.number.not_in(kept)))
