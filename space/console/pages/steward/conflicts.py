"""Who answers for an item 一数一源: claims of this department, conflicts, and what they are decided by."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from nicegui import ui

from policies.access import Act
from space.console.frame import at
from space.console.pages.steward.words import CLAIMS, called
from space.console.paging import page
from space.console.parts.asking import Question, answers
from space.console.parts.figures import instant, plain
from space.console.parts.notes import done, empty
from space.console.parts.tables import Column, table
from space.console.parts.ways import again, link
from space.console.parts.words import Words, facts, heading
from space.console.seats import Seat


@page("/steward/conflicts", "数源争议（一数一源）", "One source for each item")
async def conflicts(seat: Seat) -> None:
    """Conflicts that wait for the authority, then every item with its source."""
    say, calls = seat.say, seat.calls
    link(say("← 数据管理", "← Steward"), at("/steward"))
    open_, sources = await asyncio.gather(
        calls.whole("/v1/sources/conflicts", "conflicts"), calls.whole("/v1/sources", "sources")
    )
    if seat.may(Act.SOURCE_CLAIM):
        with ui.element("div").classes("ybz-doing"):
            ui.button(say("申明本部门是数源", "Claim an item"), on_click=lambda: _claim(seat)).props(
                "unelevated"
            )
    cases = sorted(open_["conflicts"], key=lambda one: str(one["opened_at"]))
    elements = await asyncio.gather(*(calls.get(f"/v1/sources/elements/{one['element']}") for one in cases))
    for one, told in zip(cases, elements, strict=True):
        await _conflict(seat, one, told)
    if not cases:
        empty(
            say("没有等待裁定的争议", "No conflict waits"),
            say(
                "同一数据项只由一个部门负责。两个部门都申明负责时，这里会列出双方的依据，由数据主管部门裁定。",
                "One department answers for an item. Where two claim it, both grounds stand here until the "
                "data authority decides.",
            ),
        )
    _sources(seat, sources["sources"])


async def _conflict(seat: Seat, one: Mapping[str, Any], told: Mapping[str, Any]) -> None:
    say = seat.say
    claims = [each for each in told["claims"] if each["subject"] == one["subject"]]
    clocks = await seat.calls.get("/v1/clocks", subject=f"authority:{one['id']}")
    with ui.element("article").classes("ybz-panel"):
        items = dict.fromkeys(each["item"] or each["field"] for each in claims)
        what = say("、", ", ").join(items) or one["element"]
        heading(say(f"谁负责“{what}”", f"Who answers for {what}"))
        last = next((clock["due_on"] for clock in clocks["clocks"]), None)
        facts(
            [
                (say("裁定机关", "Decided by"), say("数据主管部门", "The data authority")),
                (
                    say("裁定看什么", "By what"),
                    say(
                        "各方申明的依据：法定职责、原始产生还是转抄、更新是否及时（政务数据共享条例第十九条）。",
                        "The grounds each states: its duty, whether it makes or copies the value, how timely "
                        "it is (Decree 809, Art 19).",
                    ),
                ),
                *([(say("最后一天", "Last day"), plain(last))] if last else []),
                (say("提起时间", "Opened"), instant(one["opened_at"])),
            ]
        )
        with ui.element("ul").classes("ybz-claims"):
            for each in claims:
                with ui.element("li"):
                    tone = {"authoritative": "good", "contested": "warn"}.get(each["state"], "calm")
                    Words("span", called(say, CLAIMS, each["state"])).classes(f"ybz-badge {tone}")
                    Words("strong", each["department"])
                    ui.label(" · ".join(one for one in (each["title"], each["item"]) if one))
                    ui.label(f"{each['dataset']}.{each['field']}").classes("ybz-fine")
                    ui.label(say("依据：", "Grounds: ") + plain(each["basis"]))
                    mine = each["department_code"] == seat.organisation
                    if mine and each["state"] == "contested" and seat.may(Act.SOURCE_CLAIM):
                        ui.button(
                            say("撤回申明", "Take the claim back"),
                            on_click=lambda each=each: _retract(seat, each),
                        ).props("outline dense no-caps")


async def _claim(seat: Seat) -> None:
    say = seat.say
    mine = (await seat.calls.whole("/v1/entries", "entries"))["entries"]
    given = await answers(
        say("申明本部门对一个数据项负责", "Claim that a field answers for its item"),
        [
            Question(
                "dataset", say("数据集", "Dataset"), choices={one["name"]: one["title"] for one in mine}
            ),
            Question("field", say("字段名", "Field"), hint=say("如 id_card", "such as id_card")),
            Question("basis", say("依据（职责、来源）", "Grounds"), long=True),
        ],
        say,
        text=say(
            "已有别的部门负责时，会提起争议，由数据主管部门裁定；裁定前原数源继续有效。",
            "Where another answers for it a conflict is opened; that one goes on until it is decided.",
        ),
    )
    if given:
        made = await seat.calls.post("/v1/sources/claims", given)
        text = (
            say("已提起争议，等主管部门裁定", "A conflict was opened")
            if made["conflict"]
            else say("已登记", "Entered")
        )
        done(text)
        again()


async def _retract(seat: Seat, one: Mapping[str, Any]) -> None:
    say = seat.say
    given = await answers(
        say("撤回申明", "Take the claim back"), [Question("basis", say("为什么撤回", "Why"), long=True)], say
    )
    if given:
        await seat.calls.post(f"/v1/sources/claims/{one['dataset']}/{one['field']}/retraction", given)
        again()


def _sources(seat: Seat, sources: list[Mapping[str, Any]]) -> None:
    say = seat.say
    if not sources:
        return
    rows = [
        {
            "id": f"{one['element']}/{one['subject']}",
            "element": one["item"] or one["element"],
            "key": f"{one['element']} · {one['subject']}",
            "title": one["title"] or one["dataset"],
            "department": one["department"],
            "field": f"{one['dataset']}.{one['field']}",
            "since": one["begun_on"],
            "basis": plain(one["basis"]),
        }
        # What was decided last stands first.
        for one in sorted(sources, key=lambda one: str(one["begun_on"]), reverse=True)
    ]
    columns = [
        Column("element", say("数据项", "Item"), fine="key"),
        Column("department", say("数源部门", "Answers for it")),
        Column("title", say("数据集", "Dataset"), fine="field"),
        Column("since", say("自", "Since")),
        Column("basis", say("依据", "Grounds")),
    ]
    heading(say("各数据项的数源", "The source of each item"))
    table(columns, rows, say, caption=say(f"共 {len(rows)} 项", f"{len(rows)} items"))
