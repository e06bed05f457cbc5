"""What waits for the reader's signature 双人签署: acts that colleagues asked for and that nobody does alone.

Decides nothing: what waits, and who signs, is told and judged by the interface. What is signed is shown as it
was asked for, every word of it, and is named by its digest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from nicegui import ui

from space.console.language import Language
from space.console.pages.home import in_words
from space.console.parts.asking import Question, answers
from space.console.parts.notes import done
from space.console.parts.ways import again
from space.console.parts.words import heading
from space.console.seats import Seat

_AT: Final = "/v1/second-signatures"
# An act → what it is called.
_ACTS: Final[Mapping[str, tuple[str, str]]] = {
    "POST /v1/clocks/{subject}/{rule}/extension": ("时限延期", "More time for a clock"),
    "POST /v1/requests/{request}/cases/{case}/extension": ("答复延期", "More time for an answer"),
    "POST /v1/inventory/exclusions": ("不编目一张表", "Leave a table out of the catalogue"),
    "POST /v1/requests": ("为用数申请作承诺", "Vouch for a request"),
    "PUT /v1/requests/{request}": ("为补齐的用数申请作承诺", "Vouch for a completed request"),
}
# What an act says of itself → how it is called, in the order in which it is read. What is not here is shown
# by the name the interface has for it: nobody signs what is not shown.
_SAID: Final[Mapping[str, tuple[str, str]]] = {
    "table": ("表", "Table"),
    "subject": ("事项", "About"),
    "rule": ("时限规则", "Rule"),
    "request": ("申请", "Request"),
    "case": ("办件", "Case"),
    "reason": ("理由", "Reason"),
    "words": ("说明", "In words"),
    "basis": ("依据", "Basis"),
    "by": ("提出人", "Asked by"),
    "approved_by": ("同意人", "Consented to by"),
    "vouched_by": ("承诺人", "Vouched for by"),
    "workdays": ("工作日", "Workdays"),
    "extension": ("延期规则", "Extension"),
    "review_on": ("复核日期", "Holds until"),
    "kind": ("申请类别", "Kind of request"),
    "purpose": ("用途", "Purpose"),
    "legal_basis": ("使用依据", "Legal basis"),
    "agreement": ("协议", "Agreement"),
    "scenario": ("使用场景", "Scenario"),
    "scope": ("使用范围", "Scope"),
    "method": ("使用方式", "Method"),
    "implementing_body": ("实施单位", "Implementing body"),
    "use_until": ("用到", "Used until"),
    "items": ("数据项", "Items"),
}


async def ask(seat: Seat) -> list[Mapping[str, Any]]:
    """What waits for the reader, with its lines in words; an office's token signs nothing."""
    if seat.person is None:
        return []
    found: list[Mapping[str, Any]] = (await seat.calls.get(_AT, mine="true"))["signatures"]
    known = await in_words.look_up(seat, found)
    return [{**one, "lines": _lines(seat.say, one, known)} for one in found]


def show(seat: Seat, waiting: list[Mapping[str, Any]]) -> None:
    """The box; none where nothing waits."""
    if not waiting:
        return
    say = seat.say
    with ui.element("section").classes("ybz-panel").props('aria-labelledby="signatures"'):
        heading(say("待我签字", "Waiting for my signature")).props('id="signatures"')
        with ui.element("ul").classes("ybz-lines"):
            for one in waiting:
                with ui.element("li"):
                    _one(seat, one)


def _one(seat: Seat, one: Mapping[str, Any]) -> None:
    say, title = seat.say, _title(seat, one)
    with ui.element("div"):
        ui.label(title)
        for text in one["lines"]:
            ui.label(text).classes("ybz-fine")
    with ui.element("div").classes("ybz-doing"):
        ui.button(say("同意并签字", "Sign"), on_click=lambda: _sign(seat, one)).props("unelevated")
        ui.button(say("不同意", "Refuse"), on_click=lambda: _refuse(seat, one)).props("flat")


def _title(seat: Seat, one: Mapping[str, Any]) -> str:
    what = seat.say(*_ACTS.get(one["door"], (one["door"], one["door"])))
    name = one["asked_by"]["name"]
    return seat.say(f"{what} · {name}提出", f"{what} · asked for by {name}")


def _lines(say: Language, one: Mapping[str, Any], known: in_words.Known) -> list[str]:
    said = [
        f"{say(*called(key))}：{_plain(in_words.worded(say, one, key, value, known))}"
        for key, value in stated(one)
    ]
    return [*said, say(f"{one['until'][:10]} 前有效", f"to be signed before {one['until'][:10]}")]


def stated(one: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Everything an act names and says, in the order in which it is read; what was left empty, too."""
    found = {**one["places"], **one["said"]}
    order = [*(key for key in _SAID if key in found), *(key for key in found if key not in _SAID)]
    return [(key, found[key]) for key in order]


def called(key: str) -> tuple[str, str]:
    """What an act says under a key, as it is called; the key where nobody worded it."""
    return _SAID.get(key, (key, key))


def _plain(value: Any) -> str:
    """A value in one line."""
    if value in (None, "", [], {}):
        return "—"
    if isinstance(value, Mapping):
        return " ".join(_plain(each) for each in value.values())
    if isinstance(value, list):
        return "；".join(_plain(each) for each in value)
    return str(value)


async def _sign(seat: Seat, one: Mapping[str, Any]) -> None:
    say = seat.say
    agreed = await answers(
        say("同意并签字", "Sign"),
        [],
        say,
        text="\n".join((_title(seat, one), *one["lines"])),
        do=say("签字", "Sign"),
    )
    if agreed is not None:
        await seat.calls.post(f"{_AT}/{one['id']}/consent", {"digest": one["digest"]})
        done(say("已签字，办成", "Signed and done"))
        again()


async def _refuse(seat: Seat, one: Mapping[str, Any]) -> None:
    say = seat.say
    title = say("不同意", "Refuse")
    given = await answers(title, [Question("reason", say("理由", "Reason"), long=True)], say, do=title)
    if given is not None:
        await seat.calls.post(f"{_AT}/{one['id']}/refusal", {"reason": given["reason"]})
        done(say("已回复不同意", "Refused"))
        again()
