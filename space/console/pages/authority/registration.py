"""One application of registration 登记: what was handed in, its clocks, and the steps of the registrar.

Decides which steps are offered: those the procedure has in the state. The interface judges each.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from nicegui import ui

from policies.access import Act
from policies.machine import Office, machine
from space.console.pages.authority.recording import code_panel, decide_objection
from space.console.pages.authority.words import ACTS, APPLICATION_KINDS, APPLICATIONS, FORM, MATERIALS, STEPS
from space.console.pages.steward.words import called
from space.console.paging import page
from space.console.parts.asking import Question, answers
from space.console.parts.figures import instant, number, plain
from space.console.parts.notes import empty
from space.console.parts.tables import Column, table
from space.console.parts.ways import again, link
from space.console.parts.words import badge, facts, heading, title
from space.console.seats import Seat

Case = Mapping[str, Any]
# Events of the procedure the registrar takes by a dialog alone, by the path of each.
_PATHS: Final = {
    "accept": "acceptance", "return": "return", "review": "review", "notice": "notice", "refuse": "refusal",
}  # fmt: skip
_TOLD: Final = {
    "acceptance": ("受理后开始计审核时限。", "The clock of the review starts."),
    "return": (
        "一次性告知，只能退回一次；材料清单查出的缺项会自动列入。",
        "Told once, and returned once; what the checklist finds is added by itself.",
    ),
    "review": ("通过后可以公示。", "It can then be put on public notice."),
    "notice": ("公示期按规则计算，期间可以提出异议。", "Objections can be raised until it ends."),
    "refusal": ("不予登记的理由限于规定的情形。", "A refusal rests on a ground of the list."),
}


@page("/authority/registrations/{application}", "登记申请", "Registration")
async def registration(seat: Seat) -> None:
    """The application with its registration."""
    say, wanted = seat.say, seat.names["application"]
    link(say("← 主管审核", "← Authority"), "/console/authority")
    of = await seat.calls.get(f"/v1/registrations/{wanted}")
    case = next((one for one in of["applications"] if one["id"] == wanted), None)
    if case is None:
        empty(
            say("没有这件申请", "There is no such application"),
            say("地址里的编号要是一件申请的编号。", "The address has to name an application."),
        )
        return
    title(f"{of['title']} · {called(say, APPLICATION_KINDS, case['kind'])}", say)
    with ui.element("section").classes("ybz-panel"):
        with ui.element("div").classes("ybz-headline"):
            badge(called(say, APPLICATIONS, case["state"]), "warn")
            for clock in case["clocks"]:
                if clock["state"] == "running":
                    badge(say(f"应于 {clock['due_on']} 前", f"due {clock['due_on']}"), "warn")
        _facts(seat, of, case)
        if seat.may(Act.REGISTRATION_REVIEW):
            _steps(seat, case)
    if seat.may(Act.REGISTRATION_REVIEW) and "code" in _events(case):
        code_panel(seat, case)
    _objections(seat, case)
    _handed_in(seat, case)
    _acts(seat, case)


def _events(case: Case) -> list[str]:
    steps = machine("registration").open_steps(case["state"])
    return list(dict.fromkeys(one.event for one in steps if one.office is Office.REGISTRAR))


def _facts(seat: Seat, of: Mapping[str, Any], case: Case) -> None:
    say = seat.say
    facts(
        [
            (say("登记主体", "Registrant"), plain(of.get("registrant_name"))),
            (say("申请人", "Applicant"), plain(case["applicant_name"])),
            (say("对象", "Object"), plain(of["name"])),
            (say("申请时间", "Filed"), instant(case["filed_at"])),
            (say("公示", "Notice"), f"{plain(case['notice_from'])} — {plain(case['notice_until'])}"),
            (say("退回要求", "Returned for"), "；".join(case["returned"] or ()) or "—"),
            (say("不予登记依据", "Refused on"), plain(case["basis"])),
        ]
    )


def _steps(seat: Seat, case: Case) -> None:
    say = seat.say
    with ui.element("div").classes("ybz-doing"):
        for place, event in enumerate(each for each in _events(case) if each in _PATHS):
            path = _PATHS[event]
            ui.button(called(say, STEPS, path), on_click=lambda path=path: _take(seat, case, path)).props(
                "outline" if place or event == "refuse" else "unelevated"
            )


async def _take(seat: Seat, case: Case, path: str) -> None:
    say, label = seat.say, called(seat.say, STEPS, path)
    questions = []
    if path == "return":
        lacks = say("还缺什么，一行一条，一次说全", "What is lacking: one a line, all at once")
        questions = [Question("lacks", lacks, needed=False, long=True)]
    elif path == "refusal":
        questions = [
            Question("ground", say("情形", "Ground"), choices=_grounds(case)),
            Question("reason", say("理由", "Reason"), long=True),
        ]
    given = await answers(label, questions, say, text=say(*_TOLD[path]), do=label)
    if given is None:
        return
    body: dict[str, Any] = dict(given)
    if path == "return":
        body = {"lacks": [line.strip() for line in given["lacks"].splitlines() if line.strip()]}
    await seat.calls.post(f"/v1/registrations/applications/{case['id']}/{path}", body)
    again()


def _grounds(case: Case) -> dict[str, str]:
    """Grounds of a refusal that fit the state, as the rules word them."""
    from datetime import datetime

    from policies.clocks import ZONE
    from policies.rulebook import rule

    ruled = rule("registration", "refusal_grounds", datetime.now(ZONE).date()).value
    return {
        code: f"{one['words']}（{one['source']}）"
        for code, one in ruled.items()
        if case["state"] in one["states"]
    }


def _objections(seat: Seat, case: Case) -> None:
    say = seat.say
    if not case["objections"]:
        return
    heading(say("异议", "Objections"))
    for one in case["objections"]:
        with ui.element("article").classes("ybz-panel"):
            ui.label(one["statement"])
            ui.label(f"{instant(one['made_at'])} · {plain(one['reason'])}").classes("ybz-fine")
            if seat.may(Act.REGISTRATION_REVIEW) and not one["reason"]:
                ui.button(
                    say("处理异议", "Decide"), on_click=lambda one=one: decide_objection(seat, one)
                ).props("outline")


def _handed_in(seat: Seat, case: Case) -> None:
    say = seat.say
    heading(say("申请表", "The form"))
    with ui.element("section").classes("ybz-panel"):
        facts([(called(say, FORM, str(name)), plain(value)) for name, value in case["form"].items()])
    rows = [
        {
            "id": place,
            "role": called(say, MATERIALS, one["role"]),
            "name": one["name"],
            "size": number(one["size_bytes"]),
        }
        for place, one in enumerate(case["files"])
    ]
    columns = [
        Column("role", say("材料", "Material")),
        Column("name", say("文件", "File")),
        Column("size", say("字节", "Bytes"), numeric=True),
    ]
    table(columns, rows, say, caption=say("随附材料", "Files handed in"))


def _acts(seat: Seat, case: Case) -> None:
    say = seat.say
    rows = [
        {
            "id": place, "at": instant(one["made_at"]), "act": called(say, ACTS, one["act"]),
            "state": called(say, APPLICATIONS, one["state"]), "reason": plain(one["reason"]),
        }
        for place, one in enumerate(case["acts"])
    ]  # fmt: skip
    columns = [
        Column("at", say("时间", "When")),
        Column("act", say("办理", "Act")),
        Column("state", say("办理后", "State then")),
        Column("reason", say("说明", "Reason")),
    ]
    table(columns, rows, say, caption=say("办理经过", "What happened"))
