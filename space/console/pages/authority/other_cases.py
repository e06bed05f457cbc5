"""Demands for data, demands for forms and openings 需求、报表、开放: what the authority answers in a dialog.

Decides what is offered by the state the interface tells; whether it may be done is the interface's to judge.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from nicegui import ui

from policies.access import Act
from space.console.pages.authority.queue import navigation
from space.console.pages.authority.words import DEMANDS, OPENINGS
from space.console.pages.steward.words import called
from space.console.paging import page
from space.console.parts.asking import Question, answers
from space.console.parts.figures import instant, plain
from space.console.parts.notes import empty
from space.console.parts.ways import again, link
from space.console.parts.words import badge, facts, heading
from space.console.seats import Seat

Line = Mapping[str, Any]
# States of an opening in which the authority decides.
CHECKED: Final = "checked"
# States of a demand in which the authority answers: it confirms the first, and may refuse either.
RAISED, CONFIRMED = "raised", "confirmed"


@page("/authority/demands", "需求与开放", "Demands and openings")
async def demands(seat: Seat) -> None:
    """Demands that are open, then openings to decide."""
    navigation(seat)
    say, calls = seat.say, seat.calls
    asked, opening = await asyncio.gather(
        calls.whole("/v1/lists/demands", "demands", open="true"), calls.whole("/v1/openings", "openings")
    )
    to_open = [one for one in opening["openings"] if one["state"] == CHECKED]
    if not asked["demands"] and not to_open:
        empty(
            say("没有等答复的需求和开放申请", "No demand or opening waits"),
            say(
                "部门提出的数据需求，通过安全核验的开放申请，会列在这里。",
                "Demands of departments, and openings that passed the check of security, stand here.",
            ),
        )
    for one in asked["demands"]:
        _demand(seat, one)
    for one in to_open:
        _opening(seat, one)


def _demand(seat: Seat, one: Line) -> None:
    say = seat.say
    with ui.element("article").classes("ybz-panel"):
        with ui.element("div").classes("ybz-headline"):
            heading(one["what"])
            badge(called(say, DEMANDS, one["state"]), "warn" if one["state"] == RAISED else "calm")
        facts(
            [
                (say("需求部门", "Needed by"), one["demander"]),
                (say("办什么事", "What for"), one["task"]),
                (say("依据", "Basis"), one["basis"]),
                (say("可能的提供部门", "Thought to be held by"), plain(one["holder"])),
                (say("提出时间", "Raised"), instant(one["added_at"])),
            ]
        )
        if seat.may(Act.LIST_DECIDE):
            with ui.element("div").classes("ybz-doing"):
                if one["state"] == RAISED:
                    confirm = say("确认由谁编目", "Confirm who catalogues it")
                    ui.button(confirm, on_click=lambda: _confirm(seat, one)).props("unelevated").props(
                        f'aria-label="{confirm}"'
                    )
                if one["state"] in (RAISED, CONFIRMED):
                    ui.button(say("不予满足", "Refuse"), on_click=lambda: _refuse(seat, one)).props("outline")


async def _confirm(seat: Seat, one: Line) -> None:
    say = seat.say
    holder = Question("holder", say("提供部门", "Department that holds it"), value=one["holder"] or "")
    label = say("确认由谁编目", "Confirm who catalogues it")
    given = await answers(
        label, [holder], say, text=say("确认后由该部门编目答复。", "It answers by an entry.")
    )
    if given:
        await seat.calls.post(f"/v1/lists/demands/{one['id']}/confirmation", given)
        again()


async def _refuse(seat: Seat, one: Line) -> None:
    say = seat.say
    basis = Question("basis", say("依据的条款", "What it rests on"), long=True)
    given = await answers(say("不予满足", "Refuse"), [basis], say)
    if given:
        await seat.calls.post(f"/v1/lists/demands/{one['id']}/refusal", given)
        again()


def _opening(seat: Seat, one: Line) -> None:
    say = seat.say
    with ui.element("article").classes("ybz-panel"):
        with ui.element("div").classes("ybz-headline"):
            heading(say(f"开放 {one['dataset']}", f"Open {one['dataset']}"))
            badge(called(say, OPENINGS, one["state"]), "warn")
        link(say("目录页", "Page of the catalogue"), f"/console/catalogue/{one['dataset']}")
        if seat.may(Act.OPENING_DECIDE):
            with ui.element("div").classes("ybz-doing"):
                ui.button(say("决定", "Decide"), on_click=lambda: _decide(seat, one)).props("unelevated")


async def _decide(seat: Seat, one: Line) -> None:
    say = seat.say
    ways = {
        "approve": say("同意开放", "Approve"),
        "return": say("退回", "Return"),
        "refuse": say("不予开放", "Refuse"),
    }
    questions = [
        Question("decision", say("决定", "Decision"), choices=ways),
        Question("reason", say("理由", "Reason"), long=True),
    ]
    given = await answers(say(f"开放 {one['dataset']}", f"Open {one['dataset']}"), questions, say)
    if given:
        await seat.calls.post(f"/v1/openings/{one['dataset']}/decision", given)
        again()
