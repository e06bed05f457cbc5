"""Monthly statements 月度对账单: what was called and what it costs, so that both sides can compute it anew.

Decides what a statement says and when a month may be closed. A closed one never changes; what is wrong in it
is put right by a credit note (:mod:`space.money.invoices`). Checking one against one's own receipts, offline,
is :mod:`space.money.statement_check`'s.

Source: 发改价格〔2025〕65号 (prices are published; metering by products, services, time, calls).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, func, insert, select, union_all

from catalog.evidence import record
from catalog.keys import Signer
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.grants import grants
from catalog.store.tables.money import statements
from catalog.store.tables.queries import receipts, usages
from catalog.store.tables.supplies import supplies
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.rulebook import rule
from policies.tariff import tariff
from space.errors import Refused, Unknown
from space.evaluation import credited
from space.granting.grants import Grant, from_row
from space.identity.organisations import Organisation, organisation
from space.money import reconcile
from space.money.months import bounds
from space.money.sections import COLUMNS, Section
from space.money.signed import STATEMENT_TYPE, Signed, sign

# Rows of one fetch: calls and receipts of a month are not held whole beside what is made of them.
_AT_ONCE: Final = 1000


def of_organisation(connection: Connection, signer: Signer, code: str, month: str, now: datetime) -> Signed:
    """The statement of an organisation's month: the closed one, else as it stands now.

    Args:
        connection: any transaction.
        signer: signs a statement that is not closed.
        code: of the organisation.
        month: ``YYYY-MM``, Asia/Shanghai.
        now: aware instant.

    Raises:
        Unknown: there is no such organisation.
        SpaceError: the month is not written as one.
    """
    kept = closed(connection, code, month)
    return kept or sign(signer, _open(connection, code, month, now), STATEMENT_TYPE)


def stated(
    connection: Connection, code: str, month: str, now: datetime
) -> tuple[Mapping[str, Any], str | None]:
    """What the statement of an organisation's month says, and its digest where the month is closed.

    Raises:
        Unknown: there is no such organisation.
        SpaceError: the month is not written as one.
    """
    kept = closed(connection, code, month)
    return (_open(connection, code, month, now), None) if kept is None else (kept.document, kept.digest)


def _open(connection: Connection, code: str, month: str, now: datetime) -> dict[str, Any]:
    """An organisation's month as it stands now."""
    holder = organisation(connection, code)
    held = connection.execute(select(grants).where(grants.c.grantee == code).order_by(grants.c.id)).all()
    return _document(connection, holder, [from_row(row) for row in held], month, now)


def of_grant(connection: Connection, signer: Signer, grant_id: str, month: str, now: datetime) -> Signed:
    """The statement of one grant's month, as it stands now.

    Raises:
        Unknown: there is no such grant.
    """
    row = connection.execute(select(grants).where(grants.c.id == grant_id)).first()
    if row is None:
        raise Unknown("grant", grant_id, "`ybz grant list` shows them")
    holder = organisation(connection, row.grantee)
    document = _document(connection, holder, [from_row(row)], month, now) | {"scope": grant_id}
    return sign(signer, document, STATEMENT_TYPE)


def closed(connection: Connection, code: str, month: str) -> Signed | None:
    """The closed statement of an organisation's month; None where it is open."""
    s = statements.c
    row = connection.execute(select(statements).where(s.organisation == code, s.month == month)).first()
    return None if row is None else Signed(json.loads(row.document), row.digest, row.signature)


def close(connection: Connection, signer: Signer, code: str, month: str, *, by: str, now: datetime) -> Signed:
    """Close an organisation's month.

    Args:
        connection: a writing transaction.
        signer: signs the statement.
        code: of the organisation.
        month: ``YYYY-MM``.
        by: the person who closes it.
        now: aware instant.

    Raises:
        Refused: the month is not over, is closed, or its calls do not reconcile.
    """
    before = connection.execute(
        select(statements.c.id).where(statements.c.organisation == code, statements.c.month == month)
    ).first()
    if before is not None:
        raise Refused(Deny((_CLOSED,)))
    _, to = bounds(month)
    minutes = int(rule("tariff", "statement_after", local_date(now)).value)
    if now < to + timedelta(minutes=minutes):
        raise Refused(Deny((_NOT_OVER,)))
    if not reconcile.within(connection, signer, code).ok:
        raise Refused(Deny((_DIFFERS,)))
    document = of_organisation(connection, signer, code, month, now).document
    signed = sign(signer, {**document, "state": "closed"}, STATEMENT_TYPE)
    statement_id, total = new_id("stm"), int(document["total_fen"])
    body = {"organisation": code, "month": month, "digest": signed.digest, "total_fen": total, "by": by}
    evidence = record(connection, event="space:statement:close", subject=statement_id, body=body, now=now)
    connection.execute(
        insert(statements).values(
            id=statement_id,
            organisation=code,
            month=month,
            document=signed.text,
            digest=signed.digest,
            signature=signed.signature,
            total_fen=total,
            closed_by=by,
            closed_at=now,
            evidence_id=evidence,
        )
    )
    return signed


