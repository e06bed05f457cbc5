"""How a page comes to be: from a request to somebody's seat, a frame, and what the page puts in it.

Decides that no page, and no line to the server, is opened for somebody who is not signed in, and that a
refusal while a page is made is told on that page.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from nicegui import core, ui
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from space.console import language, lines
from space.console.calling import Declined
from space.console.frame import framed
from space.console.parts.notes import reasons
from space.console.seats import Seat, seated
from space.console.threshold import SIGN_IN

Builder = Callable[[Seat], Awaitable[None]]
# A page waits for the interface; what takes longer is shown once it is there.
_PATIENCE_S: Final = 30.0


class _Page(ui.page):
    """A page whose own words, such as those of its calendar, are in the reader's language."""

    def resolve_language(self) -> Any:
        """The language of the request that is answered."""
        return language.spoken().tag


def page(path: str, zh: str, en: str) -> Callable[[Builder], Builder]:
    """Let a function put the content of a page into its frame.

    Args:
        path: below the console; ``{name}`` is in ``seat.names``.
        zh: title.
        en: title, in English.
    """

    def decorate(build: Builder) -> Builder:
        async def shown(request: Request) -> Response | None:
            if lines.SESSION not in request.scope:  # of what is open to strangers, there is no such file
                return PlainTextResponse("nothing of that name", 404)
            seat = await seated(core.app.state.served, request)
            if seat is None:  # its session ended since the threshold
                return RedirectResponse(SIGN_IN, 303)
            lines.opened(ui.context.client)
            with framed(seat, seat.say(zh, en)):
                try:
                    await build(seat)
                except Declined as declined:
                    reasons(seat, declined)
            return None

        _Page(path, response_timeout=_PATIENCE_S)(shown)
        return build

    return decorate
