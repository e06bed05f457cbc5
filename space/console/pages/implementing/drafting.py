"""Drafting an agreement, and proposing what changes of one that was signed."""

from __future__ import annotations

from typing import Any, Final

from nicegui import ui

from space.console.calling import Declined
from space.console.pages.implementing import words
from space.console.pages.implementing.around import address, at, ways
from space.console.pages.implementing.paper import Paper
from space.console.paging import page
from space.console.parts.asking import Question, asked_field
from space.console.parts.notes import done, reasons
from space.console.parts.ways import go
from space.console.parts.words import Words, heading
from space.console.seats import Seat

# Reason of every single thing an agreement holds at least and a paper does not.
_LACKS: Final = "agreement.lacks"


@page("/implementing/draft", "起草协议", "Draft an agreement")
async def draft(seat: Seat) -> None:
    """A form for a new agreement, or for a draft that is changed."""
    ways(seat)
    say, of = seat.say, seat.query.get("of", "")
    stated: dict[str, Any] = (await seat.calls.get(at(of)))["stated"] if of else {}
    intro = say(
        "写明双方、期限、目录清单、用途、产品和各项条款。缺什么会一次告诉您；存成草案后再发给运营机构签署。",
        "Parties, term, datasets, purposes, products and clauses. What lacks is told all at once; "
        "the draft is kept and offered afterwards.",
    )
    Words("p", intro)
    paper = Paper(seat, stated)
    paper.parties()
    paper.terms()
    await paper.datasets()
    paper.products()
    paper.clauses()
    lacks = ui.element("div")

    async def keep() -> None:
        document = paper.document()
        if await _done(seat, lacks, "/v1/agreements", document):
            done(say("草案已存", "The draft is kept"))
            go(address(f"/agreements/{document['number']}"))

    with ui.element("div").classes("ybz-doing"):
        ui.button(say("存成草案", "Keep the draft"), icon="save", on_click=keep).props("unelevated")


@page("/implementing/agreements/{number}/supplement", "提出补充协议", "Propose a supplement")
async def supplement(seat: Seat) -> None:
    """A form filled with what the agreement says; what is changed in it is the supplement."""
    ways(seat)
    say, number = seat.say, seat.names["number"]
    found = await seat.calls.get(at(number))
    intro = say(
        f"协议 {number} 现在这样写。改动的部分就是补充协议，由您先签署，运营机构签署后生效。",
        f"{number} says so now. What you change is the supplement: you sign it first, "
        "and it holds once the operator has signed.",
    )
    Words("p", intro)
    paper = Paper(seat, found["stated"])
    paper.terms()
    await paper.datasets()
    paper.products()
    paper.clauses()
    with ui.element("section").classes("ybz-panel ybz-op-form"):
        heading(say("为什么改", "Why"))
        question = Question("reason", say("理由（对方会看到）", "Why; the other side reads it"), long=True)
        why = asked_field(question, say)
    text = say(
        "从目录清单里去掉的数据，对方签署之时授权即结束。",
        "What leaves the list is granted no longer once the operator signs.",
    )
    Words("p", text).classes("ybz-fine")
    lacks = ui.element("div")

    async def propose() -> None:
        body = {"changes": paper.changes(), "reason": str(why.value or "").strip()}
        if await _done(seat, lacks, f"{at(number)}/supplements", body):
            done(say("已签署，等运营机构签署", "Signed; it waits for the operator"))
            go(address(f"/agreements/{number}"))

    with ui.element("div").classes("ybz-doing"):
        ui.button(say("签署并发给对方", "Sign and send it"), icon="draw", on_click=propose).props(
            "unelevated"
        )


async def _done(seat: Seat, lacks: ui.element, path: str, body: dict[str, Any]) -> bool:
    """Whether it was taken; what lacks is listed above the button, and what was typed stays."""
    lacks.clear()
    try:
        await seat.calls.post(path, body)
    except Declined as declined:
        if declined.status == 401:
            raise
        with lacks, ui.element("section").classes("ybz-panel ybz-op-denied"):
            heading(seat.say("还缺这些", "Still lacking"), 3)
            _told(seat, declined)
        return False
    return True


def _told(seat: Seat, declined: Declined) -> None:
    """What lacks, a line each by its name; everything else as refusals are told."""
    lacking = [one for one in declined.reasons if one.code == _LACKS]
    if lacking:
        with ui.element("ul").props('role="alert"'):
            for one in lacking:
                Words("li", words.lacking(seat.say, one.where, one.allowed))
    rest = tuple(one for one in declined.reasons if one.code != _LACKS)
    if rest:
        reasons(seat, Declined(declined.status, declined.code, rest))
