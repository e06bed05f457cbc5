"""Pages of the desk: templates filled in, and the headers that keep a page to itself.

Decides how a page leaves: never cached, no script, no frame, nothing loaded from elsewhere; and how a refusal
reads. A page is in its reader's language. What stands on a page is its room's.
"""

from __future__ import annotations

import hashlib
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from space.console.language import Language, chosen, speak, spoken
from space.desk.wording import told
from space.desk.words import answering, word

if TYPE_CHECKING:
    from jinja2 import Environment

    from space.desk.seat import Seat

_SHELF: Final = Path(__file__).with_name("templates")
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    # To other sites nothing; without a word to our own, browsers hide where a form comes from.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
# What an address of a page may carry on when its language is changed: nothing anybody typed or was sent.
_KEPT: Final = ("first", "kind", "after", "to")
_NOWHERE: Final = ("/desk/openid", "/desk/sign-out", "/desk/language")
# Forms that are sent to the page they stand on, and things without a page of their own.
_OWN_FORMS: Final = ("/desk/sign-in", "/desk/password", "/desk/act-in")
_NO_PAGE_OF_ONE: Final = ("/desk/tasks/", "/desk/cases/")
# Where the page that is being made can be opened again.
_here: ContextVar[str] = ContextVar("desk_here", default="/desk")


def begin(request: Request) -> None:
    """Let the page that is made for a request be in its reader's language, and know its address."""
    speak(chosen(request.cookies))
    path = request.url.path if request.method == "GET" else _back(request)
    kept = [(name, request.query_params[name]) for name in _KEPT if name in request.query_params]
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in kept)
    _here.set("/desk" if path.startswith(_NOWHERE) else f"{path}?{query}" if query else path)


def page(name: str, seat: Seat | None, *, status: int = 200, **shown: Any) -> HTMLResponse:
    """A page.

    Args:
        name: of the template, without ``.html``.
        seat: who sits at the desk; None before somebody signed in.
        status: of the response.
        shown: what the template shows.
    """
    template = _environment().get_template(f"{name}.html")
    return HTMLResponse(template.render(seat=seat, **shown), status, dict(_HEADERS))


def style() -> Response:
    """The one style sheet of the desk."""
    text = (_SHELF / "desk.css").read_text(encoding="utf-8")
    return Response(text, media_type="text/css", headers={"Cache-Control": "max-age=3600"})


def onward(path: str) -> RedirectResponse:
    """After a form was done: the page to go on with, so that it is not sent twice."""
    return RedirectResponse(path, 303, dict(_HEADERS))


def failed(request: Request, status: int, error: Exception) -> HTMLResponse:
    """A page that says what did not work; what was done before stands."""
    lines = told(error)
    return page("failed", None, status=status, lines=lines, back=_back(request))


def _back(request: Request) -> str:
    path = request.url.path
    if path in _OWN_FORMS:
        return path
    if path.startswith(_NO_PAGE_OF_ONE):
        return path.rsplit("/", 2)[0].removesuffix("/tasks")
    return path.rsplit("/", 1)[0] if request.method == "POST" and path.count("/") > 2 else "/desk"


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(loader=FileSystemLoader(_SHELF), autoescape=True, undefined=StrictUndefined)
    made.globals |= {"word": word, "answering": answering, "say": _say, "zh": _chinese, "tag": _tag}
    made.globals |= {
        "switch": _switch,
        "look": hashlib.sha256((_SHELF / "desk.css").read_bytes()).hexdigest()[:8],
    }
    return made


def _say(chinese: str, english: str) -> str:
    """The words of the reader's language."""
    return spoken()(chinese, english)


def _tag() -> str:
    return spoken().tag


def _chinese() -> str:
    """Marks what is Chinese on an English page, as data are. Source: WCAG 2.2, 3.1.2."""
    from markupsafe import Markup

    return Markup(' lang="zh-CN"') if spoken() is Language.ENGLISH else ""


def _switch() -> str:
    """The address that shows this page in the other language."""
    return f"/desk/language/{spoken().other.value}?to={quote(_here.get(), safe='')}"
