"""Asking under a grant: the schema at hand, the editor, the decision before anything runs, the answer."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from space.console.pages.operator import bench, examples, keeping, schema
from space.console.pages.operator.around import address, choosing, datasets_of, grants_of, purpose_of, ways
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
            examples_at = ui.element("div").classes("ybz-wide")
            desk = bench.Bench(
                seat, detail, seat.query.get("sql") or opened.beginning(),
                opened.titles(), opened.beginning(), _elsewhere(found, grant),
            )  # fmt: skip
            desk.gauges = measured
            with examples_at:
                examples.offer(opened, say, desk.take)
            _doing(desk)
            desk.stale = Words(
                "p",
                say("问句已改；下面是改之前那一句的。", "The text has changed; below is of the one before."),
            ).classes("ybz-badge warn")
            desk.stale.set_visibility(False)
            desk.place = ui.element("div").classes("ybz-wide")
    with aside:
        schema.tree(seat, opened, desk.write)
    ui.timer(0, lambda: _ready(desk, opened), once=True)


def _doing(desk: bench.Bench) -> None:
    say = desk.seat.say
    with ui.element("div").classes("ybz-doing"):
        desk.button(say("先试算（不扣费）", "Explain first"), "fact_check", desk.explain).props("outline")
        desk.button(say("提问", "Ask"), "play_arrow", desk.ask).props("unelevated")
        saving(desk.seat, desk.grant, lambda: desk.sql)
    Words(
        "p",
        say(
            "快捷键：Ctrl+Enter 提问，Ctrl+Shift+Enter 试算，Ctrl+空格 补全；"
            "先按 Esc 再按 Tab 离开编辑框。试算不运行、不消耗。",
            "Keys: Ctrl+Enter asks, Ctrl+Shift+Enter explains, Ctrl+Space completes; Esc then Tab leaves the "
            "editor. Explaining runs and spends nothing.",
        ),
    ).classes("ybz-fine ybz-op-keys")


def _elsewhere(found: list[dict[str, Any]], grant: dict[str, Any]) -> dict[str, str]:
    """Datasets of the reader's other grants in force, with the address to ask under them."""
    here = datasets_of(grant)
    return {
        name: address("/query", grant=one["id"])
        for one in found
        if one["state"] == "in_force"
        for name in datasets_of(one)
        if name not in here
    }


async def _ready(desk: bench.Bench, opened: schema.Opened) -> None:
    """Once the page stands: names to complete, what was being written, and questions that were left."""
    desk.prepare(opened.completions())
    seat, grant = desk.seat, desk.grant["id"]
    begun = "" if seat.query.get("sql") else await keeping.drafted(seat, grant)
    if begun.strip():
        desk.take(begun)
    keeping.watch(seat, grant, desk.editor)
    kept = [one for one in await keeping.kept(seat) if one.get("grant") == grant]
    waiting = [one for one in kept if one.get("state") == "running"]
    key = seat.query.get("key", "")
    named = next((one for one in kept if one["key"] == key), None)
    if named is not None and (named in waiting or keeping.is_there(named)):
        await desk.come_back(named)
    elif waiting:
        desk.offer(waiting[0])
    else:
        same = (one for one in kept if one.get("sql") == desk.sql and keeping.is_there(one))
        answered = next(same, None)
        if answered is not None:
            desk.offer(answered)
