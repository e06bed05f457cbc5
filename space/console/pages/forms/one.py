"""One demand for a form: what is asked, what it asks again, and what became of it; decided or taken back."""

from __future__ import annotations

import asyncio
from typing import Any

from nicegui import ui

from policies.access import Act
from space.console.calling import Declined
from space.console.pages.forms import words
from space.console.pages.forms.draft import Draft
from space.console.pages.forms.listing import ROOM
from space.console.pages.forms.showing import compared, counted, sheet
from space.console.paging import page
from space.console.parts.asking import Question, answers
from space.console.parts.figures import instant
from space.console.parts.notes import done, empty
from space.console.parts.ways import again, link
from space.console.parts.words import badge, facts, title
from space.console.seats import Seat


@page("/steward/forms/demands/{demand}", "报表准入申请", "Demand for a form")
async def one(seat: Seat) -> None:
    """One demand."""
    say, named = seat.say, seat.names["demand"]
    link(say("← 基层报表", "← Forms"), ROOM)
    try:
        found = await seat.calls.get(f"/v1/forms/demands/{named}")
    except Declined as declined:
        if declined.status != 404:
            raise
        empty(say("没有这件申请", "No such demand"), say("可能是别的单位提出的。", "It may be another's."))
        return
    form = found["form"]
    title(form["title"], say)
    draft = Draft.of(form)
    await known(seat, draft)
    with ui.element("section").classes("ybz-panel"):
        badge(words.of(words.STATES, say, found["state"]), words.TONES.get(found["state"], "calm"))
        facts(
            [
                (say("提出单位", "Asked by"), form["issuer"]),
                (say("编号", "Code"), form["code"]),
                (say("依据", "Legal basis"), form["basis"]),
                (say("为什么要填", "Why it is needed"), found["reason"]),
                (say("提出", "Asked"), instant(found["asked_at"])),
                (say("答复期限", "Answer due"), found["due_on"]),
                *([(say("决定依据", "Decided on"), found["basis"])] if found["basis"] else []),
                *([(say("仍重复的理由", "Admitted despite"), found["despite"])] if found["despite"] else []),
            ]
        )
        counted(seat, found["overlap"])
        _steps(seat, found)
    sheet(seat, form, draft.titles())
    if found["state"] == "asked" and seat.may(Act.FORM_ASK):
        # Compared in the asker's own name: the code of its issuer is the caller's there.
        compared(seat, await seat.calls.post("/v1/forms/overlap", {"form": form}), draft.titles())


async def known(seat: Seat, draft: Draft) -> None:
    """Read the entries of the datasets a draft reads, as far as the reader is shown them."""

    async def entry(name: str) -> None:
        try:
            draft.known[name] = await seat.calls.get(f"/v1/datasets/{name}")
        except Declined:  # a name will do
            return

    wanted = [*draft.datasets, *([draft.roster] if draft.roster else [])]
    await asyncio.gather(*(entry(name) for name in dict.fromkeys(wanted) if name not in draft.known))


def _steps(seat: Seat, found: dict[str, Any]) -> None:
    say = seat.say
    with ui.element("div").classes("ybz-doing"):
        if found["state"] == "asked" and seat.may(Act.FORM_DECIDE):
            ui.button(say("准入", "Admit"), on_click=lambda: _decide(seat, found, True)).props("unelevated")
            ui.button(say("不准入", "Refuse"), on_click=lambda: _decide(seat, found, False)).props("outline")
        if seat.may(Act.FORM_ASK) and found["form"].get("issuerCode") == seat.organisation:
            if found["state"] == "asked":
                ui.button(say("撤回", "Take it back"), on_click=lambda: _withdraw(seat, found)).props(
                    "outline"
                )
            else:
                link(say("以此为底稿", "Use as a draft"), f"{ROOM}/new?demand={found['id']}").classes(
                    "ybz-op-way"
                )


async def _decide(seat: Seat, found: dict[str, Any], admit: bool) -> None:
    say = seat.say
    label = say("准入", "Admit") if admit else say("不准入", "Refuse")
    asked = [Question("basis", say("决定依据的条款", "What it rests on, cited"), long=True)]
    if admit and found["overlap"]["again"]:
        asked.append(Question("despite", say("有重复项仍准入的理由", "Why, though it asks again"), long=True))
    text = (
        say("列入准入清单，提出单位可以下发。", "It goes on the list; its issuer may send it.")
        if admit
        else say("提出单位会看到依据。", "Its issuer reads the basis.")
    )
    given = await answers(f"{label}：{found['form']['title']}", asked, say, text=text, do=label)
    if given is not None:
        body = {"admit": admit, "basis": given["basis"], "despite": given.get("despite", "")}
        await seat.calls.post(f"/v1/forms/demands/{found['id']}/decision", body)
        done(label)
        again()


async def _withdraw(seat: Seat, found: dict[str, Any]) -> None:
    say = seat.say
    label = say("撤回", "Take it back")
    text = say("撤回后可以改好再提。", "It can be mended and filed again.")
    if await answers(f"{label}：{found['form']['title']}", [], say, text=text, do=label) is not None:
        await seat.calls.post(f"/v1/forms/demands/{found['id']}/withdrawal", {})
        again()
