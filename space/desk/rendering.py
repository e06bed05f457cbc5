"""Pages of the desk: templates filled in, and the headers that keep a page to itself.

Decides how a page leaves: never cached, no script, no frame, nothing loaded from elsewhere; and how a refusal
reads. A page is in its reader's language. What stands on a page is its room's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
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
_KEPT: Final = ("first", "kind", "after", "to", "change", "wrong")
_NOWHERE: Final = ("/desk/openid", "/desk/sign-out", "/desk/language")
# Forms that are sent to the page they stand on, and things without a page of their own.
_OWN_FORMS: Final = ("/desk/sign-in", "/desk/password", "/desk/act-in")
_NO_PAGE_OF_ONE: Final = ("/desk/tasks/", "/desk/cases/")
# Where the page that is being made can be opened again.
_here: ContextVar[str] = ContextVar("desk_here", default="/desk")
# What was done by the form that led to the page: Chinese, English.
_DONE: Final[Mapping[str, tuple[str, str]]] = {
    "counted": ("已对账，两边数目一致。", "Counted back: both sides count alike."),
    "differs": (
        "已记下：数目和送达的不一致，数源单位会核对。可以再点一次。",
        "Noted: the counts differ. Count again if you like.",
    ),
    "noted": ("备注已记下。", "The note is kept."),
    "assigned": ("已交办，会出现在对方的待办里。", "Assigned: it stands in the other's to-do."),
    "done": ("已办结。", "Done."),
    "reported": ("已提出校核，答复会出现在待办的消息里。", "Reported. The answer will come as a notice."),
    "appealed": ("已提请复核。", "Appealed."),
    "withdrawn": ("已撤回。", "Withdrawn."),
    "replaced": ("已记下：手上的旧值已更换。", "Noted: the old value is replaced."),
    "rated": ("谢谢，已评价。", "Thank you, it is rated."),
    "handed_in": ("这张表已报送。", "The sheet is handed in."),
    "confirmed": ("已报送，报送了哪些见下面。", "Handed in; what was is shown below."),
    "added": ("已新增。", "Added."),
    "changed": ("变化已保存。", "The changes are saved."),
    "kept": ("已确认，没有变化。", "Confirmed: nothing changed."),
    "closed": ("这条记录已关闭。", "The record is closed."),
    "checked": ("核实情况已保存。", "What was found is saved."),
    "to_verify": ("已安排上门核实。", "It will be verified at the door."),
    "ended": ("代班已提前结束。", "The stand-in is ended."),
    "named": ("代班已登记。", "The stand-in is named."),
}
# A cookie says it to the next page, not its address: whoever makes a link cannot have a page claim an act.
_SAID: Final = "ybz-done"
# Seconds the next page has to come; a choice of the installation.
_SAID_FOR: Final = 60
_done: ContextVar[str] = ContextVar("desk_done", default="")
_by_tls: ContextVar[bool] = ContextVar("desk_by_tls", default=False)


def begin(request: Request) -> None:
    """Let the page that is made for a request be in its reader's language, and know its address."""
    speak(chosen(request.cookies))
    path = request.url.path if request.method == "GET" else _back(request)
    kept = [(name, request.query_params[name]) for name in _KEPT if name in request.query_params]
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in kept)
    _done.set(request.cookies.get(_SAID, "") if request.method == "GET" else "")
    _by_tls.set(request.url.scheme == "https")
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
    made = HTMLResponse(template.render(seat=seat, **shown), status, dict(_HEADERS))
    if _done.get():  # said once
        made.delete_cookie(_SAID, path="/desk", secure=_by_tls.get(), httponly=True, samesite="strict")
    return made


def style() -> Response:
    """The one style sheet of the desk."""
    text = (_SHELF / "desk.css").read_text(encoding="utf-8")
    return Response(text, media_type="text/css", headers={"Cache-Control": "max-age=3600"})


def onward(path: str, done: str = "") -> RedirectResponse:
    """After a form was done: the page to go on with, so that it is not sent twice.

    Args:
        path: of the page.
        done: what that page says, once, was done; nothing where empty.
    """
    led = RedirectResponse(path, 303, dict(_HEADERS))
    if done:
        led.set_cookie(
            _SAID, done, _SAID_FOR, path="/desk", secure=_by_tls.get(), httponly=True, samesite="strict"
        )
    return led


def failed(request: Request, status: int, error: Exception) -> HTMLResponse:
    """A page that says what did not work; what was done before stands."""
    lines = told(error)
    # Whoever is known to sit there keeps the way to the other rooms.
    seat = getattr(request.state, "seat", None)
    return page("failed", seat, status=status, lines=lines, back=_back(request))


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
    made.globals |= {
        "word": word,
        "answering": answering,
        "say": _say,
        "zh": _chinese,
        "tag": _tag,
        "done": _was_done,
        "person": _person,
    }
    made.globals |= {
        "switch": _switch,
        "look": hashlib.sha256((_SHELF / "desk.css").read_bytes()).hexdigest()[:8],
    }
    return made


def _say(chinese: str, english: str) -> str:
    """The words of the reader's language."""
    return spoken()(chinese, english)


def _was_done() -> str:
    """What the form that led here did, in words; empty where none did."""
    return _say(*_DONE[_done.get()]) if _done.get() in _DONE else ""


def _person(name: str) -> str:
    """Who did a step: the clock is nobody."""
    return _say("系统", "the system") if name == "clock" else name


def _tag() -> str:
    return spoken().tag


def _chinese() -> str:
    """Marks what is Chinese on an English page, as data are. Source: WCAG 2.2, 3.1.2."""
    from markupsafe import Markup

    return Markup(' lang="zh-CN"') if spoken() is Language.ENGLISH else ""


def _switch() -> str:
    """The address that shows this page in the other language."""
    return f"/desk/language/{spoken().other.value}?to={quote(_here.get(), safe='')}"
