"""The three answers of the authority to an entry: published, returned with one list, refused on a basis.

Decides what is asked before each; the revision that was looked at goes along, so that none newer is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nicegui import ui

from space.console.parts.asking import Question, answers
from space.console.parts.ways import again
from space.console.seats import Seat


def may_answer(seat: Seat, asked: Mapping[str, Any]) -> None:
    """The buttons of the three answers."""
    say = seat.say
    with ui.element("div").classes("ybz-doing"):
        ui.button(say("发布", "Publish"), on_click=lambda: _publish(seat, asked)).props("unelevated")
        ui.button(say("退回", "Return"), on_click=lambda: _give_back(seat, asked)).props("outline")
        ui.button(say("不予发布", "Refuse"), on_click=lambda: _refuse(seat, asked)).props("flat")


async def _publish(seat: Seat, asked: Mapping[str, Any]) -> None:
    say, questions = seat.say, []
    if asked["added"]:
        seen = {"yes": say("已看到这些新增条件", "I have seen the conditions added")}
        label = say("新增的共享条件", "Conditions added")
        questions.append(Question("seen", label, choices=seen))
    questions.append(Question("reason", say("审核意见", "Note"), needed=False, long=True))
    given = await answers(
        say("审核并发布", "Review and publish"),
        questions,
        say,
        text=say(
            "发布后进入目录，各部门可以申请；以后只能下架，不能撤回发布。",
            "It enters the catalogue. It can be withdrawn later, but its publication cannot be undone.",
        ),
        do=say("发布", "Publish"),
    )
    if given is None:
        return
    body = {
        "reason": given["reason"], "revision": asked["revision"],
        "seen_added_condition": given.get("seen") == "yes",
    }  # fmt: skip
    await seat.calls.post(f"/v1/entries/{asked['name']}/publication", body)
    again()


async def _give_back(seat: Seat, asked: Mapping[str, Any]) -> None:
    say = seat.say
    given = await answers(
        say("退回部门补正", "Return to the department"),
        [
            Question(
                "missing",
                say("缺什么，一行一条，一次说全", "What is missing: one a line, all at once"),
                hint=say("可写“位置: 要求”", "PLACE: what"),
                long=True,
            )
        ],
        say,
        text=say(
            "一次性告知：下次退回不能再提这次没提、部门也没改的内容。规则核对发现的缺项会自动列入。",
            "Told once: what is not asked for now, and is not changed, cannot be asked for later. "
            "What the rules find missing is added by itself.",
        ),
        do=say("退回", "Return"),
    )
    if given is None:
        return
    points = [line.strip() for line in given["missing"].splitlines() if line.strip()]
    body = {"missing": points, "revision": asked["revision"]}
    await seat.calls.post(f"/v1/entries/{asked['name']}/return", body)
    again()


async def _refuse(seat: Seat, asked: Mapping[str, Any]) -> None:
    say = seat.say
    given = await answers(
        say("不予发布", "Refuse publication"),
        [
            Question("basis", say("依据的条款", "Law, rule or standard it rests on")),
            Question("reason", say("理由", "Reason"), long=True),
        ],
        say,
        text=say("已发布的版本不受影响；部门可以另行提交。", "What is published stays in force."),
        do=say("不予发布", "Refuse"),
    )
    if given is None:
        return
    body = {**given, "revision": asked["revision"]}
    await seat.calls.post(f"/v1/entries/{asked['name']}/refusal", body)
    again()
