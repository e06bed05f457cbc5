"""What this department owes, by when, in colours that are also words."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from nicegui import ui

from space.console.calling import Declined
from space.console.frame import at
from space.console.pages.steward.words import CAUSES, COLOUR_TONES, COLOURS, called
from space.console.paging import page
from space.console.parts.notes import empty
from space.console.parts.owing import owed_called, soonest
from space.console.parts.ways import link
from space.console.parts.words import Words, heading
from space.console.seats import Seat

_NONE: Final[Mapping[str, str]] = {}
# Lines on one page.
_SHOWN: Final = 200


@page("/steward/clocks", "时限", "Clocks")
async def clocks(seat: Seat) -> None:
    """Everything owed, the most pressing first; by colour where the address asks for one."""
    say, wanted = seat.say, seat.query.get("colour", "")
    link(say("← 数据管理", "← Steward"), at("/steward"))
    due, causes = await asyncio.gather(seat.calls.whole("/v1/due", "items", colour=wanted), causes_of(seat))
    counted = Counter(due["by_colour"])
    label = say("按颜色看", "By colour")
    with ui.element("nav").classes("ybz-chips").props(f'aria-label="{label}"'):
        _chip(say("全部", "All"), sum(counted.values()), at("/steward/clocks"), not wanted)
        for colour in COLOURS:
            if counted[colour]:
                to = at(f"/steward/clocks?colour={colour}")
                _chip(called(say, COLOURS, colour), counted[colour], to, wanted == colour)
    items = soonest(due["items"])[:_SHOWN]
    if not items:
        empty(
            say("没有欠着的事", "Nothing is owed"),
            say(
                "整改、校核、更新等有时限的事项会按到期先后列在这里。",
                "Everything with a last day will stand here.",
            ),
        )
        return
    heading(say(f"截至 {due['on']}，共 {due['total']} 件", f"{due['total']} as of {due['on']}"))
    owed_list(seat, items, causes)
    if due["total"] > len(items):
        ui.label(say(f"只列出最紧的 {_SHOWN} 件。", f"The {_SHOWN} most pressing are listed.")).classes(
            "ybz-fine"
        )


def _chip(text: str, count: int, to: str, here: bool) -> None:
    made = link(f"{text} · {count}", to).classes("ybz-chip")
    if here:
        made.props('aria-current="true"')


def owed_list(seat: Seat, items: Sequence[Mapping[str, Any]], causes: Mapping[str, str] = _NONE) -> None:
    """Things owed, one a line: the colour with its word, what, by when, where to go.

    Args:
        seat: who sits before the page.
        items: as the interface tells them.
        causes: id of a case of faulty data → what is wrong with it, as a code; those the reader is told of.
    """
    say = seat.say
    with ui.element("ul").classes("ybz-owed"):
        for one in items:
            tone = COLOUR_TONES.get(one["colour"], "calm")
            with ui.element("li").classes(f"ybz-due {one['colour']}"):
                Words("span", called(say, COLOURS, one["colour"])).classes(f"ybz-badge {tone}")
                kind, _, name = str(one["subject"]).partition(":")
                cause = causes.get(name, "") if kind == "rectification" else ""
                to = _way(str(one["subject"]))
                if to:
                    link(_what(seat, one, cause), to)
                else:
                    ui.label(_what(seat, one, cause))
                ui.label(_when(seat, one)).classes("ybz-fine")


async def causes_of(seat: Seat) -> dict[str, str]:
    """Id → cause of every open case of faulty data; nothing where the reader is not told of cases."""
    try:
        told = await seat.calls.whole("/v1/rectifications", "cases")
    except Declined as declined:
        if declined.status == 403:
            return {}
        raise
    return {str(one["id"]): str(one["cause"]) for one in told["cases"]}


def _what(seat: Seat, one: Mapping[str, Any], cause: str) -> str:
    """What is owed: which dataset and item, and what is to be done."""
    return owed_called(seat.say, one, called(seat.say, CAUSES, cause) if cause else "")


def _when(seat: Seat, one: Mapping[str, Any]) -> str:
    say = seat.say
    if not one["due_on"]:
        return say("没有定最后一天", "No last day is set")
    left = one["days_left"]
    ends = say(f"{one['due_on']} 前办完", f"Due on {one['due_on']}")
    if left is None:
        return ends
    if left < 0:
        return ends + say(f"，已逾期 {-left} 个工作日", f", {-left} working days late")
    if left == 0:
        return ends + say("，今天到期", ", due today")
    return ends + say(f"，还有 {left} 个工作日", f", {left} working days left")


def _way(subject: str) -> str:
    kind, _, name = subject.partition(":")
    if kind == "rectification":
        return at(f"/steward/rectification/{name}")
    if kind == "correction":
        return at("/steward/corrections")
    if kind in ("entry", "dataset"):
        return at(f"/steward/entries/{name}")
    return at("/steward/conflicts") if kind == "authority" else ""
