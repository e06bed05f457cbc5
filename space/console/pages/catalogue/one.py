"""What stands above every page of one dataset: its title, its badges, the way to the others, the request."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from nicegui import ui

from policies.access import Act
from space.console.calling import Declined
from space.console.frame import at
from space.console.pages.catalogue.badges import badges, rows
from space.console.pages.catalogue.words import CYCLES, told
from space.console.parts.scripts import call
from space.console.parts.ways import around, link
from space.console.parts.words import Words, title
from space.console.seats import Seat

Document = Mapping[str, Any]
# Part of the address → its page, in their order.
_PARTS: Final = {
    "": ("信息项", "Items"),
    "quality": ("质量", "Quality"),
    "releases": ("发布版本", "Releases"),
    "lineage": ("血缘", "Lineage"),
    "use": ("使用情况", "Use"),
    "history": ("变更与时限", "Changes and deadlines"),
}
# What the interface answers of a thing that is not for the role that asks.
_NOT_FOR_THEM: Final = (403, 404)


async def dataset(seat: Seat) -> Document:
    """The dataset the address names, as everybody may see it.

    Raises:
        Declined: it is not published, or not there.
    """
    found: Document = await seat.calls.get(f"/v1/datasets/{seat.names['name']}")
    return found


async def where_allowed(asked: Awaitable[Any]) -> Any:
    """What is only for those who keep the dataset, the authority and auditors; None for all others."""
    try:
        return await asked
    except Declined as declined:
        if declined.status in _NOT_FOR_THEM:
            return None
        raise


async def nothing() -> None:
    """The answer to a question this role does not ask."""


def head(seat: Seat, found: Document, part: str) -> None:
    """What stands above the page.

    Args:
        seat: who reads.
        found: the dataset.
        part: of the address, which page it is.
    """
    say = seat.say
    title(found["title"], say)
    with ui.element("div").classes("ybz-above"):
        with ui.element("div"):
            badges(found, say)
            ui.label(found["summary"])
            cycle = told(CYCLES, found["update_cycle"], say)
            line = (found["department"], say(f"{cycle}更新", f"updated {cycle}"), rows(found, say))
            ui.label(" · ".join(line)).classes("ybz-fine")
        with ui.element("div").classes("ybz-doing"):
            if seat.may(Act.REQUEST_FILE):
                query = urlencode({"dataset": found["name"]})
                with around(f"{at('/department/request')}?{query}").classes("ybz-button"):
                    ui.label(say("申请使用", "Request"))
            link(say("← 数据目录", "← Catalogue"), at("/catalogue")).props("data-back")
    call("walking", "backward")
    _parts(seat, found["name"], part)


def _parts(seat: Seat, name: str, part: str) -> None:
    label = seat.say("本数据集的页面", "Pages of this dataset")
    with ui.element("nav").classes("ybz-parts").props(f'aria-label="{label}"'), ui.element("ul"):
        for each, (zh, en) in _PARTS.items():
            with ui.element("li"):
                made = link(seat.say(zh, en), at(f"/catalogue/{name}" + (f"/{each}" if each else "")))
                if each == part:
                    made.props('aria-current="page"')


def only_for_keepers(seat: Seat) -> None:
    """Say who sees what is not shown here."""
    Words(
        "p",
        seat.say(
            "以上是对各单位公开的部分；更细的内容只对提供部门、主管部门和审计监督开放。",
            "This is what everybody may see; details are for the department, the authority and auditors.",
        ),
    ).classes("ybz-fine")
