"""What is shown under an address of the console that no page has; taken in after all the others."""

from __future__ import annotations

from space.console.paging import page
from space.console.parts.notes import empty
from space.console.parts.ways import go
from space.console.seats import Seat


@page("/{rest:path}", "没有这个页面", "No such page")
async def missing(seat: Seat) -> None:
    """Say that there is no such page, and lead on."""
    empty(
        seat.say("这个地址没有页面", "No page has this address"),
        seat.say("可能是写错了，或者页面已经移走。", "It may be mistyped, or the page has moved."),
        seat.say("回到一本账", "To the ledger"),
        lambda: go("/console/"),
    )
