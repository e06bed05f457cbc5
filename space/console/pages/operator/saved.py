"""Saved analyses of a grant: views, templates, and questions that are asked on every release."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from nicegui import ui

from space.console.pages.operator import words
from space.console.pages.operator.around import address, choosing, grants_of, ways
from space.console.paging import page
from space.console.parts.asking import answers
from space.console.parts.figures import instant, number
from space.console.parts.notes import done, empty
from space.console.parts.ways import again, go, link
from space.console.parts.words import Words, facts, heading
from space.console.seats import Seat


@page("/operator/saved", "保存的分析", "Saved analyses")
async def saved(seat: Seat) -> None:
    """What was saved under a grant."""
    ways(seat)
    grant = choosing(seat, await grants_of(seat), "/saved")
    if grant is None:
        return
    say, root = seat.say, f"/v1/grants/{grant['id']}/workspace"
    views, templates, standing = await asyncio.gather(
        seat.calls.whole(f"{root}/views", "views"),
        seat.calls.whole(f"{root}/templates", "templates"),
        seat.calls.whole("/v1/standing-queries", "queries", grant=grant["id"]),
    )
    if not (views["views"] or templates["templates"] or standing["queries"]):
        empty(
            say("还没有保存的分析", "Nothing saved yet"),
            say(
                "在提问页写好一句后点“保存”，可以存为视图、模板或定期提问。",
                "Write a question, then save it as a view, a template or a standing question.",
            ),
            say("去提问", "Ask"),
            lambda: go(address("/query", grant=grant["id"])),
        )
    for one in standing["queries"]:
        _standing(seat, one)
    for one in views["views"]:
        _text(seat, grant, one, say("视图", "View"), partial(_end_view, seat, grant["id"], one["name"]))
    for one in templates["templates"]:
        _text(seat, grant, one, say("模板", "Template"), None)


def _text(
    seat: Seat,
    grant: dict[str, Any],
    one: dict[str, Any],
    kind: str,
    end: Callable[[], Awaitable[None]] | None,
) -> None:
    say = seat.say
    with ui.element("section").classes("ybz-panel"):
        heading(f"{kind} {one['name']}")
        Words("pre", one["sql"]).classes("ybz-op-sql").props('tabindex="0"')
        Words("p", f"{say('保存于', 'Saved')} {instant(one['saved_at'])}").classes("ybz-fine")
        if "digest" in one:
            Words("p", f"{say('摘要', 'Digest')} {one['digest']}").classes("ybz-fine")
        with ui.element("div").classes("ybz-doing"):
            link(
                say("打开来提问", "Open to ask"), address("/query", grant=grant["id"], sql=one["sql"])
            ).classes("ybz-op-way")
            if end is not None:
                ui.button(say("删除", "Delete"), icon="delete", on_click=end).props("flat")


def _standing(seat: Seat, one: dict[str, Any]) -> None:
    say = seat.say
    with ui.element("section").classes("ybz-panel"):
        heading(f"{say('定期提问', 'Standing question')} {one['id']}")
        with ui.element("p"):
            Words("span", words.state(say, one["state"])).classes(f"ybz-badge {words.tone(one['state'])}")
        Words("pre", one["sql"]).classes("ybz-op-sql").props('tabindex="0"')
        plan = one["plan"]
        facts(
            [
                (say("年度", "Year"), str(plan["year"])),
                (say("计划内最后一天", "Last day"), plan["last_day"]),
                (
                    say("次数", "Runs"),
                    say(
                        f"已问 {plan['runs']['used']}，共 {plan['runs']['limit']}",
                        f"{plan['runs']['used']} of {plan['runs']['limit']}",
                    ),
                ),
                (say("每次隐私预算", "Budget a run"), f"ρ {plan['rho']['per_run']:g}"),
                (say("留着的隐私预算", "Budget kept"), f"ρ {plan['rho']['kept']:g}"),
            ]
        )
        place = ui.element("div").classes("ybz-wide").props('role="status"')
        with ui.element("div").classes("ybz-doing"):
            if one["state"] == "in_force":
                ui.button(
                    say("现在问一次", "Ask it now"),
                    icon="play_arrow",
                    on_click=lambda: _run(seat, one, place),
                ).props("unelevated")
                ui.button(
                    say("结束", "End it"), icon="stop", on_click=lambda: _end_standing(seat, one)
                ).props("flat")
            ui.button(
                say("历次", "Its runs"), icon="history", on_click=lambda: _runs(seat, one, place)
            ).props("flat")


async def _run(seat: Seat, one: dict[str, Any], place: Any) -> None:
    say = seat.say
    place.clear()
    with place:
        ui.spinner(size="1.6em").props('aria-hidden="true"')
        Words("span", say("正在运行…", "Running…"))
    told = await seat.calls.post(f"/v1/standing-queries/{one['id']}/runs", {})
    if told["run"] is None:
        done(say("现在看到的发布版已经问过，没有再问", "Asked on these releases already"))
    else:
        done(say("已问一次", "Asked"))
    await _runs(seat, one, place)


async def _runs(seat: Seat, one: dict[str, Any], place: Any) -> None:
    say = seat.say
    found = await seat.calls.get(f"/v1/standing-queries/{one['id']}")
    place.clear()
    with place, ui.element("ol"):
        for run in found["runs"]:
            with ui.element("li"):
                Words("span", f"{number(run['number'])} · {words.state(say, run['outcome'])} ")
                if run["receipt"]:
                    link(run["receipt"], address(f"/receipts/{run['receipt']}"))
        if not found["runs"]:
            Words("li", say("还没有问过", "Not asked yet"))


async def _end_standing(seat: Seat, one: dict[str, Any]) -> None:
    say = seat.say
    text = say(
        "结束后，为它留着的预算可以另用。不能恢复。", "The budget kept for it is free again. It is final."
    )
    if await answers(say("结束定期提问？", "End it?"), [], say, text=text) is not None:
        await seat.calls.post(f"/v1/standing-queries/{one['id']}/ending", {})
        again()


async def _end_view(seat: Seat, grant: str, name: str) -> None:
    say = seat.say
    text = say("用到它的问句将不能再问；可以重新保存。", "Questions that name it fail; it can be saved anew.")
    if await answers(say(f"删除视图 {name}？", f"Delete view {name}?"), [], say, text=text) is not None:
        await seat.calls.delete(f"/v1/grants/{grant}/workspace/views/{name}")
        again()
