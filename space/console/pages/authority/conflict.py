"""One conflict over an item 数源争议: the grounds of each side, and the decision.

Decides nothing: who may decide, and between whom, is the interface's to judge.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import ui

from policies.access import Act
from space.console.pages.authority.queue import clock_of, clock_words, clocks_by_subject
from space.console.pages.steward.words import CLAIMS, called
from space.console.paging import page
from space.console.parts.asking import Question, answers
from space.console.parts.figures import instant, plain
from space.console.parts.notes import empty
from space.console.parts.ways import go, link
from space.console.parts.words import Words, badge, facts, heading, title
from space.console.seats import Seat

_TONES = {"authoritative": "good", "contested": "warn"}


@page("/authority/conflicts/{case}", "裁定数源争议", "Decide a conflict")
async def conflict(seat: Seat) -> None:
    """A conflict with the claims it is between."""
    say, calls, wanted = seat.say, seat.calls, seat.names["case"]
    link(say("← 主管审核", "← Authority"), "/console/authority")
    cases, due = await asyncio.gather(
        calls.get("/v1/sources/conflicts", limit=1000), calls.get("/v1/due", limit=1000)
    )
    one = next((each for each in cases["conflicts"] if each["id"] == wanted), None)
    if one is None:
        empty(
            say("这件争议不在等待裁定", "This conflict does not wait for a decision"),
            say("可能已经裁定，或申明已经撤回。", "It was decided, or a claim was taken back."),
        )
        return
    told = await calls.get(f"/v1/sources/elements/{one['element']}")
    claims = [each for each in told["claims"] if each["subject"] == one["subject"]]
    title(say(f"谁负责“{one['element']}”（{one['subject']}）", f"Who answers for {one['element']}"), say)
    with ui.element("section").classes("ybz-panel"):
        with ui.element("div").classes("ybz-headline"):
            badge(*clock_words(say, clock_of(clocks_by_subject(due["items"]), one["id"])))
        law = say(
            "法定职责、原始产生还是转抄、更新是否及时（政务数据共享条例第十九条）。",
            "Its duty, whether it makes or copies the value, how timely it is (Decree 809, Art 19).",
        )
        facts([(say("裁定看什么", "By what"), law), (say("提起时间", "Opened"), instant(one["opened_at"]))])
        if seat.may(Act.SOURCE_DECIDE):
            with ui.element("div").classes("ybz-doing"):
                ui.button(say("裁定", "Decide"), on_click=lambda: _decide(seat, one, claims)).props(
                    "unelevated"
                )
    heading(say("各方申明", "The claims"))
    with ui.element("section").classes("ybz-panel"), ui.element("ul").classes("ybz-claims"):
        for each in claims:
            with ui.element("li"):
                badge(called(say, CLAIMS, each["state"]), _TONES.get(each["state"], "calm"))
                Words("strong", each["department"])
                ui.label(f"{each['dataset']}.{each['field']}").classes("ybz-fine")
                ui.label(say("依据：", "Grounds: ") + plain(each["basis"]))


async def _decide(seat: Seat, one: Mapping[str, Any], claims: Sequence[Mapping[str, Any]]) -> None:
    say = seat.say
    sides = {
        f"{each['dataset']}.{each['field']}": f"{each['department']} · {each['dataset']}.{each['field']}"
        for each in claims
        if each["state"] in ("authoritative", "contested")
    }
    given = await answers(
        say("裁定由谁负责", "Decide who answers"),
        [
            Question("winner", say("数源", "Source"), choices=sides),
            Question("basis", say("裁定依据", "What it rests on"), long=True),
        ],
        say,
        text=say("裁定后其他方保留副本，须以数源为准。", "Whoever loses holds a copy from now on."),
        do=say("裁定", "Decide"),
    )
    if given:
        await seat.calls.post(f"/v1/sources/conflicts/{one['id']}/decision", given)
        go("/console/authority")
