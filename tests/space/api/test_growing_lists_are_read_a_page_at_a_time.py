"""Lists that grow as long as the installation runs are read a page at a time, by their statements."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from catalog.evidence import record
from catalog.store import reading, writing
from catalog.store.parts import Part
from catalog.store.tables.watch import alerts as alert_rows
from catalog.store.tables.watch import incidents as incident_rows
from catalog.store.tables.webhooks import webhook_messages, webhooks
from policies.access import Role
from space.watch import alerts, incidents
from space.webhooks import hooks, outbox
from tests.space.api.conftest import AUTHORITY, Door

MADE = 5


@pytest.fixture
def grown(door: Door) -> Door:
    """Alerts, incidents and messages of a webhook; some at the same moment, not entered in their order."""
    now = door.bureau.clock()
    with writing(door.bureau.engine) as connection:
        evidence_id = record(connection, event="space:test:grow", subject="x", body={}, now=now)
        connection.execute(
            insert(webhooks).values(
                id="whk_1", organisation=AUTHORITY, url="https://x.example/", events=["supply.ready"],
                generation=1, made_by="x", made_at=now, evidence_id=evidence_id,
            )
        )  # fmt: skip
        for number in (3, 0, 4, 1, 2):
            at = now + timedelta(seconds=number // 2)
            connection.execute(insert(alert_rows).values(_alert(number, at, evidence_id)))
            connection.execute(insert(incident_rows).values(_incident(number, at, evidence_id)))
            connection.execute(insert(webhook_messages).values(_message(number, at)))
        connection.execute(update(alert_rows).where(alert_rows.c.id == "alt_2").values(state="closed"))
    return door


def _alert(number: int, at: datetime, evidence_id: str) -> dict[str, Any]:
    return {
        "id": f"alt_{number}", "rule": "refused_often", "subject": AUTHORITY, "window": number,
        "organisation": AUTHORITY, "severity": "high", "source": "数据安全法 第29条", "threshold": 20,
        "count": 31, "codes": {}, "first_at": at, "last_at": at, "office": "security", "state": "open",
        "due_on": date(2026, 11, 3 - number // 3), "due_provisional": False, "due_workdays": 1,
        "raised_at": at, "evidence_id": evidence_id,
    }  # fmt: skip


def _incident(number: int, at: datetime, evidence_id: str) -> dict[str, Any]:
    return {
        "id": f"inc_{number}", "drill": False, "kind": "leak", "severity": "serious", "traits": [],
        "statement": "x", "datasets": [], "since": at, "state": "opened", "opened_by": "x", "opened_at": at,
        "evidence_id": evidence_id,
    }  # fmt: skip


def _message(number: int, at: datetime) -> dict[str, Any]:
    return {
        "id": f"msg_{number}", "webhook_id": "whk_1", "event": "supply.ready", "source": f"s{number}",
        "payload": "{}", "state": "dead", "attempts": 8, "made_at": at,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("path", "name", "role", "many"),
    [
        ("/v1/webhooks/whk_1/messages", "messages", Role.STEWARD, MADE),
        ("/v1/alerts", "alerts", Role.SECURITY, MADE - 1),
        ("/v1/alerts?ended=true", "alerts", Role.SECURITY, MADE),
        ("/v1/incidents", "incidents", Role.SECURITY, MADE),
    ],
)
def test_pages_tell_everything_once_in_the_order_of_the_whole(
    grown: Door, path: str, name: str, role: Role, many: int
) -> None:
    whole = [one["id"] for one in grown.get(path, role).json()[name]]
    assert len(whole) == many
    told, address = [], f"{path}{'&' if '?' in path else '?'}limit=2"
    while address:
        page = grown.get(address, role)
        told += [one["id"] for one in page.json()[name]]
        address = page.links.get("next", {}).get("url", "")
    assert told == whole


def test_no_more_is_read_than_a_page_and_whether_another_follows(grown: Door) -> None:
    part = Part(None, 2)
    with reading(grown.bureau.engine) as connection:
        hook = hooks.by_id(connection, "whk_1", AUTHORITY)
        assert [
            len(outbox.messages(connection, hook, part=part)),
            len(alerts.all_alerts(connection, ended=True, part=part)),
            len(incidents.all_incidents(connection, part=part)),
        ] == [3, 3, 3]
