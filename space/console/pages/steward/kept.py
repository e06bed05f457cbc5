"""An entry that is not saved yet 没存的编目: kept in its writer's browser until they hand it in or leave.

Decides that the contract is kept there and nothing of the file it was drafted from; that what was written on
another revision is not offered; and that it is handed back only when its writer asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from nicegui import ui

from space.console.pages.steward import document as paper
from space.console.parts.scripts import asked, call
from space.console.seats import Seat

_SCRIPT: Final = "keeping"


@dataclass(frozen=True, slots=True)
class Kept:
    """Work as a browser kept it; what it says is the browser's, the interface judges it.

    Attributes:
        document: the contract.
        guesses: item → what drafting said of it.
    """

    document: paper.Node
    guesses: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def keep(seat: Seat, about: str, base: int, kept: Kept) -> None:
    """Keep it in the browser.

    Args:
        seat: who writes.
        about: name of the entry; ``new`` where it has none.
        base: number of the revision that is mended; 0 where there is none.
        kept: the work.
    """
    call(
        _SCRIPT,
        "keep",
        _name(seat, about),
        {"base": base, "document": kept.document, "guesses": dict(kept.guesses)},
    )


def forget(seat: Seat, about: str) -> None:
    """What was handed in is kept no more."""
    call(_SCRIPT, "drop", _name(seat, about))


def offer(seat: Seat, about: str, base: int, go_on: Callable[[Kept], None]) -> None:
    """Once the page stands: to go on with what was not saved, or to leave it."""
    place = ui.element("div").classes("ybz-wide")

    async def look() -> None:
        found = None
        with suppress(TimeoutError):  # a browser that keeps nothing, or says nothing
            found = await asked(_SCRIPT, "kept", _name(seat, about))
        kept = _sound(found, base)
        if kept is not None:
            with place:
                _asked(seat, about, kept, go_on, place)

    ui.timer(0, look, once=True)


def _asked(seat: Seat, about: str, kept: Kept, go_on: Callable[[Kept], None], place: ui.element) -> None:
    say = seat.say

    def on() -> None:
        place.clear()
        go_on(kept)

    def leave() -> None:
        forget(seat, about)
        place.clear()

    with ui.element("section").classes("ybz-panel ybz-line").props('role="status"'):
        title = str(kept.document.get("name") or say("没有名称", "no title"))
        ui.label(say(f"上次改了没保存：{title}", f"Not saved last time: {title}"))
        ui.button(say("接着改", "Go on with it"), on_click=on).props("unelevated")
        ui.button(say("不要了", "Leave it"), on_click=leave).props("flat")


def _sound(found: Any, base: int) -> Kept | None:
    """What a browser gave back, where it is work on that revision and can be shown."""
    try:
        if found["base"] != base:
            return None
        document = dict(found["document"])
        shown = [str(item["name"]) for item in paper.items(document)]
        str(document["team"]["name"]), paper.table(document)["name"], paper.custom(document, "units", [])
        guesses = {str(name): dict(one) for name, one in dict(found["guesses"]).items() if name in shown}
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        return None
    return Kept(document, guesses)


def _name(seat: Seat, about: str) -> str:
    # By the person's id: two who are called alike have one each.
    who = seat.person or seat.name
    return "entry-" + sha256(f"{seat.organisation} {who} {about}".encode()).hexdigest()[:16]
