"""Signing in to the desk and out of it, and its style sheet.

Decides that a token of a body and the name of who acts open a session; a wrong token is counted with the
strangers, as everywhere.
"""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from catalog.store import reading, writing
from policies.clocks import local_date
from space.api.services import Wired
from space.calls.metering import count_stranger
from space.desk.rendering import onward, page, style
from space.desk.seat import SIGN_IN, DeskRoute, Fields, sealer
from space.desk.session import COOKIE, session_hours
from space.identity.tokens import holder

router = APIRouter(prefix="/desk", route_class=DeskRoute, include_in_schema=False)

_LONGEST_NAME: Final = 60


@router.get("/desk.css")
def style_sheet() -> Response:
    """The one style sheet."""
    return style()


@router.get("/sign-in")
def show() -> HTMLResponse:
    """The page to sign in."""
    return page("sign_in", None, wrong=False)


@router.post("/sign-in")
def sign_in(sent: Fields, wired: Wired, request: Request) -> Response:
    """Open a session."""
    token, person = (sent.get(name, [""])[0].strip() for name in ("token", "person"))
    now = wired.clock()
    with reading(wired.engine) as connection:
        known = holder(connection, token, now)
    if known is None or known.grant_id is not None or not 0 < len(person) <= _LONGEST_NAME:
        if known is None:
            with writing(wired.engine) as connection:
                count_stranger(connection, "unauthenticated", now)
        return page("sign_in", None, status=401, wrong=True)
    answer = onward("/desk")
    answer.set_cookie(
        COOKIE,
        sealer(wired).sign_in(token, person, now),
        max_age=session_hours(local_date(now)) * 3600,
        path="/desk",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    return answer


@router.post("/sign-out")
def sign_out() -> RedirectResponse:
    """End the session of this browser."""
    answer = onward(SIGN_IN)
    answer.delete_cookie(COOKIE, path="/desk")
    return answer
