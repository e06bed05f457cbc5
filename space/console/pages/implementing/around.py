"""What every page of the room has: the ways between its pages, addresses, and what datasets are called."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, urlencode

from nicegui import ui

from policies.access import Act
from space.console.parts.ways import link
from space.console.seats import Seat

ROOM: Final = "/console/implementing"
# Path below the room, its name, the act it is for.
_WAYS: Final = (
    ("", "概览", "Overview", Act.AGREEMENT_READ),
    ("/draft", "起草协议", "Draft an agreement", Act.AGREEMENT_NEGOTIATE),
    ("/disclosure", "年度披露", "Yearly disclosure", Act.DISCLOSURE_PUBLISH),
)


def ways(seat: Seat) -> None:
    """The pages of the room that are the reader's."""
    label = seat.say("授权实施各页", "Pages of authorised operation")
    with ui.element("nav").classes("ybz-op-ways").props(f'aria-label="{label}"'):
        for path, zh, en, act in _WAYS:
            if seat.may(act):
                made = link(seat.say(zh, en), ROOM + path)
                if seat.path.removeprefix("/implementing") == path:
                    made.props('aria-current="page"')


def address(path: str, **query: str) -> str:
    """An address of the room.

    Args:
        path: below it.
        query: what is put into the address; left out where empty.
    """
    known = {name: value for name, value in query.items() if value}
    return ROOM + quote(path) + (f"?{urlencode(known)}" if known else "")


def at(number: str) -> str:
    """Where the interface has an agreement."""
    return f"/v1/agreements/{quote(number, safe='')}"
