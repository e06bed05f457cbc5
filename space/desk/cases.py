"""Alerts of life events 线索 of the body's area at the desk, and ratings of what was completed 评价.

Decides nothing: a case names nobody and decides nothing (:mod:`space.wayback.entitlements.cases`); what may
be rated says :mod:`space.wayback.burden.ratings`.
"""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter
from starlette.responses import HTMLResponse, RedirectResponse

from catalog.store import reading
from policies.decision import Deny, Reason
from space.desk.rendering import onward, page
from space.desk.seat import DeskRoute, Seated, Sent
from space.desk.titles import titles
from space.errors import Refused
from space.wayback.burden.ratings import KINDS, rate
from space.wayback.entitlements import cases

router = APIRouter(prefix="/desk", route_class=DeskRoute, include_in_schema=False)


@router.get("/cases")
def open_cases(seat: Seated) -> HTMLResponse:
    """Open cases of the area, the soonest due first."""
    with reading(seat.wired.engine) as connection:
        found = cases.listing(connection, seat.on, body=seat.body.code, open_only=True)
        named = titles(connection, (one.dataset for one in found[: seat.lines]))
    return page("cases", seat, cases=found[: seat.lines], total=len(found), named=named)


@router.post("/cases/{case}/check")
def have_checked(case: str, sent: Sent) -> RedirectResponse:
    """Have a case checked at the door by somebody of the office."""
    seat = sent.seat
    cases.check(
        seat.wired.engine, case, body=seat.body.code, person=sent.text("person") or seat.person,
        due_on=_day(sent.text("due")), by=seat.person, now=seat.wired.clock(),
    )  # fmt: skip
    return onward("/desk/cases", "to_verify")


@router.post("/ratings")
def give(sent: Sent) -> RedirectResponse:
    """Rate a completed use, once."""
    seat = sent.seat
    kind = next((one for one in KINDS if one == sent.text("kind")), KINDS[0])
    rate(
        seat.wired.engine, kind, sent.text("subject"), sent.whole("score"), body=seat.body.code,
        by=seat.person, now=seat.wired.clock(),
    )  # fmt: skip
    return onward("/desk", "rated")


def _day(text: str) -> date:
    """The day a page's field for days holds.

    Raises:
        Refused: it holds none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        reason = Reason("backflow.task.day", "the day is none", where="due", allowed="YYYY-MM-DD")
        raise Refused(Deny((reason,))) from None
