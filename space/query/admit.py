"""The first step of a query: may this caller use this grant, now, for this purpose.

Denies by default. Looks at the caller and the grant only, never at the SQL and never at data.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from policies.access import Act, may
from policies.clocks import local_date
from policies.decision import Deny
from policies.protection import Analysis
from policies.purpose import agrees
from space import store
from space.calls.budget import NOT_HELD, objection
from space.contracting import deletions
from space.granting import conditions
from space.granting.grants import Grant, from_row
from space.identity.tokens import Caller
from space.query.reasons import reason

# What a query may turn out to be, once it is read.
ASKED: Final = frozenset({Analysis.AGGREGATE, Analysis.LIST, Analysis.MASKED_LIST})


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
    calls: int = 1,
    analyses: frozenset[Analysis] = ASKED,
) -> Grant | Turned:
    """The grant to answer under, or why not.

    Args:
        connection: to read the grant with.
        caller: who asks, already authenticated.
        question: what is asked; its SQL is not looked at.
        now: aware instant.
        act: asking, or only having it explained.
        counted: whether it is a call of its own, so that the quota must leave one.
        calls: how many calls it then is.
        analyses: what is asked for: one of these must be opened by the terms.
    """
    allowed = may(caller.role, act)
    if isinstance(allowed, Deny):
        return Turned(allowed)
    row = store.grant_row(connection, question.grant_id)
    if row is None or row.grantee != caller.organisation or caller.grant_id not in (None, row.id):
        return Turned(Deny((NOT_HELD,)))
    grant = from_row(row)
    in_the_way = (
        objection(row, local_date(now), calls=calls if counted else 0)
        or conditions.in_hours(grant.terms, now)
        or conditions.from_network(grant.terms, caller.address)
        or deletions.overdue(connection, grant.id, grant.terms, now)
    )
    if in_the_way is not None:
        return Turned(Deny((in_the_way,)), grant)
    if not analyses & grant.terms.analyses:
        return Turned(Deny((reason("query.analysis"),)), grant)
    purpose = agrees(question.purpose, grant.terms.purpose)
    if isinstance(purpose, Deny):
        return Turned(purpose, grant)
    return grant
