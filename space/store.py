"""Statements of the space that must be one statement: each is a condition and its effect together.

Holds no rule: callers say what the conditions mean. Read-then-write would oversell, so counters are
changed here only. What every call runs while other writers wait is put together once, not at each call.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, exists, func, insert, literal, select, update

from catalog.store.prepared import Prepared
from catalog.store.tables import grants as tables
from catalog.store.tables.audits import standing_queries, standing_runs
from catalog.store.tables.grants import allowances, grants, privacy_years
from catalog.store.tables.money import metered_months
from catalog.store.tables.queries import refused_strangers, reservations

# States of a grant that has not ended.
HELD: Final = tables.HELD


_GRANT: Final = select(grants).where(grants.c.id == bindparam("grant"))


def grant_row(connection: Connection, grant_id: str) -> Row[Any] | None:
    """The grant's row as it stands."""
    return connection.execute(_GRANT, {"grant": grant_id}).first()


_RESERVATION: Final = select(reservations).where(reservations.c.id == bindparam("reservation"))


def reservation(connection: Connection, reservation_id: str) -> Row[Any] | None:
    """A paid call's row as it stands."""
    return connection.execute(_RESERVATION, {"reservation": reservation_id}).first()


_LOCKED: Final = _GRANT.with_for_update()


def lock_grant(connection: Connection, grant_id: str) -> Row[Any] | None:
    """The grant's row, held until the transaction ends."""
    return connection.execute(_LOCKED, {"grant": grant_id}).first()


_SAME: Final = select(reservations).where(
    reservations.c.grant_id == bindparam("grant"),
    reservations.c.answer_key == bindparam("key"),
    reservations.c.state != "lost",
)


def same_answer(connection: Connection, grant_id: str, answer_key: str) -> Row[Any] | None:
    """The paid call of an answer that is on its way or stored."""
    return connection.execute(_SAME, {"grant": grant_id, "key": answer_key}).first()


_SPENT: Final = (
    update(grants)
    .where(
        grants.c.id == bindparam("grant"),
        grants.c.state == "in_force",
        grants.c.valid_from <= bindparam("day"),
        grants.c.valid_to >= bindparam("day"),
        grants.c.calls_used + bindparam("more_calls") <= grants.c.calls_limit,
        grants.c.nrho_spent + bindparam("more_nrho") <= grants.c.nrho_limit,
    )
    .values(
        calls_used=grants.c.calls_used + bindparam("more_calls"),
        nrho_spent=grants.c.nrho_spent + bindparam("more_nrho"),
    )
)


def spend(connection: Connection, grant_id: str, *, calls: int, nrho: int, day: date) -> bool:
    """Take calls and privacy budget from a grant that is in force on ``day``, if both suffice."""
    taken = {"grant": grant_id, "day": day, "more_calls": calls, "more_nrho": nrho}
    return connection.execute(_SPENT, taken).rowcount == 1


_PLANS: Final = select(
    standing_queries.c.id,
    standing_queries.c.runs_limit,
    standing_queries.c.runs_used,
    standing_queries.c.nrho_per_run,
).where(
    standing_queries.c.grant_id == bindparam("grant"),
    standing_queries.c.state == "in_force",
    standing_queries.c.last_day >= bindparam("day"),
)


def kept_for_standing(connection: Connection, grant_id: str, day: date, *, but: str | None = None) -> int:
    """Privacy budget that plans of standing queries keep from a grant, in billionths of rho.

    Args:
        connection: a writing transaction that holds the grant's row.
        grant_id: of the grant.
        day: plans that are over keep nothing.
        but: a standing query whose claimed run is paid for now; it has been taken out of its plan already.
    """
    r = standing_runs.c
    rows = connection.execute(_PLANS, {"grant": grant_id, "day": day}).all()
    kept = 0
    for row in rows:
        claimed = select(func.count()).where(r.standing_id == row.id, r.outcome == "running")
        running = 0 if row.id == but else int(connection.execute(claimed).scalar_one())
        kept += (row.runs_limit - row.runs_used + running) * row.nrho_per_run
    return kept


def settle(connection: Connection, reservation_id: str, *, day: date, now: datetime, **result: Any) -> bool:
    """Turn a reserved call into an answered one, unless it was lost or its grant has ended."""
    r, g = reservations.c, grants.c
    holds = exists(
        select(literal(1)).where(
            g.id == r.grant_id, g.state == "in_force", g.valid_from <= day, g.valid_to >= day
        )
    )
    done = connection.execute(
        update(reservations)
        .where(r.id == reservation_id, r.state == "reserved", holds)
        .values(state="answered", settled_at=now, **result)
    )
    return done.rowcount == 1