def receipts_of(
    connection: Connection, code: str, month: str, part: Part | None = None
) -> Iterator[tuple[str, str]]:
    """Receipts of an organisation's month, by id: what it was handed with each answer; some at a time.

    Args:
        connection: to read with.
        code: of the organisation.
        month: ``YYYY-MM``.
        part: by id; every receipt where None.
    """
    from_, to = bounds(month)
    u, r, s = usages.c, receipts.c, supplies.c
    mine = (u.organisation == code, u.at >= from_, u.at < to)
    calls = select(r.id, r.jws).join(usages, u.id == r.usage_id).where(*mine)
    sent = select(s.receipt_id, s.receipt).join(usages, u.id == s.usage_id).where(*mine)
    both = union_all(calls, sent.where(s.receipt.is_not(None))).subquery()
    wanted = parted(select(both.c.id, both.c.jws), part, both.c.id)
    for row in connection.execute(wanted, execution_options={"yield_per": _AT_ONCE}):
        yield row.id, row.jws


def _document(
    connection: Connection, holder: Organisation, held: Sequence[Grant], month: str, now: datetime
) -> dict[str, Any]:
    from_, to = bounds(month)
    sections, days = [], set[date]()
    for grant in held:
        month_of = Section(grant, _last_day(month))
        for call in _calls(connection, grant.id, from_, to):
            month_of.add(call)
        if month_of.calls:
            sections.append(month_of.to_document())
            days |= month_of.days
    # Payment bound to results 效果付费: computed on invoices of earlier months, taken off by credit notes.
    results = credited.of_month(connection, holder.code, month, {grant.id for grant in held})
    return {
        **({"results": results} if results else {}),
        "type": "statement",
        "version": 1,
        "scope": "organisation",
        "organisation": {"code": holder.code, "name": holder.name, "kind": holder.kind.value},
        "month": month,
        "state": "open",
        "as_of": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ"),
        "tariffs": _tariffs(days),
        "grants": sections,
        "total_fen": sum(section["amount_fen"] for section in sections),
    }


def _calls(connection: Connection, grant_id: str, from_: datetime, to: datetime) -> Iterator[Row[Any]]:
    """Every call under a grant in a month, with its receipt and the leaf of its entry; some at a time."""
    u, r, e, s = usages.c, receipts.c, evidence_entries.c, supplies.c
    wanted = (
        select(
            *(u[name] for name in COLUMNS), func.coalesce(r.id, s.receipt_id).label("receipt"), e.leaf_hash
        )
        .join(evidence_entries, e.id == u.evidence_id)
        .outerjoin(receipts, r.usage_id == u.id)
        .outerjoin(supplies, s.usage_id == u.id)
        .where(u.grant_id == grant_id, u.at >= from_, u.at < to)
        .order_by(u.at, u.id)
    )
    found: Iterable[Row[Any]] = connection.execute(wanted, execution_options={"yield_per": _AT_ONCE})
    yield from found


def _tariffs(days: Iterable[date]) -> list[dict[str, Any]]:
    """Each tariff that was in force on a day with an answer, with these days."""
    made: list[dict[str, Any]] = []
    for day in sorted(days):
        stated = tariff(day).to_document()
        if made and made[-1]["tariff"] == stated:
            made[-1]["days"].append(day.isoformat())
        else:
            made.append({"days": [day.isoformat()], "tariff": stated})
    return made


def _last_day(month: str) -> date:
    return local_date(bounds(month)[1] - timedelta(seconds=1))


def by_organisation(connection: Connection, code: str, part: Part | None = None) -> list[Mapping[str, Any]]:
    """The closed months of an organisation, the first first; a part by month."""
    s = statements.c
    wanted = select(s.id, s.month, s.total_fen, s.digest, s.closed_by, s.closed_at)
    rows = connection.execute(parted(wanted.where(s.organisation == code), part, s.month))
    return [{**row._mapping, "closed_at": row.closed_at.isoformat()} for row in rows]


_CLOSED: Final = Reason(
    "money.statement.closed",
    "the month of this organisation is closed already",
    "month",
    "a closed statement stands; put a mistake right by a credit note (`ybz invoice credit`)",
)
_NOT_OVER: Final = Reason(
    "money.statement.not_over",
    "the month is not over, or calls that began in it may still be on their way",
    "month",
    "close it after its end (rule `statement_after` of `tariff`)",
)
_DIFFERS: Final = Reason(
    "money.statement.differs",
    "calls of this organisation do not reconcile",
    "organisation",
    "see `ybz meter reconcile`, which names grant and row",
)
