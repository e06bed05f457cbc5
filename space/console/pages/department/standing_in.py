"""Who stands in for an approver 审批代理: named by the head of an organisation, from a day to a day.

Decides nothing: who may name somebody, and for whom, is the interface's to judge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from nicegui import ui

from policies.access import Act
from policies.clocks import local_date
from space.console.language import Language
from space.console.pages.department.around import badge, every, navigation, para
from space.console.paging import page
from space.console.parts.asking import Question, answers
from space.console.parts.notes import done, empty
from space.console.parts.ways import again
from space.console.parts.words import Words, heading
from space.console.seats import Seat


@page("/department/standing-in", "审批代理", "Standing in")
async def standing_in(seat: Seat) -> None:
    """The delegations of the organisation, and for its head a new one."""
    navigation(seat)
    say, arranges = seat.say, seat.may(Act.REQUEST_ARRANGE)
    para(
        say(
            "审批人不在时，由代理人替他答复申请；代理人以自己的账号办理，记录写明代谁办理。",
            "While an approver is away, somebody answers in their place, with a login of their own; the "
            "history says for whom.",
        )
    )
    found = await every(seat, "/v1/delegations", "delegations")
    if arranges:
        ui.button(say("指定代理人", "Name somebody"), on_click=lambda: _name(seat)).props("unelevated")
    else:
        para(
            say("代理人由本单位负责人指定。", "The head of the organisation names who stands in."), fine=True
        )
    if not found:
        empty(
            say("没有指定过代理人", "Nobody stands in"),
            say("指定的代理人和起止日期会列在这里。", "Who stands in, and from when to when, stands here."),
        )
        return
    _list(seat, found, arranges)


def _list(seat: Seat, found: Sequence[Mapping[str, Any]], arranges: bool) -> None:
    say, today = seat.say, local_date(datetime.now(UTC)).isoformat()
    heading(say("代理安排", "Who stands in for whom"))
    with ui.element("ul").classes("ybz-panel ybz-results"):
        for one in reversed(found):
            over = _over(one, today)
            with ui.element("li"):
                badge(*state(one, today, say))
                who = say(f"{one['delegate']} 代 {one['person']}", f"{one['delegate']} for {one['person']}")
                Words("strong", who)
                Words("span", f"{one['first_on']} — {one['ended_on'] or one['last_on']}")
                para(one["reason"], fine=True)
                if arranges and not over:
                    end = ui.button(
                        say("收回", "Take it back"), on_click=lambda _, i=one["id"]: _end(seat, i)
                    )
                    end.props("flat dense")


def state(one: Mapping[str, Any], today: str, say: Language) -> tuple[str, str]:
    """How a delegation stands on a day, in words, and the tone of its badge.

    Args:
        one: the delegation.
        today: ISO day, Asia/Shanghai.
        say: the reader's language.
    """
    if _over(one, today):
        return say("已结束", "over"), "calm"
    if one["first_on"] > today:
        return say("未开始", "not begun"), "calm"
    return say("有效", "in force"), "good"


def _over(one: Mapping[str, Any], today: str) -> bool:
    return bool(one["ended_on"]) or one["last_on"] < today


async def _name(seat: Seat) -> None:
    say, today = seat.say, local_date(datetime.now(UTC)).isoformat()
    who = say("登记的姓名", "registered name")
    given = await answers(
        say("指定代理人", "Name who stands in"),
        [
            Question("person", say("谁不在（审批人）", "Who is away (the approver)"), who),
            Question("to", say("由谁代理", "Who stands in"), who),
            Question("first", say("从哪一天", "First day"), value=today, day=True),
            Question("until", say("到哪一天", "Last day"), day=True),
            Question("reason", say("理由", "Reason"), say("例如：出差", "such as: away on duty"), long=True),
        ],
        say,
        text=say("到期自动结束，也可以随时收回。", "It ends by itself, and can be taken back at any time."),
        do=say("指定", "Name"),
    )
    if given is None:
        return
    body = {key: given[key].strip() for key in ("person", "to", "first", "until", "reason")}
    await seat.calls.post("/v1/delegations", {**body, "by": ""})
    done(say("已指定", "Named"))
    again()


async def _end(seat: Seat, delegation: str) -> None:
    say = seat.say
    title = say("收回代理", "Take it back")
    if await answers(title, [], say, text=say("从今天起不再代理。", "From today on."), do=title) is None:
        return
    await seat.calls.post(f"/v1/delegations/{delegation}/end", {"by": ""})
    done(title)
    again()
