"""Stand-ins of grass-roots bodies 代班: who does an absent clerk's tasks, named for some days."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from nicegui import ui

from space.console.paging import page
from space.console.parts.asking import Question
from space.console.parts.carrying import carried_out
from space.console.parts.figures import plain
from space.console.parts.notes import done, empty
from space.console.parts.tables import Column, table
from space.console.parts.ways import again, link
from space.console.parts.words import heading
from space.console.seats import Seat

_HERE: Final = "/console/authority/stand-ins"


@page("/authority/stand-ins", "基层代班", "Stand-ins")
async def bodies(seat: Seat) -> None:
    """The bodies stand-ins may be named for."""
    say = seat.say
    link(say("← 主管审核", "← Authority"), "/console/authority")
    found = (await seat.calls.get("/v1/grassroots/bodies"))["bodies"]
    if not found:
        empty(
            say("没有可以安排的基层单位", "No body to arrange anything for"),
            say("只能安排本级和下级的基层单位。", "Only bodies of your own level and below it."),
        )
        return
    table(
        [Column("name", say("基层单位", "Body"), link="to"), Column("area", say("区划代码", "Region"))],
        [one | {"to": f"{_HERE}/{quote(one['code'], safe='')}"} for one in found],
        say,
        caption=say("给哪个单位安排代班", "For which body"),
        key="code",
    )


@page("/authority/stand-ins/{body}", "基层代班", "Stand-ins")
async def of_body(seat: Seat) -> None:
    """Who stands in for whom in one body; another one is named here."""
    say, code = seat.say, seat.names["body"]
    link(say("← 各单位", "← All bodies"), _HERE)
    known = (await seat.calls.get("/v1/grassroots/bodies"))["bodies"]
    told = await seat.calls.get(f"/v1/grassroots/bodies/{quote(code, safe='')}/stand-ins")
    heading(next((one["name"] for one in known if one["code"] == code), code))
    ui.label(
        say(
            "代班期间，请假人的上门核实、走访、填报任务也出现在代班人的待办里。提前回来时，该单位可自行结束代班。",
            "While it holds, the tasks of who is away stand in the other's to-do too. The body may end it.",
        )
    ).classes("ybz-fine")
    rows = [
        one | {
            "days": f"{one['first_on']} – {one['ended_on'] or one['last_on']}",
            "now": say("代班中", "now") if one["holds"] else plain(None),
        }
        for one in reversed(told["stand_ins"])
    ]  # fmt: skip
    if rows:
        table(
            [
                Column("person", say("谁不在", "Who is away")),
                Column("stand_in", say("谁代", "Who stands in")),
                Column("days", say("哪几天", "Days")), Column("reason", say("为什么", "Why")),
                Column("now", say("今天", "Today")),
            ],
            rows, say, caption=say("登记过的代班", "Stand-ins that were named"),
        )  # fmt: skip
    else:
        empty(
            say("还没有登记过代班", "None was named yet"),
            say("有人请假、出差、培训时，在这里登记由谁代。", "Name one here when somebody is away."),
        )
    with ui.row().classes("ybz-doing"):
        ui.button(
            say("登记代班", "Name a stand-in"), icon="supervisor_account",
            on_click=lambda: _name(seat, code, told["people"]),
        ).props("unelevated")  # fmt: skip


async def _name(seat: Seat, code: str, people: list[str]) -> None:
    say, chosen = seat.say, {one: one for one in people}

    async def act(given: dict[str, str]) -> Any:
        return await seat.calls.post(f"/v1/grassroots/bodies/{quote(code, safe='')}/stand-ins", given)

    made = await carried_out(
        seat,
        say("登记代班", "Name a stand-in"),
        [
            Question("person", say("谁不在", "Who is away"), choices=chosen),
            Question("stand_in", say("由谁代", "Who stands in"), choices=chosen),
            Question("first_on", say("第一天", "First day"), day=True),
            Question("last_on", say("最后一天（含）", "Last day, included"), day=True),
            Question("reason", say("为什么（请假、培训……）", "Why (leave, training…)")),
        ],
        act,
    )
    if made is not None:
        done(say("已登记", "It is named"))
        again()
