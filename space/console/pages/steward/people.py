"""What the people are called who acted: those the reader is told of."""

from __future__ import annotations

from contextlib import suppress

from space.console.calling import Declined
from space.console.seats import Seat


async def colleagues(seat: Seat) -> dict[str, str]:
    """Id → name of the people this role is told of; itself at least."""
    known = {seat.person or "": seat.name}
    with suppress(Declined):  # not every role is told who else there is
        told = await seat.calls.whole("/v1/people", "people", mark="after")
        known |= {one["id"]: one["name"] for one in told["people"]}
    return known