def lose(connection: Connection, reservation_id: str, now: datetime) -> bool:
    """Turn a reserved call into a lost one; what it took stays taken."""
    r = reservations.c
    done = connection.execute(
        update(reservations)
        .where(r.id == reservation_id, r.state == "reserved")
        .values(state="lost", settled_at=now)
    )
    return done.rowcount == 1


_CHARGED: Final = Prepared(
    update(grants)
    .where(grants.c.id == bindparam("grant"))
    .values(charged_fen=grants.c.charged_fen + bindparam("more_fen"))
)


def charge(connection: Connection, grant_id: str, price_fen: int) -> None:
    """Add money to what a grant has come to."""
    _CHARGED.run(connection, {"grant": grant_id, "more_fen": price_fen})


_MONTH: Final = Prepared(
    update(metered_months)
    .where(
        metered_months.c.grant_id == bindparam("grant"),
        metered_months.c.month == bindparam("of_month"),
        metered_months.c.product == bindparam("of_product"),
    )
    .values(
        answers=metered_months.c.answers + 1,
        calls=metered_months.c.calls + bindparam("more_calls"),
        price_fen=metered_months.c.price_fen + bindparam("more_fen"),
    )
)


def count_month(
    connection: Connection, grant_id: str, month: str, product: str, *, calls: int, price_fen: int
) -> None:
    """Add one answer to what a grant was given of a product in a month."""
    more = {"grant": grant_id, "of_month": month, "of_product": product, "more_calls": calls}
    if _MONTH.run(connection, more | {"more_fen": price_fen}).rowcount == 0:
        first = {"grant_id": grant_id, "month": month, "product": product, "answers": 1, "calls": calls}
        connection.execute(insert(metered_months).values(**first, price_fen=price_fen))


_MONTHS: Final = Prepared(
    select(metered_months).where(
        metered_months.c.grant_id == bindparam("grant"), metered_months.c.month == bindparam("of_month")
    )
)


def months(connection: Connection, grant_id: str, month: str) -> list[Row[Any]]:
    """What a grant was given in a month, a row a product."""
    return list(_MONTHS.run(connection, {"grant": grant_id, "of_month": month}).all())


def end_grant(connection: Connection, grant_id: str, *, state: str, reason: str, now: datetime) -> bool:
    """Take a grant out of force, if it was in force or suspended."""
    done = connection.execute(
        update(grants)
        .where(grants.c.id == grant_id, grants.c.state.in_(HELD))
        .values(state=state, ended_at=now, end_reason=reason)
    )
    return done.rowcount == 1


def set_aside(connection: Connection, grant_id: str, *, suspended: bool) -> bool:
    """Suspend a grant that has not ended, or put it back into force."""
    done = connection.execute(
        update(grants)
        .where(grants.c.id == grant_id, grants.c.state.in_(HELD))
        .values(state="suspended" if suspended else "in_force")
    )
    return done.rowcount == 1


def give_back(connection: Connection, grant_id: str, kind: str, *, nrho: int, fdelta: int) -> bool:
    """Return the unspent part of an allowance to its year, once."""
    a, y = allowances.c, privacy_years.c
    mine = (a.grant_id == grant_id, a.kind == kind)
    done = connection.execute(
        update(allowances)
        .where(*mine, a.nrho_returned == 0, a.fdelta_returned == 0, a.nrho >= nrho, a.fdelta >= fdelta)
        .values(nrho_returned=nrho, fdelta_returned=fdelta)
    )
    if done.rowcount != 1:
        return False
    year = select(a.year).where(*mine).scalar_subquery()
    connection.execute(
        update(privacy_years)
        .where(y.kind == kind, y.year == year)
        .values(nrho=y.nrho - nrho, fdelta=y.fdelta - fdelta)
    )
    return True


def count_stranger(connection: Connection, minute: datetime, reason: str) -> None:
    """Add one to a minute's count of calls refused before anyone was known."""
    s = refused_strangers.c
    done = connection.execute(
        update(refused_strangers).where(s.minute == minute, s.reason == reason).values(count=s["count"] + 1)
    )
    if done.rowcount == 0:
        connection.execute(insert(refused_strangers).values(minute=minute, reason=reason, count=1))
