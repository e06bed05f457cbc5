"""What is on, what is weak, what to do: the self-check of the installation."""

from __future__ import annotations

from space.console.frame import at
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
            "name": one["name"],
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
        Column("found", say("发现", "Found")),
        Column("todo", say("怎么办", "What to do")),
    ]
    table(columns, rows, say, caption=say("要处理的在前", "What is to be done comes first"))
