"""Releases of a dataset and what differs from one to the next, in its public figures."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from nicegui import ui

from policies.access import Act
from space.console.pages.catalogue.one import dataset, head, nothing, only_for_keepers, where_allowed
from space.console.pages.catalogue.words import DIMENSIONS, level
from space.console.paging import page
from space.console.parts.figures import instant, number, share
from space.console.parts.notes import empty
from space.console.parts.tables import Column, table
from space.console.parts.words import heading
from space.console.seats import Seat


@page("/catalogue/{name}/releases", "发布版本", "Releases")
async def releases(seat: Seat) -> None:
    """The releases, the newest first, each beside the one before it."""
    name = seat.names["name"]
    inner = (
        where_allowed(seat.calls.get(f"/v1/entries/{name}/details"))
        if seat.may(Act.DETAIL_READ)
        else nothing()
    )
    found, past, kept = await asyncio.gather(
        dataset(seat), seat.calls.get(f"/v1/datasets/{name}/releases"), inner
    )
    head(seat, found, "releases")
    if not past["releases"]:
        empty(
            seat.say("还没有发布过数据", "No release yet"),
            seat.say("数据归集、检验通过后会发布第 1 版。", "The first stands here once data was checked."),
        )
        return
    _public(seat, past["releases"])
    if kept:
        _kept(seat, kept)
    else:
        only_for_keepers(seat)


def _public(seat: Seat, found: list[Any]) -> None:
    say = seat.say
    before = {one["number"]: one for one in found}
    rows = [
        {
            "number": one["number"],
            "released_on": one["released_on"],
            "rows": say("不公开", "withheld") if one["rows_withheld"] else number(one["rows"]),
            "quality": share(one["quality"]),
            "grade": level(one["grade"], say),
            "revision": one["revision"],
            "differs": differences(before.get(one["number"] - 1), one, seat),
        }
        for one in found
    ]
    columns = [
        Column("number", say("版本", "No."), numeric=True),
        Column("released_on", say("发布日", "Day")),
        Column("rows", say("行数（公开值）", "Rows (public)"), numeric=True),
        Column("quality", say("质量", "Quality"), numeric=True),
        Column("grade", say("级别", "Level")),
        Column("revision", say("目录修订", "Revision"), numeric=True),
        Column("differs", say("与上一版的差异", "Differs from the one before")),
    ]
    table(columns, rows, say, caption=say("历次发布", "Releases"), key="number")


def differences(former: Mapping[str, Any] | None, one: Mapping[str, Any], seat: Seat) -> str:
    """What differs from the release before, in words."""
    say = seat.say
    if former is None:
        return say("首次发布", "the first") if one["number"] == 1 else "—"
    said = []
    if one["rows"] is not None and former["rows"] is not None and one["rows"] != former["rows"]:
        said.append(say(f"行数 {one['rows'] - former['rows']:+,}", f"rows {one['rows'] - former['rows']:+,}"))
    if one["grade"] != former["grade"]:
        said.append(
            say(f"级别由 {former['grade']} 变为 {one['grade']}", f"level {former['grade']} → {one['grade']}")
        )
    if one["revision"] != former["revision"]:
        said.append(say(f"按目录第 {one['revision']} 版", f"under revision {one['revision']}"))
    for dimension, names in DIMENSIONS.items():
        was, now = former["dimensions"].get(dimension), one["dimensions"].get(dimension)
        if was is not None and now is not None and was != now:
            said.append(f"{say(*names)} {100 * (now - was):+.1f}%")
    return say("；", "; ").join(said) or say("公开数字没有变化", "no public figure changed")


def _kept(seat: Seat, kept: Any) -> None:
    say = seat.say
    heading(say("内部数字", "The keepers' figures"))
    numbers = {one["number"]: one for one in kept["releases"]}
    rows = []
    for one in kept["releases"]:
        former = numbers.get(one["number"] - 1)
        more = None if former is None else one["row_count"] - former["row_count"]
        rows.append(
            {
                "number": one["number"],
                "at": instant(one["published_at"]),
                "rows": one["row_count"],
                "more": "—" if more is None else f"{more:+,}",
                "quarantined": one["quarantined"],
                "quality": share(one["quality"], 2),
            }
        )
    columns = [
        Column("number", say("版本", "No."), numeric=True),
        Column("at", say("发布时间", "At")),
        Column("rows", say("行数", "Rows"), numeric=True),
        Column("more", say("比上一版", "More"), numeric=True),
        Column("quarantined", say("隔离行", "Set aside"), numeric=True),
        Column("quality", say("质量", "Quality"), numeric=True),
    ]
    table(columns, rows, say, caption=say("精确数字", "Exact figures"), key="number")
    for note in kept["notes"]:
        ui.label(note).classes("ybz-fine").props('lang="en"')
