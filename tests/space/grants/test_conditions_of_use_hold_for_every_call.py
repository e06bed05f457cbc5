"""Hours, networks, rates, volumes, budget windows, receivers, breaches: each holds at the gateway."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from catalog.store import writing
from catalog.store.tables.contracting import contract_breaches, grant_uses
from catalog.store.tables.queries import receipts, reservations, usages
from policies.decision import Deny
from policies.terms_form import to_document
from space.contracting.contracts import of_grant
from space.granting import counters
from space.granting.counters import Size
from space.identity.tokens import Caller
from space.query.admit import Question
from space.query.answered import Answered
from tests.forked import Program
from tests.space.bureau import Bureau

BY_INDUSTRY = "SELECT industry, count(*) AS firms FROM market.firms GROUP BY industry"
BY_SUM = "SELECT industry, sum(capital) AS capital FROM market.firms GROUP BY industry"
ALL = "SELECT count(*) AS firms FROM market.firms"
UNGRANTED = "SELECT uscc, count(*) AS firms FROM market.firms GROUP BY uscc"
BY_SEX = "SELECT sex, count(*) AS n FROM civil.population GROUP BY sex"
BY_DISTRICT = "SELECT district, count(*) AS n FROM civil.population GROUP BY district"


def code(answer: Any) -> str:
    """The first reason of a refusal."""
    assert isinstance(answer, Deny), answer
    return answer.reasons[0].code


def ask(bureau: Bureau, held: Any, sql: str = BY_INDUSTRY, *, address: str | None = None) -> Any:
    question = Question(held.id, held.terms.purpose, sql)
    return bureau.gateway.ask(Caller(held.grantee, address=address), question)


def explain(bureau: Bureau, held: Any, sql: str = BY_INDUSTRY, *, address: str | None = None) -> Any:
    question = Question(held.id, held.terms.purpose, sql)
    return bureau.gateway.explain(Caller(held.grantee, address=address), question)


def paid(bureau: Bureau) -> int:
    return bureau.count(select(func.count()).select_from(reservations))


def test_calls_are_answered_in_the_hours_of_the_terms_and_refused_outside_them(bureau: Bureau) -> None:
    held = bureau.granted(bureau.department, bureau.trade, hours=["mon-fri 08:30-18:00", "sat 09:00-12:00"])

    assert isinstance(ask(bureau, held), Answered)  # Thursday noon
    for instant in (datetime(2026, 9, 24, 10, 0, tzinfo=UTC), datetime(2026, 9, 27, 2, 0, tzinfo=UTC)):
        bureau.clock.now = instant  # 18:00, and a Sunday
        refused = ask(bureau, held, ALL)
        assert code(refused) == "grant.hours"
        assert refused.reasons[0].allowed.startswith("mon-fri 08:30-18:00; sat 09:00-12:00")
        assert code(explain(bureau, held, ALL)) == "grant.hours"
    bureau.clock.now = datetime(2026, 9, 26, 1, 0, tzinfo=UTC)  # Saturday 09:00
    assert isinstance(ask(bureau, held, ALL), Answered)
    assert (paid(bureau), bureau.row(held).calls_used) == (2, 2)


def test_calls_come_from_the_networks_of_the_terms_and_from_nowhere_else(bureau: Bureau) -> None:
    held = bureau.granted(bureau.department, bureau.trade, networks=["10.2.0.0/16", "2001:db8::/32"])

    for address in ("10.2.9.9", "2001:db8::7", "::ffff:10.2.0.1"):
        assert isinstance(ask(bureau, held, address=address), Answered)
    for address in ("10.3.0.1", "127.0.0.1", "unknown", None):
        assert code(ask(bureau, held, address=address)) == "grant.network"
        assert code(explain(bureau, held, address=address)) == "grant.network"
    assert bureau.row(held).calls_used == 3


def test_no_more_calls_are_answered_in_a_minute_and_a_day_than_the_rates_say(bureau: Bureau) -> None:
    held = bureau.granted(bureau.department, bureau.trade, rates=["2/minute", "3/day"])

    assert isinstance(ask(bureau, held), Answered)
    assert isinstance(ask(bureau, held), Answered)  # a repeated answer is a call too
    assert code(ask(bureau, held, ALL)) == "grant.rate"
    assert code(explain(bureau, held, ALL)) == "grant.rate"
    assert bureau.row(held).calls_used == 2, "what is refused takes nothing"
    bureau.clock.later(minutes=1)
    assert explain(bureau, held, ALL).document["left"]["limits"] == {"2/minute": 2, "3/day": 1}
    assert isinstance(ask(bureau, held, ALL), Answered)
    assert code(ask(bureau, held, ALL)) == "grant.rate"  # the day's third was the last
    bureau.clock.later(days=1)
    assert isinstance(ask(bureau, held, BY_SUM), Answered)
    assert bureau.count(select(func.count()).where(grant_uses.c.period.like("%T%"))) == 1, "old minutes go"


def test_an_answer_beyond_the_volume_is_lost_without_money_and_a_stored_one_is_refused(
    bureau: Bureau,
) -> None:
    held = bureau.granted(
        bureau.operator, bureau.trade, volumes=["5 rows/day", "10 cells/term"], price_fen_per_call=500
    )

    first = ask(bureau, held)
    assert isinstance(first, Answered)
    assert first.table.num_rows == 2
    assert isinstance(ask(bureau, held), Answered)  # 4 rows, 8 cells
    assert code(ask(bureau, held)) == "grant.volume"  # the same again would be 6 rows
    assert code(ask(bureau, held, BY_SUM)) == "grant.volume"
    row = bureau.row(held)
    assert (row.calls_used, row.charged_fen) == (3, 1000), "the lost call is counted, and free"
    outcomes = bureau.count(select(func.count()).where(usages.c.reason == "grant.volume"))
    assert outcomes == 2
    assert bureau.count(select(func.count()).select_from(receipts)) == 2
    assert isinstance(ask(bureau, held, ALL), Answered)  # one row of one cell still fits
    assert code(ask(bureau, held, ALL)) == "grant.volume"  # refused before it runs: five rows are out
    assert code(explain(bureau, held, ALL)) == "grant.volume"
    bureau.clock.later(days=1)
    assert isinstance(ask(bureau, held, ALL), Answered)  # a new day, and the tenth cell
    assert code(ask(bureau, held, ALL)) == "grant.volume"


def test_bytes_are_those_of_the_stored_answer(bureau: Bureau) -> None:
    held = bureau.granted(bureau.department, bureau.trade, volumes=["100 bytes/month"])

    assert code(ask(bureau, held)) == "grant.volume"
    assert bureau.row(held).calls_used == 1
    wide = bureau.sign(bureau.department, bureau.trade, volumes=["100000 bytes/month"])
    assert isinstance(ask(bureau, wide), Answered)
    (stored,) = (bureau.home.root / "answers").glob("*.arrow")
    used = bureau.count(select(grant_uses.c.used).where(grant_uses.c.grant_id == wide.id))
    assert used == stored.stat().st_size


def test_the_budget_of_a_week_is_spent_in_that_week_only(bureau: Bureau) -> None:
    budget = {"rho": 0.5, "rho_per_query": 0.01, "delta": 1e-8, "window": "0.01/week"}
    held = bureau.granted(bureau.operator, bureau.people, budget=budget)

    assert isinstance(ask(bureau, held, BY_SEX), Answered)
    assert code(ask(bureau, held, BY_DISTRICT)) == "grant.budget.window"
    assert code(explain(bureau, held, BY_DISTRICT)) == "grant.budget.window"
    assert isinstance(ask(bureau, held, BY_SEX), Answered), "a stored answer costs none"
    bureau.clock.later(days=7)
    assert isinstance(ask(bureau, held, BY_DISTRICT), Answered)
    assert bureau.row(held).nrho_spent == 20_000_000


def test_a_window_that_covers_no_query_is_not_signed(bureau: Bureau) -> None:
    from space.errors import Refused

    budget = {"rho": 0.5, "rho_per_query": 0.05, "delta": 1e-8, "window": "0.01/week"}
    with pytest.raises(Refused, match=r"grant\.budget\.window_impossible"):
        bureau.granted(bureau.operator, bureau.people, budget=budget)


def test_only_receivers_the_terms_name_are_answered(bureau: Bureau) -> None:
    def opened(receivers: list[str]) -> list[dict[str, Any]]:
        columns = list(bureau.trade["market.firms"])
        return [{"name": "market.firms", "columns": columns, "rules": {"receivers": receivers}}]

    bureau.permitted(bureau.department, bureau.trade)
    mine = bureau.sign(bureau.department, {}, datasets=opened([bureau.department["code"]]))
    others = bureau.sign(bureau.department, {}, datasets=opened([bureau.operator["code"]]))

    assert isinstance(ask(bureau, mine), Answered)
    assert code(ask(bureau, others)) == "query.receiver"


def test_a_region_needs_a_contract_that_says_where_rows_belong(bureau: Bureau) -> None:
    from space.errors import Refused

    columns = list(bureau.trade["market.firms"])
    bureau.permitted(bureau.department, bureau.trade)

    with pytest.raises(Refused, match=r"grant\.region"):
        bureau.sign(
            bureau.department,
            {},
            datasets=[{"name": "market.firms", "columns": columns, "region": "990102"}],
        )


def test_so_many_calls_out_of_scope_on_one_day_suspend_the_grant_in_the_same_transaction(
    bureau: Bureau,
) -> None:
    held = bureau.granted(bureau.department, bureau.trade, breach=["scope 2/day: suspend"])

    assert code(ask(bureau, held, UNGRANTED)) == "query.name"
    assert isinstance(ask(bureau, held), Answered)
    assert code(bureau.ask(held, ALL, purpose="governance.service")) == "purpose.not_granted"
    assert bureau.row(held).state == "suspended"
    assert code(ask(bureau, held)) == "grant.suspended"
    with writing(bureau.engine) as connection:
        contract = of_grant(connection, held.id)
    assert contract is not None
    assert contract.state == "suspended_by_platform"
    assert bureau.count(select(func.count()).select_from(contract_breaches)) == 1


def test_a_day_with_fewer_calls_out_of_scope_has_no_consequence(bureau: Bureau) -> None:
    held = bureau.granted(bureau.department, bureau.trade, breach=["scope 2/day: terminate"])

    assert code(ask(bureau, held, UNGRANTED)) == "query.name"
    bureau.clock.later(days=1)
    assert code(ask(bureau, held, UNGRANTED)) == "query.name"
    assert isinstance(ask(bureau, held), Answered)
    assert code(ask(bureau, held, UNGRANTED)) == "query.name"
    assert bureau.row(held).state == "revoked"
    assert code(ask(bureau, held)) == "grant.revoked"


def test_a_cap_after_a_breach_leaves_so_many_calls_a_day(bureau: Bureau) -> None:
    held = bureau.granted(bureau.department, bureau.trade, breach=["scope 1/day: cap 1/day"])

    assert isinstance(ask(bureau, held), Answered)
    assert code(ask(bureau, held, UNGRANTED)) == "query.name"
    assert isinstance(ask(bureau, held), Answered)
    assert code(ask(bureau, held)) == "grant.capped"
    assert code(explain(bureau, held)) == "grant.capped"
    bureau.clock.later(days=1)
    assert isinstance(ask(bureau, held), Answered)
    assert code(ask(bureau, held)) == "grant.capped"


def test_the_terms_of_a_grant_read_as_they_were_written(bureau: Bureau) -> None:
    stated = {
        "hours": ["mon-fri 08:30-18:00"],
        "networks": ["10.2.0.0/16"],
        "rates": ["60/minute"],
        "volumes": ["1000 cells/month"],
        "retention": {"days": 30, "proof_days": 5},
        "breach": ["deletion: terminate"],
        "in_charge": {"manager": "张磊", "user": "周敏"},
    }
    held = bureau.granted(bureau.department, bureau.trade, **stated)

    written = to_document(held.terms)
    assert {key: written[key] for key in stated} == stated
    agreed = json.loads(held.agreement)["permission"][0]
    assert {"virtualLocation", "ybz:hours"} <= {one["leftOperand"] for one in agreed["constraint"]}
    assert agreed["duty"][0]["action"][0]["rdf:value"] == {"@id": "odrl:delete"}


# --- counted in the store, whatever processes count ------------------------------------------------------

RACER = """
import json, sys
from datetime import UTC, datetime
from catalog.home import Home
from catalog.store import open_store, writing
from policies.decision import Deny
from space.calls import budget
from space.errors import Refused
from space.granting import counters
from space.granting.grants import by_id
grant, who, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
engine, now = open_store(Home.find()), datetime(2026, 9, 24, 4, tzinfo=UTC)
with writing(engine) as connection:
    terms = by_id(connection, grant).terms
