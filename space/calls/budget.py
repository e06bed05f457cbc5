"""Reserving a call: privacy budget and quota are taken before anything runs, and never given back.

Decides who runs, who waits and who is refused. A reservation is ``reserved``, then ``answered`` or
``lost``; its row is the lock of its answer, because only one that is not lost may have the same
identity (grant, terms, canonical query, releases, mode).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select

from catalog.evidence import record
from catalog.store.schema import new_id
from catalog.store.tables.grants import grants
from catalog.store.tables.queries import reservations
from contracts.canonical import digest
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.protection import Analysis
from policies.rulebook import rule
from space import store
from space.calls.metering import Use, meter, product_of
from space.granting import counters
from space.granting.agreed import terms_of

# Mode of a verification, whose calls are its records.
VERIFIED: Final = Analysis.VERIFY.value


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """What makes two calls the same call.

    Attributes:
        grant_id: of the grant.
        terms_digest: of its terms.
        canonical_digest: of the canonical query, salted by the grant.
        releases: ids of the releases it reads, sorted.
        mode: how the answer is made safe.
    """

    grant_id: str
    terms_digest: str
    canonical_digest: str
    releases: tuple[str, ...]
    mode: str

    @property
    def digest(self) -> str:
        """SHA-256 of the five parts, in hexadecimal."""
        releases = sorted(self.releases)
        return digest([self.grant_id, self.terms_digest, self.canonical_digest, releases, self.mode])


@dataclass(frozen=True, slots=True)
class Reserved:
    """The call is paid for: run it now.

    Attributes:
        id: of the reservation.
        nrho: privacy budget taken, in billionths of rho.
    """

    id: str
    nrho: int


@dataclass(frozen=True, slots=True)
class Stored:
    """The answer is there already: handing it out is one call (:func:`repeat`) and no privacy budget."""

    id: str


@dataclass(frozen=True, slots=True)
class Running:
    """Another caller runs the same query; nothing was taken yet."""

    id: str
    deadline_at: datetime


def reserve(
    connection: Connection,
    key: AnswerKey,
    *,
    nrho: int,
    now: datetime,
    calls: int = 1,
    standing: str | None = None,
) -> Reserved | Stored | Running | Deny:
    """Pay for one call, or find that it needs no paying.

    Args:
        connection: a writing transaction of its own; commit it before running anything.
        key: identity of the answer.
        nrho: privacy cost in billionths of rho; it never depends on data.
        now: aware instant.
        calls: what it takes of the quota.
        standing: the standing query it is a run of; budget that plans of others keep is not for it.

    Returns:
        ``Reserved`` to run it, ``Stored`` to hand out the stored answer, ``Running`` to wait, or ``Deny``.
        Only ``Reserved`` has taken anything.
    """
    day = local_date(now)
    grant = store.lock_grant(connection, key.grant_id)
    same = store.same_answer(connection, key.grant_id, key.digest)
    if same is not None and same.state == "reserved":
        if now < same.deadline_at:
            return Running(same.id, same.deadline_at)
        lose(connection, same.id, reason="gateway.died", now=now)  # what it took stays taken
        same = None
    if same is not None:
        return Stored(same.id)
    denied = _kept(connection, grant, day, nrho, standing) or _spend(connection, grant, now, nrho, calls)
    if denied is not None:
        return denied
    return Reserved(_insert(connection, key, nrho, now, calls), nrho)


def repeat(connection: Connection, grant_id: str, now: datetime, calls: int = 1) -> Deny | None:
    """Take the calls that handing out a stored answer costs; None where they were taken.

    Args:
        connection: the writing transaction that meters the call and issues its receipt.
        grant_id: of the grant.
        now: aware instant.
        calls: one, or one for each record verified.
    """
    return _spend(connection, store.lock_grant(connection, grant_id), now, 0, calls)


def is_stored(connection: Connection, key: AnswerKey) -> bool:
    """Whether the answer is there already, so that asking again spends no privacy budget."""
    same = store.same_answer(connection, key.grant_id, key.digest)
    return same is not None and same.state == "answered"


def lose(connection: Connection, reservation_id: str, *, reason: str, now: datetime) -> bool:
    """Record that a paid call brought no answer. Budget and quota stay spent; no money is charged.

    Returns:
        False where the call was settled already.
    """
    if not store.lose(connection, reservation_id, now):
        return False
    r, g = reservations.c, grants.c
    row = connection.execute(
        select(r.grant_id, r.nrho, r.calls, r.mode, g.grantee)
        .join(grants, g.id == r.grant_id)
        .where(r.id == reservation_id)
    ).one()
    lost = Use(
        organisation=row.grantee,
        outcome="lost",
        grant_id=row.grant_id,
        reason=reason,
        reservation_id=reservation_id,
        calls=row.calls or 1,
        nrho=row.nrho,
        records=row.calls,
        product=product_of(row.mode),
    )
    meter(connection, lost, now)
    return True


def objection(grant: Row[Any], day: date, *, calls: int = 1, nrho: int = 0) -> Reason | None:
    """Why a grant does not pay for ``calls`` more on a day, by its own figures alone; None where it does."""
    if grant.state == "suspended":
        return Reason(
            "grant.suspended",
            "the grant is suspended",
            "grant",
            "`ybz contract show` says by whom and why; it answers again once it is resumed",
        )
    if grant.state == "revoked":
        return Reason("grant.revoked", "the grant was revoked", "grant", "ask the granting body")
    if grant.state != "in_force" or day > grant.valid_to:
        return Reason("grant.expired", "the grant has ended", "grant", "ask for a new grant")
    if day < grant.valid_from:
        return Reason("grant.not_yet", "the grant has not begun", "grant", f"from {grant.valid_from} on")
    if grant.calls_used + calls > grant.calls_limit:
        return Reason("grant.quota", "the quota of calls is used up", "calls", "ask for a larger quota")
    if grant.nrho_spent + nrho > grant.nrho_limit:
        return Reason(
            "grant.budget",
            "the privacy budget left does not cover this query",
            "budget",
            "repeat a query you have asked before (it costs none), or ask for a larger allowance",
        )
    return None


# The same words whether the grant does not exist or is another's: neither is told apart.
NOT_HELD: Final = Reason(
    "grant.not_held", "you hold no such grant", "grant", "`ybz grant list` shows the grants there are"
)


def _spend(
    connection: Connection, grant: Row[Any] | None, now: datetime, nrho: int, calls: int
) -> Deny | None:
    if grant is None:
        return Deny((NOT_HELD,))
    day, terms = local_date(now), terms_of(grant.agreement)
    # The row is held since `lock_grant`: what it shows is what the statements see, which have the last word.
    in_the_way = objection(grant, day, calls=calls, nrho=nrho) or counters.objection(
        connection, grant.id, terms, now, calls=calls, nrho=nrho
    )
    if in_the_way is None and store.spend(connection, grant.id, calls=calls, nrho=nrho, day=day):
        counters.take_calls(connection, grant.id, terms, now, calls)
        counters.take_budget(connection, grant.id, terms, nrho, now)
        return None
    return Deny((in_the_way or NOT_HELD,))


def _kept(
    connection: Connection, grant: Row[Any] | None, day: date, nrho: int, standing: str | None
) -> Deny | None:
    """Why budget that is left is not for this query: standing queries keep it; None where it is."""
    if grant is None or not nrho or grant.nrho_spent + nrho > grant.nrho_limit:
        return None
    kept = store.kept_for_standing(connection, grant.id, day, but=standing)
    if grant.nrho_spent + nrho + kept <= grant.nrho_limit:
        return None
    return Deny(
        (
            Reason(
                "standing.kept",
                "the privacy budget left is kept for standing queries of the grant",
                "budget",
                "end one of them (`ybz standing end`), or ask for a larger allowance",
            ),
        )
    )


def _insert(connection: Connection, key: AnswerKey, nrho: int, now: datetime, calls: int) -> str:
    reservation_id = new_id("rsv")
    seconds = int(rule("grants", "reservation_deadline", local_date(now)).value)
    row = {
        "id": reservation_id,
        "grant_id": key.grant_id,
        "answer_key": key.digest,
        "canonical_digest": key.canonical_digest,
        "releases": sorted(key.releases),
        "mode": key.mode,
        "nrho": nrho,
        "calls": calls if key.mode == VERIFIED else None,
        "state": "reserved",
        "reserved_at": now,
        "deadline_at": now + timedelta(seconds=seconds),
    }
    connection.execute(insert(reservations), row)
    body = {"grant": key.grant_id, "query": key.canonical_digest, "nrho": nrho}
    record(connection, event="space:budget:reserve", subject=reservation_id, body=body, now=now)
    return reservation_id
