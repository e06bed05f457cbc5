"""What is on, what is weak, what to do: the self-check of the installation."""

from __future__ import annotations

from nicegui import ui

from space.console.frame import at
from space.console.pages.administration.words import CHECKS
from space.console.paging import page
from space.console.parts.figures import plain
from space.console.parts.tables import Column, table
from space.console.parts.ways import link
from space.console.seats import Seat


@page("/administration/running", "运行状态", "What runs")
async def running(seat: Seat) -> None:
    """The findings of the self-check."""
    say = seat.say
    found = await seat.calls.get("/v1/doctor")
    link(say("← 系统管理", "← Administration"), at("/administration"))
    rows = [
        {
            "id": one["name"],
            "name": say(*CHECKS[one["name"]]) if one["name"] in CHECKS else one["name"],
            "state": say("正常", "fine") if one["ok"] else say("要处理", "to do"),
            "tone": "good" if one["ok"] else "bad",
            "found": plain(one["found"]),
            "todo": plain(one["todo"]),
        }
        for one in sorted(found["findings"], key=lambda each: each["ok"])
    ]
    columns = [
        Column("name", say("检查项", "Check")),
        Column("state", say("结果", "Result"), badge="tone"),
        Column("found", say("发现（英文原文）", "Found")),
        Column("todo", say("怎么办（英文原文）", "What to do")),
    ]
    if any(row["tone"] == "bad" for row in rows):
        bad = sum(row["tone"] == "bad" for row in rows)
        ui.label(say(f"{bad} 项要处理。", f"{bad} to be done.")).classes("ybz-note")
    else:
        ui.label(say("各项正常，没有要处理的。", "All is fine; nothing is to be done.")).classes(
            "ybz-note good"
        )
    table(columns, rows, say, caption=say("要处理的在前", "What is to be done comes first"))