print("ready", flush=True)
sys.stdin.readline()
calls = cells = 0
for n in range(count):
    key = budget.AnswerKey(grant, "t", f"{who}-{n}", ("rel",), "plain")
    with writing(engine) as connection:
        calls += not isinstance(budget.reserve(connection, key, nrho=0, now=now), Deny)
    try:
        with writing(engine) as connection:
            counters.take_volume(connection, grant, terms, counters.Size(1, 3, 10), now)
        cells += 3
    except Refused:
        pass
print(json.dumps({"calls": calls, "cells": cells}))
"""


def test_processes_that_count_at_once_never_pass_a_rate_nor_a_volume(store: Bureau) -> None:
    held = store.granted(store.department, store.trade, rates=["20/minute"], volumes=["31 cells/day"])
    racers = [Program(RACER, held.id, str(n), "14") for n in range(2)]
    for racer in racers:
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        racer.stdin.write("\n")
        racer.stdin.flush()
    told = [json.loads(racer.communicate(timeout=120)[0]) for racer in racers]

    assert sum(one["calls"] for one in told) == 20 == store.row(held).calls_used
    assert sum(one["cells"] for one in told) == 30
    with writing(store.engine) as connection:
        left = counters.left(connection, held.id, held.terms, store.clock())
    assert left == {"20/minute": 0, "31 cells/day": 1}


def test_what_is_handed_out_is_counted_by_what_the_receiver_sees() -> None:
    from policies.usage_terms import Measure

    size = Size(rows=4, columns=3, size_bytes=900)

    assert [size.of(measure) for measure in Measure] == [4, 12, 900]
