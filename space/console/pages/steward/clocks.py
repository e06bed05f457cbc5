"""What this department owes, by when, in colours that are also words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import ui

from space.console.frame import at
from space.console.pages.steward.words import COLOUR_TONES, COLOURS, called
from space.console.paging import page
from space.console.parts.notes import empty
from space.console.parts.ways import link
from space.console.parts.words import Words, heading
from space.console.seats import Seat


@page("/steward/clocks", "时限", "Clocks")
async def clocks(seat: Seat) -> None:
    """Everything owed, the most pressing first; by colour where the address asks for one."""
    say, wanted = seat.say, seat.query.get("colour", "")
    link(say("← 数据管理", "← Steward"), at("/steward"))
    due = await seat.calls.get("/v1/due", limit=1000)
    counted = Counter(one["colour"] for one in due["items"])
    label = say("按颜色看", "By colour")
    with ui.element("nav").classes("ybz-chips").props(f'aria-label="{label}"'):
        _chip(say("全部", "All"), sum(counted.values()), at("/steward/clocks"), not wanted)
        for colour in COLOURS:
            if counted[colour]:
                to = at(f"/steward/clocks?colour={colour}")
                _chip(called(say, COLOURS, colour), counted[colour], to, wanted == colour)
    items = [one for one in due["items"] if wanted in ("", one["colour"])]
    if not items:
        empty(
            say("没有欠着的事", "Nothing is owed"),
            say(
                "整改、校核、更新等有时限的事项会按到期先后列在这里。",
                "Everything with a last day will stand here.",
            ),
        )
        return
    heading(say(f"截至 {due['on']}，共 {len(items)} 件", f"{len(items)} as of {due['on']}"))
    owed_list(seat, items)


def _chip(text: str, count: int, to: str, here: bool) -> None:
    made = link(f"{text} · {count}", to).classes("ybz-chip")
    if here:
        made.props('aria-current="true"')


def owed_list(seat: Seat, items: Sequence[Mapping[str, Any]]) -> None:
    """Things owed, one a line: the colour with its word, what, by when, where to go."""
    say = seat.say
    with ui.element("ul").classes("ybz-owed"):
        for one in items:
            tone = COLOUR_TONES.get(one["colour"], "calm")
            with ui.element("li").classes(f"ybz-due {one['colour']}"):
                Words("span", called(say, COLOURS, one["colour"])).classes(f"ybz-badge {tone}")
                to = _way(str(one["subject"]))
                if to:
                    link(_what(seat, one), to)
                else:
                    ui.label(_what(seat, one))
                ui.label(_when(seat, one)).classes("ybz-fine")


def _what(seat: Seat, one: Mapping[str, Any]) -> str:
    """What is owed; the interface words it in English, its commonest forms are worded here."""
    what, kind = str(one["what"]), str(one["subject"]).partition(":")[0]
    if seat.say("zh", "en") == "en":
        return what
    words = what.split()
    if kind == "rectification" and len(words) > 4:
        return f"整改 {words[-1]} 的 {words[1]} 处问题"
    heads = {
        "entry": "编目办理", "correction": "答复校核", "request": "办理用数申请", "authority": "数源争议裁定",
        "dataset": "更新数据",
    }  # fmt: skip
    return f"{heads[kind]}：{what}" if kind in heads else what


def _when(seat: Seat, one: Mapping[str, Any]) -> str:
    say = seat.say
    if not one["due_on"]:
        return say("没有定最后一天", "No last day is set")
    left = one["days_left"]
    ends = say(f"到期日 {one['due_on']}", f"Due on {one['due_on']}")
    if left is None:
        return ends
    if left < 0:
        return ends + say(f"，已逾期 {-left} 天", f", {-left} days late")
    return ends + say(f"，还有 {left} 天", f", {left} days left")


def _way(subject: str) -> str:
    kind, _, name = subject.partition(":")
    if kind == "rectification":
        return at(f"/steward/rectification/{name}")
    if kind == "correction":
        return at("/steward/corrections")
    if kind in ("entry", "dataset"):
        return at(f"/steward/entries/{name}")
    return at("/steward/conflicts") if kind == "authority" else ""
