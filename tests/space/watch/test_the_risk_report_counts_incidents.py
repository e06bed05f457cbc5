"""The yearly report on risks counts incidents, drills, notices and alerts as they stood at its instant."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert

from catalog.store.tables.watch import alerts
from space.evaluation import page, risk_report
from space.watch import closing
from tests.space.money.till import FIRM, NOON, Till
from tests.space.watch.test_incidents_from_opening_to_close import act, look, opened, with_entries


def told(till: Till, **at: Any) -> dict[str, Any]:
    return look(till, lambda c: risk_report.compose(c, 2026, now=at.get("now", till.now)))


def values(document: dict[str, Any]) -> dict[str, Any]:
    return {each["code"]: each["value"] for each in document["figures"]}


def raised(till: Till, number: int, due_on: date, **ended: Any) -> None:
    made = {
        "id": f"alt_{number}", "rule": "refusals", "subject": FIRM, "window": number, "organisation": FIRM,
        "severity": "high", "source": "x", "threshold": 1, "count": 2, "codes": {}, "first_at": NOON,
        "last_at": NOON, "office": "security", "state": "raised", "due_on": due_on, "due_provisional": False,
        "due_workdays": 1, "raised_at": NOON, "evidence_id": "ev_a",
    }  # fmt: skip
    act(till, lambda c: c.execute(insert(alerts).values(**made | ended)))


def test_incidents_drills_late_notices_and_alerts_are_counted(till: Till) -> None:
    with_entries(till)
    leak = opened(till)
    rumour = opened(till, severity="general")
    opened(till, drill=True)
    raised(till, 1, date(2026, 9, 24))
    raised(till, 2, date(2026, 9, 24), ended_at=NOON, state="closed")
    raised(till, 3, date(2026, 9, 30))
    till.later(hours=30)
    before = values(told(till))
    act(till, lambda c: closing.dismiss(c, rumour.id, reason="误报", by="安全员", now=till.now))
    act(till, lambda c: closing.agree(c, rumour.id, by="王敏", now=till.now))

    found = told(till)

    # Of the leak: the cyberspace authority after 4 hours, the authority and that of protection after 24.
    assert {name: values(found)[name] for name in (
        "incidents", "incidents_graver", "incidents_open", "notices_late", "drills", "alerts",
        "alerts_overdue",
    )} == {
        "incidents": 1, "incidents_graver": 1, "incidents_open": 1, "notices_late": 3, "drills": 1,
        "alerts": 3, "alerts_overdue": 1,
    }  # fmt: skip
    assert (before["incidents"], before["incidents_open"], before["notices_late"]) == (2, 2, 5)
    listed = {each["id"]: each for each in found["incidents"]}
    assert (listed[leak.id]["outcome"], listed[rumour.id]["outcome"]) == (None, "dismissed")
    assert "外部来电" not in str(found), "what was said to have happened stays with the incident"
    assert leak.id in page.report(found)


def test_a_report_as_of_an_earlier_instant_knows_nothing_of_later_steps(till: Till) -> None:
    with_entries(till)
    rumour = opened(till)
    till.later(hours=1)
    act(till, lambda c: closing.dismiss(c, rumour.id, reason="误报", by="安全员", now=till.now))
    act(till, lambda c: closing.agree(c, rumour.id, by="王敏", now=till.now))

    then = told(till, now=NOON + timedelta(minutes=1))

    assert (values(then)["incidents"], values(then)["incidents_open"]) == (1, 1)
    assert then["incidents"][0]["outcome"] is None
    assert values(told(till))["incidents"] == 0
