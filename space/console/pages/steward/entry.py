"""One entry of the department: where it stands, what was returned, what can be done to it now."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from nicegui import ui

from policies.access import Act
from space.console.frame import at
from space.console.language import Language
from space.console.pages.steward import document as paper
from space.console.pages.steward.checking import linted, worded
from space.console.pages.steward.people import colleagues
from space.console.pages.steward.steps import coming, head_may, steward_may
from space.console.pages.steward.words import (
    CYCLES,
    EVENTS,
    GRADES,
    OFFICES,
    REASONS,
    SHARES,
    STATES,
    TONES,
    TYPES,
    UNITS,
    called,
)
from space.console.pages.steward.work import Work, key_of
from space.console.paging import page
from space.console.parts.figures import instant, plain
from space.console.parts.tables import Column, table
from space.console.parts.ways import link
from space.console.parts.words import Words, facts, heading
from space.console.seats import Seat

# States between a submission and what becomes of it.
ON_THE_WAY: Final = ("compiled", "checked", "signed_off", "reviewed")
RETURNED: Final = "returned"
# What an entry says beside, shown where it is said.
_FURTHER: Final = (
    ("departmentOffice", "内设机构（科室）", "Unit within the department"),
    ("classification", "信息资源分类", "Classification"),
    ("retention", "保存期限", "Retention"),
    ("shareReason", "有条件共享的理由", "Reason for the condition"),
    ("shareScope", "共享范围", "Scope"),
    ("shareUse", "共享用途", "Use"),
    ("impactAssessment", "个人信息保护影响评估", "Impact assessment"),
)


@page("/steward/entries/{name}", "编目办理", "Entry")
async def entry(seat: Seat) -> None:
    """The entry, with what is open to whoever looks at it."""
    name = seat.names["name"]
    told, document, people, elements, built = await asyncio.gather(
        seat.calls.get(f"/v1/entries/{name}"),
        seat.calls.get(f"/v1/entries/{name}/contract", form="json"),
        colleagues(seat),
        seat.calls.whole("/v1/elements", "elements"),
        seat.calls.get(f"/v1/quality/{name}"),
    )
    say, now = seat.say, state_of(told)
    link(say("← 数据管理", "← Steward"), at("/steward"))
    with ui.element("section").classes("ybz-panel"):
        with ui.element("div").classes("ybz-headline"):
            heading(told["title"])
            Words("span", called(say, STATES, now)).classes(f"ybz-badge {TONES.get(now, 'calm')}")
        _facts(seat, told, document)
        coming(seat, now, built["release"])
        if seat.may(Act.CATALOGUE_KEEP):
            steward_may(seat, told)
        if seat.may(Act.ENTRY_SIGN):
            head_may(seat, told)
    points = points_of(told)
    if points:
        _points(seat, points)
    elif now in ("compiled", "checked"):
        await _lacking(seat, document)
    _items(seat, document, {one["code"]: one["name"] for one in elements["elements"]})
    if told["pending"] and told["state"] == "published":
        await _differences(seat, told)
    steps_taken(seat, told["acts"], people)


def state_of(told: Mapping[str, Any]) -> str:
    """Where the newest revision stands."""
    return str(told["pending"]["state"] if told["pending"] else told["state"])


def points_of(told: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What the last return asks for, while nothing newer was submitted."""
    if state_of(told) != RETURNED:
        return []
    last = next((act for act in reversed(told["acts"]) if act["event"] == "return"), None)
    return list(last["details"].get("missing", ())) if last else []


def _facts(seat: Seat, told: Mapping[str, Any], document: Mapping[str, Any]) -> None:
    say, found = seat.say, dict(document)
    facts(
        [
            (say("资源代码", "Code"), f"{told['code']} · {told['name']}"),
            (say("数源部门", "Department"), told["department"]),
            (say("摘要", "Summary"), plain(found.get("description", {}).get("purpose"))),
            (say("共享属性", "Sharing"), called(say, SHARES, paper.custom(found, "shareType"))),
            (say("共享条件", "Condition"), plain(paper.custom(found, "shareCondition"))),
            (say("依据", "Basis"), plain(paper.custom(found, "shareBasis"))),
            (say("更新周期", "Update cycle"), called(say, CYCLES, paper.custom(found, "updateCycle"))),
            *(
                (say(zh, en), str(paper.custom(found, name)))
                for name, zh, en in _FURTHER
                if paper.custom(found, name)
            ),
        ]
    )
    with ui.element("p").classes("ybz-onward"):
        link(say("质量报告", "Quality report"), at(f"/steward/quality/{told['name']}"))
        link(say("分类分级", "Classification"), at(f"/steward/classification/{told['name']}"))
        link(say("目录页", "Page of the catalogue"), at(f"/catalogue/{told['name']}"))


