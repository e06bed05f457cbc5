"""What falls due under contracts by itself: negotiations that lapse, proofs of deletion that are overdue.

Decides nothing new: it takes the steps that time brings about, and lets breaches of the terms have the
consequence the terms state. Safe to repeat.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, select

from catalog.store.tables.contracting import digital_contracts
from catalog.store.tables.grants import grants
from policies.terms import Terms
from policies.usage_terms import BreachKind
from space.contracting import breaches, deletions, performing
from space.granting.agreed import terms_of
from space.store import HELD


def any_due(connection: Connection, now: datetime) -> bool:
    """Whether :func:`settle` has something to look at."""
    c = digital_contracts.c
    talks = select(c.id).where(c.state.in_(performing.NEGOTIATED)).limit(1)
    if connection.execute(talks).first() is not None:
        return True
    return next(_overdue(connection, now), None) is not None


def settle(connection: Connection, now: datetime) -> tuple[str, ...]:
    """Let lapse what is over, and have consequences what is overdue; ids of what was touched.

    Args:
        connection: a writing transaction.
        now: aware instant.
    """
    touched = list(performing.lapse(connection, now))
    for grant_id, terms in tuple(_overdue(connection, now)):
        followed = breaches.follow(
            connection, grant_id, terms, BreachKind.DELETION, by="", why=breaches.OVERDUE, now=now
        )
        if followed is not None:
            touched.append(grant_id)
    return tuple(touched)


def _overdue(connection: Connection, now: datetime) -> Iterator[tuple[str, Terms]]:
    """Grants whose proof of deletion is overdue and whose terms state what follows."""
    g = grants.c
    for row in connection.execute(select(g.id, g.agreement).where(g.state.in_(HELD))).all():
        terms = terms_of(row.agreement)
        stated = any(term.of is BreachKind.DELETION for term in terms.breach)
        if stated and deletions.overdue(connection, row.id, terms, now) is not None:
            yield row.id, terms
