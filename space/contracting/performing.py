"""Performing a contract in force: suspending, resuming, completing, breaking, terminating, archiving.

Decides what each step does to the grant: suspended it answers nothing and loses what is under way, resumed
it answers again, ended it is ended like any grant (:mod:`space.granting.ending`). Who may take which step is
the table ``policies/rules/procedures/contract.csv``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from catalog.evidence import record
from catalog.store.tables.contracting import digital_contracts
from catalog.store.tables.queries import reservations
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space import store
from space.calls import budget
from space.contracting import deletions, steps
from space.contracting.contracts import by_id, offer_of
from space.contracting.telling import tell
from space.contracting.values import DigitalContract, Side
from space.errors import Refused
from space.granting.changes import announce
from space.granting.ending import Ending, end
from space.operation import standing

# Reason of a call that was cut off because its grant was suspended.
SUSPENDED_MEANWHILE: Final = "grant.ended_meanwhile"

# How the grant ends with a step of the contract: its state, and the word for what rests on it.
_ENDS: Final = {
    "complete": ("ended", "over"),
    "breach": ("revoked", "revoked"),
    "terminate": ("revoked", "revoked"),
}
NEGOTIATED: Final = ("offered_by_provider", "offered_by_consumer", "agreed", "signed_by_provider",
                      "signed_by_consumer", "signed")  # fmt: skip


def suspend(
    connection: Connection, named: str, *, side: Side, by: str, why: str, now: datetime
) -> DigitalContract:
    """Suspend a contract: its grant answers no call until the same side resumes it, not even a running one.

    Args:
        connection: a writing transaction.
        named: id of the contract or its grant.
        side: that suspends; what the platform suspends only the platform resumes.
        by: the person; the platform's own rules where nobody.
        why: the other side reads it.
        now: aware instant, read inside the transaction.

    Raises:
        Refused: the step is not open, or no reason is given.
        Unknown: there is no such contract.
    """
    steps.needs_reason(why)
    contract = by_id(connection, named, lock=True)
    made = steps.take(connection, contract, "suspend", side, by=by, why=why, now=now)
    store.set_aside(connection, made.grant_id, suspended=True)
    evidence = {"contract": made.id, "side": side.value, "by": by}
    record(connection, event="space:grant:suspend", subject=made.grant_id, body=evidence, now=now)
    _cut_off(connection, made.grant_id, now)
    tell(connection, made, side, f"is suspended by the {side}", now, why)
    announce(connection)
    return made


def resume(
    connection: Connection, named: str, *, side: Side, by: str, why: str, now: datetime
) -> DigitalContract:
    """Put a suspended contract back into force, by the side that suspended it.

    Raises:
        Refused: the step is not open, or no reason is given.
        Unknown: there is no such contract.
    """
    steps.needs_reason(why)
    contract = by_id(connection, named, lock=True)
    above = standing.set_aside(connection, contract.grant_id or "", local_date(now))
    if above is not None:
        raise Refused(Deny((above,)))
    made = steps.take(connection, contract, "resume", side, by=by, why=why, now=now)
    store.set_aside(connection, made.grant_id, suspended=False)
    evidence = {"contract": made.id, "side": side.value, "by": by}
    record(connection, event="space:grant:resume", subject=made.grant_id, body=evidence, now=now)
    tell(connection, made, side, "is in force again", now, why)
    return made


def finish(
    connection: Connection, named: str, event: str, *, side: Side, by: str, why: str, now: datetime
) -> DigitalContract:
    """Complete, break or terminate a contract; its grant ends with it.

    Args:
        connection: a writing transaction.
        named: id of the contract or its grant.
        event: ``complete``, ``breach`` or ``terminate``.
        side: that takes the step.
        by: the person.
        why: the other side reads it.
        now: aware instant, read inside the transaction.

    Raises:
        Refused: the step is not open, or no reason is given.
        Unknown: there is no such contract.
    """
    steps.needs_reason(why)
    contract = by_id(connection, named, lock=True)
    made = steps.take(connection, contract, event, side, by=by, why=why, now=now)
    state, word = _ENDS[event]
    verb = "end" if state == "ended" else "revoke"
    ending = Ending(
        state=state,
        side="grantee" if side is Side.CONSUMER else "grantor",
        reason=why.strip(),
        by=by,
        word=word,
        event=f"space:grant:{verb}",
    )
    end(connection, made.grant_id, ending, now)
    return made


def archive(connection: Connection, named: str, *, by: str, why: str, now: datetime) -> DigitalContract:
    """Put an ended contract into the archive, once the receiver owes nothing.

    Raises:
        Refused: the step is not open, no reason is given, or a proof of deletion is owed.
        Unknown: there is no such contract.
    """
    steps.needs_reason(why)
    contract = by_id(connection, named, lock=True)
    steps.allowed(contract, "archive", Side.PLATFORM)
    if contract.offers and contract.agreement is not None:
        terms = offer_of(connection, contract.id, contract.offers).terms
        if deletions.owed(connection, contract.grant_id, terms):
            reason = Reason(
                "contract.deletion_owed",
                "the receiver has not proved the deletion of everything it was given",
                "retention",
                "hand in its proof (`ybz contract deleted`)",
            )
            raise Refused(Deny((reason,)))
    return steps.take(connection, contract, "archive", Side.PLATFORM, by=by, why=why, now=now)


def lapse(connection: Connection, now: datetime) -> tuple[str, ...]:
    """Let negotiations lapse whose last offer is over: its last day has passed; ids of the contracts."""
    c = digital_contracts.c
    found = []
    for row in connection.execute(select(c.id).where(c.state.in_(NEGOTIATED))).all():
        contract = by_id(connection, row.id, lock=True)
        last = offer_of(connection, contract.id, contract.offers)
        if last.terms.valid_to < local_date(now):
            why = "the last day of the terms is over"
            steps.take(connection, contract, "lapse", Side.CLOCK, by="", why=why, now=now)
            found.append(row.id)
    return tuple(found)


def _cut_off(connection: Connection, grant_id: str, now: datetime) -> None:
    """Lose every paid call that is under way: its answer is handed out to nobody."""
    r = reservations.c
    running: Iterable[str] = connection.execute(
        select(r.id).where(r.grant_id == grant_id, r.state == "reserved")
    ).scalars()
    for each in list(running):
        budget.lose(connection, each, reason=SUSPENDED_MEANWHILE, now=now)
