"""Signing a grant for a permitted request 签发授权: what the authority does once the owner consented.

Decides what is proposed: the items that were permitted, until the day asked for. Everything else the terms
leave out comes from the dated rules, and the interface examines the whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from nicegui import ui

from space.console.calling import Declined
from space.console.pages.department import words
from space.console.pages.department.around import ROOM, clock_words, datasets, para, stays
from space.console.pages.department.around import titles as called
from space.console.parts.notes import done, empty, reasons
from space.console.parts.tables import Column, table
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


def to_grant(seat: Seat, requests: Sequence[Mapping[str, Any]]) -> None:
    """Requests that were permitted and wait for a grant, each with the way to where it is signed."""
    say = seat.say
    heading(say("已同意，等签发授权", "Permitted, waiting for a grant")).props('id="ungranted"')
    if not requests:
        empty(
            say("没有等签发的授权", "No grant waits to be signed"),
            say(
                "部门同意共享后，申请会到这里，由数据主管部门签发授权，申请方才能使用。",
                "What departments consent to comes here; the applicant may use it once a grant is signed.",
            ),
        )
        return
    rows = []
    for one in requests:
        clock = next((c["clock"] for c in one["cases"] if c["clock"] and c["clock"]["rule"] == "supply"
                      and c["clock"]["state"] == "running"), None)  # fmt: skip
        told, tone = clock_words(say, clock)
        rows.append(
            {
                "id": one["id"], "what": called(one), "address": f"{ROOM}/requests/{one['id']}#granting",
                "who": one["applicant_name"], "purpose": one["statement"].get("scenario") or "—",
                "clock": told, "tone": tone,
            }
        )  # fmt: skip
    columns = [
        Column("what", say("数据", "Data"), link="address"),
        Column("who", say("申请单位", "Applicant")),
        Column("purpose", say("办什么事", "What for")),
        Column("clock", say("时限", "Clock"), badge="tone"),
    ]
    table(columns, rows, say, caption=say(f"等签发 {len(rows)} 件", f"{len(rows)} wait"))


async def granting(seat: Seat, request: Mapping[str, Any]) -> None:
    """The form of a grant for each dataset of a permitted request; folded where one was signed already."""
    say = seat.say
    permitted: dict[str, list[str]] = {}
    for item in request["items"]:
        if item["answer"] == "permitted":
            permitted.setdefault(item["dataset"], []).append(item["field"])
    known = await datasets(seat, permitted)
    waits = any(one["clock"] and one["clock"]["rule"] == "supply" and one["clock"]["state"] == "running"
                for one in request["cases"])  # fmt: skip
    with ui.element("section").classes("ybz-panel").props('id="granting"'):
        heading(say("签发授权", "Sign a grant"))
        if waits:
            para(say("只含已同意的数据项；签发后申请方立即可用。", "It opens what was permitted, at once."))
            _forms(seat, request, permitted, known)
            return
        para(say("这件申请已签发过授权。", "A grant was signed for this request."))
        with ui.element("details").classes("ybz-more"):
            Words("summary", say("再签发一项", "Sign another one"))
            _forms(seat, request, permitted, known)


def _forms(
    seat: Seat,
    request: Mapping[str, Any],
    permitted: Mapping[str, list[str]],
    known: Mapping[str, Mapping[str, Any]],
) -> None:
    for name, columns in permitted.items():
        kept = {field["name"] for field in known[name]["fields"] if stays(field)}
        _one(seat, request, name, columns, kept)


def _one(seat: Seat, request: Mapping[str, Any], name: str, columns: list[str], staying: set[str]) -> None:
    say = seat.say
    titles = {item["field"]: item["title"] for item in request["items"] if item["dataset"] == name}
    with ui.element("div").classes("ybz-dataset"):
        heading(request["datasets"].get(name, {}).get("title", name), 3)
        kept = {}
        with ui.element("fieldset").classes("ybz-items"):
            Words("legend", say("开放的信息项（不开放的去掉）", "Items to open; untick what is left out"))
            for column in columns:
                never = say("（不出库）", " (never leaves)") if column in staying else ""
                kept[column] = ui.checkbox(titles.get(column, column) + never, value=column not in staying)
        boxes = _ways_of_use(seat, request)
        calls = ui.number(
            say("次数上限", "Most calls"),
            value=_CALLS,
            min=0,
            precision=0,
        )
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
            signed.clear()
            try:
                await seat.calls.post("/v1/grants", body)
            except Declined as declined:
                with signed:
                    reasons(seat, _titled(declined, name, titles))
                return
            button.disable()
            done(say("已签发", "Signed"))
            with signed:
                para(say("已签发，申请方现在可以使用。", "Signed; the applicant may use it now."))

        button = ui.button(say("签发", "Sign"), on_click=sign).props("unelevated")
        signed = ui.element("div").props('role="status"')


def _ways_of_use(seat: Seat, request: Mapping[str, Any]) -> dict[str, ui.checkbox]:
    """Ways of use, those the request's way of delivery needs ticked."""
    say = seat.say
    usual = _USUAL.get(request["statement"].get("method", ""), ("aggregate",))
    with ui.element("fieldset").classes("ybz-items"):
        Words("legend", say("可以怎么用", "Ways of use"))
        return {
            code: ui.checkbox(words.called(say, words.ANALYSES, code), value=code in usual)
            for code in words.ANALYSES
        }


def _titled(declined: Declined, name: str, titles: Mapping[str, str]) -> Declined:
    """A refusal that calls items by what readers call them."""
    return Declined(
        declined.status,
        declined.code,
        tuple(
            replace(one, where=titles.get(one.where.removeprefix(f"{name}."), one.where))
            for one in declined.reasons
        ),
    )
