"""What a steward and a head may do to an entry where it stands; each is asked of the interface.

Decides what is offered: a step the procedure has there. Whether it is done is the interface's to judge.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nicegui import ui

from space.console.frame import at
from space.console.pages.steward.words import TRIGGERS, choices
from space.console.parts.asking import Question, answers
from space.console.parts.notes import done
from space.console.parts.ways import again, go
from space.console.seats import Seat


def steward_may(seat: Seat, told: Mapping[str, Any]) -> None:
    """Edit, take back, submit again, note that an update is owed."""
    say, name = seat.say, told["name"]
    way = told["pending"]["state"] if told["pending"] else told["state"]
    with ui.element("div").classes("ybz-doing"):
        if way not in ("signed_off", "reviewed"):
            label = (
                say("修改后重新提交", "Mend and submit again") if way == "returned" else say("修改", "Edit")
            )
            ui.button(label, on_click=lambda: go(at(f"/steward/entries/{name}/edit"))).props("unelevated")
        if way in ("compiled", "checked", "returned"):

            async def take_back() -> None:
                given = await answers(
                    say("撤回这一版", "Take this revision back"),
                    [Question("reason", say("为什么撤回", "Why"), long=True)],
                    say,
                    text=say(
                        "撤回后可以改好再提交；已发布的版本不受影响。",
                        "It can be mended and submitted again; what is published stays.",
                    ),
                    do=say("撤回", "Take back"),
                )
                if given:
                    await seat.calls.post(f"/v1/entries/{name}/retraction", given)
                    again()

            ui.button(say("撤回提交", "Take back"), on_click=take_back).props("outline")
        if way == "published":
            ui.button(
                say("记录应当更新", "Note an update owed"), on_click=lambda: _triggered(seat, name)
            ).props("flat")


async def _triggered(seat: Seat, name: str) -> None:
    say = seat.say
    given = await answers(
        say("记录应当更新", "Note that an update is owed"),
        [
            Question("kind", say("起因", "Cause"), choices=choices(say, TRIGGERS)),
            Question("what", say("发生了什么", "What happened"), long=True),
        ],
        say,
        text=say("记录后更新时限开始计算。", "The clock of the update starts."),
    )
    if given:
        await seat.calls.post(f"/v1/entries/{name}/triggers", given)
        again()


def head_may(seat: Seat, told: Mapping[str, Any]) -> None:
    """Sign a checked revision off, or return it with one complete list."""
    # Of an entry that was never published the newest revision is its own, none beside it is on its way.
    newest = told["pending"] or told
    if newest["state"] != "checked":
        return
    say, name, revision = seat.say, told["name"], newest["revision"]

    async def sign() -> None:
        given = await answers(
            say("签批并送主管部门审核", "Sign and send to the authority"),
            [Question("reason", say("签批意见", "Note"), needed=False, long=True)],
            say,
            text=say("签批后本部门不能再撤回，只能等审核结果。", "Once signed it cannot be taken back."),
            do=say("签批", "Sign"),
        )
        if given is not None:
            await seat.calls.post(f"/v1/entries/{name}/signature", {**given, "revision": revision})
            done(say("已签批", "Signed"))
            again()

    async def give_back() -> None:
        given = await answers(
            say("退回给数据管理员", "Return to the steward"),
            [
                Question(
                    "missing",
                    say("缺什么，一行一条，一次说全", "What is missing: one a line, all at once"),
                    hint=say(
                        "可写“位置: 要求”，如 sharing.basis: 写明条款",
                        "PLACE: what, as in sharing.basis: cite it",
                    ),
                    long=True,
                )
            ],
            say,
            do=say("退回", "Return"),
        )
        if given is not None:
            points = [line.strip() for line in given["missing"].splitlines() if line.strip()]
            await seat.calls.post(
                f"/v1/entries/{name}/return-by-head", {"missing": points, "revision": revision}
            )
            again()

    with ui.element("div").classes("ybz-doing"):
        ui.button(say("签批", "Sign"), on_click=sign).props("unelevated")
        ui.button(say("退回", "Return"), on_click=give_back).props("outline")
