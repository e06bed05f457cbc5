"""Pages of the desk: templates filled in, and the headers that keep a page to itself.

Decides how a page leaves: never cached, no script, no frame, nothing loaded from elsewhere; and how a refusal
reads. What stands on a page is its room's.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from space.desk.wording import told

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
    return path.rsplit("/", 1)[0] if request.method == "POST" and path.count("/") > 2 else "/desk"


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(loader=FileSystemLoader(_SHELF), autoescape=True, undefined=StrictUndefined)
    made.globals["words"] = WORDS
    return made


# What stands in rows and states, in the words of the office.
WORDS: Final = {
    "added": "新增",
    "changed": "变更",
    "removed": "减少",
    "sent": "待对账",
    "acknowledged": "已对账",
    "disputed": "对账不符",
    "open": "待办",
    "confirmed": "已报送",
    "withdrawn": "已撤回",
    "done": "已办结",
    "closed": "已关闭",
    "person": "人员",
    "household": "家庭",
    "house": "房屋",
    "shop": "店铺",
    "verify": "核实",
    "visit": "走访",
    "fill": "填报",
    "accepted": "已采纳，待数源更正",
    "rejected": "未采纳",
    "reopened": "数源未更正，已重开",
    "carried": "已更正",
    "before_authority": "复核中（主管部门）",
    "before_superior": "复核中（上级主管部门）",
    "before_government": "复核中（政府）",
    "upheld_authority": "复核维持",
    "upheld_superior": "复核维持",
    "upheld": "复核维持（终局）",
    "form": "报表",
    "correction": "校核",
    "task": "任务",
    "left_register": "名单上有，人口登记已注销",
    "not_in_register": "名单上有，人口登记没有",
    "claims_twice": "名单上重复",
    "double_claim": "同时领取互斥待遇",
    "below_age": "未到规定年龄",
    "not_claiming": "到龄未申领",
    "certain": "较确定",
    "likely": "很可能",
    "possible": "可能",
}
