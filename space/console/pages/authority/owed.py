"""What everybody owes, grouped by department, with the share that is overdue; one department's on a page.

Decides nothing: colours and days are counted by the interface.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from space.console.pages.authority.queue import navigation
from space.console.pages.authority.words import OWNERS
from space.console.pages.steward.clocks import owed_list
from space.console.pages.steward.words import called
from space.console.paging import page
from space.console.parts.figures import share
from space.console.parts.notes import empty
from space.console.parts.tables import Column, table
from space.console.parts.ways import link
from space.console.parts.words import heading
from space.console.seats import Seat


@page("/authority/due", "各部门时限", "Everything owed")
async def owed(seat: Seat) -> None:
    """Everything owed by everybody, or by the department the address names."""
    navigation(seat)
    say, owner = seat.say, seat.query.get("owner", "")
    due = await seat.calls.get("/v1/due", limit=1000, owner=owner)
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
    owed_list(seat, due["items"][:200])


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
        Column("total", say("欠办", "Owed"), numeric=True),
        Column("red", say("逾期或当天（红）", "Overdue or due (red)"), numeric=True),
        Column("yellow", say("临近（黄）", "Close (yellow)"), numeric=True),
        Column("green", say("充裕（绿）", "Time enough (green)"), numeric=True),
        Column("grey", say("未定（灰）", "Not set (grey)"), numeric=True),
        Column("late", say("逾期占比", "Share overdue"), badge="tone"),
    ]
    heading(say("各部门欠办", "What each department owes")).props('id="due"')
    caption = say(f"截至 {due['on']}，共 {due['total']} 件", f"{due['total']} as of {due['on']}")
    table(columns, rows, say, caption=caption, key="owner")
