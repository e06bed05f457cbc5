"""The rows behind a number: each figure with its definition, its instant and what it is counted from."""

from __future__ import annotations

from typing import Any, Final

from nicegui import ui

from space.console.frame import at
from space.console.pages.home.counted import divided, shown
from space.console.pages.home.narrowing import narrowed
from space.console.pages.home.words import AREAS, heading_of, unknown, value_of
from space.console.paging import page
from space.console.parts.figures import instant
from space.console.parts.notes import empty
from space.console.parts.tables import Column, table
from space.console.parts.ways import link
from space.console.parts.words import facts, title
from space.console.seats import Seat

# Values that are shown beside the title of the dataset, or lead nowhere on their own.
_LAST: Final = ("dataset", "code")
# The figure that counts those published datasets alone that are due.
_OF_DUE: Final = "update_rate"


@page("/overview/{name}", "指标", "Figure")
async def public(seat: Seat) -> None:
    """One of the figures everybody sees, with its rows."""
    figure = await seat.calls.get(f"/v1/overview/{seat.names['name']}")
    _figure(seat, figure, await _left_out(seat, figure))


@page("/figures/{name}", "指标", "Figure")
async def any_figure(seat: Seat) -> None:
    """Any figure, with its rows, for those who read figures."""
    figure = await seat.calls.get(f"/v1/figures/{seat.names['name']}", rows=True)
    _figure(seat, figure, await _left_out(seat, figure))


@page("/figures", "全部指标", "All figures")
async def every(seat: Seat) -> None:
    """All figures with their definitions, by area."""
    say = seat.say
    link(say("← 回到一本账", "← Back to the ledger"), at("/"))
    found = (await seat.calls.whole("/v1/figures", "figures"))["figures"]
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


async def _left_out(seat: Seat, figure: Any) -> list[str]:
    """What published datasets are called that a figure of those that are due does not count."""
    if figure["id"] != _OF_DUE:
        return []
    counted = {row["dataset"] for row in figure["rows"]}
    every = await seat.calls.get("/v1/overview/entries_published")
    titles = every["titles"]
    return [
        str(titles.get(row["dataset"], row["dataset"]))
        for row in every["rows"]
        if row["dataset"] not in counted
    ]


def _figure(seat: Seat, figure: Any, left_out: list[str]) -> None:
    say = seat.say
    title(say(figure["title"], figure["title_en"].capitalize()), say)
    link(say("← 回到一本账", "← Back to the ledger"), at("/"))
    with ui.element("section").classes("ybz-panel"):
        ui.label(shown(figure, say)).classes("ybz-number")
        facts(
            [
                (say("定义", "Definition"), _meaning(seat, figure)),
                *_ratio(seat, figure),
                *_not_counted(seat, left_out),
                (say("数据截至", "As of"), instant(figure["as_of"])),
                (say("统计月份", "Month"), figure["period"]),
            ]
        )
    if not figure["rows"]:
        empty(
            say("没有明细", "No rows"),
            say("这个数字现在没有可列出的明细。", "There is nothing behind this figure just now."),
        )
        return
    _rows(seat, figure["rows"], figure["titles"])


def _ratio(seat: Seat, figure: Any) -> list[tuple[str, str]]:
    """What is divided by what, in words and, where it is known, in numbers."""
    if not figure["numerator"]:
        return []
    words = seat.say(
        f"{figure['numerator_zh']} ÷ {figure['denominator_zh']}",
        f"{figure['numerator']} ÷ {figure['denominator']}",
    )
    counted = divided(figure)
    return [(seat.say("怎么除", "Ratio"), f"{words}{seat.say('：', ': ') if counted else ''}{counted}")]


def _not_counted(seat: Seat, left_out: list[str]) -> list[tuple[str, str]]:
    say = seat.say
    if not left_out:
        return []
    why = say("没有规定更新期限，或者还没到第一个期限", "no last day is set, or the first is yet to come")
    named = say("、", ", ").join(left_out)
    return [
        (
            say(f"不计入（{len(left_out)} 个）", f"Not counted ({len(left_out)})"),
            f"{named}{say('：', ': ')}{why}",
        )
    ]


def _rows(seat: Seat, found: list[dict[str, Any]], titles: dict[str, str]) -> None:
    """What the figure is counted from; datasets are called by their titles, which lead to them."""
    say = seat.say
    names = list(dict.fromkeys(name for row in found for name in row if name not in (*_LAST, "title")))
    of_datasets = any(row.get("dataset") for row in found)
    rows = [
        {
            "row": place,
            **{name: value_of(row.get(name), say) for name in names},
            "dataset": row.get("dataset"),
            "title": row.get("title") or titles.get(row.get("dataset", ""), row.get("dataset")),
            "to": at(f"/catalogue/{row['dataset']}") if row.get("dataset") in titles else None,
        }
        for place, row in enumerate(found)
    ]
    columns = [
        Column(
            name,
            heading_of(name, say),
            numeric=all(type(row.get(name)) in (int, float) for row in found),
        )
        for name in names
    ]
    if of_datasets:
        first = Column("title", heading_of("dataset", say), link="to")
        columns = [first, *columns, Column("dataset", say("代号", "Name"))]
    elif any("title" in row for row in found):
        columns = [Column("title", heading_of("title", say)), *columns]
    caption = say(f"明细（{len(rows)} 行）", f"Rows ({len(rows)})")
    narrowed(seat, found, rows, lambda kept: table(columns, kept, say, caption=caption, key="row"))


def _meaning(seat: Seat, figure: Any) -> str:
    meaning = str(seat.say(figure["definition"], figure["definition_en"]))
    if figure["value"] is None:
        meaning += seat.say("。暂不能评定：", ". Not assessed: ") + unknown(figure["why"], seat.say)
    return meaning
