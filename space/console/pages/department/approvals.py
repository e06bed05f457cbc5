"""Approvals 待我审批: the cases whose turn it is for the reader's organisation; several are answered at once.

Decides the order, the most pressing first. Each case is answered by a call of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from nicegui import ui

from space.console.pages.department import words
from space.console.pages.department.around import ROOM, clock_words, navigation, para, state, titles
from space.console.pages.department.deciding import Deciding, decides
from space.console.paging import page
from space.console.parts.notes import empty
from space.console.parts.tables import Column, table
from space.console.parts.ways import link
from space.console.parts.words import heading
from space.console.seats import Seat

_PRESSING: Final = ("red", "yellow", "green", "grey")


@page("/department/approvals", "待我审批", "Approvals")
async def approvals(seat: Seat) -> None:
    """The cases that wait for an answer, and the form that answers those that are ticked."""
    navigation(seat)
    say = seat.say
    told, vocabulary = await asyncio.gather(
        seat.calls.get("/v1/requests/waiting"), seat.calls.get("/v1/requests/vocabulary")
    )
    link(say("审批人不在？看谁代理", "An approver is away? Who stands in"), f"{ROOM}/standing-in")
    waiting = told["waiting"]
    if not waiting:
        empty(
            say("没有等您审批的申请", "Nothing waits for you"),
            say(
                "别的部门申请本单位的数据时，会按审批链轮到这里，并开始计时；快到期的排在前面。",
                "Requests for this organisation's data come here by the chain of approval, with their clocks;"
                " the most pressing stand first.",
            ),
        )
        return
    ordered = sorted(waiting, key=_rank)
    own = [one for one in ordered if decides(one["case"]) and seat.name not in one["case"]["answered_by"]]
    if own:
        _batch(seat, own, vocabulary)
    rest = [one for one in ordered if one not in own]
    if rest:
        _others(seat, rest)


def _rank(one: Mapping[str, Any]) -> tuple[int, str]:
    clock = one["case"]["clock"] or {"colour": "grey"}
    return _PRESSING.index(clock["colour"]), one["case"]["opened_at"]


def _batch(seat: Seat, waiting: Sequence[Mapping[str, Any]], vocabulary: Mapping[str, Any]) -> None:
    say = seat.say
    by_id = {one["case"]["id"]: (one["request"], one["case"]) for one in waiting}
    columns = [
        Column("what", say("申请的数据", "Data"), link="address"),
        Column("who", say("申请单位", "Applicant")),
        Column("purpose", say("办什么事", "What for")),
        Column("share", say("共享类型", "Sharing"), badge="share_tone"),
        Column("stage", say("环节", "Stage")),
        Column("clock", say("时限", "Clock"), badge="clock_tone"),
    ]
    rows = [_row(seat, one) for one in waiting]
    para(
        say(
            "勾选一件或几件，在下面一次答复；要逐项答复的，点开单件办理。",
            "Tick one or several and answer them below; open one to answer item by item.",
        )
    )
    made = table(
        columns, rows, say, caption=say(f"等答复 {len(rows)} 件", f"{len(rows)} wait"), choosing=True
    )
    with ui.element("section").classes("ybz-panel"):
        heading(say("答复所选的件", "Answer the chosen"))
        deciding = Deciding(
            seat,
            list(by_id.values()),
            vocabulary,
            lambda: [by_id[row["id"]] for row in made.selected if row["id"] in by_id],
        )
        deciding.build()
    made.on_select(lambda _: deciding.picked())
    deciding.picked()


def _row(seat: Seat, one: Mapping[str, Any]) -> dict[str, Any]:
    say, request, case = seat.say, one["request"], one["case"]
    told, tone = clock_words(say, case["clock"])
    count = len(case["items"])
    return {
        "id": case["id"],
        "what": say(f"{titles(request, case)}（{count} 项）", f"{titles(request, case)} ({count} items)"),
        "address": f"{ROOM}/requests/{request['id']}",
        "who": request["applicant_name"],
        "purpose": request["statement"].get("scenario") or "—",
        "share": words.called(say, words.SHARES, case["share_type"]),
        "share_tone": words.SHARE_TONES.get(case["share_type"], "calm"),
        "stage": words.called(say, words.STAGES, case["state"]),
        "clock": told, "clock_tone": tone,
    }  # fmt: skip


def _others(seat: Seat, waiting: Sequence[Mapping[str, Any]]) -> None:
    """Disputes, and what another person of the organisation takes."""
    say = seat.say
    heading(say("要逐件处理的", "To be taken one by one"))
    with ui.element("ul").classes("ybz-panel ybz-results"):
        for one in waiting:
            request, case = one["request"], one["case"]
            with ui.element("li"):
                state(say, case["state"])
                who, what, number = request["applicant_name"], titles(request, case), case["number"]
                name = say(f"{who}：{what} 第 {number} 件", f"{who}: {what}, case {number}")
                link(name, f"{ROOM}/requests/{request['id']}")
                if seat.name in case["answered_by"]:
                    para(
                        say(
                            "您已办理前一环节，这一环节由另一人办理。",
                            "You answered an earlier stage; another person takes this one.",
                        ),
                        fine=True,
                    )
