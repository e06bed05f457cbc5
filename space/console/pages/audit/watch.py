"""Alerts and incidents: what is open, since when, and the next step of each."""

from __future__ import annotations

import asyncio
from typing import Any

from nicegui import ui

from policies.access import Act
from space.console.frame import at
from space.console.pages.audit.words import ALERTS, SEVERITIES, STATES, worded
from space.console.paging import page
from space.console.parts.asking import Question, answers
from space.console.parts.figures import instant, plain
from space.console.parts.notes import done, empty
from space.console.parts.tables import Column, table
from space.console.parts.ways import again, link
from space.console.parts.words import facts, heading
from space.console.seats import Seat


@page("/audit/watch", "告警与事件", "Alerts and incidents")
async def watch(seat: Seat) -> None:
    """What the watch found, and what became of it."""
    say = seat.say
    alerts, incidents = await asyncio.gather(
        seat.calls.whole("/v1/alerts", "alerts"),
        seat.calls.whole("/v1/incidents", "incidents") if seat.may(Act.INCIDENT_READ) else _nothing(),
    )
    link(say("← 监督存证", "← Audit"), at("/audit"))
    heading(say("告警", "Alerts"))
    if not alerts["alerts"]:
        empty(
            say("没有告警", "No alerts"),
            say(
                "按规则出现异常用数、反复被拒、预算将尽时，会自动出现在这里。",
                "What the rules find, such as unusual use or repeated refusals, stands here by itself.",
            ),
        )
    for alert in alerts["alerts"]:
        _alert(seat, alert)
    if not seat.may(Act.INCIDENT_READ):
        return
    heading(say("事件", "Incidents"))
    if not incidents["incidents"]:
        empty(say("没有事件", "No incidents"), say("告警可以转成事件。", "An alert can become an incident."))
        return
    _incidents(seat, incidents["incidents"])


async def _nothing() -> dict[str, list[Any]]:
    return {"incidents": []}


def _alert(seat: Seat, alert: dict[str, Any]) -> None:
    say = seat.say
    tone, state = worded(STATES, alert["state"], say)
    with ui.element("section").classes("ybz-panel"):
        with ui.row().classes("items-center"):
            rule = plain(alert.get("rule"))
            ui.label(say(*ALERTS.get(rule, (rule, rule)))).classes("ybz-subtitle")
            ui.label(state).classes(f"ybz-badge {tone}")
        facts(
            [
                (say("对象", "About"), _about(alert)),
                (say("次数 / 门槛", "Found / threshold"), f"{alert['count']} / {alert['threshold']}"),
                (say("发现时间", "Raised"), instant(alert["raised_at"])),
                (say("处置期限", "Due"), plain(alert["due_on"])),
                (say("处置人", "Handled by"), plain(alert["handler"])),
            ]
        )
        if alert["state"] != "closed" and seat.may(Act.ALERT_HANDLE):
            with ui.row().classes("ybz-doing"):
                if alert["state"] == "open":
                    ui.button(
                        say("我来处置", "I take it"),
                        on_click=lambda: _do(seat, alert["id"], "acknowledgement", {"reason": ""}),
                    ).props("unelevated")
                ui.button(say("关闭", "Close"), on_click=lambda: _close(seat, alert["id"])).props("flat")


def _about(alert: dict[str, Any]) -> str:
    """Whom an alert is about: by name, and by id where there is none."""
    who = (alert["about"] or alert["subject"], alert["organisation_name"] or alert["organisation"])
    return " · ".join(dict.fromkeys(one for one in who if one))


async def _close(seat: Seat, alert: str) -> None:
    say = seat.say
    given = await answers(
        say("关闭告警", "Close the alert"),
        [Question("reason", say("处置结果", "What came of it"), long=True)],
        say,
    )
    if given:
        await _do(seat, alert, "closing", given)


async def _do(seat: Seat, alert: str, step: str, body: dict[str, str]) -> None:
    await seat.calls.post(f"/v1/alerts/{alert}/{step}", {**body, "by": seat.name})
    done(seat.say("已办", "Done"))
    again()


def _incidents(seat: Seat, incidents: list[dict[str, Any]]) -> None:
    say = seat.say
    rows = []
    for one in incidents:
        tone, state = worded(STATES, one["state"], say)
        heavy, severity = worded(SEVERITIES, str(one.get("severity") or ""), say)
        rows.append(
            {
                "id": one["id"], "title": plain(one.get("title") or one.get("kind")), "state": state,
                "tone": tone, "severity": severity, "heavy": heavy, "at": instant(one.get("opened_at")),
                "to": f"/v1/incidents/{one['id']}/page",
            }
        )  # fmt: skip
    columns = [
        Column("title", say("事件", "Incident"), link="to"),
        Column("severity", say("级别", "Severity"), badge="heavy"),
        Column("state", say("状态", "State"), badge="tone"),
        Column("at", say("发现时间", "Found")),
    ]
    table(columns, rows, say, caption=say("全部事件", "All incidents"))
