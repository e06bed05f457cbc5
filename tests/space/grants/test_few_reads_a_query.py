"""What a query reads of the store before its plan is made: little, and nothing twice."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from catalog.store import reading
from policies.access import Role
from policies.decision import Deny
from space.identity.tokens import Caller
from space.query.admit import Question
from space.query.prepare import Ready, prepare
from tests.statements import counted

BY_INDUSTRY = "SELECT industry, count(*) AS firms FROM market.firms GROUP BY industry"
MOST = 9


@pytest.fixture
def bureau(busy: Any) -> Any:
    """The bureau with grants that were signed before."""
    return busy


def explained(bureau: Any, held: Any) -> Any:
    question = Question(held.id, held.terms.purpose, BY_INDUSTRY)
    return bureau.gateway.explain(Caller(held.grantee, Role.CLIENT), question)


def test_a_plan_reads_every_table_of_the_store_once(bureau: Any) -> None:
    held = bureau.held(bureau.trade)

    with reading(bureau.engine) as connection, counted(bureau.engine) as asked:
        ready = prepare(connection, bureau.home, held, BY_INDUSTRY, bureau.clock())

    assert isinstance(ready, Ready), ready
    assert not {sql: n for sql, n in Counter(asked).items() if n > 1}
    assert len(asked) <= MOST, asked


def test_what_is_kept_of_a_grant_does_not_outlive_it(bureau: Any) -> None:
    held = bureau.held(bureau.trade)
    assert not isinstance(explained(bureau, held), Deny)

    bureau.revoke(held)

    refused = explained(bureau, held)
    assert isinstance(refused, Deny)
    assert refused.reasons[0].code == "grant.revoked"
