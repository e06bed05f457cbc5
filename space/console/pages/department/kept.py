"""A request that is not sent yet 没写完的申请: kept in its writer's browser until they send it or leave.

Decides that it is kept there and nowhere else, under a name that tells one membership from another, and is
handed back only when its writer asks for it. Two who are called alike have one each.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from hashlib import sha256

from nicegui import ui

from space.console.pages.department.drafting import Draft
from space.console.parts.scripts import asked, call
from space.console.seats import Seat

_SCRIPT = "keeping"


def _name(seat: Seat) -> str:
    return "request-" + sha256(f"{seat.organisation} {seat.person or seat.name}".encode()).hexdigest()[:16]


def keep(seat: Seat, draft: Draft) -> None:
    """Keep a draft in the browser, as soon as there is anything in it."""
    if draft.begun():
        call(_SCRIPT, "keep", _name(seat), draft.kept())


def forget(seat: Seat) -> None:
    """What was sent is kept no more."""
    call(_SCRIPT, "drop", _name(seat))


def offer(seat: Seat, go_on: Callable[[Draft], Awaitable[None]]) -> None:
    """Once the page stands: to go on with what was not sent, or to leave it."""
    place = ui.element("div").classes("ybz-wide")

    async def look() -> None:
        found = None
        with suppress(TimeoutError):  # a browser that keeps nothing, or says nothing
            found = await asked(_SCRIPT, "kept", _name(seat))
        draft = Draft.from_kept(found)
        if draft.begun():
            with place:
                _asked(seat, draft, go_on, place)

    ui.timer(0, look, once=True)


def _asked(seat: Seat, draft: Draft, go_on: Callable[[Draft], Awaitable[None]], place: ui.element) -> None:
    say = seat.say

    async def on() -> None:
        place.clear()
        draft.stated["vouched_by"] = seat.name
        await go_on(draft)

    def leave() -> None:
        forget(seat)
        place.clear()

    with ui.element("section").classes("ybz-panel ybz-line").props('role="status"'):
        told = draft.stated.get("scenario") or say("还没有写办什么事", "no scenario yet")
        ui.label(say(f"上次有一件没写完：{told}", f"Not finished last time: {told}"))
        ui.button(say("接着写", "Go on with it"), on_click=on).props("unelevated")
        ui.button(say("不要了", "Leave it"), on_click=leave).props("flat")
