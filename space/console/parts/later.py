"""What takes longer than a page may: it is asked for once the page stands, and shown in the place it has.

Decides that the place says that something is coming, also to those who cannot see it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from nicegui import ui

from space.console.calling import Declined
from space.console.parts.notes import reasons
from space.console.seats import Seat

_T = TypeVar("_T")


def later(seat: Seat, ask: Callable[[], Awaitable[_T]], show: Callable[[_T], None]) -> None:
    """A place that is filled once the page stands; a refusal is told in it.

    Args:
        seat: who sits before the page.
        ask: the interface.
        show: puts what was answered into the place.
    """
    place = ui.element("div").classes("ybz-wide")
    with place, ui.element("div").classes("ybz-coming").props('role="status"'):
        ui.spinner(size="1.6em").props('aria-hidden="true"')
        ui.label(seat.say("正在读取…", "Reading…"))

    async def fill() -> None:
        try:
            answered = await ask()
        except Declined as declined:
            place.clear()
            with place:
                reasons(seat, declined)
            return
        place.clear()
        with place:
            show(answered)

    ui.timer(0, fill, once=True)
