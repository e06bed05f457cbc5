"""Grants a department holds: what each opens, until when, and what is left of its limits."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from nicegui import ui

from policies.access import Act
from space.console.calling import Declined
from space.console.pages.contracting.words import limit
from space.console.pages.department import words
from space.console.pages.department.around import ROOM, datasets, para, state
from space.console.parts.asking import Question, answers
from space.console.parts.figures import number
from space.console.parts.notes import done, empty
from space.console.parts.ways import again, link
from space.console.parts.words import facts, heading
from space.console.seats import Seat

# Of so many grants what is left is asked for while the page is made.
_ASKED: Final = 12


async def held(seat: Seat, grants: Sequence[Mapping[str, Any]]) -> None:
    """The grants of the department, those in force first."""
    say = seat.say
    heading(say("我的授权", "My grants")).props('id="grants"')
    if not grants:
        empty(
            say("还没有授权", "No grant yet"),
            say(
                "申请获得同意后，由数据主管部门签发授权；授权写明可用的数据项、方式、期限和次数。",
                "After consent the data authority signs a grant; it names items, ways, last day and calls.",
            ),
        )
        return
    ordered = sorted(grants, key=lambda one: (one["state"] != "in_force", one["valid_to"]))
    read = await asyncio.gather(*(_one(seat, each["id"]) for each in ordered[:_ASKED]))
    names = {each["name"] for one in read if one for each in one["terms"]["datasets"]}
    known = await datasets(seat, names)
    with ui.element("ul").classes("ybz-cards"):
        for one in filter(None, read):
            _card(seat, one, known)


async def _one(seat: Seat, grant: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = await seat.calls.get(f"/v1/grants/{grant}")
    except Declined:  # it ended while the page was made
        return None
    return found


def _card(seat: Seat, grant: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> None:
    say, terms = seat.say, grant["terms"]
    with ui.element("li").classes("ybz-panel ybz-card"):
        with ui.element("div").classes("ybz-line"):
            titles = "、".join(known[each["name"]]["title"] for each in terms["datasets"])
            heading(titles, 3)
            state(say, grant["state"], words.GRANTS)
        for each in terms["datasets"]:
            fields = {field["name"]: field["title"] for field in known[each["name"]]["fields"]}
            columns = "、".join(fields.get(name, name) for name in each["columns"])
            para(columns, fine=True)
        analyses = "、".join(words.called(say, words.ANALYSES, one) for one in grant["analyses"])
        facts(
            [
                (say("可以怎么用", "Ways"), analyses),
                (say("保护方式", "Protection"), words.called(say, words.MODES, grant["mode"])),
                (say("期限", "Until"), f"{grant['valid_from']} — {grant['valid_to']}"),
                *[
                    (say("剩余（其他限额）", "Left of a limit"), f"{number(left)} / {limit(say, line)}")
                    for line, left in grant["left"].items()
                ],
            ]
        )  # fmt: skip
        _calls(seat, grant["calls"])
        with ui.element("div").classes("ybz-doing"):
            ways(seat, grant)


def _calls(seat: Seat, calls: Mapping[str, Any]) -> None:
    say, used, limit = seat.say, calls["used"], calls["limit"]
    if not limit:
        para(say(f"已用 {number(used)} 次，不限次数", f"{number(used)} calls used, no limit"))
        return
    told = say(
        f"次数：已用 {number(used)}，剩 {number(limit - used)}，共 {number(limit)}",
        f"Calls: {number(used)} used, {number(limit - used)} left of {number(limit)}",
    )
    para(told)
    bar = ui.linear_progress(min(1.0, used / limit), show_value=False).props("color=primary rounded")
    bar.props(f'aria-label="{told}"').classes("ybz-wide")


def ways(seat: Seat, grant: Mapping[str, Any], *, request_too: bool = True) -> None:
    """Where a grant is used, each way as far as the grant and the role have it."""
    say = seat.say
    if request_too:
        link(say("看申请", "The request"), f"{ROOM}/requests/{grant['request']}").classes("ybz-way")
    if grant["state"] != "in_force":
        return
    if seat.may(Act.QUERY_ASK) and "aggregate" in grant["analyses"]:
        link(say("去统计", "Ask for figures"), f"/console/operator/query?grant={grant['id']}").classes(
            "ybz-way"
        )
    if seat.may(Act.VERIFICATION_ASK) and "verify" in grant["analyses"]:
        link(say("去核验", "Verify"), f"{ROOM}/verification?grant={grant['id']}").classes("ybz-way")
    if seat.may(Act.SUPPLY_TAKE) and {"list", "masked_list"} & set(grant["analyses"]):
        link(say("领取数据", "Fetch data"), f"{ROOM}/data?grant={grant['id']}").classes("ybz-way")
    if not request_too:
        return
    if seat.may(Act.GRANT_RETURN):
        button = ui.button(say("交回授权", "Return it"), on_click=lambda: _give_back(seat, grant["id"]))
        button.props("flat dense")


async def _give_back(seat: Seat, grant: str) -> None:
    say = seat.say
    given = await answers(
        say("交回授权", "Return a grant"),
        [Question("reason", say("为什么交回", "Why"), long=True)],
        say,
        text=say(
            "交回后立即停用，不能恢复；再用须重新申请。收到的数据要删除并证明。",
            "It ends at once and does not come back; what was received is to be deleted, with proof.",
        ),
        do=say("交回", "Return it"),
    )
    if given is None:
        return
    await seat.calls.post(f"/v1/grants/{grant}/return", {"reason": given["reason"]})
    done(say("已交回", "Returned"))
    again()
