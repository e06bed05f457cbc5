"""What changed of an entry, for everybody; its clocks, acts and compared revisions, for its keepers."""

from __future__ import annotations

import asyncio
from typing import Any

from nicegui import ui

from policies.access import Act
from space.console.pages.catalogue.changes import changes, public_change
from space.console.pages.catalogue.one import (
    Document,
    dataset,
    head,
    nothing,
    only_for_keepers,
    where_allowed,
)
from space.console.pages.catalogue.words import EVENTS, STATES, ruled, told
from space.console.pages.home.words import COLOURS
from space.console.pages.steward.words import REASONS, called
from space.console.paging import page
from space.console.parts.figures import instant, plain
from space.console.parts.notes import empty
from space.console.parts.owing import owed_called
from space.console.parts.tables import Column, table
from space.console.parts.ways import go, link
from space.console.parts.words import Words, badge, heading
from space.console.seats import Seat


@page("/catalogue/{name}/history", "变更与时限", "Changes and deadlines")
async def history(seat: Seat) -> None:
    """What changed of an entry, what is due of it, its acts."""
    name = seat.names["name"]
    keeps = seat.may(Act.DETAIL_READ)
    acts = where_allowed(seat.calls.get(f"/v1/entries/{name}")) if keeps else nothing()
    made = where_allowed(seat.calls.get(f"/v1/entries/{name}/details")) if keeps else nothing()
    due = seat.calls.get("/v1/due", about=name) if seat.may(Act.CLOCK_READ) else nothing()
    found, past, told_of, owed, steps, details = await asyncio.gather(
        dataset(seat),
        seat.calls.get(f"/v1/datasets/{name}/revisions"),
        seat.calls.get("/v1/announcements", name=name, limit=100),
        due,
        acts,
        made,
    )
    head(seat, found, "history")
    _changed(seat, found, past["revisions"])
    _announced(seat, told_of["announcements"])
    if owed is not None:
        _clocks(seat, owed["items"], [] if steps is None else steps["clocks"], steps is not None)
    if steps is None or details is None:
        only_for_keepers(seat)
        return
    newest = max(one["revision"] for one in steps["acts"]) if steps["acts"] else 1
    await _differences(seat, name, newest)
    _acts(seat, steps["acts"])


def _changed(seat: Seat, found: Document, past: list[Any]) -> None:
    """The revisions that were in force, the newest first, and what each changed; everybody sees them."""
    say = seat.say
    heading(say("目录改过什么", "What changed in the entry"))
    with ui.element("ul").classes("ybz-lines ybz-panel"):
        for one in past:
            number, on = one["revision"], one["published_on"]
            with ui.element("li"), ui.element("div"):
                called = say(f"第 {number} 版目录", f"Revision {number}")
                with ui.element("div").classes("ybz-row"):
                    Words("strong", f"{called} · {on or say('早于留痕', 'before acts were kept')}")
                    if one is past[0]:
                        badge(say("现行", "in force"), "good")
                _changes_of(seat, one["changes"])
    if found["released_on"]:
        zh = f"数据最近发布于 {found['released_on']}：看历次发布和数字变化"
        en = f"Data was last released on {found['released_on']}: all releases"
        link(say(zh, en), f"/console/catalogue/{found['name']}/releases")


def _changes_of(seat: Seat, found: list[Any] | None) -> None:
    """What a revision changed in public, one line each."""
    say = seat.say
    if not found:
        ui.label(
            say("首次发布", "The first one")
            if found is None
            else say("公开的内容没有变化", "Nothing changed in public")
        ).classes("ybz-fine")
        return
    with ui.element("ul").classes("ybz-lacks"):
        for one in found:
            with ui.element("li"):
                ui.label(public_change(one, say))
                if one["breaking"]:
                    badge(say("影响使用", "breaks users"), "bad")


def _clocks(seat: Seat, owed: list[Any], clocks: list[Any], keeps: bool) -> None:
    """What is due about the dataset, by colour; and clocks of the entry that have stopped."""
    say = seat.say
    if not owed and not clocks:
        if keeps:
            heading(say("时限", "Deadlines"))
            ui.label(say("现在没有到期或临近到期的事项。", "Nothing is due just now."))
        return
    heading(say("时限", "Deadlines"))
    rows = [
        {
            "place": place,
            "what": owed_called(say, one),
            "due_on": plain(one["due_on"]),
            "colour": say(*COLOURS[one["colour"]][1:]),
            "tone": COLOURS[one["colour"]][0],
            "left": plain(one["days_left"]),
            "source": ruled(one["source"], say),
        }
        for place, one in enumerate(owed)
    ] + [
        {
            "place": f"clock {place}",
            "what": one["rule"],
            "due_on": plain(one["due_on"]),
            "colour": say("按期办结", "ended in time") if one["on_time"] else one["state"],
            "tone": "good" if one["on_time"] else "calm",
            "left": "—",
            "source": ruled(one["source"], say),
        }
        for place, one in enumerate(clocks)
        if one["state"] != "running"
    ]
    columns = [
        Column("what", say("事项", "What")),
        Column("due_on", say("到期日", "Due on")),
        Column("colour", say("状态", "State"), badge="tone"),
        Column("left", say("余天数", "Days left"), numeric=True),
        Column("source", say("依据", "Basis")),
    ]
    table(columns, rows, say, caption=say("本数据集的时限", "Clocks of this dataset"), key="place")


