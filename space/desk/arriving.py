"""Where somebody arrives who names the service and nothing of it: at the console, or the desk without it.

Decides nothing about them: what they are led to asks who they are.
"""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse

router = APIRouter(include_in_schema=False)

_DESK: Final = "/desk"


@router.get("/")
def arrive(request: Request) -> RedirectResponse:
    """Lead on to the pages that are served; 303, so that no browser keeps where that was."""
    console = getattr(request.app.state, "console", "")
    return RedirectResponse(f"{console}/" if console else _DESK, 303)
