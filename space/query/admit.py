"""The first step of a query: may this caller use this grant, now, for this purpose.

Denies by default. Looks at the caller and the grant only, never at the SQL and never at data.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from policies.access import Act, may
from policies.clocks import local_date
from policies.decision import Deny
from policies.purpose import agrees
from space import store
from space.budget import NOT_HELD, objection
from space.grants import Grant, from_row
from space.identity.tokens import Caller


@dataclass(frozen=True, slots=True)
class Question:
    """What a caller sends.

    Attributes:
        grant_id: the grant it is asked under.
        purpose: code of the purpose it is asked for.
        sql: one SELECT.
    """

    grant_id: str
    purpose: str
    sql: str


@dataclass(frozen=True, slots=True)
class Turned:
    """A call that was turned away, and the grant it was turned away from, if the caller holds it."""

    decision: Deny
    grant: Grant | None = None


def admit(
    connection: Connection,
    caller: Caller,
    question: Question,
    now: datetime,
    act: Act = Act.QUERY_ASK,
    *,
    counted: bool = True,
) -> Grant | Turned:
    """The grant to answer under, or why not.

    Args:
        connection: to read the grant with.
        caller: who asks, already authenticated.
        question: what is asked; its SQL is not looked at.
        now: aware instant.
        act: asking, or only having it explained.
        counted: whether it is a call of its own, so that the quota must leave one.
    """
    allowed = may(caller.role, act)
    if isinstance(allowed, Deny):
        return Turned(allowed)
    row = store.grant_row(connection, question.grant_id)
    if row is None or row.grantee != caller.organisation:
        return Turned(Deny((NOT_HELD,)))
    grant = from_row(row)
    in_the_way = objection(row, local_date(now), calls=1 if counted else 0)
    if in_the_way is not None:
        return Turned(Deny((in_the_way,)), grant)
    purpose = agrees(question.purpose, grant.terms.purpose)
    if isinstance(purpose, Deny):
        return Turned(purpose, grant)
    return grant
