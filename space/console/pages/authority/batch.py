"""Entries before the authority: chosen in a batch, published each by a call of its own, told one by one.

Decides that the refusal of one stops no other, and that each result stays on the page with its reasons.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import ui

from space.console.calling import Declined
from space.console.pages.authority.queue import clock_of, clock_words
from space.console.parts.asking import Question, answers
from space.console.parts.notes import empty, reasons
from space.console.parts.tables import Column, table
from space.console.parts.words import Words, badge, heading
from space.console.seats import Seat

Review = Mapping[str, Any]


def batch(seat: Seat, reviews: Sequence[Review], clocks: Mapping[str, Mapping[str, Any]]) -> None:
    """The entries to review, the most pressing first, and the button that publishes those ticked."""
    say = seat.say
    heading(say("待审核的编目", "Entries to review")).props('id="reviews"')
    if not reviews:
        empty(
            say("没有等审核的编目", "No entry waits for review"),
            say(
                "部门负责人签批后，编目会到这里，由主管部门发布、退回或不予发布。",
                "Once a head has signed, an entry stands here to be published, returned or refused.",
            ),
        )
        return
    rows = sorted((_row(seat, one, clocks) for one in reviews), key=lambda row: str(row["due"]))
    columns = [
        Column("title", say("编目", "Entry"), link="to"),
        Column("department", say("数源部门", "Department")),
        Column("kind", say("类别", "Kind")),
        Column("found", say("规则核对", "By the rules"), badge="found_tone"),
        Column("clock", say("时限", "Clock"), badge="clock_tone"),
    ]
    caption = say(f"{len(rows)} 个，最急的在前", f"{len(rows)}, the most pressing first")
    made = table(columns, rows, say, caption=caption, key="name", choosing=True)
    told = ui.element("section").classes("ybz-wide").props('role="status"')

    async def publish() -> None:
        chosen = [one for one in reviews if one["name"] in {row["name"] for row in made.selected}]
        if not chosen:
            ui.notify(say("先在表中勾选。", "Tick some in the table first."), type="warning")
            return
        gone = await _published(seat, chosen, told)
        made.selected = []
        made.rows = [row for row in made.rows if row["name"] not in gone]

    with ui.element("div").classes("ybz-doing"):
        ui.button(say("发布勾选的编目", "Publish the ticked"), on_click=publish).props("unelevated")


def _row(seat: Seat, one: Review, clocks: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    say, clock = seat.say, clock_of(clocks, one["name"])
    told, tone = clock_words(say, clock)
    found, found_tone = verdict(seat, one)
    return {
        "name": one["name"], "title": one["title"], "to": f"/console/authority/entries/{one['name']}",
        "department": one["department"],
        "kind": say("变更", "Change") if one["published"] else say("新编目", "New"),
        "found": found, "found_tone": found_tone, "clock": told, "clock_tone": tone,
        "due": (clock or {}).get("due_on") or "9",
    }  # fmt: skip


def verdict(seat: Seat, one: Review) -> tuple[str, str]:
    """What the rules say of an entry, with a tone."""
    say = seat.say
    if not one["admitted"]:
        count = len(one["missing"])
        return say(f"缺 {count} 处，不能发布", f"{count} missing, cannot be published"), "bad"
    if one["added"]:
        return say(f"新增条件 {len(one['added'])} 处，请看", f"{len(one['added'])} added conditions"), "warn"
    if one["missing"]:
        return say(
            f"可发布，建议补 {len(one['missing'])} 处", f"may be published, {len(one['missing'])} hints"
        ), "warn"
    return say("齐全，可发布", "complete"), "good"


async def _published(seat: Seat, chosen: Sequence[Review], told: ui.element) -> set[str]:
    """The names of those that were published."""
    say = seat.say
    given = await answers(
        say(f"发布 {len(chosen)} 个编目", f"Publish {len(chosen)} entries"),
        [Question("reason", say("审核意见", "Note"), needed=False, long=True)],
        say,
        text=say(
            "逐个审核发布，一个不成不影响其他。发布后进入目录，只能下架。",
            "Each is judged on its own. What is published enters the catalogue, and can only be withdrawn.",
        ),
        do=say("发布", "Publish"),
    )
    gone: set[str] = set()
    if given is None:
        return gone
    told.clear()
    with told, ui.element("ul").classes("ybz-todo ybz-panel"):
        for one in chosen:
            body = {"reason": given["reason"], "revision": one["revision"]}
            try:
                await seat.calls.post(f"/v1/entries/{one['name']}/publication", body)
            except Declined as declined:
                with ui.element("li"):
                    badge(say("没有办成", "Not done"), "bad")
                    Words("strong", one["title"])
                    reasons(seat, declined)
                continue
            gone.add(one["name"])
            with ui.element("li"):
                badge(say("已发布", "Published"), "good")
                Words("strong", one["title"])
    return gone
