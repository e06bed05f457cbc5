"""The yearly disclosure 年度披露 of the reader's organisation: looked at first, then made and kept."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any, Final

from nicegui import ui

from policies.clocks import local_date
from space.console.calling import Declined
from space.console.pages.implementing.around import address, ways
from space.console.paging import page
from space.console.parts.asking import answers
from space.console.parts.figures import instant
from space.console.parts.notes import done, empty, reasons
from space.console.parts.tables import Column, table
from space.console.parts.ways import go, link
from space.console.parts.words import Words, heading
from space.console.seats import Seat

_FIRST_YEAR: Final = 2025


@page("/implementing/disclosure", "年度披露", "Yearly disclosure")
async def disclosing(seat: Seat) -> None:
    """What is due, what was made, and the draft of the year that is chosen."""
    ways(seat)
    say = seat.say
    last = local_date(datetime.now(UTC)).year - 1
    found, owed = await asyncio.gather(
        seat.calls.whole("/v1/disclosures", "disclosures"),
        seat.calls.get("/v1/due", owner=seat.organisation, about=_subject(last)),
    )
    mine = [one for one in found["disclosures"] if one["code"] == seat.organisation]
    for one in owed["items"]:
        text = say(
            f"{last} 年的披露应在 {one['due_on']} 前公布。", f"That of {last} is due by {one['due_on']}."
        )
        Words("p", text).classes("ybz-note warn")
    if not owed["items"]:
        following = found["following"]
        text = say(
            f"现在没有到期的披露。{following['year']} 年的在年度结束后编制，{following['due_on']} 前公布。",
            f"Nothing is due. That of {following['year']} is made after it, by {following['due_on']}.",
        )
        Words("p", text).classes("ybz-note good")
    with ui.element("div").classes("ybz-chips"):
        for year in range(last, _FIRST_YEAR - 1, -1):
            chip = link(
                say(f"试编 {year} 年", f"Draft of {year}"), address("/disclosure", year=str(year))
            ).classes("ybz-chip")
            if seat.query.get("year") == str(year):
                chip.props('aria-current="page"')
    if seat.query.get("year", "").isdecimal():
        await _draft(seat, int(seat.query["year"]))
    _made(seat, mine)


def _subject(year: int) -> str:
    """What the disclosure of a year is owed for."""
    return f"disclosure:{year}:implementing-body"


async def _draft(seat: Seat, year: int) -> None:
    say = seat.say
    try:
        document = (await seat.calls.get(f"/v1/disclosures/drafts/{year}"))["document"]
    except Declined as declined:
        if declined.status != 404:
            reasons(seat, declined)
            return
        text = say(f"{year} 年本单位没有生效的协议，不用披露。", f"No agreement was in force in {year}.")
        Words("p", text).classes("ybz-note")
        return
    with ui.element("section").classes("ybz-panel"):
        heading(say(f"{year} 年披露（试编，未公布）", f"Disclosure of {year}, not made yet"))
        numbers = ", ".join(str(one["number"]) for one in document["agreements"])
        Words("p", f"{say('协议', 'Agreements')}: {numbers}")
        table(
            [
                Column("title", say("指标", "Figure")),
                Column("value", say("数值", "Value"), numeric=True),
                Column("meaning", say("口径", "Definition")),
            ],
            [
                {
                    "id": one["title"], "title": one["title"], "value": f"{one['value']} {one['unit']}",
                    "meaning": one["definition"],
                }
                for one in document["figures"]
            ],
            say, caption=say("指标", "Figures"),
        )  # fmt: skip
        if document["lacks"]:
            heading(say("账上还缺的", "What the ledger lacks"), 3)
            with ui.element("ul"):
                for one in document["lacks"]:
                    Words("li", str(one))
        with ui.element("div").classes("ybz-doing"):
            ui.button(
                say("公布", "Make it public"), icon="campaign", on_click=lambda: _publish(seat, year)
            ).props("unelevated")


async def _publish(seat: Seat, year: int) -> None:
    say = seat.say
    text = say(
        "公布后谁都能看，记入存证。数据有变化的可以再公布一次，前一次仍然留存。",
        "Everybody may read it, and it is evidence. It can be made anew; what was made stays.",
    )
    given = await answers(
        say(f"公布 {year} 年披露", f"Make the disclosure of {year}"), [], say, text=text,
        do=say("公布", "Make it public"),
    )  # fmt: skip
    if given is not None:
        made = await seat.calls.post(f"/v1/disclosures/{year}", {})
        done(say("已公布", "Made"))
        go(f"/console/audit/disclosures/{made['id']}")


def _made(seat: Seat, mine: list[dict[str, Any]]) -> None:
    say = seat.say
    if not mine:
        empty(
            say("本单位还没有公布过年度披露", "Nothing was disclosed yet"),
            say("公布后按年份列在这里，可以打印。", "Each stands here by its year, to be printed."),
        )
        return
    table(
        [Column("year", say("年份", "Year"), link="to"), Column("at", say("公布时间", "Made"))],
        [
            {
                "id": one["id"], "year": str(one["year"]), "at": instant(one["made_at"]),
                "to": f"/console/audit/disclosures/{one['id']}",
            }
            for one in mine
        ],
        say, caption=say("已公布", "Made"),
    )  # fmt: skip
