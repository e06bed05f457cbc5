"""What the ledger knows of the use under agreements in a span of days: grants, calls, refusals, income.

Decides nothing: rows of grants and of metered calls are counted, each figure by one statement of SQL. A
calendar year that is published is told by the monthly statements instead (:mod:`space.money.yearly`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Connection, func, select

from catalog.store.tables.grants import grants
from catalog.store.tables.operation import operation_requests
from catalog.store.tables.queries import usages
from policies.clocks import ZONE
from policies.purpose import purposes

_ANSWERED: Final = ("answered", "cached")


@dataclass(frozen=True, slots=True)
class Used:
    """Use under some agreements in a span.

    Attributes:
        grants: signed in it.
        calls, free_calls: answered; of those, for purposes that are free.
        calls_refused, calls_lost: that were not.
        income_fen: charged for the answered ones.
    """

    grants: int
    calls: int
    free_calls: int
    calls_refused: int
    calls_lost: int
    income_fen: int

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return asdict(self)


def span(first: date, last: date) -> tuple[datetime, datetime]:
    """The instants from the beginning of the first day to the end of the last, Asia/Shanghai."""
    return (
        datetime.combine(first, time(), tzinfo=ZONE),
        datetime.combine(last + timedelta(days=1), time(), tzinfo=ZONE),
    )


def used(connection: Connection, agreement_ids: Collection[str], first: date, last: date) -> Used:
    """What was used under agreements from the first to the last day."""
    begin, end = span(first, last)
    g, o, u = grants.c, operation_requests.c, usages.c
    under = operation_requests.join(grants, g.request_id == o.request_id)
    signed = (
        select(func.count())
        .select_from(under)
        .where(o.agreement_id.in_(agreement_ids), g.signed_at >= begin, g.signed_at < end)
    )
    metered = (
        select(g.purpose, u.outcome, func.count().label("calls"), func.sum(u.price_fen).label("fen"))
        .select_from(under.join(usages, u.grant_id == g.id))
        .where(o.agreement_id.in_(agreement_ids), u.at >= begin, u.at < end)
        .group_by(g.purpose, u.outcome)
    )
    free = {code for code, purpose in purposes(last).items() if not purpose.charged}
    rows = connection.execute(metered).all()

    def count(outcomes: Collection[str], only: Collection[str] | None = None) -> int:
        return sum(
            row.calls for row in rows if row.outcome in outcomes and (only is None or row.purpose in only)
        )

    return Used(
        grants=int(connection.execute(signed).scalar_one()),
        calls=count(_ANSWERED),
        free_calls=count(_ANSWERED, free),
        calls_refused=count(("refused",)),
        calls_lost=count(("lost",)),
        income_fen=sum(int(row.fen or 0) for row in rows if row.outcome in _ANSWERED),
    )


def grants_under(connection: Connection, agreement_id: str) -> dict[str, datetime]:
    """Every grant under an agreement, with when it was signed."""
    g, o = grants.c, operation_requests.c
    query = select(g.id, g.signed_at).join(operation_requests, o.request_id == g.request_id)
    return {row.id: row.signed_at for row in connection.execute(query.where(o.agreement_id == agreement_id))}
