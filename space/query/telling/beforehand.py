"""A query explained before it is asked: the decision, its cost and what would be left.

Decides what is told beforehand: the plan, its price, and whether budget, quota or pace stand in the way.
Nothing is run, spent or remembered, and nothing here depends on rows.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from policies.clocks import local_date
from policies.decision import Deny
from space import store
from space.calls import audits, budget, pricing
from space.granting import counters
from space.query.answered import Explained
from space.query.prepare import Ready


def beforehand(connection: Connection, ready: Ready, now: datetime) -> Explained | Deny:
    """What asking would come to, or why it would be refused now.

    Args:
        connection: to read what is spent and stored.
        ready: admitted and compiled.
        now: aware instant.
    """
    grant, terms = ready.grant, ready.grant.terms
    releases = {name: release.id for name, release in ready.beside.items()}
    stored = budget.is_stored(connection, ready.key)
    row = store.grant_row(connection, grant.id)
    beside = audits.against(connection, grant.grantee, ready.plan, now, releases)
    costs = pricing.price(connection, grant.id, terms, ready.measure, fresh=not stored, now=now)
    nrho = 0 if stored else ready.nrho
    assert row is not None  # it was admitted
    slow = counters.objection(connection, grant.id, terms, now, nrho=nrho)
    in_the_way = budget.objection(row, local_date(now), nrho=nrho) or slow
    if in_the_way is not None:
        return Deny((in_the_way,))
    left = counters.left(connection, grant.id, terms, now)
    return Explained(
        {
            "decision": "permit",
            "mode": ready.mode,
            "releases": list(ready.key.releases),
            "cost": {
                "rho": nrho / 1e9,
                "calls": 1,
                "price_fen": costs.charge.fen,
                "stored_answer": stored,
            },
            "left": {
                "rho": (row.nrho_limit - row.nrho_spent) / 1e9,
                "calls": row.calls_limit - row.calls_used,
                **({"limits": left} if left else {}),
            },
            "audit": {"compared_with": len(beside.formers)},
            "plan": ready.plan.explain(),
        }
    )
