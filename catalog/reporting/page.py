"""The monthly report as two A4 pages, for the city or for one department.

Decides what stands on them: fixed numbers of lines of fixed length (rule ``two_pages``), and how many more
there are. The city's page names no department's uncatalogued tables, a department's its own. The page is
complete in itself: no script, no network, every word escaped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from catalog.inventory.errors import InventoryError
from catalog.reporting import wording
from catalog.reporting.audience import seen_by
from catalog.reporting.monthly import CLOSED, Reply, Report
from policies.rulebook import rule

if TYPE_CHECKING:
    from jinja2 import Environment

_PAGES: Final = Path(__file__).parent / "pages"

Some = tuple[list[Any], int]


def page(report: Report, *, department: str = "", language: str = wording.CHINESE) -> str:
    """The report as HTML.

    Args:
        report: of a month.
        department: whose losses, moves and replies stand on it; empty = everybody's.
        language: ``zh`` or ``en``.

    Raises:
        InventoryError: the department is not in the report.
    """
    if department and department not in report.departments:
        raise InventoryError(
            f"{department} is not in the report of {report.period} — name one of its departments"
        )
    content, words = seen_by(report.content, department), wording.Words(language)
    most = rule("monthly_report", "two_pages", date.fromisoformat(content["judged_on"])).value
    shown: dict[str, Any] = {
        "w": words,
        "lang": "zh-CN" if language == wording.CHINESE else "en",
        "report": report,
        "content": content,
        "department": department,
        "state": _state(report, words),
        "figures": [words.figure(each) for each in content["figures"]],
        "ranking": _ranking(content, department, most["ranking"]),
        "moves": {each["department"]: each["moved"] for each in content["changes"]},
        "losses": _losses(content, department, most, words),
        "changes": _some([c for c in content["changes"] if _of(c, department)], most["changes"]),
        "replies": _replies(report, department, most),
    }
    return _environment().get_template("monthly.html").render(shown)


def _of(line: Mapping[str, Any], department: str) -> bool:
    return not department or line["department"] == department


def _some(lines: Sequence[Any], most: int) -> Some:
    return list(lines[:most]), max(0, len(lines) - most)


def _state(report: Report, words: wording.Words) -> str:
    content = report.content
    judged = words("running" if content["runs"] else "judged", content["judged_on"])
    if report.state == CLOSED:
        return f"{words('closed')} · {judged}"
    until = f"{report.reply_until}{words('provisional') if report.reply_provisional else ''}"
    return f"{words('draft', report.number, until)} · {judged}"


def _ranking(content: Mapping[str, Any], department: str, most: int) -> Some:
    """The first lines; of a department's page its own is among them."""
    lines, more = _some(content["ranking"], most)
    if department and not any(line["department"] == department for line in lines):
        lines[-1] = next(line for line in content["ranking"] if line["department"] == department)
    return lines, more


def _losses(
    content: Mapping[str, Any], department: str, most: Mapping[str, int], words: wording.Words
) -> Some:
    """Losses of points, the largest first, each with its first items."""
    found = [
        {
            "department": line["department"],
            "indicator": words(loss["indicator"]),
            "points": loss["points"],
            "items": [words.item(item, most["characters"]) for item in loss["items"][: most["items"]]]
            or [words("unnamed")],
            "more": loss["count"] - len(loss["items"][: most["items"]]),
        }
        for line in content["ranking"]
        if _of(line, department)
        for loss in line["losses"]
    ]
    found.sort(key=lambda loss: (-loss["points"], loss["department"], loss["indicator"]))
    return _some(found, most["losses"])


def _replies(report: Report, department: str, most: Mapping[str, int]) -> Some:
    """Replies, the newest first; a department's own page has its replies in full."""
    found = [reply for reply in reversed(report.replies) if not department or reply.department == department]
    length = max(len(r.text) for r in found) if department and found else most["reply_characters"]
    lines, more = _some(found, most["replies"])
    return [_reply(report, reply, length) for reply in lines], more


def _reply(report: Report, reply: Reply, length: int) -> dict[str, Any]:
    return {
        "department": reply.department,
        "text": wording.cut(reply.text, length),
        "old": report.state != CLOSED and reply.to_digest != report.digest,
    }


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(_PAGES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "share": wording.share,
        "points": wording.points,
        "moved": wording.moved,
        "cut": wording.cut,
    }
    return made
