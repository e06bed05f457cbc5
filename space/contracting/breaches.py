"""Breaches 违约 of a contract, and what follows them by its terms: suspension, termination, a cap.

Decides when something is a breach: so many calls out of scope on one day, a proof of deletion that is
overdue, or a breach that somebody states. What the terms say follows is done at once, in the transaction of
the call or act that was the breach; one kind of breach counts once a day.

Source: 上海市数据条例 Art 35 (out-of-scope access is stopped at once); the contract's own terms.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, insert, select

from catalog.evidence import record
from catalog.store.schema import new_id
from catalog.store.tables.contracting import contract_breaches
from policies.clocks import local_date
from policies.rulebook import rule
from policies.usage_terms import BreachKind, BreachTerm, Consequence, Per, period
from space import store
from space.contracting import performing, steps
from space.contracting.contracts import by_id, of_grant, offer_of
from space.contracting.values import DigitalContract, Side
from space.granting import counters

if TYPE_CHECKING:
    from policies.terms import Terms
    from space.granting.grants import Grant

OVERDUE: Final = "grant.deletion_overdue"


def after_refusal(connection: Connection, grant: Grant | None, code: str, now: datetime) -> None:
    """Let follow what a refused call brings about by the terms of its grant.

    Args:
        connection: the writing transaction that records the refusal.
        grant: the call was made under; None where the caller holds none.
        code: first reason of the refusal.
        now: aware instant.
    """
    if grant is None or not grant.terms.breach:
        return
    if code == OVERDUE:
        follow(connection, grant.id, grant.terms, BreachKind.DELETION, by="", why=code, now=now)
        return
    term = _term(grant.terms, BreachKind.SCOPE)
    if term is None or code not in rule("grants", "breach/scope", local_date(now)).value:
        return
    tried = counters.count(connection, grant.id, counters.SCOPE, period(Per.DAY, now))
    if tried >= term.after:
        follow(connection, grant.id, grant.terms, BreachKind.SCOPE, by="", why=code, now=now)


def declare(
    connection: Connection, named: str, *, side: Side, by: str, why: str, now: datetime
) -> DigitalContract:
    """State that a contract is broken: what its terms say follows; the contract ends where they say nothing.

    Args:
        connection: a writing transaction.
        named: id of the contract or its grant.
        side: that states it.
        by: the person.
        why: the other side reads it.
        now: aware instant.

    Raises:
        Refused: the contract is not in force, or no reason is given.
        Unknown: there is no such contract.
    """
    steps.needs_reason(why)
    contract = by_id(connection, named, lock=True)
    steps.allowed(contract, "breach", side)
    terms = offer_of(connection, contract.id, contract.offers).terms
    if _term(terms, BreachKind.DECLARED) is None:
        return performing.finish(connection, named, "breach", side=side, by=by, why=why, now=now)
    follow(
        connection, contract.grant_id, terms, BreachKind.DECLARED, by=by, why=why.strip(), now=now, side=side
    )
    return by_id(connection, named)


def follow(
    connection: Connection,
    grant_id: str,
    terms: Terms,
    of: BreachKind,
    *,
    by: str,
    why: str,
    now: datetime,
    side: Side = Side.PLATFORM,
) -> Consequence | None:
    """Record a breach and do what the terms say follows it.

    Args:
        connection: a writing transaction.
        grant_id: of the grant.
        terms: of the grant.
        of: kind of breach.
        by: the person who states it; empty where the platform found it.
        why: a reason code, or what somebody stated.
        now: aware instant.
        side: that states it.

    Returns:
        What followed; None where the terms say nothing of this kind, or it was recorded today already.
    """
    term = _term(terms, of)
    row = store.lock_grant(connection, grant_id)
    if term is None or row is None or row.state not in store.HELD:
        return None
    b, day = contract_breaches.c, period(Per.DAY, now)
    mine = (b.grant_id == grant_id, b.kind == of.value, b.day == day)
    if connection.execute(select(b.id).where(*mine)).first() is not None:
        return None
    _write_down(connection, grant_id, term, day, by=by, why=why, now=now)
    contract = of_grant(connection, grant_id)
    said = f"breach of the terms ({term.text()}): {why}"
    if contract is None or not contract.living:
        return term.then
    if term.then is Consequence.TERMINATE:
        performing.finish(connection, contract.id, "breach", side=side, by=by, why=said, now=now)
    elif term.then is Consequence.SUSPEND and contract.state != "suspended_by_platform":
        performing.suspend(connection, contract.id, side=Side.PLATFORM, by=by, why=said, now=now)
    return term.then


def _write_down(
    connection: Connection, grant_id: str, term: BreachTerm, day: str, *, by: str, why: str, now: datetime
) -> None:
    breach = new_id("brc")
    body = {"grant": grant_id, "kind": term.of.value, "consequence": term.then.value, "by": by}
    evidence_id = record(connection, event="space:breach:record", subject=breach, body=body, now=now)
    connection.execute(
        insert(contract_breaches).values(
            id=breach,
            grant_id=grant_id,
            kind=term.of.value,
            consequence=term.then.value,
            calls_per_day=term.calls_per_day if term.then is Consequence.CAP else None,
            day=day,
            why=why,
            made_by=by,
            made_at=now,
            evidence_id=evidence_id,
        )
    )


def _term(terms: Terms, of: BreachKind) -> BreachTerm | None:
    return next((term for term in terms.breach if term.of is of), None)
