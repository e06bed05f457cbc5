"""One entry before the authority: what the rules ask, what it adds, its items with grades, and the answers.

Decides nothing: publication, return and refusal are acts of the interface, which judges each.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from nicegui import ui

from space.console.pages.authority.answering import may_answer
from space.console.pages.authority.batch import verdict
from space.console.pages.authority.queue import clock_of, clock_words, clocks_by_subject
from space.console.pages.steward import document as paper
from space.console.pages.steward.entry import steps_taken
from space.console.pages.steward.people import colleagues
from space.console.pages.steward.words import (
    CYCLES,
    DETECTORS,
    GRADES,
    SHARES,
    STATES,
    TONES,
    TYPES,
    called,
)
from space.console.paging import page
from space.console.parts.figures import plain, share
from space.console.parts.tables import Column, table
from space.console.parts.ways import link
from space.console.parts.words import badge, facts, heading, title
from space.console.seats import Seat

Document = Mapping[str, Any]
WAITS: Final = ("signed_off", "reviewed")


@page("/authority/entries/{name}", "审核编目", "Review an entry")
async def review(seat: Seat) -> None:
    """The entry as its newest revision says, and what the authority may answer."""
    calls, name, say = seat.calls, seat.names["name"], seat.say
    asked = await calls.get(f"/v1/reviews/{name}")  # refused to whoever reviews nothing
    told, contract, graded, due, people = await asyncio.gather(
        calls.get(f"/v1/entries/{name}"),
        calls.get(f"/v1/entries/{name}/contract", form="json"),
        calls.get(f"/v1/classification/datasets/{name}"),
        calls.get("/v1/due", about=name),
        colleagues(seat),
    )
    title(asked["title"], say)
    link(say("← 主管审核", "← Authority"), "/console/authority")
    with ui.element("section").classes("ybz-panel"):
        with ui.element("div").classes("ybz-headline"):
            badge(called(say, STATES, asked["state"]), TONES.get(asked["state"], "calm"))
            badge(*verdict(seat, asked))
            if asked["state"] in WAITS:
                badge(*clock_words(say, clock_of(clocks_by_subject(due["items"]), asked["name"])))
        _facts(seat, asked, contract)
        if asked["state"] in WAITS:
            may_answer(seat, asked)
    _law(seat, asked)
    if asked["published"] and asked["published"] != asked["revision"]:
        await _differences(seat, asked)
    _items(seat, contract, graded)
    steps_taken(seat, told["acts"], people)


def _facts(seat: Seat, asked: Document, contract: Document) -> None:
    say, found = seat.say, dict(contract)
    facts(
        [
            (say("数源部门", "Department"), asked["department"]),
            (say("资源代码", "Code"), f"{asked['code']} · {asked['name']}"),
            (say("版次", "Revision"), str(asked["revision"])),
            (say("摘要", "Summary"), plain(found.get("description", {}).get("purpose"))),
            (say("共享属性", "Sharing"), called(say, SHARES, paper.custom(found, "shareType"))),
            (say("共享条件", "Condition"), plain(paper.custom(found, "shareCondition"))),
            (say("依据", "Basis"), plain(paper.custom(found, "shareBasis"))),
            (say("更新周期", "Update cycle"), called(say, CYCLES, paper.custom(found, "updateCycle"))),
            (say("影响评估", "Impact assessment"), plain(asked["assessment"])),
        ]
    )
    with ui.element("p").classes("ybz-onward"):
        link(say("质量报告", "Quality report"), f"/console/steward/quality/{asked['name']}")
        link(say("分类分级", "Classification"), f"/console/steward/classification/{asked['name']}")


def _law(seat: Seat, asked: Document) -> None:
    """What the rules still ask for, place by place, and the conditions that were added."""
    say = seat.say
    heading(say("规则的要求", "What the rules ask"))
    if not asked["missing"]:
        ui.label(
            say(
                "编目要素、共享属性与依据、个人信息要求都已写明，规则核对没有发现缺项。",
                "Core items, sharing with its basis, and what personal items need are stated; nothing lacks.",
            )
        ).classes("ybz-note good")
    else:
        with ui.element("ul").classes("ybz-todo ybz-panel"):
            for one in asked["missing"]:
                with ui.element("li"):
                    badge(say("缺", "missing"), "warn" if asked["admitted"] else "bad")
                    ui.label(f"{one['place']} · {one['what']}")
    if asked["added"]:
        heading(say("新增的共享条件（发布前须确认看到）", "Conditions added; to be seen before publication"))
        with ui.element("ul").classes("ybz-todo ybz-panel"):
            for one in asked["added"]:
                with ui.element("li"):
                    badge(say("新增", "added"), "warn")
                    ui.label(f"{one['path']} · {one['what']}")
                    ui.label(f"{plain(one['before'])} → {plain(one['after'])}").classes("ybz-fine")


async def _differences(seat: Seat, asked: Document) -> None:
    """What the revision changes of the one in force."""
    say = seat.say
    span = {"from": str(asked["published"]), "to": str(asked["revision"])}
    found = await seat.calls.get(f"/v1/entries/{asked['name']}/differences", **span)
    heading(say("这一版改了什么", "What this revision changes"))
    with ui.element("ul").classes("ybz-todo ybz-panel"):
        for one in found["changes"]:
            with ui.element("li"):
                ui.label(f"{one['path']}: {one['what']}")
                if one["breaking"]:
                    badge(say("影响已有使用者", "breaks users"), "warn")


def _items(seat: Seat, contract: Document, graded: Document) -> None:
    """Items as the contract declares them, each beside the grade that counts and what was found in it."""
    say, known = seat.say, {one["field"]: one for one in graded["fields"]}
    items = paper.items(dict(contract))
    rows = []
    for item in items:
        one = known.get(item["name"])
        declared = str(paper.custom(item, "grade") or "")
        counts = str(one["effective"]["grade"]) if one else declared
        rows.append(
            {
                "name": item["name"],
                "heading": paper.heading(item),
                "type": called(say, TYPES, item.get("logicalType", "string")),
                "declared": called(say, GRADES, declared),
                "grade": called(say, GRADES, counts),
                "tone": "bad" if counts == "4" else "warn" if counts == "3" else "calm",
                "evidence": _evidence(seat, one["found"] if one else ()),
                "personal": _personal(seat, item, one),
            }
        )
    columns = [
        Column("heading", say("信息项", "Item")),
        Column("name", say("字段", "Field")),
        Column("type", say("类型", "Type")),
        Column("declared", say("登记级别", "Declared")),
        Column("grade", say("实际级别", "Counts as"), badge="tone"),
        Column("personal", say("个人信息", "Personal")),
        Column("evidence", say("识别依据", "Evidence")),
    ]
    heading(say("信息项与级别", "Items and their grades"))
    table(columns, rows, say, caption=say(f"{len(rows)} 个信息项", f"{len(rows)} items"), key="name")


def _personal(seat: Seat, item: dict[str, Any], one: Document | None) -> str:
    say, told = seat.say, one["effective"] if one else {}
    if told.get("sensitive") or paper.custom(item, "sensitive"):
        return say("敏感个人信息", "sensitive")
    return say("个人信息", "personal") if told.get("personal") or paper.custom(item, "personal") else "—"


def _evidence(seat: Seat, found: Sequence[Document]) -> str:
    say = seat.say
    told = []
    for one in found:
        what = called(say, DETECTORS, one["kind"])
        beyond = say("，高于登记", ", beyond what is declared") if one["beyond_declared"] else ""
        grade = called(say, GRADES, str(one["grade"]))
        sure = share(one["score"], 0)
        told.append(say(f"{what}，{grade}，把握 {sure}{beyond}", f"{what}, {grade}, sure by {sure}{beyond}"))
    return say("；", "; ").join(told) or say(
        "没有识别出敏感内容，或还没有数据", "nothing found, or no data yet"
    )
