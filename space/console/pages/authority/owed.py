"""What everybody owes, grouped by department, with the share that is overdue; one department's on a page.

Decides nothing: colours and days are counted by the interface.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from nicegui import ui

from space.console.pages.authority.queue import clock_words, navigation, way_to
from space.console.pages.authority.words import OWNERS
from space.console.pages.steward.words import COLOURS, called
from space.console.paging import page
from space.console.parts.figures import share
from space.console.parts.notes import empty
from space.console.parts.owing import owed_called, soonest
from space.console.parts.tables import Column, table
from space.console.parts.ways import link
from space.console.parts.words import Words, heading
from space.console.seats import Seat

# Lines on one page.
_SHOWN: Final = 200


@page("/authority/due", "各部门时限", "Everything owed")
async def owed(seat: Seat) -> None:
    """Everything owed by everybody, or by the department the address names."""
    navigation(seat)
    say, owner = seat.say, seat.query.get("owner", "")
    due, listed = await asyncio.gather(
        seat.calls.get("/v1/due", limit=1, owner=owner),
        seat.calls.whole("/v1/due", "items", owner=owner, colour=seat.query.get("colour", "")),
    )
    if not due["items"]:
        empty(
            say("没有欠着的事", "Nothing is owed"),
            say("有时限的事项会按到期先后列在这里。", "Everything with a last day will stand here."),
        )
        return
    if not owner:
        by_department(seat, due)
    name = called(say, OWNERS, due["items"][0]["owner"]) if owner else say("全部", "All")
    heading(say(f"{name}：{due['total']} 件", f"{name}: {due['total']}"))
    if owner:
        link(say("← 各部门", "← All departments"), "/console/authority/due")
    _lights(seat, due, owner)
    _lines(seat, soonest(listed["items"])[:_SHOWN], with_owner=not owner)
    if listed["total"] > _SHOWN:
        ui.label(say(f"只列出最紧的 {_SHOWN} 件。", f"The {_SHOWN} most pressing are listed.")).classes(
            "ybz-fine"
        )


def _lights(seat: Seat, due: Mapping[str, Any], owner: str) -> None:
    """How many are of each colour; each leads to those alone."""
    say, wanted = seat.say, seat.query.get("colour", "")
    counted = due["by_colour"]
    to = f"/console/authority/due?owner={quote(owner)}" if owner else "/console/authority/due?"
    with ui.element("nav").classes("ybz-chips").props(f'aria-label="{say("按紧急程度看", "By colour")}"'):
        for colour, count in (
            ("", due["total"]),
            *((each, counted[each]) for each in COLOURS if each in counted),
        ):
            text = say("全部", "All") if not colour else called(say, COLOURS, colour)
            made = link(f"{text} · {count}", f"{to}&colour={colour}" if colour else to).classes("ybz-chip")
            if colour == wanted:
                made.props('aria-current="true"')


def _lines(seat: Seat, items: Sequence[Mapping[str, Any]], *, with_owner: bool) -> None:
    """What is owed, a line each: how pressing, what, by whom, until when."""
    say = seat.say
    with ui.element("ul").classes("ybz-owed"):
        for one in items:
            told, tone = clock_words(say, one)
            with ui.element("li").classes(f"ybz-due {one['colour']}"):
                Words("span", told).classes(f"ybz-badge {tone}")
                to = way_to(str(one["subject"]))
                if to:
                    link(owed_called(say, one), to)
                else:
                    ui.label(owed_called(say, one))
                if with_owner:
                    ui.label(called(say, OWNERS, one["owner"])).classes("ybz-fine")


def by_department(seat: Seat, due: Mapping[str, Any]) -> None:
    """A row a department: what it owes by colour, and which share is overdue or due today."""
    say = seat.say
    ordered = sorted(due["by_owner"], key=lambda one: (-one["red"] / max(1, one["total"]), -one["total"]))
    rows = []
    for one in ordered:
        late = one["red"] / one["total"] if one["total"] else 0.0
        code = one["owner_code"] or one["owner"]
        rows.append(
            {
                "owner": called(say, OWNERS, one["owner"]),
                "to": f"/console/authority/due?owner={quote(code)}",
                "total": one["total"], "red": one["red"], "yellow": one["yellow"], "green": one["green"],
                "grey": one["grey"], "late": share(late), "tone": "bad" if one["red"] else "good",
            }
        )  # fmt: skip
    columns = [
        Column("owner", say("责任单位", "Owed by"), link="to"),
        Column("total", say("待办", "Owed"), numeric=True),
        Column("red", say("逾期或当天（红）", "Overdue or due (red)"), numeric=True),
        Column("yellow", say("临近（黄）", "Close (yellow)"), numeric=True),
        Column("green", say("充裕（绿）", "Time enough (green)"), numeric=True),
        Column("grey", say("未定（灰）", "Not set (grey)"), numeric=True),
        Column("late", say("逾期占比", "Share overdue"), badge="tone"),
    ]
    heading(say("各部门待办", "What each department owes")).props('id="due"')
    caption = say(f"截至 {due['on']}，共 {due['total']} 件", f"{due['total']} as of {due['on']}")
    table(columns, rows, say, caption=caption, key="owner")