async def _lacking(seat: Seat, document: dict[str, Any]) -> None:
    """What the newest revision is still to say: what keeps it from the head, and what the review asks for."""
    say, text = seat.say, json.dumps(document, ensure_ascii=False)
    found = await seat.calls.post("/v1/drafts/lint", {"contracts": [text]})
    notes = linted(Work(seat, document), found["contracts"][0])
    if not notes:
        return
    with ui.element("section").classes("ybz-panel"):
        heading(say(f"还差 {len(notes)} 处", f"{len(notes)} still to be said"))
        with ui.element("ul").classes("ybz-tries"):
            for note in notes:
                with ui.element("li"):
                    Words("span", note.kind).classes(f"ybz-badge {note.tone}")
                    ui.label(note.text)


def _points(seat: Seat, points: list[Mapping[str, Any]]) -> None:
    say = seat.say
    with ui.element("section").classes("ybz-panel ybz-returned"):
        heading(
            say(f"退回要求，共 {len(points)} 条（一次性告知）", f"Asked for at the return: {len(points)}")
        )
        with ui.element("ol"):
            for one in points:
                with ui.element("li"):
                    key = key_of(str(one["place"]), str(one["what"]))
                    by_program = one["by"] == "program"
                    ui.label(worded(say, key, str(one["what"])) if by_program else str(one["what"]))
                    who = (
                        say("主管部门或负责人要求", "asked for")
                        if one["by"] == "office"
                        else say("系统核对", "found")
                    )
                    ui.label(who).classes("ybz-fine")


def _items(seat: Seat, document: dict[str, Any], elements: Mapping[str, str]) -> None:
    say = seat.say
    rows = [
        {
            "name": item["name"],
            "heading": paper.heading(item),
            "type": called(say, TYPES, item.get("logicalType", "string")),
            "element": elements.get(code := str(paper.custom(item, "element") or ""), code),
            "grade": called(say, GRADES, str(paper.custom(item, "grade") or "")),
            "unit": called(say, UNITS, (paper.custom(item, "unit") or {}).get("kind", "")),
            "required": say("是", "yes") if item.get("required") else "",
        }
        for item in paper.items(document)
    ]
    columns = [
        Column("heading", say("信息项", "Item")),
        Column("name", say("字段", "Field")),
        Column("type", say("类型", "Type")),
        Column("element", say("数据元标准", "Element")),
        Column("grade", say("级别", "Grade")),
        Column("unit", say("标识谁", "Identifies")),
        Column("required", say("必填", "Required")),
    ]
    heading(say("信息项", "Items"))
    table(columns, rows, say, caption=say(f"{len(rows)} 个信息项", f"{len(rows)} items"), key="name")


async def _differences(seat: Seat, told: Mapping[str, Any]) -> None:
    """What the revision on its way changes of the one in force."""
    say = seat.say
    span = {"from": str(told["revision"]), "to": str(told["pending"]["revision"])}
    found = await seat.calls.get(f"/v1/entries/{told['name']}/differences", **span)
    heading(say("这一版改了什么", "What this revision changes"))
    with ui.element("ul"):
        for one in found["changes"]:
            with ui.element("li"):
                ui.label(f"{one['path']}: {one['what']}")
                if one["breaking"]:
                    Words("span", say("影响已有使用者", "Breaks users")).classes("ybz-badge warn")


def steps_taken(seat: Seat, acts: Sequence[Mapping[str, Any]], people: Mapping[str, str]) -> None:
    """Every step an entry took, the newest first.

    Args:
        seat: who sits before the page.
        acts: as the interface tells them, the oldest first.
        people: id → name, of those the reader is told.
    """
    say = seat.say
    heading(say("办理经过", "What happened"))
    rows = [
        {
            "id": place,
            "at": instant(act["at"]),
            "event": called(say, EVENTS, act["event"]),
            "office": called(say, OFFICES, act["office"]),
            "actor": people.get(act["actor"], act["actor"]),
            "reason": REASONS[act["reason"]][say is Language.ENGLISH]
            if act["reason"] in REASONS
            else act["reason"],
            "revision": act["revision"],
        }
        for place, act in enumerate(reversed(acts))
    ]
    columns = [
        Column("at", say("时间", "When")),
        Column("event", say("办理", "Act")),
        Column("office", say("岗位", "Office")),
        Column("actor", say("经办人", "By")),
        Column("revision", say("版次", "Revision"), numeric=True),
        Column("reason", say("说明", "Reason")),
    ]
    table(columns, rows, say, caption=say("自编制以来的每一步", "Every step since it was compiled"))
