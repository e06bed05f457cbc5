"""Who uses a dataset, as far as a role may see it: calls, deliveries, and what would break if it changed."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any, Final

from nicegui import ui

from policies.access import Act
from policies.clocks import ZONE
from space.console.frame import at
from space.console.pages.catalogue.one import dataset, head, nothing, where_allowed
from space.console.pages.catalogue.words import CHANNELS, READERS, told
from space.console.paging import page
from space.console.parts.notes import empty
from space.console.parts.tables import Column, table
from space.console.parts.ways import go, link
from space.console.parts.words import heading
from space.console.seats import Seat

# How many days back one may look.
_PERIODS: Final = (30, 90, 365)


@page("/catalogue/{name}/use", "使用情况", "Use")
async def use(seat: Seat) -> None:
    """Use of late, and all that reads the dataset."""
    say, name = seat.say, seat.names["name"]
    days = _days(seat)
    since = (datetime.now(ZONE).date() - timedelta(days=days)).isoformat()
    counted = (
        where_allowed(seat.calls.whole("/v1/usage", "uses", name=name, **{"from": since}))
        if seat.may(Act.USAGE_READ)
        else nothing()
    )
    reading = where_allowed(seat.calls.get(f"/v1/impact/{name}")) if seat.may(Act.DETAIL_READ) else nothing()
    found, used, read = await asyncio.gather(dataset(seat), counted, reading)
    head(seat, found, "use")
    if used is None and read is None:
        empty(
            say("使用情况不对您的角色公开", "Use is not for your role"),
            say(
                "谁在用数、用了多少，由提供部门、主管部门和审计监督查看。您单位自己的用数记录在“申请用数”或“授权运营”里。",
                "Who uses data is for the department, the authority, auditors; your own use is in your room.",
            ),
        )
        return
    if used is not None:
        _period(seat, name, days)
        _counted(seat, used)
    if read is not None:
        _readers(seat, read)
    link(say("血缘：由它加工而成的数据集", "Lineage: what is made from it"), at(f"/catalogue/{name}/lineage"))


def _days(seat: Seat) -> int:
    """How far the address looks back."""
    asked = seat.query.get("days", "")
    return int(asked) if asked in map(str, _PERIODS) else _PERIODS[0]


def _period(seat: Seat, name: str, days: int) -> None:
    """The choice how far one looks back; it stands in the address."""
    say = seat.say
    ui.select(
        {each: say(f"最近 {each} 天", f"the last {each} days") for each in _PERIODS},
        value=days,
        label=say("看多久的", "How far back"),
        on_change=lambda e: go(at(f"/catalogue/{name}/use?days={int(e.value)}")),
    ).props("outlined dense stack-label").classes("ybz-period")


def _counted(seat: Seat, used: Any) -> None:
    say = seat.say
    caption = say(f"用数次数（{used['from']} 至 {used['to']}）", f"Calls, {used['from']} to {used['to']}")
    if not used["uses"]:
        heading(caption)
        empty(
            say("这段时间没有使用记录", "No use on record"),
            say(
                "各单位凭授权查询、向基层回流数据，以及从共享平台导入的调用日志，都计在这里；"
                "由它加工成的数据集被使用，计在那个数据集里。",
                "Queries under grants, data that flows back, and imported logs of platforms count here; "
                "use of a dataset made from it counts there.",
            ),
        )
        return
    rows = [
        {
            "place": place,
            "consumer": one["consumer_name"] or one["consumer"] or say("日志未记单位", "not named"),
            "where": told(CHANNELS, one["where"], say),
            "kind": told(CHANNELS, one["kind"], say),
            "outcome": told(CHANNELS, one["outcome"], say),
            "tone": "good" if one["outcome"] == "succeeded" else "bad",
            "count": one["count"],
        }
        for place, one in enumerate(used["uses"])
    ]
    columns = [
        Column("consumer", say("用数单位", "User")),
        Column("where", say("渠道", "Where")),
        Column("kind", say("方式", "Kind")),
        Column("outcome", say("结果", "Outcome"), badge="tone"),
        Column("count", say("次数", "Count"), numeric=True),
    ]
    table(columns, rows, say, caption=caption, key="place")


def _readers(seat: Seat, read: Any) -> None:
    """All that reads it: grants, forms, subscriptions; one line each, with the items it reads."""
    say = seat.say
    together: dict[tuple[str, str], dict[str, Any]] = {}
    for one in read["uses"]:
        held = together.setdefault((one["kind"], one["id"]), {**one, "columns": []})
        column = one["column"].rpartition(".")[2]
        held["columns"].append(say("所有行", "every row") if column == "*" else column)
    rows = [
        {
            "id": one["id"],
            "kind": told(READERS, one["kind"], say),
            "who": one["who"],
            "detail": one["detail"],
            "columns": say("、", ", ").join(dict.fromkeys(one["columns"])),
        }
        for one in together.values()
    ]
    if not rows:
        heading(say("谁在读它", "What reads it"))
        ui.label(say("没有授权、订阅或表单读它。", "No grant, subscription or form reads it."))
        return
    columns = [
        Column("kind", say("类别", "Kind")),
        Column("who", say("单位", "Who")),
        Column("detail", say("说明", "Detail")),
        Column("columns", say("读到的信息项", "Items it reads")),
    ]
    caption = say("谁在读它（改动前先看）", "What reads it (look before you change it)")
    table(columns, rows, say, caption=caption)
