"""The rows behind a number: each figure with its definition, its instant and what it is counted from."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from space.console.frame import at
from space.console.pages.home.counted import shown
from space.console.pages.home.words import AREAS, heading_of, unknown, value_of
from space.console.paging import page
from space.console.parts.figures import instant
from space.console.parts.notes import empty
from space.console.parts.tables import Column, table
from space.console.parts.ways import link
from space.console.parts.words import facts, title
from space.console.seats import Seat


@page("/overview/{name}", "指标", "Figure")
async def public(seat: Seat) -> None:
    """One of the figures everybody sees, with its rows."""
    _figure(seat, await seat.calls.get(f"/v1/overview/{seat.names['name']}"))


@page("/figures/{name}", "指标", "Figure")
async def any_figure(seat: Seat) -> None:
    """Any figure, with its rows, for those who read figures."""
    _figure(seat, await seat.calls.get(f"/v1/figures/{seat.names['name']}", rows=True))


@page("/figures", "全部指标", "All figures")
async def every(seat: Seat) -> None:
    """All figures with their definitions, by area."""
    say = seat.say
    found = (await seat.calls.get("/v1/figures", limit=200))["figures"]
    columns = [
        Column("title", say("指标", "Figure"), link="to"),
        Column("value", say("数值", "Value"), numeric=True),
        Column("definition", say("定义", "Definition")),
    ]
    for area, (zh, en) in AREAS.items():
        rows = [
            {
                "id": one["id"],
                "title": say(one["title"], one["title_en"].capitalize()),
                "to": at(f"/figures/{one['id']}"),
                "value": shown(one, say),
                "definition": _meaning(seat, one),
            }
            for one in found
            if one["area"] == area
        ]
        if rows:
            table(columns, rows, say, caption=say(zh, en))


def _figure(seat: Seat, figure: Any) -> None:
    say = seat.say
    title(say(figure["title"], figure["title_en"].capitalize()), say)
    link(say("← 回到一本账", "← Back to the ledger"), at("/"))
    ratio = (
        [(say("分子 / 分母", "Ratio"), f"{figure['numerator']} / {figure['denominator']}")]
        if figure["numerator"]
        else []
    )
    with ui.element("section").classes("ybz-panel"):
        ui.label(shown(figure, say)).classes("ybz-number")
        facts(
            [
                (say("定义", "Definition"), _meaning(seat, figure)),
                *ratio,
                (say("数据截至", "As of"), instant(figure["as_of"])),
                (say("期间", "Month"), figure["period"]),
            ]
        )
    if not figure["rows"]:
        empty(
            say("没有明细", "No rows"),
            say("这个数字现在没有可列出的明细。", "There is nothing behind this figure just now."),
        )
        return
    _rows(seat, figure["rows"])


def _rows(seat: Seat, found: list[dict[str, Any]]) -> None:
    """What the figure is counted from; names of datasets lead to them."""
    say = seat.say
    names = list(dict.fromkeys(name for row in found for name in row if name != "code"))
    rows = [
        {
            "row": place,
            **{name: value_of(row.get(name), say) for name in names},
            "to": at(f"/catalogue/{row['dataset']}") if row.get("dataset") else None,
        }
        for place, row in enumerate(found)
    ]
    columns = [
        Column(
            name,
            heading_of(name, say),
            numeric=all(isinstance(row.get(name), int | float) for row in found),
            link="to" if name == "dataset" else "",
        )
        for name in names
    ]
    caption = say(f"明细（{len(rows)} 行）", f"Rows ({len(rows)})")
    table(columns, rows, say, caption=caption, key="row")


def _meaning(seat: Seat, figure: Any) -> str:
    meaning = str(seat.say(figure["definition"], figure["definition_en"]))
    if figure["value"] is None:
        meaning += seat.say("。暂不能评定：", ". Not assessed: ") + unknown(figure["why"], seat.say)
    return meaning
