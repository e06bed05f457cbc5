"""The first page: what waits, the ledger at a glance, charts; without the catalogue, the reader's rooms."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from nicegui import ui

from policies.access import Act
from space.console.frame import at
from space.console.pages.home import counted, own, signatures, waiting
from space.console.paging import page
from space.console.parts.figures import cards, instant
from space.console.parts.later import later
from space.console.parts.notes import empty
from space.console.parts.ways import link
from space.console.parts.words import heading
from space.console.seats import Seat
from space.console.workspaces import offered

# Of the figures only some roles read, those that stand on the first page.
_WHOLE: Final = (
    "requests", "answered_on_time", "satisfaction_rate", "days_to_answer", "backflow_records",
    "backflow_usage", "calls", "call_success", "fees", "problems_found", "corrections", "duties_overdue",
)  # fmt: skip


@page("/", "一本账", "The ledger")
async def first(seat: Seat) -> None:
    """The ledger at a glance."""
    if not seat.may(Act.CATALOGUE_READ):
        to_sign, before = await asyncio.gather(signatures.ask(seat), waiting.ask(seat))
        signatures.show(seat, to_sign)
        if before.others or (before.owed and before.owed["items"]):
            waiting.show(seat, before)
        _rooms(seat)
        return
    to_sign, before, mine = await asyncio.gather(signatures.ask(seat), waiting.ask(seat), own.ask(seat))
    signatures.show(seat, to_sign)
    waiting.show(seat, before)
    heading(seat.say("全市一本账", "The city's ledger"))
    later(seat, lambda: _ask(seat), lambda answered: _ledger(seat, *answered))
    own.show(seat, mine)


async def _ask(seat: Seat) -> tuple[Any, Any, Any]:
    """The public figures, how the datasets divide, and the figures of those who read them all."""
    whole = seat.calls.whole("/v1/figures", "figures") if seat.may(Act.FIGURES_READ) else _nothing()
    public, found, figures = await asyncio.gather(
        seat.calls.get("/v1/overview"), seat.calls.get("/v1/search", limit=1), whole
    )
    return public["figures"], found, figures["figures"]


def _ledger(seat: Seat, public: list[Any], found: Any, whole: list[Any]) -> None:
    say = seat.say
    if not found["total"]:
        empty(
            say("账本里还没有数据集", "No dataset yet"),
            say(
                "部门编目、主管部门审核发布之后，数据集会出现在这里。",
                "Datasets stand here once departments have entered and the authority has published them.",
            ),
        )
        return
    by_name = {one["id"]: one for one in public}
    if public:
        as_of = instant(public[0]["as_of"])
        ui.label(
            say(
                f"数据截至 {as_of}；点数字看它由哪些数据集算出。",
                f"As of {as_of}; a number leads to the datasets it is counted from.",
            )
        ).classes("ybz-fine")
    cards([counted.card(by_name[name], say, "overview") for name in counted.CARDS if name in by_name], say)
    counted.drawn(public, found, say)
    if whole:
        heading(say("本月共享、回流与服务", "Sharing, flow back and service this month"))
        known = {one["id"]: one for one in whole}
        cards([counted.card(known[name], say, "figures") for name in _WHOLE if name in known], say)
        link(say("全部指标及定义", "All figures with their definitions"), at("/figures"))


def _rooms(seat: Seat) -> None:
    """For whoever may not read the catalogue: the way to their own rooms."""
    say = seat.say
    rooms = offered(seat)
    ui.label(
        say(
            f"您以{seat.role_name}身份登录，职责不含查阅数据目录。请从下面进入您的工作区。",
            f"You act as {seat.role_name}, an office that does not read the catalogue. Your rooms:",
        )
    )
    if not rooms:
        empty(
            say("没有为此身份准备的工作区", "No room for this role"),
            say("请换一个身份。", "Act for another."),
        )
        return
    with ui.element("ul").classes("ybz-figures"):
        for room in rooms:
            with ui.element("li").classes("ybz-figure"):
                ui.icon(room.icon, size="1.6rem").props('aria-hidden="true"')
                link(say(room.zh, room.en), at(room.path)).classes("ybz-number")


async def _nothing() -> dict[str, list[Any]]:
    return {"figures": []}