def _announced(seat: Seat, found: list[Any]) -> None:
    """Changes its users were told of, one line a revision; everybody sees them."""
    if not found:
        return
    say = seat.say
    told: dict[tuple[int, int], list[Any]] = {}
    for one in found:
        told.setdefault((one["from"], one["to"]), []).append(one)
    heading(say("变更公告", "Announced changes"))
    with ui.element("ul").classes("ybz-lines"):
        for (former, now), users in told.items():
            noted = sum(one["acknowledged_at"] is not None for one in users)
            with ui.element("li"):
                ui.label(
                    say(
                        f"第 {now} 版目录取代第 {former} 版，已告知 {len(users)} 个使用方，{noted} 个已阅知",
                        f"Revision {now} replaced {former}: {len(users)} users were told, {noted} took note",
                    )
                )
                ui.label(instant(users[0]["at"])).classes("ybz-fine")


async def _differences(seat: Seat, name: str, newest: int) -> None:
    """What two revisions differ in; which two stands in the address."""
    say = seat.say
    heading(say("修订对照", "Revisions compared"))
    if newest < 2:
        empty(
            say("只有一版目录", "One revision so far"),
            say(
                "目录再次编制后，这里逐项写明两版之间改了什么、是否影响用数单位。",
                "Once the entry is compiled anew, what changed and whether it breaks users stands here.",
            ),
        )
        return
    first, second = _chosen(seat, newest)
    numbers = {str(each): say(f"第 {each} 版", f"revision {each}") for each in range(1, newest + 1)}

    def compare() -> None:
        go(f"/console/catalogue/{name}/history?from={older.value}&to={newer.value}")

    with ui.element("div").classes("ybz-row"):
        older = ui.select(numbers, value=first, label=say("从", "From")).props("outlined dense")
        newer = ui.select(numbers, value=second, label=say("到", "To")).props("outlined dense")
        ui.button(say("对照", "Compare"), on_click=compare).props("outline")
    answered = await seat.calls.get(f"/v1/entries/{name}/differences", **{"from": first, "to": second})
    _verdict(seat, answered)
    changes(seat, answered["changes"])


def _chosen(seat: Seat, newest: int) -> tuple[str, str]:
    """The two revisions the address names; the newest and the one before, where it names none."""
    asked = [seat.query.get("from", str(newest - 1)), seat.query.get("to", str(newest))]
    known = {str(each) for each in range(1, newest + 1)}
    first, second = (each if each in known else str(newest) for each in asked)
    return first, second


def _verdict(seat: Seat, answered: Any) -> None:
    say = seat.say
    verdicts = {
        "breaking": ("bad", say("有影响用数单位的改动，需要公告", "breaks users: they are told")),
        "compatible": ("good", say("改动不影响现有使用", "breaks nobody")),
        "same": ("calm", say("两版内容相同", "the same")),
    }
    tone, text = verdicts[answered["verdict"]]
    with ui.element("div").classes("ybz-row"):
        badge(text, tone)
        for one in answered["revisions"]:
            made = say(f"第 {one['revision']} 版", f"revision {one['revision']}")
            published = (
                say("，已发布", ", published") if one["published_at"] else say("，未发布", ", not published")
            )
            ui.label(f"{made} · {one['by']} · {instant(one['at'])}{published}").classes("ybz-fine")


def _acts(seat: Seat, acts: list[Any]) -> None:
    say = seat.say
    rows = [
        {
            "place": place,
            "at": instant(one["at"]),
            "event": told(EVENTS, one["event"], say),
            "after": told(STATES, one["after"], say),
            "revision": one["revision"],
            "actor": one["actor"],
            "reason": plain(called(say, REASONS, one["reason"])),
        }
        for place, one in enumerate(reversed(acts))
    ]
    columns = [
        Column("at", say("时间", "At")),
        Column("event", say("动作", "Act")),
        Column("after", say("之后的状态", "State after")),
        Column("revision", say("目录修订", "Revision"), numeric=True),
        Column("actor", say("经办人", "By")),
        Column("reason", say("说明", "Reason")),
    ]
    table(
        columns,
        rows,
        say,
        caption=say("办理经过，最近的在前", "What was done, the latest first"),
        key="place",
    )
