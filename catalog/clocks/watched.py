"""Alerts and incidents read as what somebody owes: cases to be handled, notices to be sent.

Decides who owes a case (its handler, else the office that handles it) and that a drill 演练 owes nothing.
A notice is yellow from the start, as its term is short, and red on its last day.

Source: ``policies/rules/alerts.yaml``, ``policies/rules/incidents.yaml``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from sqlalchemy import Connection, select

from catalog.clocks.owed import AUTHORITY, Owed
from catalog.store.tables.watch import alerts, incident_notices, incidents
from policies.clocks import ZONE
from policies.warning import Colour

# Who handles what nobody has taken: 安全员, 数据主管部门.
_OFFICES: Final = {"security": "安全员", "authority": AUTHORITY}
_OVER: Final = ("closed", "escalated")


def of_alerts(connection: Connection, _on: date) -> Iterator[Owed]:
    """Cases of alerts that are open."""
    a = alerts.c
    for row in connection.execute(select(alerts).where(a.state.not_in(_OVER)).order_by(a.raised_at, a.id)):
        yield Owed(
            f"handle the alert {row.rule} about {row.subject} ({row.severity})", f"alert:{row.id}",
            row.handler or _OFFICES[row.office], "", row.due_on, row.due_provisional, row.rule, row.source,
            row.due_workdays,
        )  # fmt: skip


def of_incidents(connection: Connection, on: date) -> Iterator[Owed]:
    """Notices of incidents that are not sent, and incidents that are not closed."""
    i, n = incidents.c, incident_notices.c
    real = i.drill.is_(False) & (i.state != "closed")
    query = select(incident_notices).join(incidents, i.id == n.incident_id)
    for row in connection.execute(query.where(real, n.state == "draft").order_by(n.due_at, n.id)):
        local = row.due_at.astimezone(ZONE)
        yield Owed(
            f"tell {row.addressee} of the incident by {local:%Y-%m-%d %H:%M}", f"incident:{row.incident_id}",
            _OFFICES["security"], "", local.date(), row.provisional, f"notice:{row.rule}", row.source,
            colour=Colour.RED if local.date() <= on else Colour.YELLOW,
        )  # fmt: skip
    for row in connection.execute(select(i.id, i.state).where(real).order_by(i.opened_at, i.id)):
        yield Owed(
            f"bring the incident to its end, it is {row.state}", f"incident:{row.id}", _OFFICES["security"],
            "", None, False, "incident", "数据安全法 第29条",
        )  # fmt: skip
