"""Stand-ins AB角 of the body at the desk: who does whose tasks, and taking one back.

Decides nothing: who names one says :mod:`space.wayback.grassroots.stand_ins`, and the matrix.
"""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import HTMLResponse, RedirectResponse

from catalog.store import reading
from space.desk.rendering import onward, page
from space.desk.seat import DeskRoute, Seated, Sent
from space.errors import Unknown
from space.wayback.grassroots import stand_ins

router = APIRouter(prefix="/desk/stand-ins", route_class=DeskRoute, include_in_schema=False)


@router.get("")
def everybody(seat: Seated) -> HTMLResponse:
    """Who stands in for whom in the body, those that hold or come first."""
    with reading(seat.wired.engine) as connection:
        found = stand_ins.listing(connection, seat.body.code)
    lasting = [one for one in found if one.ended_on is None and one.last_on >= seat.on]
    over = [one for one in found if one not in lasting][-seat.lines :]
    return page("stand_ins", seat, lasting=lasting, over=over[::-1])


@router.post("/{stand_in}/end")
def end(stand_in: str, sent: Sent) -> RedirectResponse:
    """Take a stand-in back from today on."""
    seat = sent.seat
    with reading(seat.wired.engine) as connection:
        if stand_in not in {one.id for one in stand_ins.listing(connection, seat.body.code)}:
            raise Unknown("stand-in", stand_in)
    stand_ins.end(seat.wired.engine, stand_in, by=seat.person, now=seat.wired.clock())
    return onward("/desk/stand-ins", "ended")
