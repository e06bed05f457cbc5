"""Challenges 校核 of this department's values: accepted or rejected, with a reason, within their clock."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from nicegui import ui

from policies.access import Act
from space.console.frame import at
from space.console.pages.steward.landing import TO_ANSWER
from space.console.pages.steward.words import CORRECTIONS, OFFICES, called
from space.console.paging import page
from space.console.parts.asking import Question, answers
from space.console.parts.figures import instant, plain
from space.console.parts.notes import done, empty
from space.console.parts.tables import Column, table
from space.console.parts.ways import again, link
from space.console.parts.words import Words, facts, heading
from space.console.seats import Seat

# Cases told whole at once, the oldest; the others when they are opened.
_AT_ONCE: Final = 20


@page("/steward/corrections", "校核答复", "Corrections")
async def corrections(seat: Seat) -> None:
    """Those to be answered first, the others below."""
    say = seat.say
    link(say("← 数据管理", "← Steward"), at("/steward"))
    told = await seat.calls.whole("/v1/corrections", "to_answer")
    cases = told["to_answer"]
    open_ = [one for one in cases if one["state"] in TO_ANSWER]
    if not open_:
        empty(
            say("没有待答复的校核", "No correction to answer"),
            say(
                "基层和用数单位发现某个值不对时，会在这里问您；采纳就改源头，不采纳要说明理由，对方可以申诉。",
                "Who sees a wrong value asks here; correct it at the source, or reject it with a reason.",
            ),
        )
    shown = await asyncio.gather(
        *(seat.calls.get(f"/v1/corrections/{one['id']}") for one in open_[:_AT_ONCE])
    )
    whole = {one["id"]: one for one in shown}
    for one in open_:
        _case(seat, one, whole.get(one["id"]))
    carried = [one for one in cases if one["state"] == "accepted"]
    if carried and seat.may(Act.CORRECTION_ANSWER):
        _workbook(seat, len(carried))
    others = [one for one in cases if one["state"] not in TO_ANSWER]
    if others:
        _answered(seat, others)


def _case(seat: Seat, one: Mapping[str, Any], shown: Mapping[str, Any] | None) -> None:
    say = seat.say
    with ui.element("article").classes("ybz-panel"):
        with ui.element("div").classes("ybz-headline"):
            heading(_about(one))
            Words("span", called(say, CORRECTIONS, one["state"])).classes("ybz-badge warn")
        late = one["late"]
        facts(
            [
                *_judged(seat, shown),
                (say("提出时间", "Opened"), instant(one["opened_at"])),
                (
                    say("最后一天", "Last day"),
                    plain(one["due_on"]) + (say("（已逾期）", " (late)") if late else ""),
                ),
            ]
        )
        with ui.element("details") as whole:
            Words("summary", say("看提出理由、证据和经过", "Reason, evidence and what happened"))
            body = ui.element("div")

        async def opened() -> None:
            if not body.default_slot.children:
                shown = await seat.calls.get(f"/v1/corrections/{one['id']}")
                with body:
                    _course(seat, shown)

        whole.on("toggle", opened)
        if seat.may(Act.CORRECTION_ANSWER):
            with ui.element("div").classes("ybz-doing"):
                ui.button(say("采纳", "Accept"), on_click=lambda: _answer(seat, one, accepted=True)).props(
                    "unelevated"
                )
                ui.button(say("不采纳", "Reject"), on_click=lambda: _answer(seat, one, accepted=False)).props(
                    "outline"
                )


def _about(one: Mapping[str, Any]) -> str:
    return f"{one['title'] or one['dataset']} · {one['item'] or one['field']}"


def _judged(seat: Seat, shown: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Which row it is about, what stands there and what should: where the interface shows it to this role."""
    say, judged = seat.say, shown["to_judge"] if shown else None
    if judged is None:
        hidden = say("由本单位答复校核的岗位查看", "shown to whoever answers corrections for your department")
        return [(say("记录和两个值", "Row and values"), hidden)]
    key = say("、", ", ").join(f"{name}：{value}" for name, value in judged["key"].items())
    return [
        (say("哪条记录", "Row"), key),
        (say("现在的值", "Value now"), plain(judged["held"])),
        (say("对方提出应为", "It should be"), plain(judged["proposed"])),
        (say("提出单位", "Asked by"), str(judged["asked_by"])),
    ]


async def _answer(seat: Seat, one: Mapping[str, Any], *, accepted: bool) -> None:
    say = seat.say
    title = (
        say("采纳这条校核", "Accept the correction")
        if accepted
        else say("不采纳这条校核", "Reject the correction")
    )
    text = (
        say(
            "采纳后请在源系统改正；以后发布的版本里改了，才算办结。",
            "Correct it in the source system; it is over once a later release carries the value.",
        )
        if accepted
        else say("对方会看到理由，并可以向主管部门申诉。", "The reporter sees the reason and may appeal.")
    )
    given = await answers(title, [Question("reason", say("理由", "Reason"), long=True)], say, text=text)
    if given:
        said = {"accepted": accepted, "reason": given["reason"], "by": seat.person or seat.name}
        await seat.calls.post(f"/v1/corrections/{one['id']}/answer", said)
        done(say("已答复", "Answered"))
        again()


def _course(seat: Seat, shown: Mapping[str, Any]) -> None:
    say = seat.say
    with ui.element("ol"):
        for step in shown["steps"]:
            with ui.element("li"):
                who = called(say, OFFICES, step["office"])
                ui.label(f"{instant(step['at'])} · {who} · {step['by']}：{step['reason'] or step['event']}")
    if not shown["evidence"]:
        ui.label(say("没有附件。", "No file is attached.")).classes("ybz-fine")
    for one in shown["evidence"]:
        ui.button(
            one["title"], icon="attach_file", on_click=lambda one=one: _evidence(seat, str(shown["id"]), one)
        ).props("flat no-caps")


async def _evidence(seat: Seat, case: str, one: Mapping[str, Any]) -> None:
    """The file as it was given; every look is noted by the interface."""
    said = {"by": seat.person or seat.name}
    got = await seat.calls.fetch_posted(f"/v1/corrections/{case}/evidence/{one['id']}", said)
    ui.download.content(got.content, str(one["title"]))


def _workbook(seat: Seat, count: int) -> None:
    say = seat.say

    async def fetched() -> None:
        got = await seat.calls.fetch("/v1/corrections/workbook")
        ui.download.content(got.content, say("待更正清单.xlsx", "corrections.xlsx"))

    with ui.element("div").classes("ybz-doing"):
        text = say(
            f"下载已采纳、待在源系统更正的清单（{count} 条）",
            f"Download what is still to be carried out ({count})",
        )
        ui.button(text, icon="download", on_click=fetched).props("outline")


def _answered(seat: Seat, cases: list[Mapping[str, Any]]) -> None:
    say = seat.say
    rows = [
        {
            "id": one["id"],
            "value": _about(one),
            "state": called(say, CORRECTIONS, one["state"]),
            "tone": {"carried": "good", "accepted": "warn"}.get(one["state"], "calm"),
            "answer": plain(one["answer"]),
            "at": instant(one["answered_at"]),
        }
        for one in cases
    ]
    columns = [
        Column("value", say("数据项", "Value")),
        Column("state", say("状态", "State"), badge="tone"),
        Column("answer", say("答复", "Answer")),
        Column("at", say("答复时间", "Answered")),
    ]
    heading(say("已答复的", "Answered"))
    table(columns, rows, say, caption=say(f"共 {len(rows)} 条", f"{len(rows)} cases"))
