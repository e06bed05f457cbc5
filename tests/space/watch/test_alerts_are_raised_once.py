"""Alerts from the stream of use: raised once for a rule, a subject and a window, and handled by a person."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from catalog.clocks.duties import duties
from catalog.clocks.running import start
from catalog.evidence.publishing import publish
from catalog.store import reading, writing
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.queries import refused_strangers
from catalog.store.tables.watch import alert_counts, alerts
from policies.machine import IllegalStep
from policies.rulebook import RuleError
from policies.watching import Called, alert_rules
from space.errors import Refused
from space.watch import alerts as cases
from space.watch.evaluating import evaluate
from tests.space.money.till import BUREAU, FIRM, NOON, Till

RULES = {rule.name: rule for rule in alert_rules(NOON.date())}
NIGHT = datetime(2026, 9, 24, 15, 0, tzinfo=UTC)  # 23:00 in Shanghai, a Thursday
HOLIDAY = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)


def call(**stated: Any) -> Called:
    values: dict[str, Any] = {
        "organisation": FIRM, "grant": "grt_1", "outcome": "answered", "reason": None, "product": "query",
        "cells": 12, "records": None, "at": NOON,
    }  # fmt: skip
    return Called(**values | stated)


def raised(till: Till) -> list[tuple[str, str, int]]:
    with reading(till.engine) as connection:
        return [(one.rule, one.subject, one.count) for one in cases.all_alerts(connection, ended=True)]


@pytest.mark.parametrize(
    ("seen", "rules"),
    [
        (call(), {"small_queries"}),
        (call(cells=21), set()),
        (call(cells=None), set()),
        (call(at=NIGHT), {"small_queries", "off_hours"}),
        (call(at=HOLIDAY, cells=100), {"off_hours"}),
        (call(outcome="refused", reason="query.text"), {"refusal_burst"}),
        (call(outcome="refused", reason="grant.budget.window"), {"refusal_burst", "budget_racing"}),
        (call(product="verification", records=1, cells=None), {"small_verifications"}),
        (call(product="verification", records=400, cells=None), set()),
    ],
)
def test_a_call_is_counted_by_the_rules_it_fits(seen: Called, rules: set[str]) -> None:
    assert {r.name for r in RULES.values() if r.measure == "calls" and r.counts(seen)} == rules


def test_a_rule_that_lacks_its_window_is_named(tmp_path: Any) -> None:
    from policies.rulebook import lay_over

    stated = "source: x, valid_from: 2025-01-01, confidence: policy"
    row = f"{{name: odd, value: {{measure: calls, by: grant}}, {stated}}}"
    (tmp_path / "alerts.yaml").write_text(f"rules:\n  - {row}\n", encoding="utf-8")
    lay_over(tmp_path)
    with pytest.raises(RuleError, match="odd lacks something"):
        alert_rules(NOON.date())


def test_a_burst_is_one_alert_whoever_looks_and_however_often(
    either: Till, watched: Callable[[Till], tuple[str, ...]]
) -> None:
    held = either.grant()
    for _ in range(19):
        either.refused(held)
    assert watched(either) == ()
    either.later(seconds=300)  # the same burst, over two slots and two looks
    for _ in range(6):
        either.refused(held, "query.join")

    publish(either.engine, either.home, either.keys.signer, either.now, wait=True)
    found: list[tuple[str, ...]] = []
    looking = [
        threading.Thread(target=lambda: found.append(evaluate(either.engine, either.now))) for _ in range(4)
    ]
    for each in looking:
        each.start()
    for each in looking:
        each.join()
    assert sum(map(len, found)) == 1
    assert raised(either) == [("refusal_burst", FIRM, 25)]
    with reading(either.engine) as connection:
        one = cases.all_alerts(connection)[0]
        noted = select(evidence_entries.c.body).where(evidence_entries.c.subject == one.id)
        assert '"codes":{"query.join":6,"query.text":19}' in connection.execute(noted).scalar_one()
        (duty,) = [d for d in duties(connection, date(2026, 9, 24)) if d.subject == f"alert:{one.id}"]
        assert (duty.owner, duty.due_on, duty.rule) == ("安全员", date(2026, 9, 28), "refusal_burst")
    for _ in range(30):  # it goes on within the window: the case is there already
        either.refused(held)
    assert watched(either) == ()
    either.later(minutes=30)
    for _ in range(20):
        either.refused(held)
    assert len(watched(either)) == 1
    either.later(days=3)
    either.refused(held)
    watched(either)
    kept = select(func.count()).select_from(alert_counts).where(alert_counts.c.subject == FIRM)
    with reading(either.engine) as connection:
        assert connection.execute(kept).scalar_one() == 1, "old counts are gone"


def test_racing_for_a_quota_and_a_quota_near_its_end_are_seen(
    till: Till, watched: Callable[[Till], tuple[str, ...]]
) -> None:
    held = till.grant(calls=10)
    for number in range(9):
        till.answer(held, f"q{number}")
    watched(till)
    assert raised(till) == [("quota_near_end", held.id, 90)]
    for number in range(9, 16):
        till.answer(held, f"q{number}")
    watched(till)
    assert ("budget_racing", held.id, 6) in raised(till)
    assert [rule for rule, _, _ in raised(till)].count("quota_near_end") == 1


def test_unknown_callers_and_overdue_clocks_are_seen_once_a_window(
    till: Till, watched: Callable[[Till], tuple[str, ...]]
) -> None:
    with writing(till.engine) as connection:
        start(connection, subject="entry:market.firms", rule="catalogue_review", owner="发展改革委",
              owner_code=BUREAU, words="review the entry", now=till.now)  # fmt: skip
    till.later(days=14)
    minute = till.now - timedelta(minutes=5)
    with writing(till.engine) as connection:
        connection.execute(
            insert(refused_strangers).values(minute=minute, reason="unauthenticated", count=140)
        )
    watched(till)
    watched(till)
    assert sorted(raised(till)) == [("clock_overdue", BUREAU, 1), ("unknown_callers", "strangers", 140)]
    till.later(days=1)
    watched(till)
    assert len(raised(till)) == 2, "the alerts themselves are never overdue duties of another"


def test_a_case_is_acknowledged_before_it_is_closed_with_a_reason(
    till: Till, watched: Callable[[Till], tuple[str, ...]], told: Callable[[Any], list[str]]
) -> None:
    held = till.grant(calls=1)
    till.answer(held, "q")
    (alert,) = watched(till)
    now = till.now

    def act(done: Callable[[Any], Any]) -> Any:
        with writing(till.engine) as connection:
            return done(connection)

    with pytest.raises(IllegalStep, match=r"open now: assign .*acknowledge"):
        act(lambda c: cases.close(c, alert, reason="扩容", by="王敏", now=now))
    assert act(lambda c: cases.assign(c, alert, to="李雷", by="王敏", now=now)).handler == "李雷"
    assert act(lambda c: cases.acknowledge(c, alert, by="李雷", now=now)).state == "acknowledged"
    with pytest.raises(Refused) as refused:
        act(lambda c: cases.close(c, alert, reason=" ", by="李雷", now=now))
    assert told(refused.value) == ["alert.reason"]
    with pytest.raises(Refused) as refused:
        act(lambda c: cases.assign(c, alert, to="", by="李雷", now=now))
    assert told(refused.value) == ["alert.handler"]
    assert act(lambda c: cases.close(c, alert, reason="续签", by="李雷", now=now)).state == "closed"
    with reading(till.engine) as connection:
        assert cases.all_alerts(connection) == ()
        acts = [step["event"] for step in cases.steps_of(connection, alert)]
        assert acts == ["assign", "acknowledge", "close"]
        assert connection.execute(select(func.count()).select_from(alerts)).scalar_one() == 1
