"""What a steward and a head may do to an entry where it stands; each is asked of the interface.

Decides what is offered: a step the procedure has there. Whether it is done is the interface's to judge.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from nicegui import ui

from policies.access import Act
from space.console.frame import at
from space.console.pages.steward.words import TRIGGERS, choices
from space.console.parts.asking import Question, answers
from space.console.parts.notes import done
from space.console.parts.ways import again, go
from space.console.seats import Seat

# State → what comes next, and whose turn it is.
_NEXT: Final[Mapping[str, tuple[str, str]]] = {
    "compiled": (
        "草稿只有本部门看得到。点“修改”补齐，再点“保存并提交”。",
        "Only your department sees the draft: edit it and submit.",
    ),
    "checked": (
        "等本部门负责人签批；签批前可以修改或撤回。",
        "Waits for your head to sign; until then it can be edited or taken back.",
    ),
    "signed_off": (
        "负责人已签批，等数据主管部门审核发布。",
        "Signed; the authority reviews and publishes it next.",
    ),
    "reviewed": ("已审核，等数据主管部门发布。", "Reviewed; the authority publishes it next."),
    "returned": (
        "按下面的要求改好，重新提交。",
        "Mend what is asked for below and submit it again.",
    ),
    "retracted": (
        "已撤回。点“修改”可以接着改、重新提交。",
        "Taken back. Edit it to submit it again.",
    ),
    "published": (
        "已上账，还没有数据。下一步：数据管理员交数据，入库加工、检验合格后发出版本，别的单位就能申请使用。",
        "On the ledger, without data yet. Next the steward hands in rows: once built and judged good they "
        "are released, and others may ask for them.",
    ),
}


def coming(seat: Seat, now: str, release: Mapping[str, Any] | None) -> None:
    """What comes next for an entry, and whose turn it is; nothing where it is in use.

    Args:
        seat: who sits before the page.
        now: state of its newest revision.
        release: the release in use; None where there is none.
    """
    if now in _NEXT and not (now == "published" and release):
        ui.label(seat.say(*_NEXT[now])).classes("ybz-note calm")


def steward_may(seat: Seat, told: Mapping[str, Any]) -> None:
    """Edit, take back, submit again, note that an update is owed."""
    say, name = seat.say, told["name"]
    way = told["pending"]["state"] if told["pending"] else told["state"]
    with ui.element("div").classes("ybz-doing"):
        if way not in ("signed_off", "reviewed"):
            label = (
                say("修改后重新提交", "Mend and submit again") if way == "returned" else say("修改", "Edit")
            )
            ui.button(label, on_click=lambda: go(at(f"/steward/entries/{name}/edit"))).props(
                "outline" if way == "published" else "unelevated"
            )
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

            label = (
                say("撤销这份草稿", "Drop the draft") if way == "compiled" else say("撤回提交", "Take back")
            )
            ui.button(label, on_click=take_back).props("outline")
        if told["state"] == "published" and seat.may(Act.DATASET_BUILD):
            hand_in = ui.button(
                say("交数据", "Hand in rows"), on_click=lambda: go(at(f"/steward/entries/{name}/delivery"))
            )
            hand_in.props("unelevated icon=upload_file")
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
            [Question("reason", say("签批意见（可不填）", "Note (may be empty)"), needed=False, long=True)],
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
                        "写出栏目名，对方就能在那一栏看到，如：共享范围没有写明",
                        "Name the field and it stands there for the steward: Scope is missing",
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
