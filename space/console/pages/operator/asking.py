"""Asking under a grant: the schema at hand, the editor, the decision before anything runs, the answer."""

from __future__ import annotations

from nicegui import ui

from space.console.pages.operator import bench, keeping, schema
from space.console.pages.operator.around import choosing, grants_of, purpose_of, ways
from space.console.pages.operator.gauges import gauges
from space.console.pages.operator.saving import saving
from space.console.paging import page
from space.console.parts.words import Words
from space.console.seats import Seat


@page("/operator/query", "提问", "Ask")
async def query(seat: Seat) -> None:
    """Ask a question under a grant."""
    ways(seat)
    found = await grants_of(seat)
    grant = choosing(seat, found, "/query")
    if grant is None:
        return
    say = seat.say
    detail = await seat.calls.get(f"/v1/grants/{grant['id']}")
    opened = await schema.opened(seat, detail["terms"], grant["id"])
    purpose = ui.select(
        {grant["purpose"]: purpose_of(grant["purpose"], say)},
        label=say("用途（授权写明的）", "Purpose (the grant's)"),
        value=grant["purpose"],
    )
    purpose.props("outlined dense stack-label").classes("ybz-wide")
    measured = ui.element("div").classes("ybz-wide")
    with measured:
        gauges(say, detail)
    with ui.element("div").classes("ybz-side ybz-op-asking"):
        aside = ui.element("div")
        with ui.element("div"):
            desk = bench.Bench(seat, detail, seat.query.get("sql") or opened.beginning())
            desk.gauges = measured
            _doing(desk)
            desk.place = ui.element("div").classes("ybz-wide")
    with aside:
        schema.tree(seat, opened, desk.write)
    ui.timer(0, lambda: _ready(desk, opened), once=True)


def _doing(desk: bench.Bench) -> None:
    say = desk.seat.say
    with ui.element("div").classes("ybz-doing"):
        desk.button(say("先试解", "Explain first"), "fact_check", desk.explain).props("outline")
        desk.button(say("提问", "Ask"), "play_arrow", desk.ask).props("unelevated")
        saving(desk.seat, desk.grant, lambda: desk.sql)
    Words(
        "p",
        say(
            "快捷键：Ctrl+Enter 提问，Ctrl+Shift+Enter 试解，Ctrl+空格 补全；"
            "先按 Esc 再按 Tab 离开编辑框。试解不运行、不消耗。",
            "Keys: Ctrl+Enter asks, Ctrl+Shift+Enter explains, Ctrl+Space completes; Esc then Tab leaves the "
            "editor. Explaining runs and spends nothing.",
        ),
    ).classes("ybz-fine")


async def _ready(desk: bench.Bench, opened: schema.Opened) -> None:
    """Once the page stands: names to complete, and questions that were left under way."""
    desk.prepare(opened.completions())
    waiting = [
        one
        for one in await keeping.kept(desk.seat)
        if one.get("state") == "running" and one.get("grant") == desk.grant["id"]
    ]
    key = desk.seat.query.get("key", "")
    named = next((one for one in waiting if one["key"] == key), None)
    if named is not None:
        await desk.come_back(named)
    elif waiting:
        desk.offer(waiting[0])
