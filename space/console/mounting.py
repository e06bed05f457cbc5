"""Where the console is hung into the application; it is of one process, as its pages live in memory.

Decides what of the component library is switched on: nothing that is kept on disk, no page for strangers,
no style that is made in the browser.
"""

from __future__ import annotations

import importlib
import logging
import os
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse

from space.console import language
from space.console.calling import Declined
from space.console.language import COOKIE, Language

HOME: Final = "/console"
_ASSETS: Final = Path(__file__).with_name("assets")
# Rooms whose pages are taken in.
_PAGES: Final = (
    "home",
    "catalogue",
    "department",
    "steward",
    "forms",
    "operator",
    "contracting",
    "implementing",
    "authority",
    "audit",
    "administration",
    "missing",  # the last: it answers whatever the others leave
)
_A_YEAR_S: Final = 31_536_000
# How long a page of a lost line is kept for its browser to come back, in seconds.
_KEPT_S: Final = 30.0
_log = logging.getLogger(__name__)


def mount(app: FastAPI) -> None:
    """Hang the console into the application, below ``/console``.

    Args:
        app: as it is served; pages ask its interface within the process.
    """
    # The library would else make a folder where the program was started.
    os.environ.setdefault("NICEGUI_STORAGE_PATH", os.devnull)
    from nicegui import app as pages
    from nicegui import ui

    from space.console import lines
    from space.console.parts.scripts import asset
    from space.console.threshold import Threshold

    app.state.console = HOME
    pages.state.served = app
    pages._exception_handlers[:] = [_noted]
    pages.on_page_exception(_broken)
    pages.add_static_files("/assets", _ASSETS)
    pages.add_api_route("/language/{chosen}", _choose, include_in_schema=False)
    pages.add_api_route("/again", _again, include_in_schema=False)
    pages.add_api_route("/favicon.ico", _mark, include_in_schema=False)
    for name in _PAGES:
        importlib.import_module(f"space.console.pages.{name}")
    pages.add_middleware(Threshold, served=app)
    lines.guard(app)
    ui.add_head_html(f'<link rel="stylesheet" href="{asset("console.css")}">', shared=True)
    # The library's bar of requests under way has no name that could be read out; pages show their own.
    pages.config.quasar_config["loadingBar"]["skipHijack"] = True
    ui.run_with(
        app,
        mount_path=HOME,
        title="一本账",
        favicon=_ASSETS / "mark.svg",
        tailwind=False,
        show_welcome_message=False,
        reconnect_timeout=_KEPT_S,
        binding_refresh_interval=None,
    )
    # Its own two layers fail loudly when a browser leaves early; what they do, the threshold does.
    kept: tuple[Any, ...] = (Threshold, GZipMiddleware)
    pages.user_middleware[:] = [each for each in pages.user_middleware if each.cls in kept]


def _choose(chosen: str, request: Request, to: str = "") -> RedirectResponse:
    """Let the browser keep the language its reader chose."""
    answer = RedirectResponse(_own(to), 303)
    value = (Language.ENGLISH if chosen == Language.ENGLISH.value else Language.CHINESE).value
    answer.set_cookie(
        COOKIE, value, max_age=_A_YEAR_S, path="/", samesite="lax", httponly=True,
        secure=request.url.scheme == "https",
    )  # fmt: skip
    return answer


def _mark() -> FileResponse:
    """The sign of the console in a browser's tab."""
    return FileResponse(_ASSETS / "mark.svg", media_type="image/svg+xml")


def _again(to: str = "") -> RedirectResponse:
    """Have somebody whose session is over sign in and come back."""
    return RedirectResponse(f"/desk/sign-in?{urlencode({'to': _own(to)})}", 303)


def _own(to: str) -> str:
    """An address of the console; its first page for any other."""
    return to if to.startswith(f"{HOME}/") else f"{HOME}/"


def _broken() -> None:
    """What is shown where a page could not be made: fixed words, for an error may hold anything."""
    from nicegui import ui

    from space.console import lines
    from space.console.parts.notes import empty

    lines.opened(ui.context.client)
    say = language.spoken()
    empty(
        say("这个页面打不开", "This page cannot be shown"),
        say("系统出错，已记入日志。请稍后再试。", "An internal error, noted in the log. Try again later."),
    )


def _noted(error: Exception) -> None:
    """Note what failed in a page; what the interface refused is told there, and noted by the interface."""
    if not isinstance(error, Declined):
        _log.error("a page failed", exc_info=error)
