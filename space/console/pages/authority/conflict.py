"""One conflict over an item 数源争议: the grounds of each side, and the decision.

Decides nothing: who may decide, and between whom, is the interface's to judge.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from nicegui import ui

from policies.access import Act
from space.console.calling import Declined
from space.console.language import Language
from space.console.pages.authority.queue import (
    Waiting,
    clock_of,
    clock_words,
    clocks_by_subject,
    navigation,
    queue,
)
from space.console.pages.steward.words import CLAIMS, called
from space.console.paging import page
from space.console.parts.asking import Question
from space.console.parts.carrying import carried_out
from space.console.parts.figures import instant, plain
from space.console.parts.notes import empty
from space.console.parts.ways import go, link
from space.console.parts.words import Words, badge, facts, heading, title
from space.console.seats import Seat

_ROOM: Final = "/console/authority/conflicts"
_TONES: Final = {"authoritative": "good", "contested": "warn"}


@page("/authority/conflicts", "数源争议", "Source conflicts")
async def conflicts(seat: Seat) -> None:
    """Every conflict that waits for the authority, the most pressing first."""
    navigation(seat)
    say = seat.say
    found, due = await asyncio.gather(
        seat.calls.whole("/v1/sources/conflicts", "conflicts"), seat.calls.whole("/v1/due", "items")
    )
    ui.label(
        say(
            "同一数据项只由一个部门负责（一数一源）。两个部门都申明负责时，由数据主管部门裁定以谁为准。",
            "One department answers for an item. Where two claim it, the data authority decides.",
        )
    )
    if not found["conflicts"]:
        empty(
            say("没有等裁定的争议", "No conflict waits"),
            say(
                "第二个部门申明负责同一数据项时，会列在这里。",
                "It begins where a second department claims an item.",
            ),
        )
        return
    clocks = clocks_by_subject(due["items"])
    queue(
        seat,
        [
            Waiting("conflict", between(say, one), f"{_ROOM}/{one['id']}", clock_of(clocks, one["id"]))
            for one in found["conflicts"]
        ],
    )


def between(say: Language, one: Mapping[str, Any]) -> str:
    """What a conflict is about, and between whom."""
    claims = one.get("claims", ())
    items = dict.fromkeys(each["item"] or each["field"] for each in claims)
    sides = dict.fromkeys(each["department"] for each in claims)
    what, who = say("、", ", ").join(items) or one["element"], say("、", ", ").join(sides)
    return say(f"谁负责“{what}”（{who}）", f"Who answers for {what} ({who})")


@page("/authority/conflicts/{case}", "裁定数源争议", "Decide a conflict")
async def conflict(seat: Seat) -> None:
    """A conflict with the claims it is between."""
    say, calls, wanted = seat.say, seat.calls, seat.names["case"]
    link(say("← 数源争议", "← Source conflicts"), _ROOM)
    try:
        one, due = await asyncio.gather(
            calls.get(f"/v1/sources/conflicts/{wanted}"), calls.get("/v1/due", about=wanted)
        )
    except Declined as declined:
        if declined.status != 404:
            raise
        empty(
            say("这件争议不在等待裁定", "This conflict does not wait for a decision"),
            say("可能已经裁定，或申明已经撤回。", "It was decided, or a claim was taken back."),
        )
        return
    claims = one["claims"]
    title(between(say, one), say)
    with ui.element("section").classes("ybz-panel"):
        with ui.element("div").classes("ybz-headline"):
            badge(*clock_words(say, clock_of(clocks_by_subject(due["items"]), one["id"])))
        law = say(
            "法定职责、原始产生还是转抄、更新是否及时（政务数据共享条例第十九条）。",
            "Its duty, whether it makes or copies the value, how timely it is (Decree 809, Art 19).",
        )
        facts(
            [
                (say("裁定看什么", "By what"), law),
                (say("数据元编号", "Data element"), f"{one['element']} · {one['subject']}"),
                (say("提起时间", "Opened"), instant(one["opened_at"])),
            ]
        )
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
                link(_of(each), f"/console/catalogue/{each['dataset']}")
                ui.label(say("依据：", "Grounds: ") + plain(each["basis"]))
                ui.label(say("申明时间：", "Claimed: ") + instant(each["made_at"])).classes("ybz-fine")


async def _decide(seat: Seat, one: Mapping[str, Any], claims: Sequence[Mapping[str, Any]]) -> None:
    say = seat.say
    sides = {f"{each['dataset']}.{each['field']}": f"{each['department']} · {_of(each)}" for each in claims}

    async def act(given: dict[str, str]) -> None:
        await seat.calls.post(f"/v1/sources/conflicts/{one['id']}/decision", given)

    made = await carried_out(
        seat,
        say("裁定由谁负责", "Decide who answers"),
        [
            Question("winner", say("以谁为准", "Source"), choices=sides),
            Question("basis", say("裁定依据", "What it rests on"), long=True),
        ],
        act,
        text=say("裁定后其他方保留副本，须以数源为准。", "Whoever loses holds a copy from now on."),
        do=say("裁定", "Decide"),
    )
    if made is not None:
        go(_ROOM)


def _of(claim: Mapping[str, Any]) -> str:
    return f"{claim['title'] or claim['dataset']} · {claim['item'] or claim['field']}"
