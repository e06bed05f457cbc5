"""Cases of faulty data 问题数据整改: what fails, by when it is owed, the workbook out and back."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import ui

from policies.access import Act
from space.console.frame import at
from space.console.pages.steward.people import colleagues
from space.console.pages.steward.words import CASE_EVENTS, CASES, CAUSES, called
from space.console.paging import page
from space.console.parts.asking import Question, answers
from space.console.parts.dropping import drop_zone
from space.console.parts.figures import instant, number, plain
from space.console.parts.notes import done
from space.console.parts.tables import Column, table
from space.console.parts.ways import again, link
from space.console.parts.words import Words, facts, heading
from space.console.seats import Seat


def case_list(seat: Seat, cases: Sequence[Mapping[str, Any]]) -> None:
    """Cases, each with its way."""
    say = seat.say
    rows = [
        {
            "id": one["id"],
            "what": f"{one['title']} · "
            + (say("、", ", ").join(one["items"]) or say("整个数据集", "the dataset")),
            "to": at(f"/steward/rectification/{one['id']}"),
            "rule": called(say, CAUSES, one["cause"]),
            "left": f"{number(one['remaining'])} / {number(one['found'])}",
            "state": called(say, CASES, one["state"]),
            "tone": "bad" if one["overdue"] else "good" if one["state"] == "closed" else "warn",
            "due": plain(one["due_on"]) + (say("（逾期）", " (late)") if one["overdue"] else ""),
        }
        for one in cases
    ]
    columns = [
        Column("what", say("问题所在", "Where"), link="to"),
        Column("rule", say("问题", "What is wrong")),
        Column("left", say("未改 / 发现", "Left / found"), numeric=True),
        Column("state", say("状态", "State"), badge="tone"),
        Column("due", say("最后一天", "Last day")),
    ]
    table(columns, rows, say, caption=say(f"{len(rows)} 件", f"{len(rows)} cases"))


@page("/steward/rectification/{case}", "问题数据整改", "Faulty data to be mended")
async def rectification(seat: Seat) -> None:
    """One case: what is wrong, what to do, what happened."""
    say, case = seat.say, seat.names["case"]
    told, people = await asyncio.gather(seat.calls.get(f"/v1/rectifications/{case}"), colleagues(seat))
    with ui.element("p").classes("ybz-onward"):
        link(say("← 数据管理", "← Steward"), at("/steward"))
        link(say("质量报告", "Quality report"), at(f"/steward/quality/{told['dataset']}"))
    with ui.element("section").classes("ybz-panel"):
        with ui.element("div").classes("ybz-headline"):
            about = say("、", ", ").join(told["items"]) or say("整个数据集", "the dataset")
            heading(f"{told['title']} · {about} · {called(say, CAUSES, told['cause'])}")
            Words("span", called(say, CASES, told["state"])).classes("ybz-badge warn")
        facts(
            [
                (say("要求", "What is asked"), told["says"]),
                (say("还没改好", "Left"), f"{number(told['remaining'])} / {number(told['found'])}"),
                (say("最后一天", "Last day"), _due(seat, told)),
                (say("首次发现", "First seen"), instant(told["first_seen_at"])),
            ]
        )
        if seat.may(Act.RECTIFICATION_ANSWER) and told["state"] in ("open", "sent"):
            _workbook(seat, told)
        if seat.may(Act.RECTIFICATION_ANSWER) and told["closed_by"] not in (None, "build"):
            ui.button(say("撤销这次整改", "Undo the corrections"), on_click=lambda: _undo(seat, case)).props(
                "outline"
            )
    _course(seat, told["events"], people)


def _due(seat: Seat, told: Mapping[str, Any]) -> str:
    """The last day with the rule it comes of."""
    say, days = seat.say, told["due_workdays"]
    source = str(told["due_source"])
    rule = say(str(told["due_words"]), f"{days} working days, {source}" if days else source)
    return f"{plain(told['due_on'])}{say('（', ' (')}{rule}{say('）', ')')}"


def _course(seat: Seat, events: Sequence[Mapping[str, Any]], people: Mapping[str, str]) -> None:
    """What happened to a case, in order."""
    say = seat.say
    heading(say("经过", "What happened"))
    with ui.element("ol").classes("ybz-panel ybz-course"):
        for event in events:
            by = str(event.get("by") or "")
            who = say("数据加工", "a build") if by == "build" else people.get(by, by)
            parts = [instant(event["at"]), called(say, CASE_EVENTS, event["event"]), who]
            if event.get("remaining") is not None:
                left = number(event["remaining"])
                parts.append(say(f"还剩 {left} 处", f"{left} left"))
            with ui.element("li"):
                ui.label(" · ".join(filter(None, parts)))


def _workbook(seat: Seat, told: Mapping[str, Any]) -> None:
    say, case = seat.say, told["id"]

    async def fetched() -> None:
        got = await seat.calls.fetch_posted(f"/v1/rectifications/{case}/workbooks", {})
        name = f"{told['title']}-{called(say, CAUSES, told['cause'])}.xlsx"
        ui.download.content(got.content, name)
        done(say(f"已下载：{name}", f"Downloaded: {name}"))

    async def taken(sent: dict[str, str]) -> None:
        made = await seat.calls.post("/v1/rectifications/returns", {"file": sent})
        left = made.get("remaining", made.get("left"))
        done(say(f"已收回并重新核对，还剩 {plain(left)} 处", f"Taken back and checked; {plain(left)} left"))
        again()

    ui.label(
        say(
            "先下载工作簿，问题单元格已标出；在里面改好，再放回来，系统按行合并并重新核对。",
            "Download the workbook, mend the marked cells, drop it here: it is merged and checked again.",
        )
    )
    with ui.element("div").classes("ybz-doing"):
        ui.button(say("下载整改工作簿", "Download the workbook"), icon="download", on_click=fetched).props(
            "unelevated"
        )
    drop_zone(say("放回改好的工作簿", "Drop the mended workbook"), say, taken, accept=".xlsx")


async def _undo(seat: Seat, case: str) -> None:
    say = seat.say
    given: dict[str, str] | None = await answers(
        say("撤销这次整改", "Undo the corrections"),
        list[Question](),
        say,
        text=say(
            "撤销后以交来的原值为准，问题重新待办。", "What was delivered counts again, and the case is open."
        ),
        do=say("撤销", "Undo"),
    )
    if given is not None:
        await seat.calls.post(f"/v1/rectifications/{case}/undoing", {})
        again()
