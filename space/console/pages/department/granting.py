"""Signing a grant for a permitted request 签发授权: what the authority does once the owner consented.

Decides what is proposed: the items that were permitted, until the day asked for. Everything else the terms
leave out comes from the dated rules, and the interface examines the whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from nicegui import ui

from space.console.pages.department import words
from space.console.pages.department.around import para
from space.console.parts.notes import done
from space.console.parts.words import Words, heading
from space.console.seats import Seat

# Ways of use a method of the request asks for.
_USUAL: Final[Mapping[str, tuple[str, ...]]] = {
    "query": ("aggregate",),
    "verification": ("verify",),
    "file": ("list",),
    "exchange": ("list",),
}
_CALLS: Final = 1000


def granting(seat: Seat, request: Mapping[str, Any]) -> None:
    """The form of a grant for each dataset of a permitted request."""
    say = seat.say
    permitted: dict[str, list[str]] = {}
    for item in request["items"]:
        if item["answer"] == "permitted":
            permitted.setdefault(item["dataset"], []).append(item["field"])
    with ui.element("section").classes("ybz-panel"):
        heading(say("签发授权", "Sign a grant"))
        para(say("只含已同意的数据项；签发后申请方立即可用。", "It opens what was permitted, at once."))
        for name, columns in permitted.items():
            _one(seat, request, name, columns)


def _one(seat: Seat, request: Mapping[str, Any], name: str, columns: list[str]) -> None:
    say = seat.say
    titles = {item["field"]: item["title"] for item in request["items"] if item["dataset"] == name}
    with ui.element("div").classes("ybz-dataset"):
        heading(request["datasets"].get(name, {}).get("title", name), 3)
        kept = {}
        with ui.element("fieldset").classes("ybz-items"):
            Words("legend", say("开放的信息项（不开放的去掉）", "Items to open; untick what is left out"))
            for column in columns:
                kept[column] = ui.checkbox(titles.get(column, column), value=True)
        usual = _USUAL.get(request["statement"].get("method", ""), ("aggregate",))
        boxes = {}
        with ui.element("fieldset").classes("ybz-items"):
            Words("legend", say("可以怎么用", "Ways of use"))
            for code in words.ANALYSES:
                boxes[code] = ui.checkbox(words.called(say, words.ANALYSES, code), value=code in usual)
        calls = ui.number(say("次数上限", "Most calls"), value=_CALLS, min=0, precision=0)
        until = ui.input(say("用到哪一天", "Last day"), value=request["use_until"] or "")
        for each in (calls.props("outlined stack-label"), until.props("outlined stack-label type=date")):
            each.classes("ybz-wide")

        async def sign() -> None:
            opened = [column for column in columns if kept[column].value]
            terms = {
                "purpose": request["purpose"], "datasets": [{"name": name, "columns": opened}],
                "valid_to": str(until.value or ""), "calls": int(calls.value or 0),
                "analyses": [code for code, box in boxes.items() if box.value],
            }  # fmt: skip
            body = {"terms": terms, "to": request["applicant"], "request": request["id"], "by": ""}
            await seat.calls.post("/v1/grants", body)
            button.disable()
            done(say("已签发", "Signed"))
            with signed:
                para(say("已签发，申请方现在可以使用。", "Signed; the applicant may use it now."))

        button = ui.button(say("签发", "Sign"), on_click=sign).props("unelevated")
        signed = ui.element("div").props('role="status"')
